/* scan_tell.h: findings are told while the scan goes on, a file at a time (scan_options.tell).
 *
 * What is found in other files can change those of one kind of file: a Python module with literals that
 * nothing was said of, for a use elsewhere may make findings of them (scan_imports.h), which count in the
 * fingerprints of their like. These wait for the end of the scan. */
#ifndef KEYLIFT_SCANNER_SCAN_TELL_H
#define KEYLIFT_SCANNER_SCAN_TELL_H

#include "scanner/scanfile.h"

/* What the worker had before a file. */
struct scan_tell_mark {
    size_t findings, modules, extra;
};
struct scan_tell_mark scan_tell_mark(const struct scan_worker *w);
/* After the file, with its archive's members: all that it has found since. */
void scan_tell(struct scan_worker *w, const struct scan_tell_mark *mark);

#endif
