/* env_inventory.h: what is known of each environment variable: the places that a scan
 * found, joined with the .env files and the documentation around them. */
#ifndef KEYLIFT_CLI_ENV_INVENTORY_H
#define KEYLIFT_CLI_ENV_INVENTORY_H

#include "cli/env_mentions.h"

enum env_problem { ENV_FINE, ENV_UNDOCUMENTED, ENV_UNREAD };

struct env_variable {
    const char *name;
    const struct env_read **places; /* in order of path and place; none for one that only a file names */
    size_t place_count;
    const struct env_mention **mentions; /* likewise */
    size_t mention_count;
    const char *ambient;      /* who sets it, of one that the machine gives: "the system"; else NULL */
    const char *default_text; /* the first that may be shown; else NULL */
    bool secret;
    bool read;
    bool required;    /* some place raises where it is not set */
    bool has_default; /* some read gives one, shown or not */
    bool tests_only;  /* every place is in a test or an example */
    bool silenced;    /* every read is */
    bool set, documented, in_example;
    bool asked_for; /* by an example among what was scanned */
    enum env_problem problem;
};

struct env_inventory {
    struct env_variable *variables; /* secrets first, then by name */
    size_t count;
    const struct env_read **unnamed; /* reads of computed names, and files that are loaded */
    size_t unnamed_count;
    bool has_example; /* there is a .env.example */
    size_t undocumented, unread;
    size_t missing; /* documented, but not in the .env.example that is there */
    struct env_mention *mentions;
    struct arena arena;
};

/* After a scan, whose order of reads and findings it relies on. `with_files`: also reads the files around
 * what was scanned. A default that a finding covers is taken out of the result. */
void env_inventory_make(struct env_inventory *inv, struct scan_result *r, const struct walk_options *walk,
                        bool with_files);
void env_inventory_release(struct env_inventory *inv);

/* Whether it only writes, deletes, or loads a file. */
bool env_access_reads(enum env_access a);
/* Whether who sets the program up has to know of it. */
bool env_variable_is_setting(const struct env_variable *v);

#endif
