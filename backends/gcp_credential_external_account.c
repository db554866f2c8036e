/* gcp_credential_external_account.c: workload identity federation: a token of another
 * identity provider, from a file or a URL, is exchanged at Google's Security Token
 * Service (RFC 8693), and the answer, where the file asks for it, for the token of a
 * service account (AIP-4117). */
#include "backends/gcp_auth.h"

#include "base/file.h"
#include "base/mem.h"

#define GRANT "urn:ietf:params:oauth:grant-type:token-exchange"
#define ACCESS_TOKEN "urn:ietf:params:oauth:token-type:access_token"
#define IAM_SCOPE "https://www.googleapis.com/auth/iam"

static enum kl_status read_url(struct gcp_auth *a, const struct gcp_file *f, struct buf *out,
                               struct error *e) {
    struct http_header headers[HTTP_MAX_HEADERS];
    size_t count = 0;
    struct http_response answer = {0};
    for (const cJSON *h = f->source_headers ? f->source_headers->child : NULL; h; h = h->next) {
        if (!cJSON_IsString(h) || count == KL_ARRAY_LEN(headers))
            return error_set(e, KL_ERR_CREDENTIALS,
                             "credential_source.headers: at most %zu, all of them text",
                             KL_ARRAY_LEN(headers));
        headers[count++] = (struct http_header){h->string, slice_cstr(h->valuestring)};
        gcp_learn(a, slice_cstr(h->valuestring));
    }
    const struct http_request request = {
        .method = "GET",
        .url = f->source_url,
        .headers = headers,
        .header_count = count,
        .repeatable = true,
        .metadata = slice_starts(slice_cstr(f->source_url), "http://"), /* of another cloud's machine */
    };
    enum kl_status st = http_send(a->http, &request, &answer, e);
    if (st == KL_OK && answer.status != 200)
        st = error_set(e, KL_ERR_CREDENTIALS, "the URL of credential_source answered %u, not a token",
                       answer.status);
    if (st == KL_OK)
        buf_slice(out, buf_as_slice(&answer.body));
    http_response_release(&answer);
    return st;
}

/* The other provider's token, out of the file or the answer. */
static enum kl_status subject_token(struct gcp_auth *a, const struct gcp_file *f, struct buf *out,
                                    struct error *e) {
    struct buf text = BUF_INIT_SECRET(GCP_TOKEN_MAX_BYTES);
    cJSON *json = NULL;
    enum kl_status st =
        f->source_file ? file_read(f->source_file, GCP_TOKEN_MAX_BYTES, &text, e) : read_url(a, f, &text, e);
    if (st == KL_OK && f->source_field)
        st = json_parse(buf_as_slice(&text), f->source_file ? f->source_file : "credential_source", &json, e);
    if (st == KL_ERR_NOT_FOUND || st == KL_ERR_PARSE)
        st = e->status = KL_ERR_CREDENTIALS;
    if (st != KL_OK)
        goto done;
    const char *token = f->source_field ? json_string(json, f->source_field) : buf_cstr(&text);
    if (!token || !token[0] || !buf_ok(&text) || (!f->source_field && strlen(token) != text.len))
        st = error_set(e, KL_ERR_CREDENTIALS, "credential_source gave no token%s%s",
                       f->source_field ? " under " : "", f->source_field ? f->source_field : "");
    else
        buf_str(out, token);
done:
    json_delete_secret(json);
    buf_release(&text);
    return st;
}

static void make_form(const struct gcp_file *f, const char *subject, struct buf *form) {
    gcp_form_add(form, "grant_type", GRANT);
    gcp_form_add(form, "audience", f->audience);
    gcp_form_add(form, "scope", f->impersonation_url ? IAM_SCOPE : GCP_SCOPE);
    gcp_form_add(form, "requested_token_type", ACCESS_TOKEN);
    gcp_form_add(form, "subject_token", subject);
    gcp_form_add(form, "subject_token_type", f->subject_token_type);
    if (f->user_project && !f->client_id) {
        struct buf text = BUF_INIT(GCP_TOKEN_MAX_BYTES);
        cJSON *options = cJSON_CreateObject();
        json_add_string(options, "userProject", f->user_project);
        json_print(options, false, &text);
        gcp_form_add(form, "options", buf_cstr(&text));
        cJSON_Delete(options);
        buf_release(&text);
    }
}

static enum kl_status exchange(struct gcp_auth *a, const struct gcp_file *f, struct slice form,
                               struct credential *out, struct error *e) {
    struct buf basic = BUF_INIT_SECRET(GCP_TOKEN_MAX_BYTES);
    if (f->client_id && f->client_secret) {
        gcp_learn(a, slice_cstr(f->client_secret));
        gcp_basic(f->client_id, f->client_secret, &basic);
    }
    const struct gcp_token_request request = {
        .url = f->token_url,
        .content_type = "application/x-www-form-urlencoded",
        .body = form,
        .authorization = buf_as_slice(&basic),
        .mend = "see that the provider of the workload identity pool accepts the token's issuer and audience",
    };
    enum kl_status st = gcp_token_post(a, &request, out, e);
    buf_release(&basic);
    return st;
}

enum kl_status gcp_token_external_account(struct gcp_auth *a, const struct gcp_file *f, const char *path,
                                          struct credential *out, struct error *e) {
    struct buf subject = BUF_INIT_SECRET(GCP_TOKEN_MAX_BYTES),
               form = BUF_INIT_SECRET(4 * GCP_TOKEN_MAX_BYTES);
    enum kl_status st = subject_token(a, f, &subject, e);
    if (st != KL_OK)
        goto done;
    gcp_learn(a, buf_as_slice(&subject));
    make_form(f, buf_cstr(&subject), &form);
    snprintf(out->owner, sizeof out->owner, "%s", f->audience);
    st = buf_ok(&form) ? exchange(a, f, buf_as_slice(&form), out, e)
                       : error_set(e, KL_ERR_LIMIT, "%s: its fields are too long", path);
    if (st == KL_OK && f->impersonation_url)
        st = gcp_token_impersonate(a, f, out, e);
done:
    buf_release(&form);
    buf_release(&subject);
    return st;
}
