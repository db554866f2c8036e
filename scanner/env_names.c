/* env_names.c: which names of a file stand for the environment. One walk over
 * the tokens for imports and `x = os.environ`; a second one, only when there
 * are such assignments, for names that are bound to something else as well. */
#include "scanner/env_names.h"

#include "scanner/pybytes.h"

/* What `import MODULE` binds. */
static const struct {
    const char *module;
    uint8_t meaning;
} modules[] = {
    {"os", MEANS_OS},
    {"dotenv", MEANS_DOTENV_MODULE},
    {"decouple", MEANS_DECOUPLE_MODULE},
    {"environs", MEANS_ENVIRONS_MODULE},
    {"environ", MEANS_ENVIRONS_MODULE},
    {"pydantic_settings", MEANS_PYDANTIC_MODULE},
    {"pydantic", MEANS_PYDANTIC_MODULE},
};

/* What a member of a module is; by the module's path, and by its meaning. */
static const struct {
    const char *module;
    uint8_t module_meaning;
    const char *member;
    uint8_t meaning;
    bool bytes;
} members[] = {
    {"os", MEANS_OS, "environ", MEANS_ENVIRON, false},
    {"os", MEANS_OS, "environb", MEANS_ENVIRON, true},
    {"os", MEANS_OS, "getenv", MEANS_GETENV, false},
    {"os", MEANS_OS, "getenvb", MEANS_GETENV, true},
    {"os", MEANS_OS, "putenv", MEANS_PUTENV, false},
    {"os", MEANS_OS, "unsetenv", MEANS_UNSETENV, false},
    {"dotenv", MEANS_DOTENV_MODULE, "load_dotenv", MEANS_LOAD_DOTENV, false},
    {"dotenv", MEANS_DOTENV_MODULE, "dotenv_values", MEANS_DOTENV_VALUES, false},
    {"dotenv.main", MEANS_NOTHING, "load_dotenv", MEANS_LOAD_DOTENV, false},
    {"dotenv.main", MEANS_NOTHING, "dotenv_values", MEANS_DOTENV_VALUES, false},
    {"decouple", MEANS_DECOUPLE_MODULE, "config", MEANS_DECOUPLE, false},
    {"decouple", MEANS_DECOUPLE_MODULE, "AutoConfig", MEANS_DECOUPLE_CLASS, false},
    {"decouple", MEANS_DECOUPLE_MODULE, "Config", MEANS_DECOUPLE_CLASS, false},
    {"environs", MEANS_ENVIRONS_MODULE, "Env", MEANS_ENVIRONS_CLASS, false},
    {"environs", MEANS_ENVIRONS_MODULE, "FileAwareEnv", MEANS_ENVIRONS_CLASS, false},
    {"environs", MEANS_ENVIRONS_MODULE, "env", MEANS_ENVIRONS, false},
    {"environ", MEANS_NOTHING, "Env", MEANS_ENVIRONS_CLASS, false},
    {"environ", MEANS_NOTHING, "FileAwareEnv", MEANS_ENVIRONS_CLASS, false},
    {"starlette.config", MEANS_NOTHING, "Config", MEANS_STARLETTE_CLASS, false},
    {"starlette.config", MEANS_NOTHING, "environ", MEANS_ENVIRON, false},
    {"pydantic_settings", MEANS_PYDANTIC_MODULE, "BaseSettings", MEANS_SETTINGS_CLASS, false},
    {"pydantic", MEANS_NOTHING, "BaseSettings", MEANS_SETTINGS_CLASS, false},
};

struct walk {
    struct slice text;
    const struct py_token *t;
    uint32_t count;
    struct arena *arena;
    struct env_names *out;
    bool any_assigned, os_known;
};

/* Two bits of 64, from the length and the first byte. */
static uint64_t filter_bits(struct slice name) {
    return (1ull << (name.len & 31u)) | (1ull << (32u + ((unsigned char)name.ptr[0] & 31u)));
}

void env_names_add(struct env_names *n, struct arena *arena, struct env_name name) {
    if (name.name.len == 0 || n->count == ENV_MAX_NAMES)
        return;
    if (!n->items)
        n->items = arena_alloc(arena, ENV_MAX_NAMES * sizeof *n->items);
    n->items[n->count++] = name;
    n->filter |= filter_bits(name.name);
}

/* The latest binding counts. */
const struct env_name *env_names_find(const struct env_names *n, struct slice name) {
    uint64_t bits = filter_bits(name);
    if ((n->filter & bits) != bits)
        return NULL;
    for (uint32_t i = n->count; i > 0; i--)
        if (slice_eq(n->items[i - 1].name, name))
            return &n->items[i - 1];
    return NULL;
}

static bool is_module(unsigned meaning) {
    return meaning == MEANS_OS || meaning == MEANS_DOTENV_MODULE || meaning == MEANS_DECOUPLE_MODULE ||
           meaning == MEANS_ENVIRONS_MODULE || meaning == MEANS_PYDANTIC_MODULE;
}

/* The token behind `i`; line ends and comments inside brackets do not count. */
static uint32_t behind(const struct py_token *t, uint32_t i) {
    i++;
    while (t[i].depth > 0 && (t[i].kind == PY_NL || t[i].kind == PY_COMMENT))
        i++;
    return i;
}

const struct env_name *env_names_at(const struct env_names *n, struct slice text, const struct py_token *t,
                                    uint32_t first, uint32_t *last, struct env_name *scratch) {
    *last = first;
    const struct env_name *head = env_names_find(n, py_token_text(text, &t[first]));
    if (!head || !is_module(head->meaning))
        return head;
    uint32_t dot = behind(t, first), at = tok_is_op(&t[dot], '.') ? behind(t, dot) : dot;
    if (at == dot || t[at].kind != PY_NAME)
        return head;
    struct slice member = py_token_text(text, &t[at]);
    for (size_t i = 0; i < KL_ARRAY_LEN(members); i++) {
        if (members[i].module_meaning != head->meaning || !slice_eq_cstr(member, members[i].member))
            continue;
        *scratch =
            (struct env_name){.name = member, .meaning = members[i].meaning, .bytes = members[i].bytes};
        *last = at;
        return scratch;
    }
    return head;
}

const struct env_name *env_names_ending_at(const struct env_names *n, struct slice text,
                                           const struct py_token *t, uint32_t last,
                                           struct env_name *scratch) {
    uint32_t first = last, end;
    if (n->count == 0 || !tok_is_name(&t[last]))
        return NULL;
    if (last >= 2 && tok_is_op(&t[last - 1], '.')) {
        if (!tok_is_name(&t[last - 2]) || (last >= 3 && tok_is_op(&t[last - 3], '.')))
            return NULL;
        first = last - 2;
    }
    const struct env_name *found = env_names_at(n, text, t, first, &end, scratch);
    return end == last ? found : NULL;
}

/* --- Imports -------------------------------------------------------------------- */

static void bind_module(struct walk *w, const struct py_import *found) {
    size_t dot = slice_find_byte(found->module, '.', 0);
    /* import os.path as p is not os */
    size_t end = found->renamed || dot == SIZE_MAX ? found->module.len : dot;
    struct slice head = slice_sub(found->module, 0, end);
    for (size_t k = 0; k < KL_ARRAY_LEN(modules); k++)
        if (slice_eq_cstr(head, modules[k].module))
            env_names_add(w->out, w->arena,
                          (struct env_name){.name = found->bound, .meaning = modules[k].meaning});
}

static void bind_member(struct walk *w, const struct py_import *found) {
    bool star = slice_eq_cstr(found->member, "*");
    for (size_t k = 0; k < KL_ARRAY_LEN(members); k++) {
        if (!slice_eq_cstr(found->module, members[k].module) ||
            (!star && !slice_eq_cstr(found->member, members[k].member)))
            continue;
        struct slice name = star ? slice_cstr(members[k].member) : found->bound;
        env_names_add(
            w->out, w->arena,
            (struct env_name){.name = name, .meaning = members[k].meaning, .bytes = members[k].bytes});
    }
}

static void bind_import(void *ctx, const struct py_import *found) {
    if (found->level > 0)
        return;
    if (found->member.len == 0)
        bind_module(ctx, found);
    else
        bind_member(ctx, found);
}

/* --- Assignments ------------------------------------------------------------------ */

static bool begins_statement(const struct walk *w, uint32_t i) {
    if (w->t[i].depth > 0)
        return false;
    if (i == 0)
        return true;
    const struct py_token *p = &w->t[i - 1];
    return p->kind == PY_NEWLINE || p->kind == PY_INDENT || p->kind == PY_DEDENT || p->kind == PY_NL ||
           p->kind == PY_COMMENT || tok_is_op(p, ';') || tok_is_op(p, ':');
}

/* The name that `NAME =` or `NAME: T =` binds, where `equals` is the sign. */
static uint32_t bound_name(const struct walk *w, uint32_t equals) {
    if (equals == 0 || !tok_is_op(&w->t[equals], '='))
        return UINT32_MAX;
    uint32_t i = equals - 1;
    if (tok_is_name(&w->t[i]) && begins_statement(w, i) &&
        !(i > 0 && tok_is_op(&w->t[i - 1], ':') && w->t[i - 1].depth == 0 && i > 1 &&
          tok_is_name(&w->t[i - 2])))
        return i;
    while (i >= 2 && tok_is_name(&w->t[i]) && tok_is_op(&w->t[i - 1], '.'))
        i -= 2;
    if (i >= 2 && tok_is_name(&w->t[i]) && tok_is_op(&w->t[i - 1], ':') && tok_is_name(&w->t[i - 2]) &&
        begins_statement(w, i - 2))
        return i - 2;
    return UINT32_MAX;
}

static bool ends_statement(const struct walk *w, uint32_t i) {
    const struct py_token *t = &w->t[i];
    return t->kind == PY_NEWLINE || t->kind == PY_END || t->kind == PY_COMMENT || tok_is_op(t, ';');
}

/* What calling the thing gives. */
static uint8_t meaning_of_call(uint8_t callee) {
    switch (callee) {
    case MEANS_DECOUPLE_CLASS:
        return MEANS_DECOUPLE;
    case MEANS_ENVIRONS_CLASS:
        return MEANS_ENVIRONS;
    case MEANS_STARLETTE_CLASS:
        return MEANS_STARLETTE;
    case MEANS_DOTENV_VALUES:
        return MEANS_DOTENV_DICT;
    default:
        return MEANS_NOTHING;
    }
}

/* Config(env_prefix="APP_") */
static struct slice prefix_argument(const struct walk *w, uint32_t open) {
    struct slice value = {0};
    for (uint32_t i = open + 1; i < w->t[open].match; i++) {
        if (tok_is_name(&w->t[i]) && tok_is_op(&w->t[i + 1], '=') && w->t[i + 2].kind == PY_STRING &&
            slice_eq_cstr(py_token_text(w->text, &w->t[i]), "env_prefix"))
            (void)py_string_value(w->text, &w->t[i + 2], w->arena, &value);
    }
    return value;
}

/* `x = {**dotenv_values(".env"), **os.environ}`: the brace around `star`. */
static uint32_t merged_into(const struct walk *w, uint32_t star) {
    uint32_t i = star;
    for (unsigned steps = 0; steps < 64 && i > 0; steps++) {
        i--;
        if (tok_is_op(&w->t[i], '{') && w->t[i].match != UINT32_MAX && w->t[i].match > star)
            return i > 0 ? bound_name(w, i - 1) : UINT32_MAX;
        if (w->t[i].kind == PY_OP && w->t[i].match != UINT32_MAX && w->t[i].match < i)
            i = w->t[i].match;
    }
    return UINT32_MAX;
}

static void assignment(struct walk *w, uint32_t first, uint32_t last, const struct env_name *value) {
    if (first == 0 || is_module(value->meaning) || value->meaning == MEANS_SETTINGS_CLASS)
        return;
    uint32_t target = bound_name(w, first - 1);
    struct env_name n = {.meaning = value->meaning, .bytes = value->bytes, .assigned = true};
    bool call = tok_is_op(&w->t[last + 1], '(') && w->t[last + 1].match != UINT32_MAX;
    if (call)
        n.meaning = meaning_of_call(value->meaning);
    if (target == UINT32_MAX && call && n.meaning == MEANS_DOTENV_DICT && tok_is_op(&w->t[first - 1], OP_POW))
        target = merged_into(w, first - 1);
    else if (target != UINT32_MAX && !ends_statement(w, call ? w->t[last + 1].match + 1 : last + 1))
        return;
    if (target == UINT32_MAX || n.meaning == MEANS_NOTHING)
        return;
    if (n.meaning == MEANS_STARLETTE) /* another name for one that was made has its prefix */
        n.prefix = call ? prefix_argument(w, last + 1) : value->prefix;
    n.name = py_token_text(w->text, &w->t[target]);
    const struct env_name *known = env_names_find(w->out, n.name);
    if (known && known->meaning == n.meaning)
        return;
    env_names_add(w->out, w->arena, n);
    w->any_assigned = true;
}

/* --- Other bindings ---------------------------------------------------------------- */

static void forget(struct walk *w, uint32_t token) {
    struct slice name = py_token_text(w->text, &w->t[token]);
    const struct env_name *found = env_names_find(w->out, name);
    if (!found || !found->assigned)
        return;
    for (uint32_t i = 0; i < w->out->count; i++)
        if (w->out->items[i].assigned && slice_eq(w->out->items[i].name, name))
            w->out->items[i].meaning = MEANS_NOTHING;
}

/* Does the value behind `=` mean what the alias means? */
static bool binds_same(const struct walk *w, uint32_t token) {
    const struct env_name *alias = env_names_find(w->out, py_token_text(w->text, &w->t[token]));
    uint32_t i = token + 1, last;
    struct env_name scratch;
    if (!alias || alias->meaning == MEANS_NOTHING)
        return true;
    if (tok_is_op(&w->t[i + 1], '{'))
        return alias->meaning == MEANS_DOTENV_DICT;
    if (!tok_is_name(&w->t[i + 1]))
        return false;
    const struct env_name *v = env_names_at(w->out, w->text, w->t, i + 1, &last, &scratch);
    if (!v)
        return false;
    return v->meaning == alias->meaning || meaning_of_call(v->meaning) == alias->meaning;
}

static void forget_parameters(struct walk *w, uint32_t def) {
    uint32_t open = def + 1;
    while (open < w->count && !tok_is_op(&w->t[open], '(') && w->t[open].kind != PY_NEWLINE &&
           w->t[open].kind != PY_END)
        open++;
    if (open >= w->count || !tok_is_op(&w->t[open], '(') || w->t[open].match == UINT32_MAX)
        return;
    for (uint32_t i = open + 1; i < w->t[open].match; i++) {
        const struct py_token *p = &w->t[i - 1];
        bool parameter = tok_is_op(p, '(') || tok_is_op(p, ',') || tok_is_op(p, '*') ||
                         tok_is_op(p, OP_POW) || p->kind == PY_NL;
        if (tok_is_name(&w->t[i]) && parameter)
            forget(w, i);
        if (w->t[i].kind == PY_OP && w->t[i].match != UINT32_MAX && w->t[i].match > i)
            i = w->t[i].match;
    }
}

static void other_bindings(struct walk *w) {
    for (uint32_t i = 0; i + 1 < w->count; i++) {
        const struct py_token *t = &w->t[i];
        if (t->kind != PY_NAME)
            continue;
        if (t->op == KW_DEF)
            forget_parameters(w, i);
        if (!tok_is_name(t))
            continue;
        bool after = i > 0 && (tok_is_keyword(t - 1, KW_AS) || tok_is_keyword(t - 1, KW_FOR) ||
                               tok_is_keyword(t - 1, KW_DEF));
        bool assigned = t->depth == 0 && tok_is_op(t + 1, '=') && !(i > 0 && tok_is_op(t - 1, '.'));
        bool walrus = tok_is_op(t + 1, OP_WALRUS);
        if (after || walrus || (assigned && !binds_same(w, i)))
            forget(w, i);
    }
}

/* `i` is the name behind `=` or `**`. */
static void assigned(struct walk *w, uint32_t i) {
    struct env_name scratch;
    uint32_t last;
    if (!env_names_may_hold(w->out, w->text, &w->t[i]))
        return;
    const struct env_name *n = env_names_at(w->out, w->text, w->t, i, &last, &scratch);
    if (n)
        assignment(w, i, last, n);
}

static bool is_os(struct slice text, const struct py_token *t) {
    return text.ptr[t->start] == 'o' && text.ptr[t->start + 1] == 's';
}

/* In os.environ, getenv, load_dotenv, environs, envvar=... */
static bool holds_env(struct slice text) {
    const unsigned char *p = (const unsigned char *)text.ptr, *start = p, *end = p + text.len;
    for (; (p = pybytes_find_pair(p, end, 'n', 'v')) < end; p++)
        if (p > start && p[-1] == 'e')
            return true;
    return false;
}

bool env_names_import_reads(const struct py_import *found) {
    static const char *const readers[] = {"decouple", "starlette", "pydantic", "pydantic_settings"};
    if (found->level > 0 || found->module.len < strlen("decouple"))
        return false;
    for (size_t i = 0; i < KL_ARRAY_LEN(readers); i++) {
        size_t len = strlen(readers[i]);
        if (found->module.ptr[0] == readers[i][0] && slice_starts(found->module, readers[i]) &&
            (found->module.len == len || found->module.ptr[len] == '.'))
            return true;
    }
    return false;
}

bool env_names_import_renames(const struct py_import *found) {
    return env_names_import_reads(found) &&
           (found->module.ptr[0] == 'd' || slice_eq_cstr(found->module, "starlette.config"));
}

static void note_reader(void *ctx, const struct py_import *found) {
    *(bool *)ctx |= env_names_import_reads(found);
}

static bool imports_reader(struct slice text, const struct py_tokens *t) {
    bool imported = false;
    py_imports(text, t, note_reader, &imported);
    return imported;
}

bool env_names_possible(struct slice text, const struct py_tokens *t) {
    return holds_env(text) || imports_reader(text, t);
}

void env_names_collect(struct slice text, const struct py_tokens *tokens, struct arena *arena,
                       struct env_names *out) {
    *out = (struct env_names){0};
    struct walk w = {text, tokens->items, (uint32_t)tokens->count, arena, out, false, false};
    if (w.count < 4 || !env_names_possible(text, tokens))
        return;
    /* The last token is PY_END: looking ahead stops there at the latest. */
    for (uint32_t i = 0; i + 3 < w.count; i++) {
        const struct py_token *t = &w.t[i];
        if (t->kind == PY_OP && (t->op == '=' || t->op == OP_POW)) {
            if (out->count > 0 && tok_is_name(t + 1))
                assigned(&w, i + 1);
        } else if (t->kind != PY_NAME) {
            continue;
        } else if (t->op == KW_FROM || t->op == KW_IMPORT) {
            py_import_each(text, w.t, i, bind_import, &w);
        } else if (!w.os_known && t->op == KW_NONE && t->end - t->start == 2 && is_os(text, t)) {
            w.os_known = true; /* a notebook's cell, a snippet: os without its import */
            if (!env_names_find(out, SLICE_LIT("os")))
                env_names_add(out, arena, (struct env_name){.name = SLICE_LIT("os"), .meaning = MEANS_OS});
        }
    }
    if (w.any_assigned)
        other_bindings(&w);
}
