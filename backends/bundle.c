/* bundle.c: the vault's calls, and how those of many threads are served together. */
#include "backends/bundle.h"

#include <stdlib.h>

#include "base/encode.h"
#include "base/mem.h"

static struct bundle *self(struct vault *v) {
    return (struct bundle *)(void *)v;
}

/* The parser's message has a key in it only where two are equal: a name, no value. */
enum kl_status bundle_read(struct bundle *b, const char *version, cJSON **fields,
                           char version_out[VAULT_VERSION_MAX], struct error *e) {
    struct secret text = {0};
    *fields = NULL;
    enum kl_status st = b->inner->kind->get(b->inner, b->name, version, &text, version_out, e);
    if (st == KL_OK)
        st = json_parse(secret_slice(&text), b->name, fields, e);
    if (st == KL_OK && !cJSON_IsObject(*fields))
        st = KL_ERR_PARSE;
    if (st == KL_ERR_PARSE || st == KL_ERR_UNSUPPORTED)
        st = error_set(e, KL_ERR_REFUSED,
                       "the secret %s holds no JSON object, so it can take no field; choose another --bundle",
                       b->name);
    secret_release(&text);
    return st;
}

static void answer(struct bundle_call *c, enum kl_status st, const struct error *e) {
    c->status = st;
    c->e = *e;
    c->settled = true;
}

static void pick_field(const struct bundle *b, struct bundle_call *c, const cJSON *fields) {
    const cJSON *field = json_get(fields, c->name);
    struct error e = {0};
    if (!field) {
        error_set(&e, KL_ERR_NOT_FOUND, "the secret %s has no field %s", b->name, c->name);
    } else if (!cJSON_IsString(field)) {
        error_set(&e, KL_ERR_CONFLICT, "the field %s of the secret %s is not a string", c->name, b->name);
    } else {
        secret_set(c->out, slice_cstr(field->valuestring));
        c->out->binary = false;
    }
    answer(c, e.status, &e);
}

static bool same_version(const char *a, const char *b) {
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* One read for all that want the same version. */
static void serve_gets(struct bundle *b, struct bundle_call *calls) {
    for (struct bundle_call *c = calls; c; c = c->next) {
        char version[VAULT_VERSION_MAX] = "";
        struct error e = {0};
        cJSON *fields;
        if (c->kind != BUNDLE_GET || c->settled)
            continue;
        const char *wanted = c->version;
        enum kl_status st = bundle_read(b, wanted, &fields, version, &e);
        for (struct bundle_call *same = c; same; same = same->next) {
            if (same->kind != BUNDLE_GET || same->settled || !same_version(same->version, wanted))
                continue;
            memcpy(same->version_out, version, sizeof version);
            if (st == KL_OK) {
                pick_field(b, same, fields);
                continue;
            }
            if (st == KL_ERR_NOT_FOUND)
                error_set(&e, st, "there is no secret %s, which would hold the field %s", b->name,
                          same->name);
            answer(same, st, &e);
        }
        json_delete_secret(fields);
    }
}

/* Waits until it was served, by itself or by another thread. */
static enum kl_status serve(struct bundle *b, struct bundle_call *c, struct error *e) {
    mutex_lock(b->lock);
    *b->last = c;
    b->last = &c->next;
    while (!c->done) {
        if (b->served) {
            condition_wait(b->changed, b->lock);
            continue;
        }
        struct bundle_call *calls = b->first;
        b->first = NULL;
        b->last = &b->first;
        b->served = true;
        mutex_unlock(b->lock);
        bundle_write(b, calls);
        serve_gets(b, calls);
        mutex_lock(b->lock);
        b->served = false;
        while (calls) {
            struct bundle_call *next = calls->next; /* its owner may go on, and it with it */
            calls->done = true;
            calls = next;
        }
        condition_broadcast(b->changed);
    }
    mutex_unlock(b->lock);
    if (c->status != KL_OK)
        *e = c->e;
    return c->status;
}

static enum kl_status bundle_get(struct vault *v, const char *name, const char *version, struct secret *out,
                                 char version_out[VAULT_VERSION_MAX], struct error *e) {
    struct bundle_call c = {.kind = BUNDLE_GET, .name = name, .version = version, .out = out};
    enum kl_status st = serve(self(v), &c, e);
    if (st == KL_OK && version_out)
        memcpy(version_out, c.version_out, sizeof c.version_out);
    return st;
}

static enum kl_status store(struct vault *v, enum bundle_call_kind kind, const char *name,
                            const struct secret *value, char version_out[VAULT_VERSION_MAX],
                            struct error *e) {
    struct bundle_call c = {.kind = kind, .name = name, .value = value};
    enum kl_status st = serve(self(v), &c, e);
    if (st == KL_OK && version_out)
        memcpy(version_out, c.version_out, sizeof c.version_out);
    return st;
}

static enum kl_status bundle_put(struct vault *v, const char *name, const struct secret *value,
                                 char version_out[VAULT_VERSION_MAX], struct error *e) {
    return store(v, BUNDLE_PUT, name, value, version_out, e);
}

static enum kl_status bundle_add(struct vault *v, const char *name, const struct secret *value,
                                 char version_out[VAULT_VERSION_MAX], struct error *e) {
    return store(v, BUNDLE_ADD, name, value, version_out, e);
}

static enum kl_status bundle_map_name(struct vault *v, const char *name, struct arena *a, const char **out,
                                      struct error *e) {
    (void)v;
    if (!name[0] || !utf8_valid(slice_cstr(name)))
        return error_set(e, KL_ERR_UNSUPPORTED, "%s: a field's name is text, and not empty", name);
    *out = arena_cstr(a, slice_cstr(name));
    return KL_OK;
}

/* Alone in the secret; whether there is room beside the others shows when it is written. */
static enum kl_status bundle_accepts(struct vault *v, const char *name, const struct secret *value,
                                     struct error *e) {
    struct bundle *b = self(v);
    struct slice bytes = secret_slice(value);
    if (bytes.len > KL_MAX_SECRET_BYTES)
        return error_set(e, KL_ERR_LIMIT, "%s: %zu bytes are more than keylift stores", name, bytes.len);
    if (!utf8_valid(bytes) || slice_find_byte(bytes, '\0', 0) != SIZE_MAX)
        return error_set(e, KL_ERR_UNSUPPORTED,
                         "%s: a field of a JSON secret holds text without NUL, and the value is not", name);
    struct buf text = BUF_INIT_SECRET(BUNDLE_MAX_BYTES);
    struct secret alone = {0};
    cJSON *fields = cJSON_CreateObject();
    json_add_slice(fields, name, bytes);
    json_print(fields, false, &text);
    secret_set(&alone, buf_as_slice(&text));
    enum kl_status st = b->inner->kind->accepts(b->inner, b->name, &alone, e);
    if (st != KL_OK)
        st = error_prefix(e, "%s", name);
    secret_release(&alone);
    json_delete_secret(fields);
    buf_release(&text);
    return st;
}

static enum kl_status bundle_list(struct vault *v, void (*fn)(void *ctx, const char *name), void *ctx,
                                  struct error *e) {
    cJSON *fields;
    enum kl_status st = bundle_read(self(v), NULL, &fields, NULL, e);
    const cJSON *field;
    cJSON_ArrayForEach(field, fields) {
        fn(ctx, field->string);
    }
    json_delete_secret(fields);
    return st == KL_ERR_NOT_FOUND ? KL_OK : st;
}

static void add_line(struct bundle *b, struct arena *a, struct vault_identity *out) {
    size_t i = 0;
    while (i < KL_ARRAY_LEN(out->lines) && out->lines[i])
        i++;
    if (i < KL_ARRAY_LEN(out->lines))
        out->lines[i] = arena_printf(a, "bundle: the secret %s; each name is a field of its JSON", b->name);
}

static enum kl_status bundle_identity(struct vault *v, struct arena *a, struct vault_identity *out,
                                      struct error *e) {
    struct bundle *b = self(v);
    enum kl_status st = b->inner->kind->identity(b->inner, a, out, e);
    add_line(b, a, out);
    return st;
}

static enum kl_status bundle_check(struct vault *v, struct arena *a, struct vault_identity *out,
                                   struct error *e) {
    struct bundle *b = self(v);
    enum kl_status st = b->inner->kind->check(b->inner, a, out, e);
    add_line(b, a, out);
    return st;
}

/* Of the one secret that holds them all. */
static enum kl_status bundle_policy(struct vault *v, const char *const *stored, size_t count, struct buf *out,
                                    struct error *e) {
    struct bundle *b = self(v);
    struct arena a = ARENA_INIT;
    const char *name = NULL;
    (void)stored;
    (void)count;
    enum kl_status st = b->inner->kind->map_name(b->inner, b->name, &a, &name, e);
    if (st == KL_OK)
        st = b->inner->kind->policy(b->inner, &name, 1, out, e);
    arena_release(&a);
    return st;
}

static void bundle_close(struct vault *v) {
    struct bundle *b = self(v);
    if (b->inner)
        b->inner->kind->close(b->inner);
    condition_free(b->changed);
    mutex_free(b->lock);
    arena_release(&b->arena);
    free(b);
}

/* The inner module reads one name: that of the bundle. */
static const struct python_module *wrap_module(const struct python_module *inner, const char *name,
                                               struct arena *a) {
    struct python_module *m = arena_calloc(a, 1, sizeof *m);
    *m = *inner;
    size_t count = 0;
    while (count < PYTHON_MAX_CONSTANTS && m->constants[count].name)
        count++;
    if (count == PYTHON_MAX_CONSTANTS)
        return NULL;
    m->constants[count] =
        (struct python_constant){"BUNDLE", name, "One secret; the names are fields of its JSON.", false};
    m->bundle = "    fields: dict[str, str] = json.loads(_read(BUNDLE))\n"
                "    return fields\n";
    return m;
}

/* The inner template reads the whole secret, by a name that is known here. */
static enum kl_status wrap_access(struct bundle *b, const struct python_access *inner, struct arena *a,
                                  struct python_access *out, struct error *e) {
    const char *stored;
    enum kl_status st = b->inner->kind->map_name(b->inner, b->name, a, &stored, e);
    if (st != KL_OK)
        return st;
    for (const char *p = stored; *p; p++)
        if (*p < ' ' || *p > '~' || strchr("\"\\{}", *p))
            return error_set(e, KL_ERR_UNSUPPORTED,
                             "--bundle %s: letters, digits and signs but for quotes, braces and backslashes",
                             b->name);
    const char *hole = strstr(inner->read_text, "{name}");
    if (!hole)
        return error_set(e, KL_ERR_INTERNAL, "the vault %s says not where its name stands", inner->vault);
    *out = *inner;
    out->read_text = arena_printf(a, "json.loads(%.*s\"%s\"%s)[{name}]", (int)(hole - inner->read_text),
                                  inner->read_text, stored, hole + strlen("{name}"));
    out->read_bytes = arena_printf(a, "base64.b64decode(%s)", out->read_text);
    out->missing_error = "KeyError";
    out->text_only = true;
    out->module = inner->module ? wrap_module(inner->module, b->name, a) : NULL;
    return KL_OK;
}

static enum kl_status bundle_python(struct vault *v, struct arena *a, struct python_access *out,
                                    struct error *e) {
    struct bundle *b = (struct bundle *)v;
    struct python_access inner;
    enum kl_status st = vault_python(b->inner, a, &inner, e);
    return st == KL_OK ? wrap_access(b, &inner, a, out, e) : st;
}

enum kl_status bundle_open(const struct vault_kind *inner, const struct vault_options *o, struct vault **out,
                           struct error *e) {
    struct vault_options options = *o;
    struct bundle *b = mem_calloc(1, sizeof *b);
    b->lock = mutex_new();
    b->changed = condition_new();
    b->last = &b->first;
    b->name = arena_cstr(&b->arena, slice_cstr(o->bundle));
    options.bundle = NULL;
    enum kl_status st = inner->open(&options, &b->inner, e);
    if (st == KL_OK)
        st = wrap_access(b, b->inner->kind->access, &b->arena, &b->access, e);
    if (st != KL_OK) {
        bundle_close(&b->vault);
        return st;
    }
    b->kind = *b->inner->kind;
    b->kind.access = &b->access;
    b->kind.parallel = BUNDLE_PARALLEL;
    b->kind.identity = bundle_identity;
    b->kind.map_name = bundle_map_name;
    b->kind.accepts = bundle_accepts;
    b->kind.get = bundle_get;
    b->kind.get_many = NULL; /* one read is of all fields already */
    b->kind.put_if_absent = bundle_put;
    b->kind.put_many = NULL; /* serve gathers them */
    b->kind.add_version = bundle_add;
    b->kind.previous = NULL;
    b->kind.list = bundle_list;
    b->kind.check = bundle_check;
    b->kind.python = bundle_python; /* the inner one's knows no bundle */
    b->kind.policy = b->inner->kind->policy ? bundle_policy : NULL;
    b->kind.close = bundle_close;
    b->vault.kind = &b->kind;
    *out = &b->vault;
    return KL_OK;
}
