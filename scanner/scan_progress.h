/* scan_progress.h: how far a scan is, for a person who waits. Threads add what they have done a batch of
 * files at a time, without a lock, and the one that adds when it is time again shows it. */
#ifndef KEYLIFT_SCANNER_SCAN_PROGRESS_H
#define KEYLIFT_SCANNER_SCAN_PROGRESS_H

#include "base/common.h"

struct scan_so_far {
    uint64_t files, bytes, findings;
    double seconds;
    bool done; /* the last call */
};
typedef void scan_show_fn(const struct scan_so_far *p);

struct scan_progress;
/* NULL where nobody waits (`show` is NULL); the others take that. */
struct scan_progress *scan_progress_new(scan_show_fn *show);
void scan_progress_add(struct scan_progress *p, uint64_t files, uint64_t bytes, uint64_t findings);
/* Calls `show` a last time, if it was called before. */
void scan_progress_free(struct scan_progress *p);

#endif
