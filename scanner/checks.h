/* checks.h: what can be verified about a token without asking its provider:
 * checksums, and whether its parts decode to what they must be.
 *
 * A token whose checksum is wrong is still found, with less confidence and a
 * note: people try a scanner with made-up tokens. Only what cannot be a
 * credential at all (a URL whose password is "${PASSWORD}") is dropped. */
#ifndef KEYLIFT_SCANNER_CHECKS_H
#define KEYLIFT_SCANNER_CHECKS_H

#include "base/arena.h"

enum check_result {
    CHECK_UNKNOWN, /* nothing learned */
    CHECK_RIGHT,   /* as the provider makes them: raises the confidence */
    CHECK_DAMAGED, /* the shape without the checksum: lowers it */
    CHECK_DROP     /* no credential */
};

typedef enum check_result (*check_fn)(struct slice secret);

/* NULL for an unknown name. */
check_fn check_find(const char *name);

/* What else the check of this name reads from a secret that is not damaged, for the report: whose it is.
 * NULL: nothing. In the arena; nothing of it is secret. */
const char *check_tell(const char *name, struct slice secret, struct arena *arena);

/* Bits a character: Shannon's entropy of the bytes of s. */
double check_entropy(struct slice s);

#endif
