/* scan_pieces_internal.h: what scan_pieces*.c share. Private to them. */
#ifndef KEYLIFT_SCANNER_SCAN_PIECES_INTERNAL_H
#define KEYLIFT_SCANNER_SCAN_PIECES_INTERNAL_H

#include "scanner/scan_pieces.h"

struct notebook_stream;

struct pieces {
    struct scan_worker *w;
    const char *path;
    struct piece_text text;
    size_t piece_bytes;
    size_t lead_lines, lead_points; /* line ends in the lead; characters behind the last one */
    size_t random;                  /* findings of the classifier, for their looks alone */
    bool cut;                       /* in the middle of a string or an expression */
    struct notebook_stream *cells;  /* of a notebook; else NULL */
    struct error e;
};

/* notebook_stream.c: the code of a notebook that is read a piece at a time. It is told of every byte once, in
 * order, and scans the cells when there are enough, and at the end. */
struct notebook_stream *notebook_stream_new(struct scan_worker *w, const char *path, size_t whole_bytes);
void notebook_stream_take(struct notebook_stream *n, struct slice bytes);
/* Scans the rest. Of the findings from number `known` on, those in the text of a cell that were found in its
 * code, too, go. True if there was code. */
bool notebook_stream_end(struct notebook_stream *n, size_t known);
void notebook_stream_free(struct notebook_stream *n); /* NULL is fine */

#endif
