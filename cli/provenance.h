/* provenance.h: which repository was scanned, and at which commit: for a report that is read elsewhere. */
#ifndef KEYLIFT_CLI_PROVENANCE_H
#define KEYLIFT_CLI_PROVENANCE_H

#include "base/arena.h"
#include "base/buf.h"

struct provenance {
    const char *repository; /* the URI of the remote "origin", without user, password and query */
    const char *revision;   /* the current commit; NULL: there is none */
    const char *branch;     /* NULL: none is checked out */
};

/* Of the repository that `path` lies in. False where that is none, or has no remote that others can reach.
 * Strings live in the arena. */
bool provenance_read(const char *path, struct arena *arena, struct provenance *out);
/* What git takes for the address of a remote (git-fetch, "GIT URLS"), as a URI; false for a folder of this
 * machine, and for what is no address. */
bool provenance_uri(struct slice address, struct buf *out);

#endif
