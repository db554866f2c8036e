/* import_facts.h: the import statements of one Python file, one fact a name:
 *
 *     import a.b, c          (0, a.b) (0, c)
 *     from a import b        (0, a, b)
 *     from ..x import y, z   (2, x, y) (2, x, z)
 *
 * By tokens, so that what stands in a string or a comment is none. */
#ifndef KEYLIFT_CLI_IMPORT_FACTS_H
#define KEYLIFT_CLI_IMPORT_FACTS_H

#include "base/arena.h"

#define IMPORT_FACTS_MAX ((size_t)1 << 20)

struct import_fact {
    const char *folder; /* of the file that says it */
    unsigned dots;
    const char *module; /* "a.b", or "" */
    const char *symbol; /* NULL for `import a.b`; "*" */
    size_t at;          /* byte of the file */
    bool always;        /* at the start of a line: outside of if, try and def */
};

struct import_facts {
    struct import_fact *items;
    size_t count, capacity;
};

/* Adds those of a file in `folder`. Strings in the arena. */
void import_facts_add(struct import_facts *f, const char *folder, struct slice bytes, struct arena *a);
void import_facts_release(struct import_facts *f);

#endif
