/* dependencies.c: see dependencies.h. */
#include "cli/dependencies.h"

#include <stdlib.h>

#include "base/dir.h"
#include "base/file.h"
#include "base/mem.h"
#include "cli/dependency_list.h"

#define FOLDERS_MAX 64u /* between a file and the top */
#define NAMES_MAX 1000u /* in a folder "requirements" */
#define INCLUDES_FOLLOWED 8u

struct search {
    struct dependencies *d;
    const struct python_package *packages;
    const char *top; /* where to stop */
    const char *folder;
    bool metadata;    /* the folder's pyproject.toml, setup.cfg or setup.py lists packages */
    bool from_source; /* a file that others are compiled from gained something */
    bool found;       /* the folder lists packages at all */
};

static const char *in_folder(const struct search *s, const char *name) {
    return path_join(&s->d->arena, s->folder, name);
}

static struct dependency_file *add_file(struct search *s, const char *path, enum manifest_kind kind) {
    struct dependencies *d = s->d;
    for (size_t i = 0; i < d->file_count; i++)
        if (strcmp(d->files[i].path, path) == 0)
            return NULL;
    d->files = mem_grow(d->files, &d->file_cap, d->file_count + 1, sizeof *d->files);
    struct dependency_file *f = &d->files[d->file_count++];
    *f = (struct dependency_file){.path = path, .kind = kind};
    buf_init_secret(&f->bytes, KL_MAX_REWRITE_BYTES); /* an index's URL may have a password */
    return f;
}

static void add_missing(struct dependency_file *f, const char *requirement, struct arena *a) {
    const char **list = arena_calloc(a, f->missing_count + 2, sizeof *list);
    for (size_t i = 0; i < f->missing_count; i++)
        list[i] = f->missing[i];
    list[f->missing_count++] = requirement;
    f->missing = list;
}

/* What a list says of the packages, as a file that lacks some, or nothing. True if a
 * package can be added. */
static bool judge(struct search *s, const struct dependency_list *list, const char *left) {
    struct dependency_file *f = NULL;
    struct arena *a = &s->d->arena;
    s->found = true;
    for (const struct python_package *p = s->packages; p && p->name; p++) {
        const char *reason = NULL;
        if (dependency_list_has(list, p, &reason))
            continue;
        if (!f && !(f = add_file(s, list->path, list->kind)))
            return false;
        add_missing(f, p->requirement, a);
        f->left = reason ? reason : f->left;
    }
    if (!f)
        return false;
    buf_slice(&f->bytes, buf_as_slice(&list->bytes));
    f->left = left ? left : f->left;
    if (!f->left) {
        manifest_add(f->kind, buf_as_slice(&f->bytes), f->missing, f->missing_count, a, &f->output);
        f->left = f->output.left;
    }
    if (!f->left)
        f->undo = manifest_undo(&f->output);
    return !f->left;
}

static bool load(struct search *s, const char *path, enum manifest_kind kind, enum dependency_format format,
                 struct dependency_list *list) {
    return dependency_list_load(list, path, kind, format, s->top, &s->d->arena);
}

static void add_lock(struct search *s, const char *path, const char *command) {
    struct dependencies *d = s->d;
    for (size_t i = 0; i < d->lock_count; i++)
        if (strcmp(d->locks[i].path, path) == 0)
            return;
    d->locks = mem_grow(d->locks, &d->lock_cap, d->lock_count + 1, sizeof *d->locks);
    d->locks[d->lock_count++] = (struct dependency_lock){path, command};
}

static const struct locked {
    const char *name, *command;
    enum manifest_kind from;
} locked[] = {
    {"poetry.lock", "poetry lock", MANIFEST_PYPROJECT}, {"uv.lock", "uv lock", MANIFEST_PYPROJECT},
    {"pdm.lock", "pdm lock", MANIFEST_PYPROJECT},       {"pixi.lock", "pixi lock", MANIFEST_PYPROJECT},
    {"pylock.toml", NULL, MANIFEST_PYPROJECT},          {"Pipfile.lock", "pipenv lock", MANIFEST_PIPFILE},
};

/* A workspace has its lock at its top. */
static void look_for_locks(struct search *s, enum manifest_kind from) {
    struct arena *a = &s->d->arena;
    const char *folder = s->folder;
    for (unsigned level = 0; level < FOLDERS_MAX; level++) {
        for (size_t i = 0; i < KL_ARRAY_LEN(locked); i++) {
            const char *path = path_join(a, folder, locked[i].name);
            if (locked[i].from == from && file_is_regular(path))
                add_lock(s, path, locked[i].command);
        }
        if (strcmp(folder, s->top) == 0 || strcmp(folder, "/") == 0)
            break;
        folder = path_dirname(a, folder);
    }
}

/* ---- requirements files ---- */

/* requirements.in beside requirements.txt: pip-compile and uv make the one from the other. */
static const char *source_of(struct search *s, const char *path) {
    struct slice text = slice_cstr(path);
    if (!slice_ends(text, ".txt"))
        return NULL;
    const char *source = arena_printf(&s->d->arena, "%.*s.in", SLICE_ARG(slice_sub(text, 0, text.len - 4)));
    return file_is_regular(source) ? source : NULL;
}

static bool lacks_some(const struct search *s, const struct dependency_list *list) {
    const char *reason;
    for (const struct python_package *p = s->packages; p && p->name; p++)
        if (!dependency_list_has(list, p, &reason))
            return true;
    return false;
}

/* Beside a list that gained something, a file with hashes was made from it. */
static void judge_requirements(struct search *s, const struct dependency_list *list) {
    bool made = list->facts.compiled || list->facts.unclear;
    if (made && s->from_source) {
        if (lacks_some(s, list))
            add_lock(s, list->path, NULL);
    } else if (list->facts.compiled) {
        judge(s, list, "a program made it from another file");
    } else if (!list->facts.installs_itself || !s->metadata) {
        judge(s, list, list->facts.unclear);
    }
}

/* A file that only takes in others has its list there. */
static void look_at_requirements(struct search *s, const char *path) {
    struct dependency_list list;
    const char *next = path;
    for (unsigned level = 0; next && level < INCLUDES_FOLLOWED; level++) {
        const char *source = source_of(s, next), *compiled = source ? next : NULL;
        if (!load(s, source ? source : next, MANIFEST_REQUIREMENTS, DEPENDENCY_MANIFEST, &list))
            return;
        next = list.own_count == 0 && list.include_count > 0 ? list.includes[0] : NULL;
        if (!next && compiled && judge(s, &list, NULL))
            add_lock(s, compiled, NULL);
        else if (!next && !compiled)
            judge_requirements(s, &list);
        dependency_list_release(&list);
    }
}

/* Of a folder "requirements", the file that the program itself runs with. */
static const char *const usual_names[] = {"base", "common",  "requirements", "main",
                                          "core", "default", "prod",         "production"};

static const char *choose_in_folder(struct search *s, const char *folder, bool *several) {
    static const char *const endings[] = {".in", ".txt"};
    struct arena *a = &s->d->arena;
    for (size_t end = 0; end < KL_ARRAY_LEN(endings); end++) {
        const char *only = NULL;
        size_t count = 0;
        struct dir *d = NULL;
        struct dir_entry entry;
        struct error ignored = {0};
        if (dir_open(&d, -1, folder, &ignored) != KL_OK)
            return NULL;
        for (unsigned i = 0; i < NAMES_MAX && dir_next(d, &entry, &ignored) == KL_OK; i++)
            if (slice_ends(slice_cstr(entry.name), endings[end]) && entry.kind == FILE_REGULAR) {
                only = path_join(a, folder, arena_cstr(a, slice_cstr(entry.name)));
                count++;
            }
        dir_close(d);
        if (count == 1)
            return only;
        for (size_t i = 0; i < KL_ARRAY_LEN(usual_names) && count > 1; i++) {
            const char *path = path_join(a, folder, arena_printf(a, "%s%s", usual_names[i], endings[end]));
            if (file_is_regular(path))
                return path;
        }
        *several = *several || count > 1;
    }
    return NULL;
}

static void look_for_requirements(struct search *s) {
    static const char *const names[] = {"requirements.in", "requirements.txt"};
    bool several = false;
    for (size_t i = 0; i < KL_ARRAY_LEN(names); i++)
        if (file_is_regular(in_folder(s, names[i]))) {
            const char *compiled = in_folder(s, names[1]);
            look_at_requirements(s, file_is_regular(compiled) ? compiled : in_folder(s, names[i]));
            return;
        }
    const char *chosen = choose_in_folder(s, in_folder(s, "requirements"), &several);
    if (chosen)
        look_at_requirements(s, chosen);
    s->found = s->found || several;
    s->d->unknown = s->d->unknown || (several && !chosen);
}

/* ---- the project's own list ---- */

static void look_at_metadata(struct search *s, const char *name, enum manifest_kind kind) {
    struct dependency_list list;
    if (s->metadata || !load(s, in_folder(s, name), kind, DEPENDENCY_MANIFEST, &list))
        return;
    if (list.facts.in_other_files) {
        s->metadata = s->found = true;
        if (list.include_count > 0)
            look_at_requirements(s, list.includes[0]);
    } else if (list.facts.lists) {
        s->metadata = true;
        if (judge(s, &list, NULL)) {
            s->from_source = true;
            look_for_locks(s, kind);
        }
    }
    dependency_list_release(&list);
}

/* A program is not changed by rules for text. */
static void look_at_setup_py(struct search *s) {
    struct dependency_list list;
    if (s->metadata || !load(s, in_folder(s, "setup.py"), MANIFEST_SETUP_CFG, DEPENDENCY_STRINGS, &list))
        return;
    if (slice_find(buf_as_slice(&list.bytes), SLICE_LIT("install_requires"), 0) != SIZE_MAX) {
        s->metadata = true;
        judge(s, &list, "it is a program");
    }
    dependency_list_release(&list);
}

static void look_at_pipfile(struct search *s) {
    struct dependency_list list;
    if (!load(s, in_folder(s, "Pipfile"), MANIFEST_PIPFILE, DEPENDENCY_MANIFEST, &list))
        return;
    if (judge(s, &list, NULL))
        look_for_locks(s, MANIFEST_PIPFILE);
    dependency_list_release(&list);
}

static void look_at_conda(struct search *s) {
    static const char *const names[] = {"environment.yml", "environment.yaml"};
    struct dependency_list list;
    for (size_t i = 0; i < KL_ARRAY_LEN(names) && !s->found; i++)
        if (load(s, in_folder(s, names[i]), MANIFEST_REQUIREMENTS, DEPENDENCY_DASHES, &list)) {
            judge(s, &list, "it is an environment of conda");
            dependency_list_release(&list);
        }
}

static bool look_at_folder(struct search *s) {
    s->metadata = s->from_source = s->found = false;
    look_at_metadata(s, "pyproject.toml", MANIFEST_PYPROJECT);
    look_at_metadata(s, "setup.cfg", MANIFEST_SETUP_CFG);
    look_at_setup_py(s);
    look_at_pipfile(s);
    look_for_requirements(s);
    look_at_conda(s);
    return s->found;
}

struct looked_at {
    const char *folder;
    bool lists;
};

void dependencies_find(struct dependencies *d, const char *top, const struct python_package *packages,
                       const char *const *sources, size_t count) {
    struct search s = {.d = d, .packages = packages, .top = top};
    struct looked_at *looked = NULL;
    size_t looked_count = 0, looked_cap = 0;
    for (size_t i = 0; i < count; i++) {
        s.folder = path_dirname(&d->arena, sources[i]);
        for (unsigned level = 0; level < FOLDERS_MAX; level++) {
            size_t k = 0;
            while (k < looked_count && strcmp(looked[k].folder, s.folder) != 0)
                k++;
            if (k == looked_count) {
                looked = mem_grow(looked, &looked_cap, looked_count + 1, sizeof *looked);
                looked[looked_count++] = (struct looked_at){s.folder, look_at_folder(&s)};
            }
            if (looked[k].lists || strcmp(s.folder, s.top) == 0 || strcmp(s.folder, "/") == 0) {
                d->unknown = d->unknown || !looked[k].lists;
                break;
            }
            s.folder = path_dirname(&d->arena, s.folder);
        }
    }
    free(looked);
}

void dependencies_release(struct dependencies *d) {
    for (size_t i = 0; i < d->file_count; i++) {
        buf_release(&d->files[i].bytes);
        cJSON_Delete(d->files[i].undo);
    }
    free(d->files);
    free(d->locks);
    arena_release(&d->arena);
    *d = (struct dependencies){0};
}
