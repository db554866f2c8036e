/* package.h: how a module of a package names another one, judged by the module
 * itself. Under which name a package is imported cannot be seen from its folders
 * (a folder without __init__.py may be a package around it), so a module that
 * imports relatively gets a relative import, and one that names its package gets
 * that name. */
#ifndef KEYLIFT_CLI_PACKAGE_H
#define KEYLIFT_CLI_PACKAGE_H

#include "base/arena.h"

struct package_place {
    const char *folder; /* the outermost one with an __init__.py; NULL for a script, or what may run as one */
    const char *prefix; /* before the name of a module in that folder: "shop.", "." or ".." */
};

/* `path` (absolute) has these bytes. Results live in the arena. */
struct package_place package_place(const char *path, struct slice bytes, struct arena *a);

#endif
