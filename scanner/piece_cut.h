/* piece_cut.h: where Python that is too much at once is cut, and what the rest has to know of what comes
 * before it, so that its strings keep their names and places: the imports, the lines that open the blocks
 * around it, and of a statement that is cut, what leads to the place:
 *
 *     class Shop:                              class Shop:
 *         def pay(self):                           def pay(self):
 *             connect(hosts=["a", "b",     |           connect(hosts=[  "c", "d"])
 *
 * All of it is Python that is put before the rest. */
#ifndef KEYLIFT_SCANNER_PIECE_CUT_H
#define KEYLIFT_SCANNER_PIECE_CUT_H

#include "base/buf.h"
#include "scanner/pylex.h"

#define PIECE_LEAD_MAX ((size_t)64 << 10)
#define PIECE_IMPORTS_MAX ((size_t)16 << 10)

struct piece_cut {
    struct buf imports; /* so far; kept from cut to cut */
    struct buf lead;    /* of what comes behind the cut */
    size_t at;          /* in the text */
    char closing[4];    /* what ends the string that is cut; empty mostly */
    bool lost; /* the rest has no lead that fits: a string, or an expression without commas, is cut */
};

void piece_cut_init(struct piece_cut *c);
void piece_cut_release(struct piece_cut *c);
/* Cuts a text that goes on; the tokens are those of it. Its first `lead` bytes are the lead of the cut
 * before, at least one byte behind them comes before the cut. `base` stands before every lead. */
void piece_cut_find(struct piece_cut *c, struct slice text, const struct py_tokens *tokens, size_t lead,
                    const char *base);

#endif
