/* emit.c: see emit.h. */
#include "rules/emit.h"

/* A C string literal; every byte that is not plain becomes an octal escape. */
void emit_text(struct buf *out, const char *s) {
    if (s == NULL) {
        buf_str(out, "NULL");
        return;
    }
    buf_char(out, '"');
    for (; *s != '\0'; s++) {
        unsigned char c = (unsigned char)*s;
        if (c < 0x20 || c > 0x7E || c == '"' || c == '\\' || c == '?')
            buf_printf(out, "\\%03o", c);
        else
            buf_char(out, *s);
    }
    buf_char(out, '"');
}

void emit_list(struct buf *out, const char *const *list) {
    if (list == NULL) {
        buf_str(out, "NULL");
        return;
    }
    buf_str(out, "(const char *const[]){");
    for (; *list != NULL; list++) {
        emit_text(out, *list);
        buf_str(out, ", ");
    }
    buf_str(out, "NULL}");
}

void emit_fields(struct buf *out, const struct emit_field *fields, size_t count) {
    for (size_t i = 0; i < count; i++) {
        buf_printf(out, "        .%s = ", fields[i].name);
        emit_text(out, fields[i].value);
        buf_str(out, ",\n");
    }
}
