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
/* Reads them all (gitread.h). A path that the index does not have is no error. */
enum kl_status git_index_blobs(const char *top, struct git_blob *blobs, size_t count, size_t max_bytes,
                               struct error *e) KL_MUST_USE;
#define GIT_MODE_BYTES 7 /* "100644" and its NUL */
#define GIT_ID_BYTES 65  /* of SHA-256 repositories */

struct git_entry {
    const char *path;
    char mode[GIT_MODE_BYTES];
    char id[GIT_ID_BYTES];
};
/* What the index has under entry->path: `id` is empty where it has nothing, and `mode` then
 * that of a new file. */
enum kl_status git_index_entry(const char *top, struct git_entry *entry, struct error *e) KL_MUST_USE;
/* Puts bytes into the object store, as they are, and sets entry->id. */
enum kl_status git_store_bytes(const char *top, struct slice bytes, struct git_entry *entry,
                               struct error *e) KL_MUST_USE;
bool git_has_object(const char *top, const char *id);
/* Puts all of them into the index in one step: a kill leaves all or none there. */
enum kl_status git_stage_entries(const char *top, const struct git_entry *entries, size_t count,
                                 struct error *e) KL_MUST_USE;
void git_blobs_release(struct git_blob *blobs, size_t count);

#endif
