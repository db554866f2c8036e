/* hook_source.h: what a hook of git is to judge. */
#ifndef KEYLIFT_CLI_HOOK_SOURCE_H
#define KEYLIFT_CLI_HOOK_SOURCE_H

#include "cli/command.h"
#include "scanner/scan.h"

/* For --hook: reads the lines that git writes to standard input, and says which commits are to be scanned.
 * *nothing: none is, for refs are only deleted, or everything is known already. */
enum kl_status hook_source(struct cli *c, struct scan_options *o, bool *nothing, struct error *e) KL_MUST_USE;

#endif
