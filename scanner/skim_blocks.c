/* skim_blocks.c: see skim_blocks.h.
 *
 * A byte is known by its halves: each has a table of 16 entries with a bit for each class, and the byte is of
 * the classes that both name. A vector looks 32 halves up at once. */
#include "scanner/skim_blocks.h"

#include "base/bits.h"

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#include <immintrin.h>
#define SKIM_AVX2
#endif

/* Classes of bytes. The two of brackets take two bits each: no product of halves holds ( [ { alone. */
enum {
    QUOTE = 1u << 0,
    APOSTROPHE = 1u << 1,
    HASH = 1u << 2,
    PAREN = 1u << 3,
    PAREN_END = 1u << 4,
    BRACKET = 1u << 5,
    BRACKET_END = 1u << 6,
    LINE = 1u << 7
};
static const uint8_t class_low[16] = {
    [0x2] = QUOTE,     [0x3] = HASH, [0x7] = APOSTROPHE, [0x8] = PAREN,
    [0x9] = PAREN_END, [0xa] = LINE, [0xb] = BRACKET,    [0xd] = BRACKET_END | LINE,
};
static const uint8_t class_high[16] = {
    [0x0] = LINE,
    [0x2] = QUOTE | APOSTROPHE | HASH | PAREN | PAREN_END,
    [0x5] = BRACKET | BRACKET_END,
    [0x7] = BRACKET | BRACKET_END,
};

/* What begins the roots of telling names (name_words.c), and words about the environment, imports, functions
 * and addresses, or what is in them ("basic", "npg_": skim_marks.c). Words of a group are told apart badly:
 * such that little else looks like a mixture of them. '?' is any byte. */
static const struct {
    char word[4];
    uint8_t group;
} hinted[] = {
    {"pep", 0}, {"imp", 0}, {"key", 0}, {"://", 1}, {"aut", 1}, {"tok", 2}, {"sec", 2},
    {"sic", 2}, {"otp", 3}, {"env", 3}, {"def", 4}, {"bea", 4}, {"npg", 4}, {"pw?", 5},
    {"jwt", 5}, {"lam", 6}, {"cre", 6}, {"pas", 7}, {"pat", 7}, {"sal", 7}, {"pri", 7},
};

static void hint_byte(struct skim_hints *h, unsigned place, unsigned char c, uint8_t group) {
    h->low[place][c & 15] |= (uint8_t)(1u << group);
    h->high[place][c >> 4] |= (uint8_t)(1u << group);
}

void skim_hints_init(struct skim_hints *h) {
    memset(h, 0, sizeof *h);
    for (size_t i = 0; i < KL_ARRAY_LEN(hinted); i++) {
        for (unsigned place = 0; place < 3; place++) {
            unsigned char c = (unsigned char)hinted[i].word[place];
            for (unsigned any = 0; c == '?' && any < 256; any++)
                hint_byte(h, place, (unsigned char)any, hinted[i].group);
            if (c != '?') {
                hint_byte(h, place, c, hinted[i].group);
                hint_byte(h, place, (unsigned char)(c - 'a' + 'A'), hinted[i].group);
            }
        }
    }
}

static unsigned hint_at(const struct skim_hints *h, const unsigned char *p) {
    unsigned groups = 0xff;
    for (unsigned place = 0; place < 3; place++)
        groups &= (unsigned)h->low[place][p[place] & 15] & h->high[place][p[place] >> 4];
    return groups;
}

/* `p` has two bytes more than the block. */
static void fill_block(const struct skim_hints *h, const unsigned char *p, struct skim_block *out) {
    *out = (struct skim_block){0};
    for (unsigned k = 0; k < SKIM_BLOCK; k++) {
        unsigned class = (unsigned)class_low[p[k] & 15] & class_high[p[k] >> 4];
        out->quote |= (uint64_t)((class & QUOTE) != 0) << k;
        out->apostrophe |= (uint64_t)((class & APOSTROPHE) != 0) << k;
        out->hash |= (uint64_t)((class & HASH) != 0) << k;
        out->open |= (uint64_t)((class & (PAREN | BRACKET)) != 0) << k;
        out->close |= (uint64_t)((class & (PAREN_END | BRACKET_END)) != 0) << k;
        out->line |= (uint64_t)((class & LINE) != 0) << k;
        out->backslash |= (uint64_t)(p[k] == '\\') << k;
        out->dark |= (uint64_t)(p[k] != ' ' && (p[k] < '\t' || p[k] > '\r')) << k;
        out->field |= (uint64_t)(p[k] == '%' || p[k] == '{') << k;
        out->high |= (uint64_t)(p[k] >= 0x80) << k;
        out->hint |= (uint64_t)(hint_at(h, p + k) != 0) << k;
    }
}

typedef void (*block_filler)(const struct skim_hints *h, const unsigned char *p, struct skim_block *out);

static inline void fill_rest(const struct skim_hints *h, struct slice text, size_t at, block_filler fill,
                             struct skim_block *out) {
    for (; at < text.len; at += SKIM_BLOCK) {
        unsigned char last[SKIM_BLOCK + 2] = {0};
        size_t left = text.len - at;
        memcpy(last, text.ptr + at, left < sizeof last ? left : sizeof last);
        fill(h, last, out++);
        if (left < SKIM_BLOCK)
            out[-1].hint &= ((uint64_t)1 << left) - 1; /* zeros are any byte */
    }
}

void skim_blocks_fill_plain(const struct skim_hints *h, struct slice text, struct skim_block *out) {
    fill_rest(h, text, 0, fill_block, out);
}

static inline int64_t nest(struct skim_block *blocks, size_t count) {
    int64_t depth = 0;
    for (size_t i = 0; i < count; i++) {
        blocks[i].depth = depth;
        depth += (int64_t)bits_count(blocks[i].open) - (int64_t)bits_count(blocks[i].close);
    }
    return depth;
}

#ifdef SKIM_AVX2
#define TARGET __attribute__((target("avx2")))

struct half_tables {
    __m256i low, high;
};

TARGET static inline __m256i load_table(const uint8_t *table) {
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)table));
}
TARGET static inline struct half_tables load_tables(const uint8_t *low, const uint8_t *high) {
    return (struct half_tables){load_table(low), load_table(high)};
}
TARGET static inline __m256i load_bytes(const unsigned char *p) {
    return _mm256_loadu_si256((const __m256i *)(const void *)p);
}
TARGET static inline __m256i look_up(struct half_tables t, __m256i v) {
    const __m256i half = _mm256_set1_epi8(15);
    __m256i low = _mm256_shuffle_epi8(t.low, _mm256_and_si256(v, half));
    __m256i high = _mm256_shuffle_epi8(t.high, _mm256_and_si256(_mm256_srli_epi16(v, 4), half));
    return _mm256_and_si256(low, high);
}
/* The highest bit of each byte, of 64 of them. */
TARGET static inline uint64_t bits_of(__m256i a, __m256i b) {
    return (uint32_t)_mm256_movemask_epi8(a) | (uint64_t)(uint32_t)_mm256_movemask_epi8(b) << 32;
}
/* Class number `n` of each byte: shifted to the highest bit. */
#define CLASS_BITS(a, b, n) bits_of(_mm256_slli_epi16(a, 7 - (n)), _mm256_slli_epi16(b, 7 - (n)))

TARGET static inline __m256i hints_of(const struct half_tables t[3], const unsigned char *p) {
    __m256i all =
        _mm256_and_si256(_mm256_and_si256(look_up(t[0], load_bytes(p)), look_up(t[1], load_bytes(p + 1))),
                         look_up(t[2], load_bytes(p + 2)));
    return _mm256_cmpeq_epi8(all, _mm256_setzero_si256()); /* none */
}

/* Tab to carriage return. */
TARGET static inline __m256i blanks_of(__m256i v) {
    __m256i from_tab = _mm256_sub_epi8(v, _mm256_set1_epi8('\t'));
    return _mm256_cmpeq_epi8(_mm256_min_epu8(from_tab, _mm256_set1_epi8('\r' - '\t')), from_tab);
}

TARGET static inline void fill_vector(const struct half_tables hints[3], const unsigned char *p,
                                      struct skim_block *out) {
    const struct half_tables classes = load_tables(class_low, class_high);
    const __m256i slash = _mm256_set1_epi8('\\'), blank = _mm256_set1_epi8(' ');
    const __m256i percent = _mm256_set1_epi8('%'), brace = _mm256_set1_epi8('{');
    __m256i x = load_bytes(p), y = load_bytes(p + 32);
    __m256i a = look_up(classes, x), b = look_up(classes, y);
    out->quote = CLASS_BITS(a, b, 0);
    out->apostrophe = CLASS_BITS(a, b, 1);
    out->hash = CLASS_BITS(a, b, 2);
    out->open = CLASS_BITS(a, b, 3) | CLASS_BITS(a, b, 5);
    out->close = CLASS_BITS(a, b, 4) | CLASS_BITS(a, b, 6);
    out->line = bits_of(a, b);
    out->high = bits_of(x, y);
    out->backslash = bits_of(_mm256_cmpeq_epi8(x, slash), _mm256_cmpeq_epi8(y, slash));
    out->dark = ~bits_of(_mm256_or_si256(_mm256_cmpeq_epi8(x, blank), blanks_of(x)),
                         _mm256_or_si256(_mm256_cmpeq_epi8(y, blank), blanks_of(y)));
    out->field = bits_of(_mm256_or_si256(_mm256_cmpeq_epi8(x, percent), _mm256_cmpeq_epi8(x, brace)),
                         _mm256_or_si256(_mm256_cmpeq_epi8(y, percent), _mm256_cmpeq_epi8(y, brace)));
    out->hint = ~bits_of(hints_of(hints, p), hints_of(hints, p + 32));
}

struct hint_tables {
    struct half_tables of[3]; /* of the first, second and third byte of a word */
};

TARGET static inline struct hint_tables load_hints(const struct skim_hints *h) {
    struct hint_tables hints;
    for (unsigned place = 0; place < 3; place++)
        hints.of[place] = load_tables(h->low[place], h->high[place]);
    return hints;
}

TARGET static void fill_block_avx2(const struct skim_hints *h, const unsigned char *p,
                                   struct skim_block *out) {
    const struct hint_tables hints = load_hints(h);
    fill_vector(hints.of, p, out);
}

TARGET static void fill_avx2(const struct skim_hints *h, struct slice text, struct skim_block *out) {
    const struct hint_tables hints = load_hints(h);
    const unsigned char *p = (const unsigned char *)text.ptr;
    size_t at = 0;
    for (; text.len - at >= SKIM_BLOCK + 2; at += SKIM_BLOCK)
        fill_vector(hints.of, p + at, out++);
    fill_rest(h, text, at, fill_block_avx2, out);
}

/* The same with one instruction to count bits. */
__attribute__((target("popcnt"))) static int64_t nest_popcnt(struct skim_block *blocks, size_t count) {
    int64_t depth = 0;
    for (size_t i = 0; i < count; i++) {
        blocks[i].depth = depth;
        depth += __builtin_popcountll(blocks[i].open) - __builtin_popcountll(blocks[i].close);
    }
    return depth;
}

int64_t skim_blocks_nest(struct skim_block *blocks, size_t count) {
    return __builtin_cpu_supports("popcnt") ? nest_popcnt(blocks, count) : nest(blocks, count);
}

void skim_blocks_fill(const struct skim_hints *h, struct slice text, struct skim_block *out) {
    if (__builtin_cpu_supports("avx2"))
        fill_avx2(h, text, out);
    else
        skim_blocks_fill_plain(h, text, out);
}
#else
int64_t skim_blocks_nest(struct skim_block *blocks, size_t count) {
    return nest(blocks, count);
}

void skim_blocks_fill(const struct skim_hints *h, struct slice text, struct skim_block *out) {
    skim_blocks_fill_plain(h, text, out);
}
#endif
