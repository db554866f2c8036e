/* piece_text.c: see piece_text.h. */
#include "scanner/piece_text.h"

#include <stdlib.h>

#include "base/encode.h"
#include "base/mem.h"
#include "scanner/pybytes.h"
#include "scanner/pyencoding.h"
#include "scanner/textfile.h"

#define READ_BYTES ((size_t)64 << 10)
#define WINDOW_MAX_BYTES ((size_t)64 << 20)
#define MARK_BYTES ((size_t)4096)
#define OLD_MAX_UTF8 5u /* of one character: pyfile.c */

/* What one character, or the half of a pair in UTF-16, becomes. */
struct decoded_char {
    char utf8[CHARSET_MAX_UTF8];
    unsigned len, used;
};

enum piece_form piece_form_of(enum scan_language language, struct slice head, const char **iconv) {
    *iconv = NULL;
    if (slice_starts(head, "\xff\xfe"))
        return PIECE_UTF16_LITTLE;
    if (slice_starts(head, "\xfe\xff"))
        return PIECE_UTF16_BIG;
    struct slice cookie = language == SCAN_PYTHON ? pyencoding_cookie(head) : (struct slice){0};
    const struct pyencoding *encoding = cookie.len > 0 ? pyencoding_find(cookie) : NULL;
    if (!encoding || strcmp(encoding->name, "utf-8") == 0 || strcmp(encoding->name, "ascii") == 0)
        return PIECE_PLAIN;
    *iconv = encoding->iconv;
    return PIECE_OLD;
}

void piece_text_open(struct piece_text *t, struct byte_source from, enum scan_language language,
                     struct slice head) {
    const char *iconv;
    *t = (struct piece_text){.from = from};
    t->form = piece_form_of(language, head, &iconv);
    t->charset = iconv ? charset_open(iconv) : NULL;
    if (iconv && !t->charset)
        t->form = PIECE_PLAIN; /* as it is: pyfile.c does the same */
    buf_init_secret(&t->text, WINDOW_MAX_BYTES);
    buf_init_secret(&t->raw, WINDOW_MAX_BYTES);
}

void piece_text_close(struct piece_text *t) {
    charset_close(t->charset);
    buf_release(&t->text);
    buf_release(&t->raw);
    free(t->marks);
}

/* *ended: there is no more. */
static enum kl_status read_more(struct piece_text *t, size_t want, struct buf *out, bool *ended,
                                struct error *e) {
    struct slice *ahead = &t->from.ahead;
    if (ahead->len > 0) {
        struct slice part = slice_sub(*ahead, 0, want);
        buf_slice(out, part);
        *ahead = slice_sub(*ahead, part.len, ahead->len);
        return KL_OK;
    }
    size_t before = out->len;
    enum kl_status s = t->from.next ? t->from.next(t->from.ctx, want, out, e) : KL_OK;
    *ended = s != KL_OK || out->len == before;
    if (s == KL_OK && t->start > PIECE_MAX_FILE_BYTES)
        s = error_set(e, KL_ERR_LIMIT, "is larger than %llu bytes: its end was not searched",
                      (unsigned long long)PIECE_MAX_FILE_BYTES);
    return s;
}

static void decode(const struct piece_text *t, const char *p, size_t left, struct decoded_char *c) {
    unsigned char first = (unsigned char)*p;
    if (t->form != PIECE_OLD) {
        unsigned char second = (unsigned char)p[1];
        struct buf b = {.ptr = c->utf8, .cap = sizeof c->utf8, .max = sizeof c->utf8 - 1}; /* never grows */
        buf_utf8(&b, t->form == PIECE_UTF16_LITTLE ? (uint32_t)(second << 8 | first)
                                                   : (uint32_t)(first << 8 | second));
        c->len = (unsigned)b.len;
        c->used = 2;
        return;
    }
    c->used = 0;
    if (first >= 0x80 && t->charset) {
        c->used = charset_decode(t->charset, p, left, c->utf8, &c->len);
    } else if (first >= 0x80) {
        c->utf8[0] = (char)(0xc0 | first >> 6);
        c->utf8[1] = (char)(0x80 | (first & 0x3f));
        c->len = 2;
        c->used = 1;
    }
    if (c->used == 0 || c->len > OLD_MAX_UTF8) { /* ASCII, or no character of the encoding: kept */
        c->utf8[0] = *p;
        c->len = c->used = 1;
    }
}

static void mark(struct piece_text *t) {
    size_t text = t->text.len - t->lead;
    if (t->mark_count > 0 && text - t->marks[t->mark_count - 1].text < MARK_BYTES)
        return;
    t->marks = mem_grow(t->marks, &t->mark_capacity, t->mark_count + 1, sizeof *t->marks);
    t->marks[t->mark_count++] = (struct piece_mark){text, t->decoded};
}

/* Of what is ASCII, which most of a program is, a run at once; its bytes in the file. */
static size_t decode_ascii(struct piece_text *t, const char *p, size_t left) {
    size_t unit = t->form == PIECE_OLD ? 1 : 2, high = t->form == PIECE_UTF16_LITTLE ? 1 : 0;
    size_t most = left / unit < MARK_BYTES ? left / unit : MARK_BYTES, len = 0;
    char *to = buf_reserve(&t->text, most);
    if (unit == 1)
        while (to && len < most && (unsigned char)p[len] < 0x80) {
            to[len] = p[len];
            len++;
        }
    else
        while (to && len < most && p[2 * len + high] == 0 && (unsigned char)p[2 * len + 1 - high] < 0x80) {
            to[len] = p[2 * len + 1 - high];
            len++;
        }
    t->text.len += len;
    return len * unit;
}

/* Decodes what is there, until the window is `want` bytes long. */
static void decode_raw(struct piece_text *t, size_t want) {
    size_t least = t->raw_ended ? t->form == PIECE_OLD ? 1 : 2 : CHARSET_MAX_BYTES;
    while (t->text.len - t->lead < want && t->raw.len - t->decoded >= least) {
        const char *p = t->raw.ptr + t->decoded;
        size_t left = t->raw.len - t->decoded;
        mark(t);
        size_t ascii = decode_ascii(t, p, left);
        t->decoded += ascii;
        if (ascii > 0)
            continue;
        struct decoded_char c;
        decode(t, p, left, &c);
        buf_bytes(&t->text, c.utf8, c.len);
        t->decoded += c.used;
    }
    if (t->raw_ended && t->raw.len - t->decoded < least)
        t->at_end = true;
}

enum kl_status piece_text_fill(struct piece_text *t, size_t want, struct error *e) {
    enum kl_status s = KL_OK;
    while (s == KL_OK && !t->at_end && t->text.len - t->lead < want) {
        if (t->form == PIECE_PLAIN) {
            s = read_more(t, want - (t->text.len - t->lead), &t->text, &t->at_end, e);
            continue;
        }
        if (!t->raw_ended && t->raw.len - t->decoded < CHARSET_MAX_BYTES)
            s = read_more(t, READ_BYTES, &t->raw, &t->raw_ended, e);
        bool first = t->start == 0 && t->decoded == 0;
        if (first && t->form != PIECE_OLD && t->raw.len >= 2) { /* the byte order mark is no text */
            t->decoded = 2;
            mark(t);
        }
        decode_raw(t, want);
    }
    if (s == KL_OK && (t->text.over || t->raw.over))
        s = error_set(e, KL_ERR_LIMIT, "too much at once");
    return s;
}

/* Bytes of the file that window[0, offset) was made of. */
static size_t raw_length(const struct piece_text *t, size_t offset) {
    if (t->form == PIECE_PLAIN)
        return offset;
    size_t low = 0, high = t->mark_count; /* the last mark that is not behind it */
    while (low + 1 < high) {
        size_t middle = low + (high - low) / 2;
        *(t->marks[middle].text <= offset ? &low : &high) = middle;
    }
    size_t text = t->mark_count > 0 ? t->marks[low].text : 0, raw = t->mark_count > 0 ? t->marks[low].raw : 0;
    while (text < offset && raw < t->decoded) {
        struct decoded_char c;
        decode(t, t->raw.ptr + raw, t->raw.len - raw, &c);
        text += c.len;
        raw += c.used;
    }
    return raw;
}

uint64_t piece_text_offset(const struct piece_text *t, size_t offset) {
    return t->start + raw_length(t, offset);
}

static void drop_front(struct buf *b, size_t at, size_t len) {
    memmove(b->ptr + at, b->ptr + at + len, b->len - at - len);
    b->len -= len;
}

static void drop_raw(struct piece_text *t, size_t text, size_t raw) {
    size_t kept = 0;
    drop_front(&t->raw, 0, raw);
    t->decoded -= raw;
    for (size_t i = 0; i < t->mark_count; i++)
        if (t->marks[i].text >= text)
            t->marks[kept++] = (struct piece_mark){t->marks[i].text - text, t->marks[i].raw - raw};
    if (kept == 0 || t->marks[0].text > 0) { /* there is room: `text` bytes had one at least */
        t->marks = mem_grow(t->marks, &t->mark_capacity, kept + 1, sizeof *t->marks);
        memmove(t->marks + 1, t->marks, kept * sizeof *t->marks);
        t->marks[0] = (struct piece_mark){0, 0};
        kept++;
    }
    t->mark_count = kept;
}

void piece_text_advance(struct piece_text *t, size_t len) {
    if (len == 0)
        return;
    const unsigned char *at = (const unsigned char *)t->text.ptr + t->lead, *end = at + len, *line = at;
    while ((line = pybytes_line_end(line, end)) < end) {
        line += pybytes_newline_len(line, end);
        at = line;
        t->line++;
        t->column = 0;
    }
    t->column += (uint32_t)utf8_count(slice_of((const char *)at, (size_t)(end - at)));
    size_t raw = raw_length(t, len);
    t->start += raw;
    if (t->form != PIECE_PLAIN)
        drop_raw(t, len, raw);
    drop_front(&t->text, t->lead, len);
}

void piece_text_set_lead(struct piece_text *t, struct slice lead) {
    if (lead.len == 0 && t->lead == 0)
        return;
    if (lead.len > t->lead) {
        size_t more = lead.len - t->lead, old = t->text.len;
        if (!buf_reserve(&t->text, more))
            return;
        memmove(t->text.ptr + lead.len, t->text.ptr + t->lead, old - t->lead);
        t->text.len += more;
    } else {
        drop_front(&t->text, lead.len, t->lead - lead.len);
    }
    memcpy(t->text.ptr, lead.ptr ? lead.ptr : "", lead.len);
    t->lead = lead.len;
}
