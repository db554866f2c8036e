/* envread.c: environment reads and writes, from tokens. env_names.c says what a
 * name of the file stands for; here is what is done with it. */
#include "scanner/envread_internal.h"

#include "base/mem.h"
#include "scanner/classify.h"

#include <stdlib.h>

/* Whose reads end in an error where the variable is not set, and no default is given. */
static const bool raises[ENV_ACCESS_COUNT] = {
    [ENV_SUBSCRIPT] = true, [ENV_POP] = true,      [ENV_DECOUPLE] = true,
    [ENV_ENVIRONS] = true,  [ENV_PYDANTIC] = true, [ENV_STARLETTE] = true,
};

void env_emit(struct env_reader *r, const struct env_site *site, struct slice name) {
    struct env_reads *out = r->out;
    if (out->count == out->capacity)
        out->items = mem_grow(out->items, &out->capacity, out->count + 1, sizeof *out->items);
    struct env_read *n = &out->items[out->count++];
    *n = (struct env_read){.access = site->access, .default_kind = site->default_kind, .bytes = site->bytes};
    if (name.len > 0 && site->prefix.len > 0)
        n->name = arena_printf(r->arena, "%.*s%.*s", SLICE_ARG(site->prefix), SLICE_ARG(name));
    else
        n->name = arena_cstr(r->arena, name);
    size_t start = r->t[site->first].start, end = r->t[site->last].end;
    n->start_byte = pyfile_byte_offset(r->file, start);
    n->end_byte = pyfile_byte_offset(r->file, end);
    pylines_position(r->lines, r->text, start, &n->line, &n->column);
    n->secret = name.len > 0 && classify_name_is_secret(slice_cstr(n->name));
    n->required = site->default_kind == ENV_DEFAULT_NONE && !site->optional && raises[site->access];
    n->default_text = n->secret ? NULL : env_default_text(r, site, n->name);
}

/* name(...) with the variable and its default at these places. */
static void call_site(struct env_reader *r, uint32_t first, uint32_t open, struct env_site site,
                      const char *name_keyword, uint32_t default_at) {
    site.first = first;
    site.last = r->t[open].match;
    if (default_at != UINT32_MAX) {
        struct token_range value = env_argument(r, open, default_at, "default");
        bool as_without = site.access == ENV_GET || site.access == ENV_GETENV;
        if (!as_without || value.first != value.last || !tok_is_keyword(&r->t[value.first], KW_NONE_VALUE))
            env_set_default(r, &site, value);
    }
    env_emit(r, &site, env_string(r, env_argument(r, open, 0, name_keyword)));
}

/* --- os.environ ------------------------------------------------------------------- */

/* Is there an `=` of the statement behind token i? Remembered, because a tuple
 * may hold a million subscripts. */
static bool is_before_equals(struct env_reader *r, uint32_t i) {
    if (i >= r->searched_to) {
        r->last_equals = 0;
        uint32_t k = i;
        for (; k < r->count && r->t[k].kind != PY_NEWLINE && r->t[k].kind != PY_END &&
               !tok_is_op(&r->t[k], ';');
             k++)
            if (tok_is_op(&r->t[k], '=') && r->t[k].depth == 0)
                r->last_equals = k;
        r->searched_to = k;
    }
    return i < r->last_equals;
}

static enum env_access subscript_access(struct env_reader *r, uint32_t first, uint32_t close) {
    uint32_t after = env_behind(r, close);
    const struct py_token *t = &r->t[after];
    if (tok_is_keyword(&r->t[r->statement], KW_DEL))
        return ENV_DELETE;
    if (tok_is_op(t, OP_AUG))
        return ENV_WRITE;
    if (tok_is_op(t, '=')) /* but f"{os.environ['X']=}" only reads */
        return tok_is_op(t + 1, '}') || tok_is_op(t + 1, '!') || tok_is_op(t + 1, ':') ? ENV_SUBSCRIPT
                                                                                       : ENV_WRITE;
    if (tok_is_op(t, ':') && first == r->statement && r->t[first].depth == 0)
        return ENV_WRITE;
    if (tok_is_op(t, ',') && r->t[first].depth == 0 && is_before_equals(r, after))
        return ENV_WRITE;
    return ENV_SUBSCRIPT;
}

static struct token_range inside(const struct env_reader *r, uint32_t open) {
    uint32_t first = env_skip_blank(r, open + 1), last = r->t[open].match - 1;
    while (last > first && tok_is_blank(&r->t[last]))
        last--;
    return (struct token_range){first, last};
}

/* os.environ.update(X="..."), os.environ.update({"X": "..."}) */
static void updated(struct env_reader *r, uint32_t open, struct env_site site) {
    uint32_t close = r->t[open].match;
    site.access = ENV_WRITE;
    for (uint32_t i = open + 1; i < close; i++) {
        const struct py_token *t = &r->t[i];
        site.first = site.last = i;
        if (t->kind == PY_NAME && tok_is_op(t + 1, '='))
            env_emit(r, &site, py_token_text(r->text, t));
        else if (t->kind == PY_STRING && tok_is_op(t + 1, ':'))
            env_emit(r, &site, env_string(r, (struct token_range){i, i}));
        else if (t->kind == PY_OP && t->match != UINT32_MAX && t->match > i && !tok_is_op(t, '{'))
            i = t->match;
    }
}

/* "X" in os.environ; a `for` over it is no read of one variable. */
static void membership(struct env_reader *r, uint32_t first, uint32_t last, struct env_site site) {
    uint32_t i = first;
    if (i < 2 || !tok_is_keyword(&r->t[i - 1], KW_IN))
        return;
    i -= tok_is_keyword(&r->t[i - 2], KW_NOT) ? 3 : 2;
    if (i >= r->count)
        return;
    const struct py_token *t = &r->t[i];
    bool literal = t->kind == PY_STRING;
    if (!literal && (t->kind != PY_NAME || i == 0))
        return;
    if (!literal) {
        const struct py_token *b = t - 1;
        bool tested = tok_is_keyword(b, KW_IF) || tok_is_keyword(b, KW_ELIF) || tok_is_keyword(b, KW_AND) ||
                      tok_is_keyword(b, KW_OR) || tok_is_keyword(b, KW_NOT) || tok_is_keyword(b, KW_WHILE) ||
                      tok_is_keyword(b, KW_ASSERT) || tok_is_keyword(b, KW_RETURN) || tok_is_op(b, '=');
        if (!tested)
            return;
    }
    site.first = i;
    site.last = last;
    site.access = ENV_IN;
    env_emit(r, &site, env_string(r, (struct token_range){i, i}));
}

static void mapping(struct env_reader *r, uint32_t first, uint32_t last, const struct env_name *n) {
    static const struct {
        const char *method;
        enum env_access access;
        uint32_t default_at;
        bool of_copy; /* means the same of a copy */
    } methods[] = {{"get", ENV_GET, 1, true},
                   {"pop", ENV_POP, 1, false},
                   {"setdefault", ENV_SETDEFAULT, 1, false},
                   {"__getitem__", ENV_SUBSCRIPT, UINT32_MAX, true}};
    bool copy = env_widen(r, &first, &last) && n->meaning == MEANS_ENVIRON;
    bool dict = copy || n->meaning == MEANS_DOTENV_DICT; /* a change is none of the environment */
    struct env_site site = {.first = first, .bytes = n->bytes, .access = ENV_DOTENV_VALUES};
    uint32_t next = env_behind(r, last);
    if (tok_is_op(&r->t[next], '[') && r->t[next].match != UINT32_MAX && r->t[next].match > next) {
        site.last = r->t[next].match;
        enum env_access access = subscript_access(r, first, site.last);
        if (dict && access != ENV_SUBSCRIPT)
            return;
        if (!dict || copy)
            site.access = access;
        env_emit(r, &site, env_string(r, inside(r, next)));
        return;
    }
    uint32_t method = tok_is_op(&r->t[next], '.') ? env_behind(r, next) : next;
    if (method == next || !env_is_call(r, method + 1)) {
        if (!dict)
            membership(r, first, last, site);
        return;
    }
    for (size_t k = 0; k < KL_ARRAY_LEN(methods); k++) {
        if (!env_text_is(r, method, methods[k].method))
            continue;
        if (copy && !methods[k].of_copy)
            return;
        if (!dict || copy)
            site.access = methods[k].access;
        call_site(r, first, method + 1, site, "key", methods[k].default_at);
        return;
    }
    if (!dict && env_text_is(r, method, "update"))
        updated(r, method + 1, site);
}

/* --- environs, django-environ ----------------------------------------------------- */

/* Methods that read; with the variable that django-environ takes without an argument. */
static const struct {
    const char *name, *variable;
} readers[] = {
    {"str", ""},
    {"bool", ""},
    {"int", ""},
    {"float", ""},
    {"decimal", ""},
    {"list", ""},
    {"tuple", ""},
    {"dict", ""},
    {"json", ""},
    {"datetime", ""},
    {"date", ""},
    {"time", ""},
    {"timedelta", ""},
    {"url", ""},
    {"uuid", ""},
    {"log_level", ""},
    {"path", ""},
    {"enum", ""},
    {"bytes", ""},
    {"unicode", ""},
    {"get_value", ""},
    {"dj_db_url", ""},
    {"dj_email_url", ""},
    {"dj_cache_url", ""},
    {"db", "DATABASE_URL"},
    {"db_url", "DATABASE_URL"},
    {"cache", "CACHE_URL"},
    {"cache_url", "CACHE_URL"},
    {"email", "EMAIL_URL"},
    {"email_url", "EMAIL_URL"},
    {"search_url", "SEARCH_URL"},
    {"channels", "CHANNELS_URL"},
    {"channels_url", "CHANNELS_URL"},
};

static struct slice current_prefix(const struct env_reader *r) {
    if (r->prefix_count == 0)
        return (struct slice){0};
    return r->prefixes[r->prefix_count - 1].text;
}

/* with env.prefixed("APP_"): */
static void push_prefix(struct env_reader *r, uint32_t open) {
    if (r->prefix_count == ENV_MAX_PREFIXES)
        return;
    struct slice outer = current_prefix(r), own = env_string(r, env_argument(r, open, 0, "prefix"));
    char *text = arena_printf(r->arena, "%.*s%.*s", SLICE_ARG(outer), SLICE_ARG(own));
    r->prefixes[r->prefix_count++] = (struct env_prefix){r->level, slice_cstr(text)};
}

/* env("X", "default"), env("X", str, "default"), env("X", default=...) */
static void environs_call(struct env_reader *r, uint32_t first, uint32_t open, struct env_site site) {
    struct token_range second = env_argument(r, open, 1, NULL);
    bool is_type = !range_is_empty(second) && second.first == second.last &&
                   r->t[second.first].kind == PY_NAME && r->t[second.first].op == KW_NONE;
    call_site(r, first, open, site, "var", is_type ? 2 : 1);
}

static void environs(struct env_reader *r, uint32_t first, uint32_t last) {
    struct env_site site = {.access = ENV_ENVIRONS, .prefix = current_prefix(r)};
    uint32_t next = env_behind(r, last);
    if (env_is_call(r, next)) {
        environs_call(r, first, next, site);
        return;
    }
    if (tok_is_op(&r->t[next], '[') && r->t[next].match != UINT32_MAX && r->t[next].match > next) {
        site.first = first;
        site.last = r->t[next].match;
        env_emit(r, &site, env_string(r, inside(r, next)));
        return;
    }
    uint32_t method = tok_is_op(&r->t[next], '.') ? env_behind(r, next) : next, open = method + 1;
    if (method == next || !env_is_call(r, open))
        return;
    if (env_text_is(r, method, "prefixed")) {
        push_prefix(r, open);
    } else if (env_text_is(r, method, "read_env")) {
        site = (struct env_site){.first = first, .last = r->t[open].match, .access = ENV_LOAD_DOTENV};
        env_emit(r, &site, (struct slice){0});
    }
    for (size_t k = 0; k < KL_ARRAY_LEN(readers); k++) {
        if (!env_text_is(r, method, readers[k].name))
            continue;
        if (readers[k].variable[0] && range_is_empty(env_argument(r, open, 0, "var"))) {
            site.first = first;
            site.last = r->t[open].match;
            env_set_default(r, &site, env_argument(r, open, UINT32_MAX, "default"));
            env_emit(r, &site, slice_cstr(readers[k].variable));
        } else {
            call_site(r, first, open, site, "var", 1);
        }
    }
}

/* --- click, typer -------------------------------------------------------------------- */

/* @click.option("--x", envvar="X"), typer.Option("default", envvar=["X", "Y"]):
 * `i` is the name before the parenthesis. */
static void option_call(struct env_reader *r, uint32_t i) {
    uint32_t open = i + 1, first = i, at = 0;
    struct token_range value = env_argument(r, open, UINT32_MAX, "envvar");
    if (range_is_empty(value))
        return;
    struct env_site site = {.last = r->t[open].match, .access = ENV_CLICK};
    struct token_range fallback = env_argument(r, open, UINT32_MAX, "default");
    struct slice head = env_string(r, env_argument(r, open, 0, NULL));
    bool typer = env_text_is(r, i, "Option") || env_text_is(r, i, "Argument");
    if (range_is_empty(fallback) && typer && !slice_starts(head, "-"))
        fallback = env_argument(r, open, 0, NULL);
    env_set_default(r, &site, fallback);
    while (first >= 2 && tok_is_op(&r->t[first - 1], '.') && r->t[first - 2].kind == PY_NAME)
        first -= 2;
    site.first = first;
    struct slice name;
    bool any = false;
    while (env_next_string(r, value, &at, &name)) {
        env_emit(r, &site, name);
        any = true;
    }
    if (!any)
        env_emit(r, &site, (struct slice){0});
}

static bool is_option_maker(const struct env_reader *r, uint32_t i) {
    uint32_t len = r->t[i].end - r->t[i].start;
    if ((len != 6 && len != 8) || !env_is_call(r, i + 1))
        return false;
    return env_text_is(r, i, "option") || env_text_is(r, i, "Option") || env_text_is(r, i, "argument") ||
           env_text_is(r, i, "Argument");
}

/* --- The pass -------------------------------------------------------------------------- */

static void use(struct env_reader *r, uint32_t first, uint32_t last, const struct env_name *n) {
    uint32_t open = last + 1;
    bool call = env_is_call(r, open);
    struct env_site site = {.first = first, .last = call ? r->t[open].match : last, .bytes = n->bytes};
    switch (n->meaning) {
    case MEANS_ENVIRON:
    case MEANS_DOTENV_DICT:
        mapping(r, first, last, n);
        return;
    case MEANS_ENVIRONS:
        environs(r, first, last);
        return;
    default:
        break;
    }
    if (n->meaning == MEANS_DECOUPLE && tok_is_op(&r->t[open], '.') && env_text_is(r, open + 1, "get") &&
        env_is_call(r, open + 2)) {
        open += 2;
        call = true;
    }
    if (!call || (first > 0 && tok_is_keyword(&r->t[first - 1], KW_DEF)))
        return;
    switch (n->meaning) {
    case MEANS_GETENV:
        site.access = ENV_GETENV;
        call_site(r, first, open, site, "key", 1);
        break;
    case MEANS_PUTENV:
    case MEANS_UNSETENV:
        site.access = n->meaning == MEANS_PUTENV ? ENV_WRITE : ENV_DELETE;
        call_site(r, first, open, site, NULL, UINT32_MAX);
        break;
    case MEANS_LOAD_DOTENV:
    case MEANS_DOTENV_VALUES:
        site.access = n->meaning == MEANS_LOAD_DOTENV ? ENV_LOAD_DOTENV : ENV_DOTENV_VALUES;
        env_emit(r, &site, (struct slice){0});
        break;
    case MEANS_DECOUPLE:
        site.access = ENV_DECOUPLE;
        call_site(r, first, open, site, "option", 1);
        break;
    case MEANS_STARLETTE:
        site.access = ENV_STARLETTE;
        site.prefix = n->prefix;
        call_site(r, first, open, site, "key", 2);
        break;
    default:
        break;
    }
}

/* environ.Env.read_env(...), Env.read_env(): the class loads the file. */
static bool class_reads_env(struct env_reader *r, uint32_t first, uint32_t last, const struct env_name *n) {
    if (n->meaning != MEANS_ENVIRONS_CLASS || !tok_is_op(&r->t[last + 1], '.') ||
        !env_text_is(r, last + 2, "read_env") || !env_is_call(r, last + 3))
        return false;
    struct env_site site = {.first = first, .last = r->t[last + 3].match, .access = ENV_LOAD_DOTENV};
    env_emit(r, &site, (struct slice){0});
    return true;
}

static void name_token(struct env_reader *r, uint32_t i) {
    const struct py_token *t = &r->t[i];
    if (t->op != KW_NONE && t->op < KW_MATCH) {
        if (t->op == KW_CLASS && r->names.count > 0 && i + 3 < r->count)
            env_settings_class(r, i);
        return;
    }
    if (is_option_maker(r, i))
        option_call(r, i);
    if (!env_names_may_hold(&r->names, r->text, t) || (i > 0 && tok_is_op(t - 1, '.')))
        return;
    struct env_name scratch;
    uint32_t last;
    const struct env_name *n = env_names_at(&r->names, r->text, r->t, i, &last, &scratch);
    if (n && n->meaning != MEANS_NOTHING && !class_reads_env(r, i, last, n))
        use(r, i, last, n);
}

static void line_end(struct env_reader *r, uint32_t i) {
    uint32_t next = i + 1 < r->count ? env_skip_blank(r, i + 1) : i;
    r->statement = next;
    while (r->prefix_count > 0 && r->prefixes[r->prefix_count - 1].level >= r->level &&
           r->t[next].kind != PY_INDENT)
        r->prefix_count--;
}

void env_reads_collect(const struct pyfile *file, const struct py_tokens *tokens, const struct pylines *lines,
                       struct arena *arena, struct env_reads *out) {
    out->count = 0;
    struct env_reader r = {.file = file,
                           .lines = lines,
                           .text = file->text,
                           .t = tokens->items,
                           .count = (uint32_t)tokens->count,
                           .arena = arena,
                           .out = out};
    env_names_collect(file->text, tokens, arena, &r.names);
    /* Looking ahead by a few tokens stays inside: PY_END is no operator and no
     * name, and every look ahead stops at the first token that does not fit. */
    for (uint32_t i = 0; i + 1 < r.count; i++) {
        switch (r.t[i].kind) {
        case PY_NAME:
            name_token(&r, i);
            break;
        case PY_NEWLINE:
            line_end(&r, i);
            break;
        case PY_INDENT:
            r.level++;
            r.statement = i + 1;
            break;
        case PY_DEDENT:
            r.level -= r.level > 0;
            r.statement = i + 1;
            while (r.prefix_count > 0 && r.prefixes[r.prefix_count - 1].level >= r.level)
                r.prefix_count--;
            break;
        case PY_OP:
            if (r.t[i].op == ';')
                r.statement = i + 1;
            break;
        default:
            break;
        }
    }
}

void env_reads_release(struct env_reads *r) {
    free(r->items);
    *r = (struct env_reads){0};
}
