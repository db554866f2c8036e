/* gcp_credential_authorized_user.c: what "gcloud auth application-default login" left:
 * a refresh token, exchanged for an access token (RFC 6749, section 6). */
#include "backends/gcp_auth.h"

enum kl_status gcp_token_authorized_user(struct gcp_auth *a, const struct gcp_file *f, const char *path,
                                         struct credential *out, struct error *e) {
    struct buf form = BUF_INIT_SECRET(GCP_TOKEN_MAX_BYTES);
    gcp_learn(a, slice_cstr(f->refresh_token));
    gcp_learn(a, slice_cstr(f->client_secret));
    if (f->account)
        snprintf(out->owner, sizeof out->owner, "%s", f->account);
    gcp_form_add(&form, "grant_type", "refresh_token");
    gcp_form_add(&form, "client_id", f->client_id);
    gcp_form_add(&form, "client_secret", f->client_secret);
    gcp_form_add(&form, "refresh_token", f->refresh_token);
    const struct gcp_token_request request = {
        .url = f->token_url,
        .content_type = "application/x-www-form-urlencoded",
        .body = buf_as_slice(&form),
        .mend = "sign in again: gcloud auth application-default login",
    };
    enum kl_status st = buf_ok(&form) ? gcp_token_post(a, &request, out, e)
                                      : error_set(e, KL_ERR_LIMIT, "%s: its fields are too long", path);
    buf_release(&form);
    return st;
}
