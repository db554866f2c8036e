/* encoded.c: see encoded.h. */
#include "scanner/encoded.h"

#include "base/buf.h"
#include "base/encode.h"
#include "base/inflate.h"

#define HEX_MIN_BYTES 32u /* as written: 16 bytes */
#define PEEK_BYTES 16u    /* as written: what is decoded first */
#define PEEK_ROOM 16u

/* Both alphabets of base64 (RFC 4648), without the padding; hexadecimal digits are among them. A bit for each
 * byte of ASCII: + - / 0-9, A-Z _, a-z. */
static bool is_digit(char c) {
    static const uint64_t digits[4] = {0x03FFA80000000000u, 0x07FFFFFE87FFFFFEu};
    unsigned char byte = (unsigned char)c;
    return (digits[byte / 64] >> (byte % 64) & 1) != 0;
}

static bool is_hex(char c) {
    return hex_digit(c) >= 0;
}

static bool is_text_byte(char c) {
    return (unsigned char)c >= ' ' ? c != 0x7f : c == '\n' || c == '\r' || c == '\t';
}

static bool all(struct slice s, bool (*test)(char c)) {
    for (size_t i = 0; i < s.len; i++)
        if (!test(s.ptr[i]))
            return false;
    return true;
}

typedef bool (*decoder)(struct slice in, struct buf *out);

/* Whether the beginning decodes to plain ASCII, as that of every token and nearly every text does. Of what
 * is no encoding at all, one in some ten thousand does. */
static bool begins_as_text(struct slice run, decoder decode) {
    struct buf out = BUF_INIT_SECRET(PEEK_ROOM);
    struct slice head = slice_sub(run, 0, PEEK_BYTES);
    bool good = decode(head, &out);
    for (size_t i = 0; i < out.len && good; i++)
        good = is_text_byte(out.ptr[i]) && (unsigned char)out.ptr[i] < 0x80;
    buf_release(&out);
    return good;
}

/* Six bits of the first byte: that of a text is a blank or above, or a tab or line end. Turns most words of
 * code and every line of dashes away. */
static bool may_begin_text(char digit) {
    return (digit >= 'I' && digit <= 'Z') || (digit >= 'a' && digit <= 'f') || digit == 'C' || digit == 'D';
}

static bool take_text(struct slice text, const char *how, struct arena *arena, struct encoded *out) {
    bool good = text.len > 0 && all(text, is_text_byte) && utf8_valid(text);
    if (good) {
        out->text = arena_copy(arena, text);
        out->how = how;
    }
    return good;
}

static bool decode_text(struct slice run, decoder decode, const char *how, struct arena *arena,
                        struct encoded *out) {
    struct buf text = BUF_INIT_SECRET(run.len + 1);
    bool good = decode(run, &text) && take_text(buf_as_slice(&text), how, arena, out);
    buf_release(&text);
    return good;
}

/* By the first two bytes: gzip's are fixed; of zlib's the first one is, but for windows that nobody makes
 * smaller, and the second one makes both a multiple of 31 (RFC 1950). */
static bool is_packed(struct slice run, enum inflate_wrapping *wrapping) {
    if (run.ptr[0] != 'H' && run.ptr[0] != 'e')
        return false;
    struct buf head = BUF_INIT_SECRET(PEEK_ROOM);
    bool known = decode_base64(slice_sub(run, 0, 4), &head) && head.len == 3;
    unsigned first = known ? (unsigned char)head.ptr[0] : 0, second = known ? (unsigned char)head.ptr[1] : 0;
    bool gzip = first == 0x1f && second == 0x8b;
    *wrapping = gzip ? INFLATE_GZIP : INFLATE_ZLIB;
    buf_release(&head);
    return gzip || (first == 0x78 && (first << 8 | second) % 31 == 0);
}

static bool unpack_text(struct slice run, struct arena *arena, struct encoded *out) {
    enum inflate_wrapping wrapping;
    if (!is_packed(run, &wrapping))
        return false;
    struct buf packed = BUF_INIT_SECRET(run.len + 1), text = BUF_INIT_SECRET(ENCODED_MAX_UNPACKED);
    const char *how = wrapping == INFLATE_GZIP ? "gzip in base64" : "zlib in base64";
    bool good = decode_base64(run, &packed) && inflate_all(wrapping, buf_as_slice(&packed), &text) &&
                take_text(buf_as_slice(&text), how, arena, out);
    buf_release(&packed);
    buf_release(&text);
    return good;
}

/* The run of digits around text[at]; *end is where the next may begin. */
static void run_around(struct slice text, size_t at, size_t low, size_t *start, size_t *end) {
    *start = at;
    *end = at + 1;
    while (*start > low && is_digit(text.ptr[*start - 1]))
        --*start;
    while (*end < text.len && is_digit(text.ptr[*end]))
        ++*end;
}

/* With the padding, where that makes it whole. */
static size_t padded_end(struct slice text, size_t start, size_t end) {
    size_t missing = (4 - (end - start) % 4) % 4;
    for (size_t i = 0; i < missing; i++)
        if (end + i >= text.len || text.ptr[end + i] != '=')
            return end;
    return end + missing;
}

static bool decode_run(struct slice text, size_t start, size_t end, struct arena *arena,
                       struct encoded *out) {
    struct slice run = slice_sub(text, start, end);
    if (slice_starts(run, "0x"))
        run = slice_sub(run, 2, run.len);
    *out = (struct encoded){.start = start, .end = end};
    if (run.len >= HEX_MIN_BYTES && all(run, is_hex))
        return run.len % 2 == 0 && begins_as_text(run, decode_hex) &&
               decode_text(run, decode_hex, "hexadecimal", arena, out);
    run = slice_sub(text, start, end);
    out->end = padded_end(text, start, end);
    if (unpack_text(slice_sub(text, start, out->end), arena, out))
        return true;
    if (!may_begin_text(run.ptr[0]) || !begins_as_text(run, decode_base64))
        return false;
    return decode_text(slice_sub(text, start, out->end), decode_base64, "base64", arena, out);
}

bool encoded_next(struct slice text, size_t *at, struct arena *arena, struct encoded *out) {
    size_t low = *at;
    for (size_t i = low + ENCODED_MIN_BYTES - 1; i < text.len; i += ENCODED_MIN_BYTES) {
        size_t start, end;
        if (!is_digit(text.ptr[i]))
            continue;
        run_around(text, i, low, &start, &end);
        if (end - start >= ENCODED_MIN_BYTES && end - start <= ENCODED_MAX_BYTES &&
            decode_run(text, start, end, arena, out)) {
            *at = out->end;
            return true;
        }
        low = end;
        i = end - 1; /* and one stride further */
    }
    *at = text.len;
    return false;
}

bool encoded_percent(struct slice text, struct arena *arena, struct encoded *out) {
    size_t sign = text.len < ENCODED_MIN_BYTES || text.len > ENCODED_MAX_BYTES
                      ? SIZE_MAX
                      : slice_find_byte(text, '%', 0);
    if (sign == SIZE_MAX || text.len - sign < 3 || !is_hex(text.ptr[sign + 1]) || !is_hex(text.ptr[sign + 2]))
        return false;
    *out = (struct encoded){.end = text.len};
    return decode_text(text, decode_percent, "percent-encoding", arena, out);
}

bool encoded_base64(struct slice text, struct arena *arena, struct encoded *out) {
    *out = (struct encoded){.end = text.len};
    return text.len <= ENCODED_MAX_BYTES && begins_as_text(text, decode_base64) &&
           decode_text(text, decode_base64, "base64", arena, out);
}
