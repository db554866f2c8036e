/* pylex_ident.c: identifiers, keywords, and the prefixes of string literals. */
#include "scanner/pylex_internal.h"
#include "base/encode.h"
#include "base/load.h"
#include "scanner/pybytes.h"

struct xid_range {
    uint32_t first, last;
    bool start;
};
static const struct xid_range xid_ranges[] = {
#include "scanner/unicode_xid.inc"
};

/* Keywords are looked up by their bytes as one little-endian number: every one
 * has at most eight. The multiplier gives each its own place in the table (the
 * compiler would warn of two for one place). */
#define KEYWORD_MAX 8u
#define KEYWORD_MULTIPLIER 0x0ee366d20c542ee1u
#define KEYWORD_PLACE(key) ((key)*KEYWORD_MULTIPLIER >> 58)
#define K1(c) ((uint64_t)(unsigned char)(c))
#define K2(a, b) (K1(a) | K1(b) << 8)
#define K4(a, b, c, d) (K2(a, b) | K2(c, d) << 16)
#define K8(a, b, c, d, e, f, g, h) (K4(a, b, c, d) | K4(e, f, g, h) << 32)

struct keyword {
    uint64_t key;
    uint8_t keyword;
    bool statement; /* can only begin a statement or a part of one: never stands inside brackets */
};
#define KEYWORD(keyword, statement, ...)                                                                     \
    [KEYWORD_PLACE(K8(__VA_ARGS__))] = {K8(__VA_ARGS__), keyword, statement}

static const struct keyword keywords[64] = {
    KEYWORD(KW_AND, false, 'a', 'n', 'd', 0, 0, 0, 0, 0),
    KEYWORD(KW_AS, false, 'a', 's', 0, 0, 0, 0, 0, 0),
    KEYWORD(KW_ASSERT, true, 'a', 's', 's', 'e', 'r', 't', 0, 0),
    KEYWORD(KW_ASYNC, false, 'a', 's', 'y', 'n', 'c', 0, 0, 0),
    KEYWORD(KW_AWAIT, false, 'a', 'w', 'a', 'i', 't', 0, 0, 0),
    KEYWORD(KW_BREAK, true, 'b', 'r', 'e', 'a', 'k', 0, 0, 0),
    KEYWORD(KW_CLASS, true, 'c', 'l', 'a', 's', 's', 0, 0, 0),
    KEYWORD(KW_CONTINUE, true, 'c', 'o', 'n', 't', 'i', 'n', 'u', 'e'),
    KEYWORD(KW_DEF, true, 'd', 'e', 'f', 0, 0, 0, 0, 0),
    KEYWORD(KW_DEL, true, 'd', 'e', 'l', 0, 0, 0, 0, 0),
    KEYWORD(KW_ELIF, true, 'e', 'l', 'i', 'f', 0, 0, 0, 0),
    KEYWORD(KW_ELSE, false, 'e', 'l', 's', 'e', 0, 0, 0, 0),
    KEYWORD(KW_EXCEPT, true, 'e', 'x', 'c', 'e', 'p', 't', 0, 0),
    KEYWORD(KW_FALSE, false, 'F', 'a', 'l', 's', 'e', 0, 0, 0),
    KEYWORD(KW_FINALLY, true, 'f', 'i', 'n', 'a', 'l', 'l', 'y', 0),
    KEYWORD(KW_FOR, false, 'f', 'o', 'r', 0, 0, 0, 0, 0),
    KEYWORD(KW_FROM, false, 'f', 'r', 'o', 'm', 0, 0, 0, 0),
    KEYWORD(KW_GLOBAL, true, 'g', 'l', 'o', 'b', 'a', 'l', 0, 0),
    KEYWORD(KW_IF, false, 'i', 'f', 0, 0, 0, 0, 0, 0),
    KEYWORD(KW_IMPORT, true, 'i', 'm', 'p', 'o', 'r', 't', 0, 0),
    KEYWORD(KW_IN, false, 'i', 'n', 0, 0, 0, 0, 0, 0),
    KEYWORD(KW_IS, false, 'i', 's', 0, 0, 0, 0, 0, 0),
    KEYWORD(KW_LAMBDA, false, 'l', 'a', 'm', 'b', 'd', 'a', 0, 0),
    KEYWORD(KW_NONE_VALUE, false, 'N', 'o', 'n', 'e', 0, 0, 0, 0),
    KEYWORD(KW_NONLOCAL, true, 'n', 'o', 'n', 'l', 'o', 'c', 'a', 'l'),
    KEYWORD(KW_NOT, false, 'n', 'o', 't', 0, 0, 0, 0, 0),
    KEYWORD(KW_OR, false, 'o', 'r', 0, 0, 0, 0, 0, 0),
    KEYWORD(KW_PASS, true, 'p', 'a', 's', 's', 0, 0, 0, 0),
    KEYWORD(KW_RAISE, true, 'r', 'a', 'i', 's', 'e', 0, 0, 0),
    KEYWORD(KW_RETURN, true, 'r', 'e', 't', 'u', 'r', 'n', 0, 0),
    KEYWORD(KW_TRUE, false, 'T', 'r', 'u', 'e', 0, 0, 0, 0),
    KEYWORD(KW_TRY, true, 't', 'r', 'y', 0, 0, 0, 0, 0),
    KEYWORD(KW_WHILE, true, 'w', 'h', 'i', 'l', 'e', 0, 0, 0),
    KEYWORD(KW_WITH, true, 'w', 'i', 't', 'h', 0, 0, 0, 0),
    KEYWORD(KW_YIELD, false, 'y', 'i', 'e', 'l', 'd', 0, 0, 0),
    KEYWORD(KW_MATCH, false, 'm', 'a', 't', 'c', 'h', 0, 0, 0),
    KEYWORD(KW_CASE, false, 'c', 'a', 's', 'e', 0, 0, 0, 0),
    KEYWORD(KW_TYPE, false, 't', 'y', 'p', 'e', 0, 0, 0, 0),
};

static const struct keyword *find_keyword(const unsigned char *p, size_t len, const unsigned char *end) {
    if (len > KEYWORD_MAX || len < 2)
        return NULL;
    uint64_t key =
        (size_t)(end - p) >= sizeof key ? load_le64(p) & UINT64_MAX >> (64 - 8 * len) : load_le(p, len);
    const struct keyword *k = &keywords[KEYWORD_PLACE(key)];
    return k->key == key ? k : NULL;
}

unsigned py_keyword_of(struct slice word) {
    const unsigned char *p = (const unsigned char *)word.ptr;
    const struct keyword *k = find_keyword(p, word.len, p + word.len);
    return k ? k->keyword : KW_NONE;
}

/* The letters of a prefix, lower case, and what they mean. */
static const struct {
    char letters[3];
    uint8_t flags;
} prefixes[] = {
    {"r", PY_STR_RAW},
    {"b", PY_STR_BYTES},
    {"f", PY_STR_F},
    {"u", PY_STR_U},
    {"t", PY_STR_T},
    {"rb", PY_STR_RAW | PY_STR_BYTES},
    {"br", PY_STR_RAW | PY_STR_BYTES},
    {"rf", PY_STR_RAW | PY_STR_F},
    {"fr", PY_STR_RAW | PY_STR_F},
    {"rt", PY_STR_RAW | PY_STR_T},
    {"tr", PY_STR_RAW | PY_STR_T},
};

int pylex_prefix_flags(const unsigned char *p, size_t len) {
    char letters[3] = {(char)(p[0] | 0x20), (char)(len > 1 ? p[1] | 0x20 : 0), 0};
    for (size_t i = 0; i < KL_ARRAY_LEN(prefixes); i++)
        if (strcmp(prefixes[i].letters, letters) == 0)
            return prefixes[i].flags;
    return -1;
}

unsigned pylex_ident_char(const unsigned char *p, const unsigned char *end, bool first) {
    if (*p < 0x80)
        return pylex_class[*p] == CLASS_NAME || (!first && pylex_class[*p] == CLASS_DIGIT);
    uint32_t c;
    unsigned len = utf8_sequence((const char *)p, (size_t)(end - p), &c);
    if (len == 0)
        return 0;
    size_t low = 0, high = KL_ARRAY_LEN(xid_ranges);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (c > xid_ranges[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    bool found =
        low < KL_ARRAY_LEN(xid_ranges) && c >= xid_ranges[low].first && (!first || xid_ranges[low].start);
    return found ? len : 0;
}

/* Who asks for the imports of a file need not walk over all its tokens. */
static void note_import(struct py_tokens *out) {
    out->imports = mem_grow(out->imports, &out->import_capacity, out->import_count + 1, sizeof *out->imports);
    out->imports[out->import_count++] = (uint32_t)(out->count - 1);
}

static void emit_name(struct lexer *lx, const unsigned char *start, const unsigned char *end) {
    const struct keyword *k = find_keyword(start, (size_t)(end - start), lx->end);
    if (k && k->statement && lx->open_count && start == lx->line_code)
        pylex_statement_inside_brackets(lx, start);
    pylex_emit(lx, PY_NAME, start, end)->op = k ? k->keyword : KW_NONE;
    if (k && (k->keyword == KW_IMPORT || k->keyword == KW_FROM))
        note_import(lx->out);
}

/* A run of identifier bytes that are not all ASCII: identifiers, and characters
 * that belong to none. The whole run at once, so that each byte is looked at
 * once. (A number's digits after such a character are part of the error.) */
static const unsigned char *wide_names(struct lexer *lx, const unsigned char *p, const unsigned char *end) {
    while (p < end) {
        const unsigned char *start = p;
        unsigned len;
        while (p < end && (len = pylex_ident_char(p, end, p == start)) != 0)
            p += len;
        if (p > start) {
            emit_name(lx, start, p);
            continue;
        }
        uint32_t unused;
        len = utf8_sequence((const char *)p, (size_t)(end - p), &unused);
        p = pylex_error(lx, p, p + (len ? len : 1));
    }
    return p;
}

const unsigned char *pylex_name(struct lexer *lx, const unsigned char *start) {
    bool high = false;
    const unsigned char *p = pybytes_skip_word(start, lx->end, &high);
    if (high)
        return wide_names(lx, start, p);
    size_t len = (size_t)(p - start);
    if (len <= 2 && p < lx->end && pylex_class[*p] == CLASS_QUOTE) {
        int flags = pylex_prefix_flags(start, len);
        if (flags >= 0)
            return pylex_string(lx, start, p, (uint8_t)flags);
    }
    emit_name(lx, start, p);
    return p;
}
