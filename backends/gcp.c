/* gcp.c: the vault "gcp": its options, which names and values it can hold, and where
 * it is. */
#include "backends/gcp.h"

#include "backends/gcp_gcloud.h"
#include "backends/vault_kinds.h"
#include "base/encode.h"
#include "base/mem.h"
#include "base/system.h"

#define HOST "secretmanager.googleapis.com"
#define LOCATION_MAX 63u
#define PROJECT_MAX 100u
#define LABEL_MAX 63u

/* --- what Python must say ----------------------------------------------------------- */

static const struct python_package packages[] = {
    {"google-cloud-secret-manager", "google-cloud-secret-manager>=2.16"}, {NULL, NULL}};
static const struct python_import imports[] = {{"google.cloud", "secretmanager"}, {"os", NULL}, {NULL, NULL}};

#define CLIENT "secretmanager.SecretManagerServiceClient"
#define READ(path) "{client}.access_secret_version(name=" path ").payload.data"
#define GLOBAL_PATH(project) CLIENT ".secret_version_path(" project ", {name}, \"latest\")"
#define REGIONAL_PATH(project)                                                                               \
    "\"projects/\" + " project " + \"/locations/%s/secrets/\" + {name} + \"/versions/latest\""
#define PROJECT "os.environ[\"GOOGLE_CLOUD_PROJECT\"]"
#define PROJECT_OR "os.environ.get(\"GOOGLE_CLOUD_PROJECT\", \"%s\")"
#define AS_TEXT ".decode(\"UTF-8\")"

static const struct python_access access_data = {
    .vault = "gcp",
    .packages = packages,
    .imports = imports,
    .read_text = READ(GLOBAL_PATH(PROJECT)) AS_TEXT,
    .read_bytes = READ(GLOBAL_PATH(PROJECT)),
    .missing_error = "google.api_core.exceptions.NotFound",
    .client = CLIENT "()",
};

#define MODULE_IMPORT "    from google.cloud import secretmanager\n\n"
#define MODULE_GLOBAL MODULE_IMPORT "    return " CLIENT "()\n"
#define MODULE_REGIONAL                                                                                      \
    MODULE_IMPORT "    endpoint = f\"secretmanager.{LOCATION}.rep.googleapis.com\"\n"                        \
                  "    return " CLIENT "(\n"                                                                 \
                  "        client_options={\"api_endpoint\": endpoint}\n"                                    \
                  "    )\n"
#define MODULE_READ(location, prefix)                                                                        \
    "    from google.api_core.exceptions import NotFound\n"                                                  \
    "\n"                                                                                                     \
    "    project = os.environ.get(\"GOOGLE_CLOUD_PROJECT\", PROJECT)\n"                                      \
    "    secret = f\"projects/{project}" location "/secrets/" prefix "{name}\"\n"                            \
    "    try:\n"                                                                                             \
    "        version = _client().access_secret_version(name=secret + \"/versions/latest\")\n"                \
    "    except NotFound:\n"                                                                                 \
    "        raise SecretNotFoundError(name) from None\n"                                                    \
    "    value: bytes = version.payload.data\n"                                                              \
    "    return value\n"

static const char *module_read(const struct gcp_vault *v) {
    if (v->location)
        return v->prefix[0] ? MODULE_READ("/locations/{LOCATION}", "{PREFIX}")
                            : MODULE_READ("/locations/{LOCATION}", "");
    return v->prefix[0] ? MODULE_READ("", "{PREFIX}") : MODULE_READ("", "");
}

static const struct python_module *module_of(const struct gcp_vault *v, struct arena *a) {
    struct python_module *m = arena_calloc(a, 1, sizeof *m);
    size_t n = 0;
    *m = (struct python_module){.title = "Google Cloud Secret Manager",
                                .read = module_read(v),
                                .client = v->location ? MODULE_REGIONAL : MODULE_GLOBAL};
    m->constants[n++] =
        (struct python_constant){"PROJECT", v->project, "Where GOOGLE_CLOUD_PROJECT names none.", false};
    if (v->location)
        m->constants[n++] = (struct python_constant){"LOCATION", v->location, NULL, false};
    if (v->prefix[0])
        m->constants[n++] = (struct python_constant){"PREFIX", v->prefix, NULL, true};
    return m;
}

/* The project of the migration, where the program's own environment names none; and for
 * regional secrets their location, for which Google's libraries know no variable. */
static enum kl_status gcp_python(struct vault *vault, struct arena *a, struct python_access *out,
                                 struct error *e) {
    struct gcp_vault *v = (struct gcp_vault *)vault;
    enum kl_status st = gcp_start(v, e);
    *out = access_data;
    if (st != KL_OK)
        return st;
    if (v->location) {
        out->read_bytes = arena_printf(a, READ(REGIONAL_PATH(PROJECT_OR)), v->project, v->location);
        out->client = arena_printf(
            a, CLIENT "(client_options={\"api_endpoint\": \"secretmanager.%s.rep.googleapis.com\"})",
            v->location);
    } else {
        out->read_bytes = arena_printf(a, READ(GLOBAL_PATH(PROJECT_OR)), v->project);
    }
    out->read_text = arena_printf(a, "%s" AS_TEXT, out->read_bytes);
    out->module = module_of(v, a);
    return KL_OK;
}

/* --- options ------------------------------------------------------------------------ */

static bool is_made_of(const char *s, const char *allowed, size_t max) {
    size_t len = strspn(s, allowed);
    return len > 0 && len <= max && s[len] == '\0';
}

static bool is_location(const char *s) {
    return is_made_of(s, "abcdefghijklmnopqrstuvwxyz0123456789-", LOCATION_MAX);
}

/* "shop", "projects/shop", or with "/locations/europe-west3": a regional secret's parent. */
static enum kl_status take_project(struct gcp_vault *v, const char *given, const char *source,
                                   struct error *e) {
    static const char words[] =
        "abcdefghijklmnopqrstuvwxyz0123456789-.:"; /* "example.com:shop" is an old form */
    struct slice s = slice_cstr(given);
    if (slice_starts(s, "projects/"))
        s = slice_sub(s, strlen("projects/"), s.len);
    size_t at = slice_find(s, SLICE_LIT("/locations/"), 0);
    if (at != SIZE_MAX) {
        v->location = arena_cstr(&v->arena, slice_sub(s, at + strlen("/locations/"), s.len));
        s = slice_sub(s, 0, at);
    }
    v->project = arena_cstr(&v->arena, s);
    v->project_source = source;
    if (is_made_of(v->project, words, PROJECT_MAX) && (!v->location || is_location(v->location)))
        return KL_OK;
    return error_set(e, KL_ERR_USAGE,
                     "%s: \"%.100s\" is no project; it is an id (shop-123), a number, or "
                     "projects/ID/locations/LOCATION for regional secrets",
                     source, given);
}

/* secretmanager.LOCATION.rep.googleapis.com */
static const char *endpoint_location(const char *host, struct arena *a) {
    static const char before[] = "secretmanager.", after[] = ".rep.googleapis.com";
    struct slice s = slice_cstr(host);
    if (!slice_starts(s, before) || !slice_ends(s, after) || s.len <= strlen(before) + strlen(after))
        return NULL;
    const char *location = arena_cstr(a, slice_sub(s, strlen(before), s.len - strlen(after)));
    return is_location(location) ? location : NULL;
}

static enum kl_status take_endpoint(struct gcp_vault *v, const char *given, struct error *e) {
    struct slice s = slice_cstr(given);
    const char *host = given ? http_url_host(given, &v->arena) : NULL;
    if (!given) {
        v->endpoint =
            v->location ? arena_printf(&v->arena, "https://secretmanager.%s.rep.googleapis.com", v->location)
                        : "https://" HOST;
        return KL_OK;
    }
    while (s.len && s.ptr[s.len - 1] == '/')
        s.len--;
    v->endpoint = arena_cstr(&v->arena, s);
    if (!host || strpbrk(given, "?#") || slice_find(s, SLICE_LIT("/"), strlen("https://")) != SIZE_MAX)
        return error_set(e, KL_ERR_USAGE, "--endpoint: \"%.200s\" is no address; an example: https://" HOST,
                         given);
    v->auth.loopback = http_url_is_loopback(given);
    const char *location = endpoint_location(host, &v->arena);
    bool is_global = strcmp(host, HOST) == 0;
    if ((location && v->location && strcmp(location, v->location) != 0) || (is_global && v->location))
        return error_set(e, KL_ERR_USAGE,
                         "--endpoint is of %s, and --gcp-project of location %s; name one place",
                         location ? location : "global secrets", v->location);
    if (location)
        v->location = location;
    return KL_OK;
}

/* "europe-west3,europe-west1" as the list of user-managed replicas. */
static enum kl_status take_locations(struct gcp_vault *v, const char *given, struct error *e) {
    struct buf json = BUF_INIT(GCP_TOKEN_MAX_BYTES);
    enum kl_status st = KL_OK;
    struct slice s = slice_cstr(given);
    if (!given)
        return KL_OK;
    if (v->location)
        return error_set(e, KL_ERR_USAGE,
                         "--gcp-locations is for replicas of global secrets; regional ones lie in %s alone",
                         v->location);
    buf_char(&json, '[');
    for (size_t at = 0; st == KL_OK && at <= s.len;) {
        size_t end = slice_find_byte(s, ',', at);
        end = end == SIZE_MAX ? s.len : end;
        const char *one = arena_cstr(&v->arena, slice_trim(slice_sub(s, at, end)));
        if (is_location(one))
            buf_printf(&json, "%s{\"location\":\"%s\"}", at ? "," : "", one);
        else
            st = error_set(e, KL_ERR_USAGE,
                           "--gcp-locations: \"%.60s\" is no location; an example: europe-west3,europe-west1",
                           one);
        at = end + 1;
    }
    buf_char(&json, ']');
    if (st == KL_OK && !buf_ok(&json))
        st = error_set(e, KL_ERR_LIMIT, "--gcp-locations: too many locations");
    v->replicas = arena_cstr(&v->arena, buf_as_slice(&json));
    v->locations = arena_cstr(&v->arena, s);
    buf_release(&json);
    return st;
}

/* "Labels": lower case letters, digits, "_" and "-", at most 63. */
static void make_run_label(struct gcp_vault *v, const char *run_id) {
    size_t len = 0;
    for (const char *p = run_id ? run_id : ""; *p && len < LABEL_MAX; p++) {
        char c = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;
        bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
        v->run_label[len++] = good ? c : '-';
    }
    v->run_label[len] = '\0';
}

static enum kl_status take_options(struct gcp_vault *v, const struct vault_options *o, struct error *e) {
    enum kl_status st = KL_OK;
    v->prefix = arena_cstr(&v->arena, slice_cstr(o->prefix));
    make_run_label(v, o->run_id);
    v->auth.learn = o->learn;
    v->auth.observer = o->observer;
    if (o->gcp_project)
        st = take_project(v, o->gcp_project, "--gcp-project", e);
    if (st == KL_OK)
        st = take_endpoint(v, o->endpoint, e);
    return st == KL_OK ? take_locations(v, o->gcp_locations, e) : st;
}

static enum kl_status open_http(struct gcp_vault *v, const struct vault_options *o, struct error *e) {
    const struct http_options options = {.ca_file = o->ca_file, .trace = o->trace, .trace_ctx = o->observer};
    v->own_http = !o->http;
    v->http = o->http;
    return o->http ? KL_OK : http_open(&options, &v->http, e);
}

static void gcp_close(struct vault *vault) {
    struct gcp_vault *v = (struct gcp_vault *)vault;
    credential_chain_free(v->chain);
    if (v->own_http)
        http_close(v->http);
    mutex_free(v->lock);
    arena_release(&v->auth.arena);
    arena_release(&v->arena);
    free(v);
}

static enum kl_status gcp_open(const struct vault_options *o, struct vault **out, struct error *e) {
    struct gcp_vault *v = mem_calloc(1, sizeof *v);
    v->lock = mutex_new();
    v->vault.kind = &vault_kind_gcp;
    enum kl_status st = take_options(v, o, e);
    if (st == KL_OK)
        st = open_http(v, o, e);
    if (st != KL_OK) {
        gcp_close(&v->vault);
        return st;
    }
    v->auth.http = v->http;
    v->chain = gcp_chain(&v->auth);
    *out = &v->vault;
    return KL_OK;
}

/* --- the start: credential and project ------------------------------------------------ */

/* google-auth's order: the variables, then what the credential says of its project, and
 * then what gcloud is set to. */
static enum kl_status find_project(struct gcp_vault *v, struct error *e) {
    const char *set = system_getenv("GOOGLE_CLOUD_PROJECT");
    if (v->project)
        return KL_OK;
    if (set && set[0])
        return take_project(v, set, "GOOGLE_CLOUD_PROJECT", e);
    if (!set && (set = system_getenv("GCLOUD_PROJECT")) && set[0])
        return take_project(v, set, "GCLOUD_PROJECT", e);
    if (v->auth.project)
        return take_project(v, v->auth.project, "the credential", e);
    set = gcp_gcloud_property("project", &v->arena);
    if (set)
        return take_project(v, set, "gcloud's configuration", e);
    return error_set(
        e, KL_ERR_USAGE,
        "which project of Google Cloud? Name it with --gcp-project, or set GOOGLE_CLOUD_PROJECT");
}

static enum kl_status start(struct gcp_vault *v, struct error *e) {
    struct credential c = {0};
    const char *payer = system_getenv("GOOGLE_CLOUD_QUOTA_PROJECT");
    enum kl_status st = credential_get(v->chain, &c, e);
    credential_release(&c);
    if (st == KL_OK)
        st = find_project(v, e);
    if (st != KL_OK)
        return st;
    v->quota_project = payer && payer[0] ? payer : v->auth.quota_project;
    v->parent = v->location ? arena_printf(&v->arena, "projects/%s/locations/%s", v->project, v->location)
                            : arena_printf(&v->arena, "projects/%s", v->project);
    v->started = true;
    return KL_OK;
}

enum kl_status gcp_start(struct gcp_vault *v, struct error *e) {
    mutex_lock(v->lock);
    enum kl_status st = v->started ? KL_OK : start(v, e);
    mutex_unlock(v->lock);
    return st;
}

/* --- names and values ------------------------------------------------------------------ */

enum kl_status gcp_map_name(struct vault *vault, const char *name, struct arena *a, const char **out,
                            struct error *e) {
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    const struct gcp_vault *v = (const struct gcp_vault *)vault;
    *out = arena_printf(a, "%s%s", v->prefix, name);
    if (name[0] && is_made_of(*out, allowed, GCP_NAME_MAX))
        return KL_OK;
    return error_set(e, KL_ERR_UNSUPPORTED,
                     "%.300s: Secret Manager's names are 1 to %u letters, digits, \"_\" and \"-\"", *out,
                     GCP_NAME_MAX);
}

static enum kl_status gcp_accepts(struct vault *v, const char *name, const struct secret *value,
                                  struct error *e) {
    (void)v;
    if (value->len == 0)
        return error_set(e, KL_ERR_UNSUPPORTED, "%s: Secret Manager holds no empty value", name);
    if (value->len > GCP_VALUE_MAX)
        return error_set(e, KL_ERR_LIMIT, "%s: %zu bytes; Secret Manager holds at most %u", name, value->len,
                         GCP_VALUE_MAX);
    if (!value->binary && !utf8_valid(secret_slice(value)))
        return error_set(e, KL_ERR_UNSUPPORTED, "%s: it is text that is not UTF-8, as which it would be read",
                         name);
    return KL_OK;
}

/* Versions are numbered one after the other, and never change places. */
static enum kl_status gcp_previous(struct vault *vault, const char *name, const char *version,
                                   char previous_out[VAULT_VERSION_MAX], struct error *e) {
    unsigned long long number = 0;
    char rest;
    (void)vault;
    if (sscanf(version, "%19llu%c", &number, &rest) != 1 || number == 0)
        return error_set(e, KL_ERR_NOT_FOUND, "%s: \"%.40s\" is no version of Secret Manager", name, version);
    previous_out[0] = '\0';
    if (number > 1)
        snprintf(previous_out, VAULT_VERSION_MAX, "%llu", number - 1);
    return KL_OK;
}

static const char *const aliases[] = {"google", "google-cloud", "secretmanager", NULL};

const struct vault_kind vault_kind_gcp = {
    .id = "gcp",
    .aliases = aliases,
    .title = "Google Cloud Secret Manager",
    .access = &access_data,
    .stores = true,
    .keeps_versions = true,
    .environment_mark = '-',
    .module_by_default = true,
    .bundles = true,
    .parallel = 8,
    .open = gcp_open,
    .identity = gcp_identity,
    .map_name = gcp_map_name,
    .accepts = gcp_accepts,
    .get = gcp_get,
    .put_if_absent = gcp_put_if_absent,
    .add_version = gcp_add_version,
    .previous = gcp_previous,
    .list = gcp_list,
    .check = gcp_check,
    .policy = gcp_policy,
    .close = gcp_close,
    .python = gcp_python,
};
