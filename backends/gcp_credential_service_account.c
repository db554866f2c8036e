/* gcp_credential_service_account.c: a key file of a service account: an assertion
 * signed with its key is exchanged for a token (RFC 7523, and Google's page "Using
 * OAuth 2.0 for Server to Server Applications"). */
#include "backends/gcp_auth.h"

#include "base/encode.h"
#include "base/system.h"

#define LIFE_S 3600u
/* Google's page: always this, wherever the assertion is sent. */
#define AUDIENCE "https://oauth2.googleapis.com/token"
#define GRANT "urn:ietf:params:oauth:grant-type:jwt-bearer"

/* RFC 7515: base64url without padding. */
static void add_base64url(struct slice in, struct buf *out) {
    struct buf plain = BUF_INIT_SECRET(GCP_TOKEN_MAX_BYTES);
    encode_base64(in, &plain);
    for (size_t i = 0; i < plain.len && plain.ptr[i] != '='; i++)
        buf_char(out, plain.ptr[i] == '+' ? '-' : plain.ptr[i] == '/' ? '_' : plain.ptr[i]);
    buf_release(&plain);
}

static void add_object(cJSON *object, struct buf *out) {
    struct buf text = BUF_INIT_SECRET(GCP_TOKEN_MAX_BYTES);
    json_print(object, false, &text);
    add_base64url(slice_trim(buf_as_slice(&text)), out);
    buf_release(&text);
    cJSON_Delete(object);
}

static enum kl_status make_assertion(const struct gcp_file *f, struct buf *out, struct error *e) {
    uint64_t now = system_unix_time();
    struct buf signature = BUF_INIT_SECRET(4096);
    cJSON *header = cJSON_CreateObject(), *claims = cJSON_CreateObject();
    json_add_string(header, "alg", "RS256");
    json_add_string(header, "typ", "JWT");
    if (f->private_key_id)
        json_add_string(header, "kid", f->private_key_id);
    json_add_string(claims, "iss", f->client_email);
    json_add_string(claims, "scope", GCP_SCOPE);
    json_add_string(claims, "aud", AUDIENCE);
    json_add_count(claims, "iat", now);
    json_add_count(claims, "exp", now + LIFE_S);
    add_object(header, out);
    buf_char(out, '.');
    add_object(claims, out);
    enum kl_status st = http_sign_rs256(slice_cstr(f->private_key), buf_as_slice(out), &signature, e);
    buf_char(out, '.');
    add_base64url(buf_as_slice(&signature), out);
    buf_release(&signature);
    return st;
}

enum kl_status gcp_token_service_account(struct gcp_auth *a, const struct gcp_file *f, const char *path,
                                         struct credential *out, struct error *e) {
    struct buf assertion = BUF_INIT_SECRET(GCP_TOKEN_MAX_BYTES), form = BUF_INIT_SECRET(GCP_TOKEN_MAX_BYTES);
    snprintf(out->owner, sizeof out->owner, "%s", f->client_email);
    enum kl_status st = make_assertion(f, &assertion, e);
    if (st != KL_OK) {
        error_prefix(e, "the private key in %s", path);
        goto done;
    }
    gcp_learn(a, slice_cstr(f->private_key));
    gcp_learn(a, buf_as_slice(&assertion));
    gcp_form_add(&form, "grant_type", GRANT);
    gcp_form_add(&form, "assertion", buf_cstr(&assertion));
    if (!buf_ok(&form)) {
        st = error_set(e, KL_ERR_LIMIT, "%s: its fields are too long", path);
        goto done;
    }
    const struct gcp_token_request request = {
        .url = f->token_url,
        .content_type = "application/x-www-form-urlencoded",
        .body = buf_as_slice(&form),
        .mend = "see that this machine's clock is right and that the key was not deleted "
                "(gcloud iam service-accounts keys list --iam-account ACCOUNT)",
    };
    st = gcp_token_post(a, &request, out, e);
done:
    buf_release(&form);
    buf_release(&assertion);
    return st;
}
