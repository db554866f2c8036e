/* site_read.c: what becomes of a read of an environment variable. What the program does
 * when the variable is set stays as it is; when it is not, the vault is asked before the
 * read's own default, None or KeyError:
 *
 *     os.environ["X"]               get_secret("X")
 *     os.environ.get("X")           get_secret("X", None)
 *     os.getenv("X", "y")           get_secret("X", "y")
 *     config("X", "y", cast=int)    config("X", get_secret("X", "y"), cast=int)
 *     env.str("X")                  env.str("X", default=get_secret("X"))
 *
 * decouple, starlette, environs and django-environ keep their call, and with it casts,
 * files and prefixes. Nothing of an argument is replaced, so that undo keeps no text of
 * one, and a default that is a secret moves by itself. */
#include "rewriters/site.h"

#include "rewriters/scope.h"
#include "rewriters/style.h"

static const char reason_shape[] = "the read is written in a way that is not known here";
static const char reason_arguments[] = "read with more than a name and a default";
static const char reason_copy[] = "reads a copy of the environment";

/* Libraries whose call stays: what they take, and what would not be caught any more. */
struct wrapping {
    enum env_access access;
    uint32_t default_index;  /* of the positional argument; 0: only by keyword */
    const char *keywords[3]; /* beside default; NULL ends */
    const char *errors[4];   /* words of a file that does something about a missing name */
    const char *modules[3];
};
static const struct wrapping wrappings[] = {
    {ENV_DECOUPLE, 1, {"cast"}, {"UndefinedValueError"}, {"decouple"}},
    {ENV_STARLETTE, 2, {"cast"}, {NULL}, {"starlette.config"}},
    {ENV_ENVIRONS, 0, {NULL}, {"EnvError", "ImproperlyConfigured", "seal", NULL}, {"environs", "environ"}},
};

static const struct wrapping *wrapping_of(enum env_access access) {
    for (size_t i = 0; i < KL_ARRAY_LEN(wrappings); i++)
        if (wrappings[i].access == access)
            return &wrappings[i];
    return NULL;
}

/* Why a read of this kind stays whatever its text is. */
static const char *refusal_of(const struct env_read *read, enum style_reads how) {
    if (read->bytes)
        return "reads bytes of the environment (environb, getenvb)";
    switch (read->access) {
    case ENV_POP:
        return "takes the variable out of the environment (pop)";
    case ENV_SETDEFAULT:
        return "writes the variable (setdefault)";
    case ENV_IN:
        return "asks whether the environment has the variable (in)";
    case ENV_DOTENV_VALUES:
        return "reads a .env file, and not the environment (dotenv_values)";
    case ENV_PYDANTIC:
        return how == READS_FILLED ? NULL
                                   : "pydantic-settings reads the variable by itself (--style environ "
                                     "fills the environment for it)";
    case ENV_CLICK:
        return how == READS_FILLED ? NULL
                                   : "click or typer reads the variable by itself (--style environ fills "
                                     "the environment for it)";
    default:
        return NULL;
    }
}

static bool has_comment(const struct source *s, uint32_t start, uint32_t end) {
    for (uint32_t i = source_token_after(s, start); s->tokens.items[i].start < end; i++)
        if (s->tokens.items[i].kind == PY_COMMENT)
            return true;
    return false;
}

/* A literal with exactly this text. */
static bool spells(const struct source *s, TSNode node, const char *name, struct arena *arena) {
    const char *type = ts_node_type(node);
    struct slice rest = slice_cstr(name);
    if (!pytree_is(type, "string") && !pytree_is(type, "concatenated_string"))
        return false;
    uint32_t end = ts_node_end_byte(node);
    for (uint32_t i = source_token_after(s, ts_node_start_byte(node)); s->tokens.items[i].start < end; i++) {
        const struct py_token *t = &s->tokens.items[i];
        struct slice part;
        if (t->kind == PY_NL || t->kind == PY_COMMENT)
            continue;
        if (t->kind != PY_STRING || (t->flags & PY_STR_BYTES) ||
            py_string_value(s->text, t, arena, &part) != PY_VALUE_OK || part.len > rest.len ||
            (part.len > 0 && memcmp(part.ptr, rest.ptr, part.len) != 0))
            return false;
        rest = slice_sub(rest, part.len, rest.len);
    }
    return rest.len == 0;
}

/* `os.environ`, `env`: names and dots. */
static bool is_dotted(TSNode node) {
    while (pytree_is(ts_node_type(node), "attribute"))
        node = pytree_child(node, "object");
    return pytree_is(ts_node_type(node), "identifier");
}

static void add_edit(struct site_place *place, struct site_edit edit) {
    place->edits[place->edit_count++] = edit;
}

static uint32_t anonymous_child(TSNode node, const char *type) {
    for (uint32_t i = ts_node_child_count(node); i-- > 0;)
        if (pytree_is(ts_node_type(ts_node_child(node, i)), type))
            return ts_node_start_byte(ts_node_child(node, i));
    return UINT32_MAX;
}

static const char *decide_subscript(const struct source *s, TSNode node, const char *name,
                                    struct arena *arena, struct site_place *place) {
    TSNode mapping = pytree_child(node, "value"), key = pytree_child(node, "subscript");
    uint32_t open = anonymous_child(node, "["), close = anonymous_child(node, "]");
    if (ts_node_is_null(mapping) || ts_node_is_null(key) || open == UINT32_MAX || close == UINT32_MAX ||
        !spells(s, key, name, arena))
        return reason_shape;
    if (!is_dotted(mapping))
        return reason_copy;
    if (has_comment(s, ts_node_start_byte(node), open))
        return "a comment stands inside the read and would be lost";
    add_edit(place, (struct site_edit){ts_node_start_byte(node), open + 1, "", "(", true, false});
    add_edit(place, (struct site_edit){close, close + 1, ")", "", false, false});
    return NULL;
}

/* The arguments of a call that is understood. */
struct arguments {
    TSNode name, fallback; /* fallback null: none */
    TSNode last;
};

static bool is_in(struct slice word, const char *const *words) {
    for (; *words; words++)
        if (slice_eq_cstr(word, *words))
            return true;
    return false;
}

static const char *read_arguments(const struct source *s, TSNode call, const struct wrapping *wrap,
                                  struct arguments *out) {
    static const char *const none[] = {NULL};
    const char *const *keywords = wrap ? wrap->keywords : none;
    TSNode list = pytree_child(call, "arguments");
    uint32_t default_index = wrap ? wrap->default_index : 1, position = 0;
    *out = (struct arguments){0};
    if (ts_node_is_null(list) || !pytree_is(ts_node_type(list), "argument_list"))
        return reason_shape;
    for (uint32_t i = 0; i < ts_node_named_child_count(list); i++) {
        TSNode node = ts_node_named_child(list, i);
        const char *type = ts_node_type(node);
        if (pytree_is(type, "comment"))
            continue;
        out->last = node;
        if (pytree_is(type, "keyword_argument")) {
            struct slice word = pytree_text(s->text, pytree_child(node, "name"));
            if (slice_eq_cstr(word, "default"))
                out->fallback = pytree_child(node, "value");
            else if (!is_in(word, keywords))
                return reason_arguments;
        } else if (pytree_is(type, "list_splat") || pytree_is(type, "dictionary_splat")) {
            return reason_arguments;
        } else if (position == 0) {
            out->name = node;
            position++;
        } else if (position == default_index) {
            out->fallback = node;
            position++;
        } else if (position++ >= default_index || default_index == 0) {
            return reason_arguments;
        }
    }
    return ts_node_is_null(out->name) ? "the name is no positional argument" : NULL;
}

static const char *decide_call(const struct source *s, TSNode call, const char *name, struct arena *arena,
                               struct site_place *place) {
    TSNode function = pytree_child(call, "function");
    struct arguments args;
    const char *reason = read_arguments(s, call, NULL, &args);
    if (reason)
        return reason;
    if (!is_dotted(function))
        return reason_copy;
    if (!spells(s, args.name, name, arena))
        return reason_shape;
    uint32_t end = ts_node_end_byte(function), name_end = ts_node_end_byte(args.name);
    bool raises = pytree_is(ts_node_type(function), "attribute") &&
                  slice_eq_cstr(pytree_text(s->text, pytree_child(function, "attribute")), "__getitem__");
    if (has_comment(s, ts_node_start_byte(call), end))
        return "a comment stands inside the read and would be lost";
    add_edit(place, (struct site_edit){ts_node_start_byte(call), end, "", "", true, false});
    if (ts_node_is_null(args.fallback) && !raises)
        add_edit(place, (struct site_edit){name_end, name_end, ", None", "", false, false});
    place->end = name_end;
    return NULL;
}

static bool is_joined_text(const struct source *s, TSNode node) {
    uint32_t end = ts_node_end_byte(node);
    for (uint32_t i = source_token_after(s, ts_node_start_byte(node)); s->tokens.items[i].start < end; i++)
        if (s->tokens.items[i].kind == PY_FSTRING_START)
            return false;
    return pytree_is(ts_node_type(node), "concatenated_string");
}

/* Around these, `f(` and `)` mean what they say, also when a part of one moves. */
static bool may_be_wrapped(const struct source *s, TSNode fallback) {
    static const char *const types[] = {"string", "integer",   "float",      "true",      "false",
                                        "none",   "call",      "list",       "tuple",     "dictionary",
                                        "set",    "subscript", "identifier", "attribute", NULL};
    return is_in(slice_cstr(ts_node_type(fallback)), types) || is_joined_text(s, fallback);
}

/* default=get_secret("X") stands there since an earlier run. */
static bool asks_already(const struct source *s, TSNode fallback, const char *name, struct arena *arena) {
    struct arguments args;
    if (!pytree_is(ts_node_type(fallback), "call") || !is_dotted(pytree_child(fallback, "function")))
        return false;
    struct slice function = pytree_text(s->text, pytree_child(fallback, "function"));
    return slice_ends(function, "get_secret") && !read_arguments(s, fallback, NULL, &args) &&
           spells(s, args.name, name, arena);
}

/* Env(X=(int, 5)): the reader was told what X is. */
static bool has_scheme(const struct source *s, const char *name) {
    for (uint32_t i = 0; i + 1 < s->tokens.count; i++) {
        const struct py_token *t = &s->tokens.items[i], *next = t + 1;
        if (t->kind == PY_NAME && t->depth > 0 && next->kind == PY_OP && next->op == '=' &&
            source_token_is(s, i, name))
            return true;
    }
    return false;
}

static const char *refuse_wrapping(const struct source *s, TSNode function, const struct env_read *read,
                                   const struct wrapping *wrap) {
    for (size_t i = 0; wrap->errors[i]; i++)
        if (source_has_name(s, wrap->errors[i]))
            return "the file handles the library's own error for a missing name";
    if (wrap->access != ENV_ENVIRONS)
        return NULL;
    if (pytree_is(ts_node_type(function), "attribute") &&
        !slice_eq_cstr(pytree_text(s->text, pytree_child(function, "attribute")), "str"))
        return "the reader converts what the environment has, and would not convert a default";
    return has_scheme(s, read->name) ? "the reader was told the type or the default of the name" : NULL;
}

static const char *decide_wrapping(const struct source *s, TSNode call, const struct env_read *read,
                                   const struct wrapping *wrap, struct arena *arena,
                                   struct site_place *place) {
    TSNode function = pytree_child(call, "function");
    struct arguments args;
    const char *reason = read_arguments(s, call, wrap, &args);
    if (!reason && !is_dotted(function))
        reason = reason_shape;
    if (!reason)
        reason = refuse_wrapping(s, function, read, wrap);
    if (reason)
        return reason;
    const char *quoted = style_quote(read->name, arena);
    if (ts_node_is_null(args.fallback)) {
        uint32_t at = ts_node_end_byte(args.last);
        add_edit(place,
                 (struct site_edit){at, at, ", default=", arena_printf(arena, "(%s)", quoted), true, false});
        place->end = place->start;
        return NULL;
    }
    if (asks_already(s, args.fallback, read->name, arena)) {
        place->site->done = true;
        return NULL;
    }
    if (!may_be_wrapped(s, args.fallback))
        return "its default is an expression of several parts";
    uint32_t from = ts_node_start_byte(args.fallback), to = ts_node_end_byte(args.fallback);
    add_edit(place, (struct site_edit){from, from, "", arena_printf(arena, "(%s, ", quoted), true, false});
    add_edit(place, (struct site_edit){to, to, ")", "", false, false});
    place->end = place->start;
    return NULL;
}

/* Written to, not read: (os.environ["X"], y) = ..., for os.environ["X"] in ... */
static bool is_target(const struct pytree_step *step, const struct pytree_step *parent) {
    static const char *const patterns[] = {"pattern_list",       "tuple_pattern",     "list_pattern",
                                           "list_splat_pattern", "as_pattern_target", NULL};
    static const char *const statements[] = {"assignment", "augmented_assignment", "for_statement",
                                             "for_in_clause", NULL};
    return is_in(slice_cstr(parent->type), patterns) ||
           (step->field && pytree_is(step->field, "left") && is_in(slice_cstr(parent->type), statements));
}

static bool in_fstring(const struct pytree_walker *w) {
    for (size_t i = 0; i < w->count; i++)
        if (pytree_is(w->steps[i].type, "interpolation"))
            return true;
    return false;
}

static const char *decide_called(const struct source *s, struct pytree_walker *w, struct rewrite_site *site,
                                 struct arena *arena, struct site_place *place) {
    const struct env_read *read = site->read;
    const struct pytree_step *step = &w->steps[w->count - 1];
    const struct wrapping *wrap = wrapping_of(read->access);
    bool call = pytree_is(step->type, "call");
    if (w->count < 2 || step->start != place->start || step->end != place->end ||
        (!call && !pytree_is(step->type, "subscript")))
        return reason_shape;
    if (is_target(step, &w->steps[w->count - 2]))
        return "writes the variable";
    struct site_view view = {.source = s, .site = site, .steps = w->steps};
    const char *reason = site_check_tree(view, w->count - 1, 0);
    if (reason)
        return reason;
    if (!wrap)
        return call ? decide_call(s, step->node, read->name, arena, place)
                    : decide_subscript(s, step->node, read->name, arena, place);
    if (!call)
        return reason_shape;
    /* The name that is put there has quotes. */
    return in_fstring(w) ? "in a field of an f-string"
                         : decide_wrapping(s, step->node, read, wrap, arena, place);
}

const char *site_decide_read(const struct source *s, struct pytree_walker *w, struct rewrite_site *site,
                             enum style_reads how, struct arena *arena, struct site_place *place) {
    size_t start = source_text_offset(s, site->start_byte), end = source_text_offset(s, site->end_byte);
    const char *reason = refusal_of(site->read, how);
    site->done = false;
    if (reason)
        return reason;
    if (start == SIZE_MAX || end == SIZE_MAX || start >= end)
        return reason_shape;
    pytree_seek(w, (uint32_t)start, (uint32_t)end);
    if (w->count < 2)
        return reason_shape;
    *place = (struct site_place){
        .start = (uint32_t)start, .end = (uint32_t)end, .statement_start = w->steps[1].start, .site = site};
    if (how != READS_FILLED)
        return decide_called(s, w, site, arena, place);
    place->end = place->start;
    return NULL;
}

/* --- What the read is made through ------------------------------------------------ */

static const char *const *modules_of(enum env_access access) {
    static const char *const os[] = {"os", NULL};
    const struct wrapping *wrap = wrapping_of(access);
    return wrap ? wrap->modules : os;
}

const char *site_check_reader(const struct source *s, const struct site_place *place, struct arena *arena) {
    struct module_imports imports = {0};
    uint32_t token = source_token_after(s, place->start);
    const char *name = arena_cstr(arena, source_token_text(s, token));
    struct scope_query q = {.name = name, .places = &place->start, .place_count = 1};
    bool known = false;
    module_imports_collect(s, &imports);
    for (size_t i = 0; i < imports.count; i++) {
        const struct module_import *import = &imports.items[i];
        if (!slice_eq_cstr(import->target.local, name) || import->start >= place->start)
            continue;
        q.target = import->target;
        q.at = import->start;
        known = is_in(import->target.module, modules_of(place->site->read->access));
    }
    module_imports_release(&imports);
    known = known ? scope_is_free(s, &q) : scope_is_assigned_once(s, name, &place->start, 1);
    return known ? NULL : arena_printf(arena, "it is not sure that \"%s\" is the environment's there", name);
}
