/* scan_weight.h: how much memory the scan of a text takes beside its bytes, which its length does not tell:
 * four bytes of Python may be two tokens and a string to look at, of 170 bytes together. And a gate that
 * keeps the threads from scanning heavy texts at the same time, so that memory does not grow with their
 * number. */
#ifndef KEYLIFT_SCANNER_SCAN_WEIGHT_H
#define KEYLIFT_SCANNER_SCAN_WEIGHT_H

#include "scanner/scan.h"

#define SCAN_LIGHT_BYTES ((size_t)128 << 10) /* a text that is no longer is scanned as it comes */
#define SCAN_WHOLE_WEIGHT ((size_t)36 << 20) /* of a text that is scanned as a whole */
#define SCAN_PIECE_WEIGHT ((size_t)8 << 20)  /* of a piece */
#define SCAN_GATE_WEIGHT ((size_t)36 << 20)  /* of all texts at hand that are not light */

#define SCAN_MOST_DENSE 60u /* weight of a byte, on the average of any text */

/* Bytes of memory: an estimate, rather too high. */
size_t scan_weight(enum scan_language language, struct slice text);
/* How long the beginning of the text is that has no more than `most`; not 0. */
size_t scan_weight_part(enum scan_language language, struct slice text, size_t most);

struct scan_gate;
struct scan_gate *scan_gate_new(void);
void scan_gate_free(struct scan_gate *g); /* NULL is fine */
/* Waits until there is room for the scan of a text, or for this weight; no thread asks for more while it has
 * some. NULL: there always is. Gives back what is to be left. */
size_t scan_gate_enter(struct scan_gate *g, enum scan_language language, struct slice text);
size_t scan_gate_wait(struct scan_gate *g, size_t weight);
void scan_gate_leave(struct scan_gate *g, size_t weight);

#endif
