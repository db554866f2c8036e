/* pyfile.c: the bytes of a Python file as UTF-8 text, and its lines. */
#include "scanner/pyfile.h"
#include "base/bisect.h"
#include "base/charset.h"
#include "base/encode.h"
#include "base/load.h"
#include "scanner/pybytes.h"
#include "scanner/pyencoding.h"

/* A larger file in an old encoding is not transcoded: text and offsets take up
 * to eleven times its size. Nobody has seen one. */
#define MAX_TRANSCODE_BYTES ((size_t)64 << 20)
/* Lines may be as long as files: code points are counted once a block. */
#define POINT_BLOCK ((size_t)4096)

#define HIGH_BITS 0x8080808080808080u

static size_t ascii_prefix(const char *p, size_t len) {
    size_t i = 0;
    for (; i + 64 <= len; i += 64) {
        uint64_t all = 0;
        for (size_t k = 0; k < 64; k += 8)
            all |= load_le64(p + i + k);
        if (all & HIGH_BITS)
            break;
    }
    while (i + 8 <= len && (load_le64(p + i) & HIGH_BITS) == 0)
        i += 8;
    while (i < len && (unsigned char)p[i] < 0x80)
        i++;
    return i;
}

static bool is_utf8(struct slice s) {
    size_t i = 0;
    while (i < s.len) {
        uint32_t unused;
        i += ascii_prefix(s.ptr + i, s.len - i);
        /* Text that is not ASCII mostly comes in runs. */
        while (i < s.len && (unsigned char)s.ptr[i] >= 0x80) {
            unsigned len = utf8_sequence(s.ptr + i, s.len - i, &unused);
            if (!len)
                return false;
            i += len;
        }
    }
    return true;
}

/* What is not ASCII decodes to at most this many bytes more than it has, for
 * each byte from 0x80 on (a pair of kana and accent: two bytes, six of UTF-8). */
#define MAX_GROWTH 4u

struct transcoder {
    struct charset *charset; /* NULL: Latin-1 */
    char *out;
    uint32_t *offsets; /* pairs: text offset and byte offset after each character that is not ASCII */
    size_t out_len, offsets_len;
};

static unsigned decode_char(struct transcoder *t, const char *p, size_t left, char out[CHARSET_MAX_UTF8],
                            unsigned *out_len) {
    unsigned char c = (unsigned char)*p;
    if (t->charset)
        return charset_decode(t->charset, p, left, out, out_len);
    out[0] = (char)(0xc0 | c >> 6);
    out[1] = (char)(0x80 | (c & 0x3f));
    *out_len = 2;
    return 1;
}

/* False if some byte is no character of the encoding; it is kept as it is. */
static bool transcode(struct transcoder *t, struct slice in) {
    bool valid = true;
    for (size_t i = 0; i < in.len;) {
        size_t ascii = ascii_prefix(in.ptr + i, in.len - i);
        memcpy(t->out + t->out_len, in.ptr + i, ascii);
        t->out_len += ascii;
        i += ascii;
        if (i == in.len)
            break;
        char utf8[CHARSET_MAX_UTF8];
        unsigned len = 1, used = decode_char(t, in.ptr + i, in.len - i, utf8, &len);
        if (!used || len > MAX_GROWTH + 1) {
            valid = false;
            utf8[0] = in.ptr[i];
            len = used = 1;
        }
        memcpy(t->out + t->out_len, utf8, len);
        t->out_len += len;
        i += used;
        t->offsets[t->offsets_len++] = (uint32_t)t->out_len;
        t->offsets[t->offsets_len++] = (uint32_t)i;
    }
    return valid;
}

static void decode_old(struct pyfile *f, const struct pyencoding *encoding, struct arena *arena) {
    struct transcoder t = {0};
    size_t high = 0;
    for (size_t i = 0; i < f->bytes.len; i++)
        high += (unsigned char)f->bytes.ptr[i] >= 0x80;
    if (encoding->iconv)
        t.charset = charset_open(encoding->iconv);
    if (f->bytes.len > MAX_TRANSCODE_BYTES || (encoding->iconv && !t.charset)) {
        f->decodable = false;
    } else {
        t.out = arena_alloc(arena, f->bytes.len + MAX_GROWTH * high + 1);
        t.offsets = arena_alloc(arena, 2 * (high + 1) * sizeof *t.offsets);
        f->decodable = transcode(&t, f->bytes);
        f->text = slice_of(t.out, t.out_len);
        f->transcoded = true;
        f->offsets = t.offsets;
        f->offsets_len = t.offsets_len;
    }
    charset_close(t.charset);
}

void pyfile_decode(struct pyfile *f, struct slice bytes, struct arena *arena) {
    *f = (struct pyfile){.bytes = bytes, .text = bytes, .encoding = "utf-8", .decodable = true};
    if (slice_starts(bytes, "\xef\xbb\xbf")) {
        f->has_bom = true;
        f->encoding = "utf-8-sig";
        f->text = slice_sub(bytes, 3, bytes.len);
    }
    struct slice cookie = pyencoding_cookie(f->text);
    if (f->has_bom || !cookie.len || pyencoding_is_utf8(cookie)) {
        f->decodable = is_utf8(f->text) && (!f->has_bom || !cookie.len || pyencoding_is_utf8(cookie));
        return;
    }
    const struct pyencoding *encoding = pyencoding_find(cookie);
    f->encoding = encoding ? encoding->name : "unknown";
    if (!encoding) {
        f->decodable = false;
    } else if (ascii_prefix(bytes.ptr, bytes.len) < bytes.len) {
        if (strcmp(encoding->name, "utf-8") == 0)
            f->decodable = is_utf8(bytes);
        else if (strcmp(encoding->name, "ascii") == 0)
            f->decodable = false;
        else
            decode_old(f, encoding, arena);
    }
}

size_t pyfile_byte_offset(const struct pyfile *f, size_t text_offset) {
    if (!f->transcoded)
        return text_offset + (size_t)(f->text.ptr - f->bytes.ptr);
    struct bisection b = {.high = f->offsets_len / 2}; /* pairs at or before the offset */
    while (bisect(&b))
        bisect_tell(&b, f->offsets[2 * b.middle] <= text_offset);
    if (b.low == 0)
        return text_offset;
    size_t at = f->offsets[2 * b.low - 1] + (text_offset - f->offsets[2 * b.low - 2]);
    return at < f->bytes.len ? at : f->bytes.len; /* a notebook that is cut off gets a line end of its own */
}

/* In UTF-8 every code point has one byte that is no continuation. */
static size_t code_points(const char *p, size_t len) {
    size_t count = 0;
    for (size_t i = 0; i < len; i++)
        count += (signed char)p[i] >= -64;
    return count;
}

static size_t scan_lines(struct slice text, uint32_t *starts) {
    const unsigned char *base = (const unsigned char *)text.ptr, *p = base, *end = p + text.len;
    size_t count = 0;
    for (;;) {
        if (starts)
            starts[count] = (uint32_t)(p - base);
        count++;
        p = pybytes_line_end(p, end);
        if (p == end)
            return count;
        p += pybytes_newline_len(p, end);
    }
}

void pylines_build(struct pylines *l, struct slice text, struct arena *arena) {
    *l = (struct pylines){0};
    l->count = text.len ? scan_lines(text, NULL) : 1;
    l->starts = arena_alloc(arena, l->count * sizeof *l->starts);
    l->starts[0] = 0;
    if (!text.len)
        return;
    scan_lines(text, l->starts);
    size_t ascii = ascii_prefix(text.ptr, text.len);
    if (ascii == text.len)
        return;
    size_t blocks = text.len / POINT_BLOCK;
    l->points = arena_alloc(arena, (blocks + 1) * sizeof *l->points);
    l->points[0] = 0;
    for (size_t i = 0; i < blocks; i++)
        l->points[i + 1] = l->points[i] + (uint32_t)code_points(text.ptr + i * POINT_BLOCK, POINT_BLOCK);
}

static size_t points_before(const struct pylines *l, struct slice text, size_t offset) {
    size_t block = offset / POINT_BLOCK;
    return l->points[block] + code_points(text.ptr + block * POINT_BLOCK, offset - block * POINT_BLOCK);
}

void pylines_position(const struct pylines *l, struct slice text, size_t text_offset, uint32_t *line,
                      uint32_t *column) {
    size_t offset = text_offset < text.len ? text_offset : text.len;
    struct bisection b = {.low = 1, .high = l->count}; /* lines that begin at or before the offset */
    while (bisect(&b))
        bisect_tell(&b, l->starts[b.middle] <= offset);
    size_t start = l->starts[b.low - 1];
    *line = (uint32_t)b.low;
    if (l->points)
        *column = (uint32_t)(points_before(l, text, offset) - points_before(l, text, start)) + 1;
    else
        *column = (uint32_t)(offset - start) + 1;
}
