/* run_log.h: what earlier runs left in their journals, read again: for `runs`
 * and `undo`. Nothing is locked or written here. */
#ifndef KEYLIFT_CLI_RUN_LOG_H
#define KEYLIFT_CLI_RUN_LOG_H

#include "base/arena.h"
#include "cli/project.h"
#include "rewriters/journal.h"

enum run_state {
    RUN_FINISHED,
    RUN_UNDONE,      /* by a later run */
    RUN_TOOK_BACK,   /* is itself an undo */
    RUN_INTERRUPTED, /* killed, or stopped by an error */
    RUN_UNREADABLE,
    RUN_STATE_COUNT
};
const char *run_state_name(enum run_state s);

/* Strings are borrowed from `log` or live in the arena. */
struct run {
    const char *id, *time, *root;
    const char *vault, *dotenv_file; /* NULL when it stopped before that was known */
    const cJSON *vault_options;      /* of vault_session_record; NULL */
    const char *with_values;         /* where values of variables came from; NULL */
    const char *undoes;              /* the run that this one took back; NULL */
    const cJSON *plan;               /* what it was to do (rewriters/plan.h); NULL */
    bool resumed;                    /* went on after it was interrupted */
    enum run_state state;
    bool staged;
    struct journal_log log;
    struct error error; /* of RUN_UNREADABLE */
};

#define RUN_LOG_MAX 10000u /* the newest ones, if there are more */

struct run_log {
    struct run *runs; /* oldest first */
    size_t count;
    struct arena arena;
};

/* No journal at all is KL_OK with no run. */
enum kl_status run_log_read(struct run_log *l, const struct project *p, struct error *e) KL_MUST_USE;
void run_log_release(struct run_log *l);

/* An interrupted run that `keylift resume` can finish. */
bool run_can_resume(const struct run *r);

/* What it was to put into the index; NULL where it had not come so far (cli/staging.h). */
const cJSON *run_staging(const struct run *r);

/* Calls fn for each file that the run replaced or made, in order; once each. */
void run_each_file(const struct run *r, void (*fn)(void *ctx, const cJSON *file), void *ctx);
/* Calls fn for each name that the run stored or found stored, once, with its last version;
 * `stored_name` is the one in the code. */
void run_each_name(const struct run *r,
                   void (*fn)(void *ctx, const char *name, const char *stored_name, const char *version),
                   void *ctx);

/* Calls fn for each name whose put was begun and of which the run does not say that it was
 * stored: a kill came between. */
void run_each_begun(const struct run *r, void (*fn)(void *ctx, const char *name), void *ctx);

#endif
