/* file.h: reading, replacing, locking and syncing files.
 *
 * Files are read, never mapped: a file that is truncated by somebody else while
 * we look at it must not kill the program. Files are replaced in two steps, so
 * that many files can all be written and synced before the first one changes:
 *
 *     struct file_replacement r = {0};
 *     file_replace_prepare(&r, path, bytes, &opts, &err);  // temp file beside it: 0600, synced
 *     ...
 *     file_replace_commit(&r, &err);                       // mode, rename, folder synced
 *     file_replace_abort(&r);                              // or: temp file gone
 *
 * A symbolic link is followed first, so that the link stays a link. */
#ifndef KEYLIFT_BASE_FILE_H
#define KEYLIFT_BASE_FILE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

enum file_kind {
    FILE_MISSING,
    FILE_REGULAR,
    FILE_FOLDER,
    FILE_LINK,
    FILE_OTHER /* pipe, socket, device: never opened */
};

struct file_info {
    enum file_kind kind;
    uint64_t size;
    uint32_t mode; /* permission bits */
    uint32_t owner;
    uint64_t device, inode;
    int64_t mtime_ns;
    uint32_t links;
};

/* Follows links. A missing file is KL_OK with kind FILE_MISSING. */
enum kl_status file_stat(const char *path, struct file_info *out, struct error *e) KL_MUST_USE;
/* Links followed. False also where it cannot be told. */
bool file_is_regular(const char *path);
enum kl_status file_lstat(const char *path, struct file_info *out, struct error *e) KL_MUST_USE;

/* Appends the whole file to *out (which bounds it too). Opens without
 * following into pipes or devices (O_NONBLOCK, then fstat). KL_ERR_NOT_FOUND,
 * KL_ERR_IO, KL_ERR_LIMIT. */
enum kl_status file_read(const char *path, size_t max, struct buf *out, struct error *e) KL_MUST_USE;
/* As file_read, but asks `wanted` (never NULL) with the first bytes (at most
 * FILE_HEAD_BYTES) whether the rest is of use: *whole is false and only the head
 * is in *out when it is not, however large the file is. */
#define FILE_HEAD_BYTES ((size_t)8192)
enum kl_status file_read_wanted(const char *path, size_t max,
                                bool (*wanted)(const char *path, struct slice head), struct buf *out,
                                bool *whole, struct error *e) KL_MUST_USE;
/* A regular file a part at a time. KL_ERR_LIMIT: it is larger than `max`. */
struct file_reader;
enum kl_status file_reader_open(struct file_reader **out, const char *path, uint64_t max,
                                struct error *e) KL_MUST_USE;
/* Appends at most `want` bytes; none at the end. */
enum kl_status file_reader_next(struct file_reader *r, size_t want, struct buf *out,
                                struct error *e) KL_MUST_USE;
/* Of its size when it was opened, wherever the reader is: fewer than `room` bytes only at its end, or where
 * it cannot be read. */
uint64_t file_reader_size(const struct file_reader *r);
size_t file_reader_at(const struct file_reader *r, uint64_t at, char *out, size_t room);
void file_reader_close(struct file_reader *r);
/* All of a descriptor, e.g. standard input. `what` names it in messages. */
enum kl_status file_read_fd(int fd, const char *what, size_t max, struct buf *out,
                            struct error *e) KL_MUST_USE;
/* Appends what one read gives, at most `want` bytes; none at the end. */
enum kl_status file_read_some(int fd, const char *what, size_t want, struct buf *out,
                              struct error *e) KL_MUST_USE;
/* KL_ERR_INTERRUPTED when nobody reads the pipe any more (see system.h). */
enum kl_status file_write_fd(int fd, const char *what, struct slice bytes, struct error *e) KL_MUST_USE;

/* Every temporary file is named PREFIX tag - 16 digits SUFFIX. */
#define FILE_TEMP_PREFIX ".keylift-"
#define FILE_TEMP_SUFFIX ".tmp"

struct file_replacement {
    char *target; /* the real path, links resolved */
    char *temp;
    uint32_t mode; /* of the finished file */
    int fd;
    bool active;
    bool must_be_new;
    bool replaced; /* the target has the new bytes, also where commit then failed to sync its folder */
};

struct file_replace_options {
    const char *temp_tag; /* part of the temp file's name: the run id */
    uint32_t mode_if_new; /* 0 means 0644 less umask; .env uses 0600 */
    bool must_be_new;     /* KL_ERR_CONFLICT if the target exists at commit */
};

/* The temp file that file_replace_prepare makes for `path` and `tag` (not NULL):
 * known before it exists, so that a journal can name it first. */
char *file_replace_temp_path(struct arena *a, const char *path, const char *tag);
enum kl_status file_replace_prepare(struct file_replacement *r, const char *path, struct slice bytes,
                                    const struct file_replace_options *opts, struct error *e) KL_MUST_USE;
/* The same for who has not all bytes at once: writes to r->fd between the two. */
enum kl_status file_replace_begin(struct file_replacement *r, const char *path,
                                  const struct file_replace_options *opts, struct error *e) KL_MUST_USE;
enum kl_status file_replace_end(struct file_replacement *r, struct error *e) KL_MUST_USE;
enum kl_status file_replace_commit(struct file_replacement *r, struct error *e) KL_MUST_USE;
void file_replace_abort(struct file_replacement *r);

/* prepare + commit, for a single small file (.env, baseline, journal). */
enum kl_status file_write_atomic(const char *path, struct slice bytes, uint32_t mode_if_new,
                                 struct error *e) KL_MUST_USE;
/* O_EXCL, 0600, synced with its folder. KL_ERR_CONFLICT when it is there. */
enum kl_status file_create_private(const char *path, struct slice bytes, struct error *e) KL_MUST_USE;
/* Appends, then fdatasync: the journal's writes. Creates 0600. */
enum kl_status file_append_synced(const char *path, struct slice bytes, struct error *e) KL_MUST_USE;
enum kl_status file_remove(const char *path, struct error *e) KL_MUST_USE; /* missing is KL_OK */
enum kl_status file_sync_folder(const char *path, struct error *e) KL_MUST_USE;
/* With parents. The folder above each new one is synced. */
enum kl_status file_make_folder(const char *path, uint32_t mode, struct error *e) KL_MUST_USE;

struct file_lock {
    int fd;
    char *path;
};
/* Takes an exclusive lock (flock on a file of its own, created 0600) without
 * waiting: KL_ERR_LOCKED names the process that holds it. Released by the
 * kernel if we are killed. */
enum kl_status file_lock_take(struct file_lock *l, const char *path, struct error *e) KL_MUST_USE;
void file_lock_release(struct file_lock *l);

/* Path helpers. Results live in the arena. */
char *path_join(struct arena *a, const char *dir, const char *name);
char *path_dirname(struct arena *a, const char *path); /* "." when there is none */
const char *path_basename(const char *path);           /* inside `path` */
/* The name of the file in small letters, in `low`; of one that is too long its end, which decides mostly. */
#define PATH_LOW_NAME_MAX 255u
struct slice path_low_name(const char *path, char low[PATH_LOW_NAME_MAX + 1]);
/* Absolute path with links, "." and ".." resolved; NULL if it does not exist. */
char *path_real(struct arena *a, const char *path);
/* `path` relative to folder `base` (both absolute), with ".." if need be. */
char *path_relative(struct arena *a, const char *path, const char *base);
/* Whether `path` is `folder` or lies below it; both absolute and without "." and "..", as
 * path_real gives them. */
bool path_is_inside(const char *path, const char *folder);
/* Lexical: removes "./", "//" and "x/..". */
char *path_normalize(struct arena *a, const char *path);

#endif
