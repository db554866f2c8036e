/* blame.h: since when the lines of findings are in the repository, by git's blame of the current commit. */
#ifndef KEYLIFT_CLI_BLAME_H
#define KEYLIFT_CLI_BLAME_H

#include "base/arena.h"
#include "scanner/finding.h"

#define BLAME_MAX_FILES 5000u /* with findings: the first ones are asked about */
#define BLAME_MAX_SECONDS 30.0

/* Sets `since` and `since_commit` of the findings whose lines the current commit has, in the repository that
 * `start` is in; a line that is not committed has none. Outside a repository nothing happens. The work tree
 * is not shown to git, for that would run the filters of its configuration.
 *
 * Returns why some lines that may be committed have none; NULL if there is no such. In the arena. */
const char *blame_findings(struct finding *findings, size_t count, const char *start, struct arena *arena);

#endif
