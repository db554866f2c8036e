/* value_search.h: known values in text that may hold them anywhere, as they are or
 * escaped, quoted, percent-encoded, base64 or hexadecimal: the forms that the filter of
 * all output knows (redact.h).
 *
 *     struct value_search *s = value_search_new();
 *     value_search_add(s, value);                      number 0, then 1, ...
 *     value_search_text(s, text, found, ctx);          from any thread
 *     value_search_free(s);                            wipes
 *
 * Of a value of many lines (a PEM block) each long line is looked for, because it may
 * stand indented. */
#ifndef KEYLIFT_CLI_VALUE_SEARCH_H
#define KEYLIFT_CLI_VALUE_SEARCH_H

#include "base/slice.h"

struct value_search;

struct value_search *value_search_new(void) KL_MUST_USE;
void value_search_free(struct value_search *s);
void value_search_add(struct value_search *s, struct slice value);
/* The next value_search_add adds another form of the same value. */
void value_search_same(struct value_search *s);
/* A word that may stand somewhere for itself: finding it proves little. */
bool value_search_is_common(const struct value_search *s, size_t number);
/* True if the text holds any of them: quicker than value_search_text. */
bool value_search_any(const struct value_search *s, struct slice text);
/* Calls fn for each value and line (from 1) that holds it, neighbouring lines once;
 * line 0 where it stands over several lines. */
void value_search_text(const struct value_search *s, struct slice text,
                       void (*fn)(void *ctx, size_t number, uint32_t line, struct slice line_text),
                       void *ctx);

#endif
