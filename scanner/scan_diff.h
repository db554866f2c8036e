/* scan_diff.h: what a diff brings: each file of it by its own name, with the lines that the new file has;
 * what the old one has too is known, as with --staged. What stands around the diffs is text of the name
 * given. */
#ifndef KEYLIFT_SCANNER_SCAN_DIFF_H
#define KEYLIFT_SCANNER_SCAN_DIFF_H

#include "scanner/scan.h"

/* `text`: diff_is() of it holds. `folder`: where the diff's paths begin, seen from the current folder. Bytes
 * of findings are those of the lines that the diff has of the file. */
enum kl_status scan_diff(const struct scan_options *o, const char *name, const char *folder,
                         struct slice text, struct scan_result *out, struct error *e) KL_MUST_USE;

#endif
