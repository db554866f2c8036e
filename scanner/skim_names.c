/* skim_names.c: what the names of a statement promise, and those of the functions around it. */
#include "scanner/skim_internal.h"

static struct slice word_around(struct skim *s, size_t at) {
    size_t start = at, end = at;
    while (start > 0 && skim_is_word_at(s, start - 1))
        start--;
    while (skim_is_word_at(s, end))
        end++;
    return slice_sub(s->text, start, end);
}

/* A literal is a name as a whole, if it is one; an option is one of its spellings ("--api-key/-k"). */
static unsigned kinds_of_literal(struct skim *s, const struct skim_literal *l, size_t at) {
    struct slice body = slice_sub(s->text, l->body, l->body_end);
    if (l->kind == SKIM_COMMENT)
        return 0;
    if (l->kind == SKIM_FORMATTED)
        return classify_kinds(word_around(s, at));
    if (body.len > SKIM_MAX_NAME)
        return slice_ends(body, "auth") ? CLASSIFY_ANY_KIND : 0;
    return slice_starts(body, "-") ? CLASSIFY_ANY_KIND : classify_kinds(body);
}

/* *next: behind what was looked at. */
static unsigned kinds_at(struct skim *s, size_t at, size_t *next) {
    const struct skim_literal *l = skim_literal_at(s, at);
    struct slice word = word_around(s, at);
    *next = skim_offset_of(s, word) + word.len;
    if (l == NULL)
        return classify_kinds(word);
    if (l->kind != SKIM_FORMATTED)
        *next = l->end;
    return kinds_of_literal(s, l, at);
}

static bool stands_at(struct skim *s, size_t at, const char *word) {
    return slice_starts(slice_sub(s->text, at, s->text.len), word);
}

/* What returns, yields or is a lambda may go by the name of the function around. */
static bool returns(struct skim *s) {
    size_t start = skim_over_blanks(s, s->statement.start, false), end = start;
    while (skim_is_word_at(s, end))
        end++;
    unsigned keyword = py_keyword_of(slice_sub(s->text, start, end));
    if (keyword == KW_RETURN || keyword == KW_YIELD)
        return true;
    if (slice_eq_cstr(skim_word_before(s, skim_back_over_blanks(s, s->alone ? s->open : s->here, true)),
                      "yield"))
        return true;
    /* if x: return "..." */
    return keyword != KW_NONE &&
           slice_find(slice_sub(s->text, end, s->here), SLICE_LIT("return"), 0) != SIZE_MAX;
}

/* The blanks that a line begins with; SIZE_MAX with a tab among them. */
static size_t indentation(struct skim *s, size_t at) {
    size_t line = skim_last_in(s, 0, at, skim_lines), start = line == SIZE_MAX ? 0 : line + 1, end = start;
    while (end < s->text.len && s->text.ptr[end] == ' ')
        end++;
    return end < s->text.len && s->text.ptr[end] == '\t' ? SIZE_MAX : end - start;
}

/* The name behind "def" at `at`; empty if that is something else. */
static struct slice function_at(struct skim *s, size_t at) {
    size_t start = skim_over_blanks(s, at + 3, false), end = start;
    if (s->text.ptr[at] != 'd' || !stands_at(s, at, "def") || start == at + 3 ||
        (at > 0 && skim_is_word_at(s, at - 1)))
        return (struct slice){0};
    while (skim_is_word_at(s, end))
        end++;
    return slice_sub(s->text, start, end);
}

/* Between two literals with the same indentation, nothing began a function. */
static bool are_known(struct skim *s, size_t least) {
    const struct skim_functions *f = &s->functions;
    size_t at = f->at;
    if (least != f->indentation || at > s->here)
        return false;
    for (at = skim_next_in(s, at, s->here, skim_hints); at < s->here;
         at = skim_next_in(s, at + 1, s->here, skim_hints))
        if (function_at(s, at).len > 0)
            return false;
    return true;
}

/* The functions that may be around the literal at hand: those before it of which each is indented less than
 * the next. */
static void know_functions(struct skim *s) {
    struct skim_functions *f = &s->functions;
    size_t least = indentation(s, s->here), at = s->here;
    bool known = f->at != SIZE_MAX && are_known(s, least);
    f->at = s->here;
    if (known)
        return;
    *f = (struct skim_functions){.at = s->here, .indentation = least};
    least += least != SIZE_MAX; /* def f(): return "..." */
    while (least > 0 && (at = skim_last_in(s, 0, at, skim_hints)) != SIZE_MAX) {
        struct slice name = function_at(s, at);
        size_t own = name.len > 0 ? indentation(s, at) : least;
        if (own >= least && (own != SIZE_MAX || name.len == 0))
            continue;
        f->kinds |= classify_kinds(name);
        (void)rule_names_in(name, f->names);
        least = own == SIZE_MAX ? least : own;
    }
}

/* What the function promises that it is a plain argument of. */
static unsigned callee_kinds(struct skim *s) {
    struct slice callee;
    size_t open = s->open;
    while (open != SIZE_MAX && s->text.ptr[open] == '(') {
        if (skim_is_call(s, open, &callee))
            return skim_callee_kinds(s, callee);
        open = s->alone ? skim_bracket_outside(s, open) : SIZE_MAX;
    }
    return 0;
}

/* May the name of a function around be that of the literal? */
static bool goes_by_function(struct skim *s) {
    struct skim_statement *st = &s->statement;
    size_t at = st->lambda_known ? st->end : skim_next_in(s, st->start, st->end, skim_hints);
    st->lambda_known = true;
    for (; at < st->end && !st->lambda; at = skim_next_in(s, at + 1, st->end, skim_hints))
        st->lambda = s->text.ptr[at] == 'l' && stands_at(s, at, "lambda");
    if (!st->lambda && !returns(s))
        return false;
    know_functions(s);
    return true;
}

/* Has some function's name a root? The name ends before the next bracket. */
static bool functions_promise(struct skim *s) {
    if (s->functions_promise == SKIM_UNKNOWN) {
        s->functions_promise = SKIM_NO;
        for (size_t at = skim_next(s, 0, skim_hints); at < s->text.len; at = skim_next(s, at + 1, skim_hints))
            if (s->text.ptr[at] == 'd' && skim_has(s, at, skim_next(s, at, skim_brackets), skim_roots)) {
                s->functions_promise = SKIM_YES;
                break;
            }
    }
    return s->functions_promise == SKIM_YES;
}

unsigned skim_statement_kinds(struct skim *s) {
    skim_find_statement(s, s->here);
    struct skim_statement *st = &s->statement;
    if (!st->kinds_known) {
        st->kinds_known = true;
        for (size_t at = skim_next_in(s, st->start, st->end, skim_roots), next; at < st->end;
             at = skim_next_in(s, next, st->end, skim_roots))
            st->kinds |= kinds_at(s, at, &next);
    }
    return st->kinds | callee_kinds(s) |
           (functions_promise(s) && goes_by_function(s) ? s->functions.kinds : 0);
}

void skim_statement_names(struct skim *s, uint64_t *names) {
    skim_find_statement(s, s->here);
    struct skim_statement *st = &s->statement;
    if (!st->names_known)
        (void)rule_names_in(slice_sub(s->text, st->start, st->end), st->names);
    st->names_known = true;
    memcpy(names, st->names, sizeof st->names);
    bool by_function = goes_by_function(s);
    for (size_t i = 0; by_function && i < RULE_NAME_BITS; i++)
        names[i] |= s->functions.names[i];
}

/* ---- a first look ---- */

/* A plain argument, or part of one, of a function that promises something. */
static bool is_for_sink(struct skim *s, size_t at) {
    struct slice callee;
    for (size_t open = skim_bracket_around(s, at); open != SIZE_MAX && s->text.ptr[open] == '(';
         open = skim_bracket_outside(s, open))
        if (skim_is_call(s, open, &callee))
            return callee.len > 0 && skim_callee_kinds(s, callee) != 0;
    return false;
}

bool skim_may_return(struct skim *s) {
    struct skim_statement *st = &s->statement;
    if (st->returns == SKIM_UNKNOWN) {
        static const char *const words[] = {"return", "yield", "lambda"};
        st->returns = SKIM_NO;
        for (size_t i = 0; i < KL_ARRAY_LEN(words) && st->returns == SKIM_NO; i++)
            if (skim_find(s, slice_cstr(words[i]), st->start, st->end) < st->end)
                st->returns = SKIM_YES;
    }
    return st->returns == SKIM_YES;
}

bool skim_may_promise(struct skim *s, size_t at) {
    struct skim_statement *st = &s->statement;
    skim_find_statement(s, at);
    if (st->promises == SKIM_UNKNOWN)
        st->promises = skim_has(s, st->start, st->end, skim_roots) ? SKIM_YES : SKIM_NO;
    return st->promises == SKIM_YES || (functions_promise(s) && skim_may_return(s)) || is_for_sink(s, at);
}

bool skim_functions_tell(struct skim *s) {
    know_functions(s);
    uint64_t any = s->functions.kinds;
    for (size_t i = 0; i < RULE_NAME_BITS; i++)
        any |= s->functions.names[i];
    return any != 0;
}
