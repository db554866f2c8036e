/* buf.c: the growable byte buffer. */
#include "base/buf.h"

#include <stdarg.h>

#include "base/mem.h"

void buf_init(struct buf *b, size_t max) {
    *b = (struct buf)BUF_INIT(max);
}

void buf_init_secret(struct buf *b, size_t max) {
    *b = (struct buf)BUF_INIT_SECRET(max);
}

void buf_release(struct buf *b) {
    if (b->wipe && b->ptr)
        mem_wipe(b->ptr, b->cap);
    free(b->ptr);
    b->ptr = NULL;
    b->len = b->cap = 0;
    b->over = false;
}

void buf_clear(struct buf *b) {
    if (b->wipe && b->ptr)
        mem_wipe(b->ptr, b->cap);
    else if (b->ptr)
        b->ptr[0] = '\0';
    b->len = 0;
    b->over = false;
}

/* Makes cap >= need. The old memory of a secret buffer is wiped, which realloc
 * would not do when it moves the block. */
static void grow(struct buf *b, size_t need) {
    size_t cap = b->cap < 32 ? 64 : b->cap > SIZE_MAX / 2 ? need : b->cap * 2;
    if (cap < need)
        cap =
            need; /* and no more: what is reserved at once is often all, and what is not used is wiped, too */
    if (!b->wipe) {
        b->ptr = mem_realloc(b->ptr, cap);
    } else {
        char *moved = mem_alloc(cap);
        if (b->ptr) {
            memcpy(moved, b->ptr, b->len);
            mem_wipe(b->ptr, b->cap);
            free(b->ptr);
        }
        b->ptr = moved;
    }
    b->cap = cap;
}

char *buf_reserve(struct buf *b, size_t len) {
    if (b->over || b->len > b->max || len > b->max - b->len || len >= SIZE_MAX - b->len) {
        b->over = true;
        return NULL;
    }
    if (b->len + len + 1 > b->cap)
        grow(b, b->len + len + 1);
    b->ptr[b->len + len] = '\0';
    return b->ptr + b->len;
}

void buf_bytes(struct buf *b, const void *ptr, size_t len) {
    char *to = buf_reserve(b, len);
    if (!to || len == 0)
        return;
    memcpy(to, ptr, len);
    b->len += len;
}

void buf_slice(struct buf *b, struct slice s) {
    buf_bytes(b, s.ptr, s.len);
}

void buf_str(struct buf *b, const char *s) {
    buf_bytes(b, s, strlen(s));
}

void buf_char(struct buf *b, char c) {
    buf_bytes(b, &c, 1);
}

void buf_printf(struct buf *b, const char *fmt, ...) {
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *to = len < 0 ? NULL : buf_reserve(b, (size_t)len);
    if (len < 0)
        b->over = true;
    if (to) {
        vsnprintf(to, (size_t)len + 1, fmt, again);
        b->len += (size_t)len;
    }
    va_end(again);
}

void buf_utf8(struct buf *b, uint32_t c) {
    unsigned char out[4];
    size_t len;
    if (c < 0x80) {
        out[0] = (unsigned char)c;
        len = 1;
    } else if (c < 0x800) {
        out[0] = (unsigned char)(0xC0 | c >> 6);
        out[1] = (unsigned char)(0x80 | (c & 0x3F));
        len = 2;
    } else if (c < 0x10000) {
        out[0] = (unsigned char)(0xE0 | c >> 12);
        out[1] = (unsigned char)(0x80 | (c >> 6 & 0x3F));
        out[2] = (unsigned char)(0x80 | (c & 0x3F));
        len = 3;
    } else {
        out[0] = (unsigned char)(0xF0 | (c >> 18 & 0x07));
        out[1] = (unsigned char)(0x80 | (c >> 12 & 0x3F));
        out[2] = (unsigned char)(0x80 | (c >> 6 & 0x3F));
        out[3] = (unsigned char)(0x80 | (c & 0x3F));
        len = 4;
    }
    buf_bytes(b, out, len);
}

struct slice buf_as_slice(const struct buf *b) {
    return (struct slice){b->ptr, b->len};
}

const char *buf_cstr(struct buf *b) {
    if (!b->ptr)
        return "";
    b->ptr[b->len] = '\0';
    return b->ptr;
}
