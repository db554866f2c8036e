/* charset.c: see charset.h. iconv is asked once for each single byte and then
 * remembered, because a call costs far more than a character. */
#include "base/charset.h"
#include "base/mem.h"

#include <iconv.h>
#include <stdlib.h>

struct charset {
    iconv_t cd;
    struct {
        bool known;
        uint8_t len; /* 0: not a character of its own */
        char utf8[CHARSET_MAX_UTF8];
    } single[256];
};

struct charset *charset_open(const char *iconv_name) {
    iconv_t cd = iconv_open("UTF-8", iconv_name);
    if (cd == (iconv_t)-1)
        return NULL;
    struct charset *c = mem_calloc(1, sizeof *c);
    c->cd = cd;
    return c;
}

void charset_close(struct charset *c) {
    if (!c)
        return;
    iconv_close(c->cd);
    free(c);
}

/* Length of the UTF-8 form if exactly these bytes are one character, else 0.
 * The second call flushes: iconv holds back a letter that could yet get an accent. */
static unsigned convert(struct charset *c, const char *p, size_t len, char out[CHARSET_MAX_UTF8]) {
    char in[CHARSET_MAX_BYTES];
    memcpy(in, p, len);
    char *from = in, *to = out;
    size_t from_left = len, to_left = CHARSET_MAX_UTF8;
    iconv(c->cd, NULL, NULL, NULL, NULL);
    if (iconv(c->cd, &from, &from_left, &to, &to_left) == (size_t)-1 || from_left)
        return 0;
    if (iconv(c->cd, NULL, NULL, &to, &to_left) == (size_t)-1)
        return 0;
    return (unsigned)(CHARSET_MAX_UTF8 - to_left);
}

unsigned charset_decode(struct charset *c, const char *p, size_t left, char out[CHARSET_MAX_UTF8],
                        unsigned *out_len) {
    if (left == 0)
        return 0;
    unsigned char first = (unsigned char)*p;
    if (!c->single[first].known) {
        c->single[first].len = (uint8_t)convert(c, p, 1, c->single[first].utf8);
        c->single[first].known = true;
    }
    if (c->single[first].len) {
        memcpy(out, c->single[first].utf8, c->single[first].len);
        *out_len = c->single[first].len;
        return 1;
    }
    for (unsigned len = 2; len <= CHARSET_MAX_BYTES && len <= left; len++) {
        *out_len = convert(c, p, len, out);
        if (*out_len)
            return len;
    }
    return 0;
}
