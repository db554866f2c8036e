/* fuzz_awsjson.c: any bytes may be the answer of a credential_process, of a container's
 * agent or of the metadata service, or an error of AWS. */
#include "tests/fuzz/fuzz.h"

#include "backends/aws_credentials.h"

static void check_credential(struct slice text, bool temporary) {
    struct aws w = {.prefix = ""};
    struct credential c = {.expires = 0};
    struct error e = {0};
    enum kl_status st = aws_credential_from_json(&w, text, "Token", temporary, "fuzz", &c, &e);
    if (st == KL_OK && (!c.id.len || !c.key.len || (temporary && (!c.token.len || !c.expires))))
        abort();
    if (st != KL_OK && !e.message[0])
        abort();
    credential_release(&c);
}

static void check_failure(struct slice text) {
    struct http_response r = {.status = 400};
    struct aws_failure f;
    struct error e = {0};
    buf_init_secret(&r.body, HTTP_MAX_BODY_BYTES);
    buf_init_secret(&r.headers, HTTP_MAX_HEADER_BYTES);
    buf_slice(&r.body, text);
    buf_str(&r.headers, "date: ");
    buf_slice(&r.headers, text);
    aws_failure_read(&r, &f);
    for (const char *p = f.text; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            abort();
    if (aws_failure_explain(&f, "secretsmanager:GetSecretValue", "name", &e) == KL_OK || !e.message[0])
        abort();
    (void)!aws_is_throttled(&r);
    http_response_release(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size > 20000)
        return 0;
    struct slice text = slice_of(data, size);
    check_credential(text, true);
    check_credential(text, false);
    check_failure(text);
    return 0;
}
