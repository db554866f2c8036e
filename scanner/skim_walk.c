/* skim_walk.c: the literals of a text, by the rules of the lexer (pylex_string.c) for where they begin and
 * end. */
#include "base/mem.h"
#include "scanner/pylex_internal.h"
#include "scanner/skim_internal.h"

#define MAX_LITERALS ((size_t)1 << 17) /* of a file: 3 MB */

static inline uint64_t begins_literal(const struct skim_block *b) {
    return b->quote | b->apostrophe | b->hash;
}
static inline uint64_t ends_line(const struct skim_block *b) {
    return b->line;
}
static inline uint64_t ends_quoted(const struct skim_block *b) {
    return b->quote | b->backslash | b->line;
}
static inline uint64_t ends_apostrophed(const struct skim_block *b) {
    return b->apostrophe | b->backslash | b->line;
}
static inline uint64_t quote_or_backslash(const struct skim_block *b) {
    return b->quote | b->backslash;
}
static inline uint64_t apostrophe_or_backslash(const struct skim_block *b) {
    return b->apostrophe | b->backslash;
}

bool skim_is_word(char c) {
    return pylex_is_word((unsigned char)c);
}

static struct skim_literal *add_literal(struct skim *s) {
    s->literals = mem_grow(s->literals, &s->literal_capacity, s->literal_count + 1, sizeof *s->literals);
    return &s->literals[s->literal_count++];
}

/* Brackets and line ends in it are none of the code's. */
static void cover(struct skim *s, size_t start, size_t end) {
    for (size_t block = start / SKIM_BLOCK; block * SKIM_BLOCK < end; block++) {
        size_t base = block * SKIM_BLOCK;
        uint64_t mask = start > base ? UINT64_MAX << (start - base) : UINT64_MAX;
        if (end - base < SKIM_BLOCK)
            mask &= ((uint64_t)1 << (end - base)) - 1;
        struct skim_block *b = &s->blocks[block];
        b->open &= ~mask;
        b->close &= ~mask;
        b->line &= ~mask;
        b->hash |= mask;
    }
}

/* Letters of a prefix that end at `quote`, and begin at `from` or behind it. */
static unsigned prefix_before(const struct skim *s, size_t from, size_t quote, uint8_t *flags) {
    unsigned len = 0;
    while (len < 3 && quote - len > from && skim_is_word(s->text.ptr[quote - len - 1]))
        len++;
    int known =
        len == 1 || len == 2 ? pylex_prefix_flags((const unsigned char *)s->text.ptr + quote - len, len) : -1;
    *flags = known >= 0 ? (uint8_t)known : 0;
    return known >= 0 ? len : 0;
}

static bool is_triple(const struct skim *s, size_t at) {
    const char *p = s->text.ptr + at;
    return s->text.len - at > 2 && p[1] == p[0] && p[2] == p[0];
}

/* From the first byte of the body on; false if there is no end. */
static bool find_triple_end(struct skim *s, struct skim_literal *l, char quote) {
    for (size_t at = l->body;;) {
        at = quote == '"' ? skim_next(s, at, quote_or_backslash) : skim_next(s, at, apostrophe_or_backslash);
        if (at >= s->text.len)
            return false;
        if (s->text.ptr[at] == quote && is_triple(s, at)) {
            l->body_end = (uint32_t)at;
            l->end = (uint32_t)at + 3;
            return true;
        }
        bool escape = s->text.ptr[at] == '\\';
        l->flags |= escape && !(l->flags & PY_STR_RAW) ? PY_STR_ESCAPES : 0;
        at += escape ? 2 : 1;
    }
}

/* Where it ends not, its line ends it. */
static void find_single_end(struct skim *s, struct skim_literal *l, char quote) {
    for (size_t at = l->body;; at += 2) { /* a backslash takes a byte with it */
        at = quote == '"' ? skim_next(s, at, ends_quoted) : skim_next(s, at, ends_apostrophed);
        bool ended = at < s->text.len && s->text.ptr[at] == quote;
        if (ended || at >= s->text.len || s->text.ptr[at] == '\n') {
            l->body_end = (uint32_t)(at < s->text.len ? at : s->text.len);
            l->end = l->body_end + ended;
            l->flags |= ended ? 0 : PY_STR_UNTERMINATED;
            return;
        }
        l->flags |= l->flags & PY_STR_RAW ? 0 : PY_STR_ESCAPES;
    }
}

/* The quotes that end an f-string may stand in a field of it (PEP 701), and a field may be anything: only
 * what is plain is taken for what it looks like. */
static bool fields_are_plain(struct slice body) {
    size_t depth = 0;
    for (size_t i = 0; i < body.len; i++) {
        char c = body.ptr[i];
        bool doubled = i + 1 < body.len && body.ptr[i + 1] == c;
        if (c == '\\') {
            if (depth > 0 || (i + 1 < body.len && strchr("N{}", body.ptr[i + 1]) != NULL))
                return false;
            i++;
        } else if (c == '\n' && depth > 0) {
            return false;
        } else if (c == '{' && depth == 0 && doubled) {
            i++;
        } else if (c == '{') {
            depth++;
        } else if (c == '}' && depth == 0) {
            if (!doubled)
                return false;
            i++;
        } else if (c == '}') {
            depth--;
        }
    }
    return depth == 0;
}

static bool string_at(struct skim *s, size_t from, size_t quote, struct skim_literal *l) {
    uint8_t flags;
    unsigned prefix = prefix_before(s, from, quote, &flags);
    bool triple = is_triple(s, quote);
    *l = (struct skim_literal){.start = (uint32_t)quote - prefix,
                               .body = (uint32_t)quote + (triple ? 3 : 1),
                               .flags = flags,
                               .prefix_len = (uint8_t)prefix};
    if (triple) {
        l->flags |= PY_STR_TRIPLE;
        if (!find_triple_end(s, l, s->text.ptr[quote]))
            return false;
    } else {
        find_single_end(s, l, s->text.ptr[quote]);
    }
    if (!(flags & (PY_STR_F | PY_STR_T)))
        return true;
    l->kind = SKIM_FORMATTED;
    return !(l->flags & PY_STR_UNTERMINATED) && fields_are_plain(slice_sub(s->text, l->body, l->body_end));
}

static void comment_at(struct skim *s, size_t hash, struct skim_literal *l) {
    uint32_t start = (uint32_t)hash, end = (uint32_t)skim_next(s, hash, ends_line);
    *l = (struct skim_literal){
        .start = start, .end = end, .body = start, .body_end = end, .kind = SKIM_COMMENT};
}

bool skim_walk(struct skim *s) {
    s->literal_count = 0;
    for (size_t at = 0, from = 0;; from = at) {
        at = skim_next(s, at, begins_literal);
        if (at >= s->text.len)
            return true;
        if (s->literal_count == MAX_LITERALS)
            return false;
        struct skim_literal *l = add_literal(s);
        if (s->text.ptr[at] == '#')
            comment_at(s, at, l);
        else if (!string_at(s, from, at, l))
            return false;
        cover(s, l->start, l->end);
        at = l->end;
    }
}
