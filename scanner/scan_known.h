/* scan_known.h: of a change, what was there before: to be compared with, and told of nowhere.
 *
 *     from = w->part.finding_count;
 *     mark = scan_known_mark(w);   scan the old text;   scan_known_forget(w, &mark);      as often as there
 * is one to = w->part.finding_count; scan the new text scan_known_settle(w, from, to);
 */
#ifndef KEYLIFT_SCANNER_SCAN_KNOWN_H
#define KEYLIFT_SCANNER_SCAN_KNOWN_H

#include "scanner/scanfile.h"

struct scan_known_mark {
    struct scan_stats stats;
    size_t errors, reads;
};
struct scan_known_mark scan_known_mark(const struct scan_worker *w);
/* Of what the worker has done since, the findings alone stay. */
void scan_known_forget(struct scan_worker *w, const struct scan_known_mark *mark);
/* Marks those from number `to` on that are among those from `from` to there, each for one, and drops these.
 */
void scan_known_settle(struct scan_worker *w, size_t from, size_t to);

#endif
