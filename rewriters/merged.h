/* merged.h: the dictionary of one environment's secrets, in a file that reads them by itself:
 *
 *     env_values = {
 *         **dotenv_values(os.path.join(os.path.dirname(...), ".env.shared")),
 *         **dotenv_values(os.path.join(..., ".env." + os.environ.get("SECRETS_ENVIRONMENT", "dev"))),
 *         **os.environ,
 *     }
 *
 * What all environments share first, then the environment's own, then what the process has. */
#ifndef KEYLIFT_REWRITERS_MERGED_H
#define KEYLIFT_REWRITERS_MERGED_H

#include "rewriters/rewrite.h"
#include "rewriters/source.h"

#define MERGED_NAME "env_values"

/* The value of the assignment, folded at 88 columns. `base` is the dotenv file without its
 * environment, seen from the file's folder: "../.env". `os` NULL: a notebook, which has no
 * __file__; then `environ` says what os.environ is called. */
const char *merged_value(const struct python_environment *e, const char *base, const char *dotenv_values,
                         const char *os, bool by_file, struct arena *arena);
/* The name that a statement of the module, above the first site, gives to this very value
 * for good; NULL. `places`: of the sites, ascending. */
const char *merged_find(const struct source *s, const char *value, uint32_t first_statement,
                        const uint32_t *places, size_t place_count, struct arena *arena);

#endif
