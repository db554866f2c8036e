/* azure_answer.c: reading what the service answers: one secret, and lists in pages. */
#include "backends/azure.h"

#define VERSION_CHARS "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-"

/* json.h's errors of a document are the server's fault here, but for U+0000: that is a
 * value which somebody stored and which no C string holds. */
static enum kl_status parse(const struct http_response *r, const char *what, cJSON **out, struct error *e) {
    enum kl_status st = json_parse(buf_as_slice(&r->body), "the vault's answer", out, e);
    if (st == KL_ERR_PARSE)
        e->status = st = KL_ERR_PROTOCOL;
    return st == KL_OK ? st : error_prefix(e, "%s", what);
}

/* "https://shop.vault.azure.net/secrets/API-KEY/0123...": its name and, if there is one,
 * its version. */
static bool split_id(const char *id, struct slice *name, struct slice *version) {
    static const char marker[] = "/secrets/";
    struct slice s = slice_cstr(id);
    size_t at = slice_find(s, slice_cstr(marker), 0);
    if (at == SIZE_MAX)
        return false;
    s = slice_sub(s, at + sizeof marker - 1, s.len);
    size_t slash = slice_find_byte(s, '/', 0);
    *name = slice_sub(s, 0, slash);
    *version = slash == SIZE_MAX ? slice_of(NULL, 0) : slice_sub(s, slash + 1, s.len);
    if (slice_ends(*version, "/"))
        version->len--;
    if (name->len == 0 || name->len > AZURE_NAME_MAX || version->len >= VAULT_VERSION_MAX)
        return false;
    for (size_t i = 0; i < name->len; i++)
        if (!memchr(VERSION_CHARS, name->ptr[i], sizeof VERSION_CHARS - 1))
            return false;
    for (size_t i = 0; i < version->len; i++)
        if (!memchr(VERSION_CHARS, version->ptr[i], sizeof VERSION_CHARS - 1))
            return false;
    return true;
}

/* The answer must be about the secret that was asked for. */
static enum kl_status take_secret(const struct azure_vault *v, const char *name, struct azure_secret *out,
                                  struct error *e) {
    char stored[AZURE_NAME_MAX + 1];
    struct slice id_name, id_version;
    const char *id = json_string(out->json, "id");
    enum kl_status st = azure_stored_name(v, name, stored, e);
    if (st != KL_OK)
        return st;
    out->value = json_string(out->json, "value");
    out->tags = json_get(out->json, "tags");
    out->content_type = json_string(out->json, "contentType");
    out->expires = json_number(json_get(out->json, "attributes"), "exp", 0);
    if (!out->value || !id || !split_id(id, &id_name, &id_version) || id_version.len == 0)
        return error_set(e, KL_ERR_PROTOCOL, "%s: the vault's answer holds no value or no version", name);
    if (!azure_same_name(id_name, stored))
        return error_set(e, KL_ERR_PROTOCOL, "%s: the vault answered with another secret", name);
    memcpy(out->version, id_version.ptr, id_version.len);
    out->version[id_version.len] = '\0';
    return KL_OK;
}

enum kl_status azure_secret_parse(const struct azure_vault *v, const struct http_response *r,
                                  const char *name, struct azure_secret *out, struct error *e) {
    *out = (struct azure_secret){0};
    enum kl_status st = parse(r, name, &out->json, e);
    if (st == KL_OK)
        st = take_secret(v, name, out, e);
    if (st != KL_OK)
        azure_secret_release(out);
    return st;
}

void azure_secret_release(struct azure_secret *s) {
    json_delete_secret(s->json);
    *s = (struct azure_secret){0};
}

/* One page. *next is the path of the next one in the arena, NULL at the end. */
static enum kl_status read_page(struct azure_vault *v, const struct http_response *r, const char *what,
                                azure_item_fn *fn, void *ctx, struct arena *a, const char **next,
                                struct error *e) {
    cJSON *page = NULL;
    enum kl_status st = parse(r, what, &page, e);
    const cJSON *item, *items = json_get(page, "value");
    if (st == KL_OK && !cJSON_IsArray(items))
        st = error_set(e, KL_ERR_PROTOCOL, "%s: the vault's answer is no list", what);
    for (item = st == KL_OK ? items->child : NULL; item && st == KL_OK; item = item->next) {
        struct slice name, version;
        const char *id = json_string(item, "id");
        if (id && split_id(id, &name, &version))
            fn(ctx, item, name, version);
        else
            st = error_set(e, KL_ERR_PROTOCOL, "%s: an entry of the vault's list has no name", what);
    }
    const char *link = json_string(page, "nextLink"), *path = NULL;
    *next = NULL;
    if (st == KL_OK && link && link[0]) {
        path = azure_same_host(v, link);
        if (!path)
            st = error_set(e, KL_ERR_PROTOCOL,
                           "%s: the vault's list goes on at another address than %s, which is not followed",
                           what, v->url);
        else
            *next = arena_cstr(a, slice_cstr(path));
    }
    cJSON_Delete(page);
    return st;
}

enum kl_status azure_each_item(struct azure_vault *v, const char *path, const char *of, azure_item_fn *fn,
                               void *ctx, struct error *e) {
    const char *what = of ? of : v->host;
    struct arena arenas[2] = {ARENA_INIT, ARENA_INIT}; /* this page's address, and the next one's */
    enum kl_status st = KL_OK;
    for (size_t page = 0; st == KL_OK && path; page++) {
        const struct azure_call call = {.method = "GET", .path = path, .repeatable = true};
        struct arena *a = &arenas[page % 2];
        struct http_response r = {0};
        if (page == AZURE_PAGES_MAX) {
            st = error_set(e, KL_ERR_LIMIT, "%s: the vault's list does not end after %u pages", what,
                           AZURE_PAGES_MAX);
            break;
        }
        st = azure_send(v, &call, &r, e);
        if (st == KL_OK && r.status != 200)
            st = azure_refusal(v, &r, of ? "list the versions of" : "list its secrets", of, true, e);
        arena_clear(a);
        if (st == KL_OK)
            st = read_page(v, &r, what, fn, ctx, a, &path, e);
        http_response_release(&r);
    }
    arena_release(&arenas[0]);
    arena_release(&arenas[1]);
    return st;
}
