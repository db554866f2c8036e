/* plan_options.h: the options that decide what a migration makes of the code, as a
 * plan keeps them. None of them names an endpoint, a helper, a credential or a file. */
#ifndef KEYLIFT_CLI_PLAN_OPTIONS_H
#define KEYLIFT_CLI_PLAN_OPTIONS_H

#include "base/json.h"
#include "cli/command.h"

/* Those that the command line or the configuration has set. */
cJSON *plan_options_record(const struct cli *c);
/* Sets them again, as if the line had them. KL_ERR_PARSE for any other option. */
enum kl_status plan_options_recall(struct cli *c, const cJSON *options, const char *what,
                                   struct error *e) KL_MUST_USE;

#endif
