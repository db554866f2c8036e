/* encode.c: base64 (RFC 4648), hexadecimal, percent-encoding (RFC 3986),
 * SHA-256 and HMAC (on libmd), and UTF-8 (RFC 3629). */
#include "base/encode.h"

#include <sys/types.h>
#include <sha1.h>
#include <sha2.h>

#include "base/mem.h"

static const char base64_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void encode_base64(struct slice in, struct buf *out) {
    const unsigned char *p = (const unsigned char *)in.ptr;
    for (size_t i = 0; i < in.len; i += 3) {
        size_t left = in.len - i;
        uint32_t v =
            (uint32_t)p[i] << 16 | (left > 1 ? (uint32_t)p[i + 1] << 8 : 0) | (left > 2 ? p[i + 2] : 0);
        char quad[4] = {base64_alphabet[v >> 18], base64_alphabet[v >> 12 & 63],
                        left > 1 ? base64_alphabet[v >> 6 & 63] : '=',
                        left > 2 ? base64_alphabet[v & 63] : '='};
        buf_bytes(out, quad, sizeof(quad));
        mem_wipe(quad, sizeof(quad));
    }
}

/* 0-63, or -1. Both alphabets. */
static int base64_value(char c) {
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+' || c == '-')
        return 62;
    return c == '/' || c == '_' ? 63 : -1;
}

bool decode_base64(struct slice in, struct buf *out) {
    size_t len = in.len;
    while (len > 0 && in.len - len < 2 && in.ptr[len - 1] == '=')
        len--;
    if ((len != in.len && in.len % 4 != 0) || len % 4 == 1)
        return false;
    uint32_t bits = 0;
    for (size_t i = 0; i < len; i++) {
        int value = base64_value(in.ptr[i]);
        if (value < 0)
            return false;
        bits = bits << 6 | (uint32_t)value;
        if (i % 4 != 0) /* each digit but a group's first completes a byte */
            buf_char(out, (char)(unsigned char)(bits >> (6 - 2 * (i % 4)) & 0xFF));
    }
    return buf_ok(out);
}

void encode_hex(struct slice in, struct buf *out) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < in.len; i++) {
        unsigned char c = (unsigned char)in.ptr[i];
        buf_char(out, digits[c >> 4]);
        buf_char(out, digits[c & 15]);
    }
}

static bool hex_pair(const char *p, struct buf *out) {
    int high = hex_digit(p[0]), low = hex_digit(p[1]);
    if (high < 0 || low < 0)
        return false;
    buf_char(out, (char)(unsigned char)(high << 4 | low));
    return true;
}

bool hex_number(struct slice text, size_t at, size_t digits, uint32_t *out) {
    uint32_t n = 0;
    for (size_t i = 0; i < digits; i++) {
        int digit = at + i < text.len ? hex_digit(text.ptr[at + i]) : -1;
        if (digit < 0)
            return false;
        n = n << 4 | (uint32_t)digit;
    }
    *out = n;
    return true;
}

bool decode_hex(struct slice in, struct buf *out) {
    if (in.len % 2 != 0)
        return false;
    for (size_t i = 0; i < in.len; i += 2)
        if (!hex_pair(in.ptr + i, out))
            return false;
    return buf_ok(out);
}

static bool is_unreserved(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

void encode_percent(struct slice in, struct buf *out) {
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < in.len; i++) {
        unsigned char c = (unsigned char)in.ptr[i];
        if (is_unreserved(in.ptr[i])) {
            buf_char(out, in.ptr[i]);
            continue;
        }
        buf_char(out, '%');
        buf_char(out, digits[c >> 4]);
        buf_char(out, digits[c & 15]);
    }
}

bool decode_percent(struct slice in, struct buf *out) {
    for (size_t i = 0; i < in.len; i++) {
        if (in.ptr[i] != '%') {
            buf_char(out, in.ptr[i]);
        } else {
            if (in.len - i < 3 || !hex_pair(in.ptr + i + 1, out))
                return false;
            i += 2;
        }
    }
    return buf_ok(out);
}

static void sha256_two(struct slice first, struct slice second, unsigned char out[32]) {
    SHA2_CTX ctx;
    SHA256Init(&ctx);
    if (first.len)
        SHA256Update(&ctx, (const uint8_t *)first.ptr, first.len);
    if (second.len)
        SHA256Update(&ctx, (const uint8_t *)second.ptr, second.len);
    SHA256Final(out, &ctx);
    mem_wipe(&ctx, sizeof(ctx));
}

void sha256(struct slice in, unsigned char out[32]) {
    sha256_two(in, (struct slice){0}, out);
}

/* `out` has room for 2 * len + 1 bytes. */
static void hex_text(const unsigned char *hash, size_t len, char *out) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digits[hash[i] >> 4];
        out[2 * i + 1] = digits[hash[i] & 15];
    }
    out[2 * len] = '\0';
}

void sha256_hex(struct slice in, char out[65]) {
    unsigned char hash[32];
    sha256(in, hash);
    hex_text(hash, sizeof(hash), out);
}

void sha1_hex(struct slice in, char out[41]) {
    SHA1_CTX ctx;
    unsigned char hash[20];
    SHA1Init(&ctx);
    if (in.len)
        SHA1Update(&ctx, (const uint8_t *)in.ptr, in.len);
    SHA1Final(hash, &ctx);
    mem_wipe(&ctx, sizeof(ctx));
    hex_text(hash, sizeof(hash), out);
}

void hmac_sha256(struct slice key, struct slice message, unsigned char out[32]) {
    unsigned char inner[64] = {0}, outer[64], hash[32];
    if (key.len > sizeof(inner))
        sha256(key, inner);
    else if (key.len)
        memcpy(inner, key.ptr, key.len);
    for (size_t i = 0; i < sizeof(inner); i++) {
        outer[i] = inner[i] ^ 0x5C;
        inner[i] ^= 0x36;
    }
    sha256_two(slice_of(inner, sizeof(inner)), message, hash);
    sha256_two(slice_of(outer, sizeof(outer)), slice_of(hash, sizeof(hash)), out);
    mem_wipe(inner, sizeof(inner));
    mem_wipe(outer, sizeof(outer));
    mem_wipe(hash, sizeof(hash));
}

/* A table of the 16 half bytes is quick enough for values of 64 KB. */
uint32_t crc32c(struct slice in) {
    static const uint32_t table[16] = {
        0x00000000, 0x105EC76F, 0x20BD8EDE, 0x30E349B1, 0x417B1DBC, 0x5125DAD3, 0x61C69362, 0x7198540D,
        0x82F63B78, 0x92A8FC17, 0xA24BB5A6, 0xB21572C9, 0xC38D26C4, 0xD3D3E1AB, 0xE330A81A, 0xF36E6F75,
    };
    uint32_t crc = 0xFFFFFFFF;
    for (size_t i = 0; i < in.len; i++) {
        crc ^= (unsigned char)in.ptr[i];
        crc = crc >> 4 ^ table[crc & 15];
        crc = crc >> 4 ^ table[crc & 15];
    }
    return ~crc;
}

uint64_t hash64(struct slice in) {
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < in.len; i++)
        h = (h ^ (unsigned char)in.ptr[i]) * UINT64_C(0x100000001b3);
    /* FNV's low bits depend on few input bits; tables mask with them. */
    return h ^ h >> 32;
}

unsigned utf8_sequence(const char *s, size_t left, uint32_t *code_point) {
    const unsigned char *p = (const unsigned char *)s;
    if (left == 0)
        return 0;
    if (p[0] < 0x80) {
        *code_point = p[0];
        return 1;
    }
    unsigned len = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;
    if (p[0] < 0xC2 || p[0] > 0xF4 || left < len)
        return 0;
    uint32_t c = p[0] & (0xFFu >> (len + 1));
    for (unsigned i = 1; i < len; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 0;
        c = c << 6 | (p[i] & 0x3F);
    }
    bool overlong = (len == 3 && c < 0x800) || (len == 4 && c < 0x10000);
    if (overlong || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        return 0;
    *code_point = c;
    return len;
}

bool utf8_valid(struct slice s) {
    uint32_t c;
    for (size_t i = 0; i < s.len;) {
        unsigned len = utf8_sequence(s.ptr + i, s.len - i, &c);
        if (len == 0)
            return false;
        i += len;
    }
    return true;
}

size_t utf8_count(struct slice s) {
    uint32_t c;
    size_t count = 0;
    for (size_t i = 0; i < s.len; count++) {
        unsigned len = utf8_sequence(s.ptr + i, s.len - i, &c);
        i += len ? len : 1;
    }
    return count;
}
