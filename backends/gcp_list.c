/* gcp_list.c: what is there, whose it is, and what may be done with it. */
#include "backends/gcp.h"

#include "base/encode.h"
#include "base/mem.h"

#define PAGE_SIZE 250u
#define PAGES_MAX 4000u /* a million names */

/* The last part of "projects/123/secrets/NAME"; NULL if it is none. */
static const char *name_of(const char *resource) {
    const char *slash = resource ? strrchr(resource, '/') : NULL;
    return slash && slash[1] && strncmp(resource, "projects/", 9) == 0 ? slash + 1 : NULL;
}

static enum kl_status take_page(const struct gcp_vault *v, const cJSON *json,
                                void (*fn)(void *ctx, const char *name), void *ctx, struct error *e) {
    const cJSON *secrets = json_get(json, "secrets");
    size_t skip = strlen(v->prefix);
    for (const cJSON *s = cJSON_IsArray(secrets) ? secrets->child : NULL; s; s = s->next) {
        const char *name = name_of(json_string(s, "name"));
        if (!name)
            return error_set(e, KL_ERR_PROTOCOL, "listing secrets: the answer has an entry without a name");
        if (strncmp(name, v->prefix, skip) == 0 && name[skip])
            fn(ctx, name + skip);
    }
    return KL_OK;
}

/* `token` NULL or empty: the first page. */
static enum kl_status get_page(struct gcp_vault *v, unsigned size, const char *token, struct gcp_answer *out,
                               struct error *e) {
    struct buf path = BUF_INIT(HTTP_MAX_URL_BYTES);
    enum kl_status st = gcp_start(v, e);
    buf_printf(&path, "%s/secrets?pageSize=%u", v->parent ? v->parent : "", size);
    if (token && token[0]) {
        buf_str(&path, "&pageToken=");
        encode_percent(slice_cstr(token), &path);
    }
    const struct gcp_call call = {
        .method = "GET", .path = buf_cstr(&path), .repeatable = true, .what = "listing secrets"};
    if (st == KL_OK && !buf_ok(&path))
        st = error_set(e, KL_ERR_PROTOCOL, "listing secrets: the page token is too long");
    if (st == KL_OK)
        st = gcp_send_ok(v, &call, out, e);
    buf_release(&path);
    return st;
}

enum kl_status gcp_list(struct vault *vault, void (*fn)(void *ctx, const char *name), void *ctx,
                        struct error *e) {
    struct gcp_vault *v = (struct gcp_vault *)vault;
    char *token = NULL;
    enum kl_status st = KL_OK;
    for (unsigned page = 0; st == KL_OK; page++) {
        struct gcp_answer answer = {0};
        st = get_page(v, PAGE_SIZE, token, &answer, e);
        if (st == KL_OK)
            st = take_page(v, answer.json, fn, ctx, e);
        const char *next = json_string(answer.json, "nextPageToken");
        bool more = st == KL_OK && next && next[0];
        if (more && ((token && strcmp(token, next) == 0) || page == PAGES_MAX))
            st = error_set(e, KL_ERR_PROTOCOL, "listing secrets: the pages do not end");
        free(token);
        token = more ? mem_strdup(next) : NULL;
        gcp_answer_release(&answer);
        if (!more)
            break;
    }
    free(token);
    return st;
}

/* --- whose it is ------------------------------------------------------------------- */

struct lines {
    struct arena *arena;
    struct vault_identity *out;
    size_t count;
};

static void add_line(struct lines *l, const char *text) {
    if (l->count < VAULT_IDENTITY_LINES)
        l->out->lines[l->count++] = text;
}

/* "123" of "projects/123/secrets/NAME", once a secret was seen. */
static const char *project_number(const struct gcp_answer *answer, struct arena *a) {
    const cJSON *secrets = json_get(answer->json, "secrets");
    const char *name = cJSON_IsArray(secrets) ? json_string(secrets->child, "name") : NULL;
    size_t start = strlen("projects/"),
           len = name && strlen(name) > start ? strspn(name + start, "0123456789") : 0;
    return len > 0 && name[start + len] == '/' ? arena_cstr(a, slice_of(name + start, len)) : NULL;
}

static void describe_project(const struct gcp_vault *v, const char *number, struct lines *l) {
    const char *known = v->auth.number ? v->auth.number : number;
    bool told = known && strcmp(known, v->project) != 0 &&
                (number || (v->auth.project && strcmp(v->auth.project, v->project) == 0));
    add_line(l, arena_printf(l->arena, "project: %s%s%s%s (from %s)", v->project, told ? ", number " : "",
                             told ? (number ? number : known) : "", "", v->project_source));
}

static void describe_place(const struct gcp_vault *v, struct lines *l) {
    add_line(l, arena_printf(l->arena, "endpoint: %s", v->endpoint));
    if (v->location)
        add_line(l, arena_printf(l->arena, "replication: none, regional secrets in %s", v->location));
    else
        add_line(l, arena_printf(l->arena, "replication: %s", v->locations ? v->locations : "automatic"));
    if (v->quota_project)
        add_line(l, arena_printf(l->arena, "quota project: %s", v->quota_project));
    if (v->prefix[0])
        add_line(l, arena_printf(l->arena, "names: %s...", v->prefix));
}

/* One page of one secret: tells the project's number, and early that the API is not
 * enabled. A writer need not be allowed to list, so that being refused is no error here. */
static enum kl_status describe(struct gcp_vault *v, struct lines *l, struct gcp_answer *page, bool *listed,
                               struct error *e) {
    struct credential c = {0};
    enum kl_status st = get_page(v, 1, NULL, page, e);
    *listed = st == KL_OK;
    bool refused = st == KL_ERR_PERMISSION &&
                   !(page->problem.reason && strcmp(page->problem.reason, "SERVICE_DISABLED") == 0);
    if (!*listed && !refused)
        return st;
    if (!v->auth.anonymous && credential_get(v->chain, &c, e) != KL_OK)
        return e->status;
    describe_project(v, project_number(page, l->arena), l);
    add_line(l, v->auth.anonymous
                    ? "principal: none; no credential is sent"
                    : arena_printf(l->arena, "principal: %s (credential: %s)",
                                   c.owner[0] ? c.owner : "unknown", credential_chain_used(v->chain)));
    describe_place(v, l);
    credential_release(&c);
    return KL_OK;
}

enum kl_status gcp_identity(struct vault *vault, struct arena *a, struct vault_identity *out,
                            struct error *e) {
    struct gcp_answer page = {0};
    struct lines l = {.arena = a, .out = out};
    bool listed;
    *out = (struct vault_identity){{NULL}};
    enum kl_status st = describe((struct gcp_vault *)vault, &l, &page, &listed, e);
    gcp_answer_release(&page);
    return st;
}

/* --- what it may do ---------------------------------------------------------------- */

static const char *const wanted[] = {"secretmanager.versions.access", "secretmanager.versions.add",
                                     "secretmanager.secrets.get"};

static bool contains(const cJSON *array, const char *text) {
    for (const cJSON *i = cJSON_IsArray(array) ? array->child : NULL; i; i = i->next)
        if (cJSON_IsString(i) && strcmp(i->valuestring, text) == 0)
            return true;
    return false;
}

/* Of a secret that is there: the API answers for a missing one with nothing at all. */
static enum kl_status test_permissions(struct gcp_vault *v, const char *stored, struct lines *l,
                                       struct error *e) {
    static const char body[] =
        "{\"permissions\":[\"secretmanager.versions.access\",\"secretmanager.versions.add\","
        "\"secretmanager.secrets.get\"]}";
    struct gcp_answer answer = {0};
    struct arena scratch = ARENA_INIT;
    const struct gcp_call call = {
        .method = "POST",
        .path = arena_printf(&scratch, "%s/secrets/%s:testIamPermissions", v->parent, stored),
        .body = slice_cstr(body),
        .repeatable = true,
        .what = arena_printf(&scratch, "asking what may be done with %s", stored),
        .name = stored,
    };
    enum kl_status st = gcp_send_ok(v, &call, &answer, e);
    for (size_t i = 0; st == KL_OK && i < KL_ARRAY_LEN(wanted); i++)
        add_line(l, arena_printf(l->arena, "on %s: %s %s", stored, wanted[i],
                                 contains(json_get(answer.json, "permissions"), wanted[i]) ? "yes" : "NO"));
    gcp_answer_release(&answer);
    arena_release(&scratch);
    return st;
}

enum kl_status gcp_check(struct vault *vault, struct arena *a, struct vault_identity *out, struct error *e) {
    struct gcp_vault *v = (struct gcp_vault *)vault;
    struct gcp_answer page = {0};
    struct lines l = {.arena = a, .out = out};
    bool listed = false;
    *out = (struct vault_identity){{NULL}};
    enum kl_status st = describe(v, &l, &page, &listed, e);
    if (st == KL_OK)
        add_line(
            &l,
            listed ? "may list secrets: yes"
                   : "may list secrets: NO (secretmanager.secrets.list, part of roles/secretmanager.viewer)");
    const cJSON *secrets = json_get(page.json, "secrets");
    const char *some = cJSON_IsArray(secrets) ? name_of(json_string(secrets->child, "name")) : NULL;
    if (st == KL_OK && some)
        st = test_permissions(v, some, &l, e);
    credential_chain_describe(v->chain, a, out->lines, &l.count, VAULT_IDENTITY_LINES);
    gcp_answer_release(&page);
    return st;
}
