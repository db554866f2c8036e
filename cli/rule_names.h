/* rule_names.h: the ids that --rules and --skip-rules may name. */
#ifndef KEYLIFT_CLI_RULE_NAMES_H
#define KEYLIFT_CLI_RULE_NAMES_H

#include "cli/command.h"

/* KL_ERR_USAGE for an id of --rules or --skip-rules that no rule has; it names
 * the nearest. Tells, once, what of the files of --rules-file is not used. */
enum kl_status rule_names_check(struct cli *c, struct error *e) KL_MUST_USE;

#endif
