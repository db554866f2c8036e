/* importing.h: under which names the files of a project are imported, read off the
 * project itself: its import statements, and where its other text (pyproject.toml, a
 * Makefile, a string) says "shop.config". From that follows which import of a new module
 * surely works in a file, however the file is run:
 *
 *     what the file itself must have     from .models import X, from shop.models import X:
 *                                        the new import works where that one does
 *     how others import it               shop.config: it is in the package shop
 *     nobody does, and it is a script    its own folder is where Python looks first
 *
 * Where these say nothing, or contradict each other, there is no such import. */
#ifndef KEYLIFT_CLI_IMPORTING_H
#define KEYLIFT_CLI_IMPORTING_H

#include "cli/package.h"

struct importing;

/* Reads every file of the project. `paths`: the files that importing_place will be asked
 * about, absolute. */
struct importing *importing_read(const char *root, const char *const *paths, size_t count);
void importing_free(struct importing *p);

/* Where a module that paths[index] imports can be; folder NULL if there is no such place.
 * `bytes` are the file's; only what it imports before byte `before` counts. */
struct package_place importing_place(const struct importing *p, size_t index, struct slice bytes,
                                     size_t before, struct arena *a);

#endif
