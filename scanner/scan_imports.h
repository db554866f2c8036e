/* scan_imports.h: a literal of one module that another one gives to something that says what it is:
 *
 *     consts.py               db.py
 *     MAIN = "..."            from .consts import MAIN
 *                             connect("db", "root", MAIN)
 *
 * Called when all files were scanned, with what the workers noted of them (module_notes.h). The few files
 * that import a literal nothing was said of are read again for its uses, and then the files that have such
 * literals. What is found goes to the first worker's share, in the same order whatever ran when. */
#ifndef KEYLIFT_SCANNER_SCAN_IMPORTS_H
#define KEYLIFT_SCANNER_SCAN_IMPORTS_H

#include "scanner/scanfile.h"

void scan_imports(struct scan_worker *workers, unsigned count, bool (*is_stopped)(void *ctx), void *ctx);

#endif
