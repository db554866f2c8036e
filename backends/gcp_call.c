/* gcp_call.c: one call of the API: token and headers on the way there, JSON or a
 * problem on the way back. */
#include "backends/gcp.h"

#include "backends/http_policy.h"
#include "base/mem.h"
#include "base/system.h"

struct headers {
    struct http_header list[4];
    size_t count;
    struct buf bearer;
};

static void add_header(struct headers *h, const char *name, struct slice value) {
    h->list[h->count++] = (struct http_header){name, value};
}

static void make_headers(const struct gcp_vault *v, const struct gcp_call *call,
                         const struct credential *credential, struct headers *h) {
    h->bearer = (struct buf)BUF_INIT_SECRET(GCP_TOKEN_MAX_BYTES);
    h->count = 0;
    add_header(h, "Accept", SLICE_LIT("application/json"));
    if (call->body.len)
        add_header(h, "Content-Type", SLICE_LIT("application/json"));
    if (credential->token.len) {
        buf_str(&h->bearer, "Bearer ");
        buf_slice(&h->bearer, secret_slice(&credential->token));
        add_header(h, "Authorization", buf_as_slice(&h->bearer));
    }
    if (v->quota_project)
        add_header(h, "x-goog-user-project", slice_cstr(v->quota_project));
}

static enum kl_status send_once(struct gcp_vault *v, const struct gcp_call *call,
                                const struct credential *credential, struct http_response *answer,
                                struct error *e) {
    struct headers headers;
    struct arena scratch = ARENA_INIT;
    make_headers(v, call, credential, &headers);
    const struct http_request request = {
        .method = call->method,
        .url = arena_printf(&scratch, "%s/v1/%s", v->endpoint, call->path),
        .headers = headers.list,
        .header_count = headers.count,
        .body = call->body,
        .repeatable = call->repeatable,
    };
    enum kl_status st = http_send(v->http, &request, answer, e);
    buf_release(&headers.bearer);
    arena_release(&scratch);
    return st == KL_OK ? KL_OK : error_prefix(e, "%s", call->what);
}

static enum kl_status current_credential(struct gcp_vault *v, struct credential *out, struct error *e) {
    return v->auth.anonymous ? KL_OK : credential_get(v->chain, out, e);
}

/* A token that the server no longer takes may have run out early: once, another is got. */
static enum kl_status send_with_token(struct gcp_vault *v, const struct gcp_call *call,
                                      struct http_response *answer, struct error *e) {
    struct credential credential = {0};
    enum kl_status st = current_credential(v, &credential, e);
    if (st == KL_OK)
        st = send_once(v, call, &credential, answer, e);
    if (st == KL_OK && answer->status == 401 && !v->auth.anonymous) {
        http_response_release(answer);
        credential_reject(v->chain, &credential);
        credential_release(&credential);
        st = current_credential(v, &credential, e);
        if (st == KL_OK)
            st = send_once(v, call, &credential, answer, e);
    }
    credential_release(&credential);
    return st;
}

static enum kl_status take_answer(const struct gcp_call *call, const struct http_response *r,
                                  struct gcp_answer *out, struct error *e) {
    if (r->status < 200 || r->status > 299) {
        out->failed = true;
        if (!http_retry_after(r, system_unix_time(), &out->wait_ms))
            out->wait_ms = 0;
        /* A server that cannot read a value may quote it. */
        gcp_problem_read(r, call->body.len == 0, &out->arena, &out->problem);
        return KL_OK;
    }
    enum kl_status st = json_parse(buf_as_slice(&r->body), "Secret Manager's answer", &out->json, e);
    if (st == KL_OK && !cJSON_IsObject(out->json))
        st = error_set(e, KL_ERR_PROTOCOL, "Secret Manager's answer is not an object");
    if (st == KL_OK)
        return KL_OK;
    e->status = KL_ERR_PROTOCOL;
    return error_prefix(e, "%s", call->what);
}

enum kl_status gcp_send(struct gcp_vault *v, const struct gcp_call *call, struct gcp_answer *out,
                        struct error *e) {
    struct http_response answer = {0};
    *out = (struct gcp_answer){0};
    enum kl_status st = gcp_start(v, e);
    if (st == KL_OK)
        st = send_with_token(v, call, &answer, e);
    if (st == KL_OK)
        st = take_answer(call, &answer, out, e);
    http_response_release(&answer);
    return st;
}

enum kl_status gcp_send_ok(struct gcp_vault *v, const struct gcp_call *call, struct gcp_answer *out,
                           struct error *e) {
    enum kl_status st = gcp_send(v, call, out, e);
    return st == KL_OK && out->failed ? gcp_problem_explain(v, call, &out->problem, e) : st;
}

void gcp_answer_release(struct gcp_answer *a) {
    json_delete_secret(a->json);
    a->json = NULL;
    arena_release(&a->arena);
}
