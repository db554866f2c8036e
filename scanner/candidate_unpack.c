/* candidate_unpack.c: which target an element of an unpacked sequence goes to.
 *
 *     user, (password, *rest) = "u", ("p", 1, 2)
 *
 * The statement's frame has the targets `user` and `(password, *rest)`. The tuple is its
 * element 1, so the frame of the tuple has the targets `password` and `*rest`, and "p" is
 * its element 0. Elements behind a starred target are counted from the end, and each
 * frame's tokens are counted once, so that a statement costs one walk. */
#include "scanner/candidate_internal.h"

struct span {
    uint32_t start, end; /* tokens; never empty, no blank at either end */
};

/* The comma behind the item that begins at `i`, or `end`. */
static uint32_t skip_item(const struct collector *c, uint32_t i, uint32_t end) {
    while (i < end && !tok_is_op(&c->t[i], ',')) {
        uint32_t match = c->t[i].kind == PY_OP ? c->t[i].match : UINT32_MAX;
        i = match != UINT32_MAX && match > i ? match + 1 : i + 1;
    }
    return i < end ? i : end;
}

static uint32_t skip_blanks(const struct collector *c, uint32_t i, uint32_t end) {
    while (i < end && tok_is_blank(&c->t[i]))
        i++;
    return i;
}

/* How many items there are, and which is the first with a star (UINT32_MAX, if none). */
static uint32_t count_items(const struct collector *c, uint32_t start, uint32_t end, uint32_t *star) {
    uint32_t count = 0;
    *star = UINT32_MAX;
    for (uint32_t i = skip_blanks(c, start, end); i < end; i = skip_blanks(c, i, end)) {
        if (*star == UINT32_MAX && tok_is_op(&c->t[i], '*'))
            *star = count;
        count++;
        i = skip_item(c, i, end);
        i += i < end;
    }
    return count;
}

static bool is_statement_end(const struct py_token *t) {
    return t->kind == PY_NEWLINE || t->kind == PY_END || tok_is_op(t, ';');
}

/* Of the value that begins at `i`. Up to the next `=` only, and over brackets by their
 * partners: a chain of many is not walked many times. */
static uint32_t value_end(const struct collector *c, uint32_t i) {
    while (!is_statement_end(&c->t[i]) && !tok_is_op(&c->t[i], '=')) {
        uint32_t match = c->t[i].kind == PY_OP ? c->t[i].match : UINT32_MAX;
        i = match != UINT32_MAX && match > i ? match + 1 : i + 1;
    }
    return i;
}

static void count_all(struct collector *c, uint32_t frame) {
    struct frame *f = &c->frames[frame];
    struct targets *t = &f->targets;
    if (!t->targets_counted)
        t->count = count_items(c, t->start, t->end, &t->star);
    t->targets_counted = true;
    if (t->elements_counted)
        return;
    t->elements_counted = true;
    uint32_t start = frame == 0 ? c->stmt.value : f->open + 1;
    uint32_t end = frame == 0 ? value_end(c, start) : c->t[f->open].match;
    t->elements = end == UINT32_MAX ? 0 : count_items(c, start, end, &t->value_star);
}

/* The target of element `index`. False where positions do not tell. */
static bool target_index(const struct targets *t, uint32_t index, uint32_t *out) {
    if (index >= t->elements || index > t->value_star)
        return false;
    *out = index;
    if (index < t->star)
        return index < t->count;
    if (t->value_star != UINT32_MAX)
        return false;
    uint32_t from_end = t->elements - 1 - index, behind_star = t->count - 1 - t->star;
    *out = from_end < behind_star ? t->count - 1 - from_end : t->star;
    return true;
}

/* Asked for in rising order, so that all of them together cost one walk. */
static bool target_at(const struct collector *c, struct targets *t, uint32_t index, struct span *out) {
    if (index < t->cursor_index) {
        t->cursor = t->start;
        t->cursor_index = 0;
    }
    while (t->cursor_index < index && t->cursor < t->end) {
        t->cursor = skip_item(c, t->cursor, t->end) + 1;
        t->cursor_index++;
    }
    if (t->cursor >= t->end)
        return false;
    out->start = skip_blanks(c, t->cursor, t->end);
    out->end = skip_item(c, out->start, t->end);
    while (out->end > out->start && tok_is_blank(&c->t[out->end - 1]))
        out->end--;
    return out->end > out->start;
}

/* What is in the brackets, if the whole target stands in them. */
static bool inside_brackets(const struct collector *c, struct span *s) {
    const struct py_token *open = &c->t[s->start];
    if (!(tok_is_op(open, '(') || tok_is_op(open, '[')) || open->match != s->end - 1)
        return false;
    *s = (struct span){s->start + 1, s->end - 1};
    return true;
}

/* (b): no sequence of targets. */
static void strip_parentheses(const struct collector *c, struct span *s) {
    struct span inner = *s;
    while (tok_is_op(&c->t[inner.start], '(') && inside_brackets(c, &inner) &&
           skip_item(c, inner.start, inner.end) == inner.end && inner.start < inner.end)
        *s = inner;
}

static bool element_target(struct collector *c, uint32_t frame, struct span *out, bool *starred) {
    struct targets *t = &c->frames[frame].targets;
    uint32_t index;
    count_all(c, frame);
    if (!target_index(t, c->frames[frame].commas, &index) || !target_at(c, t, index, out))
        return false;
    *starred = index == t->star;
    strip_parentheses(c, out);
    return true;
}

static void set_targets(struct targets *t, uint32_t start, uint32_t end) {
    *t = (struct targets){.start = start, .end = end, .cursor = start, .known = true, .unpacks = start < end};
}

void unpack_begin(struct collector *c, uint32_t start, uint32_t end) {
    set_targets(&c->frames[0].targets, start, end);
}

/* Whether a bracket is all of what its parent holds, or one element of it. */
enum share { SHARE_NONE, SHARE_ALL, SHARE_ELEMENT };

static enum share share_of_parent(const struct collector *c, uint32_t frame) {
    const struct frame *f = &c->frames[frame], *parent = f - 1;
    uint32_t close = c->t[f->open].match;
    if ((f->kind != FRAME_GROUP && f->kind != FRAME_LIST) || close == UINT32_MAX || f->before == NO_TOKEN)
        return SHARE_NONE;
    uint32_t next = next_token(c, close);
    bool first = frame == 1 ? tok_is_op(&c->t[f->before], '=') : f->before == parent->open;
    bool last = frame == 1 ? is_statement_end(&c->t[next]) : next == c->t[parent->open].match;
    if (first && last && (frame == 1 || parent->kind == FRAME_GROUP))
        return SHARE_ALL;
    return (first || tok_is_op(&c->t[f->before], ',')) && (last || tok_is_op(&c->t[next], ','))
               ? SHARE_ELEMENT
               : SHARE_NONE;
}

static void find_targets(struct collector *c, uint32_t frame) {
    struct targets *t = &c->frames[frame].targets;
    const struct targets *outer = &c->frames[frame - 1].targets;
    struct span s;
    bool starred;
    t->known = true;
    if (!outer->unpacks)
        return;
    switch (share_of_parent(c, frame)) {
    case SHARE_ALL:
        set_targets(t, outer->start, outer->end);
        break;
    case SHARE_ELEMENT:
        if (element_target(c, frame - 1, &s, &starred) && !starred && inside_brackets(c, &s))
            set_targets(t, s.start, s.end);
        break;
    case SHARE_NONE:
        break;
    }
}

bool unpacked_place(struct collector *c, uint32_t frame, struct place *out) {
    uint32_t from = frame;
    struct span s;
    bool starred;
    if (!c->stmt.unpacks)
        return false;
    while (from > 1 && !c->frames[from - 1].targets.known)
        from--;
    for (uint32_t i = from > 0 ? from : 1; i <= frame; i++)
        if (!c->frames[i].targets.known)
            find_targets(c, i);
    if (!c->frames[frame].targets.unpacks)
        return false;
    *out = (struct place){CONTEXT_ASSIGNMENT, {0}};
    if (!element_target(c, frame, &s, &starred))
        return true;
    if (starred)
        *out = (struct place){CONTEXT_ELEMENT, name_ending_at(c, s.end - 1)};
    else if (!tok_is_op(&c->t[s.start], '(') && !tok_is_op(&c->t[s.start], '['))
        out->name = name_ending_at(c, s.end - 1); /* not: a, (b, c) = "x", "yz" */
    return true;
}
