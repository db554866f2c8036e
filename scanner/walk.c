/* walk.c: the walk. A pending folder knows its chain of ignore lists and its
 * repository; what it lists is either reported or pushed. Nothing is kept of
 * what is done, and of a folder only so many entries are listed before what lies
 * below them is walked, so that memory does not grow with the tree. */
#include "scanner/walk.h"

#include <stdlib.h>

#include "base/dir.h"
#include "base/mem.h"
#include "scanner/gitrepo.h"
#include "scanner/scan.h"
#include "scanner/walk_folder.h"

#define LISTED_AT_ONCE 4096u
/* Folders left in the middle of their entries, each with a descriptor; of others, all folders in them wait.
 */
#define MAX_UNFINISHED 16u
/* Folders that are done and still open for those in them: in a very deep tree, ways from the top are long. */
#define MAX_HELD 16u
/* A longer one is not walked: each of its entries has room in a path. */
#define MAX_FOLDER_PATH_BYTES (KL_MAX_PATH_BYTES - 4096u)

struct entry {
    const char *name;
    enum file_kind kind;
};

struct walk {
    const struct walk_options *o;
    const struct walk_sink *sink;
    struct arena arena;   /* of the whole walk: the roots */
    struct arena scratch; /* of one folder */
    struct walk_folder **pending;
    size_t pending_count, pending_cap;
    struct entry *entries;
    size_t entry_count, entry_cap;
    struct walk_folder *held[MAX_HELD];
    unsigned held_next;
    unsigned unfinished;      /* pending folders with a listing */
    struct buf path, rel;     /* of the folder at hand, and behind it of one entry after the other */
    size_t path_len, rel_len; /* of the folder alone; 0: the current one, or the top */
    const char **roots;       /* cleaned paths, sorted, each once */
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

static void push(struct walk *w, struct walk_folder *f) {
    w->pending = mem_grow(w->pending, &w->pending_cap, w->pending_count + 1, sizeof *w->pending);
    w->pending[w->pending_count++] = f;
}

static struct walk_folder *pop(struct walk *w) {
    struct walk_folder *f = w->pending[--w->pending_count];
    w->unfinished -= f->listing != NULL;
    return f;
}

/* The path of an entry of the folder at hand; of the folder itself, if the name is empty. Until the next
 * call. */
static const char *entry_path(struct walk *w, const char *name) {
    w->path.len = w->path_len;
    if (name[0])
        walk_entry_path(&w->path, w->path_len, name);
    return w->path.len > 0 ? buf_cstr(&w->path) : ".";
}

/* The index, read when it is first needed. */
static const struct git_index *index_of(struct walk *w, struct git_repo *repo) {
    struct error e = {0};
    if (!repo->index_read && gitrepo_read_index(repo, &e) != KL_OK)
        report_error(w, path_join(&w->scratch, repo->git_dir, "index"), e.message);
    return &repo->index;
}

/* The chain as the folder sees it: with its own .gitignore. */
static void add_ignores(struct walk *w, struct walk_folder *f, struct slice rel, const char *path) {
    struct error e = {0};
    struct buf text = BUF_INIT(KL_MAX_CONFIG_BYTES);
    enum kl_status s = file_read(path, KL_MAX_CONFIG_BYTES, &text, &e);
    if (s == KL_OK)
        f->chain = gitignore_parse(buf_as_slice(&text), rel, f->repo->fold_case, f->chain, &f->arena);
    else if (s != KL_ERR_NOT_FOUND)
        report_error(w, path, e.message);
    buf_release(&text);
}

/* The next entries of the folder; its listing is closed when they were the last. */
static bool list_entries(struct walk *w, struct walk_folder *f) {
    struct error e = {0};
    struct dir_entry entry;
    enum kl_status s = KL_OK;
    w->entry_count = 0;
    arena_clear(&w->scratch);
    if (!f->listing && walk_folder_open(f, entry_path(w, ""), &e) != KL_OK) {
        report_error(w, entry_path(w, ""), e.message);
        return false;
    }
    while (w->entry_count < LISTED_AT_ONCE && (s = dir_next(f->listing, &entry, &e)) == KL_OK) {
        w->entries = mem_grow(w->entries, &w->entry_cap, w->entry_count + 1, sizeof *w->entries);
        w->entries[w->entry_count++] =
            (struct entry){arena_cstr(&w->scratch, slice_cstr(entry.name)), entry.kind};
    }
    if (s == KL_OK)
        return true;
    if (s != KL_ERR_NOT_FOUND)
        report_error(w, entry_path(w, ""), e.message);
    f->fd = dir_close_keeping(f->listing);
    f->listing = NULL;
    return true;
}

/* What kind of thing the folder has under that name; of one with very many entries, it may not be listed yet.
 */
static enum file_kind kind_of(struct walk *w, const struct walk_folder *f, const char *name) {
    struct error e = {0};
    struct file_info info = {.kind = FILE_MISSING};
    for (size_t i = 0; i < w->entry_count; i++)
        if (strcmp(w->entries[i].name, name) == 0)
            return w->entries[i].kind;
    if (f->listing && file_lstat(entry_path(w, name), &info, &e) != KL_OK)
        return FILE_MISSING;
    return info.kind;
}

static void set_repository(struct walk_folder *f, struct git_repo *repo, const char *rel) {
    f->repo = repo;
    f->rel = rel;
    f->chain = repo->ignores;
    f->all_ignored = false;
}

/* A folder with a .git of its own: false if it is a submodule, to be left. */
static bool enter_repository(struct walk *w, struct walk_folder *f) {
    if (f->repo && w->rel_len == 0)
        return true;
    if (f->repo) {
        const struct git_index_entry *tracked =
            gitindex_find(index_of(w, f->repo), slice_sub(buf_as_slice(&w->rel), 0, w->rel_len));
        if (tracked && (tracked->mode & GIT_MODE_TYPE) == GIT_MODE_SUBMODULE) {
            report_skip(w, SKIP_SUBMODULE);
            return false;
        }
    }
    struct git_repo *own = arena_calloc(&f->arena, 1, sizeof *own);
    const char *real = path_real(&f->arena, entry_path(w, ""));
    if (real && gitrepo_open(real, &f->arena, own)) {
        set_repository(f, own, "");
        w->rel_len = 0;
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
static bool leave_ignored(struct walk *w, const struct walk_folder *f, const char *name, bool is_folder,
                          bool *all_ignored) {
    walk_entry_path(&w->rel, w->rel_len, name);
    struct slice rel = buf_as_slice(&w->rel);
    *all_ignored = f->all_ignored || (f->chain && gitignore_decide(f->chain, rel, is_folder) == IGNORE_YES);
    if (!*all_ignored)
        return false;
    const struct git_index *x = index_of(w, f->repo);
    return is_folder ? !gitindex_has_under(x, rel) : gitindex_find(x, rel) == NULL;
}

static bool is_wanted_dotenv(const struct walk *w, const char *path) {
    return w->o->dotenv_anyway && scan_language_of(path, (struct slice){0}) == SCAN_DOTENV;
}

static void visit_entry(struct walk *w, struct walk_folder *f, const struct entry *entry) {
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
    const char *path = entry_path(w, entry->name);
    if (is_other_root(w, path))
        return;
    if (walk_is_excluded(w->o->excludes, w->root, path, is_folder)) {
        report_skip(w, SKIP_EXCLUDED);
    } else if (f->repo && leave_ignored(w, f, entry->name, is_folder, &all_ignored) &&
               (is_folder || !is_wanted_dotenv(w, path))) {
        report_skip(w, SKIP_IGNORED);
    } else if (!is_folder) {
        w->reported++;
        w->sink->file(w->sink->ctx, path, false);
    } else if (w->path.len > MAX_FOLDER_PATH_BYTES) {
        report_error(w, path, "folders are nested too deeply here; scan this one by itself");
    } else {
        struct walk_folder *below = walk_folder_new(f, entry->name);
        below->all_ignored = all_ignored;
        push(w, below);
    }
}

/* Before the first of its entries. False if it is to be left. */
static bool enter_folder(struct walk *w, struct walk_folder *f) {
    if (w->o->no_gitignore)
        return true;
    if (kind_of(w, f, ".git") != FILE_MISSING && !enter_repository(w, f))
        return false;
    if (f->repo && kind_of(w, f, ".gitignore") == FILE_REGULAR)
        add_ignores(w, f, slice_sub(buf_as_slice(&w->rel), 0, w->rel_len), entry_path(w, ".gitignore"));
    return true;
}

static void visit_entries(struct walk *w, struct walk_folder *f) {
    for (size_t i = 0; i < w->entry_count && !is_stopped(w); i++)
        visit_entry(w, f, &w->entries[i]);
}

/* In the place of the one that has been held for longest. */
static void hold(struct walk *w, struct walk_folder *f) {
    struct walk_folder **place = &w->held[w->held_next++ % MAX_HELD];
    if (*place)
        walk_folder_close(*place);
    *place = f;
    f->held = place;
}

static void visit_folder(struct walk *w, struct walk_folder *f) {
    bool begun = f->listing != NULL;
    walk_folder_path(f, &w->path);
    w->path_len = w->path.len;
    if (f->repo)
        walk_folder_rel(f, &w->rel);
    w->rel_len = f->repo ? w->rel.len : 0;
    if (!list_entries(w, f) || (!begun && !enter_folder(w, f)))
        return walk_folder_leave(f);
    while (f->listing && w->unfinished >= MAX_UNFINISHED && !is_stopped(w)) {
        visit_entries(w, f);
        (void)list_entries(w, f); /* it is open */
    }
    if (!f->listing) {
        visit_entries(w, f);
        hold(w, f);
        return walk_folder_leave(f);
    }
    w->unfinished++;
    push(w, f); /* below the folders among these entries: it goes on when they are done */
    visit_entries(w, f);
}

/* The repository around a named folder, and the ignore files of the folders
 * between its top and there. */
static struct walk_folder *start_folder(struct walk *w, const char *path) {
    struct walk_folder *f = walk_folder_new(NULL, path);
    struct git_repo *repo = arena_calloc(&f->arena, 1, sizeof *repo);
    const char *real = w->o->no_gitignore ? NULL : path_real(&f->arena, path);
    if (!real || !gitrepo_discover(real, &f->arena, repo))
        return f;
    size_t top = strlen(repo->top);
    const char *below = real + top;
    while (*below == '/')
        below++;
    set_repository(f, repo, below);
    struct slice rel = slice_cstr(below);
    struct error e = {0};
    for (size_t i = 0; rel.len > 0 && i <= rel.len; i++) {
        if (i != 0 && (i == rel.len || rel.ptr[i] != '/'))
            continue;
        struct slice part = slice_sub(rel, 0, i);
        const char *file = arena_printf(&w->scratch, "%s/%s%s.gitignore", top > 1 ? repo->top : "",
                                        arena_cstr(&w->scratch, part), i > 0 ? "/" : "");
        struct file_info info;
        if (file_lstat(file, &info, &e) == KL_OK && info.kind == FILE_REGULAR)
            add_ignores(w, f, part, file);
    }
    return f;
}

static void walk_tree(struct walk *w, const char *path) {
    push(w, start_folder(w, path));
    while (w->pending_count > 0 && !is_stopped(w))
        visit_folder(w, pop(w));
    while (w->pending_count > 0)
        walk_folder_leave(pop(w));
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
    else if (info.kind == FILE_FOLDER && strlen(path) <= MAX_FOLDER_PATH_BYTES)
        walk_tree(w, path);
    else if (info.kind == FILE_FOLDER)
        report_error(w, path, "its path is too long to be walked; name a folder above it");
    else {
        report_skip(w, SKIP_SPECIAL);
        report_error(w, path, "neither a file nor a folder; give its content on standard input");
    }
    if (w->sink->root_done)
        w->sink->root_done(w->sink->ctx, w->root_is_repository && w->reported == 0);
}

void walk_run(const struct walk_options *o, const struct walk_sink *sink) {
    struct walk w = {.o = o, .sink = sink};
    buf_init(&w.path, KL_MAX_PATH_BYTES);
    buf_init(&w.rel, KL_MAX_PATH_BYTES);
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
    buf_release(&w.path);
    buf_release(&w.rel);
    arena_release(&w.arena);
    arena_release(&w.scratch);
}
