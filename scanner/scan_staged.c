/* scan_staged.c: `--staged`: not the files but what the next commit would put
 * in their place, read from git's object store without filters. */
#include <stdlib.h>

#include "base/file.h"
#include "base/gitread.h"
#include "base/mem.h"
#include "base/system.h"
#include "scanner/gitrepo.h"
#include "scanner/named_files.h"
#include "scanner/piece_text.h"
#include "scanner/scan_known.h"
#include "scanner/scanfile.h"
#include "scanner/walk.h"

#define MAX_LISTING_BYTES ((size_t)1 << 30)
#define GROUP_BYTES ((size_t)8 << 20) /* of blobs asked for at once; a larger one comes as it is read */
#define MAX_FEW 64u                   /* that are asked for without their sizes */
#define FEW_BYTES ((size_t)8 << 20)

struct staged_file {
    const char *path; /* as reported */
    struct git_file git;
    bool old;      /* not staged: what the next one of the list replaces */
    bool unstaged; /* not staged, and named */
};

struct merged {
    const char *path; /* as git has it */
    struct slice oid; /* in that commit */
};

struct staged {
    struct scan_worker *w;
    struct git_place at;
    struct arena arena;
    struct staged_file *files;
    size_t count, cap;
    struct merged *merged; /* where what is staged is not as in the commit that is being merged; by path */
    size_t merged_count, merged_cap;
    struct named_files named;
    bool rest;       /* what is listed now is not staged */
    size_t old_from; /* findings of an old one begin here, until its new one is scanned; SIZE_MAX: none */
};

static enum kl_status git(const struct staged *s, const char *const *arguments, struct process_result *out,
                          struct error *e) {
    return git_run_in(s->at.folder, s->at.which, arguments, (struct slice){0}, MAX_LISTING_BYTES, out, e);
}

static void put_file(struct staged *s, const char *path, struct slice oid, bool old) {
    s->files = mem_grow(s->files, &s->cap, s->count + 1, sizeof *s->files);
    s->files[s->count++] = (struct staged_file){
        .path = path, .git.name = arena_copy(&s->arena, oid), .old = old, .unstaged = s->rest};
}

struct change {
    struct slice mode, oid, path;
    struct slice before; /* what HEAD has in its place; zeros or empty for nothing */
};

static int by_path(const void *a, const void *b) {
    return strcmp(((const struct merged *)a)->path, ((const struct merged *)b)->path);
}

/* A file that is as the merged commit has it is not of this commit. */
static bool is_merged(const struct staged *s, const char *path, struct slice *oid) {
    const struct merged key = {.path = path};
    const struct merged *found =
        s->merged_count > 0 ? bsearch(&key, s->merged, s->merged_count, sizeof key, by_path) : NULL;
    *oid = found ? found->oid : (struct slice){0};
    return s->merged && !found;
}

static void add_merged(struct staged *s, const struct change *c) {
    s->merged = mem_grow(s->merged, &s->merged_cap, s->merged_count + 1, sizeof *s->merged);
    s->merged[s->merged_count++] =
        (struct merged){.path = arena_cstr(&s->arena, c->path), .oid = arena_copy(&s->arena, c->before)};
}

static void add_file(struct staged *s, const struct change *c) {
    bool whole = s->w->shared->options->whole_files;
    struct slice theirs;
    const struct ignore_list *excludes = s->w->shared->excludes;
    const char *name = arena_cstr(&s->arena, c->path);
    const char *reported = walk_join(&s->arena, s->at.folder, name);
    if (!named_files_take(&s->named, name))
        return;
    if (slice_eq_cstr(c->mode, "160000"))
        scan_worker_skip(s->w, SKIP_SUBMODULE);
    else if (slice_eq_cstr(c->mode, "120000"))
        scan_worker_skip(s->w, SKIP_LINK);
    else if (walk_is_excluded(excludes, s->at.folder, reported, false))
        scan_worker_skip(s->w, SKIP_EXCLUDED);
    else if (!is_merged(s, name, &theirs) || whole) {
        if (!whole && !git_id_is_none(c->before))
            put_file(s, reported, c->before, true);
        if (!whole && !git_id_is_none(theirs))
            put_file(s, reported, theirs, true);
        put_file(s, reported, c->oid, false);
    }
}

/* ":old-mode new-mode old-id new-id status" NUL path NUL; of a file that moved, its old path and NUL before.
 */
static bool list_changes(struct staged *s, struct slice text,
                         void (*add)(struct staged *s, const struct change *c)) {
    for (size_t at = 0; at < text.len;) {
        size_t head_end = slice_find_byte(text, '\0', at);
        size_t path_end = head_end == SIZE_MAX ? SIZE_MAX : slice_find_byte(text, '\0', head_end + 1);
        if (path_end == SIZE_MAX)
            return false;
        struct slice head = slice_sub(text, at, head_end);
        struct change c = {.path = slice_sub(text, head_end + 1, path_end),
                           .mode = slice_word(head, 1),
                           .before = slice_word(head, 2),
                           .oid = slice_word(head, 3)};
        struct slice status = slice_word(head, 4);
        if (slice_starts(status, "R")) {
            size_t new_end = slice_find_byte(text, '\0', path_end + 1);
            if (new_end == SIZE_MAX)
                return false;
            c.path = slice_sub(text, path_end + 1, new_end);
            path_end = new_end;
        }
        if (slice_eq_cstr(status, "U"))
            scan_worker_error(s->w, arena_cstr(&s->arena, c.path),
                              "is in conflict: resolve it, and stage it");
        else if (!slice_eq_cstr(status, "D"))
            add(s, &c);
        at = path_end + 1;
    }
    return true;
}

/* "mode id stage\tpath" NUL: before the first commit all of the index is new. */
static bool list_index(struct staged *s, struct slice text) {
    for (size_t at = 0; at < text.len;) {
        size_t end = slice_find_byte(text, '\0', at), tab = slice_find_byte(text, '\t', at);
        if (end == SIZE_MAX || tab >= end)
            return false;
        struct slice head = slice_sub(text, at, tab);
        const struct change c = {
            .path = slice_sub(text, tab + 1, end), .mode = slice_word(head, 0), .oid = slice_word(head, 1)};
        if (slice_eq_cstr(slice_word(head, 2), "0")) /* else in conflict */
            add_file(s, &c);
        at = end + 1;
    }
    return true;
}

static enum kl_status list_against(struct staged *s, const char *commit, const char *moves,
                                   struct process_result *r, struct error *e) {
    const char *const changes[] = {
        "diff-index",    "--cached",    "--raw",      "-z",   moves, "--no-ext-diff",
        "--no-textconv", "--no-abbrev", "--relative", commit, NULL};
    return git(s, changes, r, e);
}

/* gitrepository-layout(5). Spares every other commit a process. */
static bool is_merging(struct staged *s) {
    const char *dir = system_getenv("GIT_DIR"), *here = path_real(&s->arena, s->at.folder);
    struct git_repo repo;
    if (!dir && here && gitrepo_discover(here, &s->arena, &repo))
        dir = repo.git_dir;
    return dir && file_is_regular(path_join(&s->arena, dir, "MERGE_HEAD"));
}

/* What another branch brings was looked at there. */
static enum kl_status list_merged(struct staged *s, bool *ok, struct error *e) {
    struct process_result r = {0};
    if (!is_merging(s))
        return KL_OK;
    enum kl_status status = list_against(s, "MERGE_HEAD", "--no-renames", &r, e);
    if (status == KL_OK && r.exit_code == 0) {
        s->merged = mem_grow(s->merged, &s->merged_cap, 1, sizeof *s->merged);
        *ok = list_changes(s, buf_as_slice(&r.out), add_merged);
        if (s->merged_count > 1)
            qsort(s->merged, s->merged_count, sizeof *s->merged, by_path);
    }
    process_result_release(&r);
    return status;
}

static const char *const index_files[] = {"ls-files", "--stage", "-z", NULL};

/* What was named and is not staged: of `pre-commit run --all-files`, most. */
static enum kl_status list_rest(struct staged *s, struct error *e) {
    struct process_result r = {0};
    bool ok = true;
    s->merged_count = 0;
    free(s->merged);
    s->merged = NULL;
    s->rest = true;
    enum kl_status status = git(s, index_files, &r, e);
    if (status == KL_OK)
        ok = r.exit_code == 0 && list_index(s, buf_as_slice(&r.out));
    process_result_release(&r);
    if (!ok)
        return error_set(e, KL_ERR_PROTOCOL, "git listed the index in a way that is not understood");
    for (size_t i = 0; i < s->named.count; i++)
        if (!s->named.items[i].found)
            scan_worker_error(s->w, s->named.items[i].path,
                              "git does not have it: stage it (git add), or do not name it");
    return status;
}

/* A repository that git cannot read, or does not trust, is not one that is not there. */
static enum kl_status not_listed(const struct process_result *r, struct error *e) {
    struct slice said = slice_trim(buf_as_slice(&r->err));
    if (slice_find(said, SLICE_LIT("not a git repository"), 0) != SIZE_MAX ||
        slice_find(said, SLICE_LIT("must be run in a work tree"), 0) != SIZE_MAX)
        return error_set(e, KL_ERR_USAGE, "--staged needs a git repository here");
    size_t end = slice_find_byte(said, '\n', 0);
    said = slice_sub(said, 0, end == SIZE_MAX ? said.len : end);
    return error_set(e, KL_ERR_IO, "git cannot list what is staged: %.*s", SLICE_ARG(said));
}

static enum kl_status list_files(struct staged *s, struct error *e) {
    struct process_result r = {0};
    bool ok = true;
    enum kl_status status = list_merged(s, &ok, e);
    if (status == KL_OK && ok)
        status = list_against(s, "HEAD", "-M", &r, e);
    if (status == KL_OK && ok && r.exit_code == 0) {
        ok = list_changes(s, buf_as_slice(&r.out), add_file);
    } else if (status == KL_OK && ok) {
        process_result_release(&r);
        status = git(s, index_files, &r, e);
        if (status == KL_OK && r.exit_code != 0)
            status = not_listed(&r, e);
        else if (status == KL_OK)
            ok = list_index(s, buf_as_slice(&r.out));
    }
    if (status == KL_OK && !ok)
        status = error_set(e, KL_ERR_PROTOCOL, "git listed the staged files in a way that is not understood");
    process_result_release(&r);
    return status;
}

static bool is_readable(struct staged *s, const struct staged_file *f) {
    if (f->git.size <= PIECE_MAX_FILE_BYTES || f->old)
        return f->git.size <= PIECE_MAX_FILE_BYTES;
    if (f->git.size != SIZE_MAX)
        scan_worker_skip(s->w, SKIP_TOO_LARGE);
    scan_worker_error(s->w, f->path,
                      f->git.size == SIZE_MAX ? "its staged content is not in this repository"
                                              : "its staged content is larger than a file may be");
    return false;
}

/* The sizes first, so that blobs can be asked for in groups of bounded size. */
static enum kl_status read_sizes(struct staged *s, struct error *e) {
    const struct git_files files = GIT_FILES(s->files, s->count, git);
    size_t kept = 0;
    enum kl_status status = git_read_sizes(&s->at, &files, e);
    for (size_t i = 0; status == KL_OK && i < s->count; i++)
        if (is_readable(s, &s->files[i]))
            s->files[kept++] = s->files[i];
    s->count = kept;
    return status;
}

static void scan_old(struct staged *s, const struct staged_file *f, struct byte_source bytes) {
    const struct scan_known_mark mark = scan_known_mark(s->w);
    s->old_from = s->old_from == SIZE_MAX ? s->w->part.finding_count : s->old_from;
    scan_worker_from(s->w, f->path, bytes);
    scan_known_forget(s->w, &mark);
}

static void scan_new(struct staged *s, const struct staged_file *f, struct byte_source bytes) {
    struct scan_result *part = &s->w->part;
    size_t from = s->old_from != SIZE_MAX ? s->old_from : part->finding_count, to = part->finding_count;
    s->old_from = SIZE_MAX;
    uint64_t files = part->stats.files;
    scan_worker_from(s->w, f->path, bytes);
    part->stats.unstaged += f->unstaged ? part->stats.files - files : 0;
    scan_known_settle(s->w, from, to);
}

static void take_content(void *ctx, size_t index, struct slice bytes) {
    struct staged *s = ctx;
    struct staged_file *f = &s->files[index];
    f->git.size = bytes.ptr ? bytes.len : SIZE_MAX;
    if (is_readable(s, f))
        (f->old ? scan_old : scan_new)(s, f, (struct byte_source){.ahead = bytes});
}

struct large {
    struct staged *staged;
    const struct staged_file *file;
};

static void take_large(void *ctx, struct byte_source bytes) {
    const struct large *l = ctx;
    (l->file->old ? scan_old : scan_new)(l->staged, l->file, bytes);
}

/* Of an ordinary commit: without asking for the sizes, which costs a process. False, with nothing scanned, if
 * they are large, or something else is not as usual. */
static bool scan_few(struct staged *s) {
    const struct git_files files = GIT_FILES(s->files, s->count, git);
    struct error unseen = {0};
    if (s->count > MAX_FEW)
        return false;
    for (size_t i = 0; i < s->count; i++)
        s->files[i].git.size = FEW_BYTES / MAX_FEW; /* the room for the answer */
    return git_read_group(&s->at, &files, 0, s->count, take_content, s, &unseen) == KL_OK;
}

static enum kl_status scan_groups(struct staged *s, struct error *e) {
    const struct git_files files = GIT_FILES(s->files, s->count, git);
    enum kl_status status = KL_OK;
    for (size_t end, i = 0; i < s->count && status == KL_OK; i = end) {
        struct large large = {s, &s->files[i]};
        end = git_group_end(&files, i, GROUP_BYTES, SIZE_MAX);
        if (s->files[i].git.size > GROUP_BYTES)
            status = git_read_large(&s->at, s->files[i].git.name, take_large, &large, e);
        else
            status = git_read_group(&s->at, &files, i, end, take_content, s, e);
    }
    return status;
}

void scan_staged(struct scan_worker *w, const char *folder) {
    struct staged s = {.w = w, .at = {folder, GIT_OF_HOOK}, .old_from = SIZE_MAX};
    struct error e = {0};
    w->root = folder;
    named_files_open(&s.named, w->shared->options->named);
    enum kl_status status = list_files(&s, &e);
    if (status == KL_OK && s.named.found < s.named.count)
        status = list_rest(&s, &e);
    if (status == KL_OK && !scan_few(&s)) {
        status = read_sizes(&s, &e);
        if (status == KL_OK)
            status = scan_groups(&s, &e);
    }
    if (status != KL_OK)
        scan_worker_error(w, folder, e.message);
    free(s.files);
    free(s.merged);
    named_files_release(&s.named);
    arena_release(&s.arena);
}
