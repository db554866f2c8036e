/* azure_api.c: one call to the vault: the challenge before the first one, a token, and
 * a new token when the vault does not take the old one any more. */
#include "backends/azure.h"

static enum kl_status send_once(struct azure_vault *v, const struct azure_call *call,
                                const struct credential *credential, struct http_response *out,
                                struct error *e) {
    struct arena a = ARENA_INIT;
    struct buf bearer = BUF_INIT_SECRET(AZURE_TOKEN_MAX + 16);
    struct http_header headers[3];
    size_t count = 0;
    headers[count++] = (struct http_header){"Accept", SLICE_LIT("application/json")};
    if (call->body.len)
        headers[count++] = (struct http_header){"Content-Type", SLICE_LIT("application/json")};
    if (credential) {
        buf_str(&bearer, "Bearer ");
        buf_slice(&bearer, secret_slice(&credential->token));
        headers[count++] = (struct http_header){"Authorization", buf_as_slice(&bearer)};
    }
    const struct http_request request = {
        .method = call->method,
        .url = arena_printf(&a, "%s%s", v->url, call->path),
        .headers = headers,
        .header_count = count,
        .body = call->body,
        .repeatable = call->repeatable,
    };
    enum kl_status st = http_send(v->http, &request, out, e);
    buf_release(&bearer);
    arena_release(&a);
    return st;
}

static enum kl_status take_challenge(struct azure_vault *v, const struct http_response *r, struct error *e) {
    struct azure_challenge c = {0};
    struct slice header;
    if (!http_response_header(r, "www-authenticate", &header))
        return error_set(e, KL_ERR_PROTOCOL, "%s: its 401 answer has no challenge; is it an Azure key vault?",
                         v->url);
    enum kl_status st = azure_challenge_parse(header, &v->arena, &c, e);
    if (st == KL_OK && !v->any_resource)
        st = azure_challenge_check(&c, v->host, e);
    if (st != KL_OK)
        return st == KL_ERR_REFUSED ? st : error_prefix(e, "%s", v->url);
    v->login.tenant = c.tenant;
    v->login.resource = c.resource;
    v->challenged = true;
    return KL_OK;
}

/* Without a token every call is answered with the challenge; this one has no body that
 * could go to a stranger. */
static enum kl_status ask_for_challenge(struct azure_vault *v, struct error *e) {
    const struct azure_call call = {.method = "GET",
                                    .path = "/secrets?api-version=" AZURE_API_VERSION "&maxresults=1",
                                    .repeatable = true};
    struct http_response r = {0};
    enum kl_status st = send_once(v, &call, NULL, &r, e);
    if (st == KL_ERR_NETWORK)
        error_prefix(e, "%s: cannot reach the vault; check its name and your network", v->url);
    else if (st == KL_OK && r.status == 401)
        st = take_challenge(v, &r, e);
    else if (st == KL_OK && r.status == 200)
        st = error_set(e, KL_ERR_PROTOCOL,
                       "%s answered without asking for a token, which an Azure key vault never does", v->url);
    else if (st == KL_OK)
        st = azure_refusal(v, &r, "read its challenge", NULL, true, e);
    http_response_release(&r);
    return st;
}

enum kl_status azure_connect(struct azure_vault *v, struct error *e) {
    enum kl_status st = KL_OK;
    mutex_lock(v->lock);
    if (!v->challenged)
        st = ask_for_challenge(v, e);
    mutex_unlock(v->lock);
    return st;
}

/* A vault that names another tenant than before has been moved: tokens of this run are
 * worth nothing there. */
static enum kl_status still_same(const struct azure_vault *v, const struct http_response *r,
                                 struct error *e) {
    struct arena a = ARENA_INIT;
    struct azure_challenge c = {0};
    struct slice header;
    struct error ignored = {0};
    enum kl_status st = KL_OK;
    if (http_response_header(r, "www-authenticate", &header) &&
        azure_challenge_parse(header, &a, &c, &ignored) == KL_OK &&
        (!slice_eq_nocase(slice_cstr(c.tenant), v->login.tenant) ||
         !slice_eq_nocase(slice_cstr(c.resource), v->login.resource)))
        st = error_set(e, KL_ERR_CONFLICT,
                       "%s has moved to another tenant in the middle of this run; run again", v->url);
    arena_release(&a);
    return st;
}

/* A call that was answered with 401 was not carried out, so that it may be sent again
 * whatever it is. */
enum kl_status azure_send(struct azure_vault *v, const struct azure_call *call, struct http_response *out,
                          struct error *e) {
    enum kl_status st = azure_connect(v, e);
    for (int attempt = 0; st == KL_OK && attempt < 2; attempt++) {
        struct credential credential = {0};
        http_response_release(out);
        st = credential_get(v->chain, &credential, e);
        if (st == KL_OK)
            st = send_once(v, call, &credential, out, e);
        bool rejected = st == KL_OK && out->status == 401;
        if (rejected)
            credential_reject(v->chain, &credential);
        credential_release(&credential);
        if (!rejected)
            return st;
        st = still_same(v, out, e);
    }
    return st == KL_OK ? azure_refusal(v, out, "sign in", NULL, true, e) : st;
}
