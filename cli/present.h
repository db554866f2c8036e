/* present.h: where the newest commit has what was found in an older one: for reports that mark lines of files
 * as they are now. */
#ifndef KEYLIFT_CLI_PRESENT_H
#define KEYLIFT_CLI_PRESENT_H

#include "base/arena.h"
#include "scanner/finding.h"

/* For each finding of a scan of history the line that its own one is in the commit `tip`, in the file of the
 * same name: 0 where that has no such line, or several. In the arena. NULL where the work tree of `start` is
 * none of git's. */
const uint32_t *present_lines(const struct finding *findings, size_t count, const char *start,
                              const char *tip, struct arena *arena);

#endif
