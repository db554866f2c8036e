/* upload.h: put, read back, compare: the half of the transaction that happens in
 * the vault. Nothing counts as stored before the vault has given it back, by the
 * reference that the rewritten code will use and by the version written.
 *
 *     upload_prepare   looks every name up; finds all conflicts; writes nothing
 *     upload_run       puts what is pending, reads all of it back
 *
 * Both talk to the vault from as many threads as its kind allows. A run that was
 * interrupted is begun again from the start: what it had stored is PRESENT then. */
#ifndef KEYLIFT_BACKENDS_UPLOAD_H
#define KEYLIFT_BACKENDS_UPLOAD_H

#include "backends/vault.h"

enum upload_state {
    UPLOAD_PENDING,
    UPLOAD_PRESENT,  /* the vault held an equal value already */
    UPLOAD_STORED,   /* put and read back, equal */
    UPLOAD_CONFLICT, /* another value has that name (before the first write) */
    UPLOAD_REFUSED,  /* the vault cannot hold it, or not under that name */
    UPLOAD_FAILED    /* put or read-back failed, or was not tried: the source stays */
};

enum upload_on_conflict { ON_CONFLICT_FAIL, ON_CONFLICT_REUSE, ON_CONFLICT_VERSION, ON_CONFLICT_RENAME };
const char *upload_on_conflict_name(enum upload_on_conflict how); /* as --on-conflict and plans say it */

#define UPLOAD_RENAMES_MAX 100u /* API_KEY_2 to API_KEY_100 are tried */

struct upload_item {
    const char *name; /* logical name: API_KEY; another one after ON_CONFLICT_RENAME */
    const struct secret *value;
    bool fixed_name; /* code knows it already: never renamed */
    enum upload_state state;
    const char *stored_name;  /* as the vault has it; in the arena of upload_prepare */
    const char *renamed_from; /* the name asked for, when that was taken; NULL */
    bool reused;              /* ON_CONFLICT_REUSE: the vault's other value stands */
    bool replaces;            /* ON_CONFLICT_VERSION: a new version of what is there */
    char version[VAULT_VERSION_MAX];
    struct error error; /* for CONFLICT, REFUSED, FAILED */
};

/* Called around each write so that the journal knows before and after; never two
 * at a time. Any of them may be NULL. */
struct upload_observer {
    enum kl_status (*before_put)(void *ctx, const struct upload_item *item, struct error *e);
    enum kl_status (*after_put)(void *ctx, const struct upload_item *item, struct error *e);
    void (*progress)(void *ctx, size_t done, size_t count);
    void *ctx;
    /* Many writes at once (vault_kind.put_many): what the two above are told after `hold`
     * need be on disk only when `flush` returns. Both or neither. */
    void (*hold)(void *ctx);
    enum kl_status (*flush)(void *ctx, struct error *e);
};

/* Looks everything up and finds all conflicts; writes nothing. Returns KL_OK
 * also when items are in CONFLICT or REFUSED: look at their states. */
enum kl_status upload_prepare(struct vault *v, struct upload_item *items, size_t count,
                              enum upload_on_conflict on_conflict, struct arena *arena,
                              struct error *e) KL_MUST_USE;
/* Puts what is PENDING, reads back by latest and by version until `deadline_ms`
 * (of each item), compares in constant time; what was PRESENT is read again.
 * One item's failure does not stop the others: KL_OK when none is FAILED, else
 * the first failure, with every item's state set. After an error that all would
 * meet (no credential, no trust, no network) what is left is not tried, and
 * says so. Stops, with the rest PENDING, when the observer fails or the user
 * interrupts. */
enum kl_status upload_run(struct vault *v, struct upload_item *items, size_t count,
                          const struct upload_observer *observer, unsigned deadline_ms,
                          struct error *e) KL_MUST_USE;
const char *upload_state_name(enum upload_state s);

/* Equal bytes of the same sort: code reads text and bytes in different ways. */
bool upload_same_value(const struct secret *a, const struct secret *b) KL_MUST_USE;

#endif
