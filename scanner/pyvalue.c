/* pyvalue.c: what a string literal evaluates to. A value is never longer than
 * its spelling, so one allocation of that size holds it. */
#include "base/encode.h"
#include "scanner/pylex.h"

#define MAX_CHARACTER_NAME 256u /* Unicode's longest have less than a hundred */

struct decoder {
    const unsigned char *p, *end;
    unsigned char *out;
    enum py_value_status status;
    bool bytes;
    bool text; /* literal text of an f-string: braces are doubled */
};

static void put_utf8(struct decoder *d, uint32_t c) {
    if (c < 0x80) {
        *d->out++ = (unsigned char)c;
        return;
    }
    if (c < 0x800) {
        *d->out++ = (unsigned char)(0xc0 | c >> 6);
    } else {
        if (c < 0x10000) {
            *d->out++ = (unsigned char)(0xe0 | c >> 12);
        } else {
            *d->out++ = (unsigned char)(0xf0 | c >> 18);
            *d->out++ = (unsigned char)(0x80 | (c >> 12 & 0x3f));
        }
        *d->out++ = (unsigned char)(0x80 | (c >> 6 & 0x3f));
    }
    *d->out++ = (unsigned char)(0x80 | (c & 0x3f));
}

static void put(struct decoder *d, uint32_t c) {
    if (d->bytes)
        *d->out++ = (unsigned char)c;
    else
        put_utf8(d, c);
}

/* \x, \u, \U: exactly `digits` of them. What is malformed stays as written. */
static void hex_escape(struct decoder *d, unsigned digits) {
    uint32_t c = 0;
    const unsigned char *p = d->p + 2;
    for (unsigned i = 0; i < digits; i++, p++) {
        int digit = p < d->end ? hex_digit((char)*p) : -1;
        if (digit < 0 || c > 0x10ffff >> 4) {
            d->status = PY_VALUE_INVALID;
            *d->out++ = *d->p++;
            return;
        }
        c = c << 4 | (uint32_t)digit;
    }
    put(d, c);
    d->p = p;
}

/* Up to three digits. Above 0o377 a str holds the code point, bytes its low
 * eight bits. */
static void octal_escape(struct decoder *d) {
    uint32_t c = 0;
    const unsigned char *p = d->p + 1;
    for (int i = 0; i < 3 && p < d->end && *p >= '0' && *p <= '7'; i++)
        c = c << 3 | (uint32_t)(*p++ - '0');
    put(d, c);
    d->p = p;
}

/* \N{...}: the name is known only to a Unicode database. Names end within the
 * maximum: without it, a literal of many openings would take quadratic time. */
static void named_escape(struct decoder *d) {
    const unsigned char *name = d->p + 3, *close = NULL;
    if (d->end - d->p > 3 && d->p[2] == '{') {
        size_t left = (size_t)(d->end - name);
        close = memchr(name, '}', left < MAX_CHARACTER_NAME ? left : MAX_CHARACTER_NAME);
    }
    if (!close || close == name) {
        d->status = PY_VALUE_INVALID;
        *d->out++ = *d->p++;
        return;
    }
    if (d->status == PY_VALUE_OK)
        d->status = PY_VALUE_NAMED_ESCAPE;
    put_utf8(d, 0xfffd);
    d->p = close + 1;
}

/* What one letter after the backslash stands for; 0: not in this table. */
static const unsigned char simple_escapes[128] = {
    ['\\'] = '\\', ['\''] = '\'', ['"'] = '"',  ['a'] = '\a', ['b'] = '\b',
    ['f'] = '\f',  ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t', ['v'] = '\v'};

static void escape(struct decoder *d) {
    unsigned char c = d->end - d->p > 1 ? d->p[1] : 0;
    if (c < 128 && simple_escapes[c]) {
        *d->out++ = simple_escapes[c];
        d->p += 2;
    } else if (c == '\n' || c == '\r') {
        d->p += c == '\r' && d->end - d->p > 2 && d->p[2] == '\n' ? 3 : 2;
    } else if (c >= '0' && c <= '7') {
        octal_escape(d);
    } else if (c == 'x') {
        hex_escape(d, 2);
    } else if (c == 'u' && !d->bytes) {
        hex_escape(d, 4);
    } else if (c == 'U' && !d->bytes) {
        hex_escape(d, 8);
    } else if (c == 'N' && !d->bytes) {
        named_escape(d);
    } else {
        *d->out++ = *d->p++; /* unknown: the backslash stays, and what follows is read as usual */
    }
}

/* One character, escape or line continuation. */
static void decode_one(struct decoder *d, bool raw) {
    unsigned char c = *d->p;
    if (c == '\\' && !raw) {
        escape(d);
    } else if (c == '\r') {
        *d->out++ = '\n';
        d->p += d->end - d->p > 1 && d->p[1] == '\n' ? 2 : 1;
    } else {
        bool doubled = d->text && (c == '{' || c == '}') && d->end - d->p > 1 && d->p[1] == c;
        *d->out++ = c;
        d->p += doubled ? 2 : 1;
    }
}

static bool is_ascii(struct slice s) {
    unsigned char all = 0;
    for (size_t i = 0; i < s.len; i++)
        all |= (unsigned char)s.ptr[i];
    return all < 0x80;
}

/* At the start of `body`, a part of the token's; it has room for all of its value. */
static struct decoder decoder_of(const struct py_token *t, struct slice body, struct arena *arena) {
    struct decoder d = {.p = (const unsigned char *)body.ptr,
                        .bytes = t->flags & PY_STR_BYTES,
                        .text = t->kind == PY_FSTRING_MIDDLE};
    if (d.bytes && !is_ascii(body))
        d.status = PY_VALUE_INVALID;
    if (t->flags & PY_STR_UNTERMINATED)
        d.status = PY_VALUE_INVALID;
    d.end = d.p + body.len;
    if (t->flags & PY_STR_ESCAPES)
        d.out = arena_alloc(arena, body.len + 1);
    return d;
}

static enum py_value_status value_of(const struct py_token *t, struct slice body, struct arena *arena,
                                     struct slice *value) {
    struct decoder d = decoder_of(t, body, arena);
    *value = body;
    if (!d.out)
        return d.status;
    value->ptr = (const char *)d.out;
    while (d.p < d.end)
        decode_one(&d, t->flags & PY_STR_RAW);
    value->len = (size_t)((const char *)d.out - value->ptr);
    return d.status;
}

enum py_value_status py_string_value(struct slice text, const struct py_token *t, struct arena *arena,
                                     struct slice *value) {
    return value_of(t, py_string_body(text, t), arena, value);
}

enum py_value_status py_string_part(struct slice text, const struct py_token *t, uint32_t start, uint32_t end,
                                    struct arena *arena, struct slice *value) {
    return value_of(t, slice_sub(text, start, end), arena, value);
}

bool py_string_span(struct slice text, const struct py_token *t, size_t start, size_t end,
                    struct arena *arena, uint32_t *from, uint32_t *to) {
    struct slice body = py_string_body(text, t);
    struct decoder d = decoder_of(t, body, arena);
    uint32_t first = (uint32_t)(body.ptr - text.ptr);
    if (!d.out) {
        *from = first + (uint32_t)start;
        *to = first + (uint32_t)end;
        return end <= body.len;
    }
    const unsigned char *out = d.out;
    bool has_start = false, has_end = false;
    for (;;) {
        size_t done = (size_t)(d.out - out);
        uint32_t at = first + (uint32_t)((const char *)d.p - body.ptr);
        if (done == start) { /* behind a line continuation, which makes no character */
            *from = at;
            has_start = true;
        }
        if (done == end && !has_end) {
            *to = at;
            has_end = true;
        }
        if (d.p == d.end || done > end)
            return has_start && has_end && *from <= *to;
        decode_one(&d, t->flags & PY_STR_RAW);
    }
}
