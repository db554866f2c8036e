/* buf.h: a growable byte buffer with a named maximum.
 *
 *     struct buf b = BUF_INIT(KL_MAX_CONFIG_BYTES);
 *     buf_str(&b, "name = ");
 *     buf_slice(&b, name);
 *     if (!buf_ok(&b)) ...                 // over the maximum, once, at the end
 *     buf_release(&b);
 *
 * Appending past the maximum sets a sticky flag and appends nothing more, so
 * that writers need one check and not one a call. The bytes are always
 * followed by a NUL that does not count in len.
 *
 * BUF_INIT_SECRET wipes its memory when it grows and when it is released: use
 * it for anything that a secret passes through. */
#ifndef KEYLIFT_BASE_BUF_H
#define KEYLIFT_BASE_BUF_H

#include "base/common.h"
#include "base/slice.h"

struct buf {
    char *ptr;
    size_t len;
    size_t cap;
    size_t max;
    bool wipe;
    bool over; /* an append did not fit */
};

#define BUF_INIT(maximum)                                                                                    \
    { .max = (maximum) }
#define BUF_INIT_SECRET(maximum)                                                                             \
    { .max = (maximum), .wipe = true }

void buf_init(struct buf *b, size_t max);
void buf_init_secret(struct buf *b, size_t max);
void buf_release(struct buf *b); /* frees (and wipes); the buffer is empty and usable after it */
void buf_clear(struct buf *b);   /* keeps the memory (wiped if secret); clears `over` */
void buf_bytes(struct buf *b, const void *ptr, size_t len);
void buf_slice(struct buf *b, struct slice s);
void buf_str(struct buf *b, const char *s);
void buf_char(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) KL_PRINTF(2, 3);
/* Room for `len` more bytes, to be filled in by the caller, who then adds to
 * b->len. NULL (and `over`) if they would not fit. */
char *buf_reserve(struct buf *b, size_t len) KL_MUST_USE;
/* Appends the UTF-8 form of a code point (also of a lone surrogate: WTF-8). */
void buf_utf8(struct buf *b, uint32_t code_point);
static inline bool buf_ok(const struct buf *b) {
    return !b->over;
}
struct slice buf_as_slice(const struct buf *b);
const char *buf_cstr(struct buf *b); /* never NULL; valid until the next change */

#endif
