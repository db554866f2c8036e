/* archive.h: what is in an archive, one member after the other: zip (wheels, eggs, jars), tar, tar packed by
 * gzip, and a single file that gzip has packed. The archive lies in memory, or is read where it is, in a
 * file or in another archive; nothing is written anywhere.
 *
 *     uint64_t budget = ...;
 *     archive_open(&a, archive_kind_of(path), path, archive_in_memory(bytes), &budget);
 *     while ((step = archive_next(&a, &member)) == ARCHIVE_OK)
 *         ... archive_read(&a, ...), as often as wanted ...
 *     archive_close(&a);
 *
 * A bomb is unpacked no further than it is read, within a budget, and not at all beyond the ratio of sizes
 * that text has.
 *
 * Sources: "APPNOTE.TXT - .ZIP File Format Specification" (PKWARE); "Basic Tar Format" (GNU tar's manual);
 * "pax Interchange Format" (POSIX.1-2017, pax); RFC 1952. */
#ifndef KEYLIFT_SCANNER_ARCHIVE_H
#define KEYLIFT_SCANNER_ARCHIVE_H

#include "base/file.h"
#include "base/inflate.h"

#define ARCHIVE_MAX_RATIO 250u                       /* unpacked to packed; deflate reaches 1032 */
#define ARCHIVE_RATIO_FREE_BYTES ((uint64_t)1 << 20) /* unpacked, before the ratio is looked at */

enum archive_kind { ARCHIVE_NONE, ARCHIVE_ZIP, ARCHIVE_TAR, ARCHIVE_TAR_GZ, ARCHIVE_GZ };

enum archive_step {
    ARCHIVE_OK,
    ARCHIVE_END,
    ARCHIVE_DAMAGED,
    ARCHIVE_TOO_MUCH, /* the budget is spent */
    ARCHIVE_TOO_DENSE /* over the ratio */
};

enum archive_member_kind {
    MEMBER_FILE,
    MEMBER_FOLDER,
    MEMBER_LINK,
    MEMBER_SPECIAL,   /* a device or a pipe */
    MEMBER_ENCRYPTED, /* with a password */
    MEMBER_PACKED,    /* in a way that is not read: bzip2, lzma, a sparse file */
    MEMBER_DAMAGED    /* this one; the next may be good */
};

struct archive_member {
    struct slice name; /* as written, to the first NUL; valid until the next step */
    enum archive_member_kind kind;
};

struct archive_replay;

/* Where an archive is: in one of these, from `base` on. */
struct archive_input {
    struct slice bytes; /* in memory, all of it: where the others are NULL */
    struct file_reader *file;
    struct archive_replay *replay;
    uint64_t base, size;
};

static inline struct archive_input archive_in_memory(struct slice bytes) {
    return (struct archive_input){.bytes = bytes, .size = bytes.len};
}
static inline struct archive_input archive_in_file(struct file_reader *file) {
    return (struct archive_input){.file = file, .size = file_reader_size(file)};
}
static inline bool archive_is_in_memory(const struct archive_input *in) {
    return !in->file && !in->replay;
}

struct archive {
    enum archive_kind kind;
    struct archive_input input;
    struct slice name; /* of the archive */
    uint64_t *budget;  /* bytes that may be unpacked */
    bool begun;

    /* What is read next: from `inflater` if `packed`, else input[next, end). */
    bool packed;
    struct inflater inflater;
    uint64_t next, end;
    uint64_t left; /* of the member */

    uint64_t directory, directory_end, data_base; /* zip */
    struct buf window;                            /* zip: of a file, what was looked at last */
    uint64_t window_at;
    uint64_t covered;     /* zip: bytes that members so far were packed into */
    uint64_t padding;     /* tar: behind the member */
    struct buf long_name; /* tar */
};

/* By the end of its name. Ask only of what is binary, as every archive is within its first bytes: a pointer
 * of git LFS that is called x.zip is none. */
enum archive_kind archive_kind_of(const char *path);

/* All that is handed in stays the caller's, and must stay. */
void archive_open(struct archive *a, enum archive_kind kind, const char *path, struct archive_input input,
                  uint64_t *budget);
void archive_close(struct archive *a);

/* The next member, of what kind it may be; what was not read of the one before is skipped. After anything but
 * ARCHIVE_OK there is none. */
enum archive_step archive_next(struct archive *a, struct archive_member *out) KL_MUST_USE;

/* Of a MEMBER_FILE that is not packed, and of which `already` bytes were read: where all of it can be read,
 * for as long as the archive can. Nothing is left to be read of it then; the budget has it. */
enum archive_step archive_in_place(struct archive *a, uint64_t already,
                                   struct archive_input *out) KL_MUST_USE;

/* A member that is packed, from any place of it, without all of it in memory: it is unpacked once to its end,
 * where its size is known, and again from the nearest mark on the way.
 *
 *     archive_replay_begin(&r, &a, apart, &again);     before the first byte of the member is read
 *     ... archive_read(&a, ...) ...
 *     step = archive_replay_measure(&r, already, max); the rest; ARCHIVE_OK: r.size is its size, or `max`
 *     ... archive_open(&inner, kind, path, archive_in_replay(&r), &budget) ...
 *     archive_replay_end(&r);                          `a` is behind the member
 *
 * `a` is not read by anybody else meanwhile. */
#define ARCHIVE_REPLAY_MARKS 32u /* zlib takes 40 KB for one */

struct archive_mark {
    uint64_t at, next; /* in the member, and in what it is packed in */
    struct inflater inflater;
};

struct archive_replay {
    struct archive *from; /* NULL: not begun */
    uint64_t at, size;    /* of the member: what comes next of it; how long it is */
    uint64_t apart;       /* from mark to mark */
    uint64_t *again;      /* bytes that may be unpacked once more; without them a read ends early */
    struct archive_mark marks[ARCHIVE_REPLAY_MARKS];
    size_t count;
    struct archive_mark end;
};

void archive_replay_begin(struct archive_replay *r, struct archive *a, uint64_t apart, uint64_t *again);
enum archive_step archive_replay_measure(struct archive_replay *r, uint64_t already,
                                         uint64_t max) KL_MUST_USE;
/* May be called at any time; where it was not measured, `a` stays where it is. */
void archive_replay_end(struct archive_replay *r);
size_t archive_replay_read(struct archive_replay *r, uint64_t at, char *out, size_t room);

static inline struct archive_input archive_in_replay(struct archive_replay *r) {
    return (struct archive_input){.replay = r, .size = r->size};
}

/* Appends the next bytes of a MEMBER_FILE, at most `max`; fewer at its end. What came before an error is
 * good. */
enum archive_step archive_read(struct archive *a, size_t max, struct buf *out) KL_MUST_USE;

#endif
