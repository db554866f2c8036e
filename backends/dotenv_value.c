/* Interpolation (dotenv/variables.py) and lookup. */
#include "backends/dotenv_file.h"

#include <stdlib.h>

#include "base/encode.h"
#include "base/mem.h"

/* Names seen so far, each with its last binding: an open-addressing table. */
struct names {
    size_t *slots; /* binding index + 1; 0 is free */
    size_t mask;
};

static size_t *names_slot(const struct names *n, const struct dotenv_file *f, struct slice name) {
    size_t i = (size_t)hash64(name) & n->mask;
    while (n->slots[i] && !slice_eq(f->bindings[n->slots[i] - 1].key, name))
        i = (i + 1) & n->mask;
    return &n->slots[i];
}

/* One ${NAME} or ${NAME:-default} in a value. */
struct variable {
    size_t start, end;
    struct slice name, fallback;
};

/* Finds them one after the other. The next "}" and ":" are remembered, so that a
 * value of nothing but "${" takes linear time. */
struct scanner {
    struct slice text;
    size_t pos, brace, colon;
};

static size_t next_byte(struct slice text, char c, size_t from, size_t known) {
    if (known != SIZE_MAX && known < from)
        known = slice_find_byte(text, c, from);
    return known;
}

static bool next_variable(struct scanner *s, struct variable *v) {
    size_t start;
    while ((start = slice_find(s->text, SLICE_LIT("${"), s->pos)) != SIZE_MAX) {
        size_t from = start + 2;
        s->brace = next_byte(s->text, '}', from, s->brace);
        s->colon = next_byte(s->text, ':', from, s->colon);
        if (s->brace == SIZE_MAX)
            return false;
        bool has_fallback = s->colon < s->brace;
        if (has_fallback && s->text.ptr[s->colon + 1] != '-') {
            s->pos = start + 1;
            continue;
        }
        v->start = start;
        v->end = s->pos = s->brace + 1;
        v->name = slice_sub(s->text, from, has_fallback ? s->colon : s->brace);
        v->fallback = has_fallback ? slice_sub(s->text, s->colon + 2, s->brace) : (struct slice){0};
        return true;
    }
    return false;
}

struct resolver {
    const struct dotenv_file *file;
    struct names names;
    dotenv_env_fn env;
    void *ctx;
    struct slice *values;
    struct arena *arena;
};

/* The environment first, then the file's earlier names, then the default. */
static struct slice lookup(const struct resolver *r, const struct variable *v) {
    const char *name = arena_cstr(r->arena, v->name);
    const char *set = r->env && strlen(name) == v->name.len ? r->env(r->ctx, name) : NULL;
    if (set)
        return slice_cstr(set);
    size_t slot = *names_slot(&r->names, r->file, v->name);
    return slot ? r->values[slot - 1] : v->fallback;
}

static void resolve_one(const struct resolver *r, struct slice text, struct buf *out) {
    struct scanner s = {.text = text};
    struct variable v;
    size_t done = 0;
    while (next_variable(&s, &v)) {
        buf_slice(out, slice_sub(text, done, v.start));
        buf_slice(out, lookup(r, &v));
        done = v.end;
    }
    buf_slice(out, slice_sub(text, done, text.len));
}

enum kl_status dotenv_resolve(const struct dotenv_file *f, dotenv_env_fn env, void *ctx, const char *what,
                              struct arena *a, struct slice **values, struct error *e) {
    struct resolver r = {.file = f, .env = env, .ctx = ctx, .arena = a};
    enum kl_status st = KL_OK;
    struct buf one = BUF_INIT_SECRET(DOTENV_MAX_RESOLVED_BYTES);
    size_t total = 0, size = 16;
    while (size < 2 * f->count)
        size *= 2;
    r.names.slots = mem_calloc(size, sizeof *r.names.slots);
    r.names.mask = size - 1;
    r.values = arena_calloc(a, f->count + 1, sizeof *r.values);

    for (size_t i = 0; i < f->count; i++) {
        const struct dotenv_binding *b = &f->bindings[i];
        if (!b->key.ptr)
            continue;
        buf_clear(&one);
        if (b->has_value)
            resolve_one(&r, b->value, &one);
        total += one.len;
        if (!buf_ok(&one) || total > DOTENV_MAX_RESOLVED_BYTES) {
            st = error_set(e, KL_ERR_LIMIT,
                           "%s: with its variables filled in, line %u makes it larger than %zu bytes", what,
                           (unsigned)b->line, DOTENV_MAX_RESOLVED_BYTES);
            goto done;
        }
        r.values[i] = arena_copy(a, buf_as_slice(&one));
        *names_slot(&r.names, f, b->key) = i + 1;
    }
    *values = r.values;
done:
    buf_release(&one);
    free(r.names.slots);
    return st;
}

/* os.environ takes neither NUL nor a name with "=": the load stops there. */
static enum kl_status check_loads(const struct dotenv_file *f, const struct slice *values, const char *what,
                                  struct error *e) {
    for (size_t i = 0; i < f->count; i++) {
        const struct dotenv_binding *b = &f->bindings[i];
        if (!b->key.ptr || !b->has_value)
            continue;
        if (slice_find_byte(b->key, '=', 0) != SIZE_MAX || slice_find_byte(b->key, '\0', 0) != SIZE_MAX ||
            slice_find_byte(values[i], '\0', 0) != SIZE_MAX)
            return error_set(e, KL_ERR_PARSE,
                             "%s, line %u: load_dotenv() fails here (NUL, or \"=\" in a name)", what,
                             (unsigned)b->line);
    }
    return KL_OK;
}

enum kl_status dotenv_read(struct slice bytes, dotenv_env_fn env, void *ctx, const char *what,
                           struct arena *a, struct dotenv_reading *out, struct error *e) {
    enum kl_status st = KL_OK;
    for (int d = 0; st == KL_OK && d < DOTENV_DIALECTS; d++) {
        st = dotenv_parse(bytes, (enum dotenv_dialect)d, what, a, &out->file[d], e);
        if (st == KL_OK)
            st = dotenv_resolve(&out->file[d], env, ctx, what, a, &out->values[d], e);
        if (st == KL_OK)
            st = check_loads(&out->file[d], out->values[d], what, e);
    }
    return st;
}

enum kl_status dotenv_reading_value(const struct dotenv_reading *r, const char *name, const char *what,
                                    struct slice *out, struct error *e) {
    struct slice found[DOTENV_DIALECTS] = {{0}};
    bool has[DOTENV_DIALECTS] = {false};
    unsigned line = 0;
    for (int d = 0; d < DOTENV_DIALECTS; d++) {
        const struct dotenv_binding *b = dotenv_find(&r->file[d], name);
        if (b && b->has_value) {
            has[d] = true;
            line = b->line;
            found[d] = r->values[d][b - r->file[d].bindings];
        }
    }
    if (!has[DOTENV_CLASSIC] && !has[DOTENV_STRICT])
        return error_set(e, KL_ERR_NOT_FOUND, "%s has no %s", what, name);
    if (has[DOTENV_CLASSIC] != has[DOTENV_STRICT] || !slice_eq(found[DOTENV_CLASSIC], found[DOTENV_STRICT]))
        return error_set(e, KL_ERR_CONFLICT,
                         "%s, line %u: %s is read differently by python-dotenv before and since 1.2.3; "
                         "write its value another way",
                         what, line, name);
    *out = found[DOTENV_STRICT];
    return KL_OK;
}

enum kl_status dotenv_value(struct slice bytes, const char *name, dotenv_env_fn env, void *ctx,
                            const char *what, struct arena *a, struct slice *out, struct error *e) {
    struct dotenv_reading r;
    enum kl_status st = dotenv_read(bytes, env, ctx, what, a, &r, e);
    return st == KL_OK ? dotenv_reading_value(&r, name, what, out, e) : st;
}
