/* notebook_text.h: what a rewrite of a notebook's code cells needs beside that of
 * a module: a text that is Python, a place for imports, JSON around the edits.
 *
 * Source: "The Jupyter Notebook Format"; IPython, "Built-in magic commands". */
#ifndef KEYLIFT_REWRITERS_NOTEBOOK_TEXT_H
#define KEYLIFT_REWRITERS_NOTEBOOK_TEXT_H

#include "rewriters/imports.h"

/* The text with lines that IPython reads itself (%magic, !shell, help?) turned
 * into comments of the same length, in whole cells of another language (%%bash)
 * every line. A copy, in the arena. */
struct slice notebook_python(struct slice text, const struct notebook_cells *cells, struct arena *arena);
/* Is this comment token one of these lines? */
bool notebook_is_magic(const struct source *s, uint32_t token);

/* Why no cell may be rewritten, or NULL. */
const char *notebook_refusal(const struct source *s);
/* Imports go to the beginning of the first cell that reads a secret: cells are run one by one. */
void notebook_points(const struct source *s, uint32_t first_statement, struct import_points *out);
/* Text as it stands inside of a JSON string; and back. False where it would not be
 * escaped to the same bytes again. */
void notebook_escape(struct slice text, struct buf *out);
bool notebook_unescape(struct slice escaped, struct buf *out);
/* The edits' texts as they stand in JSON strings. */
void notebook_escape_edits(const struct source *s, struct edit_list *edits, struct arena *arena);
/* Are both JSON, with the same in them but for the source of code cells? */
bool notebook_same_outside(const struct rewrite_request *r, const struct rewrite_output *out);

#endif
