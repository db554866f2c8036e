/* envread_settings.c: the fields of a pydantic-settings class are environment
 * variables: the class's prefix and the field's name in capitals, or an alias,
 * which takes no prefix. */
#include "scanner/envread_internal.h"

struct settings {
    struct slice prefix;
    bool case_sensitive;
    uint32_t body, end; /* INDENT, and the DEDENT that closes it */
};

/* `env_prefix="APP_"`, `env_prefix = "APP_"`, `"env_prefix": "APP_"`. */
static bool is_setting(const struct env_reader *r, uint32_t i, const char *key) {
    if (r->t[i].kind == PY_NAME)
        return env_text_is(r, i, key) && tok_is_op(&r->t[i + 1], '=');
    return r->t[i].kind == PY_STRING && tok_is_op(&r->t[i + 1], ':') &&
           slice_eq_cstr(py_string_body(r->text, &r->t[i]), key);
}

static void find_settings(const struct env_reader *r, struct settings *s) {
    for (uint32_t i = s->body; i + 2 < s->end; i++) {
        if (r->t[i].kind != PY_NAME && r->t[i].kind != PY_STRING)
            continue;
        if (is_setting(r, i, "env_prefix") && r->t[i + 2].kind == PY_STRING)
            (void)py_string_value(r->text, &r->t[i + 2], r->arena, &s->prefix);
        else if (is_setting(r, i, "case_sensitive"))
            s->case_sensitive = tok_is_keyword(&r->t[i + 2], KW_TRUE);
    }
}

/* From the colon of the header to the end of the indented body. */
static bool find_body(const struct env_reader *r, uint32_t colon, struct settings *s) {
    uint32_t i = env_skip_blank(r, colon + 1);
    if (r->t[i].kind != PY_NEWLINE)
        return false;
    i = env_skip_blank(r, i + 1);
    if (r->t[i].kind != PY_INDENT)
        return false;
    s->body = i;
    uint32_t level = 0;
    for (; i < r->count; i++) {
        if (r->t[i].kind == PY_INDENT)
            level++;
        else if (r->t[i].kind == PY_DEDENT && --level == 0)
            break;
    }
    s->end = i < r->count ? i : r->count - 1;
    return true;
}

static struct slice field_variable(const struct env_reader *r, const struct settings *s, uint32_t name) {
    struct slice field = py_token_text(r->text, &r->t[name]);
    char *p = arena_alloc(r->arena, s->prefix.len + field.len + 1);
    if (s->prefix.len > 0)
        memcpy(p, s->prefix.ptr, s->prefix.len);
    memcpy(p + s->prefix.len, field.ptr, field.len);
    size_t len = s->prefix.len + field.len;
    for (size_t i = 0; i < len && !s->case_sensitive; i++)
        if (p[i] >= 'a' && p[i] <= 'z')
            p[i] = (char)(p[i] - 'a' + 'A');
    return (struct slice){p, len};
}

/* Field(..., alias="X"): emits the aliases; false if there are none. */
static bool emit_aliases(struct env_reader *r, uint32_t open, const struct env_site *site) {
    static const char *const keys[] = {"validation_alias", "alias", "env"};
    for (size_t k = 0; k < KL_ARRAY_LEN(keys); k++) {
        struct token_range value = env_argument(r, open, UINT32_MAX, keys[k]);
        struct slice name;
        uint32_t at = 0;
        struct env_site one = *site;
        one.optional = value.first < value.last; /* another of its names may be set */
        bool any = false;
        while (env_next_string(r, value, &at, &name)) {
            env_emit(r, &one, name);
            any = true;
        }
        if (any)
            return true;
    }
    return false;
}

static void set_field_default(const struct env_reader *r, struct env_site *site, uint32_t open) {
    if (!range_is_empty(env_argument(r, open, UINT32_MAX, "default_factory")))
        site->default_kind = ENV_DEFAULT_EXPRESSION;
    else
        env_set_default(r, site, env_argument(r, open, 0, "default"));
}

/* The statement `name: type [= default]` of tokens first..last. */
static void field(struct env_reader *r, const struct settings *s, uint32_t first, uint32_t last) {
    struct slice name = py_token_text(r->text, &r->t[first]);
    if (slice_starts(name, "_") || slice_eq_cstr(name, "model_config") ||
        env_text_is(r, first + 2, "ClassVar"))
        return;
    if (first + 4 <= last && tok_is_op(&r->t[first + 3], '.') && env_text_is(r, first + 4, "ClassVar"))
        return;
    struct env_site site = {.first = first, .last = last, .access = ENV_PYDANTIC};
    uint32_t equals = first + 2;
    while (equals <= last && !(tok_is_op(&r->t[equals], '=') && r->t[equals].depth == 0))
        equals++;
    if (equals < last) {
        uint32_t open = equals + 2;
        bool is_field = env_text_is(r, equals + 1, "Field") && env_is_call(r, open);
        if (is_field) {
            set_field_default(r, &site, open);
            if (emit_aliases(r, open, &site))
                return;
        } else {
            env_set_default(r, &site, (struct token_range){equals + 1, last});
        }
    }
    env_emit(r, &site, field_variable(r, s, first));
}

static void fields(struct env_reader *r, const struct settings *s) {
    uint32_t level = 0;
    bool start = false;
    for (uint32_t i = s->body; i < s->end; i++) {
        const struct py_token *t = &r->t[i];
        if (t->kind == PY_INDENT || t->kind == PY_DEDENT) {
            level += t->kind == PY_INDENT ? 1u : UINT32_MAX;
            start = level == 1;
        } else if (t->kind == PY_NEWLINE) {
            start = level == 1;
        } else if (!tok_is_blank(t) && start) {
            start = false;
            if (t->kind != PY_NAME || (t->op != KW_NONE && t->op < KW_MATCH) || !tok_is_op(t + 1, ':'))
                continue;
            uint32_t last = i;
            while (last + 1 < s->end && r->t[last + 1].kind != PY_NEWLINE && r->t[last + 1].kind != PY_END &&
                   !(r->t[last + 1].kind == PY_COMMENT && r->t[last + 1].depth == 0))
                last++;
            if (last >= i + 2)
                field(r, s, i, last);
        }
    }
}

void env_settings_class(struct env_reader *r, uint32_t i) {
    struct settings s = {0};
    uint32_t name = i + 1, open = i + 2;
    if (r->t[name].kind != PY_NAME)
        return;
    if (tok_is_op(&r->t[open], '[') && r->t[open].match != UINT32_MAX)
        open = r->t[open].match + 1;
    if (!env_is_call(r, open) || !tok_is_op(&r->t[r->t[open].match + 1], ':'))
        return;
    const struct env_name *base = NULL;
    struct env_name scratch;
    for (uint32_t k = open + 1; k < r->t[open].match; k++) {
        uint32_t last;
        if (r->t[k].kind != PY_NAME || tok_is_op(&r->t[k - 1], '.'))
            continue;
        const struct env_name *n = env_names_at(&r->names, r->text, r->t, k, &last, &scratch);
        if (n && n->meaning == MEANS_SETTINGS_CLASS)
            base = n;
        if (env_text_is(r, k, "env_prefix") && r->t[k + 2].kind == PY_STRING)
            (void)py_string_value(r->text, &r->t[k + 2], r->arena, &s.prefix);
    }
    if (!base || !find_body(r, r->t[open].match + 1, &s))
        return;
    if (s.prefix.len == 0)
        s.prefix = base->prefix;
    s.case_sensitive = base->case_sensitive;
    find_settings(r, &s);
    fields(r, &s);
    env_names_add(&r->names, r->arena,
                  (struct env_name){.name = py_token_text(r->text, &r->t[name]),
                                    .meaning = MEANS_SETTINGS_CLASS,
                                    .prefix = s.prefix,
                                    .case_sensitive = s.case_sensitive});
}
