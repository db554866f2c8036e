/* module_notes.c: see module_notes.h. */
#include "scanner/module_notes.h"

#include <stdlib.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/mem.h"

#define MAX_BINDS 128u /* hashes of a file; one with more is a table */
#define MAX_IMPORTS 256u
#define MAX_NAMES_BYTES ((size_t)1 << 30) /* a file beyond it is not noted */

struct slice module_of_path(const char *path) {
    struct slice s = slice_cstr(path);
    if (slice_ends(s, ".py"))
        s.len -= 3;
    if (slice_ends(s, "/__init__"))
        s.len -= strlen("/__init__");
    return s;
}

/* What is behind the last separator; *rest is what is before it. */
static struct slice last_part(struct slice module, char separator, struct slice *rest) {
    size_t start = module.len;
    while (start > 0 && module.ptr[start - 1] != separator)
        start--;
    *rest = (struct slice){module.ptr, start - (start > 0)};
    return (struct slice){module.ptr + start, module.len - start};
}

/* Of a name in a module, or of the module itself if the name is empty. Modules are told apart by their own
 * name and that of the package around, if it is known: every folder has a "const.py". Two that look the same
 * cost a second look at a file, and nothing else. */
static uint32_t hash_of(uint64_t package, uint64_t module, uint64_t name) {
    return (uint32_t)((package * 31 + module) * 31 + name);
}

static void add_hash(struct module_notes *n, uint32_t hash) {
    n->hashes = mem_grow(n->hashes, &n->hash_capacity, n->hash_count + 1, sizeof *n->hashes);
    n->hashes[n->hash_count++] = hash;
}

void module_notes_begin(struct module_notes *n) {
    n->first = n->hash_count;
}

void module_notes_drop(struct module_notes *n) {
    n->hash_count = n->first;
}

static void add_bound(struct module_notes *n, uint32_t hash) {
    for (size_t i = n->first; i < n->hash_count; i++)
        if (n->hashes[i] == hash)
            return;
    add_hash(n, hash);
}

static void bind(struct module_notes *n, const char *path, struct slice name) {
    struct slice rest;
    struct slice module = last_part(module_of_path(path), '/', &rest);
    struct slice package = last_part(rest, '/', &rest);
    add_bound(n, hash_of(hash64(package), hash64(module), hash64(name)));
    if (package.len > 0)
        add_bound(n, hash_of(hash64((struct slice){0}), hash64(module), hash64(name)));
}

void module_notes_bind(struct module_notes *n, const char *path, struct slice name) {
    if (n->hash_count - n->first < MAX_BINDS)
        bind(n, path, name);
}

static struct slice folder_of(const char *path, uint32_t level) {
    struct slice folder = slice_sub(slice_cstr(path), 0, (size_t)(path_basename(path) - path));
    folder.len -= folder.len > 0;
    for (; level > 1; level--)
        (void)last_part(folder, '/', &folder);
    return folder;
}

static void know_module(struct module_notes *n, const char *path, const struct py_import *found) {
    struct slice rest;
    struct slice module = last_part(found->module, '.', &rest), package = last_part(rest, '.', &rest);
    if (found->level > 0 && package.len == 0) {
        struct slice folder = folder_of(path, found->level);
        package = last_part(folder, '/', &rest);
        if (module.len == 0) { /* from . import x */
            module = package;
            package = last_part(rest, '/', &rest);
        }
    }
    n->module = found->module;
    n->level = found->level;
    n->module_hash = hash64(module);
    n->package_hash = hash64(package);
}

void module_notes_import(struct module_notes *n, const char *path, const struct py_import *found) {
    const uint64_t none = hash64((struct slice){0});
    if (n->hash_count - n->first_import >= MAX_IMPORTS)
        return;
    if (n->module.ptr != found->module.ptr || n->module.len != found->module.len ||
        n->level != found->level || found->module.len == 0)
        know_module(n, path, found);
    if (found->member.len == 0 || slice_eq_cstr(found->member, "*")) {
        add_hash(n, hash_of(n->package_hash, n->module_hash, none));
        return;
    }
    uint64_t member = hash64(found->member);
    add_hash(n, hash_of(n->package_hash, n->module_hash, member));
    add_hash(n, hash_of(n->module_hash, member, none)); /* a module of a package */
}

static uint32_t keep_text(struct module_notes *n, struct slice text) {
    uint32_t at = (uint32_t)n->names.len;
    buf_slice(&n->names, text);
    buf_char(&n->names, '\0');
    return at;
}

static void keep_path(struct module_notes *n, const char *path, struct module_file *file) {
    struct slice folder = slice_sub(slice_cstr(path), 0, (size_t)(path_basename(path) - path));
    const struct module_file *last = n->count > 0 ? &n->files[n->count - 1] : NULL;
    n->names.max = MAX_NAMES_BYTES;
    file->folder =
        last && slice_eq_cstr(folder, n->names.ptr + last->folder) ? last->folder : keep_text(n, folder);
    file->name = keep_text(n, slice_cstr(path_basename(path)));
}

const char *module_notes_path(const struct module_notes *n, const struct module_file *file,
                              struct arena *arena) {
    return arena_printf(arena, "%s%s", n->names.ptr + file->folder, n->names.ptr + file->name);
}

void module_notes_begin_imports(struct module_notes *n, const char *path) {
    if (n->hash_count > n->first)
        bind(n, path, (struct slice){0});
    n->first_import = n->hash_count;
    n->module = (struct slice){0};
}

void module_notes_finish(struct module_notes *n, const char *path) {
    struct module_file file = {.first = (uint32_t)n->first,
                               .binds = (uint16_t)(n->first_import - n->first),
                               .imports = (uint16_t)(n->hash_count - n->first_import)};
    if (file.binds + file.imports == 0)
        return;
    keep_path(n, path, &file);
    if (!buf_ok(&n->names))
        return;
    n->files = mem_grow(n->files, &n->capacity, n->count + 1, sizeof *n->files);
    n->files[n->count++] = file;
}

struct importing {
    struct module_notes *notes;
    const char *path;
};

static void take_import(void *ctx, const struct py_import *found) {
    const struct importing *x = ctx;
    module_notes_import(x->notes, x->path, found);
}

void module_notes_end(struct module_notes *n, const char *path, struct slice text,
                      const struct py_tokens *tokens) {
    struct importing x = {n, path};
    module_notes_begin_imports(n, path);
    py_imports(text, tokens, take_import, &x);
    module_notes_finish(n, path);
}

void module_notes_release(struct module_notes *n) {
    buf_release(&n->names);
    free(n->files);
    free(n->hashes);
    *n = (struct module_notes){0};
}
