/* walk_folder.h: a folder of a walk, while it or one below it is still to be listed. It has its own name and
 * a way up, no path: of a tree that is ever deeper, paths would take the square of its depth. */
#ifndef KEYLIFT_SCANNER_WALK_FOLDER_H
#define KEYLIFT_SCANNER_WALK_FOLDER_H

#include "base/buf.h"
#include "base/dir.h"
#include "scanner/gitrepo.h"

struct walk_folder {
    struct walk_folder *above; /* NULL: the one that was named */
    size_t users;              /* the walk itself, and each folder right below that it still has */
    size_t path_len;
    const char *rel;       /* of the folder that a repository is entered by: its place there; else NULL */
    struct git_repo *repo; /* NULL outside of one */
    const struct ignore_list *chain;
    struct arena arena;        /* what of the above came with this folder */
    struct dir *listing;       /* one with very many entries, in the middle of them; else NULL */
    int fd;                    /* of a folder that is done, for those below it; -1: not open */
    struct walk_folder **held; /* who closes it early; NULL: nobody */
    bool all_ignored;          /* git ignores the folder: only what is tracked counts */
    char name[];               /* of the one that was named: its path */
};

/* `above` is NULL for a folder that was named; the others go by its repository and ignore lists. */
struct walk_folder *walk_folder_new(struct walk_folder *above, const char *name);
/* The walk has done with it. */
void walk_folder_leave(struct walk_folder *f);
/* Starts to list it, from the folder above if that is open; `path` opens it too. */
enum kl_status walk_folder_open(struct walk_folder *f, const char *path, struct error *e) KL_MUST_USE;
void walk_folder_close(struct walk_folder *f); /* its descriptor */

/* What opens it: the path that was named, then the way below. Empty for the current folder. */
void walk_folder_path(const struct walk_folder *f, struct buf *out);
/* From the top of its repository; empty for the top. */
void walk_folder_rel(const struct walk_folder *f, struct buf *out);
/* Either one of an entry: its name is put behind the folder's, the first `len` bytes of *out. */
void walk_entry_path(struct buf *out, size_t len, const char *name);

#endif
