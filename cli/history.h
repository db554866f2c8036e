/* history.h: since when git has a value: the first commit that holds it, of all branches
 * and tags. Files are read through git's standard input and output; no value is ever an
 * argument. Bounded in commits, bytes and time; what was cut is said. */
#ifndef KEYLIFT_CLI_HISTORY_H
#define KEYLIFT_CLI_HISTORY_H

#include "base/arena.h"
#include "base/error.h"
#include "cli/value_search.h"

#define HISTORY_MAX_COMMITS ((size_t)200000)
#define HISTORY_MAX_FILE_BYTES ((size_t)8 << 20) /* larger files are not looked at */
#define HISTORY_MAX_BYTES ((uint64_t)4 << 30)    /* of all files */
#define HISTORY_MAX_SECONDS 30.0

struct history_entry {
    const char *commit; /* NULL: none of those that were looked at */
    const char *date;   /* of its author */
    const char *path;   /* from the top of the repository */
    uint32_t line;
};

struct history {
    struct history_entry *entries; /* of each value of the search */
    size_t count, found;
    size_t commits;     /* looked at */
    const char *cut;    /* why not all was looked at; NULL */
    const char *failed; /* nothing could be looked at; NULL */
    bool searched;
    struct arena arena;
};

void history_find(struct history *h, const struct value_search *search, size_t values, const char *top);
void history_release(struct history *h);

#endif
