/* emit.h: values as C source, for rulec. */
#ifndef KEYLIFT_RULES_EMIT_H
#define KEYLIFT_RULES_EMIT_H

#include "base/buf.h"

/* A string literal in which every byte that is not plain is an octal escape; NULL for NULL. */
void emit_text(struct buf *out, const char *s);
/* A NULL-terminated list of them; NULL for NULL. */
void emit_list(struct buf *out, const char *const *list);

#endif
