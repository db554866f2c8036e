/* aws_credential_sso.c: IAM Identity Center. `aws sso login` leaves a token in a cache
 * file; it is traded for the keys of a role at the portal. Source: "IAM Identity Center
 * credential provider" in the AWS SDKs and Tools Reference Guide; "IAM Identity Center
 * Portal API" and "OIDC API" References.
 *
 * The cache is read, never written: a token that had to be refreshed stays in memory. */
#include "backends/aws_credentials.h"
#include "backends/aws_time.h"

#include "base/encode.h"
#include "base/file.h"
#include "base/system.h"

struct sso {
    const char *profile, *session; /* session NULL: the old kind, by start URL */
    const char *start_url, *region, *role, *account;
};

struct sso_token {
    struct secret access, refresh, client_secret;
    const char *client_id; /* in the arena */
    uint64_t expires, registration_expires;
};

/* Both sections must say the same where both say something. */
static enum kl_status pick(struct aws *w, const struct sso *s, const struct aws_ini_section *section,
                           const char *key, const char **out, struct error *e) {
    const char *own = aws_config_get(&w->config, s->profile, key);
    const char *shared = section ? aws_ini_get(&w->config.config, section, key) : NULL;
    *out = shared ? shared : own;
    if (own && shared && strcmp(own, shared) != 0)
        return error_set(e, KL_ERR_CREDENTIALS, "%s differs between profile \"%s\" and sso-session \"%s\"",
                         key, s->profile, s->session);
    if (!*out || !(*out)[0])
        return error_set(e, KL_ERR_CREDENTIALS,
                         "profile \"%s\" uses IAM Identity Center, but has no %s; run: aws configure sso",
                         s->profile, key);
    return KL_OK;
}

static enum kl_status read_settings(struct aws *w, const char *profile, struct sso *out, struct error *e) {
    *out = (struct sso){.profile = profile, .session = aws_config_get(&w->config, profile, "sso_session")};
    const struct aws_ini_section *section = NULL;
    const struct {
        const char *key;
        const char **value;
    } settings[] = {{"sso_role_name", &out->role},
                    {"sso_account_id", &out->account},
                    {"sso_start_url", &out->start_url},
                    {"sso_region", &out->region}};
    if (!aws_config_get(&w->config, profile, "sso_role_name") &&
        !aws_config_get(&w->config, profile, "sso_account_id"))
        return error_set(e, KL_ERR_NOT_FOUND, "profile \"%s\" has no sso_account_id and sso_role_name",
                         profile);
    if (out->session && !(section = aws_config_section(&w->config, "sso-session", out->session)))
        return error_set(e, KL_ERR_CREDENTIALS, "there is no [sso-session %s] in %s", out->session,
                         w->config.config_path);
    enum kl_status st = KL_OK;
    for (size_t i = 0; st == KL_OK && i < KL_ARRAY_LEN(settings); i++)
        st = pick(w, out, section, settings[i].key, settings[i].value, e);
    return st;
}

static enum kl_status log_in(const struct sso *s, const char *why, struct error *e) {
    return error_set(e, KL_ERR_CREDENTIALS, "%s; run: aws sso login --profile %s", why, s->profile);
}

static void release_token(struct sso_token *t) {
    secret_release(&t->access);
    secret_release(&t->refresh);
    secret_release(&t->client_secret);
}

static void take(const struct aws *w, const cJSON *j, const char *key, struct secret *out) {
    secret_set(out, slice_cstr(json_string(j, key)));
    aws_learn(w, secret_slice(out));
}

/* What `aws sso login` left, under the SHA-1 of the session's name or the start URL. */
static enum kl_status read_cache(struct aws *w, const struct sso *s, struct arena *a, struct sso_token *out,
                                 struct error *e) {
    struct buf bytes = BUF_INIT_SECRET(AWS_MAX_TOKEN_BYTES);
    struct error ignored;
    cJSON *j = NULL;
    char name[41];
    sha1_hex(slice_cstr(s->session ? s->session : s->start_url), name);
    const char *path =
        arena_printf(a, "%s/.aws/sso/cache/%s.json", w->config.home ? w->config.home : "", name);
    enum kl_status st = file_read(path, AWS_MAX_TOKEN_BYTES, &bytes, e);
    if (st == KL_ERR_NOT_FOUND)
        st = log_in(s, "nobody has logged in", e);
    if (st == KL_OK && json_parse(buf_as_slice(&bytes), path, &j, &ignored) != KL_OK)
        st = log_in(s, "the login in the cache cannot be read", e);
    if (st == KL_OK) {
        take(w, j, "accessToken", &out->access);
        take(w, j, "refreshToken", &out->refresh);
        take(w, j, "clientSecret", &out->client_secret);
        const char *client = json_string(j, "clientId"), *expires = json_string(j, "expiresAt");
        const char *registration = json_string(j, "registrationExpiresAt");
        out->client_id = client ? arena_cstr(a, slice_cstr(client)) : NULL;
        if (!registration || !aws_time_iso(slice_cstr(registration), &out->registration_expires))
            out->registration_expires = 0;
        if (!out->access.len || !expires || !aws_time_iso(slice_cstr(expires), &out->expires))
            st = log_in(s, "the login in the cache is not whole", e);
    }
    json_delete_secret(j);
    buf_release(&bytes);
    return st;
}

static enum kl_status send_refresh(struct aws *w, const char *url, const struct sso_token *t,
                                   struct http_response *answer, struct error *e) {
    static const struct http_header headers[] = {{"Content-Type", SLICE_LIT("application/json")}};
    struct buf text = BUF_INIT_SECRET(AWS_MAX_TOKEN_BYTES * 4);
    cJSON *body = cJSON_CreateObject();
    json_add_string(body, "clientId", t->client_id);
    json_add_slice(body, "clientSecret", secret_slice(&t->client_secret));
    json_add_string(body, "grantType", "refresh_token");
    json_add_slice(body, "refreshToken", secret_slice(&t->refresh));
    json_print(body, false, &text);
    const struct http_request request = {.method = "POST",
                                         .url = url,
                                         .headers = headers,
                                         .header_count = KL_ARRAY_LEN(headers),
                                         .body = slice_trim(buf_as_slice(&text)),
                                         .is_throttled = aws_is_throttled};
    enum kl_status st = http_send(w->http, &request, answer, e);
    json_delete_secret(body);
    buf_release(&text);
    return st;
}

/* A login of the new kind lives on by a refresh token, for as long as its client is registered. */
static enum kl_status refresh(struct aws *w, const struct sso *s, struct arena *a, struct sso_token *t,
                              struct error *e) {
    struct http_response answer = {0};
    struct error ignored;
    const char *url, *origin;
    cJSON *j = NULL;
    if (!s->session || !t->refresh.len || !t->client_secret.len || !t->client_id ||
        t->registration_expires <= system_unix_time())
        return log_in(s, "the login has run out", e);
    enum kl_status st =
        aws_endpoint_url(&w->config, AWS_SSO_OIDC, w->endpoint_flag, s->region, a, &url, &origin, e);
    if (st == KL_OK)
        st = send_refresh(w, arena_printf(a, "%s/token", url), t, &answer, e);
    if (st == KL_OK &&
        (answer.status != 200 || json_parse(buf_as_slice(&answer.body), "answer", &j, &ignored) != KL_OK ||
         !json_string(j, "accessToken")))
        st = log_in(s, "the login has run out and could not be refreshed", e);
    if (st == KL_OK)
        take(w, j, "accessToken", &t->access);
    json_delete_secret(j);
    http_response_release(&answer);
    return st;
}

static enum kl_status read_role(const struct aws *w, struct slice body, struct credential *out,
                                struct error *e) {
    struct error ignored;
    cJSON *j = NULL;
    if (json_parse(body, "answer", &j, &ignored) != KL_OK)
        j = NULL;
    const cJSON *c = json_get(j, "roleCredentials");
    double milliseconds = json_number(c, "expiration", 0);
    secret_set(&out->id, slice_cstr(json_string(c, "accessKeyId")));
    take(w, c, "secretAccessKey", &out->key);
    take(w, c, "sessionToken", &out->token);
    bool whole = out->id.len && out->key.len && out->token.len && milliseconds > 0 && milliseconds < 1e15;
    out->expires = whole ? (uint64_t)(milliseconds / 1000) : 0;
    json_delete_secret(j);
    return whole
               ? KL_OK
               : error_set(e, KL_ERR_PROTOCOL, "the answer of IAM Identity Center holds no whole credential");
}

/* Why the portal gives no keys. */
static enum kl_status refused(const struct sso *s, const struct http_response *answer, struct error *e) {
    struct aws_failure why;
    aws_failure_read(answer, &why);
    if (answer->status == 401)
        return log_in(s, "IAM Identity Center does not take the login any more", e);
    if (answer->status == 403 || answer->status == 404)
        return error_set(e, KL_ERR_PERMISSION,
                         "your user may not take the role %s in the account %s (IAM Identity Center answered "
                         "%u); \"aws configure sso\" shows those that it may take",
                         s->role, s->account, answer->status);
    return aws_failure_explain(&why, "sso:GetRoleCredentials", s->role, e);
}

static enum kl_status trade(struct aws *w, const struct sso *s, const struct sso_token *t, struct arena *a,
                            struct credential *out, struct error *e) {
    const struct http_header headers[] = {{"x-amz-sso_bearer_token", secret_slice(&t->access)}};
    struct http_response answer = {0};
    struct buf query = BUF_INIT(4096);
    const char *base, *origin;
    buf_str(&query, "role_name=");
    encode_percent(slice_cstr(s->role), &query);
    buf_str(&query, "&account_id=");
    encode_percent(slice_cstr(s->account), &query);
    enum kl_status st =
        aws_endpoint_url(&w->config, AWS_SSO, w->endpoint_flag, s->region, a, &base, &origin, e);
    if (st == KL_OK) {
        const struct http_request request = {
            .method = "GET",
            .url = arena_printf(a, "%s/federation/credentials?%s", base, buf_cstr(&query)),
            .headers = headers,
            .header_count = KL_ARRAY_LEN(headers),
            .repeatable = true,
            .is_throttled = aws_is_throttled,
        };
        st = http_send(w->http, &request, &answer, e);
    }
    if (st == KL_OK)
        st = answer.status == 200 ? read_role(w, buf_as_slice(&answer.body), out, e) : refused(s, &answer, e);
    http_response_release(&answer);
    buf_release(&query);
    return st;
}

enum kl_status aws_profile_sso(struct aws *w, const char *profile, struct credential *out, struct error *e) {
    struct sso_token token = {.client_id = NULL};
    struct arena scratch = ARENA_INIT;
    struct sso settings;
    enum kl_status st = read_settings(w, profile, &settings, e);
    if (st == KL_OK)
        st = read_cache(w, &settings, &scratch, &token, e);
    if (st == KL_OK && token.expires <= system_unix_time())
        st = refresh(w, &settings, &scratch, &token, e);
    if (st == KL_OK)
        st = trade(w, &settings, &token, &scratch, out, e);
    if (st == KL_OK)
        snprintf(out->owner, sizeof out->owner, "profile %.80s, %.80s in %.40s", profile, settings.role,
                 settings.account);
    release_token(&token);
    arena_release(&scratch);
    return st;
}

static enum kl_status find(const struct credential_link *link, void *ctx, struct credential *out,
                           struct error *e) {
    struct aws *w = ctx;
    (void)link;
    return aws_profile_sso(w, w->config.profile, out, e);
}

const struct credential_link aws_credential_sso = {"sso", find};
