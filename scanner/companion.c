/* companion.c: see companion.h. */
#include "scanner/companion.h"

#include "base/encode.h"

static bool is_word(char c) {
    char low = ascii_lower(c);
    return (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* Length of the companion that begins at `at`; 0 if none does. */
static size_t length_at(struct slice text, size_t at, const struct probe *p) {
    size_t prefix = strlen(p->with_prefix), end = at + prefix + p->with_hex;
    if (end > text.len || (at > 0 && is_word(text.ptr[at - 1])) || (end < text.len && is_word(text.ptr[end])))
        return 0;
    for (size_t i = at + prefix; i < end; i++)
        if (hex_digit(text.ptr[i]) < 0)
            return 0;
    return end - at;
}

struct slice companion_near(struct slice text, size_t at, const struct probe *p) {
    struct slice prefix = slice_cstr(p->with_prefix), best = {NULL, 0};
    size_t from = at > COMPANION_REACH ? at - COMPANION_REACH : 0, nearest = SIZE_MAX;
    struct slice seen = slice_sub(text, 0, at + COMPANION_REACH);
    for (size_t i = slice_find(seen, prefix, from); i != SIZE_MAX; i = slice_find(seen, prefix, i + 1)) {
        size_t len = length_at(seen, i, p), distance = i > at ? i - at : at - i;
        if (len > 0 && distance < nearest) {
            nearest = distance;
            best = slice_sub(seen, i, i + len);
        }
    }
    return best;
}
