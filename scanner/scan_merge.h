/* scan_merge.h: from the shares of the workers to the result of the scan. */
#ifndef KEYLIFT_SCANNER_SCAN_MERGE_H
#define KEYLIFT_SCANNER_SCAN_MERGE_H

#include "scanner/scanfile.h"

/* Moves the share of one worker into *out, and tells the redactor of `o` its values. */
void scan_merge(struct scan_result *out, struct scan_worker *w, const struct scan_options *o);
/* Findings that have all others of their files among them, and are not settled yet, get their order,
 * fingerprints and other halves. Returns how many stay; *known gains those that a commit does not bring. */
size_t scan_settle(struct finding *all, size_t count, uint64_t *known);
/* After the last worker: order and fingerprints. */
void scan_finish(struct scan_result *out);

#endif
