/* apply.h: writes many rewritten files as one step: all are written beside
 * their targets and synced, with the journal saying so, before the first one is
 * renamed. After a kill the next run removes temporary files that a journal
 * names; each source file is either old or new. */
#ifndef KEYLIFT_REWRITERS_APPLY_H
#define KEYLIFT_REWRITERS_APPLY_H

#include "base/arena.h"
#include "base/error.h"
#include "rewriters/journal.h"

struct apply_file {
    const char *path;       /* absolute */
    struct slice old_bytes; /* what was read: refused (KL_ERR_CONFLICT) if the file differs now */
    struct slice new_bytes;
    const cJSON *undo;  /* borrowed; from undo_record: goes into the journal; or NULL */
    bool new_is_secret; /* undo: literals come back, so the journal keeps no whole hash of them */
    bool create;        /* a new file (module, .env.example): must not exist */
    /* out */
    bool written; /* it has the new bytes, also where an error came behind that */
    struct error error;
};

enum kl_status apply_files(struct journal *j, struct apply_file *files, size_t count,
                           struct error *e) KL_MUST_USE;

#endif
