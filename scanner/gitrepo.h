/* gitrepo.h: the git repository around a folder: where its parts lie, what its
 * configuration says about ignoring, which files it tracks, and the questions
 * that only git itself can answer.
 *
 * git is run without fsmonitor, hooks, filters, textconv, pager and lazy
 * fetching; a repository's own configuration cannot switch them on. */
#ifndef KEYLIFT_SCANNER_GITREPO_H
#define KEYLIFT_SCANNER_GITREPO_H

#include "base/process.h"
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

/* Runs git with `arguments` (NULL-terminated, without "git") in `folder`.
 * GITREPO_HOOK: with the repository and index that GIT_DIR and GIT_INDEX_FILE
 * name, as a hook must; else with those that the folder lies in. */
enum gitrepo_where { GITREPO_FOLDER, GITREPO_HOOK };
enum kl_status gitrepo_run(const char *folder, enum gitrepo_where where, const char *const *arguments,
                           struct slice input, size_t max_output, struct process_result *out,
                           struct error *e) KL_MUST_USE;

#endif
