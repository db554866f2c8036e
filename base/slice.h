/* slice.h: a borrowed run of bytes. It owns nothing, and is not terminated. */
#ifndef KEYLIFT_BASE_SLICE_H
#define KEYLIFT_BASE_SLICE_H

#include "base/common.h"

struct slice {
    const char *ptr; /* may be NULL when len is 0 */
    size_t len;      /* bytes */
};

/* For printf's "%.*s". Only for lengths known to be small (names, paths). */
#define SLICE_ARG(s) (int)((s).len > 4096 ? 4096 : (s).len), ((s).ptr ? (s).ptr : "")
#define SLICE_LIT(lit) ((struct slice){(lit), sizeof(lit) - 1})

struct slice slice_of(const void *ptr, size_t len);
struct slice slice_cstr(const char *s);                           /* NULL gives the empty slice */
struct slice slice_sub(struct slice s, size_t start, size_t end); /* clamped to s */
struct slice slice_trim(struct slice s);                          /* ASCII blanks at both ends */
bool slice_eq(struct slice a, struct slice b);
/* Inline: most comparisons end with the first byte. NULL is the empty string here, too. */
static inline bool slice_eq_cstr(struct slice a, const char *b) {
    if (a.len == 0 || !b)
        return a.len == 0 && (!b || b[0] == '\0');
    return a.ptr[0] == b[0] && strlen(b) == a.len && memcmp(a.ptr, b, a.len) == 0;
}
static inline bool ascii_is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
static inline bool ascii_is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
static inline bool ascii_is_digit(char c) {
    return c >= '0' && c <= '9';
}
/* Of a letter of ASCII the small one; anything else as it is. */
static inline char ascii_lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}
bool slice_eq_nocase(struct slice a, const char *b); /* ASCII case only */
bool slice_starts(struct slice s, const char *prefix);
bool slice_ends(struct slice s, const char *suffix);
int slice_cmp(struct slice a, struct slice b); /* bytewise, as memcmp, shorter first */
/* Offset of the first `needle` at or after `from`, or SIZE_MAX. */
size_t slice_find(struct slice s, struct slice needle, size_t from);
size_t slice_find_byte(struct slice s, char c, size_t from);
/* The how-manieth part between blanks, from 0; empty where there are not so many. */
struct slice slice_word(struct slice s, unsigned number);

#endif
