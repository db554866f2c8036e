/* importing_parts.h: what importing.c and importing_place.c share. */
#ifndef KEYLIFT_CLI_IMPORTING_PARTS_H
#define KEYLIFT_CLI_IMPORTING_PARTS_H

#include "base/file.h"
#include "cli/import_facts.h"
#include "cli/importing.h"

/* One name that a file would have, seen from one folder: src/shop/config.py is shop.config
 * from src, and config from src/shop. */
struct import_name {
    const char *name;
    size_t path;      /* index */
    const char *root; /* the folder that must be in sys.path */
    const char *top;  /* the outermost package folder; NULL for a plain `import config` */
    bool used;        /* somewhere in the project */
};

struct importing {
    const char *root;
    const char *const *paths;
    size_t path_count;
    struct import_name *names; /* sorted */
    size_t name_count, name_capacity;
    struct import_facts facts;
    const char **bases; /* of relative facts */
    struct arena arena;
};

void importing_add_names(struct importing *p, size_t index);
const char *importing_up(const char *folder, unsigned levels, struct arena *a);
bool importing_is_identifier(struct slice s);
bool importing_is_file(const char *path);

#endif
