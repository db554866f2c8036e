/* scan_imports.c: see scan_imports.h. */
#include "scanner/scan_imports.h"

#include <stdlib.h>

#include "base/bisect.h"
#include "base/encode.h"
#include "base/file.h"
#include "base/hash_map.h"
#include "base/mem.h"
#include "base/thread.h"
#include "scanner/pyimport.h"
#include "scanner/scan_report.h"

#define MAX_USES ((size_t)100000)
#define FEW_FILES 32u        /* that are not worth a thread */
#define MAX_USES_OF_NAME 16u /* that are asked */

/* A module of the scan that has literals nothing was said of. */
struct module {
    struct slice name; /* "src/app/consts" */
    const char *path;
};

/* Where another module says what one of them is. */
struct use {
    size_t module;
    struct slice name; /* in that module */
    struct flow flow;
    const char *path; /* of the use */
    uint32_t line;
};

struct following {
    struct scan_worker *w;
    struct module *modules; /* by name */
    size_t module_count;
    const char **importers; /* by path */
    size_t importer_count;
    struct use *uses;
    size_t use_count, use_capacity;
    struct arena arena;
    /* the file at hand */
    const char *path;
    struct pyfile file;
    struct pylines lines;
};

/* ---- which files ---- */

static int by_module(const void *a, const void *b) {
    const struct module *x = a, *y = b;
    int order = slice_cmp(x->name, y->name);
    return order != 0 ? order : strcmp(x->path, y->path);
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool has_any(const struct hash_map *m, const uint32_t *hashes, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (hash_map_has(m, hashes[i]))
            return true;
    return false;
}

static void find_modules(struct following *f, const struct module_notes *n, struct hash_map *bound) {
    for (size_t i = 0; i < n->count; i++) {
        const struct module_file *file = &n->files[i];
        if (file->binds == 0)
            continue;
        const char *path = module_notes_path(n, file, &f->arena);
        f->modules[f->module_count++] = (struct module){module_of_path(path), path};
        for (size_t k = 0; k < file->binds; k++)
            hash_map_add(bound, n->hashes[file->first + k]);
    }
}

static void find_importers(struct following *f, const struct module_notes *n, const struct hash_map *bound) {
    for (size_t i = 0; i < n->count; i++) {
        const struct module_file *file = &n->files[i];
        if (has_any(bound, n->hashes + file->first + file->binds, file->imports))
            f->importers[f->importer_count++] = module_notes_path(n, file, &f->arena);
    }
}

/* False if there is nothing to follow. */
static bool find_files(struct following *f, const struct scan_worker *workers, unsigned count) {
    struct hash_map bound = {0};
    size_t files = 0;
    for (unsigned i = 0; i < count; i++)
        files += workers[i].notes.count;
    if (files == 0)
        return false;
    f->modules = mem_calloc(files, sizeof *f->modules);
    f->importers = mem_calloc(files, sizeof *f->importers);
    for (unsigned i = 0; i < count; i++)
        find_modules(f, &workers[i].notes, &bound);
    for (unsigned i = 0; i < count && bound.count > 0; i++)
        find_importers(f, &workers[i].notes, &bound);
    hash_map_release(&bound);
    if (f->module_count > 1)
        qsort(f->modules, f->module_count, sizeof *f->modules, by_module);
    if (f->importer_count > 1)
        qsort(f->importers, f->importer_count, sizeof *f->importers, by_text);
    return f->importer_count > 0;
}

/* ---- which module is meant ---- */

static size_t find_module(const struct following *f, struct slice name) {
    struct bisection b = {.high = f->module_count};
    while (bisect(&b))
        bisect_tell(&b, slice_cmp(f->modules[b.middle].name, name) < 0);
    return b.low < f->module_count && slice_eq(f->modules[b.low].name, name) ? b.low : SIZE_MAX;
}

/* The folder around; false at the outermost. "" is the current one. */
static bool leave_folder(struct slice *folder) {
    if (folder->len == 0)
        return false;
    while (folder->len > 0 && folder->ptr[--folder->len] != '/')
        continue;
    return true;
}

static size_t module_in(struct following *f, struct slice folder, const char *below, struct slice dotted) {
    struct buf name = BUF_INIT(KL_MAX_FILE_BYTES);
    buf_slice(&name, folder);
    const char *between = folder.len > 0 ? "/" : "";
    if (below[0] || dotted.len > 0)
        buf_printf(&name, "%s%s", between, below);
    for (size_t i = 0; i < dotted.len; i++)
        buf_char(&name, dotted.ptr[i] == '.' ? '/' : dotted.ptr[i]);
    size_t found = buf_ok(&name) ? find_module(f, buf_as_slice(&name)) : SIZE_MAX;
    buf_release(&name);
    return found;
}

/* `from ..a import`: counted from the file's own folder. `import a`: the nearest folder around the file that
 * has one, in itself or in its "src". */
static size_t resolve(struct following *f, uint32_t level, struct slice dotted) {
    struct slice folder = slice_sub(slice_cstr(f->path), 0, (size_t)(path_basename(f->path) - f->path));
    folder.len -= folder.len > 1;
    if (level > 0) {
        for (; level > 1; level--)
            if (!leave_folder(&folder))
                return SIZE_MAX;
        return module_in(f, folder, "", dotted);
    }
    if (dotted.len == 0)
        return SIZE_MAX;
    do {
        size_t found = module_in(f, folder, "", dotted);
        if (found == SIZE_MAX)
            found = module_in(f, folder, "src/", dotted);
        if (found != SIZE_MAX)
            return found;
    } while (leave_folder(&folder));
    return SIZE_MAX;
}

/* ---- what it is used as ---- */

static void open_file(struct following *f, const char *path, bool *good) {
    struct error e = {0};
    f->path = path;
    f->w->bytes.len = 0;
    f->w->bytes.over = false;
    *good = file_read(path, KL_MAX_FILE_BYTES, &f->w->bytes, &e) == KL_OK; /* gone: it was scanned before */
    if (!*good)
        return;
    pyfile_decode(&f->file, buf_as_slice(&f->w->bytes), &f->w->arena);
    py_lex(f->file.text, &f->w->tokens);
}

static void add_use(struct following *f, size_t module, struct slice name, const struct flow *flow) {
    uint32_t column;
    if (f->use_count == MAX_USES)
        return;
    f->uses = mem_grow(f->uses, &f->use_capacity, f->use_count + 1, sizeof *f->uses);
    struct use *u = &f->uses[f->use_count++];
    *u = (struct use){.module = module, .name = arena_copy(&f->arena, name), .flow = *flow, .path = f->path};
    u->flow.as = arena_copy(&f->arena, flow->as);
    u->flow.callee = arena_copy(&f->arena, flow->callee);
    pylines_position(&f->lines, f->file.text, f->w->tokens.items[flow->token].start, &u->line, &column);
}

/* bound.NAME */
static struct slice attribute_of(struct slice variable, struct slice bound) {
    if (variable.len < bound.len + 2 || variable.ptr[bound.len] != '.' ||
        !slice_eq(slice_sub(variable, 0, bound.len), bound))
        return (struct slice){0};
    return slice_sub(variable, bound.len + 1, variable.len);
}

static void uses_of_module(struct following *f, size_t module, struct slice bound) {
    for (size_t i = 0; module != SIZE_MAX && i < f->w->flows.count; i++) {
        struct slice name = attribute_of(f->w->flows.items[i].variable, bound);
        if (name.len > 0 && slice_find_byte(name, '.', 0) == SIZE_MAX)
            add_use(f, module, name, &f->w->flows.items[i]);
    }
}

/* Of all names of the module, if `bound` is empty. */
static void uses_of_member(struct following *f, size_t module, struct slice member, struct slice bound) {
    for (size_t i = 0; module != SIZE_MAX && i < f->w->flows.count; i++) {
        struct slice variable = f->w->flows.items[i].variable;
        if (bound.len == 0 && slice_find_byte(variable, '.', 0) == SIZE_MAX)
            add_use(f, module, variable, &f->w->flows.items[i]);
        else if (bound.len > 0 && slice_eq(variable, bound))
            add_use(f, module, member, &f->w->flows.items[i]);
    }
}

static void take_import(void *ctx, const struct py_import *found) {
    struct following *f = ctx;
    size_t module = resolve(f, found->level, found->module);
    if (found->member.len == 0) {
        uses_of_module(f, module, found->renamed ? found->bound : found->module);
        return;
    }
    bool all = slice_eq_cstr(found->member, "*");
    uses_of_member(f, module, found->member, all ? (struct slice){0} : found->bound);
    if (all)
        return;
    const char *dot = found->module.len > 0 ? "." : ""; /* a module of a package */
    char *inner =
        arena_printf(&f->w->arena, "%.*s%s%.*s", SLICE_ARG(found->module), dot, SLICE_ARG(found->member));
    uses_of_module(f, resolve(f, found->level, slice_cstr(inner)), found->bound);
}

static void find_uses(struct following *f, const char *path) {
    bool good;
    open_file(f, path, &good);
    if (good) {
        flow_collect(&f->w->flows, f->file.text, &f->w->tokens, &f->w->arena);
        if (f->w->flows.count > 0)
            pylines_build(&f->lines, f->file.text, &f->w->arena);
        for (uint32_t i = 0; f->w->flows.count > 0 && i + 1 < f->w->tokens.count; i++)
            if (f->w->tokens.items[i].kind == PY_NAME)
                py_import_each(f->file.text, f->w->tokens.items, i, take_import, f);
    }
    flows_clear(&f->w->flows);
    arena_clear(&f->w->arena);
}

/* ---- what they say ---- */

static int by_use(const void *a, const void *b) {
    const struct use *x = a, *y = b;
    int order = (x->module > y->module) - (x->module < y->module);
    order = order != 0 ? order : slice_cmp(x->name, y->name);
    order = order != 0 ? order : strcmp(x->path, y->path);
    return order != 0 ? order : (x->flow.token > y->flow.token) - (x->flow.token < y->flow.token);
}

/* The first of this name, or of a later one. */
static size_t first_use(const struct use *uses, size_t count, struct slice name) {
    struct bisection b = {.high = count};
    while (bisect(&b))
        bisect_tell(&b, slice_cmp(uses[b.middle].name, name) < 0);
    return b.low;
}

/* `uses` are those of the module, by name. */
static void judge(struct following *f, const struct candidate *c, const struct use *uses, size_t count) {
    struct classification k;
    size_t first = first_use(uses, count, c->name);
    for (size_t i = first; i < count && i - first < MAX_USES_OF_NAME && slice_eq(uses[i].name, c->name);
         i++) {
        const struct candidate as = flow_candidate(&uses[i].flow, c);
        if (!classify_value(&as, &k))
            continue;
        struct scan_hit *hit = scan_classified(f->w, c, &k);
        if (hit)
            hit->why =
                arena_printf(&f->w->arena, "%s; used so in %s:%u", hit->why, uses[i].path, uses[i].line);
        return;
    }
}

/* A literal that a rule knows has been reported. */
static bool is_known(struct scan_worker *w, const char *path, const struct candidate *c) {
    bool known = scan_match_rules(w, path, c, c->name) || scan_encoded_value(w, path, c);
    w->hits.count = 0;
    return known;
}

static void judge_module(struct following *f, const struct module *m, const struct use *uses, size_t count) {
    struct scan_worker *w = f->w;
    bool good;
    open_file(f, m->path, &good);
    struct scan_place place = {
        .path = m->path, .text = f->file.text, .python = &f->file, .tokens = &w->tokens};
    w->candidates.count = 0;
    w->place = &place;
    if (good)
        candidates_collect(&f->file, &w->tokens, m->path, &w->arena, &w->candidates);
    for (size_t i = 0; i < w->candidates.count; i++) {
        const struct candidate *c = &w->candidates.items[i];
        w->hits.count = 0;
        if (!c->at_top || !scan_asks_uses(c))
            continue;
        judge(f, c, uses, count);
        struct scan_hit found = w->hits.count > 0 ? w->hits.items[0] : (struct scan_hit){0};
        if (!found.rule_id || is_known(w, m->path, c))
            continue;
        w->hits.items[w->hits.count++] = found;
        scan_report_hits(w, &place);
    }
    w->hits.count = 0;
    w->place = NULL;
    arena_clear(&w->arena);
}

/* ---- with several threads ---- */

struct finding_uses {
    struct following *each; /* one a thread */
    unsigned count;
    bool (*is_stopped)(void *ctx);
    void *ctx;
};

/* Every `count`th file. */
static void find_some(void *ctx, size_t number) {
    struct finding_uses *all = ctx;
    struct following *f = &all->each[number];
    for (size_t i = number; i < f->importer_count && !all->is_stopped(all->ctx); i += all->count)
        if (i == 0 || strcmp(f->importers[i], f->importers[i - 1]) != 0)
            find_uses(f, f->importers[i]);
}

/* To those of the first. */
static void unite_uses(const struct finding_uses *all) {
    struct following *f = &all->each[0];
    for (unsigned i = 1; i < all->count; i++) {
        const struct following *other = &all->each[i];
        size_t more = other->use_count < MAX_USES - f->use_count ? other->use_count : MAX_USES - f->use_count;
        if (more == 0)
            continue;
        f->uses = mem_grow(f->uses, &f->use_capacity, f->use_count + more, sizeof *f->uses);
        memcpy(f->uses + f->use_count, other->uses, more * sizeof *f->uses);
        f->use_count += more;
    }
}

void scan_imports(struct scan_worker *workers, unsigned count, bool (*is_stopped)(void *ctx), void *ctx) {
    struct following *each = mem_calloc(count, sizeof *each);
    struct following *f = &each[0];
    f->w = &workers[0];
    if (find_files(f, workers, count)) {
        struct finding_uses all = {each, f->importer_count < FEW_FILES ? 1 : count, is_stopped, ctx};
        for (unsigned i = 1; i < all.count; i++)
            each[i] = (struct following){.w = &workers[i],
                                         .modules = f->modules,
                                         .module_count = f->module_count,
                                         .importers = f->importers,
                                         .importer_count = f->importer_count};
        thread_each(all.count, all.count, find_some, &all);
        unite_uses(&all);
    }
    if (f->use_count > 1)
        qsort(f->uses, f->use_count, sizeof *f->uses, by_use);
    for (size_t i = 0, end; i < f->use_count && !is_stopped(ctx); i = end) {
        for (end = i + 1; end < f->use_count && f->uses[end].module == f->uses[i].module;)
            end++;
        judge_module(f, &f->modules[f->uses[i].module], f->uses + i, end - i);
    }
    free(f->modules);
    free(f->importers);
    for (unsigned i = 0; i < count; i++) {
        module_notes_release(&workers[i].notes);
        free(each[i].uses);
        arena_release(&each[i].arena);
    }
    free(each);
}
