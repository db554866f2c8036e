/* githistory.h: what git's history holds, read in pieces so that a large one can be cut
 * short. Everything goes through standard input: ids of objects, nothing else.
 *
 *     git_commits    the ids of all commits, or of some, parents before children
 *     git_changes    which files some of these commits brought or took away, with their ids
 *     git_tree       the files of one commit, with their ids
 *     git_objects    all that the repository holds, also what no branch, tag or stash reaches
 */
#ifndef KEYLIFT_BASE_GITHISTORY_H
#define KEYLIFT_BASE_GITHISTORY_H

#include "base/git.h"

#define GIT_ID_MAX 65u /* SHA-256 in hex, and NUL */

/* Has the clone not all commits? */
bool git_is_shallow(const struct git_place *at);

struct git_commits {
    struct buf ids; /* one a line */
    size_t count;
    bool more;    /* older ones are there, beyond `max` */
    bool shallow; /* the clone has not all of them */
};
/* The newest `max` ones of what `revisions` (as git rev-list takes them, one a line) reach; of all branches,
 * tags and stashes when that is empty. The caller releases `ids`.
 */
enum kl_status git_commits(const struct git_place *at, struct slice revisions, size_t max,
                           struct git_commits *out, struct error *e) KL_MUST_USE;

struct git_change {
    struct slice commit, date; /* of the author: 2026-01-31T12:00:00+01:00 */
    struct slice path, id;     /* of the file; no id where the commit took it away */
    struct slice before;       /* the id that the path had before; empty if none */
};
/* `ids`: some lines of git_commits. A merge tells only of files that none of its parents has like it, once
 * for each parent. */
enum kl_status git_changes(const struct git_place *at, struct slice ids,
                           void (*fn)(void *ctx, const struct git_change *c), void *ctx,
                           struct error *e) KL_MUST_USE;

/* The ids of the files of a commit; none where there is no such commit. */
enum kl_status git_tree(const struct git_place *at, const char *commit,
                        void (*fn)(void *ctx, struct slice id), void *ctx, struct error *e) KL_MUST_USE;

/* Adds the ids of all commits to *commits, one a line, and calls fn for every file. Either may be NULL. */
enum kl_status git_objects(const struct git_place *at, struct buf *commits,
                           void (*fn)(void *ctx, struct slice id), void *ctx, struct error *e) KL_MUST_USE;

#endif
