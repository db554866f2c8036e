/* candidate_place.c: from a string token to a candidate: how far the literal
 * reaches, where it stands, what names it, why it could not be replaced. */
#include "scanner/candidate_internal.h"

#include "base/mem.h"

struct candidate *add_candidate(struct collector *c) {
    struct candidates *out = c->out;
    if (out->count == out->capacity)
        out->items = mem_grow(out->items, &out->capacity, out->count + 1, sizeof *out->items);
    struct candidate *n = &out->items[out->count++];
    *n = (struct candidate){.parts = 1,
                            .in_test = c->path_in_test || current_scope(c)->is_test,
                            .at_top = c->scope_depth == 0 && !c->is_inline};
    return n;
}

/* --- Places ----------------------------------------------------------------- */

bool is_comparison(struct collector *c, const struct frame *f, uint32_t op) {
    if (op == NO_TOKEN)
        return false;
    const struct py_token *t = &c->t[op];
    if (t->kind == PY_NAME) {
        if (t->op == KW_IN)
            return f->iterating != op && !f->for_pending;
        if (t->op != KW_NOT)
            return t->op == KW_IS;
        uint32_t before = previous_token(c, op); /* is not; not in */
        return (before != NO_TOKEN && tok_is_keyword(&c->t[before], KW_IS)) ||
               tok_is_keyword(&c->t[next_token(c, op)], KW_IN);
    }
    if (t->kind != PY_OP)
        return false;
    switch (t->op) {
    case OP_EQ:
    case OP_NE:
    case OP_LE:
    case OP_GE:
    case '<':
    case '>':
        return true;
    default:
        return false;
    }
}

/* `before` and `next` are the tokens around an operand of frame `f`. */
static bool compared(struct collector *c, const struct frame *f, uint32_t before, uint32_t next,
                     struct place *p) {
    if (is_comparison(c, f, before)) {
        uint32_t left = previous_token(c, before);
        if (left != NO_TOKEN && (tok_is_keyword(&c->t[left], KW_NOT) || tok_is_keyword(&c->t[left], KW_IS)))
            left = previous_token(c, left);
        bool literal = left != NO_TOKEN && c->t[left].kind == PY_STRING;
        *p = (struct place){CONTEXT_COMPARISON, literal ? (struct slice){0} : name_ending_at(c, left)};
        return true;
    }
    if (next != NO_TOKEN && is_comparison(c, f, next)) {
        uint32_t right = next_token(c, next);
        if (tok_is_keyword(&c->t[right], KW_NOT) || tok_is_keyword(&c->t[right], KW_IN))
            right = next_token(c, right);
        *p = (struct place){CONTEXT_COMPARISON, name_starting_at(c, right)};
        return true;
    }
    return false;
}

static struct place statement_place(struct collector *c, struct frame *f, bool tuple) {
    if (f->role != CONTEXT_NONE) {
        struct place p;
        if (tuple && unpacked_place(c, 0, &p))
            return p;
        return (struct place){tuple ? CONTEXT_ELEMENT : (enum context)f->role, name_of_key(c, f)};
    }
    if (c->stmt.keyword == KW_RETURN)
        return (struct place){tuple ? CONTEXT_ELEMENT : CONTEXT_RETURN, name_of_function(c)};
    return (struct place){tuple && !f->annotation ? CONTEXT_ELEMENT : CONTEXT_EXPRESSION, {0}};
}

static struct place sequence_place(struct collector *c, uint32_t frame) {
    struct place p;
    if (!unpacked_place(c, frame, &p))
        p = (struct place){CONTEXT_ELEMENT, frame_outer(c, frame).name};
    return p;
}

static struct place brace_place(struct collector *c, uint32_t frame, uint32_t next) {
    struct frame *f = &c->frames[frame];
    if (next != NO_TOKEN && tok_is_op(&c->t[next], ':'))
        return (struct place){CONTEXT_DICT_KEY, {0}};
    if (f->is_dict)
        return (struct place){CONTEXT_EXPRESSION, {0}};
    return (struct place){CONTEXT_ELEMENT, frame_outer(c, frame).name};
}

/* The place of an operand that stands directly in `frame`; `next` is the token
 * behind it. */
struct place frame_place(struct collector *c, uint32_t frame, uint32_t next) {
    struct frame *f = &c->frames[frame];
    bool tuple = f->commas > 0 || (next != NO_TOKEN && tok_is_op(&c->t[next], ','));
    if (f->kind == FRAME_STATEMENT)
        return statement_place(c, f, tuple);
    if (f->kind == FRAME_CALL && f->role != CONTEXT_WALRUS)
        return call_place(c, frame);
    if (f->key != NO_TOKEN && f->role != CONTEXT_NONE)
        return (struct place){(enum context)f->role, name_of_key(c, f)};
    switch (f->kind) {
    case FRAME_GROUP:
        return tuple ? sequence_place(c, frame) : frame_outer(c, frame);
    case FRAME_LIST:
        return sequence_place(c, frame);
    case FRAME_BRACE:
        return brace_place(c, frame, next);
    case FRAME_FSTRING:
        return (struct place){CONTEXT_FSTRING, frame_outer(c, frame).name};
    case FRAME_LAMBDA_BODY:
        return (struct place){CONTEXT_RETURN, frame_outer(c, frame).name};
    default:
        return (struct place){CONTEXT_EXPRESSION, {0}};
    }
}

/* The place of a whole bracket in its parent. Worked out from the outermost
 * unknown one inwards: no recursion, and once a frame. */
struct place frame_outer(struct collector *c, uint32_t frame) {
    if (frame == 0)
        return (struct place){CONTEXT_EXPRESSION, {0}};
    uint32_t from = frame;
    while (from > 1 && !c->frames[from].outer_known && !c->frames[from - 1].outer_known)
        from--;
    for (uint32_t i = from; i <= frame; i++) {
        struct frame *f = &c->frames[i];
        if (f->outer_known)
            continue;
        uint32_t close = c->t[f->open].match;
        bool pseudo = f->kind == FRAME_LAMBDA || f->kind == FRAME_LAMBDA_BODY;
        uint32_t next = pseudo || close == UINT32_MAX ? NO_TOKEN : next_token(c, close);
        if (!compared(c, f - 1, f->before, next, &f->outer))
            f->outer = frame_place(c, i - 1, next);
        f->outer_known = true;
    }
    return c->frames[frame].outer;
}

/* --- How far a literal reaches ------------------------------------------------ */

/* Operators that bind tighter than +, and what makes a literal part of a
 * larger primary. */
static bool binds_tighter(const struct py_token *t) {
    if (t->kind == PY_FSTRING_START)
        return true;
    if (t->kind != PY_OP)
        return false;
    switch (t->op) {
    case '%':
    case '*':
    case '/':
    case '@':
    case OP_POW:
    case OP_FLOORDIV:
    case '.':
    case '[':
    case '(':
        return true;
    default:
        return false;
    }
}

struct reach {
    uint32_t last, next, parts;
};

static bool same_kind(const struct py_token *a, const struct py_token *b) {
    return b->kind == PY_STRING && ((a->flags ^ b->flags) & PY_STR_BYTES) == 0;
}

/* "a" "b": adjacent literals from `first` on. */
static struct reach adjacent(const struct collector *c, uint32_t first) {
    struct reach r = {first, next_token(c, first), 1};
    while (same_kind(&c->t[first], &c->t[r.next])) {
        r.last = r.next;
        r.next = next_token(c, r.next);
        r.parts++;
    }
    return r;
}

static struct reach literal_reach(const struct collector *c, uint32_t first) {
    struct reach r = adjacent(c, first);
    if (c->prev != NO_TOKEN && binds_tighter(&c->t[c->prev]) && !tok_is_op(&c->t[c->prev], '(') &&
        !tok_is_op(&c->t[c->prev], '['))
        return r;
    while (tok_is_op(&c->t[r.next], '+')) {
        uint32_t operand = next_token(c, r.next);
        if (!same_kind(&c->t[first], &c->t[operand]))
            break;
        struct reach more = adjacent(c, operand);
        if (binds_tighter(&c->t[more.next]))
            break;
        r = (struct reach){more.last, more.next, r.parts + more.parts};
    }
    return r;
}

static enum py_value_status joined_value(struct collector *c, uint32_t first, const struct reach *r,
                                         struct slice *value, unsigned *flags) {
    const struct py_token *t = &c->t[first];
    *flags = t->flags;
    if (r->parts == 1)
        return py_string_value(c->text, t, c->arena, value);
    size_t room = 0, len = 0; /* a value is never longer than its spelling */
    for (uint32_t i = first; i <= r->last; i++)
        if (c->t[i].kind == PY_STRING)
            room += c->t[i].end - c->t[i].start;
    char *joined = arena_alloc(c->arena, room);
    enum py_value_status worst = PY_VALUE_OK;
    for (uint32_t i = first; i <= r->last; i++) {
        if (c->t[i].kind != PY_STRING)
            continue;
        struct slice piece = {0};
        enum py_value_status s = py_string_value(c->text, &c->t[i], c->arena, &piece);
        if (s > worst)
            worst = s;
        if (piece.len > 0 && piece.len <= room - len) {
            memcpy(joined + len, piece.ptr, piece.len);
            len += piece.len;
        }
        *flags |= c->t[i].flags;
    }
    *value = (struct slice){joined, len};
    return worst;
}

/* --- Emitting ------------------------------------------------------------------ */

/* The operators around a literal; parentheses around it alone do not count. */
struct surroundings {
    uint32_t frame, before, next;
};

static struct surroundings look_around(struct collector *c, uint32_t next) {
    struct surroundings s = {c->depth - 1, c->prev, next};
    while (s.frame > 0 && c->frames[s.frame].kind == FRAME_GROUP && s.before == c->frames[s.frame].open &&
           s.next == c->t[s.before].match) {
        s.before = c->frames[s.frame].before;
        s.next = next_token(c, s.next);
        s.frame--;
    }
    return s;
}

static bool is_template(const struct collector *c, uint32_t next) {
    if (tok_is_op(&c->t[next], '%'))
        return true;
    if (!tok_is_op(&c->t[next], '.'))
        return false;
    uint32_t method = next_token(c, next);
    if (c->t[method].kind != PY_NAME || !tok_is_op(&c->t[next_token(c, method)], '('))
        return false;
    struct slice name = py_token_text(c->text, &c->t[method]);
    return slice_eq_cstr(name, "format") || slice_eq_cstr(name, "format_map");
}

static bool is_partial(const struct collector *c, const struct surroundings *s) {
    if (s->before != NO_TOKEN) {
        const struct py_token *b = &c->t[s->before];
        if (b->kind == PY_FSTRING_END || tok_is_op(b, '+'))
            return true;
    }
    const struct py_token *n = &c->t[s->next];
    return n->kind == PY_FSTRING_START || tok_is_op(n, '+') || tok_is_op(n, '*');
}

static bool stands_alone(const struct collector *c, const struct surroundings *s) {
    const struct py_token *n = &c->t[s->next];
    return s->frame == 0 && s->before == NO_TOKEN &&
           (n->kind == PY_NEWLINE || n->kind == PY_END || tok_is_op(n, ';'));
}

static bool is_literal_type(const struct collector *c, const struct frame *f) {
    return f->kind == FRAME_SUBSCRIPT && f->before != NO_TOKEN &&
           slice_eq_cstr(py_token_text(c->text, &c->t[f->before]), "Literal");
}

static const char docstring[] = "a docstring", statement_string[] = "a string that stands as a statement";

const char *candidate_unfixable(const struct candidate *c) {
    bool stands_alone = c->unfixable == docstring || c->unfixable == statement_string;
    return stands_alone && slice_find(c->value, SLICE_LIT(">>> "), 0) != SIZE_MAX ? "a doctest"
                                                                                  : c->unfixable;
}

static const char *unfixable_reason(struct collector *c, const struct candidate *n, const struct frame *f,
                                    enum py_value_status status, unsigned flags) {
    if (n->context == CONTEXT_DOCSTRING)
        return c->stmt.body_first ? docstring : statement_string;
    if (c->stmt.is_pattern)
        return "in a match pattern";
    if (is_literal_type(c, f))
        return "in a Literal type";
    if (f->annotation)
        return "in a type annotation";
    if (flags & PY_STR_T)
        return "a part of a template string (t-string)";
    if (n->context == CONTEXT_DICT_KEY)
        return "a dictionary key";
    if (current_scope(c)->is_enum && c->frames[0].role != CONTEXT_NONE)
        return "an Enum member";
    if (flags & PY_STR_UNTERMINATED)
        return "an unterminated literal";
    if (status == PY_VALUE_NAMED_ESCAPE)
        return "spelled with \\N{...}";
    if (status == PY_VALUE_INVALID)
        return "a literal that Python rejects";
    return NULL;
}

static void place_string(struct collector *c, struct candidate *n, const struct surroundings *s) {
    struct frame *f = &c->frames[s->frame];
    struct place p = {0};
    if (stands_alone(c, s)) {
        p.context = CONTEXT_DOCSTRING;
    } else if (!compared(c, f, s->before, s->next, &p)) {
        p = frame_place(c, s->frame, s->next);
        bool yielded = s->before != NO_TOKEN && tok_is_keyword(&c->t[s->before], KW_YIELD);
        if (yielded && p.context != CONTEXT_ELEMENT)
            p = (struct place){CONTEXT_RETURN, name_of_function(c)};
        else if (p.context == CONTEXT_RETURN && p.name.len == 0)
            p.name = name_of_function(c);
        if (f->kind == FRAME_CALL) {
            n->callee = frame_callee(c, f);
            n->argument = f->commas;
        }
        if (f->kind == FRAME_GROUP)
            n->argument = f->commas;
        if (p.context == CONTEXT_ENV_DEFAULT)
            n->given_to = frame_outer(c, s->frame).name;
        else if (c->stmt.also != NO_TOKEN && s->frame == 0)
            n->given_to = name_ending_at(c, c->stmt.also);
        /* Option("--name"): a flag, not a default */
        if (p.context == CONTEXT_OPTION_DEFAULT && f->key == NO_TOKEN && slice_starts(n->value, "-"))
            p = (struct place){CONTEXT_ARGUMENT, {0}};
    }
    if (is_template(c, s->next)) {
        p.context = CONTEXT_FORMAT;
        n->is_partial = true;
    }
    n->context = p.context;
    n->name = p.name;
    n->is_partial = n->is_partial || is_partial(c, s);
}

void emit_string(struct collector *c, uint32_t first) {
    struct reach r = literal_reach(c, first);
    struct surroundings s = look_around(c, r.next);
    struct candidate *n = add_candidate(c);
    unsigned flags;
    enum py_value_status status = joined_value(c, first, &r, &n->value, &flags);
    n->start = c->t[first].start;
    n->end = c->t[r.last].end;
    n->first_token = first;
    n->last_token = r.last;
    n->parts = r.parts;
    n->is_bytes = (flags & PY_STR_BYTES) != 0;
    place_string(c, n, &s);
    n->unfixable = unfixable_reason(c, n, top_frame(c), status, flags);
    c->covered = r.last + 1;
}

/* f"abc": no field, nothing joined to it. */
static bool is_whole_fstring(struct collector *c, uint32_t middle) {
    uint32_t end = middle + 1;
    if (c->t[middle - 1].kind != PY_FSTRING_START || c->t[end].kind != PY_FSTRING_END)
        return false;
    uint32_t next = next_token(c, end), before = top_frame(c)->before;
    bool joined = c->t[next].kind == PY_STRING || c->t[next].kind == PY_FSTRING_START ||
                  tok_is_op(&c->t[next], '+') || tok_is_op(&c->t[next], '%');
    return !joined &&
           (before == NO_TOKEN || (c->t[before].kind != PY_STRING && c->t[before].kind != PY_FSTRING_END &&
                                   !tok_is_op(&c->t[before], '+')));
}

void emit_fragment(struct collector *c, uint32_t token) {
    const struct py_token *t = &c->t[token];
    struct candidate *n = add_candidate(c);
    struct frame *f = top_frame(c);
    enum py_value_status status = py_string_value(c->text, t, c->arena, &n->value);
    n->start = t->start;
    n->end = t->end;
    n->first_token = n->last_token = token;
    n->is_bytes = (t->flags & PY_STR_BYTES) != 0;
    n->is_partial = !is_whole_fstring(c, token);
    n->context = CONTEXT_FSTRING;
    n->name = frame_place(c, c->depth - 1, NO_TOKEN).name;
    n->unfixable = unfixable_reason(c, n, f, status, t->flags & PY_STR_T);
}
