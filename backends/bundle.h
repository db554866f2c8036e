/* bundle.h: --bundle NAME: a vault around a vault. All names are fields of one secret
 * of the inner vault, which holds a JSON object: {"API_KEY": "...", "DB_URL": "..."}.
 *
 * A write reads the secret, changes one field and adds a version. Providers have no
 * "add a version if the latest is still this one", so another writer may come in
 * between. Both ways of losing something are looked for after every write:
 *
 *     base -> theirs -> ours      `previous` says that ours came after theirs and not after
 *                                 base: what theirs changed is written again, on top of ours
 *     base -> ours -> theirs      the latest has not our fields: they are written again
 *
 * Calls of many threads are served together: one of them does the work of all that
 * wait, with one read and one write, so that 500 names are not 500 versions. */
#ifndef KEYLIFT_BACKENDS_BUNDLE_H
#define KEYLIFT_BACKENDS_BUNDLE_H

#include "backends/vault.h"
#include "base/json.h"
#include "base/thread.h"

/* JSON of what the largest vault holds, with every byte escaped. */
#define BUNDLE_MAX_BYTES (KL_MAX_SECRET_BYTES * 6)

#define BUNDLE_PARALLEL 64u /* calls that may wait together */

enum bundle_call_kind { BUNDLE_GET, BUNDLE_PUT, BUNDLE_ADD };

/* One call of get, put_if_absent or add_version that waits to be served. */
struct bundle_call {
    enum bundle_call_kind kind;
    const char *name;
    const char *version;        /* get: NULL for the latest */
    const struct secret *value; /* put, add */
    struct secret *out;         /* get */
    char version_out[VAULT_VERSION_MAX];
    enum kl_status status;
    struct error e;
    bool settled; /* has its answer, good or bad */
    bool placed;  /* its field is in the text that is being written, or was once written */
    bool done;    /* served: the caller may go on */
    struct bundle_call *next;
};

struct bundle {
    struct vault vault;
    struct vault_kind kind; /* the inner one's, with the calls of this file */
    struct python_access access;
    struct vault *inner;
    const char *name;
    struct arena arena;
    struct mutex *lock;
    struct condition *changed;
    struct bundle_call *first, **last; /* waiting */
    bool served;                       /* a thread is at it */
};

/* A version of the secret: `fields` is to be freed with json_delete_secret, also after
 * an error. KL_ERR_NOT_FOUND when there is no secret. */
enum kl_status bundle_read(struct bundle *b, const char *version, cJSON **fields,
                           char version_out[VAULT_VERSION_MAX], struct error *e) KL_MUST_USE;
/* Serves all calls of the list that write. */
void bundle_write(struct bundle *b, struct bundle_call *calls);

enum kl_status bundle_open(const struct vault_kind *inner, const struct vault_options *o, struct vault **out,
                           struct error *e) KL_MUST_USE;

#endif
