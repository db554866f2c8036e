/* redact_view.c: undoing of escapes, percent-encoding, base64 and hexadecimal
 * digits. Nothing here is strict: what is no escape stands for itself. */
#include "base/redact_view.h"

#include <stdlib.h>

#include "base/encode.h"
#include "base/mem.h"

#define BASE64_LINE_MIN 60 /* shorter lines are prose, not wrapped base64 */

void view_release(struct view *v) {
    buf_release(&v->text);
    free(v->start);
    free(v->end);
    v->start = v->end = NULL;
    v->capacity = 0;
}

static void reset(struct view *v) {
    buf_clear(&v->text);
}

/* Appends bytes that all stand for in[from, to). */
static void put(struct view *v, const struct view *in, const char *bytes, size_t len, size_t from,
                size_t to) {
    size_t need = v->text.len + len;
    if (need > v->capacity) {
        size_t capacity = v->capacity;
        v->start = mem_grow(v->start, &capacity, need, sizeof *v->start);
        capacity = v->capacity;
        v->end = mem_grow(v->end, &capacity, need, sizeof *v->end);
        v->capacity = capacity;
    }
    for (size_t i = 0; i < len; i++) {
        v->start[v->text.len + i] = view_start(in, from);
        v->end[v->text.len + i] = view_end(in, to - 1);
    }
    buf_bytes(&v->text, bytes, len);
}

static void put_code_point(struct view *v, const struct view *in, uint32_t c, size_t from, size_t to) {
    char space[8];
    struct buf one = BUF_INIT(sizeof space);
    buf_utf8(&one, c);
    put(v, in, one.ptr, one.len, from, to);
    mem_wipe(one.ptr, one.len);
    buf_release(&one);
}

/* Length of the numeric escape that begins with the backslash at `i`, or 0. */
static size_t numeric_escape(struct slice t, size_t i, uint32_t *c) {
    char kind = i + 1 < t.len ? t.ptr[i + 1] : '\0';
    if (kind == 'x' && hex_number(t, i + 2, 2, c)) {
        return 4;
    }
    if (kind == 'U' && hex_number(t, i + 2, 8, c)) {
        return 10;
    }
    if (kind == 'u' && hex_number(t, i + 2, 4, c)) {
        uint32_t low = 0;
        bool pair = *c >= 0xd800 && *c < 0xdc00 && i + 7 < t.len && t.ptr[i + 6] == '\\' &&
                    t.ptr[i + 7] == 'u' && hex_number(t, i + 8, 4, &low) && low >= 0xdc00 && low < 0xe000;
        if (pair) {
            *c = 0x10000 + ((*c - 0xd800) << 10) + (low - 0xdc00);
        }
        return pair ? 12 : 6;
    }
    size_t digits = 0;
    uint32_t n = 0;
    while (digits < 3 && i + 1 + digits < t.len && t.ptr[i + 1 + digits] >= '0' &&
           t.ptr[i + 1 + digits] <= '7') {
        n = n << 3 | (uint32_t)(t.ptr[i + 1 + digits] - '0');
        digits++;
    }
    *c = n;
    return digits > 0 ? 1 + digits : 0;
}

/* The byte that a one-letter escape stands for, or -1. */
static int letter_escape(char c) {
    static const char letters[] = "abfnrtv\\'\"/", bytes[] = "\a\b\f\n\r\t\v\\'\"/";
    const char *at = c != '\0' ? strchr(letters, c) : NULL;
    return at != NULL ? bytes[at - letters] : -1;
}

static bool unescape(const struct view *in, struct view *out, bool as_bytes) {
    struct slice t = buf_as_slice(&in->text);
    if (slice_find_byte(t, '\\', 0) == SIZE_MAX) {
        return false;
    }
    reset(out);
    bool high = false; /* else both readings are the same, and one is enough */
    size_t i = 0;
    while (i < t.len) {
        if (t.ptr[i] != '\\' || i + 1 >= t.len) {
            put(out, in, t.ptr + i, 1, i, i + 1);
            i++;
            continue;
        }
        uint32_t c = 0;
        size_t len = numeric_escape(t, i, &c);
        int letter = letter_escape(t.ptr[i + 1]);
        if (len > 0 && as_bytes && c < 0x100 && t.ptr[i + 1] != 'u' && t.ptr[i + 1] != 'U') {
            char byte = (char)(unsigned char)c;
            high = high || c >= 0x80;
            put(out, in, &byte, 1, i, i + len);
        } else if (len > 0) {
            put_code_point(out, in, c <= 0x10ffff ? c : 0xfffd, i, i + len);
        } else if (letter >= 0) {
            char byte = (char)letter;
            len = 2;
            put(out, in, &byte, 1, i, i + len);
        } else if (t.ptr[i + 1] == '\n') {
            len = 2; /* a continued line: nothing */
        } else {
            len = 1;
            put(out, in, "\\", 1, i, i + 1);
        }
        i += len;
    }
    return !as_bytes || high;
}

bool view_unescape_text(const struct view *in, struct view *out) {
    return unescape(in, out, false);
}
bool view_unescape_bytes(const struct view *in, struct view *out) {
    return unescape(in, out, true);
}

static bool percent(const struct view *in, struct view *out, bool plus) {
    struct slice t = buf_as_slice(&in->text);
    if (slice_find_byte(t, plus ? '+' : '%', 0) == SIZE_MAX) {
        return false;
    }
    reset(out);
    bool changed = false;
    size_t i = 0;
    while (i < t.len) {
        uint32_t c = 0;
        if (t.ptr[i] == '%' && hex_number(t, i + 1, 2, &c)) {
            char byte = (char)(unsigned char)c;
            put(out, in, &byte, 1, i, i + 3);
            changed = true;
            i += 3;
            continue;
        }
        bool blank = plus && t.ptr[i] == '+';
        changed = changed || blank;
        put(out, in, blank ? " " : t.ptr + i, 1, i, i + 1);
        i++;
    }
    return changed;
}

bool view_percent(const struct view *in, struct view *out) {
    return percent(in, out, false);
}
bool view_percent_plus(const struct view *in, struct view *out) {
    return percent(in, out, true);
}

/* Value of a digit of either alphabet (RFC 4648, "Base 64 Encoding" and "Base 64
 * Encoding with URL and Filename Safe Alphabet"), or -1. */
static int base64_digit(char c) {
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

/* Where the line after the break at `i` begins, or 0 if there is no break. */
static size_t next_line(struct slice t, size_t i) {
    if (i < t.len && t.ptr[i] == '\r') {
        i++;
    }
    return i < t.len && t.ptr[i] == '\n' ? i + 1 : 0;
}

bool view_next_base64(const struct view *in, size_t *from, struct view_run *run) {
    struct slice t = buf_as_slice(&in->text);
    size_t i = *from;
    while (i < t.len && base64_digit(t.ptr[i]) < 0) {
        i++;
    }
    run->start = i;
    size_t line = i;
    while (i < t.len) {
        if (base64_digit(t.ptr[i]) >= 0) {
            i++;
            continue;
        }
        size_t next = i - line >= BASE64_LINE_MIN ? next_line(t, i) : 0;
        if (next == 0 || next >= t.len || base64_digit(t.ptr[next]) < 0) {
            break;
        }
        i = line = next;
    }
    run->end = *from = i;
    return run->end > run->start;
}

bool view_next_hex(const struct view *in, size_t *from, struct view_run *run) {
    struct slice t = buf_as_slice(&in->text);
    size_t i = *from;
    while (i < t.len && hex_digit(t.ptr[i]) < 0) {
        i++;
    }
    run->start = i;
    while (i < t.len && hex_digit(t.ptr[i]) >= 0) {
        i++;
    }
    run->end = *from = i;
    return run->end > run->start;
}

void view_decode_base64(const struct view *in, struct view_run run, size_t skip, struct view *out) {
    reset(out);
    uint32_t bits = 0;
    unsigned have = 0;
    size_t before = 0; /* place of the digit before this one */
    for (size_t i = run.start; i < run.end; i++) {
        int d = base64_digit(in->text.ptr[i]);
        if (d < 0) {
            continue; /* a line break */
        }
        if (skip > 0) {
            skip--;
            continue;
        }
        bits = (bits << 6 | (uint32_t)d) & 0xffffu;
        have += 6;
        if (have >= 8) {
            have -= 8;
            char byte = (char)(unsigned char)(bits >> have & 0xffu);
            put(out, in, &byte, 1, before, i + 1);
        }
        before = i;
    }
}

void view_decode_hex(const struct view *in, struct view_run run, size_t skip, struct view *out) {
    reset(out);
    struct slice t = buf_as_slice(&in->text);
    for (size_t i = run.start + skip; i + 1 < run.end; i += 2) {
        char byte = (char)(unsigned char)(hex_digit(t.ptr[i]) << 4 | hex_digit(t.ptr[i + 1]));
        put(out, in, &byte, 1, i, i + 2);
    }
}
