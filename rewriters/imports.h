/* imports.h: makes names importable at the sites: finds what the file imports
 * already, picks a local name that nothing else has, and says where an import
 * statement goes. Modules of other files are one job, done only here.
 *
 *     imports_points    where statements can be put before the first site
 *     imports_resolve   a local name for each need; which of them to insert
 *     imports_insert    the edits
 *
 * An import counts only if it is a statement of the module itself, outside of
 * if, try and def, and stands before the first site. Only the file's own sites
 * matter here: a project module that is imported first and reads a name too has
 * its own import and its own load. */
#ifndef KEYLIFT_REWRITERS_IMPORTS_H
#define KEYLIFT_REWRITERS_IMPORTS_H

#include "rewriters/edits.h"
#include "rewriters/scope.h"

struct import_need {
    const char *module;
    const char *symbol;    /* NULL: the module itself */
    const char *attribute; /* the one attribute of the module that is used, or NULL: then an existing
                              `from module import attribute` serves too */
    const char
        *for_effect; /* the module that must have run: any import of it, or from it, will do; or NULL */
    bool assigned;   /* no import: `symbol` is a name that the caller's own statement gives */
    /* out */
    const char *local;       /* what stands for it in this file */
    bool local_is_attribute; /* local stands for module.attribute */
    bool insert;
};

struct import_point {
    uint32_t at;
    bool is_inline;    /* on a line with other statements: "import os; " */
    bool blank_before; /* a blank line goes between what is above and the import */
    bool blank_after;
};

struct import_points {
    bool after_standard;       /* the import above `last` is of the standard library */
    struct import_point first; /* for modules of the standard library */
    struct import_point last;  /* for all others, and for a call that must run before the sites */
};

/* Is `module` (or what comes before its first dot) part of Python itself? */
bool import_is_standard(struct slice module);

/* `first_statement`: text offset of the first statement of the module that has
 * a site in it. */
void imports_points(const struct source *s, uint32_t first_statement, struct import_points *out);

void imports_resolve(const struct source *s, const struct import_points *points, uint32_t first_statement,
                     const uint32_t *places, size_t place_count, struct import_need *needs, size_t need_count,
                     struct arena *arena);

/* `call`: a statement to run after the imports, lines separated by LF; or NULL. */
void imports_insert(const struct source *s, const struct import_points *points,
                    const struct import_need *needs, size_t need_count, const char *call, struct arena *arena,
                    struct edit_list *edits);

#endif
