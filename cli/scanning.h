/* scanning.h: from the command line to the options of a scan: one place for all
 * commands that scan. */
#ifndef KEYLIFT_CLI_SCANNING_H
#define KEYLIFT_CLI_SCANNING_H

#include "cli/command.h"
#include "scanner/scan.h"

/* The paths named, or "." when none is. NULL-terminated; borrowed. */
const char *const *cli_paths(const struct cli *c);

/* Everything that options and configuration say about a scan of `paths`. Values
 * are not kept, and the command's redactor learns every value found. */
struct scan_options cli_scan_options(const struct cli *c, const char *const *paths);

#endif
