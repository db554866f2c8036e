/* verify.h: rewrite_verify for a caller that has the old file open already. */
#ifndef KEYLIFT_REWRITERS_VERIFY_H
#define KEYLIFT_REWRITERS_VERIFY_H

#include "rewriters/rewrite.h"
#include "rewriters/source.h"

enum kl_status verify_output(const struct source *old, const struct rewrite_request *r,
                             const struct rewrite_output *out, struct error *e) KL_MUST_USE;

/* The text (of an edit, ASCII) still says the value: as a whole literal, or, from
 * eight bytes on, as any part of it. */
bool verify_shows_value(const char *text, const struct secret *value);

#endif
