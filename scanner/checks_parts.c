/* checks_parts.c: tokens whose parts are numbers or fields that decode. */
#include "scanner/checks_internal.h"

#include "base/buf.h"
#include "base/encode.h"

/* ---- AWS access key ids ---- */

#define AWS_PREFIX_BYTES 4u
#define AWS_ACCOUNT_DIGITS 8u /* of base 32, that hold one bit and the number of the account */
#define AWS_ACCOUNT_MAX 999999999999u

static int base32_digit(char c) { /* RFC 4648 */
    return c >= 'A' && c <= 'Z' ? c - 'A' : c >= '2' && c <= '7' ? c - '2' + 26 : -1;
}

/* Behind the prefix stands, in base 32, a bit that is 1 in the ids made since 2019, and then the account in
 * 40 bits: "A bitwise analysis of AWS access key identifiers", WithSecure Labs. False for older ids. */
static bool aws_account(struct slice id, uint64_t *account) {
    uint64_t bits = 0; /* of nine digits */
    for (size_t i = 0; i <= AWS_ACCOUNT_DIGITS; i++) {
        int digit = AWS_PREFIX_BYTES + i < id.len ? base32_digit(id.ptr[AWS_PREFIX_BYTES + i]) : -1;
        if (digit < 0)
            return false;
        bits = bits << 5 | (unsigned)digit;
    }
    *account = bits >> 4 & ((UINT64_C(1) << 40) - 1);
    return (bits >> 44 & 1) != 0;
}

enum check_result check_aws_key_id(struct slice s) {
    uint64_t account;
    if (check_aws_key(s) == CHECK_DROP)
        return CHECK_DROP;
    return aws_account(s, &account) && account > AWS_ACCOUNT_MAX ? CHECK_DAMAGED : CHECK_UNKNOWN;
}

const char *tell_aws_account(struct slice s, struct arena *arena) {
    uint64_t account;
    if (!aws_account(s, &account) || account > AWS_ACCOUNT_MAX)
        return NULL;
    return arena_printf(arena, "account %012llu", (unsigned long long)account);
}

/* ---- macaroons: the second binary format of libmacaroons ("Macaroon data formats"), which PyPI writes
 * behind "pypi-" in base64 for URLs ---- */

#define MACAROON_VERSION 2u
#define MACAROON_MAX_BYTES ((size_t)64 << 10)
enum { FIELD_END = 0, FIELD_SIGNATURE = 6 };
#define SIGNATURE_BYTES 32u

/* A field from *at on; false if there is none that is whole. Lengths of two bytes are the longest that occur.
 */
static bool next_field(struct slice m, size_t *at, unsigned *type, size_t *len) {
    if (*at >= m.len)
        return false;
    *type = (unsigned char)m.ptr[(*at)++];
    *len = 0;
    if (*type == FIELD_END)
        return true;
    for (unsigned shift = 0; *at < m.len && shift <= 7; shift += 7) {
        unsigned char c = (unsigned char)m.ptr[(*at)++];
        *len |= (size_t)(c & 0x7f) << shift;
        if (c < 0x80) {
            bool whole = *len <= m.len - *at;
            *at += whole ? *len : 0;
            return whole;
        }
    }
    return false;
}

/* Head and caveats are lists of fields, each ended; an empty list ends them, and the signature follows. */
static bool is_macaroon(struct slice m) {
    size_t at = 1, len = 0, fields = 0;
    unsigned type;
    if (m.len < 2 || (unsigned char)m.ptr[0] != MACAROON_VERSION)
        return false;
    for (;;) {
        if (!next_field(m, &at, &type, &len) || type >= FIELD_SIGNATURE)
            return false;
        if (type == FIELD_END && fields == 0)
            break;
        fields = type == FIELD_END ? 0 : fields + 1;
    }
    return next_field(m, &at, &type, &len) && type == FIELD_SIGNATURE && len == SIGNATURE_BYTES &&
           at == m.len;
}

enum check_result check_macaroon(struct slice s) {
    size_t dash = slice_find_byte(s, '-', 0);
    if (dash == SIZE_MAX)
        return CHECK_UNKNOWN;
    struct buf decoded = BUF_INIT_SECRET(MACAROON_MAX_BYTES);
    bool good = decode_base64(slice_sub(s, dash + 1, s.len), &decoded) && is_macaroon(buf_as_slice(&decoded));
    buf_release(&decoded);
    return good ? CHECK_RIGHT : CHECK_DAMAGED;
}

/* ---- numbers of accounts and bots, in decimal ---- */

#define IDS_MIN_DIGITS 6u /* shorter ones are versions */

enum check_result check_ids(struct slice s) {
    for (size_t i = 0, start = 0; i <= s.len; i++) {
        if (i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9')
            continue;
        bool ends = i == s.len || s.ptr[i] == '-' || s.ptr[i] == ':';
        bool begins = start == 0 || s.ptr[start - 1] == '-';
        if (ends && begins && i - start >= IDS_MIN_DIGITS && s.ptr[start] == '0')
            return CHECK_DAMAGED;
        start = i + 1;
    }
    return CHECK_UNKNOWN;
}
