/* gitblob.h: file contents as the git index has them, many with one process,
 * without filters. */
#ifndef KEYLIFT_BASE_GITBLOB_H
#define KEYLIFT_BASE_GITBLOB_H

#include "base/git.h"

/* Absolute top folder of the work tree that holds `folder`; NULL if there is
 * none (or no git). In the arena. */
char *git_top_folder(const char *folder, struct arena *arena);

struct git_blob {
    const char *path; /* relative to the top folder, '/' between */
    bool found;
    struct buf bytes; /* wiped on release */
};
/* Reads them all with one `git cat-file --batch`. A path that the index does not
 * have is no error. */
enum kl_status git_index_blobs(const char *top, struct git_blob *blobs, size_t count, size_t max_bytes,
                               struct error *e) KL_MUST_USE;
/* Puts bytes into the object store, as they are, and into the index under
 * `path`. A path that the index has keeps its mode; a new one gets 0644. */
enum kl_status git_stage_bytes(const char *top, const char *path, struct slice bytes,
                               struct error *e) KL_MUST_USE;
void git_blobs_release(struct git_blob *blobs, size_t count);

#endif
