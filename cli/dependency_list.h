/* dependency_list.h: one file that lists packages, with the files that it takes in.
 *
 *     dependency_list_load     reads it, and what it includes
 *     dependency_list_has      is a package there?
 *     dependency_list_release
 */
#ifndef KEYLIFT_CLI_DEPENDENCY_LIST_H
#define KEYLIFT_CLI_DEPENDENCY_LIST_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/python_access.h"
#include "rewriters/manifest.h"

/* How the packages stand in the file. */
enum dependency_format {
    DEPENDENCY_MANIFEST, /* as manifest.h reads it */
    DEPENDENCY_STRINGS,  /* a program: in its string literals */
    DEPENDENCY_DASHES    /* YAML: "- name=1.0" */
};

struct dependency_list {
    const char *path; /* absolute, links resolved */
    enum manifest_kind kind;
    struct buf bytes;
    struct manifest_facts facts;
    struct requirement *items; /* of the file, then of those that it includes */
    size_t count, capacity, own_count;
    const char **includes; /* absolute; files that are there, in the repository */
    size_t include_count;
    const char *top; /* folder that no include leads out of */
    struct arena *arena;
};

/* False if there is no such file, or it cannot be read, or a link leads out of `top`. */
bool dependency_list_load(struct dependency_list *l, const char *path, enum manifest_kind kind,
                          enum dependency_format format, const char *top, struct arena *a);
void dependency_list_release(struct dependency_list *l);
/* *reason, static: why it must not be added all the same; NULL where it may. */
bool dependency_list_has(const struct dependency_list *l, const struct python_package *p,
                         const char **reason);

#endif
