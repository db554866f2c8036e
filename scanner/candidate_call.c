/* candidate_call.c: what an argument is to the function that gets it, by the
 * function's name. Tables, no imports followed beyond the environment's. */
#include "scanner/candidate_internal.h"

/* Functions whose result is their first argument in another form: the string
 * keeps the name of what the result is assigned to. */
static const char *const wrappers[] = {
    "str",         "bytes",
    "bytearray",   "unicode",
    "b64decode",   "urlsafe_b64decode",
    "fromhex",     "standard_b64decode",
    "b32decode",   "b16decode",
    "unhexlify",   "a2b_hex",
    "a2b_base64",  "SecretStr",
    "SecretBytes", "Secret",
    "Field",       "field",
    "mark_safe",   "to_bytes",
    "to_text",     "to_native",
    "force_bytes", "force_str",
    "smart_str",   "smart_bytes",
    "text_type",   "b",
    "u",           "dedent",
    "quote",       "quote_plus",
    "unquote",     "urlparse",
    "make_url",    "Fernet",
};

/* Functions that take a name and, later, the value that goes with it. */
static const struct {
    const char *function;
    uint32_t name_at, value_at;
} pairs[] = {
    {"get", 0, 1},     {"pop", 0, 1},     {"setdefault", 0, 1},  {"setenv", 0, 1},
    {"getattr", 1, 2}, {"setattr", 1, 2}, {"__setitem__", 0, 1},
};

static const char *const option_makers[] = {
    "add_argument", "add_option", "option", "Option", "argument", "Argument", "password_option",
};

/* Whose first argument names an environment variable, whatever they are called on. */
static const char *const env_makers[] = {"config", "env"};

static bool is_one_of(struct slice name, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (slice_eq_cstr(name, words[i]))
            return true;
    return false;
}

bool candidate_callee_names(struct slice last, bool first) {
    static const char *const others[] = {"getenv", "getenvb", "putenv"};
    if (first)
        return is_one_of(last, wrappers, KL_ARRAY_LEN(wrappers)) ||
               is_one_of(last, option_makers, KL_ARRAY_LEN(option_makers));
    bool names = is_one_of(last, others, KL_ARRAY_LEN(others)) ||
                 is_one_of(last, env_makers, KL_ARRAY_LEN(env_makers));
    for (size_t i = 0; i < KL_ARRAY_LEN(pairs) && !names; i++)
        names = slice_eq_cstr(last, pairs[i].function);
    return names;
}

static struct slice last_component(struct slice dotted) {
    size_t at = dotted.len;
    while (at > 0 && dotted.ptr[at - 1] != '.')
        at--;
    return slice_sub(dotted, at, dotted.len);
}

static struct slice first_component(struct slice dotted) {
    size_t dot = slice_find_byte(dotted, '.', 0);
    return dot == SIZE_MAX ? dotted : slice_sub(dotted, 0, dot);
}

struct slice frame_callee(struct collector *c, struct frame *f) {
    if (!f->callee_known) {
        f->callee_known = true;
        if (f->before != NO_TOKEN)
            f->callee = candidate_dotted_name(c->text, c->tokens, f->before, c->arena);
    }
    return f->callee;
}

/* The string that is positional argument `index` alone, else "". Only the first
 * few are ever asked for. */
static struct slice string_argument(struct collector *c, const struct frame *f, uint32_t index) {
    struct slice value = {0};
    uint32_t close = c->t[f->open].match, i = next_token(c, f->open);
    if (close == UINT32_MAX)
        return value;
    for (uint32_t n = 0; n < index && i < close; n++) {
        while (i < close && !tok_is_op(&c->t[i], ',')) {
            bool opens = c->t[i].kind == PY_OP && c->t[i].match != UINT32_MAX && c->t[i].match > i;
            i = next_token(c, opens ? c->t[i].match : i);
        }
        i = next_token(c, i);
    }
    if (i >= close || c->t[i].kind != PY_STRING)
        return value;
    uint32_t next = next_token(c, i);
    if (next == close || tok_is_op(&c->t[next], ','))
        (void)py_string_value(c->text, &c->t[i], c->arena, &value);
    return value;
}

/* "--api-key/-k" is called api_key; a long spelling is better than a short one. */
static struct slice option_name(struct collector *c, const struct frame *f) {
    struct slice best = {0};
    uint32_t i = next_token(c, f->open);
    for (unsigned n = 0; n < 8 && c->t[i].kind == PY_STRING; n++) {
        struct slice s = {0};
        (void)py_string_value(c->text, &c->t[i], c->arena, &s);
        if (best.len == 0 || (slice_starts(s, "--") && !slice_starts(best, "--")))
            best = s;
        i = next_token(c, i);
        if (!tok_is_op(&c->t[i], ','))
            break;
        i = next_token(c, i);
    }
    while (best.len > 0 && best.ptr[0] == '-')
        best = slice_sub(best, 1, best.len);
    size_t end = 0;
    while (end < best.len && best.ptr[end] != '/' && best.ptr[end] != ' ' && best.ptr[end] != ',')
        end++;
    best = slice_sub(best, 0, end);
    if (slice_find_byte(best, '-', 0) == SIZE_MAX)
        return best;
    struct slice copy = arena_copy(c->arena, best);
    char *p = arena_alloc(c->arena, copy.len);
    for (size_t k = 0; k < copy.len; k++)
        p[k] = copy.ptr[k] == '-' ? '_' : copy.ptr[k];
    return (struct slice){p, copy.len};
}

/* os.getenv, os.environ.get, an alias of them, config(), env(), env.str(). */
static bool reads_environment(struct collector *c, const struct frame *f, struct slice callee,
                              struct slice last) {
    if (slice_eq_cstr(last, "getenv") || slice_eq_cstr(last, "getenvb"))
        return true;
    if (is_one_of(callee, env_makers, KL_ARRAY_LEN(env_makers)) || slice_eq_cstr(callee, "decouple.config") ||
        (callee.len > last.len && slice_eq_cstr(first_component(callee), "env")))
        return true;
    if (f->before == NO_TOKEN || !tok_is_name(&c->t[f->before]))
        return false;
    struct env_name scratch;
    const struct env_name *n = env_names_ending_at(file_env_names(c), c->text, c->t, f->before, &scratch);
    if (n)
        return n->meaning == MEANS_GETENV || n->meaning == MEANS_DECOUPLE || n->meaning == MEANS_ENVIRONS ||
               n->meaning == MEANS_STARLETTE;
    if (f->before < 2 || !tok_is_op(&c->t[f->before - 1], '.') || !tok_is_name(&c->t[f->before - 2]))
        return false;
    n = env_names_ending_at(file_env_names(c), c->text, c->t, f->before - 2, &scratch);
    if (n && n->meaning == MEANS_ENVIRONS)
        return true;
    return n && (n->meaning == MEANS_ENVIRON || n->meaning == MEANS_DOTENV_DICT) &&
           (slice_eq_cstr(last, "get") || slice_eq_cstr(last, "pop") || slice_eq_cstr(last, "setdefault"));
}

static struct place default_keyword(struct collector *c, uint32_t frame, struct slice key) {
    struct frame *f = &c->frames[frame];
    struct slice callee = frame_callee(c, f), last = last_component(callee);
    struct slice outer = {0};
    if (is_one_of(last, option_makers, KL_ARRAY_LEN(option_makers))) {
        struct slice name = option_name(c, f);
        return (struct place){CONTEXT_OPTION_DEFAULT, name.len > 0 ? name : frame_outer(c, frame).name};
    }
    if (reads_environment(c, f, callee, last)) {
        struct slice name = string_argument(c, f, 0);
        if (name.len > 0)
            return (struct place){CONTEXT_ENV_DEFAULT, name};
    }
    outer = frame_outer(c, frame).name; /* password = CharField(default="...") */
    return (struct place){CONTEXT_KEYWORD, outer.len > 0 ? outer : key};
}

static struct place positional(struct collector *c, uint32_t frame) {
    struct frame *f = &c->frames[frame];
    struct place p = {CONTEXT_ARGUMENT, {0}};
    struct slice callee = frame_callee(c, f), last = last_component(callee);
    uint32_t index = f->commas;
    if (last.len == 0 || index > 2)
        return p;
    if (index == 1 && reads_environment(c, f, callee, last))
        return (struct place){CONTEXT_ENV_DEFAULT, string_argument(c, f, 0)};
    if (index == 1 && slice_eq_cstr(last, "putenv"))
        return (struct place){CONTEXT_ENV_WRITE, string_argument(c, f, 0)};
    if (index == 0 && (slice_eq_cstr(last, "Option") || slice_eq_cstr(last, "Argument"))) {
        p = frame_outer(c, frame); /* typer: def f(password: str = typer.Option("...")) */
        return (struct place){p.context == CONTEXT_DEFAULT ? CONTEXT_OPTION_DEFAULT : CONTEXT_ARGUMENT,
                              p.name};
    }
    if (index == 0) {
        if (is_one_of(last, wrappers, KL_ARRAY_LEN(wrappers)))
            p.name = frame_outer(c, frame).name;
        return p;
    }
    for (size_t i = 0; i < KL_ARRAY_LEN(pairs); i++)
        if (index == pairs[i].value_at && slice_eq_cstr(last, pairs[i].function))
            p.name = string_argument(c, f, pairs[i].name_at);
    return p;
}

struct place call_place(struct collector *c, uint32_t frame) {
    struct frame *f = &c->frames[frame];
    if (f->key == NO_TOKEN)
        return positional(c, frame);
    struct slice key = name_of_key(c, f);
    if (slice_eq_cstr(key, "default") || slice_eq_cstr(key, "fallback"))
        return default_keyword(c, frame, key);
    return (struct place){CONTEXT_KEYWORD, key};
}

/* --- Tests and examples, by path ---------------------------------------------- */

static bool component_in_test(struct slice part, bool is_file) {
    static const char *const folders[] = {"tests", "test", "testing", "examples", "example", "docs", "doc"};
    if (!is_file)
        return is_one_of(part, folders, KL_ARRAY_LEN(folders));
    size_t dot = slice_find_byte(part, '.', 0);
    struct slice stem = slice_sub(part, 0, dot == SIZE_MAX ? part.len : dot);
    return slice_starts(stem, "test_") || slice_ends(stem, "_test") || slice_ends(stem, "_tests") ||
           slice_eq_cstr(stem, "conftest") || slice_eq_cstr(stem, "tests") || slice_eq_cstr(stem, "test");
}

bool path_in_test(const char *path) {
    struct slice rest = slice_cstr(path);
    while (rest.len > 0) {
        size_t slash = slice_find_byte(rest, '/', 0);
        bool is_file = slash == SIZE_MAX;
        if (component_in_test(slice_sub(rest, 0, is_file ? rest.len : slash), is_file))
            return true;
        rest = is_file ? (struct slice){0} : slice_sub(rest, slash + 1, rest.len);
    }
    return false;
}
