/* net_sign.c: RS256 and thumbprints of certificates, by OpenSSL. */
#include "backends/net/net.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/mem.h"

#define MAX_PEM_BYTES ((size_t)64 << 10)
#define MAX_MESSAGE_BYTES ((size_t)64 << 10)
#define MIN_KEY_BITS 2048 /* RFC 7518, 3.3 */
#define MAX_KEY_BITS 4096

/* An encrypted key is refused: by default OpenSSL would ask for its password on the terminal. */
static int no_password(char *out, int size, int writing, void *ctx) {
    (void)out;
    (void)size;
    (void)writing;
    (void)ctx;
    return -1;
}

static enum kl_status open_pem(struct slice pem, BIO **out, struct error *e) {
    net_memory_init();
    if (pem.len == 0 || pem.len > MAX_PEM_BYTES)
        return error_set(e, KL_ERR_CREDENTIALS, "the PEM text is empty or too long");
    *out = BIO_new_mem_buf(pem.ptr, (int)pem.len); /* not copied */
    if (!*out)
        mem_die();
    return KL_OK;
}

static enum kl_status sign(EVP_PKEY *key, struct slice message, struct buf *out, struct error *e) {
    size_t len = (size_t)EVP_PKEY_get_size(key);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    char *to = buf_reserve(out, len);
    bool ok = context && to && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
              EVP_DigestSign(context, (unsigned char *)to, &len, (const unsigned char *)message.ptr,
                             message.len) == 1;
    EVP_MD_CTX_free(context);
    if (!ok)
        return error_set(e, KL_ERR_CREDENTIALS, "the private key does not sign");
    out->len += len;
    return KL_OK;
}

enum kl_status net_sign_rs256(struct slice pem, struct slice message, struct buf *out, struct error *e) {
    BIO *bio = NULL;
    if (message.len > MAX_MESSAGE_BYTES)
        return error_set(e, KL_ERR_LIMIT, "more than %zu bytes to sign", MAX_MESSAGE_BYTES);
    if (open_pem(pem, &bio, e) != KL_OK)
        return e->status;
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL);
    enum kl_status status;
    if (!key)
        status = error_set(e, KL_ERR_CREDENTIALS,
                           "the private key is not PEM (PKCS#8 or PKCS#1), damaged, or encrypted");
    else if (EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA || EVP_PKEY_get_bits(key) < MIN_KEY_BITS ||
             EVP_PKEY_get_bits(key) > MAX_KEY_BITS)
        status = error_set(e, KL_ERR_CREDENTIALS, "the private key is not an RSA key of %d to %d bits",
                           MIN_KEY_BITS, MAX_KEY_BITS);
    else
        status = sign(key, message, out, e);
    EVP_PKEY_free(key);
    BIO_free(bio);
    return status;
}

enum kl_status net_thumbprints(struct slice pem, unsigned char sha1[20], unsigned char sha256_out[32],
                               struct error *e) {
    BIO *bio = NULL;
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    if (open_pem(pem, &bio, e) != KL_OK)
        return e->status;
    X509 *certificate = PEM_read_bio_X509(bio, NULL, no_password, NULL);
    bool ok = certificate && X509_digest(certificate, EVP_sha1(), digest, &len) == 1 && len == 20;
    if (ok)
        memcpy(sha1, digest, 20);
    ok = ok && X509_digest(certificate, EVP_sha256(), digest, &len) == 1 && len == 32;
    if (ok)
        memcpy(sha256_out, digest, 32);
    X509_free(certificate);
    BIO_free(bio);
    return ok ? KL_OK : error_set(e, KL_ERR_CREDENTIALS, "there is no certificate in the PEM text");
}
