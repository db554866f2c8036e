/* value_id.h: --fingerprint-key-file: the same value gets the same id in every report that is made with the
 * same key, so that they tell in how many repositories a key stands. Whoever has the key can check a guess
 * against an id; nobody else can. */
#ifndef KEYLIFT_CLI_VALUE_ID_H
#define KEYLIFT_CLI_VALUE_ID_H

#include "cli/command.h"
#include "scanner/finding.h"

#define VALUE_KEY_MIN_BYTES 32u /* as long as what HMAC-SHA-256 gives: RFC 2104, section 3 */
#define VALUE_KEY_MAX_BYTES 4096u

/* The key of the file, without the end of its last line; the output filter learns it. `key` is a secret
 * buffer. */
enum kl_status value_key_read(struct cli *c, const char *path, struct buf *key, struct error *e) KL_MUST_USE;
/* Sets value_id of a finding, which must have its value: to `out`, which is the caller's. */
#define VALUE_ID_MAX 65u
void value_id_set(struct finding *f, struct slice key, char out[VALUE_ID_MAX]);

#endif
