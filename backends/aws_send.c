/* aws_send.c: one call to Secrets Manager: AWS's JSON 1.1 protocol over POST, signed
 * with Signature Version 4. Every operation that keylift sends may be sent twice:
 * reads, and writes with a ClientRequestToken. */
#include "backends/aws.h"

#define JSON_BODY_MAX ((size_t)1 << 20) /* 65,536 bytes, each escaped as \u0000, and the names */

void aws_learn(const struct aws *w, struct slice value) {
    if (w->learn && value.len)
        w->learn(w->observer, value);
}

static enum kl_status send_once(struct aws *w, const char *operation, struct slice body,
                                const struct credential *c, struct http_response *answer, struct error *e) {
    struct arena scratch = ARENA_INIT;
    const char *target = arena_printf(&scratch, "secretsmanager.%s", operation);
    const struct http_header headers[] = {
        {"Content-Type", SLICE_LIT("application/x-amz-json-1.1")},
        {"X-Amz-Target", slice_cstr(target)},
    };
    const struct http_sigv4 signature = {
        .region = w->region,
        .service = "secretsmanager",
        .access_key_id = secret_slice(&c->id),
        .secret_key = secret_slice(&c->key),
        .session_token = secret_slice(&c->token),
    };
    const struct http_request request = {
        .method = "POST",
        .url = arena_printf(&scratch, "%s/", w->endpoint),
        .headers = headers,
        .header_count = KL_ARRAY_LEN(headers),
        .body = body,
        .sigv4 = &signature,
        .repeatable = true,
        .is_throttled = aws_is_throttled,
    };
    enum kl_status st = http_send(w->http, &request, answer, e);
    arena_release(&scratch);
    return st;
}

/* A credential that ran out in the middle of a run is made anew, once. */
static enum kl_status send_signed(struct aws *w, const char *operation, struct slice body,
                                  struct http_response *answer, struct aws_failure *why, struct error *e) {
    enum kl_status st = KL_OK;
    for (unsigned attempt = 0; attempt < 2; attempt++) {
        struct credential c = {0};
        http_response_release(answer);
        st = credential_get(w->chain, &c, e);
        if (st == KL_OK)
            st = send_once(w, operation, body, &c, answer, e);
        if (st == KL_OK && answer->status != 200)
            aws_failure_read(answer, why);
        bool again = st == KL_OK && aws_failure_is_expired(why);
        if (again)
            credential_reject(w->chain, &c);
        credential_release(&c);
        if (!again)
            break;
        if (attempt == 0)
            *why = (struct aws_failure){0};
    }
    return st;
}

enum kl_status aws_secrets_send(struct aws *w, const char *operation, const char *what, const cJSON *body,
                                cJSON **answer, struct aws_failure *why, struct error *e) {
    struct buf text = BUF_INIT_SECRET(JSON_BODY_MAX);
    struct http_response response = {0};
    struct arena scratch = ARENA_INIT;
    *answer = NULL;
    *why = (struct aws_failure){0};
    json_print(body, false, &text);
    enum kl_status st = buf_ok(&text) ? KL_OK : error_set(e, KL_ERR_LIMIT, "%s: too long to send", what);
    if (st == KL_OK)
        st = send_signed(w, operation, slice_trim(buf_as_slice(&text)), &response, why, e);
    if (st != KL_OK) {
        error_prefix(e, "%s", what);
    } else if (response.status != 200) {
        st = aws_failure_explain(why, arena_printf(&scratch, "secretsmanager:%s", operation), what, e);
    } else if (json_parse(buf_as_slice(&response.body), "AWS's answer", answer, e) != KL_OK) {
        /* Also for U+0000 and for equal keys: what cJSON would read there is not what was sent. */
        st = error_set(e, KL_ERR_PROTOCOL, "%s: AWS's answer to %s is not the JSON that it should be", what,
                       operation);
    }
    http_response_release(&response);
    buf_release(&text);
    arena_release(&scratch);
    return st;
}
