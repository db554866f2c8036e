/* aftercare.h: what a migration cannot do itself, and has to say, so that nobody takes a
 * secret for gone that is not: where else it stands, since when git has it, and what
 * must be revoked.
 *
 *     migration_look_after   after migration_run; writes nothing
 *     migration_show_after, migration_add_after
 *     aftercare_release */
#ifndef KEYLIFT_CLI_AFTERCARE_H
#define KEYLIFT_CLI_AFTERCARE_H

#include "base/json.h"
#include "cli/history.h"
#include "cli/remains.h"
#include "cli/value_search.h"

struct aftercare {
    struct value_search *search; /* NULL: nothing was looked for */
    size_t *items;               /* of each value of the search: its item of the migration */
    size_t count;
    struct remains remains;
    struct history history;
};

struct migration;
void migration_look_after(struct migration *m);
void migration_show_after(const struct migration *m);
/* What to do there. */
const char *aftercare_advice(const struct migration *m, const struct remain *r);
/* What is to be revoked and replaced. */
void migration_show_rotation(const struct migration *m);
/* Since when git has the value of an item; NULL: not that is known. */
const struct history_entry *aftercare_history(const struct migration *m, size_t item);
/* What git's history says of all of them: and what follows: without the last full stop. */
const char *aftercare_history_words(const struct migration *m);
/* "still_in", "history", "rotate". */
void migration_add_after(const struct migration *m, cJSON *root);
void aftercare_release(struct aftercare *a);

#endif
