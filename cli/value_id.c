/* value_id.c: see value_id.h. */
#include "cli/value_id.h"

#include <stdio.h>

#include "base/encode.h"
#include "base/file.h"

enum kl_status value_key_read(struct cli *c, const char *path, struct buf *key, struct error *e) {
    enum kl_status s = file_read(path, VALUE_KEY_MAX_BYTES, key, e);
    if (s != KL_OK) {
        return s;
    }
    while (key->len > 0 && (key->ptr[key->len - 1] == '\n' || key->ptr[key->len - 1] == '\r')) {
        key->len--;
    }
    if (key->len < VALUE_KEY_MIN_BYTES) {
        return error_set(e, KL_ERR_USAGE,
                         "%s: a fingerprint key has at least %u bytes; \"openssl rand -hex 32\" makes one",
                         path, VALUE_KEY_MIN_BYTES);
    }
    redact_add(c->redactor, buf_as_slice(key));
    return KL_OK;
}

void value_id_set(struct finding *f, struct slice key, char out[VALUE_ID_MAX]) {
    struct buf message, hex = BUF_INIT(VALUE_ID_MAX);
    unsigned char mac[32];
    if (secret_slice(&f->value).len == 0) { /* a file that is a finding by its name */
        return;
    }
    buf_init_secret(&message, KL_MAX_FILE_BYTES);
    buf_str(&message, "keylift value 1:"); /* the key may serve another purpose, too */
    buf_slice(&message, secret_slice(&f->value));
    hmac_sha256(key, buf_as_slice(&message), mac);
    encode_hex(slice_of((const char *)mac, sizeof mac), &hex);
    (void)snprintf(out, VALUE_ID_MAX, "%s", buf_cstr(&hex));
    f->value_id = out;
    buf_release(&message);
    buf_release(&hex);
}
