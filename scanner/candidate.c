/* candidate.c: the pass over the tokens: statements, brackets, scopes. What it
 * does with the strings that it meets is in candidate_place.c. */
#include "scanner/candidate_internal.h"

#include "base/mem.h"
#include "scanner/classify.h"

#include <stdlib.h>

/* Field by field: the slices are set before they are read. */
static void frame_init(struct frame *f, unsigned kind, uint32_t open, uint32_t before, bool annotation) {
    f->open = open;
    f->before = before;
    f->key = f->key_named = f->iterating = NO_TOKEN;
    f->commas = 0;
    f->kind = (uint8_t)kind;
    f->role = CONTEXT_NONE;
    f->annotation = annotation;
    f->for_pending = f->is_dict = f->in_format_spec = f->outer_known = f->callee_known = false;
    f->targets.known = f->targets.unpacks = false;
}

static void frame_push(struct collector *c, unsigned kind, uint32_t open) {
    if (c->depth == KL_MAX_NESTING)
        return; /* strings further in belong to the deepest frame kept */
    if (c->depth == c->frame_capacity) {
        struct frame *more = arena_alloc(c->arena, KL_MAX_NESTING * sizeof *more);
        memcpy(more, c->frames, c->depth * sizeof *more);
        c->frames = more;
        c->frame_capacity = KL_MAX_NESTING;
    }
    bool annotation = top_frame(c)->annotation;
    frame_init(&c->frames[c->depth++], kind, open, c->prev, annotation);
}

/* Lambdas have no bracket that ends them. */
static void pop_lambda_bodies(struct collector *c) {
    while (c->depth > 1 && top_frame(c)->kind == FRAME_LAMBDA_BODY)
        c->depth--;
}

static bool ends_operand(const struct py_token *t) {
    switch (t->kind) {
    case PY_NAME:
        return tok_is_name(t);
    case PY_STRING:
    case PY_FSTRING_END:
        return true;
    case PY_OP:
        return t->op == ')' || t->op == ']' || t->op == '}';
    default:
        return false;
    }
}

static void open_bracket(struct collector *c, uint32_t i) {
    const struct frame *top = top_frame(c);
    bool primary = c->prev != NO_TOKEN && ends_operand(&c->t[c->prev]);
    unsigned kind;
    if (c->t[i].op == '{') {
        bool field = top->kind == FRAME_FSTRING || (top->kind == FRAME_FIELD && top->in_format_spec);
        kind = field ? FRAME_FIELD : FRAME_BRACE;
    } else if (c->t[i].op == '[') {
        kind = primary ? FRAME_SUBSCRIPT : FRAME_LIST;
    } else if (!primary) {
        kind = FRAME_GROUP;
    } else if (c->depth == 1 && c->stmt.keyword == KW_DEF && !c->stmt.params_seen) {
        kind = FRAME_PARAMS;
        c->stmt.params_seen = true;
    } else {
        kind = FRAME_CALL;
        if (c->depth == 1 && c->stmt.keyword == KW_CLASS)
            c->stmt.bases = i;
    }
    frame_push(c, kind, i);
}

static void close_bracket(struct collector *c, uint32_t i) {
    uint32_t open = c->t[i].match;
    if (open == UINT32_MAX)
        return;
    while (c->depth > 1 && top_frame(c)->open > open)
        c->depth--;
    if (c->depth > 1 && top_frame(c)->open == open)
        c->depth--;
}

/* --- Statements ----------------------------------------------------------- */

/* `case` is a keyword only at the start of a line that is a block's header:
 * a colon comes at this level before any `=`. */
static bool is_case_header(const struct collector *c, uint32_t i) {
    uint32_t j = i + 1;
    if (j >= c->count || tok_is_op(&c->t[j], ':') || tok_is_op(&c->t[j], '.') || tok_is_op(&c->t[j], ','))
        return false;
    for (; j < c->count; j++) {
        const struct py_token *t = &c->t[j];
        if (t->kind == PY_NEWLINE || t->kind == PY_END)
            return false;
        if (t->kind == PY_FSTRING_START && t->match != UINT32_MAX && t->match > j)
            j = t->match;
        if (t->kind != PY_OP)
            continue;
        if (t->op == ':')
            return true;
        if (t->op == '=' || t->op == ';')
            return false;
        if (t->match != UINT32_MAX && t->match > j && (t->op == '(' || t->op == '[' || t->op == '{'))
            j = t->match;
    }
    return false;
}

static bool is_block_keyword(unsigned kw) {
    switch (kw) {
    case KW_CLASS:
    case KW_DEF:
    case KW_IF:
    case KW_ELIF:
    case KW_ELSE:
    case KW_FOR:
    case KW_WHILE:
    case KW_WITH:
    case KW_TRY:
    case KW_EXCEPT:
    case KW_FINALLY:
    case KW_CASE:
        return true;
    default:
        return false;
    }
}

static void begin_statement(struct collector *c, uint32_t i) {
    uint32_t at = i;
    uint8_t kw = c->t[i].kind == PY_NAME ? c->t[i].op : KW_NONE;
    if (kw == KW_ASYNC && i + 1 < c->count && c->t[i + 1].kind == PY_NAME)
        kw = c->t[++at].op;
    if (kw == KW_CASE && !is_case_header(c, i))
        kw = KW_NONE;
    c->stmt = (struct statement){
        .first = i, .keyword = kw, .body_first = c->body_first, .bases = NO_TOKEN, .also = NO_TOKEN};
    c->stmt.header = is_block_keyword(kw);
    c->stmt.is_pattern = kw == KW_CASE;
    c->stmt.is_type = kw == KW_TYPE && i + 1 < c->count && tok_is_name(&c->t[i + 1]);
    c->at_start = false;
    c->body_first = false;
    c->depth = 1;
    frame_init(&c->frames[0], FRAME_STATEMENT, NO_TOKEN, NO_TOKEN, c->stmt.is_type);
    c->frames[0].for_pending = kw == KW_FOR;
    if (kw != KW_DEF && kw != KW_CLASS) {
        if (c->stmt.header) {
            c->pending = *current_scope(c);
            c->pending_is_body = false;
        }
        return;
    }
    c->pending = *current_scope(c);
    c->pending.is_enum = false;
    c->pending_is_body = true;
    if (kw == KW_DEF && at + 1 < c->count && c->t[at + 1].kind == PY_NAME) {
        c->pending.function = at + 1;
        if (slice_starts(py_token_text(c->text, &c->t[at + 1]), "test_"))
            c->pending.is_test = true;
    }
}

/* `class Color(str, enum.Enum):` by the last components of its bases. */
static bool bases_show_enum(const struct collector *c) {
    static const char *const more[] = {"Flag", "IntFlag", "TextChoices", "IntegerChoices", "Choices"};
    uint32_t open = c->stmt.bases;
    if (open == NO_TOKEN || c->t[open].match == UINT32_MAX)
        return false;
    for (uint32_t i = open + 1; i < c->t[open].match; i++) {
        if (!tok_is_name(&c->t[i]) || tok_is_op(&c->t[i + 1], '.') || tok_is_op(&c->t[i + 1], '='))
            continue;
        struct slice name = py_token_text(c->text, &c->t[i]);
        if (slice_ends(name, "Enum"))
            return true;
        for (size_t k = 0; k < KL_ARRAY_LEN(more); k++)
            if (slice_eq_cstr(name, more[k]))
                return true;
    }
    return false;
}

static void end_header(struct collector *c) {
    if (c->stmt.keyword == KW_CLASS)
        c->pending.is_enum = bases_show_enum(c);
    bool body = c->stmt.keyword == KW_CLASS || c->stmt.keyword == KW_DEF;
    c->is_inline = c->is_inline || body;
    c->body_first = body;
    c->at_start = true;
    c->prev = NO_TOKEN;
    c->depth = 1;
}

static void end_line(struct collector *c) {
    c->is_inline = false;
    c->at_start = true;
    c->prev = NO_TOKEN;
    c->depth = 1;
}

static void indent(struct collector *c) {
    if (c->scope_depth + 1 < CAND_MAX_SCOPES)
        c->scopes[++c->scope_depth] = c->pending;
    else
        c->scopes_too_deep++;
    c->body_first = c->pending_is_body;
    c->pending_is_body = false;
    c->at_start = true;
}

static void dedent(struct collector *c) {
    if (c->scopes_too_deep > 0)
        c->scopes_too_deep--;
    else if (c->scope_depth > 0)
        c->scope_depth--;
    c->pending = c->scopes[c->scope_depth];
    c->pending_is_body = false;
    c->body_first = false;
    c->at_start = true;
}

/* --- Operators that name what follows them --------------------------------- */

static uint8_t role_of_target(struct collector *c, uint32_t key) {
    if (key == NO_TOKEN)
        return CONTEXT_NONE;
    if (tok_is_op(&c->t[key], ']'))
        return is_environ_subscript(c, key) ? CONTEXT_ENV_WRITE : CONTEXT_SUBSCRIPT;
    uint32_t before = key > c->stmt.first ? key - 1 : NO_TOKEN;
    if (before != NO_TOKEN && tok_is_op(&c->t[before], '.'))
        return CONTEXT_ATTRIBUTE;
    return CONTEXT_ASSIGNMENT;
}

/* a = password = "...": of all its names, the one that promises a secret. */
static bool is_telling_target(struct collector *c, const struct frame *f, uint32_t last) {
    return (f->role == CONTEXT_ASSIGNMENT || f->role == CONTEXT_ATTRIBUTE || f->role == CONTEXT_SUBSCRIPT) &&
           last != NO_TOKEN && f->commas == 0 && !c->stmt.unpacks &&
           !classify_name_is_secret(name_ending_at(c, f->key)) &&
           classify_name_is_secret(name_ending_at(c, last));
}

static void assign(struct collector *c, struct frame *f, uint32_t i) {
    uint32_t prev = c->prev;
    if (f->role == CONTEXT_NONE) {
        if (!f->annotation || c->stmt.is_type)
            f->key = prev;
        f->role = role_of_target(c, f->key);
        bool bracketed = prev != NO_TOKEN && (tok_is_op(&c->t[prev], ')') || tok_is_op(&c->t[prev], ']')) &&
                         c->t[prev].match == c->stmt.first;
        c->stmt.unpacks = f->commas > 0 || bracketed;
        if (c->stmt.unpacks)
            unpack_begin(c, bracketed ? c->stmt.first + 1 : c->stmt.first, bracketed ? prev : i);
    } else if (prev != NO_TOKEN && tok_is_op(&c->t[prev], ']') && is_environ_subscript(c, prev)) {
        f->key = prev; /* x = os.environ["X"] = "..." */
        f->role = CONTEXT_ENV_WRITE;
    } else if (is_telling_target(c, f, prev)) {
        f->key = prev;
        f->role = role_of_target(c, prev);
    } else {
        c->stmt.also = prev;
    }
    f->annotation = c->stmt.is_type;
    f->commas = 0;
    f->targets.elements_counted = false; /* x, y = ... = ... */
    c->stmt.value = i + 1;
}

static void equals(struct collector *c, uint32_t i) {
    struct frame *f = top_frame(c);
    switch (f->kind) {
    case FRAME_STATEMENT:
        assign(c, f, i);
        break;
    case FRAME_CALL:
        f->key = c->prev;
        f->role = CONTEXT_KEYWORD;
        break;
    case FRAME_PARAMS:
    case FRAME_LAMBDA:
        if (f->role != CONTEXT_NONE || f->key == NO_TOKEN)
            f->key = c->prev;
        f->role = CONTEXT_DEFAULT;
        f->annotation = false;
        break;
    default:
        break;
    }
}

static void colon(struct collector *c) {
    pop_lambda_bodies(c);
    struct frame *f = top_frame(c);
    switch (f->kind) {
    case FRAME_LAMBDA:
        f->kind = FRAME_LAMBDA_BODY;
        f->key = NO_TOKEN;
        f->role = CONTEXT_NONE;
        break;
    case FRAME_BRACE:
        f->key = c->prev;
        f->role = CONTEXT_DICT_VALUE;
        f->is_dict = true;
        break;
    case FRAME_PARAMS:
        f->key = c->prev;
        f->annotation = true;
        break;
    case FRAME_FIELD:
        f->in_format_spec = true;
        break;
    case FRAME_STATEMENT:
        if (c->stmt.header) {
            end_header(c);
        } else if (f->role == CONTEXT_NONE) {
            f->key = c->prev;
            f->annotation = true;
        }
        break;
    default:
        break;
    }
}

static void comma(struct collector *c) {
    pop_lambda_bodies(c);
    struct frame *f = top_frame(c);
    f->commas++;
    if (f->kind == FRAME_STATEMENT)
        return;
    f->key = NO_TOKEN;
    f->role = CONTEXT_NONE;
    if (f->kind == FRAME_PARAMS)
        f->annotation = false;
}

static void operator(struct collector *c, uint32_t i) {
    struct frame *f;
    switch (c->t[i].op) {
    case '(':
    case '[':
    case '{':
        open_bracket(c, i);
        break;
    case ')':
    case ']':
    case '}':
        close_bracket(c, i);
        break;
    case ',':
        comma(c);
        break;
    case ':':
        colon(c);
        return; /* sets prev itself when a statement begins */
    case '=':
        equals(c, i);
        break;
    case ';':
        pop_lambda_bodies(c);
        c->at_start = c->depth == 1;
        break;
    case OP_AUG:
    case OP_WALRUS:
        f = top_frame(c);
        f->key = c->prev;
        f->role = c->t[i].op == OP_AUG ? CONTEXT_AUGMENTED : CONTEXT_WALRUS;
        break;
    case OP_ARROW:
        top_frame(c)->annotation = true;
        break;
    default:
        break;
    }
}

static void keyword(struct collector *c, uint32_t i) {
    struct frame *f = top_frame(c);
    switch (c->t[i].op) {
    case KW_LAMBDA:
        frame_push(c, FRAME_LAMBDA, i);
        break;
    case KW_FOR:
        pop_lambda_bodies(c);
        top_frame(c)->for_pending = true;
        break;
    case KW_IN:
        if (!f->for_pending)
            break;
        f->for_pending = false;
        f->iterating = i;
        if (f->kind == FRAME_STATEMENT && f->commas == 0) { /* for x in ("a", "b"): */
            f->key = c->prev;
            f->role = CONTEXT_EXPRESSION;
        }
        break;
    case KW_IF:
        if (c->depth == 1)
            c->stmt.is_pattern = false; /* the guard of a case */
        break;
    default:
        break;
    }
}

/* --- The pass --------------------------------------------------------------- */

static void expression_token(struct collector *c, uint32_t i) {
    if (c->at_start) {
        c->prev = NO_TOKEN;
        begin_statement(c, i);
    }
    switch (c->t[i].kind) {
    case PY_NAME:
        if (c->t[i].op != KW_NONE)
            keyword(c, i);
        break;
    case PY_STRING:
        if (i >= c->covered)
            emit_string(c, i);
        break;
    case PY_FSTRING_START:
        frame_push(c, FRAME_FSTRING, i);
        break;
    case PY_FSTRING_MIDDLE:
        if (top_frame(c)->kind != FRAME_FIELD) /* there it is a format specification */
            emit_fragment(c, i);
        break;
    case PY_FSTRING_END:
        close_bracket(c, i);
        break;
    case PY_OP:
        operator(c, i);
        break;
    default:
        break;
    }
    c->prev = c->at_start ? NO_TOKEN : i;
}

/* Which kinds of tokens change what the pass knows, by their operator or keyword: brackets, marks and
 * three of enum py_op beyond ASCII's (:=, ->, augmented) do, other operators only stand between, as
 * names do that are no keyword. Looked up without a branch on the kind, which no processor guesses. */
#define N (uint16_t) ~(1u << PY_NAME | 1u << PY_OP)
#define K (uint16_t) ~(1u << PY_OP)
#define Y UINT16_MAX
/* clang-format off */
static const uint16_t mattering[256] = { /* a row for 32 */
    N, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K,
    K, K, K, K, K, K, K, K, Y, Y, K, K, Y, K, K, K, K, K, K, K, K, K, K, K, K, K, Y, Y, K, Y, K, K,
    K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, Y, K, Y, K, K,
    K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, Y, K, Y, K, K,
    Y, Y, K, K, K, K, K, K, K, K, K, Y, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K,
    K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K,
    K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K,
    K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K, K,
};
/* clang-format on */
#undef N
#undef K
#undef Y
_Static_assert(OP_WALRUS == 128 && OP_ARROW == 129 && OP_AUG == 139, "their places in the table");

static bool matters(const struct py_token *t) {
    return (mattering[t->op] >> t->kind & 1) != 0;
}

static void collect(struct collector *c) {
    for (uint32_t i = 0; i < c->count; i++) {
        if (!c->at_start && !matters(&c->t[i])) {
            while (!matters(&c->t[++i])) /* PY_END does */
                ;
            c->prev = i - 1;
        }
        const struct py_token *t = &c->t[i];
        switch (t->kind) {
        case PY_COMMENT:
            emit_comment(c, i);
            break;
        case PY_NEWLINE:
            end_line(c);
            break;
        case PY_INDENT:
            indent(c);
            break;
        case PY_DEDENT:
            dedent(c);
            break;
        case PY_NL:
        case PY_END:
            break;
        default:
            expression_token(c, i);
            break;
        }
    }
}

void candidates_collect(const struct pyfile *file, const struct py_tokens *tokens, const char *path,
                        struct arena *arena, struct candidates *out) {
    out->count = 0;
    struct collector c;
    c.text = file->text;
    c.t = tokens->items;
    c.count = (uint32_t)tokens->count;
    c.arena = arena;
    c.out = out;
    c.tokens = tokens;
    c.path_in_test = path_in_test(path);
    c.frames = c.inline_frames;
    c.frame_capacity = CAND_INLINE_FRAMES;
    c.depth = 1;
    c.at_start = true;
    c.body_first = true;
    c.prev = NO_TOKEN;
    c.covered = 0;
    c.scopes[0] = (struct scope){.function = NO_TOKEN};
    c.pending = c.scopes[0];
    c.pending_is_body = false;
    c.is_inline = false;
    c.scope_depth = 0;
    c.scopes_too_deep = 0;
    frame_init(&c.frames[0], FRAME_STATEMENT, NO_TOKEN, NO_TOKEN, false);
    c.stmt = (struct statement){.bases = NO_TOKEN, .also = NO_TOKEN};
    c.env_known = false;
    collect(&c);
}

void candidates_release(struct candidates *c) {
    free(c->items);
    *c = (struct candidates){0};
}
