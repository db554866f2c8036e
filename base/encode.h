/* encode.h: base64, hexadecimal, percent-encoding, SHA-256, HMAC, CRC-32C, and
 * UTF-8 checks. SHA-256 comes from libmd, which is 30 KB: OpenSSL's start-up time
 * would show in a commit hook, so only the network code loads that. */
#ifndef KEYLIFT_BASE_ENCODE_H
#define KEYLIFT_BASE_ENCODE_H

#include "base/buf.h"
#include "base/slice.h"

void encode_base64(struct slice in, struct buf *out);
bool decode_base64(struct slice in,
                   struct buf *out) KL_MUST_USE; /* standard and URL alphabets; padding optional */
void encode_hex(struct slice in, struct buf *out);
bool decode_hex(struct slice in, struct buf *out) KL_MUST_USE;
/* Its value, whatever the case; -1 for what is none. */
static inline int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}
/* `digits` hexadecimal digits at `at`, at most eight; false, and *out as it was, if they are not all there.
 */
bool hex_number(struct slice text, size_t at, size_t digits, uint32_t *out);
void encode_percent(struct slice in, struct buf *out); /* RFC 3986 unreserved stay */
bool decode_percent(struct slice in, struct buf *out) KL_MUST_USE;

/* FIPS 180-4. */
void sha256(struct slice in, unsigned char out[32]);
void sha256_hex(struct slice in, char out[65]);
/* Only for names of files that others chose by it (AWS's SSO cache): SHA-1 is broken. */
void sha1_hex(struct slice in, char out[41]);
void hmac_sha256(struct slice key, struct slice message, unsigned char out[32]); /* RFC 2104 */
uint32_t crc32c(struct slice in); /* Castagnoli (RFC 3720, B.4): against accidents, not attackers */
uint64_t hash64(struct slice in); /* FNV-1a style, for tables; not for security */

/* Length of the valid UTF-8 sequence at s (1-4), 0 if invalid. RFC 3629. */
unsigned utf8_sequence(const char *s, size_t left, uint32_t *code_point);
bool utf8_valid(struct slice s);
/* Code points in s; each invalid byte counts as one. */
size_t utf8_count(struct slice s);

#endif
