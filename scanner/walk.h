/* walk.h: which files a scan reads. Folders are walked with an explicit stack,
 * one open descriptor at a time; links are not followed (except in a path that
 * was named), so that no loop is possible.
 *
 * In a git repository: tracked files always, also when ignored; untracked ones
 * unless ignored. A repository inside another is walked by its own rules; a
 * submodule is left to a scan of its own. A path that was named is never left
 * out because git ignores it. */
#ifndef KEYLIFT_SCANNER_WALK_H
#define KEYLIFT_SCANNER_WALK_H

#include "base/error.h"
#include "scanner/finding.h"
#include "scanner/gitignore.h"

struct walk_options {
    const char *const *paths;           /* NULL-terminated */
    const struct ignore_list *excludes; /* --exclude: relative to the current folder, or to the folder named
                                           when that lies elsewhere; NULL for none */
    bool no_gitignore;
    bool dotenv_anyway; /* report .env files also where git ignores them (not in folders that it ignores) */
};

/* Where the walk reports to. Strings are valid during the call only. Whoever does not want
 * to hear of something leaves it NULL; `file` must be there. */
struct walk_sink {
    void *ctx;
    /* Before and after what was found under each path that was named. `vacant`:
     * a repository without a single file in it. */
    void (*root)(void *ctx, const char *path, bool is_folder);
    void (*root_done)(void *ctx, bool vacant);
    /* `path` opens the file from the current folder. `named`: it was asked for
     * by name, so that it must be there. */
    void (*file)(void *ctx, const char *path, bool named);
    void (*skip)(void *ctx, enum skip_reason reason);
    void (*error)(void *ctx, const char *path, const char *message);
    bool (*stop)(void *ctx);
};

void walk_run(const struct walk_options *o, const struct walk_sink *sink);

/* How a file `name` of what was named `folder` is reported. In the arena. */
const char *walk_join(struct arena *arena, const char *folder, const char *name);

/* The patterns of --exclude (NULL-terminated, or NULL for none) as one list, in the arena. */
enum kl_status walk_excludes(const char *const *globs, struct arena *arena, const struct ignore_list **out,
                             struct error *e) KL_MUST_USE;

/* Is the path (as reported, `root` being what was named) left out by --exclude? */
bool walk_is_excluded(const struct ignore_list *excludes, const char *root, const char *path, bool is_folder);

#endif
