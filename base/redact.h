/* redact.h: the filter that all output passes. It knows every secret value at
 * hand and replaces each occurrence, also in its Python-escaped, JSON-escaped,
 * base64 (all three alignments), hexadecimal and percent-encoded forms, by
 * "[redacted]".
 *
 * Values of 8 bytes and more are masked wherever they stand; shorter ones
 * ("admin") only as a whole word or a whole quoted string, since masking them
 * everywhere would eat ordinary words. Values under 3 bytes are masked only
 * between quotes. Paths and names of variables are written around the filter
 * (they are no part of a literal, and a report whose paths are masked is
 * useless): see out_path in cli/output.h, and redact_name for names that are secrets
 * themselves. */
#ifndef KEYLIFT_BASE_REDACT_H
#define KEYLIFT_BASE_REDACT_H

#include "base/buf.h"
#include "base/slice.h"

struct redactor;

struct redactor *redact_new(void);
void redact_free(struct redactor *r); /* wipes */
/* May be called at any time; not thread-safe. Values over KL_MAX_SECRET_BYTES
 * are known by each of their lines. Multi-line values (PEM) also by each line. */
void redact_add(struct redactor *r, struct slice value);
/* Appends `text` to *out with every known value masked. r may be NULL. */
void redact_text(const struct redactor *r, struct slice text, struct buf *out);
/* A variable's name, unless a dictionary key or the like is a secret itself: then that name masked, in
 * `scratch`. */
const char *redact_name(const struct redactor *r, const char *name, struct buf *scratch);
/* True when the text holds a known value: for tests and last-line checks. */
bool redact_would_change(const struct redactor *r, struct slice text);

#endif
