/* aws_sts.c: the Security Token Service, in AWS's query protocol: a form goes out, XML
 * comes back. Source: "AWS Security Token Service API Reference". */
#include "backends/aws.h"
#include "backends/aws_time.h"

#include "base/encode.h"

#define FORM_MAX ((size_t)512 << 10) /* a token of AWS_MAX_TOKEN_BYTES, percent-encoded, and the rest */
#define STS_VERSION "2011-06-15"

static void make_form(const char *action, const struct aws_parameter *parameters, size_t count,
                      struct buf *out) {
    buf_printf(out, "Action=%s&Version=" STS_VERSION, action);
    for (size_t i = 0; i < count; i++) {
        if (!parameters[i].value.len)
            continue;
        buf_printf(out, "&%s=", parameters[i].name);
        encode_percent(parameters[i].value, out);
    }
}

enum kl_status aws_sts_send(struct aws *w, const char *action, const char *what,
                            const struct aws_parameter *parameters, size_t count,
                            const struct credential *signer, struct http_response *answer, struct error *e) {
    static const struct http_header headers[] = {
        {"Content-Type", SLICE_LIT("application/x-www-form-urlencoded; charset=utf-8")}};
    struct arena scratch = ARENA_INIT;
    struct buf form = BUF_INIT_SECRET(FORM_MAX);
    struct http_sigv4 signature = {.region = w->region, .service = "sts"};
    struct aws_failure why;
    if (signer) {
        signature.access_key_id = secret_slice(&signer->id);
        signature.secret_key = secret_slice(&signer->key);
        signature.session_token = secret_slice(&signer->token);
    }
    make_form(action, parameters, count, &form);
    const struct http_request request = {
        .method = "POST",
        .url = arena_printf(&scratch, "%s/", w->sts),
        .headers = headers,
        .header_count = KL_ARRAY_LEN(headers),
        .body = buf_as_slice(&form),
        .sigv4 = signer ? &signature : NULL,
        .repeatable = true, /* two short-lived credentials are as good as one */
        .is_throttled = aws_is_throttled,
    };
    enum kl_status st =
        buf_ok(&form) ? KL_OK : error_set(e, KL_ERR_LIMIT, "%s: too long for %s", what, action);
    if (st == KL_OK)
        st = http_send(w->http, &request, answer, e);
    if (st == KL_OK && answer->status != 200) {
        aws_failure_read(answer, &why);
        st = aws_failure_explain(&why, arena_printf(&scratch, "sts:%s", action), what, e);
    }
    buf_release(&form);
    arena_release(&scratch);
    return st;
}

/* An access key id may be in a report; the other two never. */
static bool text_of(const struct http_response *answer, const char *element, struct secret *out) {
    struct buf text = BUF_INIT_SECRET(AWS_MAX_TOKEN_BYTES);
    bool found = aws_xml_text(buf_as_slice(&answer->body), element, &text) && buf_ok(&text) && text.len;
    if (found)
        secret_set(out, buf_as_slice(&text));
    buf_release(&text);
    return found;
}

enum kl_status aws_sts_credential(const struct aws *w, const struct http_response *answer,
                                  struct credential *out, struct error *e) {
    struct buf expires = BUF_INIT(64);
    bool whole = text_of(answer, "AccessKeyId", &out->id) && text_of(answer, "SecretAccessKey", &out->key) &&
                 text_of(answer, "SessionToken", &out->token) &&
                 aws_xml_text(buf_as_slice(&answer->body), "Expiration", &expires) &&
                 aws_time_iso(buf_as_slice(&expires), &out->expires);
    buf_release(&expires);
    aws_learn(w, secret_slice(&out->key));
    aws_learn(w, secret_slice(&out->token));
    return whole ? KL_OK : error_set(e, KL_ERR_PROTOCOL, "the answer of STS holds no whole credential");
}

enum kl_status aws_sts_caller(struct aws *w, struct arena *a, const char **account, const char **arn,
                              struct error *e) {
    struct credential c = {0};
    struct http_response answer = {0};
    struct buf text = BUF_INIT(2048);
    enum kl_status st = credential_get(w->chain, &c, e);
    if (st == KL_OK)
        st = aws_sts_send(w, "GetCallerIdentity", "STS", NULL, 0, &c, &answer, e);
    const char **const parts[] = {account, arn};
    static const char *const names[] = {"Account", "Arn"};
    for (size_t i = 0; st == KL_OK && i < KL_ARRAY_LEN(parts); i++) {
        buf_clear(&text);
        if (!aws_xml_text(buf_as_slice(&answer.body), names[i], &text) || !buf_ok(&text) || !text.len)
            st = error_set(e, KL_ERR_PROTOCOL, "the answer of STS at %s does not say whose the credential is",
                           w->sts);
        else
            *parts[i] = arena_cstr(a, buf_as_slice(&text));
    }
    buf_release(&text);
    http_response_release(&answer);
    credential_release(&c);
    return st;
}
