/* scan_pieces.h: a large file, a piece at a time, so that memory does not grow with it. Other text is cut
 * between lines, and each piece is seen with what stands before and behind it. Python is cut between
 * statements or behind a comma, and each piece is seen with what leads to it (piece_cut.h); what is not seen
 * is what a variable is used as in a different piece. Of a notebook, the code of its cells is put together
 * (notebook_stream.h). Places are those in the file. */
#ifndef KEYLIFT_SCANNER_SCAN_PIECES_H
#define KEYLIFT_SCANNER_SCAN_PIECES_H

#include "scanner/piece_text.h"
#include "scanner/scanfile.h"

#define SCAN_WHOLE_BYTES ((size_t)4 << 20) /* what is no larger may be scanned as a whole */

/* Whether a text is scanned as a whole: it is no larger, and its scan not too heavy (scan_weight.h). */
bool scan_fits_whole(const struct scan_worker *w, enum scan_language language, struct slice bytes);
/* How many bytes may be read of a file before it is known to be too large for that. */
size_t scan_whole_bytes(const struct scan_worker *w);

/* From memory, or from where `from` reads, which begins with `head`. What goes wrong is in the worker's part.
 */
void scan_pieces_bytes(struct scan_worker *w, const char *path, enum scan_language language,
                       struct slice bytes);
void scan_pieces_from(struct scan_worker *w, const char *path, enum scan_language language,
                      struct byte_source from, struct slice head);

#endif
