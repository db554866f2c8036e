/* rotation.h: what must be revoked after a migration, by provider, and how the new value
 * gets where the old one is now. */
#ifndef KEYLIFT_CLI_ROTATION_H
#define KEYLIFT_CLI_ROTATION_H

#include "cli/migration.h"

/* Secrets of one sort. Borrowed from the migration, or in its arena. */
struct rotation_group {
    const char *message; /* "AWS access key id" */
    const char *revoke;  /* where to revoke it; "" when no rule says */
    size_t *items;       /* of the migration */
    size_t count;
};

/* Of the secrets that left the code. */
const struct rotation_group *rotation_groups(const struct migration *m, size_t *count);
/* "keylift put API_KEY --to aws --prefix shop/": for this very vault, for a shell. */
const char *rotation_put_line(const struct migration *m, const char *name);

#endif
