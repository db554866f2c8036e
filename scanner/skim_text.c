/* skim_text.c: brackets, statements and the bytes around a place, without tokens. */
#include "base/bisect.h"
#include "scanner/pybytes.h"
#include "scanner/pylex_internal.h"
#include "scanner/skim_internal.h"

#define MAX_SHORT_NAME 32u /* bytes: a search takes up to so many times as long as the text */

/* ---- brackets and statements ---- */

/* The open ones are a stack in a number, two bits each, which are the same of () [] {} in ASCII and never 0.
 * What it has no room for is a mismatch when it is closed. Without a branch: which bracket comes next, no
 * processor guesses. */
static bool is_plain(const struct skim *s) {
    uint64_t open = 0, wrong = 0;
    for (size_t i = 0; i < s->block_count; i++) {
        const unsigned char *block = (const unsigned char *)s->text.ptr + i * SKIM_BLOCK;
        wrong |= s->blocks[i].high & ~s->blocks[i].hash;
        for (uint64_t bits = skim_brackets(&s->blocks[i]); bits != 0; bits &= bits - 1) {
            unsigned c = block[bits_lowest(bits)];
            uint64_t kind = c >> 5 & 3u, closes = 0 - (uint64_t)((c & 3u) == 1); /* )]} */
            wrong |= (open ^ kind) & 3u & closes;
            open = (open >> 2 & closes) | ((open << 2 | kind) & ~closes);
        }
        if (wrong != 0)
            return false;
    }
    return open == 0;
}

bool skim_is_plain(struct skim *s) {
    if (s->plain == SKIM_UNKNOWN)
        s->plain = is_plain(s) ? SKIM_YES : SKIM_NO;
    return s->plain == SKIM_YES;
}

/* How many brackets are open at a byte. */
int64_t skim_depth_at(struct skim *s, size_t at) {
    if (at == s->text.len)
        return 0;
    const struct skim_block *b = &s->blocks[at / SKIM_BLOCK];
    uint64_t mask = ((uint64_t)1 << (at % SKIM_BLOCK)) - 1;
    return b->depth + (int64_t)bits_count(b->open & mask) - (int64_t)bits_count(b->close & mask);
}

/* The last position of the class in [from, to); SIZE_MAX if there is none. */
size_t skim_last_in(struct skim *s, size_t from, size_t to, skim_class of) {
    for (size_t i = skim_block_count(to); i-- > from / SKIM_BLOCK;) {
        s->work++;
        size_t base = i * SKIM_BLOCK;
        uint64_t bits = of(&s->blocks[i]);
        if (to - base < SKIM_BLOCK)
            bits &= ((uint64_t)1 << (to - base)) - 1;
        if (from > base)
            bits &= UINT64_MAX << (from - base);
        if (bits != 0)
            return base + bits_highest(bits);
    }
    return SIZE_MAX;
}

bool skim_opens(struct skim *s, size_t bracket) {
    char c = s->text.ptr[bracket];
    return c == '(' || c == '[' || c == '{';
}

/* The bracket around `at`, looked for from there back to `from`: SIZE_MAX if there is none. *missing: how
 * many brackets were closed that were not opened again. */
size_t skim_around_in(struct skim *s, size_t from, size_t at, size_t *missing) {
    size_t closed = *missing;
    for (size_t i = skim_last_in(s, from, at, skim_brackets); i != SIZE_MAX;
         i = skim_last_in(s, from, i, skim_brackets)) {
        if (!skim_opens(s, i))
            closed++;
        else if (closed-- == 0)
            return i;
    }
    *missing = closed;
    return SIZE_MAX;
}

/* The bracket around a bracket. */
size_t skim_bracket_outside(struct skim *s, size_t open) {
    size_t missing = 0;
    return skim_depth_at(s, open) > 0 ? skim_around_in(s, 0, open, &missing) : SIZE_MAX;
}

/* The bracket in which `at` stands; SIZE_MAX: in none. What is known of the place that was asked about before
 * is used again, so that the literals of a long table cost one walk. */
size_t skim_bracket_around(struct skim *s, size_t at) {
    size_t missing = 0, known = s->around_at <= at ? s->around_at : 0, found = SIZE_MAX;
    if (skim_depth_at(s, at) > 0) {
        found = skim_around_in(s, known, at, &missing);
        if (found == SIZE_MAX && known > 0)
            for (found = s->around; missing > 0 && found != SIZE_MAX; missing--)
                found = skim_bracket_outside(s, found);
    }
    s->around_at = at;
    s->around = found;
    return found;
}

/* A line end behind a backslash ends nothing. */
static bool ends_statement(struct skim *s, size_t line) {
    return skim_depth_at(s, line) <= 0 && (line == 0 || s->text.ptr[line - 1] != '\\');
}

/* Finds the statement around `at`. */
void skim_find_statement(struct skim *s, size_t at) {
    struct skim_statement *st = &s->statement;
    if (at >= st->start && at <= st->end && st->end != SIZE_MAX)
        return;
    size_t from = st->end != SIZE_MAX && st->end < at ? st->end : 0;
    size_t start = skim_last_in(s, from, at, skim_lines), end = skim_next(s, at, skim_lines);
    while (start != SIZE_MAX && !ends_statement(s, start))
        start = skim_last_in(s, from, start, skim_lines);
    while (end < s->text.len && !ends_statement(s, end))
        end = skim_next(s, end + 1, skim_lines);
    *st = (struct skim_statement){.start = start == SIZE_MAX ? from : start + 1, .end = end};
}

/* ---- runs ---- */

/* The bits of 64 bytes from `at` on. */
static uint64_t dark_from(struct skim *s, size_t at) {
    const struct skim_block *b = &s->blocks[at / SKIM_BLOCK];
    unsigned shift = at % SKIM_BLOCK;
    uint64_t bits = b->dark >> shift;
    if (shift > 0 && at / SKIM_BLOCK + 1 < s->block_count)
        bits |= b[1].dark << (SKIM_BLOCK - shift);
    return bits;
}

size_t skim_find_run(struct skim *s, size_t from, size_t to) {
    _Static_assert(SKIM_MIN_RUN == 20, "sixteen and four");
    while (to - from >= SKIM_MIN_RUN) {
        uint64_t bits = dark_from(s, from);
        if (to - from < SKIM_BLOCK)
            bits &= ((uint64_t)1 << (to - from)) - 1;
        for (unsigned len = 1; len < 16; len *= 2)
            bits &= bits >> len;
        bits &= bits >> 4;
        if (bits != 0)
            return from + bits_lowest(bits);
        if (to - from < SKIM_BLOCK)
            break;
        from += SKIM_BLOCK - SKIM_MIN_RUN + 1;
    }
    return to;
}

/* ---- text ---- */

size_t skim_find(struct skim *s, struct slice name, size_t from, size_t to) {
    const unsigned char *begin = (const unsigned char *)s->text.ptr, *end = begin + to, *p;
    if (name.len < 2 || name.len > MAX_SHORT_NAME) {
        size_t found = slice_find(slice_sub(s->text, 0, to), name, from);
        return found == SIZE_MAX ? to : found;
    }
    for (p = begin + from; p < end; p++) {
        p = pybytes_find_pair(p, end, (unsigned char)name.ptr[0], (unsigned char)name.ptr[1]);
        if ((size_t)(end - p) < name.len)
            break;
        if (memcmp(p, name.ptr, name.len) == 0)
            return (size_t)(p - begin);
    }
    return to;
}

/* ---- bytes around ---- */

bool skim_is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\f';
}

bool skim_is_word_at(struct skim *s, size_t at) {
    return at < s->text.len && skim_is_word(s->text.ptr[at]);
}

/* Behind the last byte before `at` that is no blank; over line ends inside brackets. */
size_t skim_back_over_blanks(struct skim *s, size_t at, bool lines) {
    while (at > 0 && (skim_is_blank(s->text.ptr[at - 1]) || (lines && s->text.ptr[at - 1] == '\n')))
        at--;
    return at;
}

size_t skim_over_blanks(struct skim *s, size_t at, bool lines) {
    while (at < s->text.len && (skim_is_blank(s->text.ptr[at]) || (lines && s->text.ptr[at] == '\n')))
        at++;
    return at;
}

/* The identifier that ends at `end`; empty if there is none. */
struct slice skim_word_before(struct skim *s, size_t end) {
    size_t start = end;
    while (start > 0 && skim_is_word_at(s, start - 1))
        start--;
    return slice_sub(s->text, start, end);
}

size_t skim_offset_of(struct skim *s, struct slice part) {
    return (size_t)(part.ptr - s->text.ptr);
}

/* The literal that covers `at`; NULL if none does. */
const struct skim_literal *skim_literal_at(struct skim *s, size_t at) {
    if (!skim_in_literal(s, at))
        return NULL;
    struct bisection b = {.high = s->literal_count};
    while (bisect(&b))
        bisect_tell(&b, s->literals[b.middle].end <= at);
    return &s->literals[b.low];
}

bool skim_in_comment(struct skim *s, size_t at) {
    const struct skim_literal *l = skim_literal_at(s, at);
    return l && l->kind == SKIM_COMMENT;
}

/* Behind an operand, bracket number `d` of the stack is a call or a subscript; *word is its last name, if
 * that is a name. */
bool skim_is_behind_operand(struct skim *s, size_t open, bool lines, struct slice *word) {
    size_t end = skim_back_over_blanks(s, open, lines);
    *word = (struct slice){0};
    if (end == 0 || skim_in_comment(s, end - 1))
        return false;
    *word = skim_word_before(s, end);
    if (word->len > 0)
        return py_keyword_of(*word) == KW_NONE || py_keyword_of(*word) >= KW_MATCH;
    char c = s->text.ptr[end - 1];
    return c == ')' || c == ']' || c == '}' || c == '"' || c == '\'';
}

/* Line ends before a bracket count where it stands in another one: then the bytes before it are looked at as
 * if it did. */
bool skim_is_call(struct skim *s, size_t open, struct slice *word) {
    return skim_is_behind_operand(s, open, false, word) ||
           (open > 0 && skim_is_behind_operand(s, open, true, word) && skim_depth_at(s, open) > 0);
}
