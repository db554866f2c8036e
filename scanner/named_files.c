/* named_files.c: see named_files.h. */
#include "scanner/named_files.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"

static int by_path(const void *a, const void *b) {
    return strcmp(((const struct named_file *)a)->path, ((const struct named_file *)b)->path);
}

/* A name that is given twice is one. */
static void drop_doubles(struct named_files *n) {
    size_t kept = 0;
    for (size_t i = 0; i < n->count; i++)
        if (kept == 0 || strcmp(n->items[kept - 1].path, n->items[i].path) != 0)
            n->items[kept++] = n->items[i];
    n->count = kept;
}

void named_files_open(struct named_files *n, const char *const *paths) {
    *n = (struct named_files){0};
    while (paths && paths[n->count])
        n->count++;
    if (!paths)
        return;
    n->items = mem_calloc(n->count + 1, sizeof *n->items);
    for (size_t i = 0; i < n->count; i++)
        n->items[i].path = path_normalize(&n->arena, paths[i]);
    if (n->count > 1)
        qsort(n->items, n->count, sizeof *n->items, by_path);
    drop_doubles(n);
}

bool named_files_take(struct named_files *n, const char *path) {
    const struct named_file key = {.path = path};
    if (!n->items)
        return true;
    struct named_file *file = bsearch(&key, n->items, n->count, sizeof key, by_path);
    if (!file || file->found)
        return false;
    file->found = true;
    n->found++;
    return true;
}

void named_files_release(struct named_files *n) {
    free(n->items);
    arena_release(&n->arena);
}
