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

#define IMPORT_LISTS_MAX 64

struct importing {
    const char *root;
    const char *const *paths;
    size_t path_count;
    struct import_name *names; /* sorted */
    size_t name_count, name_capacity;
    struct import_facts facts;
    const char **bases;                   /* of relative facts */
    struct slice lists[IMPORT_LISTS_MAX]; /* texts of the files that name what is installed */
    size_t list_count;
    struct arena arena;
};

void importing_add_names(struct importing *p, size_t index);
const char *importing_up(const char *folder, unsigned levels, struct arena *a);
bool importing_is_identifier(struct slice s);
/* The project has a package of this name installed: `import celery` is that one, and no
 * celery.py of its own. */
bool importing_is_installed(const struct importing *p, const char *name);

#endif
