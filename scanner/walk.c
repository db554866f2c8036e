/* walk.c: the walk. A pending folder knows its chain of ignore lists and its
 * repository; what it lists is either reported or pushed. */
#include "scanner/walk.h"

#include <stdlib.h>

#include "base/dir.h"
#include "base/mem.h"
#include "scanner/gitrepo.h"
#include "scanner/scan.h"

struct folder {
    const char *path;      /* opens it from the current folder */
    struct slice rel;      /* relative to the repository's top; "" for the top itself */
    struct git_repo *repo; /* NULL outside of one */
    const struct ignore_list *chain;
    bool all_ignored; /* git ignores the folder: only what is tracked counts */
    unsigned depth;
};

struct entry {
    const char *name;
    enum file_kind kind;
};

struct walk {
    const struct walk_options *o;
    const struct walk_sink *sink;
    struct arena arena;   /* of the whole walk: folders, repositories, ignore lists */
    struct arena scratch; /* of one folder */
    struct folder *pending;
    size_t pending_count, pending_cap;
    struct entry *entries;
    size_t entry_count, entry_cap;
    const char **roots; /* cleaned paths, sorted, each once */
    size_t root_count;
    const char *root; /* the one being walked */
    bool root_is_repository;
    uint64_t reported; /* files, skips and errors of this root, its .git aside */
};

static void tell_skip(const struct walk *w, enum skip_reason reason) {
    if (w->sink->skip)
        w->sink->skip(w->sink->ctx, reason);
}

static void report_skip(struct walk *w, enum skip_reason reason) {
    w->reported++;
    tell_skip(w, reason);
}

static bool is_stopped(const struct walk *w) {
    return w->sink->stop && w->sink->stop(w->sink->ctx);
}

static void report_error(struct walk *w, const char *path, const char *message) {
    w->reported++;
    if (w->sink->error)
        w->sink->error(w->sink->ctx, path, message);
}

/* "./a//b/" is a/b. Not "..": through a link it would lead elsewhere. */
static const char *clean_path(const char *path, struct arena *arena) {
    struct slice s = slice_cstr(path);
    char *out = arena_alloc(arena, s.len + 2);
    size_t n = 0;
    if (s.len > 0 && s.ptr[0] == '/')
        out[n++] = '/';
    for (size_t at = 0; at < s.len;) {
        size_t end = slice_find_byte(s, '/', at);
        end = end == SIZE_MAX ? s.len : end;
        struct slice part = slice_sub(s, at, end);
        at = end + 1;
        if (part.len == 0 || slice_eq_cstr(part, "."))
            continue;
        if (n > 0 && out[n - 1] != '/')
            out[n++] = '/';
        memcpy(out + n, part.ptr, part.len);
        n += part.len;
    }
    if (n == 0)
        out[n++] = '.';
    out[n] = '\0';
    return out;
}

static bool is_below_here(const char *path) {
    return path[0] != '/' && !(path[0] == '.' && path[1] == '.' && (path[2] == '\0' || path[2] == '/'));
}

enum kl_status walk_excludes(const char *const *globs, struct arena *arena, const struct ignore_list **out,
                             struct error *e) {
    struct buf lines = BUF_INIT(KL_MAX_CONFIG_BYTES);
    for (size_t i = 0; globs && globs[i]; i++)
        buf_printf(&lines, "%s\n", globs[i]);
    enum kl_status s = KL_OK;
    if (!buf_ok(&lines))
        s = error_set(e, KL_ERR_LIMIT, "the patterns of --exclude are too long");
    *out = gitignore_parse(buf_as_slice(&lines), (struct slice){0}, false, NULL, arena);
    buf_release(&lines);
    return s;
}

bool walk_is_excluded(const struct ignore_list *excludes, const char *root, const char *path,
                      bool is_folder) {
    if (!excludes)
        return false;
    struct slice s = slice_cstr(path);
    if (!is_below_here(path)) {
        size_t cut = strlen(root);
        cut = cut < s.len && s.ptr[cut] == '/' ? cut + 1 : cut;
        s = cut < s.len ? slice_sub(s, cut, s.len) : slice_cstr(path_basename(path));
    }
    return gitignore_covers(excludes, s, is_folder);
}

const char *walk_join(struct arena *arena, const char *folder, const char *name) {
    return strcmp(folder, ".") == 0 ? arena_cstr(arena, slice_cstr(name)) : path_join(arena, folder, name);
}

static struct slice join_rel(struct arena *arena, struct slice folder, const char *name) {
    struct slice n = slice_cstr(name);
    if (folder.len == 0)
        return arena_copy(arena, n);
    char *out = arena_alloc(arena, folder.len + 1 + n.len + 1);
    memcpy(out, folder.ptr, folder.len);
    out[folder.len] = '/';
    memcpy(out + folder.len + 1, n.ptr, n.len + 1);
    return slice_of(out, folder.len + 1 + n.len);
}

static void push(struct walk *w, struct folder f) {
    w->pending = mem_grow(w->pending, &w->pending_cap, w->pending_count + 1, sizeof *w->pending);
    w->pending[w->pending_count++] = f;
}

/* The index, read when it is first needed. */
static const struct git_index *index_of(struct walk *w, struct git_repo *repo) {
    struct error e = {0};
    if (!repo->index_read && gitrepo_read_index(repo, &e) != KL_OK)
        report_error(w, path_join(&w->scratch, repo->git_dir, "index"), e.message);
    return &repo->index;
}

/* The chain as the folder sees it: with its own .gitignore. */
static const struct ignore_list *chain_with(struct walk *w, const struct git_repo *repo, struct slice rel,
                                            const struct ignore_list *chain, const char *path) {
    struct error e = {0};
    struct buf text = BUF_INIT(KL_MAX_CONFIG_BYTES);
    enum kl_status s = file_read(path, KL_MAX_CONFIG_BYTES, &text, &e);
    if (s == KL_OK)
        chain = gitignore_parse(buf_as_slice(&text), rel, repo->fold_case, chain, &w->arena);
    else if (s != KL_ERR_NOT_FOUND)
        report_error(w, path, e.message);
    buf_release(&text);
    return chain;
}

static bool list_folder(struct walk *w, const struct folder *f) {
    struct error e = {0};
    struct dir *d = NULL;
    struct dir_entry entry;
    enum kl_status s;
    w->entry_count = 0;
    arena_clear(&w->scratch);
    if (dir_open(&d, -1, f->path, &e) != KL_OK) {
        report_error(w, f->path, e.message);
        return false;
    }
    while ((s = dir_next(d, &entry, &e)) == KL_OK) {
        w->entries = mem_grow(w->entries, &w->entry_cap, w->entry_count + 1, sizeof *w->entries);
        w->entries[w->entry_count++] =
            (struct entry){arena_cstr(&w->scratch, slice_cstr(entry.name)), entry.kind};
    }
    if (s != KL_ERR_NOT_FOUND)
        report_error(w, f->path, e.message);
    dir_close(d);
    return true;
}

static const struct entry *find_entry(const struct walk *w, const char *name) {
    for (size_t i = 0; i < w->entry_count; i++)
        if (strcmp(w->entries[i].name, name) == 0)
            return &w->entries[i];
    return NULL;
}

/* A folder with a .git of its own: false if it is a submodule, to be left. */
static bool enter_repository(struct walk *w, struct folder *f) {
    if (f->repo && f->rel.len == 0)
        return true;
    if (f->repo) {
        const struct git_index_entry *tracked = gitindex_find(index_of(w, f->repo), f->rel);
        if (tracked && (tracked->mode & GIT_MODE_TYPE) == GIT_MODE_SUBMODULE) {
            report_skip(w, SKIP_SUBMODULE);
            return false;
        }
    }
    struct git_repo *own = arena_calloc(&w->arena, 1, sizeof *own);
    const char *real = path_real(&w->arena, f->path);
    if (real && gitrepo_open(real, &w->arena, own)) {
        f->repo = own;
        f->rel = (struct slice){0};
        f->chain = own->ignores;
        f->all_ignored = false;
    }
    return true;
}

static int compare_paths(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A path that was named too is scanned as such, and only once. */
static bool is_other_root(const struct walk *w, const char *path) {
    return w->root_count > 1 && bsearch(&path, w->roots, w->root_count, sizeof *w->roots, compare_paths);
}

/* True when git ignores the entry and tracks nothing of it. */
static bool leave_ignored(struct walk *w, const struct folder *f, struct slice rel, bool is_folder,
                          bool *all_ignored) {
    *all_ignored = f->all_ignored || (f->chain && gitignore_decide(f->chain, rel, is_folder) == IGNORE_YES);
    if (!*all_ignored)
        return false;
    const struct git_index *x = index_of(w, f->repo);
    return is_folder ? !gitindex_has_under(x, rel) : gitindex_find(x, rel) == NULL;
}

static bool is_wanted_dotenv(const struct walk *w, const char *path) {
    return w->o->dotenv_anyway && scan_language_of(path, (struct slice){0}) == SCAN_DOTENV;
}

static void visit_entry(struct walk *w, const struct folder *f, const struct entry *entry) {
    bool is_folder = entry->kind == FILE_FOLDER, all_ignored = false;
    if (strcmp(entry->name, ".git") == 0) {
        w->root_is_repository = true;
        tell_skip(w, SKIP_GIT_FOLDER);
        return;
    }
    if (entry->kind != FILE_REGULAR && !is_folder) {
        if (entry->kind != FILE_MISSING)
            report_skip(w, entry->kind == FILE_LINK ? SKIP_LINK : SKIP_SPECIAL);
        return;
    }
    const char *path = walk_join(&w->scratch, f->path, entry->name);
    struct slice rel = f->repo ? join_rel(&w->scratch, f->rel, entry->name) : (struct slice){0};
    if (is_other_root(w, path))
        return;
    if (walk_is_excluded(w->o->excludes, w->root, path, is_folder)) {
        report_skip(w, SKIP_EXCLUDED);
    } else if (f->repo && leave_ignored(w, f, rel, is_folder, &all_ignored) &&
               (is_folder || !is_wanted_dotenv(w, path))) {
        report_skip(w, SKIP_IGNORED);
    } else if (!is_folder) {
        w->reported++;
        w->sink->file(w->sink->ctx, path, false);
    } else if (f->depth >= KL_MAX_NESTING) {
        report_error(w, path, "folders are nested too deeply here; scan this one by itself");
    } else {
        push(w, (struct folder){.path = arena_cstr(&w->arena, slice_cstr(path)),
                                .rel = f->repo ? arena_copy(&w->arena, rel) : rel,
                                .repo = f->repo,
                                .chain = f->chain,
                                .all_ignored = all_ignored,
                                .depth = f->depth + 1});
    }
}

static void visit_folder(struct walk *w, struct folder f) {
    if (!list_folder(w, &f))
        return;
    if (!w->o->no_gitignore) {
        if (find_entry(w, ".git") && !enter_repository(w, &f))
            return;
        const struct entry *ignore = find_entry(w, ".gitignore");
        if (f.repo && ignore && ignore->kind == FILE_REGULAR)
            f.chain = chain_with(w, f.repo, f.rel, f.chain, walk_join(&w->scratch, f.path, ".gitignore"));
    }
    for (size_t i = 0; i < w->entry_count && !is_stopped(w); i++)
        visit_entry(w, &f, &w->entries[i]);
}

/* The repository around a named folder, and the ignore files of the folders
 * between its top and there. */
static struct folder start_folder(struct walk *w, const char *path) {
    struct folder f = {.path = path};
    struct git_repo *repo = arena_calloc(&w->arena, 1, sizeof *repo);
    const char *real = w->o->no_gitignore ? NULL : path_real(&w->arena, path);
    if (!real || !gitrepo_discover(real, &w->arena, repo))
        return f;
    f.repo = repo;
    f.chain = repo->ignores;
    size_t top = strlen(repo->top);
    const char *below = real + top;
    while (*below == '/')
        below++;
    f.rel = slice_cstr(below);
    struct error e = {0};
    for (size_t i = 0; f.rel.len > 0 && i <= f.rel.len; i++) {
        if (i != 0 && (i == f.rel.len || f.rel.ptr[i] != '/'))
            continue;
        struct slice rel = slice_sub(f.rel, 0, i);
        const char *file = arena_printf(&w->scratch, "%s/%s%s.gitignore", top > 1 ? repo->top : "",
                                        arena_cstr(&w->scratch, rel), i > 0 ? "/" : "");
        struct file_info info;
        if (file_lstat(file, &info, &e) == KL_OK && info.kind == FILE_REGULAR)
            f.chain = chain_with(w, repo, rel, f.chain, file);
    }
    return f;
}

static void walk_tree(struct walk *w, const char *path) {
    push(w, start_folder(w, path));
    while (w->pending_count > 0 && !is_stopped(w))
        visit_folder(w, w->pending[--w->pending_count]);
    w->pending_count = 0;
}

static void walk_root(struct walk *w, const char *path) {
    struct error e = {0};
    struct file_info info = {0};
    w->root = path;
    w->reported = 0;
    w->root_is_repository = false;
    if (file_stat(path, &info, &e) != KL_OK) {
        report_error(w, path, e.message);
        return;
    }
    if (w->sink->root)
        w->sink->root(w->sink->ctx, path, info.kind == FILE_FOLDER);
    if (info.kind == FILE_MISSING)
        report_error(w, path, "no such file or folder");
    else if (walk_is_excluded(w->o->excludes, path, path, info.kind == FILE_FOLDER) && strcmp(path, ".") != 0)
        report_skip(w, SKIP_EXCLUDED);
    else if (info.kind == FILE_REGULAR)
        w->sink->file(w->sink->ctx, path, true);
    else if (info.kind == FILE_FOLDER)
        walk_tree(w, path);
    else {
        report_skip(w, SKIP_SPECIAL);
        report_error(w, path, "neither a file nor a folder; give its content on standard input");
    }
    if (w->sink->root_done)
        w->sink->root_done(w->sink->ctx, w->root_is_repository && w->reported == 0);
}

void walk_run(const struct walk_options *o, const struct walk_sink *sink) {
    struct walk w = {.o = o, .sink = sink};
    size_t count = 0;
    while (o->paths[count])
        count++;
    w.roots = arena_calloc(&w.arena, count, sizeof *w.roots);
    for (size_t i = 0; i < count; i++)
        w.roots[i] = clean_path(o->paths[i], &w.arena);
    qsort(w.roots, count, sizeof *w.roots, compare_paths);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || strcmp(w.roots[i], w.roots[w.root_count - 1]) != 0)
            w.roots[w.root_count++] = w.roots[i];
    for (size_t i = 0; i < w.root_count && !is_stopped(&w); i++)
        walk_root(&w, w.roots[i]);
    free(w.pending);
    free(w.entries);
    arena_release(&w.arena);
    arena_release(&w.scratch);
}
