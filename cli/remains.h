/* remains.h: where values still stand in the files of a repository. */
#ifndef KEYLIFT_CLI_REMAINS_H
#define KEYLIFT_CLI_REMAINS_H

#include "base/arena.h"
#include "cli/value_search.h"

#define REMAINS_MAX 10000u                        /* places kept */
#define REMAINS_MAX_FILE_BYTES ((size_t)64 << 20) /* larger files are counted, and not read */
#define REMAINS_MAX_BYTES ((uint64_t)4 << 30)     /* of all files */
#define REMAINS_MAX_SECONDS 60.0                  /* then the rest is counted as unread */

struct remain {
    const char *path;   /* opens the file from the current folder */
    uint32_t line;      /* 0: the file, over several lines */
    size_t value;       /* its number in the search */
    const char *advice; /* what to do, with "NAME" for the name; static */
    bool common;        /* the value is a word that may stand there for itself */
};

struct remains {
    struct remain *items; /* by path, line, value */
    size_t count, capacity;
    uint64_t files;  /* that were looked at */
    uint64_t unread; /* too large, not readable, or beyond the limits */
    bool more;       /* than REMAINS_MAX places */
    bool interrupted;
    struct arena arena;
};

/* All files below `root` (as a path from the current folder) that a scan would read,
 * but for `skip` (a real path; NULL for none). */
void remains_find(struct remains *r, const struct value_search *search, const char *root, const char *skip);
void remains_release(struct remains *r);

#endif
