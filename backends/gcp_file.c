/* gcp_file.c: see gcp_file.h. A type is a row of `types` with its fields. */
#include "backends/gcp_file.h"

#include "backends/http.h"
#include "base/file.h"

#define TOKEN_URL "https://oauth2.googleapis.com/token"
#define STS_URL "https://sts.googleapis.com/v1/token"
#define LIFETIME_DEFAULT 3600.0
#define LIFETIME_MIN 600.0
#define LIFETIME_MAX 43200.0 /* twelve hours, where the organisation allows it */

struct field {
    const char *key;
    size_t offset; /* of a const char * in struct gcp_file */
    bool required;
};

#define FIELD(key, member, required)                                                                         \
    { key, offsetof(struct gcp_file, member), required }

static const struct field common_fields[] = {
    FIELD("universe_domain", universe_domain, false),
    {0},
};
static const struct field service_account_fields[] = {
    FIELD("client_email", client_email, true),      FIELD("private_key", private_key, true),
    FIELD("private_key_id", private_key_id, false), FIELD("token_uri", token_url, true),
    FIELD("project_id", project_id, false),         {0},
};
static const struct field authorized_user_fields[] = {
    FIELD("client_id", client_id, true),
    FIELD("client_secret", client_secret, true),
    FIELD("refresh_token", refresh_token, true),
    FIELD("quota_project_id", quota_project_id, false),
    FIELD("token_uri", token_url, false),
    FIELD("account", account, false),
    {0},
};
static const struct field external_account_fields[] = {
    FIELD("audience", audience, true),
    FIELD("quota_project_id", quota_project_id, false),
    FIELD("subject_token_type", subject_token_type, true),
    FIELD("token_url", token_url, false),
    FIELD("client_id", client_id, false),
    FIELD("client_secret", client_secret, false),
    FIELD("workforce_pool_user_project", user_project, false),
    FIELD("service_account_impersonation_url", impersonation_url, false),
    {0},
};
static const struct field impersonated_fields[] = {
    FIELD("service_account_impersonation_url", impersonation_url, true),
    FIELD("quota_project_id", quota_project_id, false),
    {0},
};
#undef FIELD

static const struct {
    const char *name;
    const struct field *fields;
    const char *token_url; /* where the file names none */
} types[] = {
    [GCP_SERVICE_ACCOUNT] = {"service_account", service_account_fields, NULL},
    [GCP_AUTHORIZED_USER] = {"authorized_user", authorized_user_fields, TOKEN_URL},
    [GCP_EXTERNAL_ACCOUNT] = {"external_account", external_account_fields, STS_URL},
    [GCP_IMPERSONATED] = {"impersonated_service_account", impersonated_fields, NULL},
};

const char *gcp_file_type_name(enum gcp_file_type type) {
    return types[type].name;
}

static bool is_google_host(const char *host) {
    return strcmp(host, "accounts.google.com") == 0 || slice_ends(slice_cstr(host), ".googleapis.com");
}

bool gcp_url_is_trusted(const char *url) {
    struct arena a = ARENA_INIT;
    const char *host = http_url_host(url, &a);
    bool good = host && ((slice_starts(slice_cstr(url), "https://") && is_google_host(host)) ||
                         http_url_is_loopback(url));
    arena_release(&a);
    return good;
}

const char *gcp_impersonated_account(const char *url, struct arena *a) {
    struct slice s = slice_cstr(url);
    if (!slice_ends(s, ":generateAccessToken"))
        return NULL;
    size_t end = s.len - strlen(":generateAccessToken"), start = end;
    while (start > 0 && s.ptr[start - 1] != '/')
        start--;
    struct slice account = slice_sub(s, start, end);
    return account.len && slice_find_byte(account, '@', 0) != SIZE_MAX ? arena_cstr(a, account) : NULL;
}

static enum kl_status take_fields(const cJSON *object, const struct field *fields, const char *path,
                                  struct gcp_file *out, struct error *e) {
    for (const struct field *f = fields; f->key; f++) {
        const char *value = json_string(object, f->key);
        if (f->required && (!value || !value[0]))
            return error_set(e, KL_ERR_CREDENTIALS, "%s: \"%s\" is missing; make the file anew", path,
                             f->key);
        if (value && value[0])
            memcpy((char *)out + f->offset, &value, sizeof value);
    }
    return KL_OK;
}

static enum kl_status check_url(const char *url, const char *path, struct error *e) {
    if (!url || gcp_url_is_trusted(url))
        return KL_OK;
    return error_set(e, KL_ERR_REFUSED,
                     "%s sends credentials to a host that is not Google's own (%.100s); "
                     "use a file that Google's console or gcloud made",
                     path, url);
}

/* Sources that need another cloud's signature, another program or a certificate. */
static enum kl_status check_source(const cJSON *source, const char *path, struct error *e) {
    static const struct {
        const char *key, *what;
    } others[] = {
        {"environment_id", "a credential of AWS"},
        {"executable", "a program that prints a token"},
        {"certificate", "a client certificate"},
    };
    for (size_t i = 0; i < KL_ARRAY_LEN(others); i++)
        if (json_get(source, others[i].key))
            return error_set(
                e, KL_ERR_CREDENTIALS,
                "%s: external_account with %s is not supported, only a token from a file or a URL; "
                "sign in with: gcloud auth login --cred-file=%s",
                path, others[i].what, path);
    if (!json_string(source, "file") == !json_string(source, "url"))
        return error_set(e, KL_ERR_CREDENTIALS, "%s: \"credential_source\" names no file and no URL", path);
    return KL_OK;
}

static enum kl_status take_source(const cJSON *json, const char *path, struct gcp_file *out,
                                  struct error *e) {
    const cJSON *source = json_get(json, "credential_source"), *format = json_get(source, "format");
    const char *kind = json_string(format, "type");
    if (check_source(source, path, e) != KL_OK)
        return e->status;
    out->source_file = json_string(source, "file");
    out->source_url = json_string(source, "url");
    out->source_headers = json_get(source, "headers");
    if (!cJSON_IsObject(out->source_headers))
        out->source_headers = NULL;
    if (kind && strcmp(kind, "json") == 0) {
        out->source_field = json_string(format, "subject_token_field_name");
        if (!out->source_field)
            return error_set(e, KL_ERR_CREDENTIALS, "%s: \"subject_token_field_name\" is missing", path);
    } else if (kind && strcmp(kind, "text") != 0) {
        return error_set(e, KL_ERR_CREDENTIALS, "%s: the format \"%.40s\" of the token is unknown", path,
                         kind);
    }
    return KL_OK;
}

static double bounded_lifetime(double seconds) {
    return seconds >= LIFETIME_MIN && seconds <= LIFETIME_MAX ? seconds : LIFETIME_DEFAULT;
}

static enum kl_status take_impersonation(const cJSON *json, const char *path, struct gcp_file *out,
                                         struct error *e) {
    struct arena a = ARENA_INIT;
    bool named = !out->impersonation_url || gcp_impersonated_account(out->impersonation_url, &a);
    arena_release(&a);
    if (!named)
        return error_set(e, KL_ERR_CREDENTIALS,
                         "%s: \"service_account_impersonation_url\" does not end with an account and "
                         ":generateAccessToken",
                         path);
    const cJSON *options = json_get(json, "service_account_impersonation");
    out->impersonation_lifetime =
        bounded_lifetime(json_number(options, "token_lifetime_seconds", LIFETIME_DEFAULT));
    out->delegates = json_get(json, "delegates");
    if (!cJSON_IsArray(out->delegates))
        out->delegates = NULL;
    out->source = json_get(json, "source_credentials");
    if (out->type == GCP_IMPERSONATED && !cJSON_IsObject(out->source))
        return error_set(e, KL_ERR_CREDENTIALS, "%s: \"source_credentials\" is missing", path);
    return KL_OK;
}

static enum kl_status check_universe(const struct gcp_file *f, const char *path, struct error *e) {
    if (!f->universe_domain || strcmp(f->universe_domain, "googleapis.com") == 0)
        return KL_OK;
    return error_set(e, KL_ERR_CREDENTIALS,
                     "%s: its universe is %.100s, and keylift knows only googleapis.com; "
                     "store the secrets with that cloud's own tools",
                     path, f->universe_domain);
}

static enum kl_status find_type(const cJSON *json, const char *path, enum gcp_file_type *out,
                                struct error *e) {
    const char *name = json_string(json, "type");
    for (size_t i = 0; name && i < KL_ARRAY_LEN(types); i++)
        if (strcmp(types[i].name, name) == 0) {
            *out = (enum gcp_file_type)i;
            return KL_OK;
        }
    return error_set(e, KL_ERR_CREDENTIALS,
                     "%s: %s; keylift takes service_account, authorized_user, external_account and "
                     "impersonated_service_account",
                     path, name ? "a credential of a type that is not supported" : "\"type\" is missing");
}

static enum kl_status from_json(const cJSON *json, const char *path, struct gcp_file *out, struct error *e) {
    *out = (struct gcp_file){0};
    enum kl_status st = find_type(json, path, &out->type, e);
    if (st == KL_OK)
        st = take_fields(json, common_fields, path, out, e);
    if (st == KL_OK)
        st = check_universe(out, path, e);
    if (st == KL_OK)
        st = take_fields(json, types[out->type].fields, path, out, e);
    if (st != KL_OK)
        return st;
    if (!out->token_url)
        out->token_url = types[out->type].token_url;
    if (out->type == GCP_EXTERNAL_ACCOUNT)
        st = take_source(json, path, out, e);
    if (st == KL_OK)
        st = take_impersonation(json, path, out, e);
    if (st == KL_OK)
        st = check_url(out->token_url, path, e);
    return st == KL_OK ? check_url(out->impersonation_url, path, e) : st;
}

enum kl_status gcp_file_parse(struct slice text, const char *path, struct gcp_file *out, struct error *e) {
    cJSON *json = NULL;
    *out = (struct gcp_file){0};
    if (json_parse(text, path, &json, e) != KL_OK)
        return e->status = KL_ERR_CREDENTIALS;
    enum kl_status st = from_json(json, path, out, e);
    out->json = json;
    if (st != KL_OK)
        gcp_file_release(out);
    return st;
}

enum kl_status gcp_file_read(const char *path, struct gcp_file *out, struct error *e) {
    struct buf text = BUF_INIT_SECRET(GCP_FILE_MAX_BYTES);
    *out = (struct gcp_file){0};
    enum kl_status st = file_read(path, GCP_FILE_MAX_BYTES, &text, e);
    if (st == KL_OK)
        st = gcp_file_parse(buf_as_slice(&text), path, out, e);
    buf_release(&text);
    return st;
}

enum kl_status gcp_file_source(const struct gcp_file *f, const char *path, struct gcp_file *out,
                               struct error *e) {
    enum kl_status st = from_json(f->source, path, out, e);
    if (st == KL_OK && out->type == GCP_IMPERSONATED)
        st = error_set(
            e, KL_ERR_CREDENTIALS,
            "%s: an impersonation within an impersonation; name the accounts between in \"delegates\"", path);
    return st == KL_OK ? KL_OK : error_prefix(e, "source_credentials");
}

void gcp_file_release(struct gcp_file *f) {
    json_delete_secret(f->json);
    *f = (struct gcp_file){0};
}
