/* flow.c: see flow.h. */
#include "scanner/flow.h"

#include <stdlib.h>

#include "base/bisect.h"
#include "base/mem.h"
#include "scanner/candidate.h"
#include "scanner/candidate_internal.h"
#include "scanner/name_words.h"
#include "scanner/sinks.h"

#define MAX_CALLS 64u /* open parentheses that are told apart; deeper ones have no callee */
#define MAX_BLOCKS 128u
#define MAX_USES 16u /* of one variable that are asked about */

struct call {
    uint32_t open; /* token */
    uint32_t commas;
};

struct pass {
    struct flows *f;
    struct slice text;
    const struct py_token *t;
    const struct py_tokens *tokens;
    struct arena *arena;
    struct call calls[MAX_CALLS];
    uint32_t call_depth;
    uint32_t blocks[MAX_BLOCKS]; /* the scope of each level of indentation */
    uint32_t block_depth, blocks_too_deep;
    uint32_t function;         /* scope of a def whose body has not begun; UINT32_MAX: none */
    uint32_t prev[3];          /* the tokens before, without comments and line ends; [0] is the last */
    bool attributes;           /* a.b is a variable, too */
    uint32_t chain, chain_end; /* first and last token of the dotted name at hand */
    uint32_t chain_prev[3];    /* before the first */
};

void flows_clear(struct flows *f) {
    f->count = f->scope_count = 0;
    f->collected = false;
}

void flows_release(struct flows *f) {
    free(f->items);
    free(f->scopes);
    *f = (struct flows){0};
}

/* ---- scopes ---- */

static uint32_t current(const struct pass *p) {
    return p->blocks[p->block_depth];
}

static uint32_t add_scope(struct pass *p, uint32_t first) {
    struct flows *f = p->f;
    uint32_t outer = f->scope_count > 0 ? current(p) : 0;
    f->scopes = mem_grow(f->scopes, &f->scope_capacity, f->scope_count + 1, sizeof *f->scopes);
    f->scopes[f->scope_count] = (struct flow_scope){first, UINT32_MAX, outer};
    return (uint32_t)f->scope_count++;
}

static void indent(struct pass *p) {
    uint32_t scope = p->function != UINT32_MAX ? p->function : current(p);
    p->function = UINT32_MAX;
    if (p->block_depth + 1 < MAX_BLOCKS)
        p->blocks[++p->block_depth] = scope;
    else
        p->blocks_too_deep++;
}

static void dedent(struct pass *p, uint32_t i) {
    if (p->blocks_too_deep > 0) {
        p->blocks_too_deep--;
        return;
    }
    if (p->block_depth == 0)
        return;
    uint32_t left = p->blocks[p->block_depth--];
    if (left != current(p))
        p->f->scopes[left].last = i;
}

/* The innermost function around a token. */
static uint32_t scope_at(const struct flows *f, uint32_t token) {
    struct bisection b = {.low = 1, .high = f->scope_count};
    while (bisect(&b))
        bisect_tell(&b, f->scopes[b.middle].first <= token);
    uint32_t scope = (uint32_t)(b.low - 1);
    while (scope != 0 && f->scopes[scope].last < token)
        scope = f->scopes[scope].outer;
    return scope;
}

static bool is_within(const struct flows *f, uint32_t scope, uint32_t outer) {
    while (scope != outer && scope != 0)
        scope = f->scopes[scope].outer;
    return scope == outer;
}

/* ---- uses ---- */

static struct flow *add_flow(struct pass *p, uint32_t variable) {
    struct flows *f = p->f;
    f->items = mem_grow(f->items, &f->capacity, f->count + 1, sizeof *f->items);
    struct flow *flow = &f->items[f->count++];
    *flow = (struct flow){.variable = slice_sub(p->text, p->t[p->chain].start, p->t[variable].end),
                          .scope = current(p),
                          .token = variable};
    return flow;
}

/* "key" alone is what any dictionary has. */
static void add_name(struct pass *p, uint32_t variable, struct slice as) {
    enum name_kind kind = name_meaning(as).kind;
    if (kind != NAME_OTHER && kind != NAME_PLAIN_KEY)
        add_flow(p, variable)->as = as;
}

static struct slice string_at(struct pass *p, uint32_t token) {
    struct slice value = {0};
    if (token == NO_TOKEN || p->t[token].kind != PY_STRING ||
        py_string_value(p->text, &p->t[token], p->arena, &value) == PY_VALUE_INVALID)
        return (struct slice){0};
    return value;
}

/* The name that `=` gives something to: x, a.x, x["key"]. */
static struct slice target_before(struct pass *p, uint32_t last) {
    if (last == NO_TOKEN)
        return (struct slice){0};
    if (tok_is_name(&p->t[last]))
        return py_token_text(p->text, &p->t[last]);
    return tok_is_op(&p->t[last], ']') && last > 0 ? string_at(p, last - 1) : (struct slice){0};
}

static bool is_call(const struct pass *p, uint32_t open) {
    return open > 0 && tok_is_op(&p->t[open], '(') &&
           (tok_is_name(&p->t[open - 1]) || tok_is_op(&p->t[open - 1], ')') ||
            tok_is_op(&p->t[open - 1], ']'));
}

/* auth=(user, x): what such tuples hold is a user and a password. */
static bool is_login_pair(const struct pass *p, const struct call *c) {
    if (c->commas != 1 || c->open < 2 || !tok_is_op(&p->t[c->open - 1], '=') ||
        !tok_is_name(&p->t[c->open - 2]))
        return false;
    struct slice name = py_token_text(p->text, &p->t[c->open - 2]);
    return slice_ends(name, "auth");
}

static void positional(struct pass *p, uint32_t variable) {
    if (p->call_depth == 0 || p->call_depth > MAX_CALLS)
        return;
    const struct call *c = &p->calls[p->call_depth - 1];
    if (is_call(p, c->open)) {
        struct slice callee = candidate_dotted_name(p->text, p->tokens, c->open - 1, p->arena);
        if (sink_kind(callee, c->commas) == NAME_OTHER)
            return;
        struct flow *flow = add_flow(p, variable);
        flow->callee = callee;
        flow->argument = c->commas;
    } else if (is_login_pair(p, c)) {
        add_name(p, variable, SLICE_LIT("password"));
    }
}

static bool is_scheme(struct slice text) {
    return slice_ends(text, "Bearer ") || slice_ends(text, "bearer ") || slice_ends(text, "Token ") ||
           slice_ends(text, "token ");
}

static bool ends_expression(const struct py_token *t) {
    return t->kind == PY_NEWLINE || t->kind == PY_END ||
           (t->kind == PY_OP &&
            (t->op == ',' || t->op == ')' || t->op == '}' || t->op == ';' || t->op == ']'));
}

/* A name that stands alone between what gives it away and the end of the expression. */
static void use(struct pass *p, uint32_t i) {
    uint32_t before = p->prev[0], next = i + 1;
    while (next + 1 < p->tokens->count && tok_is_blank(&p->t[next]))
        next++;
    if (before == NO_TOKEN || p->t[before].kind == PY_NEWLINE || !ends_expression(&p->t[next]))
        return;
    const struct py_token *b = &p->t[before];
    if (tok_is_op(b, '='))
        add_name(p, i, target_before(p, p->prev[1]));
    else if (tok_is_op(b, ':'))
        add_name(p, i, string_at(p, p->prev[1]));
    else if (tok_is_op(b, '(') && p->prev[1] != NO_TOKEN && tok_is_op(&p->t[p->prev[1]], '=') &&
             tok_is_op(&p->t[next], ')'))
        add_name(p, i, target_before(p, p->prev[2])); /* x = (y) */
    else if (tok_is_op(b, '(') || tok_is_op(b, ','))
        positional(p, i);
    else if (tok_is_op(b, '+') && is_scheme(string_at(p, p->prev[1])))
        add_name(p, i, SLICE_LIT("token"));
    else if (tok_is_op(b, '{') && p->prev[1] != NO_TOKEN && p->t[p->prev[1]].kind == PY_FSTRING_MIDDLE &&
             is_scheme(py_token_text(p->text, &p->t[p->prev[1]])))
        add_name(p, i, SLICE_LIT("token"));
}

/* a.b.c, whose last name so far is `i`. */
static void name(struct pass *p, uint32_t i) {
    bool is_member = p->prev[0] != NO_TOKEN && tok_is_op(&p->t[p->prev[0]], '.');
    if (!is_member) {
        p->chain = p->chain_end = i;
        memcpy(p->chain_prev, p->prev, sizeof p->prev);
        use(p, i);
    } else if (p->attributes && p->prev[1] == p->chain_end) {
        uint32_t before[3];
        p->chain_end = i;
        memcpy(before, p->prev, sizeof before);
        memcpy(p->prev, p->chain_prev, sizeof before);
        use(p, i);
        memcpy(p->prev, before, sizeof before);
    }
}

static void bracket(struct pass *p, uint32_t i) {
    switch (p->t[i].op) {
    case '(':
    case '[':
    case '{':
        if (p->call_depth < MAX_CALLS)
            p->calls[p->call_depth] = (struct call){i, 0};
        p->call_depth++;
        break;
    case ')':
    case ']':
    case '}':
        p->call_depth -= p->call_depth > 0;
        break;
    case ',':
        if (p->call_depth > 0 && p->call_depth <= MAX_CALLS)
            p->calls[p->call_depth - 1].commas++;
        break;
    default:
        break;
    }
}

static int by_variable(const void *a, const void *b) {
    const struct flow *x = a, *y = b;
    int order = slice_cmp(x->variable, y->variable);
    return order != 0 ? order : (x->token > y->token) - (x->token < y->token);
}

static void collect(struct flows *f, struct slice text, const struct py_tokens *tokens, bool attributes,
                    struct arena *arena) {
    struct pass pass = {.f = f,
                        .text = text,
                        .t = tokens->items,
                        .tokens = tokens,
                        .arena = arena,
                        .function = UINT32_MAX,
                        .attributes = attributes,
                        .chain_end = NO_TOKEN,
                        .prev = {NO_TOKEN, NO_TOKEN, NO_TOKEN}};
    struct pass *p = &pass;
    f->collected = true;
    add_scope(p, 0);
    for (uint32_t i = 0; i < p->tokens->count; i++) {
        const struct py_token *t = &p->t[i];
        switch (t->kind) {
        case PY_COMMENT:
        case PY_NL:
            continue;
        case PY_INDENT:
            indent(p);
            continue;
        case PY_DEDENT:
            dedent(p, i);
            continue;
        case PY_NEWLINE:
            p->call_depth = 0;
            break;
        case PY_NAME:
            if (t->op == KW_DEF)
                p->function = add_scope(p, i);
            else if (tok_is_name(t))
                name(p, i);
            break;
        case PY_OP:
            bracket(p, i);
            break;
        default:
            break;
        }
        p->prev[2] = p->prev[1];
        p->prev[1] = p->prev[0];
        p->prev[0] = i;
    }
    if (p->f->count > 1)
        qsort(p->f->items, p->f->count, sizeof *p->f->items, by_variable);
}

void flow_collect(struct flows *f, struct slice text, const struct py_tokens *tokens, struct arena *arena) {
    flows_clear(f);
    collect(f, text, tokens, true, arena);
}

struct candidate flow_candidate(const struct flow *flow, const struct candidate *c) {
    struct candidate as = *c;
    as.name = flow->as;
    as.callee = flow->callee;
    as.argument = flow->argument;
    as.context = flow->as.len > 0 ? CONTEXT_KEYWORD : CONTEXT_ARGUMENT;
    return as;
}

bool flow_uses(struct flows *f, struct slice text, const struct py_tokens *tokens, struct arena *arena,
               const struct candidate *c, bool (*fn)(void *ctx, const struct candidate *as), void *ctx) {
    if (!f->collected)
        collect(f, text, tokens, false, arena);
    uint32_t scope = scope_at(f, c->first_token);
    const struct flow key = {.variable = c->name};
    struct bisection b = {.high = f->count};
    while (bisect(&b))
        bisect_tell(&b, by_variable(&f->items[b.middle], &key) < 0);
    for (unsigned asked = 0;
         b.low < f->count && asked < MAX_USES && slice_eq(f->items[b.low].variable, c->name); b.low++) {
        const struct flow *flow = &f->items[b.low];
        if (!is_within(f, flow->scope, scope))
            continue;
        struct candidate as = flow_candidate(flow, c);
        asked++;
        if (fn(ctx, &as))
            return true;
    }
    return false;
}
