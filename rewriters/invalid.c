/* invalid.c: forms that tree-sitter takes and no CPython does. A file that has
 * one never ran, so there is nothing that a rewrite could keep. Not complete: a
 * compiler's later passes (duplicate arguments, names) are not repeated here. */
#include "rewriters/source.h"

static const char is_invalid[] = "the file is not valid Python 3";

/* A block begins after a colon that ends its line, and nowhere else; and no line
 * ends with "=", which tree-sitter joins with the next one after a backslash. */
static bool has_bad_layout(const struct source *s) {
    bool colon = false, expect_indent = false, open_ended = false;
    for (uint32_t i = 0; i < s->tokens.count; i++) {
        const struct py_token *t = &s->tokens.items[i];
        switch (t->kind) {
        case PY_NL:
        case PY_COMMENT:
            continue;
        case PY_NEWLINE:
            if (open_ended)
                return true;
            expect_indent = colon;
            continue;
        case PY_INDENT:
            if (!expect_indent)
                return true;
            expect_indent = false;
            continue;
        default:
            if (expect_indent)
                return true;
            colon = t->kind == PY_OP && t->op == ':';
            open_ended = t->kind == PY_OP && t->op == '=';
        }
    }
    return false;
}

static bool is_any(const char *type, const char *const *types) {
    for (; *types; types++)
        if (pytree_is(type, *types))
            return true;
    return false;
}

static const char *const functions[] = {"function_definition", NULL};
static const char *const functions_and_lambdas[] = {"function_definition", "lambda", NULL};
static const char *const loops[] = {"for_statement", "while_statement", NULL};
static const char *const classes[] = {"class_definition", NULL};
static const char *const definitions[] = {"class_definition", "function_definition", NULL};

/* What must stand inside what, with nothing of `wall` between. */
static const struct {
    const char *type;
    const char *const *inside;
    const char *const *wall;
} placed[] = {
    {"return_statement", functions, classes},   {"nonlocal_statement", definitions, NULL},
    {"yield", functions_and_lambdas, classes},  {"break_statement", loops, definitions},
    {"continue_statement", loops, definitions},
};

static bool is_misplaced(const struct pytree_walker *w) {
    const char *type = w->steps[w->count - 1].type;
    for (size_t k = 0; k < KL_ARRAY_LEN(placed); k++) {
        if (!pytree_is(type, placed[k].type) || !w->steps[w->count - 1].named)
            continue;
        for (size_t i = w->count - 1; i-- > 0;) {
            if (is_any(w->steps[i].type, placed[k].inside))
                return false;
            if (placed[k].wall && is_any(w->steps[i].type, placed[k].wall))
                return true;
        }
        return true;
    }
    return false;
}

static bool is_bare_try(const struct pytree_step *step) {
    static const char *const clauses[] = {"except_clause", "except_group_clause", "finally_clause", NULL};
    if (!step->named || !pytree_is(step->type, "try_statement"))
        return false;
    uint32_t count = ts_node_named_child_count(step->node);
    for (uint32_t i = 0; i < count; i++)
        if (is_any(ts_node_type(ts_node_named_child(step->node, i)), clauses))
            return false;
    return true;
}

const char *invalid_refusal(const struct source *s) {
    if (has_bad_layout(s))
        return is_invalid;
    struct pytree_walker w;
    bool bad = false;
    pytree_walk(&s->tree, &w);
    while (!bad && pytree_next(&w))
        bad = is_misplaced(&w) || is_bare_try(&w.steps[w.count - 1]);
    pytree_walker_release(&w);
    return bad ? is_invalid : NULL;
}
