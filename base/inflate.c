/* inflate.c: see inflate.h. */
#include "base/inflate.h"

#include <stdlib.h>
#define ZLIB_CONST
#include <zlib.h>

#include "base/mem.h"

#define STEP_BYTES ((size_t)16 << 10)
#define LEAST_BYTES 3u /* that tell whether a file of gzip is followed by another one */

/* In front of what zlib asks for, so that it can be wiped: its length. */
union block {
    size_t size;
    max_align_t aligned;
};

static voidpf allocate(voidpf ctx, uInt count, uInt size) {
    (void)ctx;
    size_t bytes = sizeof(union block) + (size_t)count * size;
    union block *b = mem_alloc(bytes);
    b->size = bytes;
    return b + 1;
}

static void wipe_and_free(voidpf ctx, voidpf at) {
    (void)ctx;
    union block *b = (union block *)at - 1;
    size_t size = b->size;
    mem_wipe(b, size);
    free(b);
}

/* zlib counts in 32 bits; what is packed is at most a file. */
_Static_assert(KL_MAX_FILE_BYTES <= UINT32_MAX, "a packed file fits into zlib's count");

void inflater_open(struct inflater *z, enum inflate_wrapping wrapping, struct slice packed) {
    static const int window_bits[] = {
        [INFLATE_NONE] = -MAX_WBITS, [INFLATE_ZLIB] = MAX_WBITS, [INFLATE_GZIP] = MAX_WBITS + 16};
    z_stream *s = mem_calloc(1, sizeof *s);
    s->zalloc = allocate;
    s->zfree = wipe_and_free;
    packed = slice_sub(packed, 0, KL_MAX_FILE_BYTES);
    s->next_in = (const Bytef *)packed.ptr;
    s->avail_in = (uInt)packed.len;
    *z = (struct inflater){.stream = s, .wrapping = wrapping};
    if (inflateInit2(s, window_bits[wrapping]) != Z_OK) /* its version is another than its header's */
        mem_end("zlib does not work");
}

void inflater_open_from(struct inflater *z, enum inflate_wrapping wrapping, inflate_read_fn *read,
                        void *ctx) {
    inflater_open(z, wrapping, (struct slice){0});
    z->read = read;
    z->ctx = ctx;
    z->chunk = mem_alloc(STEP_BYTES);
}

void inflater_close(struct inflater *z) {
    if (z->stream)
        (void)inflateEnd(z->stream);
    if (z->chunk)
        mem_wipe(z->chunk, STEP_BYTES);
    free(z->chunk);
    free(z->stream);
    z->stream = NULL;
    z->chunk = NULL;
}

static void copy_state(z_stream *to, z_stream *from) {
    if (inflateCopy(to, from) != Z_OK) /* out of memory is none of its reasons: allocate() */
        mem_end("zlib does not work");
}

void inflater_mark(struct inflater *mark, const struct inflater *from, size_t *unread) {
    z_stream *s = mem_calloc(1, sizeof *s);
    copy_state(s, from->stream);
    *mark = *from;
    mark->stream = s;
    mark->chunk = NULL;
    *unread = 0;
    if (from->read) {
        *unread = s->avail_in;
        s->next_in = NULL;
        s->avail_in = 0;
    }
}

void inflater_go_back(struct inflater *z, const struct inflater *mark) {
    z_stream *s = z->stream;
    (void)inflateEnd(s);
    copy_state(s, mark->stream);
    if (z->read)
        s->next_in = (const Bytef *)z->chunk;
    z->ended = mark->ended;
    z->packed = mark->packed;
    z->unpacked = mark->unpacked;
}

/* More of what is packed, behind the few bytes that are left of it. */
static void refill(struct inflater *z, z_stream *s) {
    if (!z->read || s->avail_in >= LEAST_BYTES)
        return;
    size_t left = s->avail_in, got = 1;
    if (left > 0)
        memmove(z->chunk, s->next_in, left);
    while (left < LEAST_BYTES && got > 0) {
        got = z->read(z->ctx, z->chunk + left, STEP_BYTES - left);
        left += got;
    }
    s->next_in = (const Bytef *)z->chunk;
    s->avail_in = (uInt)left;
}

/* gzip: files may stand behind each other; zeros or anything else behind the last one are nobody's. */
static bool begins_again(struct inflater *z, z_stream *s) {
    refill(z, s);
    return z->wrapping == INFLATE_GZIP && s->avail_in > 2 && s->next_in[0] == 0x1f && s->next_in[1] == 0x8b &&
           inflateReset(s) == Z_OK;
}

bool inflater_read(struct inflater *z, char *out, size_t room, size_t *got) {
    z_stream *s = z->stream;
    *got = 0;
    while (*got < room && !z->ended) {
        refill(z, s);
        size_t step = room - *got < STEP_BYTES ? room - *got : STEP_BYTES, before = s->avail_in;
        s->next_out = (Bytef *)out + *got;
        s->avail_out = (uInt)step;
        int status = inflate(s, Z_NO_FLUSH);
        *got += step - s->avail_out;
        z->unpacked += step - s->avail_out;
        z->packed += before - s->avail_in;
        if (status == Z_STREAM_END)
            z->ended = !begins_again(z, s);
        else if (status != Z_OK)
            return false;
    }
    return true;
}

bool inflate_all(enum inflate_wrapping wrapping, struct slice packed, struct buf *out) {
    struct inflater z;
    char step[4096];
    size_t got = 0;
    bool good;
    inflater_open(&z, wrapping, packed);
    do {
        good = inflater_read(&z, step, sizeof step, &got);
        buf_bytes(out, step, got);
    } while (good && got > 0 && buf_ok(out));
    mem_wipe(step, sizeof step);
    inflater_close(&z);
    return good && buf_ok(out);
}
