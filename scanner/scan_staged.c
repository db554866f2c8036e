/* scan_staged.c: `--staged`: not the files but what the next commit would put
 * in their place, read from git's object store without filters. */
#include <stdlib.h>

#include "base/file.h"
#include "base/git.h"
#include "base/mem.h"
#include "base/system.h"
#include "scanner/gitrepo.h"
#include "scanner/scanfile.h"
#include "scanner/walk.h"

#define MAX_LISTING_BYTES ((size_t)1 << 30)
#define GROUP_BYTES ((size_t)64 << 20) /* of blobs asked for at once */

struct staged_file {
    const char *path; /* as reported */
    struct slice oid; /* in hex */
    uint64_t size;
    bool readable;
    bool old; /* not staged: what the next one of the list replaces */
};

struct merged {
    const char *path; /* as git has it */
    struct slice oid; /* in that commit */
};

struct staged {
    struct scan_worker *w;
    const char *folder;
    struct arena arena;
    struct staged_file *files;
    size_t count, cap;
    struct merged *merged; /* where what is staged is not as in the commit that is being merged; by path */
    size_t merged_count, merged_cap;
    size_t old_from; /* findings of an old one begin here, until its new one is scanned; SIZE_MAX: none */
};

static enum kl_status git(const struct staged *s, const char *const *arguments, struct slice input,
                          size_t max, struct process_result *out, struct error *e) {
    return git_run_in(s->folder, GIT_OF_HOOK, arguments, input, max, out, e);
}

static bool is_none(struct slice oid) {
    for (size_t i = 0; i < oid.len; i++)
        if (oid.ptr[i] != '0')
            return false;
    return true;
}

static void put_file(struct staged *s, const char *path, struct slice oid, bool old) {
    s->files = mem_grow(s->files, &s->cap, s->count + 1, sizeof *s->files);
    s->files[s->count++] = (struct staged_file){.path = path, .oid = arena_copy(&s->arena, oid), .old = old};
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
    const char *reported = strcmp(s->folder, ".") == 0 ? name : path_join(&s->arena, s->folder, name);
    if (slice_eq_cstr(c->mode, "160000"))
        scan_worker_skip(s->w, SKIP_SUBMODULE);
    else if (slice_eq_cstr(c->mode, "120000"))
        scan_worker_skip(s->w, SKIP_LINK);
    else if (walk_is_excluded(excludes, s->folder, reported, false))
        scan_worker_skip(s->w, SKIP_EXCLUDED);
    else if (!is_merged(s, name, &theirs) || whole) {
        if (!whole && !is_none(c->before))
            put_file(s, reported, c->before, true);
        if (!whole && !is_none(theirs))
            put_file(s, reported, theirs, true);
        put_file(s, reported, c->oid, false);
    }
}

/* The next field of a line, up to a blank. */
static struct slice field(struct slice s, size_t *at) {
    size_t end = slice_find_byte(s, ' ', *at);
    end = end == SIZE_MAX ? s.len : end;
    struct slice f = slice_sub(s, *at, end);
    *at = end + 1;
    return f;
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
        size_t i = 0;
        field(head, &i);
        struct change c = {.path = slice_sub(text, head_end + 1, path_end)};
        c.mode = field(head, &i);
        c.before = field(head, &i);
        c.oid = field(head, &i);
        struct slice status = field(head, &i);
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
        size_t i = 0;
        struct change c = {.path = slice_sub(text, tab + 1, end)};
        c.mode = field(head, &i);
        c.oid = field(head, &i);
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
    return git(s, changes, (struct slice){0}, MAX_LISTING_BYTES, r, e);
}

/* gitrepository-layout(5). Spares every other commit a process. */
static bool is_merging(struct staged *s) {
    const char *dir = system_getenv("GIT_DIR"), *here = path_real(&s->arena, s->folder);
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

static enum kl_status list_files(struct staged *s, struct error *e) {
    static const char *const index[] = {"ls-files", "--stage", "-z", NULL};
    struct process_result r = {0};
    bool ok = true;
    enum kl_status status = list_merged(s, &ok, e);
    if (status == KL_OK && ok)
        status = list_against(s, "HEAD", "-M", &r, e);
    if (status == KL_OK && ok && r.exit_code == 0) {
        ok = list_changes(s, buf_as_slice(&r.out), add_file);
    } else if (status == KL_OK && ok) {
        process_result_release(&r);
        status = git(s, index, (struct slice){0}, MAX_LISTING_BYTES, &r, e);
        if (status == KL_OK && r.exit_code != 0)
            status = error_set(e, KL_ERR_USAGE, "--staged needs a git repository here");
        else if (status == KL_OK)
            ok = list_index(s, buf_as_slice(&r.out));
    }
    if (status == KL_OK && !ok)
        status = error_set(e, KL_ERR_PROTOCOL, "git listed the staged files in a way that is not understood");
    process_result_release(&r);
    return status;
}

static enum kl_status ask(struct staged *s, const char *how, size_t first, size_t end, size_t max,
                          struct process_result *r, struct error *e) {
    const char *const arguments[] = {"cat-file", how, "--buffer", NULL};
    struct buf input = BUF_INIT(KL_MAX_FILE_BYTES);
    for (size_t i = first; i < end; i++) {
        buf_slice(&input, s->files[i].oid);
        buf_char(&input, '\n');
    }
    enum kl_status status = git(s, arguments, buf_as_slice(&input), max, r, e);
    if (status == KL_OK && r->exit_code != 0)
        status = error_set(e, KL_ERR_IO, "git cat-file failed with status %d", r->exit_code);
    buf_release(&input);
    return status;
}

/* "<id> blob <size>"; false for "<id> missing". */
static bool parse_answer(struct slice line, uint64_t *size) {
    size_t i = 0;
    field(line, &i);
    if (!slice_eq_cstr(field(line, &i), "blob") || i >= line.len)
        return false;
    *size = 0;
    for (; i < line.len; i++) {
        if (line.ptr[i] < '0' || line.ptr[i] > '9' || *size > KL_MAX_FILE_BYTES)
            return line.ptr[i] >= '0' && line.ptr[i] <= '9';
        *size = *size * 10 + (uint64_t)(line.ptr[i] - '0');
    }
    return true;
}

/* The sizes first, so that blobs can be asked for in groups of bounded size. */
static enum kl_status read_sizes(struct staged *s, struct error *e) {
    struct process_result r = {0};
    enum kl_status status = ask(s, "--batch-check", 0, s->count, MAX_LISTING_BYTES, &r, e);
    struct slice text = buf_as_slice(&r.out);
    size_t at = 0;
    for (size_t i = 0; status == KL_OK && i < s->count; i++) {
        struct staged_file *f = &s->files[i];
        size_t end = slice_find_byte(text, '\n', at);
        if (end == SIZE_MAX) {
            status = error_set(e, KL_ERR_PROTOCOL, "git cat-file answered too little");
            break;
        }
        f->readable = parse_answer(slice_sub(text, at, end), &f->size);
        at = end + 1;
        if (f->old) {
            f->readable = f->readable && f->size <= KL_MAX_FILE_BYTES;
        } else if (!f->readable) {
            scan_worker_error(s->w, f->path, "its staged content is not in this repository");
        } else if (f->size > KL_MAX_FILE_BYTES) {
            f->readable = false;
            scan_worker_skip(s->w, SKIP_TOO_LARGE);
            scan_worker_error(s->w, f->path, "its staged content is larger than a file may be");
        }
    }
    process_result_release(&r);
    return status;
}

/* What HEAD has: to be compared with, and told of nowhere. */
static void scan_old(struct staged *s, const struct staged_file *f, struct slice bytes) {
    struct scan_result *part = &s->w->part;
    struct scan_stats stats = part->stats;
    size_t errors = part->error_count, reads = part->read_count;
    s->old_from = s->old_from == SIZE_MAX ? part->finding_count : s->old_from;
    scan_worker_bytes(s->w, f->path, bytes);
    part->stats = stats;
    part->error_count = errors;
    part->read_count = reads;
}

static bool is_same_secret(const struct finding *a, const struct finding *b) {
    return a->value.len > 0 && secret_equal(&a->value, &b->value) && strcmp(a->rule, b->rule) == 0;
}

/* Each old one stands for one new one: a secret that is there once more is not known. */
static void scan_new(struct staged *s, const struct staged_file *f, struct slice bytes) {
    struct scan_result *part = &s->w->part;
    size_t from = s->old_from != SIZE_MAX ? s->old_from : part->finding_count, to = part->finding_count;
    s->old_from = SIZE_MAX;
    scan_worker_bytes(s->w, f->path, bytes);
    for (size_t old = from; old < to; old++) {
        size_t i = to;
        while (i < part->finding_count &&
               (part->findings[i].known || !is_same_secret(&part->findings[old], &part->findings[i])))
            i++;
        if (i < part->finding_count)
            part->findings[i].known = true;
        secret_release(&part->findings[old].value);
    }
    if (to > from)
        memmove(part->findings + from, part->findings + to,
                (part->finding_count - to) * sizeof *part->findings);
    part->finding_count -= to - from;
}

static enum kl_status scan_group(struct staged *s, size_t first, size_t end, size_t bytes, struct error *e) {
    struct process_result r = {0};
    enum kl_status status = ask(s, "--batch", first, end, bytes + (end - first) * 128, &r, e);
    struct slice text = buf_as_slice(&r.out);
    size_t at = 0;
    for (size_t i = first; status == KL_OK && i < end; i++) {
        size_t line = slice_find_byte(text, '\n', at);
        if (line == SIZE_MAX || text.len - line - 1 < s->files[i].size) {
            status = error_set(e, KL_ERR_PROTOCOL, "git cat-file answered too little");
            break;
        }
        struct slice content = slice_sub(text, line + 1, line + 1 + s->files[i].size);
        (s->files[i].old ? scan_old : scan_new)(s, &s->files[i], content);
        at = line + 1 + (size_t)s->files[i].size + 1;
    }
    process_result_release(&r);
    return status;
}

static enum kl_status scan_groups(struct staged *s, struct error *e) {
    size_t readable = 0;
    for (size_t i = 0; i < s->count; i++)
        if (s->files[i].readable)
            s->files[readable++] = s->files[i];
    s->count = readable;
    for (size_t first = 0, end; first < s->count; first = end) {
        size_t bytes = 0;
        for (end = first; end < s->count && (end == first || bytes + s->files[end].size <= GROUP_BYTES);
             end++)
            bytes += (size_t)s->files[end].size;
        enum kl_status status = scan_group(s, first, end, bytes, e);
        if (status != KL_OK)
            return status;
    }
    return KL_OK;
}

void scan_staged(struct scan_worker *w, const char *folder) {
    struct staged s = {.w = w, .folder = folder, .old_from = SIZE_MAX};
    struct error e = {0};
    enum kl_status status = list_files(&s, &e);
    if (status == KL_OK && s.count > 0)
        status = read_sizes(&s, &e);
    if (status == KL_OK)
        status = scan_groups(&s, &e);
    if (status != KL_OK)
        scan_worker_error(w, folder, e.message);
    free(s.files);
    free(s.merged);
    arena_release(&s.arena);
}
