/* azure_credential_certificate.c: a client certificate: a JWT signed with its private key
 * (RS256), with the certificate's SHA-1 fingerprint as x5t, is the proof. The file is PEM
 * and holds both; a password is not supported. */
#include "backends/azure.h"
#include "backends/azure_credentials.h"
#include "base/encode.h"
#include "base/file.h"
#include "base/system.h"

#define CERTIFICATE_FILE_MAX (256u << 10)
#define ASSERTION_LIFE_S 600u

/* RFC 7515's base64url: without padding. */
static void encode_base64url(struct slice in, struct buf *out) {
    struct buf text = BUF_INIT_SECRET(4 * AZURE_TOKEN_MAX);
    encode_base64(in, &text);
    for (size_t i = 0; i < text.len && text.ptr[i] != '='; i++)
        buf_char(out, text.ptr[i] == '+' ? '-' : text.ptr[i] == '/' ? '_' : text.ptr[i]);
    buf_release(&text);
}

static void add_json(cJSON *json, struct buf *out) {
    struct buf text = BUF_INIT(AZURE_TOKEN_MAX);
    json_print(json, false, &text);
    encode_base64url(slice_trim(buf_as_slice(&text)), out);
    buf_release(&text);
    cJSON_Delete(json);
}

static void add_head(const unsigned char sha1[20], struct buf *out) {
    struct buf x5t = BUF_INIT(64);
    cJSON *head = cJSON_CreateObject();
    encode_base64url(slice_of(sha1, 20), &x5t);
    json_add_string(head, "alg", "RS256");
    json_add_string(head, "typ", "JWT");
    json_add_slice(head, "x5t", buf_as_slice(&x5t));
    add_json(head, out);
    buf_release(&x5t);
}

static void add_claims(const char *audience, const char *client, struct buf *out) {
    unsigned char random[16];
    struct buf id = BUF_INIT(64);
    cJSON *claims = cJSON_CreateObject();
    uint64_t now = system_unix_time();
    system_random(random, sizeof random);
    encode_hex(slice_of(random, sizeof random), &id);
    json_add_string(claims, "aud", audience);
    json_add_string(claims, "iss", client);
    json_add_string(claims, "sub", client);
    json_add_slice(claims, "jti", buf_as_slice(&id));
    json_add_count(claims, "nbf", now);
    json_add_count(claims, "iat", now);
    json_add_count(claims, "exp", now + ASSERTION_LIFE_S);
    add_json(claims, out);
    buf_release(&id);
}

static enum kl_status make_assertion(struct slice pem, const char *audience, const char *client,
                                     struct buf *out, struct error *e) {
    unsigned char sha1[20], sha256[32];
    struct buf signature = BUF_INIT(1024);
    enum kl_status st = http_certificate_thumbprints(pem, sha1, sha256, e);
    if (st == KL_OK) {
        add_head(sha1, out);
        buf_char(out, '.');
        add_claims(audience, client, out);
        st = http_sign_rs256(pem, buf_as_slice(out), &signature, e);
    }
    if (st == KL_OK) {
        buf_char(out, '.');
        encode_base64url(buf_as_slice(&signature), out);
    }
    buf_release(&signature);
    return st;
}

enum kl_status azure_certificate_token(const struct azure_login *login, const char *tenant,
                                       const char *client, const char *path, struct credential *out,
                                       struct error *e) {
    struct arena a = ARENA_INIT;
    struct buf pem = BUF_INIT_SECRET(CERTIFICATE_FILE_MAX), proof = BUF_INIT_SECRET(4 * AZURE_TOKEN_MAX),
               assertion = BUF_INIT_SECRET(AZURE_TOKEN_MAX);
    const char *audience = arena_printf(&a, "%s/%s/oauth2/v2.0/token", login->authority, tenant);
    const char *chain = system_getenv("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN");
    enum kl_status st = file_read(path, CERTIFICATE_FILE_MAX, &pem, e);
    if (st == KL_OK && chain && chain[0])
        st = error_set(
            e, KL_ERR_UNSUPPORTED,
            "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN is not supported; register the certificate itself with "
            "the application");
    if (st == KL_OK && slice_find(buf_as_slice(&pem), SLICE_LIT("-----BEGIN"), 0) == SIZE_MAX)
        st = error_set(e, KL_ERR_UNSUPPORTED,
                       "the file is not PEM; convert it: openssl pkcs12 -in FILE -out FILE.pem -nodes");
    if (st == KL_OK)
        azure_learn(login, buf_as_slice(&pem));
    if (st == KL_OK)
        st = make_assertion(buf_as_slice(&pem), audience, client, &assertion, e);
    if (st == KL_OK) {
        azure_learn(login, buf_as_slice(&assertion));
        azure_assertion_form(buf_as_slice(&assertion), &proof);
        st = azure_token_request(login, tenant, client, buf_as_slice(&proof), out, e);
    } else {
        /* Whoever names a file means it: the next link would be somebody else. */
        e->status = st = KL_ERR_CREDENTIALS;
        error_prefix(e, "AZURE_CLIENT_CERTIFICATE_PATH");
    }
    buf_release(&pem);
    buf_release(&proof);
    buf_release(&assertion);
    arena_release(&a);
    return st;
}
