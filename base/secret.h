/* secret.h: the only owner of a secret value. The bytes are wiped by
 * secret_release, the only call that frees them. Compare with secret_equal,
 * which takes the same time wherever two values differ. */
#ifndef KEYLIFT_BASE_SECRET_H
#define KEYLIFT_BASE_SECRET_H

#include "base/common.h"
#include "base/slice.h"

struct secret {
    unsigned char *ptr; /* NULL when empty */
    size_t len;
    /* Bytes in the code, not text: a vault that tells them apart stores them as
     * such, because code reads each in its own way. secret_set leaves it. */
    bool binary;
    bool either; /* read from a vault that does not tell: may be the bytes of a text, or bytes */
};

void secret_set(struct secret *s, struct slice value);    /* copies; wipes what was there */
void secret_move(struct secret *to, struct secret *from); /* `from` is empty after it */
void secret_release(struct secret *s);                    /* wipes and frees; may be called twice */
bool secret_equal(const struct secret *a, const struct secret *b) KL_MUST_USE;
struct slice secret_slice(const struct secret *s); /* borrowed; do not print */

/* Keeps secrets out of core dumps and away from other processes of the same
 * user (no core file, not ptrace-able by non-root). Called once, by main. */
void secret_process_init(void);

#endif
