#include "scanner/checks_internal.h"

#include <math.h>
#include <stdlib.h>

#include "base/encode.h"
#include "base/json.h"
#include "scanner/placeholder.h"

#define CHECK_MAX_DECODED ((size_t)1 << 20)

double check_entropy(struct slice s) {
    uint32_t counts[256] = {0};
    for (size_t i = 0; i < s.len; i++)
        counts[(unsigned char)s.ptr[i]]++;
    double bits = 0;
    for (unsigned c = 0; c < 256; c++) {
        if (counts[c] > 0) {
            double p = (double)counts[c] / (double)s.len;
            bits -= p * log2(p);
        }
    }
    return bits;
}

/* ---- CRC-32 in base 62 (GitHub's "Behind GitHub's new authentication token
 * formats"; npm took it over) ---- */

static uint32_t crc32_ieee(struct slice s) {
    uint32_t crc = 0xFFFFFFFFu;
    for (size_t i = 0; i < s.len; i++) {
        crc ^= (unsigned char)s.ptr[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1u)));
    }
    return ~crc;
}

static bool crc_matches(struct slice body, struct slice sum, const char *digits) {
    uint32_t crc = crc32_ieee(body);
    for (size_t i = sum.len; i-- > 0; crc /= 62) {
        if (sum.ptr[i] != digits[crc % 62])
            return false;
    }
    return crc == 0;
}

/* prefix_ + 30 characters + 6 of the checksum. The order of the 62 digits is
 * not in the documentation: both usual ones are accepted. */
static enum check_result check_crc32_base62(struct slice s) {
    static const char *const orders[] = {"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
                                         "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"};
    size_t start = slice_find_byte(s, '_', 0);
    if (start == SIZE_MAX || s.len < start + 1 + 36)
        return CHECK_UNKNOWN;
    struct slice body = slice_sub(s, start + 1, s.len - 6), sum = slice_sub(s, s.len - 6, s.len);
    for (size_t i = 0; i < KL_ARRAY_LEN(orders); i++) {
        if (crc_matches(body, sum, orders[i]))
            return CHECK_RIGHT;
    }
    return CHECK_DAMAGED;
}

/* ---- JWT: RFC 7515, RFC 7519 ---- */

static bool decodes_to_json_object(struct slice part, const char *key) {
    struct buf text = BUF_INIT_SECRET(CHECK_MAX_DECODED);
    struct error e = {0};
    cJSON *j = NULL;
    bool good = decode_base64(part, &text) && json_parse(buf_as_slice(&text), "token", &j, &e) == KL_OK &&
                cJSON_IsObject(j) && (key == NULL || json_get(j, key) != NULL);
    json_delete_secret(j);
    buf_release(&text);
    return good;
}

static enum check_result check_jwt(struct slice s) {
    size_t first = slice_find_byte(s, '.', 0);
    if (first == SIZE_MAX)
        return CHECK_DAMAGED;
    size_t second = slice_find_byte(s, '.', first + 1);
    if (second == SIZE_MAX)
        return CHECK_DAMAGED;
    bool good = decodes_to_json_object(slice_sub(s, 0, first), "alg") &&
                decodes_to_json_object(slice_sub(s, first + 1, second), NULL);
    return good ? CHECK_RIGHT : CHECK_DAMAGED;
}

/* ---- PEM: RFC 7468 ---- */

static enum check_result check_pem(struct slice s) {
    size_t begin = slice_find(s, SLICE_LIT("KEY"), 0);
    size_t start = begin == SIZE_MAX ? SIZE_MAX : slice_find(s, SLICE_LIT("-----"), begin);
    size_t end = start == SIZE_MAX ? SIZE_MAX : slice_find(s, SLICE_LIT("-----END"), start + 5);
    if (end == SIZE_MAX)
        return CHECK_UNKNOWN; /* cut off: the begin and some of the body */
    struct slice body = slice_sub(s, start + 5, end);
    if (slice_find(body, SLICE_LIT("Proc-Type:"), 0) != SIZE_MAX)
        return CHECK_RIGHT; /* encrypted, in the old way */
    struct buf packed = BUF_INIT_SECRET(CHECK_MAX_DECODED), der = BUF_INIT_SECRET(CHECK_MAX_DECODED);
    for (size_t i = 0; i < body.len; i++) {
        bool escaped = body.ptr[i] == '\\' && i + 1 < body.len;
        if (escaped)
            i++; /* \n, as in JSON that stands in a string */
        else if (memchr(" \t\r\n", body.ptr[i], 4) == NULL)
            buf_char(&packed, body.ptr[i]);
    }
    bool good = decode_base64(buf_as_slice(&packed), &der) && der.len >= 32 &&
                ((unsigned char)der.ptr[0] == 0x30 || slice_starts(buf_as_slice(&der), "openssh-key-v1"));
    buf_release(&packed);
    buf_release(&der);
    return good ? CHECK_RIGHT : CHECK_DAMAGED;
}

/* ---- encodings of a fixed size ---- */

static size_t decoded_size(struct slice s) {
    struct buf out = BUF_INIT_SECRET(CHECK_MAX_DECODED);
    size_t size = decode_base64(s, &out) ? out.len : 0;
    buf_release(&out);
    return size;
}

/* Azure storage and Cosmos keys are 512 bits; the key may stand in a
 * connection string. */
static enum check_result check_azure_key(struct slice s) {
    size_t key = slice_find(s, SLICE_LIT("AccountKey="), 0);
    struct slice value = key == SIZE_MAX ? s : slice_sub(s, key + 11, s.len);
    size_t end = slice_find_byte(value, ';', 0);
    value = slice_sub(value, 0, end == SIZE_MAX ? value.len : end);
    return decoded_size(value) == 64 ? CHECK_RIGHT : CHECK_DAMAGED;
}

/* The first part of a Discord token is the bot's id, a decimal number, in
 * base64 (Discord's "Reference", snowflakes). */
static enum check_result check_discord(struct slice s) {
    size_t dot = slice_find_byte(s, '.', 0);
    struct buf id = BUF_INIT(64);
    bool good = dot != SIZE_MAX && decode_base64(slice_sub(s, 0, dot), &id) && id.len >= 15 && id.len <= 20;
    for (size_t i = 0; good && i < id.len; i++)
        good = id.ptr[i] >= '0' && id.ptr[i] <= '9';
    buf_release(&id);
    return good ? CHECK_RIGHT : CHECK_DAMAGED;
}

/* AWS's documentation writes EXAMPLE into its keys and tokens: they open nothing. */
enum check_result check_aws_key(struct slice s) {
    return slice_find(s, SLICE_LIT("EXAMPLE"), 0) != SIZE_MAX ? CHECK_DROP : CHECK_UNKNOWN;
}

/* "Basic" credentials decode to user:password (RFC 7617). */
static enum check_result check_basic_auth(struct slice s) {
    struct buf text = BUF_INIT_SECRET(CHECK_MAX_DECODED);
    bool good = decode_base64(s, &text) && slice_find_byte(buf_as_slice(&text), ':', 0) != SIZE_MAX &&
                utf8_valid(buf_as_slice(&text));
    size_t colon = good ? slice_find_byte(buf_as_slice(&text), ':', 0) : 0;
    good = good && colon > 0 && colon + 1 < text.len;
    buf_release(&text);
    return good ? CHECK_RIGHT : CHECK_DROP;
}

/* ---- scheme://user:password@host (RFC 3986) ---- */

static bool is_documented_host(struct slice host) {
    static const char *const none[] = {"host",        "hostname", "server",     "example", "example.com",
                                       "example.org", "domain",   "domain.com", "proxy",   "ip"};
    for (size_t i = 0; i < KL_ARRAY_LEN(none); i++) {
        if (slice_eq_nocase(host, none[i]))
            return true;
    }
    return slice_ends(host, ".example.com") || slice_ends(host, ".example.org") ||
           slice_ends(host, ".example");
}

/* Passwords that documentation puts into addresses; they are found where a
 * telling name holds them, but not in an address. */
static bool is_documented_password(struct slice user, struct slice password) {
    static const char *const words[] = {"pass",   "passwd",   "password", "pwd",    "pw",
                                        "secret", "scott",    "tiger",    "mypass", "mypassword",
                                        "p",      "passw0rd", "dbpass",   "guest"};
    for (size_t i = 0; i < KL_ARRAY_LEN(words); i++) {
        if (slice_eq_nocase(password, words[i]))
            return true;
    }
    return slice_eq(user, password) || slice_eq_cstr(user, "scott") || password.len < 2 ||
           placeholder_is(password);
}

static enum check_result check_url_password(struct slice s) {
    size_t scheme = slice_find(s, SLICE_LIT("://"), 0);
    if (scheme == SIZE_MAX)
        return CHECK_DROP;
    struct slice rest = slice_sub(s, scheme + 3, s.len);
    size_t slash = slice_find_byte(rest, '/', 0);
    struct slice authority = rest;
    size_t at = SIZE_MAX;
    for (size_t i = 0; i < rest.len; i++) {
        if (rest.ptr[i] == '@' && (slash == SIZE_MAX || i < slash || at == SIZE_MAX))
            at = i;
    }
    size_t colon = slice_find_byte(authority, ':', 0);
    if (at == SIZE_MAX || colon == SIZE_MAX || colon > at)
        return CHECK_DROP;
    struct slice user = slice_sub(rest, 0, colon), password = slice_sub(rest, colon + 1, at);
    struct slice host = slice_sub(rest, at + 1, rest.len);
    size_t host_end = 0;
    while (host_end < host.len && memchr(":/?#,; \"'", host.ptr[host_end], 9) == NULL)
        host_end++;
    host = slice_sub(host, 0, host_end);
    if (placeholder_has_field(password) || placeholder_has_field(user) ||
        is_documented_password(user, password))
        return CHECK_DROP;
    return is_documented_host(host) ? CHECK_DROP : CHECK_UNKNOWN;
}

static enum check_result check_password_value(struct slice s) {
    return placeholder_is(s) || placeholder_has_field(s) ? CHECK_DROP : CHECK_UNKNOWN;
}

static const struct named_check {
    const char *name;
    check_fn fn;
    const char *(*tell)(struct slice secret, struct arena *arena);
} checks[] = {
    {"aws-key", check_aws_key, NULL},
    {"aws-key-id", check_aws_key_id, tell_aws_account},
    {"azure-key", check_azure_key, NULL},
    {"basic-auth", check_basic_auth, NULL},
    {"crc32-base62", check_crc32_base62, NULL},
    {"discord", check_discord, NULL},
    {"ids", check_ids, NULL},
    {"jwt", check_jwt, NULL},
    {"macaroon", check_macaroon, NULL},
    {"password-value", check_password_value, NULL},
    {"pem", check_pem, NULL},
    {"url-password", check_url_password, NULL},
};

static const struct named_check *find(const char *name) {
    for (size_t i = 0; i < KL_ARRAY_LEN(checks); i++) {
        if (strcmp(checks[i].name, name) == 0)
            return &checks[i];
    }
    return NULL;
}

check_fn check_find(const char *name) {
    const struct named_check *c = find(name);
    return c ? c->fn : NULL;
}

const char *check_tell(const char *name, struct slice secret, struct arena *arena) {
    const struct named_check *c = find(name);
    return c && c->tell ? c->tell(secret, arena) : NULL;
}
