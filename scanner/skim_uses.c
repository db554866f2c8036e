/* skim_uses.c: what the variable is used as that a literal is given to, as flow.c sees it, without tokens. */
#include "scanner/skim_internal.h"

#define MAX_LOOK_BACK 512u /* bytes, for the bracket around a use */
#define MAX_ASKED 64u      /* variables of a file that are followed */

static bool ends_with_scheme(struct slice before) {
    return slice_ends(before, "earer ") || slice_ends(before, "oken ");
}

/* Of the name before the = that ends at `end`; one that cannot be read may be any. */
static unsigned target_kinds(struct skim *s, size_t end) {
    struct slice name = skim_word_before(s, skim_back_over_blanks(s, end, true));
    return name.len == 0 ? CLASSIFY_ANY_KIND : classify_kinds(name);
}

/* Of the key that ends behind `end`. */
static unsigned key_kinds(struct skim *s, size_t end) {
    const struct skim_literal *key = end > 0 ? skim_literal_at(s, end - 1) : NULL;
    if (!key)
        return 0;
    return key->kind != SKIM_STRING || key->flags & PY_STR_ESCAPES
               ? CLASSIFY_ANY_KIND
               : classify_kinds(slice_sub(s->text, key->body, key->body_end));
}

static unsigned argument_kinds(struct skim *s, size_t at) {
    size_t from = at > MAX_LOOK_BACK ? at - MAX_LOOK_BACK : 0, missing = 0;
    struct slice callee;
    if (skim_depth_at(s, at) <= 0)
        return 0;
    size_t open = skim_around_in(s, from, at, &missing);
    if (open == SIZE_MAX)
        return CLASSIFY_ANY_KIND;
    if (skim_is_behind_operand(s, open, true, &callee))
        return skim_callee_kinds(s, callee);
    size_t equals = skim_back_over_blanks(s, open, true); /* auth=(user, NAME); x = (NAME) */
    return equals > 0 && s->text.ptr[equals - 1] == '=' ? target_kinds(s, equals - 1) : 0;
}

/* password=NAME, "password": NAME, login(user, NAME), "Bearer " + NAME, f"Bearer {NAME}": see flow.c. */
static unsigned use_kinds(struct skim *s, size_t at) {
    const struct skim_literal *around = skim_literal_at(s, at);
    size_t end = skim_back_over_blanks(s, at, true);
    if (end == 0 || (around && around->kind != SKIM_FORMATTED))
        return 0;
    char c = s->text.ptr[end - 1];
    if (around && end > around->start) {
        bool tells = c == '{' ? ends_with_scheme(slice_sub(s->text, 0, end - 1)) : strchr("=:(,+", c) != NULL;
        return tells ? CLASSIFY_ANY_KIND : 0;
    }
    if (skim_in_comment(s, end - 1))
        return CLASSIFY_ANY_KIND;
    size_t before = skim_back_over_blanks(s, end - 1, true);
    switch (c) {
    case '=':
        return target_kinds(s, end - 1);
    case ':':
        return key_kinds(s, before);
    case '+':
        return before > 0 && skim_in_literal(s, before - 1) &&
                       ends_with_scheme(slice_sub(s->text, 0, before - 1))
                   ? 1u << NAME_TOKEN
                   : 0;
    case '(':
    case ',':
        return argument_kinds(s, at);
    default:
        return 0;
    }
}

/* Of all uses outside the targets themselves. */
static unsigned uses_kinds(struct skim *s, struct slice name, size_t start, size_t end) {
    unsigned kinds = 0;
    s->work += s->block_count;
    for (size_t at = skim_find(s, name, 0, s->text.len); at < s->text.len;
         at = skim_find(s, name, at + name.len, s->text.len)) {
        bool whole = (at == 0 || !skim_is_word_at(s, at - 1)) && !skim_is_word_at(s, at + name.len);
        if (whole && (at < start || at >= end))
            kinds |= use_kinds(s, at);
    }
    return kinds;
}

/* Only brackets around it that are no call and no subscript: a tuple, a list, a pair of parentheses. */
static bool stands_in_groups(struct skim *s) {
    struct slice word;
    for (size_t open = s->open; open != SIZE_MAX; open = skim_bracket_outside(s, open))
        if (s->text.ptr[open] == '{' || skim_is_call(s, open, &word))
            return false;
    return true;
}

bool skim_may_be_used(struct skim *s) {
    skim_find_statement(s, s->here);
    size_t start = s->statement.start;
    bool is_far = s->here - start > SKIM_MAX_TARGETS;
    return (is_far || skim_targets_end(s, s->here) > 0) && stands_in_groups(s);
}

unsigned skim_use_kinds(struct skim *s, size_t literal) {
    size_t start = s->literals[literal].start, first = s->statement.start;
    if (start - first > SKIM_MAX_TARGETS || ++s->asked > MAX_ASKED)
        return CLASSIFY_ANY_KIND;
    size_t end = skim_targets_end(s, start);
    bool at_top = first < s->text.len && !skim_is_blank(s->text.ptr[first]);
    unsigned kinds = 0;
    for (size_t at = first; at < end;) {
        size_t stop = at;
        while (skim_is_word_at(s, stop))
            stop++;
        struct slice name = slice_sub(s->text, at, stop);
        char before = at > 0 ? s->text.ptr[at - 1] : '\0',
             behind = stop < s->text.len ? s->text.ptr[stop] : '\0';
        bool plain = name.len > 0 && before != '.' && behind != '.' && behind != '[' && behind != '(';
        if (plain)
            kinds |= uses_kinds(s, name, first, end);
        if (plain && at_top && scan_follows_imports(s->w))
            module_notes_bind(&s->w->notes, s->path, name);
        at = stop + (stop == at);
    }
    return kinds & ~(1u << NAME_PLAIN_KEY);
}
