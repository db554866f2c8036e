/* dir.h: listing a folder: names and kinds, in no order, from large getdents
 * reads, relative to an open descriptor so that a walk does not resolve long
 * paths again and again. */
#ifndef KEYLIFT_BASE_DIR_H
#define KEYLIFT_BASE_DIR_H

#include "base/error.h"
#include "base/file.h"

struct dir_entry {
    const char *name;    /* valid until the next dir_next */
    enum file_kind kind; /* lstat is called only where the file system does not tell */
};

struct dir;

/* fd of an open folder, or -1 for the current one; `path` relative to it. */
enum kl_status dir_open(struct dir **out, int at_fd, const char *path, struct error *e) KL_MUST_USE;
int dir_fd(const struct dir *d);
/* KL_ERR_NOT_FOUND at the end. "." and ".." are left out. */
enum kl_status dir_next(struct dir *d, struct dir_entry *out, struct error *e) KL_MUST_USE;
void dir_close(struct dir *d);
/* Closes it, and keeps the folder open, for dir_open from there; -1 if that cannot be. */
int dir_close_keeping(struct dir *d) KL_MUST_USE;
void dir_drop(int fd); /* a folder that was kept; -1: none */

#endif
