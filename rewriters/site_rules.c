/* site_rules.c: the tables of site.h, and the tests that their rows name. Node
 * types and fields are those of tree-sitter-python. */
#include "rewriters/site.h"

static const struct pytree_step *parent_of(const struct site_view *v) {
    return &v->steps[v->index - 1];
}

static bool is_in_words(struct slice word, const char *const *words) {
    for (; *words; words++)
        if (slice_eq_cstr(word, *words))
            return true;
    return false;
}

/* `c` of `a.b.c`. */
static struct slice last_name(const struct source *s, TSNode node) {
    if (ts_node_is_null(node))
        return (struct slice){0};
    if (pytree_is(ts_node_type(node), "attribute"))
        node = pytree_child(node, "attribute");
    return pytree_text(s->text, node);
}

/* Does any name in [start, end) stand in `words`? */
static bool span_has_name(const struct source *s, TSNode node, const char *const *words) {
    if (ts_node_is_null(node))
        return false;
    uint32_t end = ts_node_end_byte(node);
    for (uint32_t i = source_token_after(s, ts_node_start_byte(node)); s->tokens.items[i].start < end; i++)
        if (s->tokens.items[i].kind == PY_NAME && is_in_words(source_token_text(s, i), words))
            return true;
    return false;
}

/* The tests. */

static bool has_identity_operator(const struct site_view *v) {
    TSNode node = parent_of(v)->node;
    uint32_t count = ts_node_child_count(node);
    for (uint32_t i = 0; i < count; i++) {
        const char *type = ts_node_type(ts_node_child(node, i));
        if (pytree_is(type, "is") || pytree_is(type, "is not"))
            return true;
    }
    return false;
}

static bool is_template_operand(const struct site_view *v) {
    TSNode operator= pytree_child(parent_of(v)->node, "operator");
    return pytree_is(v->steps[v->index].field, "left") && !ts_node_is_null(operator) &&
           pytree_is(ts_node_type(operator), "%");
}

static bool is_format_call(const struct site_view *v) {
    static const char *const words[] = {"format", "format_map", NULL};
    return is_in_words(last_name(v->source, parent_of(v)->node), words);
}

static bool is_typing_subscript(const struct site_view *v) {
    static const char *const words[] = {"Literal",  "Annotated", "Optional", "Union", "List",     "Dict",
                                        "Set",      "FrozenSet", "Tuple",    "Type",  "Callable", "Iterable",
                                        "Sequence", "Mapping",   "ClassVar", "Final", "list",     "dict",
                                        "set",      "frozenset", "tuple",    "type",  NULL};
    return is_in_words(last_name(v->source, pytree_child(parent_of(v)->node, "value")), words);
}

/* Names and fields that a type checker, or the class that is made, takes from
 * the spelling. */
static bool is_type_making_call(const struct site_view *v) {
    static const char *const words[] = {"TypedDict",    "NewType",       "TypeVar",    "ParamSpec",
                                        "TypeVarTuple", "cast",          "Enum",       "IntEnum",
                                        "StrEnum",      "Flag",          "IntFlag",    "NamedTuple",
                                        "namedtuple",   "TypeAliasType", "ForwardRef", NULL};
    return is_in_words(last_name(v->source, pytree_child(parent_of(v)->node, "function")), words);
}

/* What exec gets is code: the literal in it is for the eyes of whoever wrote it. */
static bool runs_text(const struct site_view *v) {
    static const char *const words[] = {"exec", "eval", "compile", NULL};
    TSNode function = pytree_child(parent_of(v)->node, "function");
    return !ts_node_is_null(function) && pytree_is(ts_node_type(function), "identifier") &&
           is_in_words(pytree_text(v->source->text, function), words);
}

static bool has_literal_annotation(const struct site_view *v) {
    static const char *const words[] = {"Literal", "LiteralString", NULL};
    return span_has_name(v->source, pytree_child(parent_of(v)->node, "type"), words);
}

static bool has_final_annotation(const struct site_view *v) {
    static const char *const words[] = {"Final", NULL};
    return span_has_name(v->source, pytree_child(parent_of(v)->node, "type"), words);
}

static bool is_dunder(struct slice name) {
    return name.len > 4 && slice_starts(name, "__") && slice_ends(name, "__");
}

static bool assigns_dunder(const struct site_view *v) {
    return is_dunder(last_name(v->source, pytree_child(parent_of(v)->node, "left")));
}

/* An assignment that stands directly in the body of an Enum class. */
static bool is_enum_member(const struct site_view *v) {
    static const char *const words[] = {"Enum",     "IntEnum",     "StrEnum",        "Flag",       "IntFlag",
                                        "ReprEnum", "TextChoices", "IntegerChoices", "StringEnum", NULL};
    size_t i = v->index - 1; /* the assignment, perhaps in a chain of them */
    while (i > 0 && pytree_is(v->steps[i].type, "assignment"))
        i--;
    if (i < 2 || !pytree_is(v->steps[i].type, "expression_statement") ||
        !pytree_is(v->steps[i - 1].type, "block") || !pytree_is(v->steps[i - 2].type, "class_definition"))
        return false;
    TSNode bases = pytree_child(v->steps[i - 2].node, "superclasses");
    if (ts_node_is_null(bases))
        return false;
    if (span_has_name(v->source, bases, words))
        return true;
    struct slice text = slice_trim(pytree_text(v->source->text, bases));
    return slice_ends(text, "Enum)") || slice_ends(text, "Choices)");
}

/* Is `name` an operand of `is` anywhere in the file, other than against None,
 * True, False or ...? Two equal literals are often one object; a value from
 * elsewhere never is. */
static bool is_singleton(const struct source *s, uint32_t token) {
    if (token == SOURCE_NO_TOKEN)
        return false;
    const struct py_token *t = &s->tokens.items[token];
    return (t->kind == PY_NAME && (t->op == KW_NONE_VALUE || t->op == KW_TRUE || t->op == KW_FALSE)) ||
           (t->kind == PY_OP && t->op == OP_ELLIPSIS);
}

static uint32_t end_of_dotted(const struct source *s, uint32_t token) {
    for (;;) {
        uint32_t dot = source_next(s, token);
        if (dot == SOURCE_NO_TOKEN || s->tokens.items[dot].kind != PY_OP || s->tokens.items[dot].op != '.')
            return token;
        uint32_t name = source_next(s, dot);
        if (name == SOURCE_NO_TOKEN || s->tokens.items[name].kind != PY_NAME)
            return token;
        token = name;
    }
}

static bool compared_by_identity(const struct source *s, struct slice name) {
    for (size_t k = 0; k < s->identity_count; k++) {
        uint32_t i = s->identity[k];
        uint32_t left = source_previous(s, i), right = source_next(s, i);
        if (right != SOURCE_NO_TOKEN && s->tokens.items[right].kind == PY_NAME &&
            s->tokens.items[right].op == KW_NOT)
            right = source_next(s, right);
        if (left == SOURCE_NO_TOKEN || right == SOURCE_NO_TOKEN || is_singleton(s, left) ||
            is_singleton(s, right))
            continue;
        right = end_of_dotted(s, right);
        if (slice_eq(source_token_text(s, left), name) || slice_eq(source_token_text(s, right), name))
            return true;
    }
    return false;
}

static bool target_compared_by_identity(const struct site_view *v) {
    TSNode target = pytree_child(parent_of(v)->node, "left");
    if (ts_node_is_null(target))
        target = pytree_child(parent_of(v)->node, "name");
    if (ts_node_is_null(target) || pytree_is(ts_node_type(target), "subscript"))
        return false;
    uint32_t count = ts_node_named_child_count(target);
    if (pytree_is(ts_node_type(target), "attribute") || count == 0)
        return compared_by_identity(v->source, last_name(v->source, target));
    for (uint32_t i = 0; i < count; i++) /* x, y = "..", ".." */
        if (compared_by_identity(v->source, last_name(v->source, ts_node_named_child(target, i))))
            return true;
    return false;
}

/* Is the string node the one that spells the site's own name? */
static bool spells_name(const struct site_view *v, TSNode node) {
    if (ts_node_is_null(node) || !pytree_is(ts_node_type(node), "string"))
        return false;
    uint32_t token = source_token_after(v->source, ts_node_start_byte(node));
    struct slice body = py_string_body(v->source->text, &v->source->tokens.items[token]);
    return slice_eq_cstr(body, v->site->name);
}

/* os.environ["X"] = "literal" with the name X. As os.environ["X"] =
 * os.environ["X"] it would keep a value that the environment has already, where
 * the program meant to replace it; and X would be set before this line runs. So
 * the value needs a name other than the variable that it is written to. */
static bool writes_own_name(const struct site_view *v) {
    TSNode left = pytree_child(parent_of(v)->node, "left");
    if (!v->from_environment || ts_node_is_null(left) || !pytree_is(ts_node_type(left), "subscript"))
        return false;
    struct slice mapping = last_name(v->source, pytree_child(left, "value"));
    bool is_environ = slice_eq_cstr(mapping, "environ") || slice_eq_cstr(mapping, "environb");
    return (is_environ || v->site->context == CONTEXT_ENV_WRITE) &&
           spells_name(v, pytree_child(left, "subscript"));
}

/* os.getenv("X", "literal") with the name X: the value would be in the
 * environment as X itself, also for code that asks whether X is set. */
static bool defaults_own_name(const struct site_view *v) {
    if (!v->from_environment || v->index < 2 || !pytree_is(v->steps[v->index - 2].type, "call"))
        return false;
    static const char *const words[] = {"getenv", "getenvb", "environ", "environb", NULL};
    TSNode function = pytree_child(v->steps[v->index - 2].node, "function");
    if (!span_has_name(v->source, function, words) && v->site->context != CONTEXT_ENV_DEFAULT)
        return false;
    return spells_name(v, ts_node_named_child(parent_of(v)->node, 0));
}

/* f"{call('x')=}" has the spelling of its expression in its value. */
static bool shows_its_text(const struct site_view *v) {
    TSNode node = parent_of(v)->node;
    uint32_t count = ts_node_child_count(node);
    for (uint32_t i = 0; i < count; i++)
        if (pytree_is(ts_node_type(ts_node_child(node, i)), "="))
            return true;
    return false;
}

static bool is_first_child(const struct site_view *v) {
    return ts_node_eq(ts_node_named_child(parent_of(v)->node, 0), v->steps[v->index].node);
}

/* Reasons that stand in more than one row. */
static const char reason_format[] = "in the format specification of a field";
static const char reason_type[] = "part of a type expression";
static const char reason_literal[] = "typed as Literal: a type checker reads the spelling";
static const char reason_final[] = "a Final constant: a type checker reads the spelling";
static const char reason_identity[] = "compared by identity (is)";
static const char reason_own_env_name[] =
    "the variable itself is written here: the value needs a name of its own";
static const char reason_own_default_name[] =
    "the default of the variable itself: the value needs a name of its own";
static const char reason_statement[] = "a docstring, or a string that stands as a statement";
static const char reason_concatenation[] = "only a part of an implicit concatenation";
static const char reason_template[] = "a template that other values are put into";
static const char reason_pattern[] = "part of a match pattern";
static const char reason_python2[] = "Python 2 code";
static const char reason_del[] = "part of a del statement";

#define REFUSE(type, field, test, reason)                                                                    \
    { type, field, test, SITE_REFUSE, reason }
#define ALLOW(type, field)                                                                                   \
    { type, field, NULL, SITE_ALLOW, NULL }
#define FLOW(type, field)                                                                                    \
    { type, field, NULL, SITE_FLOW, NULL }

const struct site_rule site_direct_rules[] = {
    REFUSE("expression_statement", NULL, NULL, reason_statement),
    REFUSE("module", NULL, NULL, reason_statement),
    REFUSE("concatenated_string", NULL, NULL, reason_concatenation),
    REFUSE("comparison_operator", NULL, has_identity_operator, reason_identity),
    REFUSE("binary_operator", NULL, is_template_operand, reason_template),
    REFUSE("attribute", "object", is_format_call, reason_template),
    REFUSE("assignment", "right", has_literal_annotation, reason_literal),
    REFUSE("assignment", "right", has_final_annotation, reason_final),
    REFUSE("assignment", "right", is_enum_member, "an Enum member"),
    REFUSE("assignment", "right", target_compared_by_identity, reason_identity),
    REFUSE("assignment", "right", writes_own_name, reason_own_env_name),
    REFUSE("named_expression", "value", target_compared_by_identity, reason_identity),
    REFUSE("default_parameter", "value", target_compared_by_identity, reason_identity),
    REFUSE("typed_default_parameter", "value", has_literal_annotation, reason_literal),
    REFUSE("typed_default_parameter", "value", target_compared_by_identity, reason_identity),
    REFUSE("argument_list", NULL, defaults_own_name, reason_own_default_name),
    REFUSE("assert_statement", NULL, NULL, "the text of an assertion"),
    REFUSE("keyword_argument", "name", NULL, "not an expression"),
    FLOW("parenthesized_expression", NULL),
    FLOW("conditional_expression", NULL),
    FLOW("boolean_operator", NULL),
    FLOW("named_expression", "value"),
    FLOW("assignment", "right"), /* x = y = ".." */
    FLOW("expression_list", NULL),
    FLOW("tuple", NULL),
    ALLOW("augmented_assignment", "right"),
    ALLOW("pair", NULL),
    ALLOW("keyword_argument", "value"),
    ALLOW("argument_list", NULL),
    ALLOW("default_parameter", "value"),
    ALLOW("typed_default_parameter", "value"),
    ALLOW("return_statement", NULL),
    ALLOW("yield", NULL),
    ALLOW("raise_statement", NULL),
    ALLOW("await", NULL),
    ALLOW("comparison_operator", NULL),
    ALLOW("list", NULL),
    ALLOW("set", NULL),
    ALLOW("binary_operator", NULL),
    ALLOW("not_operator", NULL),
    ALLOW("unary_operator", NULL),
    ALLOW("subscript", NULL),
    ALLOW("slice", NULL),
    ALLOW("attribute", "object"),
    ALLOW("interpolation", "expression"),
    ALLOW("lambda", "body"),
    ALLOW("list_splat", NULL),
    ALLOW("dictionary_splat", NULL),
    ALLOW("if_statement", "condition"),
    ALLOW("elif_clause", "condition"),
    ALLOW("while_statement", "condition"),
    ALLOW("if_clause", NULL),
    ALLOW("for_statement", "right"),
    ALLOW("for_in_clause", "right"),
    ALLOW("list_comprehension", "body"),
    ALLOW("set_comprehension", "body"),
    ALLOW("generator_expression", "body"),
    ALLOW("with_item", "value"),
    ALLOW("match_statement", "subject"),
    {NULL, NULL, NULL, SITE_REFUSE, "not a place where an expression is known to stand"},
};

/* Where a FLOW ends in one of these, the row above was about the value that
 * flows there, not about a place where the literal itself could not stand. */
const struct site_rule site_around_rules[] = {
    REFUSE("type", NULL, NULL, reason_type),
    REFUSE("type_parameter", NULL, NULL, reason_type),
    REFUSE("type_alias_statement", NULL, NULL, reason_type),
    REFUSE("subscript", "subscript", is_typing_subscript, reason_type),
    REFUSE("case_pattern", NULL, NULL, reason_pattern),
    REFUSE("interpolation", NULL, shows_its_text, "in a field that shows its own text ({...=})"),
    REFUSE("format_expression", NULL, NULL, reason_format),
    REFUSE("format_specifier", NULL, NULL, reason_format),
    REFUSE("call", "arguments", runs_text, "code in a string (exec, eval, compile)"),
    REFUSE("call", "arguments", is_type_making_call, "names a type: the spelling is what counts"),
    REFUSE("assignment", "right", assigns_dunder, "assigned to a name that Python or its tools interpret"),
    REFUSE("augmented_assignment", "right", assigns_dunder,
           "assigned to a name that Python or its tools interpret"),
    REFUSE("delete_statement", NULL, NULL, reason_del),
    REFUSE("print_statement", NULL, NULL, reason_python2),
    REFUSE("exec_statement", NULL, NULL, reason_python2),
    REFUSE("except_clause", "value", is_first_child, "names an exception"),
    {NULL, NULL, NULL, SITE_ALLOW, NULL},
};
