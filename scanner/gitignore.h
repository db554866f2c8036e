/* gitignore.h: ignore patterns, read and matched as git does (gitignore(5)).
 *
 * A list is one file of patterns; lists are chained from the strongest (the
 * deepest folder) to the weakest (the user's own). Chains share their tails, so
 * that each folder of a walk points to its own list and its parent's chain. */
#ifndef KEYLIFT_SCANNER_GITIGNORE_H
#define KEYLIFT_SCANNER_GITIGNORE_H

#include "base/arena.h"
#include "base/slice.h"

struct ignore_pattern {
    struct slice text; /* without '!', the leading and the trailing slash */
    uint32_t literal;  /* length of the part before the first special character */
    bool negative;     /* "!": do not ignore */
    bool folder_only;  /* a slash at its end */
    bool any_level;    /* no slash inside: matches a name in any folder below */
    bool suffix;       /* "*" and then no special character */
};

struct ignore_list {
    struct ignore_pattern *items;
    size_t count;
    struct slice base;              /* folder of the file, relative to the top; "" for the top */
    bool fold_case;                 /* core.ignoreCase */
    const struct ignore_list *next; /* weaker */
};

enum ignore_verdict { IGNORE_UNDECIDED, IGNORE_NO, IGNORE_YES };

/* The patterns of one file; everything is copied into the arena. NULL when
 * there is none. `next` is chained behind it. */
const struct ignore_list *gitignore_parse(struct slice text, struct slice base, bool fold_case,
                                          const struct ignore_list *next, struct arena *arena);

/* `path`: relative to the top, no slash at its end. Only this path is looked
 * at: that a parent folder is ignored is the caller's to know. */
enum ignore_verdict gitignore_decide(const struct ignore_list *chain, struct slice path, bool is_folder);

/* As above for the path and each of its parents, from the top down: true when
 * the path or a folder it is in is ignored. */
bool gitignore_covers(const struct ignore_list *chain, struct slice path, bool is_folder);

#endif
