/* inflate.h: unpacking what deflate has packed (RFC 1951), in gzip's (RFC 1952) or zlib's (RFC 1950)
 * wrapping or in none, as much as is asked for: whoever unpacks what others made decides how far.
 *
 *     struct inflater z;
 *     inflater_open(&z, INFLATE_GZIP, packed);
 *     while (inflater_read(&z, bytes, sizeof bytes, &got) && got > 0)
 *         ...
 *     inflater_close(&z);
 *
 * zlib's memory, which holds what was unpacked, is wiped when it is freed. */
#ifndef KEYLIFT_BASE_INFLATE_H
#define KEYLIFT_BASE_INFLATE_H

#include "base/buf.h"
#include "base/slice.h"

enum inflate_wrapping { INFLATE_NONE, INFLATE_ZLIB, INFLATE_GZIP };

/* Up to `room` bytes that come next; 0 at the end. */
typedef size_t inflate_read_fn(void *ctx, char *out, size_t room);

struct inflater {
    void *stream;
    inflate_read_fn *read; /* NULL: all was handed in */
    void *ctx;
    char *chunk; /* what was read last */
    enum inflate_wrapping wrapping;
    bool ended;
    uint64_t packed, unpacked; /* bytes taken and given so far */
};

void inflater_open(struct inflater *z, enum inflate_wrapping wrapping, struct slice packed);
/* The same of what is read as it is needed. */
void inflater_open_from(struct inflater *z, enum inflate_wrapping wrapping, inflate_read_fn *read, void *ctx);
void inflater_close(struct inflater *z);

/* Up to `room` bytes; *got is smaller only at the end. gzip's files behind each other are one.
 * False: damaged or cut off; *got bytes are good. */
bool inflater_read(struct inflater *z, char *out, size_t room, size_t *got) KL_MUST_USE;

/* Where an inflater is, to go back to, as often as wanted: a struct inflater that reads nothing, for
 * inflater_close. What was read and not unpacked yet is not kept: *unread bytes are to be read again. */
void inflater_mark(struct inflater *mark, const struct inflater *from, size_t *unread);
void inflater_go_back(struct inflater *z, const struct inflater *mark);

/* All of it; false if it is damaged, or more than *out has room for. */
bool inflate_all(enum inflate_wrapping wrapping, struct slice packed, struct buf *out) KL_MUST_USE;

#endif
