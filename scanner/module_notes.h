/* module_notes.h: what is kept of a Python file while others are still scanned, so that afterwards a literal
 * of one module can be judged by its use in another one (scan_imports.h): hashes of the names of literals
 * that nothing was said of, and of what the file imports. No value, and about 150 bytes a file. */
#ifndef KEYLIFT_SCANNER_MODULE_NOTES_H
#define KEYLIFT_SCANNER_MODULE_NOTES_H

#include "base/arena.h"
#include "base/buf.h"
#include "scanner/pyimport.h"

struct module_file {
    uint32_t folder, name;   /* in `names` */
    uint32_t first;          /* in `hashes` */
    uint16_t binds, imports; /* how many of them, in this order */
};

struct module_notes {
    struct buf
        names; /* each with a NUL; a folder with its slash, and once for files that follow each other */
    struct module_file *files;
    size_t count, capacity;
    uint32_t *hashes;
    size_t hash_count, hash_capacity;
    /* of the file at hand */
    size_t first, first_import;
    struct slice module; /* of the import before; its hash, and that of the package around */
    uint32_t level;
    uint64_t module_hash, package_hash;
};

void module_notes_begin(struct module_notes *n);
/* Forgets what was noted of the file at hand. */
void module_notes_drop(struct module_notes *n);
/* A literal at the level of the module of `path`, under a name that says nothing of it. */
void module_notes_bind(struct module_notes *n, const char *path, struct slice name);
/* Instead of module_notes_end, for who has no tokens of the file: when all names are bound, for each import
 * in turn, and at last. Imports of a module whose name is the same bytes of the text are the cheaper ones. */
void module_notes_begin_imports(struct module_notes *n, const char *path);
void module_notes_import(struct module_notes *n, const char *path, const struct py_import *found);
void module_notes_finish(struct module_notes *n, const char *path);
void module_notes_end(struct module_notes *n, const char *path, struct slice text,
                      const struct py_tokens *tokens);
const char *module_notes_path(const struct module_notes *n, const struct module_file *file,
                              struct arena *arena);
void module_notes_release(struct module_notes *n);

/* "a/b" of a/b.py and a/b/__init__.py: what an import says of the file, behind a folder. */
struct slice module_of_path(const char *path);

#endif
