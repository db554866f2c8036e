/* named_files.h: the files that the pre-commit framework names to its hook, to be found by path. */
#ifndef KEYLIFT_SCANNER_NAMED_FILES_H
#define KEYLIFT_SCANNER_NAMED_FILES_H

#include "base/arena.h"

struct named_file {
    const char *path; /* as git has it */
    bool found;
};

struct named_files {
    struct named_file *items; /* by path; NULL: none were named, so that all are taken */
    size_t count, found;
    struct arena arena;
};

/* `paths`: NULL-terminated, or NULL. */
void named_files_open(struct named_files *n, const char *const *paths);
/* Is the file asked for? True once for each: what is staged is not read again as a file that is not. */
bool named_files_take(struct named_files *n, const char *path);
void named_files_release(struct named_files *n);

#endif
