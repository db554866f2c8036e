/* staging.h: what a migration of staged content puts into git's index. All of it is in the
 * object store and in the journal before the first file of the working tree changes, and
 * goes into the index in one step behind the last: after a kill, `resume` stages the same.
 *
 *     staging_add        one file; its bytes are stored
 *     staging_record     the journal's line
 *     staging_commit     into the index
 *     staging_recall     in place of the first two: what the journal of a killed run says
 */
#ifndef KEYLIFT_CLI_STAGING_H
#define KEYLIFT_CLI_STAGING_H

#include "base/gitblob.h"
#include "base/json.h"

struct journal;

#define STAGING_TAG_BYTES 5 /* 16 bits of an object's name in hexadecimal: it may have held a secret */

struct staging {
    struct git_entry *entries;
    char (*before)[STAGING_TAG_BYTES]; /* of what the index had; "" for nothing */
    size_t count, capacity, before_capacity;
    bool known; /* recalled */
    struct arena arena;
};

enum kl_status staging_add(struct staging *s, const char *top, const char *path, struct slice bytes,
                           struct error *e) KL_MUST_USE;
enum kl_status staging_record(const struct staging *s, struct journal *j, struct error *e) KL_MUST_USE;
enum kl_status staging_recall(struct staging *s, const cJSON *record, struct error *e) KL_MUST_USE;
/* KL_ERR_CONFLICT where somebody has staged something else since. */
enum kl_status staging_commit(const struct staging *s, const char *top, struct error *e) KL_MUST_USE;
void staging_release(struct staging *s);

#endif
