/* git.h: the few questions about a repository that need git itself. The
 * repository is not trusted: file-system monitors, hooks, filters, lazy fetching
 * and optional locks are off, and so are variables (GIT_DIR...) that would make
 * git look at another repository. Of the environment git gets its own
 * configuration's places alone. */
#ifndef KEYLIFT_BASE_GIT_H
#define KEYLIFT_BASE_GIT_H

#include "base/arena.h"
#include "base/error.h"
#include "base/process.h"

/* Runs `git ARGS...` in `folder` with the safe settings. `args` is
 * NULL-terminated, at most GIT_MAX_ARGS. Exit codes are the caller's. */
#define GIT_MAX_ARGS 24
enum kl_status git_run(const char *folder, const char *const *args, struct slice input, size_t max_output,
                       struct process_result *out, struct error *e) KL_MUST_USE;
/* GIT_OF_HOOK: with the repository, index and objects that the variables of a hook
 * name, as a hook must; else with those that the folder lies in. */
enum git_repository { GIT_OF_FOLDER, GIT_OF_HOOK };
enum kl_status git_run_in(const char *folder, enum git_repository which, const char *const *args,
                          struct slice input, size_t max_output, struct process_result *out,
                          struct error *e) KL_MUST_USE;

struct git_place {
    const char *folder; /* in it; paths are those below it, and relative to it */
    enum git_repository which;
};
/* The same; KL_OK only when git has done all of it. */
enum kl_status git_ask(const struct git_place *at, const char *const *args, struct slice input,
                       size_t max_output, struct process_result *out, struct error *e) KL_MUST_USE;
struct git_output {
    size_t max; /* bytes */
    enum kl_status (*take)(void *ctx, struct slice piece, struct error *e);
    void *ctx;
};
/* The same, with what git writes handed over in pieces (process.h); some may have been when it fails. */
enum kl_status git_ask_in_pieces(const struct git_place *at, const char *const *args, struct slice input,
                                 struct git_output output, struct error *e) KL_MUST_USE;

/* What git writes as it is asked for: process.h. */
enum kl_status git_stream_open(struct process_stream **out, const struct git_place *at,
                               const char *const *args, struct error *e) KL_MUST_USE;

/* The git directory of the repository that `folder` is in, absolute, in the
 * arena; NULL when there is no repository, or no git. */
enum kl_status git_directory(const char *folder, struct arena *a, char **out, struct error *e) KL_MUST_USE;

/* "0000...": git's word for no object. */
bool git_id_is_none(struct slice id);

enum git_file_state {
    GIT_NO_REPOSITORY, /* or no git on this machine */
    GIT_TRACKED,
    GIT_IGNORED,
    GIT_UNTRACKED
};
/* `path` is absolute; it need not exist. */
enum kl_status git_file_state(const char *path, enum git_file_state *out, struct error *e) KL_MUST_USE;

#endif
