/* scan_archive.h: `--archives`: each member of an archive through the engine, as a file of that name.
 *
 * It is reported as "dist/x.whl!pkg/settings.py". Its language, and whether it is a test, --exclude and the
 * configuration go by dist/x.whl/pkg/settings.py; the latter two also by the path as reported.
 *
 * A name that leads out of the archive ("/etc/x", "../x") is cut to what is below. */
#ifndef KEYLIFT_SCANNER_SCAN_ARCHIVE_H
#define KEYLIFT_SCANNER_SCAN_ARCHIVE_H

#include "scanner/archive.h"
#include "scanner/scanfile.h"

/* What is over one of these, or over ARCHIVE_MAX_RATIO, is an error entry, and counted under a reason of its
 * own. */
#define SCAN_ARCHIVE_MAX_DEPTH 3u                        /* archives in archives, the outermost counted */
#define SCAN_ARCHIVE_MAX_MEMBERS ((uint64_t)100000)      /* of the outermost, those of inner ones counted */
#define SCAN_ARCHIVE_MAX_MEMBER_BYTES ((size_t)64 << 20) /* an archive in another one */
#define SCAN_ARCHIVE_MAX_BYTES ((uint64_t)2 << 30)       /* unpacked, of the outermost */

void scan_archive(struct scan_worker *w, const char *path, enum archive_kind kind,
                  struct archive_input input);

#endif
