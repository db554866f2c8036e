/* skim_statement.c: a statement read as Python, where a literal of it may tell something. What the skimmer
 * cannot tell of a literal are mostly names: any of the statement may be its. The tokens of the statement
 * say which it is, at a hundredth of what it costs to read the whole file for them. */
#include "scanner/skim_internal.h"

struct statement {
    struct skim *s;
    size_t start;
};

/* What the variable is used as stands in other statements. */
static bool may_be_used(void *ctx, const struct candidate *c) {
    const struct statement *st = ctx;
    struct skim *s = st->s;
    struct skim_place place;
    const struct skim_literal *l = skim_literal_at(s, st->start + c->start);
    if (!l || l->kind != SKIM_STRING || l->start != st->start + c->start)
        return true;
    size_t literal = (size_t)(l - s->literals);
    skim_place_of(s, literal, literal, &place);
    return skim_may_be_used(s) && classify_could_be(c->value, skim_use_kinds(s, literal), false, false);
}

/* Nothing that stands outside of the statement says more of it: no bracket that does not match, no name for
 * the environment, and no function around that something is called after. */
static bool stands_by_itself(struct skim *s) {
    return skim_is_plain(s) && !s->reads && !(skim_may_return(s) && skim_functions_tell(s));
}

bool skim_statement_tells(struct skim *s, size_t literal) {
    s->here = s->literals[literal].start;
    skim_find_statement(s, s->here);
    size_t start = s->statement.start, end = s->statement.end;
    struct slice code = slice_sub(s->text, start, end + 1);
    struct statement st = {s, start};
    if (!stands_by_itself(s) || scan_code_tells(s->w, s->path, code, may_be_used, &st))
        return true;
    s->cleared = end;
    return false;
}
