/* The names below the prefix. The server lists one folder at a time; folders wait on
 * a stack of our own. */
#include "backends/hcvault.h"

#include "base/mem.h"

#define MAX_URL_BYTES (HCVAULT_MAX_PATH * 8u)

struct listing {
    struct hcvault *v;
    void (*fn)(void *ctx, const char *name);
    void *ctx;
    struct arena a;
    const char **folders; /* below the prefix, each ending with a slash, or "" */
    size_t folder_count, folder_cap;
    unsigned names;
};

static void push_folder(struct listing *l, const char *folder) {
    l->folders = mem_grow(l->folders, &l->folder_cap, l->folder_count + 1, sizeof *l->folders);
    l->folders[l->folder_count++] = folder;
}

static enum kl_status ask_folder(struct listing *l, const char *folder, cJSON **out, struct error *e) {
    struct buf url = BUF_INIT(MAX_URL_BYTES);
    struct http_response r = {0};
    hcvault_append_path(&url, l->v->mount);
    buf_str(&url, "metadata/");
    hcvault_append_path(&url, l->v->prefix);
    hcvault_append_path(&url, folder);
    const struct hcvault_request request = {"LIST", buf_cstr(&url), .repeatable = true};
    enum kl_status st = hcvault_send(l->v, &request, &r, e);
    if (st == KL_OK && (r.status == 200 || r.status == 404))
        st = hcvault_json(&r, "the list of names", out, e);
    bool empty = r.status == 404 && hcvault_says_nothing_there(*out);
    if (st == KL_OK && r.status != 200 && !empty)
        st = hcvault_refused(l->v, &r, "listing the names",
                             hcvault_policy_line(l->v, &l->a, "metadata", "\"list\""), e);
    if (st == KL_OK && !empty && !cJSON_IsArray(json_get(json_get(*out, "data"), "keys")))
        st = error_set(e, KL_ERR_PROTOCOL,
                       "the list of names is not as documented; is this the address of a "
                       "Vault?");
    http_response_release(&r);
    buf_release(&url);
    return st;
}

static enum kl_status read_folder(struct listing *l, const char *folder, struct error *e) {
    cJSON *json = NULL;
    const cJSON *key;
    enum kl_status st = ask_folder(l, folder, &json, e);
    cJSON_ArrayForEach(key, json_get(json_get(json, "data"), "keys")) {
        if (!cJSON_IsString(key) || !key->valuestring[0])
            continue;
        if (++l->names > HCVAULT_MAX_NAMES) {
            st = error_set(e, KL_ERR_LIMIT, "more than %u names below %s%s; name a folder with --prefix",
                           HCVAULT_MAX_NAMES, l->v->mount, l->v->prefix);
            break;
        }
        const char *path = arena_printf(&l->a, "%s%s", folder, key->valuestring);
        size_t len = strlen(path);
        if (path[len - 1] != '/')
            l->fn(l->ctx, path);
        else if (len <= HCVAULT_MAX_PATH)
            push_folder(l, path);
    }
    json_delete_secret(json);
    return st;
}

static enum kl_status list_fields(struct listing *l, struct error *e) {
    struct hcvault_place place = hcvault_place_of(l->v, "", &l->a);
    struct hcvault_secret s = {0};
    const cJSON *field;
    enum kl_status st = hcvault_read(l->v, &place, l->v->bundle, 0, &s, e);
    cJSON_ArrayForEach(field, json_get(json_get(s.json, "data"), "data")) l->fn(l->ctx, field->string);
    hcvault_secret_release(&s);
    return st;
}

enum kl_status hcvault_list(struct vault *vault, void (*fn)(void *ctx, const char *name), void *ctx,
                            struct error *e) {
    struct listing l = {.v = (struct hcvault *)vault, .fn = fn, .ctx = ctx};
    enum kl_status st = hcvault_ready(l.v, e);
    if (st == KL_OK && l.v->bundle) {
        st = list_fields(&l, e);
    } else if (st == KL_OK) {
        push_folder(&l, "");
        while (st == KL_OK && l.folder_count)
            st = read_folder(&l, l.folders[--l.folder_count], e);
    }
    free(l.folders);
    arena_release(&l.a);
    return st;
}
