/* scope.c: see scope.h. */
#include "rewriters/scope.h"

#include <stdlib.h>

#include "base/mem.h"

bool import_target_equal(const struct import_target *a, const struct import_target *b) {
    return slice_eq(a->module, b->module) && slice_eq(a->symbol, b->symbol);
}

static bool type_is(TSNode node, const char *type) {
    return !ts_node_is_null(node) && pytree_is(ts_node_type(node), type);
}

/* What one name of an import statement binds; `name` is the child in the field
 * "name", or the wildcard. */
static struct import_target target_of(struct slice text, TSNode statement, TSNode name) {
    struct import_target t = {0};
    bool aliased = type_is(name, "aliased_import");
    struct slice imported = pytree_text(text, aliased ? pytree_child(name, "name") : name);
    if (type_is(statement, "import_from_statement")) {
        t.module = pytree_text(text, pytree_child(statement, "module_name"));
        t.symbol = imported;
        t.local = imported;
        if (type_is(name, "wildcard_import"))
            t.symbol = SLICE_LIT("*"), t.local = (struct slice){0};
    } else {
        size_t dot = slice_find_byte(imported, '.', 0);
        t.module = aliased || dot == SIZE_MAX ? imported : slice_sub(imported, 0, dot);
        t.local = t.module;
    }
    if (aliased)
        t.local = pytree_text(text, pytree_child(name, "alias"));
    return t;
}

static bool is_import(TSNode node) {
    return type_is(node, "import_statement") || type_is(node, "import_from_statement");
}

static void add_names(const struct source *s, TSNode statement, struct module_imports *out) {
    TSTreeCursor cursor = ts_tree_cursor_new(statement);
    for (bool more = ts_tree_cursor_goto_first_child(&cursor); more;
         more = ts_tree_cursor_goto_next_sibling(&cursor)) {
        TSNode child = ts_tree_cursor_current_node(&cursor);
        const char *field = ts_tree_cursor_current_field_name(&cursor);
        if (!type_is(child, "wildcard_import") && !(field && pytree_is(field, "name")))
            continue;
        out->items = mem_grow(out->items, &out->capacity, out->count + 1, sizeof *out->items);
        out->items[out->count++] = (struct module_import){
            target_of(s->text, statement, child), ts_node_start_byte(statement), ts_node_end_byte(statement)};
    }
    ts_tree_cursor_delete(&cursor);
}

void module_imports_collect(const struct source *s, struct module_imports *out) {
    TSTreeCursor cursor = ts_tree_cursor_new(ts_tree_root_node(s->tree.tree));
    for (bool more = ts_tree_cursor_goto_first_child(&cursor); more;
         more = ts_tree_cursor_goto_next_sibling(&cursor)) {
        TSNode node = ts_tree_cursor_current_node(&cursor);
        if (is_import(node) && !ts_node_has_error(node))
            add_names(s, node, out);
    }
    ts_tree_cursor_delete(&cursor);
}

void module_imports_release(struct module_imports *m) {
    free(m->items);
    *m = (struct module_imports){0};
}

/* Parents in which an identifier is only read; with a field, only in it. What
 * is missing here is taken for a binding. */
static const struct {
    const char *parent, *field;
} reads[] = {
    {"attribute", "object"},
    {"subscript", NULL},
    {"call", "function"},
    {"argument_list", NULL},
    {"keyword_argument", "value"},
    {"default_parameter", "value"},
    {"typed_default_parameter", "value"},
    {"assignment", "right"},
    {"augmented_assignment", "right"},
    {"named_expression", "value"},
    {"pair", NULL},
    {"return_statement", NULL},
    {"expression_statement", NULL},
    {"binary_operator", NULL},
    {"boolean_operator", NULL},
    {"not_operator", NULL},
    {"comparison_operator", NULL},
    {"conditional_expression", NULL},
    {"if_statement", "condition"},
    {"elif_clause", "condition"},
    {"list", NULL},
    {"set", NULL},
    {"decorator", NULL},
    {"interpolation", NULL},
    {"for_statement", "right"},
    {"for_in_clause", "right"},
    {"lambda", "body"},
    {"with_item", NULL},
    {"assert_statement", NULL},
    {"type", NULL},
    {"if_clause", NULL},
};

/* Neither read nor bound: the word is an attribute or the name of a keyword. */
static bool is_no_name(const struct pytree_step *node, const struct pytree_step *parent) {
    if (!node->field)
        return false;
    return (pytree_is(parent->type, "attribute") && pytree_is(node->field, "attribute")) ||
           (pytree_is(parent->type, "keyword_argument") && pytree_is(node->field, "name"));
}

static bool is_read(const struct pytree_step *node, const struct pytree_step *parent) {
    for (size_t i = 0; i < KL_ARRAY_LEN(reads); i++)
        if (pytree_is(reads[i].parent, parent->type) &&
            (!reads[i].field || (node->field && pytree_is(reads[i].field, node->field))))
            return true;
    return false;
}

/* A walrus in a comprehension binds outside of it. */
static bool makes_scope(const char *type, bool for_walrus) {
    static const char *const types[] = {
        "function_definition", "class_definition",  "lambda",
        "list_comprehension",  "set_comprehension", "dictionary_comprehension",
        "generator_expression"};
    for (size_t i = 0; i < (for_walrus ? 3 : KL_ARRAY_LEN(types)); i++)
        if (pytree_is(type, types[i]))
            return true;
    return false;
}

/* steps[result] is the node whose scope the name at the end of the path is bound
 * in; 0 is the module. */
static size_t scope_of(const struct pytree_walker *w) {
    size_t i = w->count - 1;
    const char *parent = w->steps[i - 1].type;
    bool is_def_name = w->steps[i].field && pytree_is(w->steps[i].field, "name") &&
                       (pytree_is(parent, "function_definition") || pytree_is(parent, "class_definition"));
    bool is_walrus = pytree_is(parent, "named_expression");
    for (size_t from = is_def_name ? i - 1 : i; from-- > 1;)
        if (makes_scope(w->steps[from].type, is_walrus))
            return from;
    return 0;
}

/* Is the identifier at the end of the path part of an import? Then what of. */
static bool import_at(const struct source *s, const struct pytree_walker *w, struct import_target *target,
                      bool *is_binding) {
    for (size_t i = w->count - 1; i-- > 1;) {
        TSNode statement = w->steps[i].node;
        if (!is_import(statement)) {
            if (!pytree_is(w->steps[i].type, "dotted_name") &&
                !pytree_is(w->steps[i].type, "aliased_import") &&
                !pytree_is(w->steps[i].type, "relative_import"))
                return false;
            continue;
        }
        const struct pytree_step *name = &w->steps[i + 1], *last = &w->steps[w->count - 1];
        *is_binding = false;
        if (!name->field || !pytree_is(name->field, "name"))
            return true; /* the module of `from module import` */
        *target = target_of(s->text, statement, name->node);
        *is_binding = target->local.ptr == s->text.ptr + last->start;
        return true;
    }
    return false;
}

static bool encloses_place(const struct pytree_step *scope, const struct scope_query *q) {
    for (size_t i = 0; i < q->place_count; i++)
        if (scope->start <= q->places[i] && q->places[i] < scope->end)
            return true;
    return false;
}

/* The same import, as a statement of the function's own body and above every
 * place in it: there the name means what it means outside. */
static bool is_local_import(const struct pytree_walker *w, size_t scope, const struct scope_query *q) {
    if (scope == 0 || scope + 2 >= w->count || !pytree_is(w->steps[scope].type, "function_definition") ||
        !pytree_is(w->steps[scope + 1].type, "block") || !is_import(w->steps[scope + 2].node))
        return false;
    for (size_t i = 0; i < q->place_count; i++)
        if (w->steps[scope].start <= q->places[i] && q->places[i] < w->steps[scope + 2].start)
            return false;
    return true;
}

enum occurrence { OCCURS_HARMLESS, OCCURS_READ, OCCURS_CLASH };

static enum occurrence judge(const struct source *s, const struct pytree_walker *w,
                             const struct scope_query *q) {
    const struct pytree_step *node = &w->steps[w->count - 1], *parent = &w->steps[w->count - 2];
    struct import_target target;
    bool is_binding = true, is_same = false;
    if (import_at(s, w, &target, &is_binding)) {
        if (!is_binding)
            return OCCURS_HARMLESS;
        is_same = import_target_equal(&target, &q->target);
    } else if (is_no_name(node, parent)) {
        return OCCURS_HARMLESS;
    } else if (is_read(node, parent)) {
        return OCCURS_READ;
    }
    if (pytree_is(parent->type, "global_statement"))
        return OCCURS_CLASH; /* some function may bind the module's name at any time */
    size_t scope = scope_of(w);
    if (is_same && is_local_import(w, scope, q))
        return OCCURS_HARMLESS;
    if (scope > 0)
        return encloses_place(&w->steps[scope], q) ? OCCURS_CLASH : OCCURS_HARMLESS;
    if (is_same)
        return OCCURS_HARMLESS;
    /* The import stands below it, and before any site. */
    bool overridden = !q->inserted && node->start < q->at;
    return overridden ? OCCURS_HARMLESS : OCCURS_CLASH;
}

/* A star import after the statement may take the name; one before it may be
 * what gave the name that the file reads already. */
static bool star_clashes(const struct source *s, const struct scope_query *q, bool is_read_in_file) {
    if (q->name[0] == '_')
        return false; /* a star import leaves such names out */
    for (uint32_t i = 0; i + 1 < s->tokens.count; i++) {
        const struct py_token *t = &s->tokens.items[i], *next = t + 1;
        if (t->kind != PY_NAME || t->op != KW_IMPORT || next->kind != PY_OP || next->op != '*')
            continue;
        if (t->start >= q->at || (q->inserted && is_read_in_file))
            return true;
    }
    return false;
}

bool scope_is_free(const struct source *s, const struct scope_query *q) {
    bool is_read_in_file = false, clash = false;
    if (source_has_name(s, q->name)) {
        struct pytree_walker w;
        pytree_walk(&s->tree, &w);
        while (!clash && pytree_next(&w)) {
            const struct pytree_step *step = &w.steps[w.count - 1];
            if (w.count < 2 || !pytree_is(step->type, "identifier") ||
                !slice_eq_cstr(pytree_text(s->text, step->node), q->name))
                continue;
            enum occurrence o = judge(s, &w, q);
            is_read_in_file |= o == OCCURS_READ;
            clash = o == OCCURS_CLASH;
        }
        pytree_walker_release(&w);
    }
    return !clash && !star_clashes(s, q, is_read_in_file);
}

/* module, expression_statement, assignment, identifier */
static bool is_module_assignment(const struct pytree_walker *w) {
    const struct pytree_step *node = &w->steps[w->count - 1];
    return w->count == 4 && pytree_is(w->steps[1].type, "expression_statement") &&
           pytree_is(w->steps[2].type, "assignment") && node->field && pytree_is(node->field, "left");
}

bool scope_is_assigned_once(const struct source *s, const char *name, const uint32_t *places,
                            size_t place_count) {
    struct scope_query q = {.name = name};
    size_t bound = 0;
    bool known = true;
    struct pytree_walker w;
    pytree_walk(&s->tree, &w);
    while (known && pytree_next(&w)) {
        const struct pytree_step *step = &w.steps[w.count - 1];
        struct import_target target;
        bool is_binding;
        if (w.count < 2 || !pytree_is(step->type, "identifier") ||
            !slice_eq_cstr(pytree_text(s->text, step->node), name))
            continue;
        if (import_at(s, &w, &target, &is_binding)) {
            known = !is_binding;
            continue;
        }
        if (is_no_name(step, &w.steps[w.count - 2]) || is_read(step, &w.steps[w.count - 2]))
            continue;
        known = is_module_assignment(&w) && ++bound == 1 && (place_count == 0 || step->end < places[0]);
        q.at = step->start;
    }
    pytree_walker_release(&w);
    return known && bound == 1 && !star_clashes(s, &q, false);
}
