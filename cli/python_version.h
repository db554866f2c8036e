/* python_version.h: the oldest Python that a project says it supports. */
#ifndef KEYLIFT_CLI_PYTHON_VERSION_H
#define KEYLIFT_CLI_PYTHON_VERSION_H

#include "base/arena.h"
#include "base/slice.h"

#define PYTHON_OLDEST_MINOR 8 /* where a project says nothing */

/* The minor version of the oldest Python 3 in the root's pyproject.toml (requires-python,
 * or Poetry's own dependency on python) or setup.cfg. */
unsigned python_oldest_minor(const char *root, struct arena *arena);
/* Of one specification: ">=3.9,<4", "^3.10", "~=3.11". PYTHON_OLDEST_MINOR if it has no lower bound.
 * Source: the packaging specification "Version specifiers"; Poetry's "Version constraints". */
unsigned python_minor_of(struct slice specification);

#endif
