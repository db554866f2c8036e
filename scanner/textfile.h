/* textfile.h: names and values in files that are no Python: environment files,
 * configuration, shell scripts, Dockerfiles, .netrc. No real parser of any of
 * these formats: a line (or a pair of quoted strings) that says name and value
 * is enough, and a file that is broken is still read. */
#ifndef KEYLIFT_SCANNER_TEXTFILE_H
#define KEYLIFT_SCANNER_TEXTFILE_H

#include "scanner/candidate.h"
#include "scanner/scan.h"

/* Candidates of CONTEXT_TEXT for every pair that the format of `path` lets us
 * see, in no order, and twice where it is seen in two ways; none for SCAN_TEXT. */
void textfile_collect(const char *path, enum scan_language language, struct slice text, bool in_test,
                      struct arena *arena, struct candidates *out);

/* UTF-16 with a byte order mark, as Windows tools write it, becomes UTF-8. */
bool textfile_is_utf16(struct slice bytes);
struct slice textfile_from_utf16(struct slice bytes, struct arena *arena);
/* Byte of the file for a byte of the converted text. */
size_t textfile_utf16_offset(struct slice text, size_t offset);

#endif
