/* gitindex.h: which files git tracks, from the index ("gitformat-index").
 *
 * Our own reader, since starting git costs more than scanning a small commit.
 * Versions 2, 3 and 4, SHA-1 and SHA-256. A split or sparse index, and an
 * extension that readers must know, are KL_ERR_UNSUPPORTED: git is asked then.
 * The checksum at the end is not looked at: what is wrong in shape is an error
 * anyhow, and the rest only decides which ignored files are scanned too. */
#ifndef KEYLIFT_SCANNER_GITINDEX_H
#define KEYLIFT_SCANNER_GITINDEX_H

#include "base/arena.h"
#include "base/error.h"

#define KL_MAX_INDEX_BYTES ((size_t)512 << 20)
#define GIT_OID_MAX 32

struct git_index_entry {
    struct slice path;        /* relative to the top of the work tree */
    const unsigned char *oid; /* git_index.oid_len bytes; in the arena */
    uint32_t mode;            /* 0100644, 0100755, 0120000 link, 0160000 submodule */
    uint8_t stage;            /* 0, or 1-3 in a conflict */
    bool intent_to_add;
};

struct git_index {
    struct git_index_entry *entries; /* sorted by path, then stage */
    size_t count;
    unsigned oid_len; /* 20 or 32 */
};

#define GIT_MODE_TYPE 0170000u
#define GIT_MODE_FILE 0100000u
#define GIT_MODE_SUBMODULE 0160000u

/* Everything lives in the arena after it; `bytes` may go. */
enum kl_status gitindex_parse(struct slice bytes, unsigned oid_len, struct arena *arena,
                              struct git_index *out, struct error *e) KL_MUST_USE;
/* The output of `git ls-files --stage -z`. */
enum kl_status gitindex_parse_ls_files(struct slice text, unsigned oid_len, struct arena *arena,
                                       struct git_index *out, struct error *e) KL_MUST_USE;

/* NULL if the path is not tracked. */
const struct git_index_entry *gitindex_find(const struct git_index *x, struct slice path);
/* Is anything tracked inside this folder? */
bool gitindex_has_under(const struct git_index *x, struct slice folder);

#endif
