/* byte_source.h: bytes that come one after the other, and of which nobody wants all at once: a file, a pipe,
 * what git writes, a member of an archive. */
#ifndef KEYLIFT_BASE_BYTE_SOURCE_H
#define KEYLIFT_BASE_BYTE_SOURCE_H

#include "base/buf.h"
#include "base/error.h"

struct byte_source {
    /* Appends at most `want` bytes (not 0), and at least one but at the end. NULL: only `ahead` */
    enum kl_status (*next)(void *ctx, size_t want, struct buf *out, struct error *e);
    void *ctx;
    struct slice ahead; /* was read already: it comes first */
};

#endif
