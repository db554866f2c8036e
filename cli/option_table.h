/* option_table.h: the table itself, for options.c alone (others use option_at). */
#ifndef KEYLIFT_CLI_OPTION_TABLE_H
#define KEYLIFT_CLI_OPTION_TABLE_H

#include "cli/options.h"

extern const struct option_spec option_table[];
extern const size_t option_table_len;
extern const struct options option_defaults;

/* Options of the design that this version does not have: named in an error
 * message instead of "unknown". */
extern const char *const options_later[];
extern const size_t options_later_len;

#endif
