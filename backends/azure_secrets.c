/* azure_secrets.c: reading, writing and listing.
 *
 * Key Vault has no conditional write: a PUT makes a version, whatever is there, and says
 * nothing of the one before. So a write is: read; write once; list the versions. Every
 * version that a run writes bears a tag of that run. If there is one without it that was
 * not there before, somebody else wrote at the same time: then it is not known which of
 * both is the latest everywhere, and the caller is told. When the answer to a write is
 * lost, the vault is read before anything is written again. */
#include "backends/azure.h"

#include "backends/http_policy.h"
#include "base/encode.h"
#include "base/system.h"

#define WRITE_ATTEMPTS 4u
#define BODY_MAX (64u + 6 * AZURE_VALUE_MAX + (64u << 10)) /* every byte escaped, and 15 tags */
#define CONTENT_TYPE "text/plain"

static struct azure_vault *self(struct vault *v) {
    return (struct azure_vault *)v;
}

static bool is_version(const char *version) {
    size_t len = strlen(version);
    for (size_t i = 0; i < len; i++)
        if (!((version[i] >= '0' && version[i] <= '9') || (version[i] >= 'a' && version[i] <= 'z') ||
              (version[i] >= 'A' && version[i] <= 'Z') || version[i] == '-'))
            return false;
    return len > 0 && len < VAULT_VERSION_MAX;
}

/* `version` NULL: the latest. */
static enum kl_status read_secret(struct azure_vault *v, const char *name, const char *version,
                                  struct azure_secret *out, struct error *e) {
    struct arena a = ARENA_INIT;
    struct http_response r = {0};
    char stored[AZURE_NAME_MAX + 1];
    *out = (struct azure_secret){0};
    enum kl_status st = azure_stored_name(v, name, stored, e);
    if (st == KL_OK && version && !is_version(version))
        st = error_set(e, KL_ERR_NOT_FOUND, "%s: that is no version of an Azure secret", name);
    if (st != KL_OK)
        return st;
    const struct azure_call call = {
        .method = "GET",
        .path = arena_printf(&a, "/secrets/%s%s%s?api-version=" AZURE_API_VERSION, stored, version ? "/" : "",
                             version ? version : ""),
        .repeatable = true,
    };
    st = azure_send(v, &call, &r, e);
    if (st == KL_OK && r.status != 200)
        st = azure_refusal(v, &r, "read", name, true, e);
    else if (st == KL_OK)
        st = azure_secret_parse(v, &r, name, out, e);
    http_response_release(&r);
    arena_release(&a);
    return st;
}

enum kl_status azure_get(struct vault *vault, const char *name, const char *version, struct secret *out,
                         char version_out[VAULT_VERSION_MAX], struct error *e) {
    struct azure_secret s;
    enum kl_status st = read_secret(self(vault), name, version, &s, e);
    if (st == KL_OK) {
        secret_set(out, slice_cstr(s.value));
        if (version_out)
            memcpy(version_out, s.version, sizeof s.version);
    }
    azure_secret_release(&s);
    return st;
}

/* ---- writing ---- */

struct write {
    struct azure_vault *v;
    const char *name;
    char stored[AZURE_NAME_MAX + 1];
    const struct secret *value;
    const struct azure_secret *before; /* NULL: there is none */
    size_t others_before;              /* versions of anybody else */
    struct buf body;
    char version[VAULT_VERSION_MAX]; /* of ours, once known */
};

static bool is_ours(const struct azure_vault *v, const cJSON *tags) {
    const char *run = json_string(tags, AZURE_TAG_RUN);
    return run && strcmp(run, v->run) == 0;
}

/* Fields that keylift does not own stay as they were; an end that has passed does not. */
static enum kl_status make_body(struct write *w, struct error *e) {
    const struct azure_secret *before = w->before;
    cJSON *json = cJSON_CreateObject();
    json_add_slice(json, "value", secret_slice(w->value));
    json_add_string(json, "contentType",
                    before && before->content_type ? before->content_type : CONTENT_TYPE);
    cJSON *tags = cJSON_AddObjectToObject(json, "tags");
    json_add_string(tags, AZURE_TAG_OWNER, AZURE_TAG_OWNER_VALUE);
    json_add_string(tags, AZURE_TAG_RUN, w->v->run);
    for (const cJSON *tag = before && before->tags ? before->tags->child : NULL; tag; tag = tag->next)
        if (cJSON_IsString(tag) && strcmp(tag->string, AZURE_TAG_OWNER) != 0 &&
            strcmp(tag->string, AZURE_TAG_RUN) != 0)
            json_add_string(tags, tag->string, tag->valuestring);
    if (before && before->expires > (double)system_unix_time())
        json_add_count(cJSON_AddObjectToObject(json, "attributes"), "exp", (uint64_t)before->expires);
    bool fits = cJSON_GetArraySize(tags) <= (int)AZURE_TAGS_MAX;
    json_print(json, false, &w->body);
    json_delete_secret(json);
    if (!fits)
        return error_set(e, KL_ERR_LIMIT, "%s: a secret has at most %u tags; remove one, so that \"%s\" fits",
                         w->name, AZURE_TAGS_MAX, AZURE_TAG_RUN);
    if (!buf_ok(&w->body))
        return error_set(e, KL_ERR_LIMIT, "%s: the request is too large", w->name);
    return KL_OK;
}

struct count {
    const struct write *w;
    size_t others;
};

static void count_version(void *ctx, const cJSON *item, struct slice name, struct slice version) {
    struct count *c = ctx;
    if (azure_same_name(name, c->w->stored) && version.len)
        c->others += !is_ours(c->w->v, json_get(item, "tags"));
}

static enum kl_status count_others(const struct write *w, size_t *out, struct error *e) {
    struct arena a = ARENA_INIT;
    struct count c = {.w = w};
    const char *path =
        arena_printf(&a, "/secrets/%s/versions?api-version=" AZURE_API_VERSION "&maxresults=%u", w->stored,
                     AZURE_PAGE_MAX);
    enum kl_status st = azure_each_item(w->v, path, w->name, count_version, &c, e);
    *out = c.others;
    arena_release(&a);
    return st;
}

/* What the vault holds after an answer was lost. KL_ERR_NOT_FOUND: what it held before, so
 * that it may be written again. */
static enum kl_status find_ours(struct write *w, struct error *e) {
    struct azure_secret now;
    enum kl_status st = read_secret(w->v, w->name, NULL, &now, e);
    if (st != KL_OK)
        return st;
    bool same = w->before && strcmp(now.version, w->before->version) == 0;
    if (same)
        st = error_set(e, KL_ERR_NOT_FOUND, "%s: not stored", w->name);
    else if (is_ours(w->v, now.tags) && slice_eq(slice_cstr(now.value), secret_slice(w->value)))
        memcpy(w->version, now.version, sizeof w->version);
    else
        st = error_set(e, KL_ERR_CONFLICT, "%s: another program stored a value at the same moment", w->name);
    azure_secret_release(&now);
    return st;
}

static void pause_before(unsigned attempt, const struct http_response *r) {
    uint64_t pause;
    if (!http_retry_after(r, system_unix_time(), &pause))
        pause = http_jitter_ms(attempt);
    system_sleep_ms(pause < HTTP_PAUSE_MAX_MS ? (unsigned)pause : HTTP_PAUSE_MAX_MS);
}

/* One PUT. *again: it was surely not carried out; *lost: nobody knows. */
static enum kl_status put_once(struct write *w, const char *path, struct http_response *r, bool *again,
                               bool *lost, struct error *e) {
    struct azure_secret stored;
    const struct azure_call call = {.method = "PUT", .path = path, .body = buf_as_slice(&w->body)};
    http_response_release(r);
    enum kl_status st = azure_send(w->v, &call, r, e);
    *again = st == KL_OK && r->status == 429;
    *lost = st == KL_ERR_NETWORK || st == KL_ERR_PROTOCOL || st == KL_ERR_LIMIT ||
            (st == KL_OK && r->status >= 500);
    if (st != KL_OK)
        return st;
    if (r->status != 200)
        return azure_refusal(w->v, r, "store", w->name, false, e);
    st = azure_secret_parse(w->v, r, w->name, &stored, e);
    *lost = st != KL_OK;
    memcpy(w->version, stored.version, sizeof w->version);
    azure_secret_release(&stored);
    return st;
}

static enum kl_status put(struct write *w, struct error *e) {
    struct arena a = ARENA_INIT;
    struct http_response r = {0};
    const char *path = arena_printf(&a, "/secrets/%s?api-version=" AZURE_API_VERSION, w->stored);
    enum kl_status st = KL_OK;
    for (unsigned attempt = 1; attempt <= WRITE_ATTEMPTS; attempt++) {
        bool again, lost;
        st = put_once(w, path, &r, &again, &lost, e);
        if (st == KL_OK || (!again && !lost) || system_interrupted())
            break;
        pause_before(attempt, &r);
        if (again)
            continue;
        struct error reading = {0};
        enum kl_status found = find_ours(w, &reading);
        if (found == KL_ERR_NOT_FOUND)
            continue;
        if (found != KL_OK)
            *e = reading;
        st = found;
        break;
    }
    http_response_release(&r);
    arena_release(&a);
    return st;
}

static enum kl_status tell_concurrent(const struct write *w, struct error *e) {
    return error_set(
        e, KL_ERR_CONFLICT,
        "%s: another program stored a value at the same moment; the vault keeps both, "
        "and either may be the latest: az keyvault secret list-versions --vault-name %s --name %s",
        w->name, w->v->label, w->stored);
}

/* Nobody else wrote. Who may not list versions is content with being the latest. */
static enum kl_status check_alone(const struct write *w, struct error *e) {
    size_t others = 0;
    enum kl_status st = count_others(w, &others, e);
    if (st == KL_OK)
        return others > w->others_before ? tell_concurrent(w, e) : KL_OK;
    if (st != KL_ERR_PERMISSION)
        return error_prefix(e, "%s is stored, but whether another program wrote it, too, is not known",
                            w->name);
    struct azure_secret now;
    st = read_secret(w->v, w->name, NULL, &now, e);
    if (st == KL_OK && strcmp(now.version, w->version) != 0)
        st = tell_concurrent(w, e);
    azure_secret_release(&now);
    return st;
}

static enum kl_status store(struct azure_vault *v, const char *name, const struct secret *value,
                            const struct azure_secret *before, char version_out[VAULT_VERSION_MAX],
                            struct error *e) {
    struct write w = {.v = v, .name = name, .value = value, .before = before};
    buf_init_secret(&w.body, BODY_MAX);
    enum kl_status st = azure_accepts(&v->vault, name, value, e);
    if (st == KL_OK)
        st = azure_stored_name(v, name, w.stored, e);
    if (st == KL_OK && before) {
        st = count_others(&w, &w.others_before, e);
        st = st == KL_ERR_PERMISSION ? KL_OK : st;
    }
    if (st == KL_OK)
        st = make_body(&w, e);
    if (st == KL_OK)
        st = put(&w, e);
    if (st == KL_OK && version_out)
        memcpy(version_out, w.version, sizeof w.version);
    if (st == KL_OK)
        st = check_alone(&w, e);
    buf_release(&w.body);
    return st;
}

/* Of two puts of one name in this process, the second sees what the first one stored. */
static struct mutex *lock_name(struct azure_vault *v, const char *name) {
    struct mutex *stripe = v->stripes[hash64(slice_cstr(name)) % AZURE_STRIPES];
    mutex_lock(stripe);
    return stripe;
}

enum kl_status azure_put_if_absent(struct vault *vault, const char *name, const struct secret *value,
                                   char version_out[VAULT_VERSION_MAX], struct error *e) {
    struct azure_vault *v = self(vault);
    struct azure_secret held;
    struct mutex *locked = lock_name(v, name);
    enum kl_status st = read_secret(v, name, NULL, &held, e);
    if (st == KL_OK)
        st = error_set(e, KL_ERR_CONFLICT, "%s: %s has a value under this name already", name, v->host);
    else if (st == KL_ERR_NOT_FOUND)
        st = store(v, name, value, NULL, version_out, e);
    azure_secret_release(&held);
    mutex_unlock(locked);
    return st;
}

enum kl_status azure_add_version(struct vault *vault, const char *name, const struct secret *value,
                                 char version_out[VAULT_VERSION_MAX], struct error *e) {
    struct azure_vault *v = self(vault);
    struct azure_secret held;
    struct mutex *locked = lock_name(v, name);
    enum kl_status st = read_secret(v, name, NULL, &held, e);
    const char *owner = st == KL_OK ? json_string(held.tags, AZURE_TAG_OWNER) : NULL;
    if (st == KL_OK && (!owner || strcmp(owner, AZURE_TAG_OWNER_VALUE) != 0))
        st = error_set(e, KL_ERR_REFUSED,
                       "%s: keylift did not store this secret (it has no tag " AZURE_TAG_OWNER
                       "=" AZURE_TAG_OWNER_VALUE "), so it adds no version to it; choose another name",
                       name);
    if (st == KL_OK)
        st = store(v, name, value, &held, version_out, e);
    azure_secret_release(&held);
    mutex_unlock(locked);
    return st;
}

/* ---- listing ---- */

struct list_call {
    const struct azure_vault *v;
    void (*fn)(void *ctx, const char *name);
    void *ctx;
};

static void list_one(void *ctx, const cJSON *item, struct slice name, struct slice version) {
    const struct list_call *call = ctx;
    char logical[AZURE_NAME_MAX + 1];
    (void)item;
    (void)version;
    if (azure_logical_name(call->v, name, logical))
        call->fn(call->ctx, logical);
}

enum kl_status azure_list(struct vault *vault, void (*fn)(void *ctx, const char *name), void *ctx,
                          struct error *e) {
    struct list_call call = {self(vault), fn, ctx};
    return azure_each_item(self(vault), "/secrets?api-version=" AZURE_API_VERSION "&maxresults=25", NULL,
                           list_one, &call, e);
}
