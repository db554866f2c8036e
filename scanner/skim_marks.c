/* skim_marks.c: which of the hints are what they look like. Two in three are not, and everything that asks
 * for hints afterwards is spared those. */
#include "base/load.h"
#include "scanner/skim_internal.h"

#define FOLDED 0x202020u /* letters in lower case */
#define BYTES(a, b, c) ((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16)
#define HINT_BYTES 3u

/* ---- words that stand far from their secrets, or with short ones ---- */

static bool is_blank(char c) {
    return (unsigned char)c <= ' ';
}

static size_t run_length(struct slice text) {
    size_t len = 0;
    while (len < text.len && !is_blank(text.ptr[len]))
        len++;
    return len;
}

/* What a match has behind the word. */
static bool goes_on(struct slice behind) {
    return run_length(behind) >= 12; /* of an npg_, a Basic */
}
static bool has_host(struct slice behind) {
    return slice_find_byte(slice_sub(behind, 0, run_length(behind)), '@', 0) != SIZE_MAX;
}
static bool is_assigned(struct slice behind) {
    size_t at = 0;
    while (at < behind.len && at < 3 && is_blank(behind.ptr[at]))
        at++;
    return at < behind.len && behind.ptr[at] == '=';
}
static bool is_label(struct slice behind) {
    return slice_starts(behind, "-") || slice_starts(behind, " ");
}

/* Words of the rules whose match may hold blanks between the word and the secret, or be shorter than
 * SKIM_MIN_RUN. Of all others a match is a long run without a blank, but for the word right before it.
 * test_skim asks every rule. */
static const struct distant {
    const char *word;
    uint8_t len, lead; /* its bytes; those before the one that is hinted at */
    bool (*likely)(struct slice behind);
} distant[] = {
    {"password", 8, 0, is_assigned}, {"pwd", 3, 0, is_assigned}, {"private key", 11, 0, is_label},
    {"://", 3, 0, has_host},         {"npg_", 4, 0, goes_on},    {"basic ", 6, 2, goes_on},
};

static bool stands_at(const struct distant *d, struct slice text, size_t at, bool whole) {
    return slice_eq_nocase(slice_sub(text, at, at + d->len), d->word) &&
           (!whole || d->likely(slice_sub(text, at + d->len, text.len)));
}

bool skim_is_distant_word(struct slice text, size_t at, bool whole) {
    for (size_t i = 0; i < KL_ARRAY_LEN(distant); i++)
        if (at >= distant[i].lead && stands_at(&distant[i], text, at - distant[i].lead, whole))
            return true;
    return false;
}

bool skim_begins_distant_word(struct slice text) {
    for (size_t i = 0; i < KL_ARRAY_LEN(distant); i++)
        if (stands_at(&distant[i], text, 0, false))
            return true;
    return false;
}

/* ---- marks ---- */

static bool stands_there(struct slice text, size_t at, const char *word) {
    return slice_starts(slice_sub(text, at, text.len), word);
}

static bool is_def(struct skim *s, size_t at) {
    return stands_there(s->text, at, "def") && at + HINT_BYTES < s->text.len &&
           skim_is_blank(s->text.ptr[at + HINT_BYTES]) && (at == 0 || !skim_is_word(s->text.ptr[at - 1]));
}

enum mark { MARK_NONE, MARK_WORD, MARK_ROOT };

static enum mark mark_if(bool is) {
    return is ? MARK_WORD : MARK_NONE;
}

static enum mark root_mark(struct slice text, size_t at) {
    return name_root_at(slice_sub(text, at, text.len)) ? MARK_ROOT : MARK_NONE;
}

static enum mark mark_at(struct skim *s, size_t at) {
    struct slice text = s->text;
    if (text.len - at < HINT_BYTES)
        return root_mark(text, at);
    uint32_t hint = (uint32_t)load_le(text.ptr + at, HINT_BYTES) | FOLDED;
    switch (hint) {
    case BYTES('d', 'e', 'f'):
        return mark_if(is_def(s, at));
    case BYTES('i', 'm', 'p'):
        return mark_if(stands_there(text, at, "import"));
    case BYTES('l', 'a', 'm'):
        return mark_if(stands_there(text, at, "lambda"));
    case BYTES('e', 'n', 'v'):
        return MARK_WORD;
    case BYTES(':', '/' | 0x20, '/' | 0x20):
    case BYTES('n', 'p', 'g'):
    case BYTES('p', 'r', 'i'):
    case BYTES('s', 'i', 'c'):
        return mark_if(skim_is_distant_word(text, at, false));
    case BYTES('p', 'a', 's'):
    case BYTES('p', 'a', 't'):
    case BYTES('p', 'e', 'p'):
    case BYTES('s', 'e', 'c'):
    case BYTES('s', 'a', 'l'):
    case BYTES('t', 'o', 'k'):
    case BYTES('k', 'e', 'y'):
    case BYTES('c', 'r', 'e'):
    case BYTES('a', 'u', 't'):
    case BYTES('j', 'w', 't'):
    case BYTES('b', 'e', 'a'):
    case BYTES('o', 't', 'p'):
        return root_mark(text, at);
    default:
        return (hint & 0xffff) == BYTES('p', 'w', 0) ? MARK_ROOT : MARK_NONE;
    }
}

void skim_mark(struct skim *s) {
    for (size_t i = 0; i < s->block_count; i++) {
        struct skim_block *b = &s->blocks[i];
        uint64_t words = 0, roots = 0;
        for (uint64_t left = b->hint; left != 0; left &= left - 1) {
            enum mark mark = mark_at(s, i * SKIM_BLOCK + bits_lowest(left));
            uint64_t bit = left & (0 - left);
            words |= mark != MARK_NONE ? bit : 0;
            roots |= mark == MARK_ROOT ? bit : 0;
        }
        b->hint = words;
        b->root = roots;
    }
}
