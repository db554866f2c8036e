/* One request to a Vault. A token that ran out in the middle of a run is made anew,
 * once, and the request sent again: a 403 has changed nothing on the server. */
#include "backends/hcvault.h"

#include "base/encode.h"

#define MAX_URL_BYTES ((size_t)16 << 10)

void hcvault_append_path(struct buf *url, const char *path) {
    for (const char *p = path; *p;) {
        size_t len = strcspn(p, "/");
        encode_percent(slice_of(p, len), url);
        p += len;
        while (*p == '/')
            buf_char(url, *p++);
    }
}

static enum kl_status send_with(struct hcvault *v, const struct hcvault_request *r,
                                const struct credential *credential, struct http_response *out,
                                struct error *e) {
    struct http_header headers[4];
    size_t count = 0;
    struct buf url = BUF_INIT(MAX_URL_BYTES);
    /* Without it, an agent in between refuses what a web page could have made a browser send. */
    headers[count++] = (struct http_header){"X-Vault-Request", SLICE_LIT("true")};
    if (credential)
        headers[count++] = (struct http_header){"X-Vault-Token", secret_slice(&credential->token)};
    if (v->namespace && !r->outside)
        headers[count++] = (struct http_header){"X-Vault-Namespace", slice_cstr(v->namespace)};
    if (r->body.len)
        headers[count++] =
            (struct http_header){"Content-Type", r->patch ? SLICE_LIT("application/merge-patch+json")
                                                          : SLICE_LIT("application/json")};
    buf_printf(&url, "%s/v1/%s", v->address, r->path);
    const struct http_request request = {
        .method = r->method,
        .url = buf_cstr(&url),
        .headers = headers,
        .header_count = count,
        .body = r->body,
        .repeatable = r->repeatable,
    };
    enum kl_status st = buf_ok(&url) ? http_send(v->http, &request, out, e)
                                     : error_set(e, KL_ERR_LIMIT, "the address of a request is too long");
    buf_release(&url);
    return st;
}

/* Every valid token with the policy "default" may look itself up; for the others, and
 * for those that ran out, the server has the same words. */
static enum kl_status token_is_dead(struct hcvault *v, const struct credential *used, bool *dead,
                                    struct error *e) {
    const struct hcvault_request lookup = {"GET", "auth/token/lookup-self", .repeatable = true};
    struct http_response r = {0};
    enum kl_status st = send_with(v, &lookup, used, &r, e);
    *dead = st == KL_OK && r.status == 403;
    http_response_release(&r);
    return st;
}

static enum kl_status refuse_token(struct hcvault *v, struct error *e) {
    const char *link = credential_chain_used(v->credentials);
    return error_set(
        e, KL_ERR_CREDENTIALS,
        "%s does not take the token (%s): it ran out, was revoked, is another server's or "
        "namespace's, or lacks the policy \"default\"; log in again (vault login, bao login), or "
        "set VAULT_TOKEN",
        v->address, link ? link : "none");
}

enum kl_status hcvault_send(struct hcvault *v, const struct hcvault_request *r, struct http_response *out,
                            struct error *e) {
    struct credential used = {0}, next = {0};
    bool dead = false;
    if (r->anonymous)
        return send_with(v, r, NULL, out, e);
    enum kl_status st = credential_get(v->credentials, &used, e);
    if (st == KL_OK)
        st = send_with(v, r, &used, out, e);
    if (st != KL_OK || out->status != 403)
        goto done;
    st = token_is_dead(v, &used, &dead, e);
    if (st != KL_OK || !dead)
        goto done;
    credential_reject(v->credentials, &used);
    st = credential_get(v->credentials, &next, e);
    if (st == KL_OK && secret_equal(&used.token, &next.token))
        st = refuse_token(v, e);
    if (st == KL_OK) {
        http_response_release(out);
        st = send_with(v, r, &next, out, e);
    }
done:
    if (st != KL_OK)
        http_response_release(out);
    credential_release(&used);
    credential_release(&next);
    return st;
}

enum kl_status hcvault_json(const struct http_response *r, const char *what, cJSON **out, struct error *e) {
    enum kl_status st = json_parse(buf_as_slice(&r->body), what, out, e);
    if (st == KL_ERR_PARSE)
        e->status = st = KL_ERR_PROTOCOL;
    if (st == KL_OK && !cJSON_IsObject(*out)) {
        json_delete_secret(*out);
        *out = NULL;
        st = error_set(e, KL_ERR_PROTOCOL,
                       "%s: the answer is no JSON object; is this the address of a Vault?", what);
    }
    return st;
}
