/* skim_marks.c: which of the hints are what they look like, but for where a word ends and the case of some
 * letters: what asks for hints afterwards is spared the others. */
#include "base/load.h"
#include "scanner/pybytes.h"
#include "scanner/skim_internal.h"

/* ---- words that stand far from their secrets, or with short ones ---- */

static size_t run_length(struct slice text) {
    const unsigned char *begin = (const unsigned char *)text.ptr;
    return (size_t)(pybytes_run_end(begin, begin + text.len) - begin);
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
    while (at < behind.len && at < 3 && pybytes_is_blank((unsigned char)behind.ptr[at]))
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

static bool stands_at(const struct distant *d, struct slice text, size_t at) {
    return slice_eq_nocase(slice_sub(text, at, at + d->len), d->word) &&
           d->likely(slice_sub(text, at + d->len, text.len));
}

bool skim_is_distant_word(struct slice text, size_t at) {
    for (size_t i = 0; i < KL_ARRAY_LEN(distant); i++)
        if (at >= distant[i].lead && stands_at(&distant[i], text, at - distant[i].lead))
            return true;
    return false;
}

bool skim_spells_distant_word(struct slice value) {
    bool begins[UINT8_MAX + 1] = {false};
    for (size_t i = 0; i < KL_ARRAY_LEN(distant); i++)
        begins[(unsigned char)distant[i].word[0]] = true;
    for (size_t at = 0; at < value.len; at++)
        for (size_t i = 0; begins[(unsigned char)(value.ptr[at] | 0x20)] && i < KL_ARRAY_LEN(distant); i++)
            if (stands_at(&distant[i], value, at))
                return true;
    return false;
}

/* ---- marks ---- */

#define WORD_BYTES 8u
#define FOLDED 0x2020202020202020u /* letters in lower case; of other bytes, some become one */

/* What else is hinted at. */
static const char *const plain_words[] = {"def", "import", "lambda", "env"};

static uint64_t mask_of(size_t len) {
    return len < WORD_BYTES ? ((uint64_t)1 << (8 * len)) - 1 : UINT64_MAX;
}

static uint64_t first_bytes(const char *word) {
    size_t len = strlen(word);
    return load_le(word, len < WORD_BYTES ? len : WORD_BYTES);
}

/* Of the first two of eight bytes. */
static unsigned pair_of(uint64_t bytes) {
    return (unsigned)(bytes & 31) << 5 | (unsigned)(bytes >> 8 & 31);
}

static struct skim_mark_word *words_of(struct skim_marks *m, const char *word) {
    uint8_t *number = &m->by_pair[pair_of(first_bytes(word))];
    if (*number == 0)
        *number = (uint8_t)++m->count;
    return &m->words[*number];
}

static void add_word(struct skim_marks *m, const char *word, bool is_root) {
    struct skim_mark_word *w = words_of(m, word);
    unsigned place = w->mask[0] != 0;
    uint64_t mask = mask_of(strlen(word));
    w->mask[place] = mask;
    w->bytes[place] = (first_bytes(word) | FOLDED) & mask;
    w->is_root = is_root ? UINT64_MAX : 0;
}

static void add_distant(struct skim_marks *m, const struct distant *d) {
    const char *word = d->word + d->lead;
    struct skim_mark_word *w = words_of(m, word);
    uint64_t mask = mask_of(strlen(word));
    w->distant_mask = mask;
    w->distant = (first_bytes(word) | FOLDED) & mask;
}

void skim_marks_init(struct skim_marks *m) {
    *m = (struct skim_marks){0};
    for (size_t i = 0; i < KL_ARRAY_LEN(m->words); i++)
        m->words[i].bytes[0] = m->words[i].bytes[1] = m->words[i].distant = 1; /* with no mask: never */
    for (size_t i = 0; name_root(i); i++)
        add_word(m, name_root(i), true);
    for (size_t i = 0; i < KL_ARRAY_LEN(plain_words); i++)
        add_word(m, plain_words[i], false);
    for (size_t i = 0; i < KL_ARRAY_LEN(distant); i++)
        add_distant(m, &distant[i]);
}

static uint64_t folded_at(struct slice text, size_t at) {
    size_t left = text.len - at;
    return (left >= WORD_BYTES ? load_le64(text.ptr + at) : load_le(text.ptr + at, left)) | FOLDED;
}

void skim_mark(struct skim *s) {
    const struct skim_marks *m = &s->marks;
    for (size_t i = 0; i < s->block_count; i++) {
        struct skim_block *b = &s->blocks[i];
        uint64_t hints = 0, roots = 0, distants = 0;
        for (uint64_t left = b->hint; left != 0; left &= left - 1) {
            uint64_t text = folded_at(s->text, i * SKIM_BLOCK + bits_lowest(left)), bit = left & (0 - left);
            const struct skim_mark_word *w = &m->words[m->by_pair[pair_of(text)]];
            bool is_word = (text & w->mask[0]) == w->bytes[0] || (text & w->mask[1]) == w->bytes[1];
            bool is_distant = (text & w->distant_mask) == w->distant;
            uint64_t word = bit & (0 - (uint64_t)is_word);
            hints |= word;
            roots |= word & w->is_root;
            distants |= bit & (0 - (uint64_t)is_distant);
        }
        b->hint = hints;
        b->root = roots;
        b->distant = distants;
    }
}
