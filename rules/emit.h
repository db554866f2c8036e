/* emit.h: values as C source, for rulec. */
#ifndef KEYLIFT_RULES_EMIT_H
#define KEYLIFT_RULES_EMIT_H

#include "base/buf.h"

/* A string literal in which every byte that is not plain is an octal escape; NULL for NULL. */
void emit_text(struct buf *out, const char *s);
/* A NULL-terminated list of them; NULL for NULL. */
void emit_list(struct buf *out, const char *const *list);
/* Members of a structure that are texts, a line each. */
struct emit_field {
    const char *name, *value; /* NULL is written as NULL */
};
void emit_fields(struct buf *out, const struct emit_field *fields, size_t count);

#endif
