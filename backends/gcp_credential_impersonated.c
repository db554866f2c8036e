/* gcp_credential_impersonated.c: acting as a service account: another credential's
 * token is exchanged for the account's at the IAM Credentials API
 * (projects.serviceAccounts.generateAccessToken). */
#include "backends/gcp_auth.h"

#include "base/mem.h"
#include "base/system.h"

static void make_body(const struct gcp_file *f, struct buf *out) {
    cJSON *body = cJSON_CreateObject(), *scopes = cJSON_CreateArray();
    char lifetime[32];
    if (!body || !scopes)
        mem_die();
    snprintf(lifetime, sizeof lifetime, "%.0fs", f->impersonation_lifetime);
    cJSON_AddItemToArray(scopes, cJSON_CreateString(GCP_SCOPE));
    cJSON_AddItemToObject(body, "scope", scopes);
    json_add_string(body, "lifetime", lifetime);
    if (f->delegates)
        cJSON_AddItemToObject(body, "delegates", cJSON_Duplicate(f->delegates, true));
    json_print(body, false, out);
    cJSON_Delete(body);
}

/* The answer has expireTime, a date by Google's clock; the lifetime that was asked
 * for, counted from our own, does not depend on how well the two agree. */
static enum kl_status take_token(struct gcp_auth *a, const struct gcp_file *f,
                                 const struct http_response *answer, struct credential *out,
                                 struct error *e) {
    cJSON *json = NULL;
    enum kl_status st = json_parse(buf_as_slice(&answer->body), "the answer", &json, e);
    const char *token = json_string(json, "accessToken");
    if (st != KL_OK || !token || !token[0]) {
        st = error_set(e, KL_ERR_PROTOCOL, "generateAccessToken gave an answer without a token");
    } else {
        gcp_learn(a, slice_cstr(token));
        secret_set(&out->token, slice_cstr(token));
        out->expires = system_unix_time() + (uint64_t)f->impersonation_lifetime;
    }
    json_delete_secret(json);
    return st;
}

enum kl_status gcp_token_impersonate(struct gcp_auth *a, const struct gcp_file *f, struct credential *out,
                                     struct error *e) {
    struct arena scratch = ARENA_INIT;
    struct buf body = BUF_INIT(GCP_TOKEN_MAX_BYTES), bearer = BUF_INIT_SECRET(GCP_TOKEN_MAX_BYTES);
    struct http_response answer = {0};
    const char *account = gcp_impersonated_account(f->impersonation_url, &scratch);
    make_body(f, &body);
    gcp_learn(a, secret_slice(&out->token));
    buf_str(&bearer, "Bearer ");
    buf_slice(&bearer, secret_slice(&out->token));
    const struct http_header headers[] = {
        {"Authorization", buf_as_slice(&bearer)},
        {"Content-Type", SLICE_LIT("application/json")},
        {"Accept", SLICE_LIT("application/json")},
    };
    const struct http_request request = {
        .method = "POST",
        .url = f->impersonation_url,
        .headers = headers,
        .header_count = KL_ARRAY_LEN(headers),
        .body = buf_as_slice(&body),
        .repeatable = true,
    };
    const struct gcp_token_request asked = {
        .url = f->impersonation_url,
        .mend = arena_printf(
            &scratch,
            "iam.serviceAccounts.getAccessToken is needed: gcloud iam service-accounts "
            "add-iam-policy-binding %s --member MEMBER --role roles/iam.serviceAccountTokenCreator",
            account),
    };
    enum kl_status st = http_send(a->http, &request, &answer, e);
    if (st == KL_OK)
        st = answer.status == 200 ? take_token(a, f, &answer, out, e) : gcp_token_refused(&asked, &answer, e);
    if (st == KL_OK)
        snprintf(out->owner, sizeof out->owner, "%s", account);
    http_response_release(&answer);
    buf_release(&bearer);
    buf_release(&body);
    arena_release(&scratch);
    return st;
}

enum kl_status gcp_token_impersonated(struct gcp_auth *a, const struct gcp_file *f, const char *path,
                                      struct credential *out, struct error *e) {
    struct gcp_file source;
    enum kl_status st = gcp_file_source(f, path, &source, e);
    if (st == KL_OK)
        st = gcp_token_from_file(a, &source, path, out, e);
    return st == KL_OK ? gcp_token_impersonate(a, f, out, e) : st;
}
