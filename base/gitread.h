/* gitread.h: the bytes of many files out of git's object store, without filters, a bounded number of bytes at
 * a time. The caller keeps records of its own, each with what git is asked in it:
 *
 *     struct git_files files = GIT_FILES(records, count, file);     struct git_file is their member `file`
 *     git_read_sizes(&at, &files, e)           the caller drops what it does not want, and sets files.count
 *     for (size_t end, i = 0; i < files.count; i = end) {
 *         end = git_group_end(&files, i, max_bytes, max_files);
 *         git_read_each(&at, &files, i, end, fn, ctx, e);
 *     }
 */
#ifndef KEYLIFT_BASE_GITREAD_H
#define KEYLIFT_BASE_GITREAD_H

#include <stddef.h>

#include "base/byte_source.h"
#include "base/git.h"

struct git_file {
    struct slice name; /* an id, or what else git takes for one: ":path", "HEAD:path". No line end in it */
    size_t size;       /* SIZE_MAX: the repository does not have it (a partial clone), or it is no file */
};

struct git_files {
    char *first; /* the git_file of the first record; the others follow, each `stride` bytes on */
    size_t stride, count;
};
#define GIT_FILES(records, n, member)                                                                        \
    { (n) > 0 ? (char *)&(records)->member : NULL, sizeof *(records), (n) }

/* Sets the size of each, with one question to git. */
enum kl_status git_read_sizes(const struct git_place *at, const struct git_files *files,
                              struct error *e) KL_MUST_USE;
/* The end of the group that begins at `first`: one file, or as many as have no more bytes than this. */
size_t git_group_end(const struct git_files *files, size_t first, size_t max_bytes, size_t max_files);
/* Calls fn for each file from `first` to `end`, whose sizes are known, with its index in `files`, as git
 * tells of it. The bytes are valid until fn returns, and wiped when this does; without a pointer where there
 * is no such file. When this fails, some may have been told of. */
enum kl_status git_read_each(const struct git_place *at, const struct git_files *files, size_t first,
                             size_t end, void (*fn)(void *ctx, size_t index, struct slice bytes), void *ctx,
                             struct error *e) KL_MUST_USE;
/* The same, when all are there: the bytes of each are valid until this returns, and fn is not called when it
 * fails. A size may be more than there is, while that of all together is enough. */
enum kl_status git_read_group(const struct git_place *at, const struct git_files *files, size_t first,
                              size_t end, void (*fn)(void *ctx, size_t index, struct slice bytes), void *ctx,
                              struct error *e) KL_MUST_USE;
/* Calls fn with the bytes of one file, however many these are; what fn does not take is not read. An error
 * only where git ended with one. */
enum kl_status git_read_large(const struct git_place *at, struct slice name,
                              void (*fn)(void *ctx, struct byte_source from), void *ctx,
                              struct error *e) KL_MUST_USE;

#endif
