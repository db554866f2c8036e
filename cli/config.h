/* config.h: [tool.keylift] of pyproject.toml, or keylift.toml.
 *
 * The keys are the options that carry a configuration key in the table of
 * options.c, `ignore`, a list of {path, rule} pairs, and `environments`, a list of
 * {path, environment} pairs. Looked for in the
 * folder of the first path and upwards to the root of its repository; where
 * there is no repository, in that folder alone, so that a file which somebody
 * left in /tmp rules nothing.
 *
 * That file belongs to the scanned tree, so it may set only what is harmless
 * (CONFIG_TREE). A file named by --config may set CONFIG_EXPLICIT too. */
#ifndef KEYLIFT_CLI_CONFIG_H
#define KEYLIFT_CLI_CONFIG_H

#include "base/json.h"
#include "cli/options.h"
#include "scanner/scan.h"

#define CONFIG_IGNORES_MAX 10000

/* Which environment's secrets the files of a path have. */
struct config_environment {
    const char *path; /* a pattern as in a .gitignore, seen from the project's root */
    const char *environment;
};

struct config {
    const char *path; /* NULL when there is none; in the options' arena */
    struct scan_ignore *ignores;
    size_t ignore_count;
    struct config_environment *environments;
    size_t environment_count;
    bool set[OPTIONS_MAX]; /* by row of the option table: the file set it */
};

/* Reads what --config, --no-config and the paths say into *c and, where the
 * command line left an option open, into *o. An unknown key is KL_ERR_USAGE and
 * names the nearest. */
enum kl_status config_load(struct config *c, struct options *o, struct error *e) KL_MUST_USE;
void config_release(struct config *c);

/* Where the value of an option came from: "--to", "pyproject.toml" or "default".
 * For "the choice and where it came from are printed". */
const char *config_origin(const struct config *c, const struct options *o, const char *option);

#endif
