/* project.h: the project that a path belongs to: its root folder, its name, and
 * which of its files have changes that git does not have yet. */
#ifndef KEYLIFT_CLI_PROJECT_H
#define KEYLIFT_CLI_PROJECT_H

#include "base/arena.h"
#include "base/error.h"

struct project {
    const char *root;    /* absolute: where .env goes */
    const char *name;    /* for names of secrets: [project].name, else the folder's */
    const char *git_top; /* absolute; NULL outside a repository */
};

/* The root is the nearest folder, from `path` up to the top of its repository,
 * that a Python project's files mark (pyproject.toml, setup.py, manage.py...).
 * Outside a repository it is the folder named, so that a file somewhere above
 * rules nothing. Strings live in the arena. */
enum kl_status project_find(struct project *p, const char *path, struct arena *arena,
                            struct error *e) KL_MUST_USE;

/* Whether the repository around the project ignores all of it: unpacked sources in a
 * build folder, say. What the repository holds then says nothing of the project. */
bool project_is_ignored(const struct project *p);

/* `path` (absolute) seen from the repository's top; NULL if it is not in it. */
const char *project_git_path(const struct project *p, const char *path, struct arena *arena);
/* The same of a path in a report: as it can be opened from the folder `here` (absolute). */
const char *project_reported_path(const struct project *p, const char *here, const char *path,
                                  struct arena *arena);

#endif
