/* importing_place.c: from the evidence to a place: see importing.h. */
#include "cli/importing_parts.h"

#include "base/mem.h"
#include "rewriters/imports.h"

#define LEVELS_MAX 64

const char *importing_up(const char *folder, unsigned levels, struct arena *a) {
    for (unsigned i = 0; i < levels && i < LEVELS_MAX; i++)
        folder = path_dirname(a, folder);
    return folder;
}

static bool is_init(const char *path) {
    return strcmp(path_basename(path), "__init__.py") == 0;
}

static const char *stem_of(const char *path, struct arena *a) {
    const char *name = path_basename(path);
    size_t len = strlen(name);
    return arena_cstr(a, slice_of(name, len > 3 && strcmp(name + len - 3, ".py") == 0 ? len - 3 : len));
}

void importing_add_names(struct importing *p, size_t index) {
    const char *path = p->paths[index], *folder = path_dirname(&p->arena, path), *top = NULL;
    const char *name = stem_of(path, &p->arena);
    if (is_init(path)) {
        name = path_basename(folder);
        top = folder;
        folder = path_dirname(&p->arena, folder);
    }
    for (unsigned level = 0; level < LEVELS_MAX && path_is_inside(folder, p->root); level++) {
        size_t dot = strcspn(name, ".");
        if (!importing_is_identifier(slice_of(name, dot)))
            return;
        p->names = mem_grow(p->names, &p->name_capacity, p->name_count + 1, sizeof *p->names);
        p->names[p->name_count++] =
            (struct import_name){.name = name, .path = index, .root = folder, .top = top};
        name = arena_printf(&p->arena, "%s.%s", path_basename(folder), name);
        top = folder;
        folder = path_dirname(&p->arena, folder);
    }
}

static unsigned levels_between(const char *inner, const char *outer) {
    unsigned n = 0;
    for (const char *c = inner + strlen(outer); *c; c++)
        n += *c == '/';
    return n;
}

static struct package_place relative_place(const char *folder, const char *top, struct arena *a) {
    unsigned dots = levels_between(folder, top) + 1;
    char *prefix = arena_calloc(a, dots + 1, 1);
    memset(prefix, '.', dots);
    return (struct package_place){arena_cstr(a, slice_cstr(top)), prefix};
}

static const char *outer(const char *a, const char *b) {
    return !a ? b : !b ? a : strlen(a) < strlen(b) ? a : b;
}

/* What others say. */
struct evidence {
    const char *by_name;     /* the innermost of the top folders, over all names that are used */
    const char *by_relative; /* the outermost that a relative import reaches it from */
    bool plain;              /* import config */
};

/* "a.b" loads a.b and a: is `name` one of them? */
static bool loads(const char *module, const char *symbol, const char *name) {
    size_t len = strlen(name), has = strlen(module);
    if (len == 0)
        return true;
    if (len <= has)
        return strncmp(module, name, len) == 0 && (module[len] == '.' || module[len] == '\0');
    if (!symbol)
        return false;
    size_t at = has ? has + 1 : 0;
    return strncmp(module, name, has) == 0 && (!has || name[has] == '.') && strcmp(name + at, symbol) == 0;
}

/* The file as `from .x import y` in a file of `base` would name it; NULL if it is not below. */
static const char *seen_from(const char *base, const char *path, struct arena *a) {
    const char *folder = path_dirname(a, path);
    if (!path_is_inside(folder, base))
        return NULL;
    const char *rest = folder + strlen(base);
    while (*rest == '/')
        rest++;
    const char *name = is_init(path) ? "" : stem_of(path, a);
    char *dotted = arena_printf(a, "%s%s%s", rest, *rest && *name ? "/" : "", name);
    for (char *c = dotted; *c; c++)
        *c = *c == '/' ? '.' : *c;
    return dotted;
}

static struct evidence evidence_on(const struct importing *p, size_t index, struct arena *a) {
    struct evidence e = {0};
    for (size_t i = 0; i < p->name_count; i++) {
        const struct import_name *n = &p->names[i];
        if (n->path != index || !n->used)
            continue;
        e.plain = e.plain || (!n->top && !importing_is_installed(p, n->name));
        if (n->top && (!e.by_name || strlen(n->top) > strlen(e.by_name)))
            e.by_name = n->top;
    }
    const char *last = NULL, *name = NULL;
    for (size_t i = 0; i < p->facts.count; i++) {
        if (!p->bases[i])
            continue;
        if (!last || strcmp(last, p->bases[i]) != 0)
            name = seen_from(last = p->bases[i], p->paths[index], a);
        if (name && loads(p->facts.items[i].module, p->facts.items[i].symbol, name))
            e.by_relative = outer(e.by_relative, last);
    }
    return e;
}

/* Does `import a.b` find a Python file from this folder? Not from within a package: there
 * `import redis` beside redis.py is somebody else's. */
static bool resolves(const char *root, const struct import_fact *f, struct arena *a) {
    if (file_is_regular(path_join(a, root, "__init__.py")))
        return false;
    char *path = arena_printf(a, "%s/%s", root, f->module);
    for (char *c = path + strlen(root); *c; c++)
        *c = *c == '.' ? '/' : *c;
    if (file_is_regular(arena_printf(a, "%s.py", path)) ||
        file_is_regular(arena_printf(a, "%s/__init__.py", path)))
        return true;
    return f->symbol && (file_is_regular(arena_printf(a, "%s/%s.py", path, f->symbol)) ||
                         file_is_regular(arena_printf(a, "%s/%s/__init__.py", path, f->symbol)));
}

/* The one folder that the import can be found from: the file's own, one above it, or src. */
static const char *root_of(const struct importing *p, const char *folder, const struct import_fact *f,
                           struct arena *a) {
    const char *found = NULL, *src = path_join(a, p->root, "src");
    bool seen_src = false;
    for (const char *at = folder; path_is_inside(at, p->root); at = path_dirname(a, at)) {
        seen_src = seen_src || strcmp(at, src) == 0;
        if (!resolves(at, f, a))
            continue;
        if (found)
            return NULL;
        found = at;
        if (strcmp(at, "/") == 0)
            break;
    }
    if (!seen_src && resolves(src, f, a))
        return found ? NULL : src;
    return found;
}

/* The place beside what the file imports itself by its full name. */
static struct package_place absolute_place(const struct importing *p, const char *folder,
                                           const struct import_fact *f, const char *top, struct arena *a) {
    struct package_place none = {NULL, NULL};
    const char *first = arena_cstr(a, slice_of(f->module, strcspn(f->module, ".")));
    if (import_is_standard(slice_cstr(first)) || importing_is_installed(p, first))
        return none;
    const char *root = root_of(p, folder, f, a);
    /* What others import as a part of a package does not find its own folder first. */
    if (!root || (top && path_is_inside(root, top)))
        return none;
    if (file_is_regular(arena_printf(a, "%s/%s.py", root, first)))
        return (struct package_place){root, ""};
    return (struct package_place){path_join(a, root, first), arena_printf(a, "%s.", first)};
}

/* What the file itself imports, always and early enough. */
static struct package_place own_place(const struct importing *p, const char *folder, struct slice bytes,
                                      size_t before, const struct evidence *e, struct arena *a) {
    struct import_facts own = {0};
    struct package_place place = {NULL, NULL};
    const char *top = NULL;
    import_facts_add(&own, folder, bytes, a);
    for (size_t i = 0; i < own.count; i++) {
        const struct import_fact *f = &own.items[i];
        if (!f->always || f->at >= before)
            continue;
        if (f->dots)
            top = outer(top, importing_up(folder, f->dots - 1, a));
        else if (!place.folder || !path_is_inside(folder, place.folder)) {
            struct package_place found =
                absolute_place(p, folder, f, e->by_name ? e->by_name : e->by_relative, a);
            if (found.folder && (!place.folder || path_is_inside(folder, found.folder)))
                place = found;
        }
    }
    import_facts_release(&own);
    /* A package of the same root in its absolute name is as good, and shorter to read. */
    if (top)
        return relative_place(folder, outer(top, e->by_name ? e->by_name : e->by_relative), a);
    return place;
}

/* Loaded by its tool, from wherever that looks. */
static bool is_loaded_by_path(const char *path) {
    static const char *const names[] = {"setup.py", "conftest.py",   "noxfile.py", "fabfile.py",
                                        "conf.py",  "locustfile.py", "dodo.py",    "env.py"};
    for (size_t i = 0; i < KL_ARRAY_LEN(names); i++)
        if (strcmp(path_basename(path), names[i]) == 0)
            return true;
    return false;
}

static bool is_top_folder(const struct importing *p, const char *folder, struct arena *a) {
    return strcmp(folder, p->root) == 0 || strcmp(folder, path_join(a, p->root, "src")) == 0;
}

static bool may_be_executed(const char *path) {
    struct file_info info;
    struct error ignored = {0};
    return file_lstat(path, &info, &ignored) != KL_OK || info.kind != FILE_REGULAR || (info.mode & 0111);
}

struct package_place importing_place(const struct importing *p, size_t index, struct slice bytes,
                                     size_t before, struct arena *a) {
    const char *path = p->paths[index], *folder = path_dirname(a, path);
    struct package_place none = {NULL, NULL}, beside = {folder, ""};
    struct evidence e = evidence_on(p, index, a);
    const char *top = e.by_name ? e.by_name : e.by_relative;
    struct package_place own = own_place(p, folder, bytes, before, &e, a);
    bool has_line = slice_starts(bytes, "#!"),
         has_guard = slice_find(bytes, SLICE_LIT("__main__"), 0) != SIZE_MAX;
    bool is_script = has_line || has_guard;
    if (own.folder)
        return path_is_inside(own.folder, p->root) ? own : none;
    /* As a part of a package and without one. Many a library's files begin with #!, and nobody can run them.
     */
    if (top && (e.plain || has_guard || (has_line && may_be_executed(path))))
        return none;
    if (top)
        return path_is_inside(top, p->root) ? relative_place(folder, top, a) : none;
    if (file_is_regular(path_join(a, folder, "__init__.py")) || is_loaded_by_path(path))
        return none;
    return e.plain || is_script || is_top_folder(p, folder, a) ? beside : none;
}
