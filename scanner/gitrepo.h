/* gitrepo.h: the git repository around a folder: where its parts lie, what its
 * configuration says about ignoring, which files it tracks. It is read without git,
 * which is asked only for what a newer version may have written otherwise. */
#ifndef KEYLIFT_SCANNER_GITREPO_H
#define KEYLIFT_SCANNER_GITREPO_H

#include "base/error.h"
#include "scanner/gitignore.h"
#include "scanner/gitindex.h"

struct git_repo {
    const char *top;     /* absolute path of the work tree */
    const char *git_dir; /* absolute */
    const char *common_dir;
    unsigned oid_len;
    bool fold_case;
    const char *excludes_file;         /* the user's; NULL for none */
    const struct ignore_list *ignores; /* info/exclude, then the user's */
    struct git_index index;
    bool index_read;
    struct arena *arena; /* borrowed: everything above lives there */
};

/* True if `folder` (absolute) holds a .git that is a repository; fills *out. */
bool gitrepo_open(const char *folder, struct arena *arena, struct git_repo *out);
/* The nearest repository at or above an absolute folder. */
bool gitrepo_discover(const char *folder, struct arena *arena, struct git_repo *out);

/* Reads the index once. Missing is empty. */
enum kl_status gitrepo_read_index(struct git_repo *r, struct error *e) KL_MUST_USE;

#endif
