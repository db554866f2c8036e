/* importing.c: reads a project and answers for its files. What a single file's names are
 * and what the evidence means is in importing_place.c. */
#include "cli/importing_parts.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "scanner/walk.h"

#define FILE_MAX_BYTES ((size_t)4 << 20)
#define WORD_MAX_BYTES 512

static bool is_name_start(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
static bool is_name_byte(char c) {
    return is_name_start(c) || (c >= '0' && c <= '9');
}

bool importing_is_identifier(struct slice s) {
    for (size_t i = 0; i < s.len; i++)
        if (i == 0 ? !is_name_start(s.ptr[i]) : !is_name_byte(s.ptr[i]))
            return false;
    return s.len > 0;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const struct import_name *)a)->name, ((const struct import_name *)b)->name);
}

static struct import_name *find(struct importing *p, const char *name) {
    const struct import_name wanted = {.name = name};
    struct import_name *found =
        p->name_count ? bsearch(&wanted, p->names, p->name_count, sizeof *p->names, by_name) : NULL;
    while (found && found > p->names && strcmp(found[-1].name, name) == 0)
        found--;
    return found;
}

/* `import config` beside another config.py means that one. */
static bool has_own(const char *folder, const char *name, struct arena *a) {
    return file_is_regular(path_join(a, folder, arena_printf(a, "%s.py", name))) ||
           file_is_regular(path_join(a, path_join(a, folder, name), "__init__.py"));
}

static bool names_packages(const char *path) {
    const char *name = path_basename(path);
    return slice_starts(slice_cstr(name), "requirements") || strcmp(name, "pyproject.toml") == 0 ||
           strcmp(name, "setup.py") == 0 || strcmp(name, "setup.cfg") == 0 || strcmp(name, "Pipfile") == 0;
}

/* celery==5, "celery>=5", celery = "*": at the start of a line or of a string, with a version, or alone. */
static bool names(struct slice text, const char *name) {
    size_t len = strlen(name);
    for (size_t at = slice_find(text, slice_cstr(name), 0); at != SIZE_MAX;
         at = slice_find(text, slice_cstr(name), at + 1)) {
        char before = at ? text.ptr[at - 1] : '\n', after = at + len < text.len ? text.ptr[at + len] : '\n';
        size_t line = at;
        while (line > 0 && text.ptr[line - 1] != '\n' && strchr(" \t\"'", text.ptr[line - 1]))
            line--;
        bool alone = line == 0 || text.ptr[line - 1] == '\n';
        if (after && before && strchr("\n\"' \t[,", before) &&
            (strchr("=<>~![;", after) || (alone && strchr("\r\n\"' ", after))))
            return true;
    }
    return false;
}

bool importing_is_installed(const struct importing *p, const char *name) {
    for (size_t i = 0; i < p->list_count; i++)
        if (names(p->lists[i], name))
            return true;
    return false;
}

/* Marks every name that is loaded with "a.b.c": a, a.b and a.b.c, but for those of the file
 * `self` that says so. `folder`: of the file that imports it; NULL for a mention, which must
 * have a dot to mean anything. */
static void mark(struct importing *p, const char *dotted, const char *folder, size_t self) {
    char word[WORD_MAX_BYTES];
    size_t len = strlen(dotted);
    for (size_t end = 1; len < sizeof word && end <= len; end++) {
        if (dotted[end] != '.' && dotted[end] != '\0')
            continue;
        memcpy(word, dotted, end);
        word[end] = '\0';
        bool plain = !strchr(word, '.');
        for (struct import_name *n = find(p, word);
             n && n < p->names + p->name_count && strcmp(n->name, word) == 0; n++)
            if (n->path != self &&
                (!plain || (folder && (strcmp(folder, n->root) == 0 || !has_own(folder, word, &p->arena)))))
                n->used = true;
    }
}

/* Dotted words, as in "shop.wsgi:application" or -m shop.tool. */
static void look_for_mentions(struct importing *p, struct slice text, size_t self) {
    char word[WORD_MAX_BYTES];
    for (size_t i = 0; i < text.len;) {
        size_t end = i;
        bool dot = false;
        while (end < text.len && (is_name_byte(text.ptr[end]) || (text.ptr[end] == '.' && end > i))) {
            dot = dot || text.ptr[end] == '.';
            end++;
        }
        if (dot && end - i < sizeof word && is_name_start(text.ptr[i])) {
            memcpy(word, text.ptr + i, end - i);
            word[end - i] = '\0';
            mark(p, word, NULL, self);
        }
        i = end > i ? end : i + 1;
    }
}

static size_t index_of(const struct importing *p, const char *path) {
    size_t i = 0;
    while (i < p->path_count && strcmp(p->paths[i], path) != 0)
        i++;
    return i;
}

static void read_file(void *ctx, const char *path, bool named) {
    struct importing *p = ctx;
    struct buf text = BUF_INIT_SECRET(FILE_MAX_BYTES);
    struct error ignored = {0};
    (void)named;
    /* What cannot be read says nothing; the scan has reported it. */
    if (file_read(path, FILE_MAX_BYTES, &text, &ignored) == KL_OK &&
        slice_find_byte(slice_sub(buf_as_slice(&text), 0, FILE_HEAD_BYTES), '\0', 0) == SIZE_MAX) {
        const char *folder = path_dirname(&p->arena, path);
        size_t before = p->facts.count, self = index_of(p, path);
        if (names_packages(path) && p->list_count < IMPORT_LISTS_MAX)
            p->lists[p->list_count++] = arena_copy(&p->arena, buf_as_slice(&text));
        if (slice_ends(slice_cstr(path), ".py"))
            import_facts_add(&p->facts, folder, buf_as_slice(&text), &p->arena);
        for (size_t i = before; i < p->facts.count; i++) {
            const struct import_fact *f = &p->facts.items[i];
            if (!f->dots)
                mark(p, f->symbol ? arena_printf(&p->arena, "%s.%s", f->module, f->symbol) : f->module,
                     folder, self);
        }
        look_for_mentions(p, buf_as_slice(&text), self);
    }
    buf_release(&text);
}

/* The folder that a relative import counts from. */
static void find_bases(struct importing *p) {
    p->bases = arena_calloc(&p->arena, p->facts.count + 1, sizeof *p->bases);
    for (size_t i = 0; i < p->facts.count; i++)
        if (p->facts.items[i].dots)
            p->bases[i] = importing_up(p->facts.items[i].folder, p->facts.items[i].dots - 1, &p->arena);
}

struct importing *importing_read(const char *root, const char *const *paths, size_t count) {
    struct importing *p = mem_calloc(1, sizeof *p);
    p->root = arena_cstr(&p->arena, slice_cstr(root));
    p->paths = paths;
    p->path_count = count;
    for (size_t i = 0; i < count; i++)
        importing_add_names(p, i);
    if (p->name_count)
        qsort(p->names, p->name_count, sizeof *p->names, by_name);
    const char *const roots[] = {p->root, NULL};
    const struct walk_options options = {.paths = roots};
    const struct walk_sink sink = {.ctx = p, .file = read_file};
    walk_run(&options, &sink);
    find_bases(p);
    return p;
}

void importing_free(struct importing *p) {
    if (!p)
        return;
    import_facts_release(&p->facts);
    free(p->names);
    arena_release(&p->arena);
    free(p);
}
