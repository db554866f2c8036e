/* scan_pieces.h: a large file, a piece at a time, so that memory does not grow with it. Other text is cut
 * between lines, and each piece is seen with what stands before and behind it; Python is cut between
 * statements, and what one of them says of another in a different piece (what a variable is used as) is not
 * seen. Places are those in the file. */
#ifndef KEYLIFT_SCANNER_SCAN_PIECES_H
#define KEYLIFT_SCANNER_SCAN_PIECES_H

#include "scanner/scanfile.h"

#define SCAN_WHOLE_BYTES ((size_t)4 << 20)        /* what is no larger is scanned as a whole */
#define SCAN_MAX_PIECED_BYTES ((uint64_t)1 << 36) /* one file */

/* Whether a file that begins so can be cut: notebooks, archives, UTF-16 and other old encodings cannot. */
bool scan_pieces_fit(enum scan_language language, struct slice head);
/* From the file, or from memory. What goes wrong is in the worker's part. */
bool scan_pieces_file(struct scan_worker *w, const char *path, enum scan_language language, bool named);
void scan_pieces_bytes(struct scan_worker *w, const char *path, enum scan_language language,
                       struct slice bytes);

#endif
