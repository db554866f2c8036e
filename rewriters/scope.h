/* scope.h: where a name is bound in a file, and whether a name that an import
 * binds at module level means that import at every site.
 *
 * A name counts as bound wherever it is not clearly only read: a form that is
 * not known makes the rewriter choose another name, never a wrong one. */
#ifndef KEYLIFT_REWRITERS_SCOPE_H
#define KEYLIFT_REWRITERS_SCOPE_H

#include "rewriters/source.h"

/* What an import statement binds. `import a.b` binds a to module a. */
struct import_target {
    struct slice module; /* "os", "..conf" */
    struct slice symbol; /* empty: the module itself; "*": all names */
    struct slice local;  /* the name that is bound; empty for "*" */
};

bool import_target_equal(const struct import_target *a, const struct import_target *b); /* without local */

/* An import that stands as a statement of the module, outside if and try. */
struct module_import {
    struct import_target target;
    uint32_t start, end; /* of the statement */
};

struct module_imports {
    struct module_import *items;
    size_t count, capacity;
};

void module_imports_collect(const struct source *s, struct module_imports *out);
void module_imports_release(struct module_imports *m);

/* The question: does `name`, bound to `target` by a statement at text offset
 * `at`, mean that target at each of the places (ascending text offsets)? */
struct scope_query {
    const char *name;
    struct import_target target;
    uint32_t at;
    bool inserted; /* the statement is not there yet: it must not take the name from anything else */
    const uint32_t *places;
    size_t place_count;
};

bool scope_is_free(const struct source *s, const struct scope_query *q);

/* The name is bound once in the file, by `name = ...` as a statement of the module, before
 * all of the places. */
bool scope_is_assigned_once(const struct source *s, const char *name, const uint32_t *places,
                            size_t place_count);

#endif
