/* skim_value.c: what a value is by itself, whatever names it: does a rule match, is it text in base64 and the
 * like, is it random? */
#include "scanner/encoded.h"
#include "scanner/pybytes.h"
#include "scanner/skim_internal.h"

#define SKIM_WORD_BEFORE 8u /* "bearer ", "basic " */

static void note_match(void *ctx, const struct rule_match *m) {
    (void)m;
    *(bool *)ctx = true;
}

static bool rules_match(struct skim *s, struct slice value) {
    bool found = false;
    struct error e;
    e.message[0] = '\0';
    return rule_match_value(s->w->matcher, value, (struct slice){0}, note_match, &found, &e) != KL_OK ||
           found;
}

static bool rules_match_decoded(struct skim *s, struct slice text) {
    struct encoded e;
    size_t at = 0;
    return rules_match(s, text) || encoded_next(text, &at, &s->w->arena, &e);
}

static bool encoding_tells(struct skim *s, struct slice value) {
    struct encoded e;
    for (size_t at = 0; encoded_next(value, &at, &s->w->arena, &e);)
        if (rules_match_decoded(s, e.text))
            return true;
    return false;
}

/* Does a long run without a blank hold the place, which is searched anyway? */
static bool is_in_long_run(struct skim *s, size_t at, size_t start, size_t end) {
    size_t first = at, last = at;
    while (first > start && !pybytes_is_blank((unsigned char)s->text.ptr[first - 1]))
        first--;
    while (last < end && last - first < SKIM_MIN_RUN && !pybytes_is_blank((unsigned char)s->text.ptr[last]))
        last++;
    return last - first >= SKIM_MIN_RUN;
}

/* Escapes that neither spell a character of a word nor vanish. */
static bool has_plain_escapes(struct slice body) {
    for (size_t at = slice_find_byte(body, '\\', 0); at != SIZE_MAX; at = slice_find_byte(body, '\\', at + 2))
        if (at + 1 == body.len || strchr("nrt\"'\\", body.ptr[at + 1]) == NULL)
            return false;
    return true;
}

/* Of literals `first` to `last`, which spell `value` together, or of which it is a piece. */
static bool has_distant_word(struct skim *s, size_t first, size_t last, struct slice value) {
    const struct skim_literal *l = &s->literals[first];
    if (first < last)
        return skim_spells_distant_word(value);
    if (l->flags & PY_STR_ESCAPES) /* what is spelled differs from what is written */
        return (skim_has(s, l->body, l->body_end, skim_distant) ||
                !has_plain_escapes(slice_sub(s->text, l->body, l->body_end))) &&
               skim_spells_distant_word(value);
    struct slice before_end = slice_sub(s->text, 0, l->body_end);
    for (size_t at = skim_next_in(s, l->body, l->body_end, skim_distant); at < l->body_end;
         at = skim_next_in(s, at + 1, l->body_end, skim_distant)) {
        bool searched = s->text.ptr[at] == ':' && l->kind != SKIM_FORMATTED &&
                        is_in_long_run(s, at, l->body, l->body_end);
        if (!searched && skim_is_distant_word(before_end, at))
            return true;
    }
    return false;
}

static bool is_in_text(struct skim *s, struct slice value) {
    return value.ptr >= s->text.ptr && value.ptr < s->text.ptr + s->text.len;
}

/* Where SKIM_MIN_RUN bytes without a blank begin, from `at` on; value.len if nowhere. */
static size_t find_run(struct skim *s, struct slice value, size_t at) {
    if (is_in_text(s, value)) {
        size_t base = skim_offset_of(s, value);
        return skim_find_run(s, base + at, base + value.len) - base;
    }
    const unsigned char *begin = (const unsigned char *)value.ptr, *end = begin + value.len, *p, *stop;
    for (p = pybytes_find_run(begin + at, end, PYBYTES_AT_ONCE); p < end;
         p = pybytes_find_run(stop, end, PYBYTES_AT_ONCE)) {
        stop = pybytes_run_end(p, end);
        if (stop - p >= (ptrdiff_t)SKIM_MIN_RUN)
            break;
    }
    return (size_t)(p - begin);
}

static size_t run_end(struct slice value, size_t at) {
    const unsigned char *begin = (const unsigned char *)value.ptr;
    return (size_t)(pybytes_run_end(begin + at, begin + value.len) - begin);
}

static bool may_have_field(struct skim *s, struct slice value) {
    if (value.len == 0 || !is_in_text(s, value))
        return value.len > 0;
    size_t base = skim_offset_of(s, value);
    return skim_has(s, base, base + value.len, skim_fields);
}

/* What does not change of a template. */
static struct slice fixed_piece(struct skim *s, struct slice value) {
    const struct candidate template = {.context = CONTEXT_FORMAT};
    return may_have_field(s, value) ? classify_fixed_piece(&template, value) : value;
}

/* A run of bytes without a blank, value[start, end). */
static bool run_tells(struct skim *s, struct slice value, size_t start, size_t end) {
    struct slice run = slice_sub(value, start, end);
    size_t from = start < SKIM_WORD_BEFORE ? 0 : start - SKIM_WORD_BEFORE, fixed = fixed_piece(s, run).len;
    return rules_match(s, slice_sub(value, from, end + 1)) ||
           (fixed < run.len && rules_match(s, slice_sub(value, from, start + fixed))) ||
           (run.len >= ENCODED_MIN_BYTES && encoding_tells(s, run));
}

/* What only a long value can be. */
static bool runs_tell(struct skim *s, struct slice value) {
    struct encoded e;
    size_t head = 0; /* bytes before the first blank, if they are many */
    for (size_t start = find_run(s, value, 0), end; start < value.len; start = find_run(s, value, end)) {
        end = run_end(value, start);
        head = start == 0 ? end : head;
        if (run_tells(s, value, start, end))
            return true;
    }
    if (head == value.len && value_is_surely_random(value)) /* what has a blank is not */
        return true;
    if (!may_have_field(s, value))
        return false;
    struct slice fixed = fixed_piece(s, value);
    return (fixed.len < value.len && fixed.len <= head && value_is_surely_random(fixed)) ||
           (encoded_percent(value, &s->w->arena, &e) && rules_match_decoded(s, e.text));
}

/* Is there something in it, whatever it is called? Most texts end here: the words of the rules are looked for
 * where a token could stand, in runs of bytes without a blank. */
bool skim_value_tells(struct skim *s, size_t first, size_t last, struct slice value) {
    if (value.len < rule_shortest(s->w->matcher))
        return false;
    if (value.len >= SKIM_MIN_RUN && runs_tell(s, value))
        return true;
    if (!has_distant_word(s, first, last, value))
        return false;
    struct slice fixed = fixed_piece(s, value);
    return rules_match(s, value) || (fixed.len < value.len && rules_match(s, fixed));
}

/* Words with blanks between them: nobody's secret under any name. */
bool skim_is_prose(struct skim *s, struct slice v) {
    size_t blank = slice_find_byte(v, ' ', 0);
    bool in_fours = v.len > 14 && v.ptr[4] == ' ' && v.ptr[9] == ' ' && v.ptr[14] == ' ';
    if (blank == SIZE_MAX || in_fours || classify_has_scheme(v))
        return false;
    return fixed_piece(s, slice_sub(v, 0, blank)).len == blank;
}
