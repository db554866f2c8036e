/* candidate_name.c: the name of an expression is its last component: of a.b.c
 * it is c, of conf["x"] it is x, of f(y) it is f. */
#include "scanner/candidate_internal.h"

/* The value of the string that fills a pair of brackets alone; "" if none does. */
static struct slice only_string_inside(struct collector *c, uint32_t open, uint32_t close) {
    struct slice value = {0};
    uint32_t i = next_token(c, open);
    if (c->t[i].kind == PY_STRING && next_token(c, i) == close)
        (void)py_string_value(c->text, &c->t[i], c->arena, &value);
    return value;
}

/* The value of the adjacent literals that end at `last`: a key may be written
 * in pieces. */
static struct slice string_ending_at(struct collector *c, uint32_t last) {
    struct slice value = {0}, tail = {0};
    uint32_t first = last, before;
    for (unsigned n = 0; n < CAND_MAX_NAME_STEPS; n++) {
        before = previous_token(c, first);
        if (before == NO_TOKEN || c->t[before].kind != PY_STRING)
            break;
        first = before;
    }
    (void)py_string_value(c->text, &c->t[first], c->arena, &value);
    for (uint32_t i = first + 1; i <= last; i++) {
        if (c->t[i].kind != PY_STRING)
            continue;
        (void)py_string_value(c->text, &c->t[i], c->arena, &tail);
        char *joined = arena_alloc(c->arena, value.len + tail.len + 1);
        if (value.len > 0)
            memcpy(joined, value.ptr, value.len);
        if (tail.len > 0)
            memcpy(joined + value.len, tail.ptr, tail.len);
        value = (struct slice){joined, value.len + tail.len};
    }
    return value;
}

/* headers.get("token"), os.getenv("TOKEN"): the string says more than the method. */
static struct slice looked_up(struct collector *c, uint32_t function, uint32_t open) {
    static const char *const functions[] = {"get", "pop", "getenv", "setdefault", "getlist", "get_secret"};
    struct slice value = {0}, name = py_token_text(c->text, &c->t[function]);
    uint32_t i = next_token(c, open);
    if (c->t[function].kind != PY_NAME || c->t[i].kind != PY_STRING)
        return value;
    for (size_t k = 0; k < KL_ARRAY_LEN(functions); k++)
        if (slice_eq_cstr(name, functions[k]))
            (void)py_string_value(c->text, &c->t[i], c->arena, &value);
    return value;
}

struct slice name_ending_at(struct collector *c, uint32_t last) {
    struct slice none = {0}, value;
    for (uint32_t steps = 0; last != NO_TOKEN && steps < CAND_MAX_NAME_STEPS; steps++) {
        const struct py_token *t = &c->t[last];
        if (t->kind == PY_STRING)
            return string_ending_at(c, last);
        if (tok_is_name(t))
            return py_token_text(c->text, t);
        if (t->kind != PY_OP || (t->op != ')' && t->op != ']') || t->match >= last)
            return none;
        uint32_t open = t->match;
        if (t->op == ']') {
            value = only_string_inside(c, open, last);
            if (value.len > 0)
                return value;
        }
        uint32_t before = previous_token(c, open);
        bool called = before != NO_TOKEN && (tok_is_name(&c->t[before]) || tok_is_op(&c->t[before], ')') ||
                                             tok_is_op(&c->t[before], ']'));
        if (!called && t->op == ']')
            return none;
        if (called && t->op == ')') {
            value = looked_up(c, before, open);
            if (value.len > 0)
                return value;
        }
        last = called ? before : previous_token(c, last);
    }
    return none;
}

/* For the right side of `"x" == a.b["c"]`. */
struct slice name_starting_at(struct collector *c, uint32_t first) {
    struct slice name = {0};
    uint32_t i = first;
    while (tok_is_op(&c->t[i], '(') && c->t[i].match != UINT32_MAX) /* == (a) */
        i = next_token(c, i);
    for (uint32_t steps = 0; steps < CAND_MAX_NAME_STEPS; steps++) {
        const struct py_token *t = &c->t[i];
        uint32_t function = i;
        if (!tok_is_name(t))
            return name;
        name = py_token_text(c->text, t);
        i = next_token(c, i);
        while (c->t[i].kind == PY_OP && (c->t[i].op == '(' || c->t[i].op == '[') &&
               c->t[i].match != UINT32_MAX && steps < CAND_MAX_NAME_STEPS) {
            struct slice key =
                c->t[i].op == '[' ? only_string_inside(c, i, c->t[i].match) : looked_up(c, function, i);
            if (key.len > 0)
                name = key;
            i = next_token(c, c->t[i].match);
            steps++;
        }
        if (!tok_is_op(&c->t[i], '.'))
            return name;
        i = next_token(c, i);
    }
    return name;
}

struct slice name_of_key(struct collector *c, struct frame *f) {
    if (f->key_named != f->key) {
        f->key_name = name_ending_at(c, f->key);
        f->key_named = f->key;
    }
    return f->key == NO_TOKEN ? (struct slice){0} : f->key_name;
}

struct slice name_of_function(struct collector *c) {
    uint32_t f = current_scope(c)->function;
    return f == NO_TOKEN ? (struct slice){0} : py_token_text(c->text, &c->t[f]);
}

/* Made when first asked for: most files never do. */
const struct env_names *file_env_names(struct collector *c) {
    if (!c->env_known) {
        env_names_collect(c->text, c->tokens, c->arena, &c->env);
        c->env_known = true;
    }
    return &c->env;
}

/* os.environ["X"], or through an alias. */
bool is_environ_subscript(struct collector *c, uint32_t close) {
    uint32_t open = c->t[close].match;
    if (open >= close || open == 0 || !tok_is_name(&c->t[open - 1]))
        return false;
    struct env_name scratch;
    const struct env_name *n = env_names_ending_at(file_env_names(c), c->text, c->t, open - 1, &scratch);
    return n && n->meaning == MEANS_ENVIRON;
}

/* The name token before `.` at this place, or `at` itself: inside brackets a
 * dotted name may go over lines. */
static uint32_t dotted_before(const struct py_tokens *t, uint32_t at) {
    uint32_t i = at;
    while (i > 0 && tok_is_blank(&t->items[i - 1]))
        i--;
    if (i == 0 || !tok_is_op(&t->items[i - 1], '.'))
        return at;
    i--;
    while (i > 0 && tok_is_blank(&t->items[i - 1]))
        i--;
    return i > 0 && tok_is_name(&t->items[i - 1]) ? i - 1 : at;
}

struct slice candidate_dotted_name(struct slice text, const struct py_tokens *t, uint32_t last,
                                   struct arena *arena) {
    struct slice none = {0};
    if (last >= t->count || !tok_is_name(&t->items[last]))
        return none;
    uint32_t first = last;
    size_t len = t->items[last].end - t->items[last].start;
    for (uint32_t before; (before = dotted_before(t, first)) != first; first = before)
        len += 1u + t->items[before].end - t->items[before].start;
    size_t start = t->items[first].start, end = t->items[last].end;
    if (end - start == len)
        return (struct slice){text.ptr + start, len};
    char *copy = arena_alloc(arena, len);
    size_t at = 0;
    for (uint32_t i = first; i <= last; i++) {
        struct slice piece = py_token_text(text, &t->items[i]);
        if (tok_is_blank(&t->items[i]))
            continue;
        memcpy(copy + at, piece.ptr, piece.len);
        at += piece.len;
    }
    return (struct slice){copy, len};
}
