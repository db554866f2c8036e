/* skim_blocks.h: where in a text the bytes stand that give Python its shape, and where a word may begin that
 * is worth a look: a bit for each byte, 64 bytes at once where the machine can. */
#ifndef KEYLIFT_SCANNER_SKIM_BLOCKS_H
#define KEYLIFT_SCANNER_SKIM_BLOCKS_H

#include "base/slice.h"

#define SKIM_BLOCK 64u

/* Bit k is about byte k of the block. Of the last block, what is behind the text is 0. */
struct skim_block {
    uint64_t apostrophe, quote, hash, backslash, line, open, close;
    uint64_t dark;    /* no blank, and none of the bytes that patterns take for one (\s) */
    uint64_t field;   /* % or {: of a template */
    uint64_t high;    /* no ASCII */
    int64_t depth;    /* brackets open at its first byte; from skim_blocks_nest */
    uint64_t hint;    /* three bytes of a word of skim_hints stand here; a few others look the same */
    uint64_t root;    /* of these, what begins the root of a telling name; skim_marks.c tells */
    uint64_t distant; /* and what may be a word that stands far from its secret */
};

/* The words that are hinted at, by their first three bytes; letters in either case. */
struct skim_hints {
    uint8_t low[3][16], high[3][16]; /* by half a byte: a bit for each group of words */
};
void skim_hints_init(struct skim_hints *h);

/* Room for skim_block_count(text.len) blocks. */
static inline size_t skim_block_count(size_t len) {
    return (len + SKIM_BLOCK - 1) / SKIM_BLOCK;
}
void skim_blocks_fill(const struct skim_hints *h, struct slice text, struct skim_block *out);
/* Counts what is open at each block; what is left open at the end. */
int64_t skim_blocks_nest(struct skim_block *blocks, size_t count);
/* The same, byte by byte, on any machine. For the test, too. */
void skim_blocks_fill_plain(const struct skim_hints *h, struct slice text, struct skim_block *out);

#endif
