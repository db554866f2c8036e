/* dependencies.h: which files of a project list its packages, and what they lack.
 *
 *     dependencies_find     looks, from each rewritten file upward; writes nothing
 *     dependencies_release
 *
 * A file is governed by the nearest folder above it that lists packages: in
 * pyproject.toml, setup.cfg, a Pipfile or requirements files. Both the project's own
 * list and its requirements.txt are extended: programs are installed from either. */
#ifndef KEYLIFT_CLI_DEPENDENCIES_H
#define KEYLIFT_CLI_DEPENDENCIES_H

#include "base/buf.h"
#include "base/python_access.h"
#include "rewriters/manifest.h"

/* A file that lacks packages. */
struct dependency_file {
    const char *path; /* absolute, links resolved */
    enum manifest_kind kind;
    struct buf bytes;
    const char **missing; /* requirements: "python-dotenv>=1.0.1" */
    size_t missing_count;
    const char *left; /* why they cannot be added; NULL: `output` has them */
    struct manifest_output output;
    cJSON *undo;
    bool written;
};

/* A file that a program made from one that gains packages. */
struct dependency_lock {
    const char *path;    /* absolute */
    const char *command; /* that makes it anew */
};

struct dependencies {
    struct dependency_file *files;
    size_t file_count, file_cap;
    struct dependency_lock *locks;
    size_t lock_count, lock_cap;
    bool unknown; /* of some rewritten file, where its packages are listed */
    struct arena arena;
};

/* `sources`: absolute paths of rewritten files; nothing above `top` is looked at. What
 * cannot be read is no list. */
void dependencies_find(struct dependencies *d, const char *top, const struct python_package *packages,
                       const char *const *sources, size_t count);
void dependencies_release(struct dependencies *d);

#endif
