/* slice.c: borrowed bytes: cutting, comparing, finding. */
#include "base/slice.h"

struct slice slice_of(const void *ptr, size_t len) {
    return (struct slice){ptr, len};
}

struct slice slice_cstr(const char *s) {
    return (struct slice){s, s ? strlen(s) : 0};
}

struct slice slice_sub(struct slice s, size_t start, size_t end) {
    if (end > s.len)
        end = s.len;
    if (start > end)
        start = end;
    return (struct slice){s.ptr ? s.ptr + start : NULL, end - start};
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

struct slice slice_trim(struct slice s) {
    size_t start = 0, end = s.len;
    while (start < end && is_blank(s.ptr[start]))
        start++;
    while (end > start && is_blank(s.ptr[end - 1]))
        end--;
    return slice_sub(s, start, end);
}

bool slice_eq(struct slice a, struct slice b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool slice_eq_nocase(struct slice a, const char *b) {
    size_t i = 0;
    for (; i < a.len && b[i] != '\0'; i++)
        if (ascii_lower(a.ptr[i]) != ascii_lower(b[i]))
            return false;
    return i == a.len && b[i] == '\0';
}

bool slice_starts(struct slice s, const char *prefix) {
    size_t len = strlen(prefix);
    return s.len >= len && (len == 0 || memcmp(s.ptr, prefix, len) == 0);
}

bool slice_ends(struct slice s, const char *suffix) {
    size_t len = strlen(suffix);
    return s.len >= len && (len == 0 || memcmp(s.ptr + (s.len - len), suffix, len) == 0);
}

int slice_cmp(struct slice a, struct slice b) {
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common ? memcmp(a.ptr, b.ptr, common) : 0;
    if (order != 0)
        return order;
    return a.len < b.len ? -1 : a.len > b.len;
}

size_t slice_find(struct slice s, struct slice needle, size_t from) {
    if (from > s.len || needle.len > s.len - from)
        return SIZE_MAX;
    if (needle.len == 0)
        return from;
    const char *at = memmem(s.ptr + from, s.len - from, needle.ptr, needle.len);
    return at ? (size_t)(at - s.ptr) : SIZE_MAX;
}

size_t slice_find_byte(struct slice s, char c, size_t from) {
    if (from >= s.len)
        return SIZE_MAX;
    const char *at = memchr(s.ptr + from, c, s.len - from);
    return at ? (size_t)(at - s.ptr) : SIZE_MAX;
}

struct slice slice_word(struct slice s, unsigned number) {
    size_t at = 0;
    for (; number > 0; number--) {
        size_t blank = slice_find_byte(s, ' ', at);
        at = blank == SIZE_MAX ? s.len : blank + 1;
    }
    return slice_sub(s, at, slice_find_byte(s, ' ', at));
}
