/* encoded.h: text that is written in base64, hexadecimal or percent signs, or packed by gzip or zlib and then
 * written in base64. Only what decodes to text is of interest: what a rule could match.
 *
 * Most strings are none, and that has to cost next to nothing: a run of the alphabet is looked for in
 * strides of its shortest length, and its first bytes are decoded before the rest is. */
#ifndef KEYLIFT_SCANNER_ENCODED_H
#define KEYLIFT_SCANNER_ENCODED_H

#include "base/arena.h"
#include "base/slice.h"

#define ENCODED_MIN_BYTES ((size_t)24)       /* as written: 18 bytes of a token */
#define ENCODED_MAX_BYTES ((size_t)64 << 10) /* a longer one is data: an image, a font */
#define ENCODED_MAX_UNPACKED ((size_t)1 << 20)
#define ENCODED_LEVELS 2u /* a text in base64 may be in base64 again */

struct encoded {
    size_t start, end; /* in the text, padding included */
    struct slice text; /* decoded; in the arena */
    const char *how;   /* "base64", "gzip in base64" */
};

/* The next run at *at or behind it, which moves behind it. False at the end. */
bool encoded_next(struct slice text, size_t *at, struct arena *arena, struct encoded *out);

/* All of it, if it has percent signs that encode something. */
bool encoded_percent(struct slice text, struct arena *arena, struct encoded *out);

/* All of it, if it is base64 of a text of any length. */
bool encoded_base64(struct slice text, struct arena *arena, struct encoded *out);

#endif
