/* charset.h: one character at a time from an old encoding to UTF-8, on the
 * system's iconv. Only encodings whose first 128 bytes are ASCII and which have
 * no state between characters; the caller handles bytes below 0x80 itself. */
#ifndef KEYLIFT_BASE_CHARSET_H
#define KEYLIFT_BASE_CHARSET_H

#include "base/common.h"

#define CHARSET_MAX_BYTES 4u /* of one character in an encoding (GB 18030) */
#define CHARSET_MAX_UTF8 12u /* of its UTF-8 form: some are a letter and its accents */

struct charset;

/* NULL if the system does not know the name. */
struct charset *charset_open(const char *iconv_name) KL_MUST_USE;
void charset_close(struct charset *c); /* NULL is fine */
/* Bytes of the character at p, 0 if they are none; its UTF-8 form goes to out. */
unsigned charset_decode(struct charset *c, const char *p, size_t left, char out[CHARSET_MAX_UTF8],
                        unsigned *out_len) KL_MUST_USE;

#endif
