/* rule_names.h: the ids that --rules and --skip-rules may name. */
#ifndef KEYLIFT_CLI_RULE_NAMES_H
#define KEYLIFT_CLI_RULE_NAMES_H

#include "cli/options.h"

/* Ids of the generic classifier (scanner/classify.h), which are no rules of a
 * table; NULL-terminated. */
extern const char *const rule_names_generic[];

/* KL_ERR_USAGE for an id of --rules or --skip-rules that no rule has; it names
 * the nearest. */
enum kl_status rule_names_check(const struct options *o, struct error *e) KL_MUST_USE;

#endif
