/* notebook.h: the code of a Jupyter notebook (.ipynb) as one Python text.
 *
 * A notebook is JSON; the lines of a cell stand in "source" as strings (nbformat
 * 4; "input" in version 3). They are put together, cell after cell, with a way
 * back to the bytes of the file, so that the lexer and everything behind it work
 * as on a module. No JSON parser: a damaged notebook gives what it still has.
 *
 * Source: "The Jupyter Notebook Format" (nbformat). */
#ifndef KEYLIFT_SCANNER_NOTEBOOK_H
#define KEYLIFT_SCANNER_NOTEBOOK_H

#include "scanner/pyfile.h"

/* Where the code cells begin in the text. */
struct notebook_cells {
    uint32_t *starts;
    size_t count;
};

/* `f` as pyfile_decode makes it, for pyfile_byte_offset; decodable if the bytes are
 * UTF-8. `cells` may be NULL. False: no code. */
bool notebook_code(struct pyfile *f, struct slice bytes, struct arena *arena, struct notebook_cells *cells);

#endif
