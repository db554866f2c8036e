/* scan_history.c: `--history` and `--since`. Every version of a file is read once, however many commits have
 * it, and of every secret the oldest finding stays: what a person needs is the commit it came with.
 *
 * Commits are taken parents first, some thousand at a time. Their files are put in groups that end within one
 * `git cat-file`; several threads take a group each, so that one unpacks while another one matches.
 *
 * Of a range of commits only what it brought is reported: the files that it changed are scanned as they were
 * before, too, and what stood in these is older than the range.
 *
 * `--all-objects` takes every commit that the repository holds, also those that an amend or a rebase left
 * behind, and last the files that no commit has (`git add`, then a reset): these have no name any more. */
#include <stdlib.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/githistory.h"
#include "base/gitread.h"
#include "base/hash_map.h"
#include "base/mem.h"
#include "base/system.h"
#include "base/thread.h"
#include "scanner/piece_text.h"
#include "scanner/scan_pieces.h"
#include "scanner/scanfile.h"
#include "scanner/walk.h"

#define MAX_COMMITS 10000000u
#define COMMITS_AT_ONCE 4000u
/* Of files that are read by one process, which costs as much to start as some 100 KB to scan. */
#define GROUP_BYTES_MAX ((size_t)32 << 20)
#define GROUP_BYTES_MIN ((size_t)3 << 20)
#define GROUP_FILES 4000u

struct version {
    struct git_file git;
    const char *commit, *date, *path; /* commit NULL: older than the range */
    uint32_t age;
};

struct group {
    size_t first, end; /* versions */
};

struct history {
    struct git_place at;
    struct scan_worker *workers;
    struct hash_map *secrets; /* one a worker: hash of a secret -> its finding */
    struct mutex *lock;
    unsigned *idle; /* workers that no thread has */
    unsigned idle_count, jobs;
    struct hash_map seen, head; /* versions that are known, and ids of files of the newest commit */
    uint64_t seed;
    struct version *versions; /* of the commits at hand */
    size_t version_count, version_cap;
    struct group *groups;
    size_t group_count, group_cap;
    struct arena arena; /* of the commits at hand */
    uint32_t age;
    size_t missing;
    bool only_new;       /* a range */
    struct hash_map ids; /* with all_objects: of files that some commit has */
    bool (*is_stopped)(void *ctx);
    void *ctx;
};

/* ---- which files ---- */

/* The seed keeps others from making two ids that look the same here. */
static uint64_t id_key(const struct history *h, struct slice id) {
    char text[sizeof h->seed + GIT_ID_MAX];
    memcpy(text, &h->seed, sizeof h->seed);
    memcpy(text + sizeof h->seed, id.ptr, id.len);
    return hash64(slice_of(text, sizeof h->seed + id.len));
}

/* The same content under another name may be another language, be excluded, or silenced. */
static uint64_t version_key(const struct history *h, struct slice id, const char *path) {
    uint64_t parts[2] = {id_key(h, id), hash64(slice_cstr(path))};
    return hash64(slice_of((const char *)parts, sizeof parts));
}

static void add_version(struct history *h, struct slice id, const struct git_change *c, bool is_old) {
    const char *path = walk_join(&h->arena, h->at.folder, arena_cstr(&h->arena, c->path));
    if (id.len == 0 || !hash_map_add(&h->seen, version_key(h, id, path)))
        return;
    if (walk_is_excluded(h->workers[0].shared->excludes, h->at.folder, path, false)) {
        scan_worker_skip(&h->workers[0], SKIP_EXCLUDED);
        return;
    }
    h->versions = mem_grow(h->versions, &h->version_cap, h->version_count + 1, sizeof *h->versions);
    h->versions[h->version_count++] =
        (struct version){.git.name = arena_copy(&h->arena, id),
                         .commit = is_old ? NULL : arena_cstr(&h->arena, c->commit),
                         .date = is_old ? NULL : arena_cstr(&h->arena, c->date),
                         .path = path,
                         .age = is_old ? 0 : ++h->age};
}

/* What the path held before is older than the range, unless an earlier commit of it was told of it already.
 */
static void take_change(void *ctx, const struct git_change *c) {
    struct history *h = ctx;
    if (h->workers[0].shared->options->all_objects && c->id.len > 0)
        hash_map_add(&h->ids, id_key(h, c->id));
    if (h->only_new)
        add_version(h, c->before, c, true);
    add_version(h, c->id, c, false);
}

/* Versions of one file beside each other: git keeps them as differences of each other. */
static int by_path(const void *a, const void *b) {
    const struct version *x = a, *y = b;
    int order = strcmp(x->path, y->path);
    return order != 0 ? order : (x->age > y->age) - (x->age < y->age);
}

static bool is_readable(struct history *h, const struct version *v) {
    struct scan_worker *w = &h->workers[0];
    if (v->git.size == SIZE_MAX) {
        h->missing++;
        return false;
    }
    if (v->git.size <= PIECE_MAX_FILE_BYTES)
        return true;
    scan_worker_skip(w, SKIP_TOO_LARGE);
    scan_worker_error(w, v->path, "a version of it is larger than a file may be");
    return false;
}

/* Large ones first, so that few processes are started, and small ones last, so that the threads end together.
 */
static size_t group_bytes(const struct history *h, size_t left) {
    size_t bytes = h->jobs > 1 ? left / (h->jobs + 1) : left;
    return bytes > GROUP_BYTES_MAX ? GROUP_BYTES_MAX : bytes < GROUP_BYTES_MIN ? GROUP_BYTES_MIN : bytes;
}

/* Read as it comes, and in a group of its own. */
static bool is_large(const struct version *v) {
    return v->git.size > SCAN_WHOLE_BYTES;
}

static enum kl_status make_groups(struct history *h, struct error *e) {
    struct git_files files = GIT_FILES(h->versions, h->version_count, git);
    enum kl_status s = git_read_sizes(&h->at, &files, e);
    size_t kept = 0, left = 0;
    for (size_t i = 0; s == KL_OK && i < h->version_count; i++) {
        if (!is_readable(h, &h->versions[i]))
            continue;
        left += h->versions[i].git.size;
        h->versions[kept++] = h->versions[i];
    }
    files.count = h->version_count = kept;
    if (kept > 1)
        qsort(h->versions, kept, sizeof *h->versions, by_path);
    h->group_count = 0;
    for (size_t end, i = 0; i < kept; i = end) {
        end = is_large(&h->versions[i]) ? i + 1 : git_group_end(&files, i, group_bytes(h, left), GROUP_FILES);
        for (size_t k = i + 1; k < end; k++)
            end = is_large(&h->versions[k]) ? k : end;
        for (size_t k = i; k < end; k++)
            left -= h->versions[k].git.size;
        h->groups = mem_grow(h->groups, &h->group_cap, h->group_count + 1, sizeof *h->groups);
        h->groups[h->group_count++] = (struct group){.first = i, .end = end};
    }
    return s;
}

/* ---- what is in them ---- */

static uint64_t secret_key(const struct finding *f) {
    struct slice value = secret_slice(&f->value);
    uint64_t parts[3] = {hash64(slice_cstr(f->rule)), hash64(value.len > 0 ? value : slice_cstr(f->path)),
                         f->suppressed != SUPPRESSED_NO};
    return hash64(slice_of((const char *)parts, sizeof parts));
}

/* Puts the last finding of a worker where it belongs: away, if the secret has an older one. */
static void settle_last(struct scan_worker *w, struct hash_map *secrets) {
    struct finding *last = &w->part.findings[w->part.finding_count - 1];
    uint32_t at = (uint32_t)(w->part.finding_count - 1);
    if (hash_map_put(secrets, secret_key(last), &at))
        return;
    struct finding *known = &w->part.findings[at];
    if (!secret_equal(&known->value, &last->value) || strcmp(known->rule, last->rule) != 0)
        return; /* their keys are the same, and nothing else */
    bool in_head = known->in_head || last->in_head;
    if (last->age < known->age) {
        struct finding swapped = *known;
        *known = *last;
        *last = swapped;
    }
    known->in_head = in_head;
    secret_release(&last->value);
    w->part.finding_count--;
}

static void scan_version(const struct history *h, unsigned worker, const struct version *v,
                         struct byte_source bytes) {
    struct scan_worker *w = &h->workers[worker];
    size_t from = w->part.finding_count, extra = w->extra_count;
    scan_worker_from(w, v->path, bytes);
    size_t to = w->part.finding_count;
    const char *commit = to > from && v->commit ? arena_cstr(&w->part.arena, slice_cstr(v->commit)) : NULL;
    bool in_head = to > from && hash_map_has(&h->head, id_key(h, v->git.name));
    const char *date = commit ? arena_cstr(&w->part.arena, slice_cstr(v->date)) : NULL;
    w->part.finding_count = from;
    for (size_t i = from; i < to; i++) {
        struct finding *f = &w->part.findings[w->part.finding_count++];
        *f = w->part.findings[i];
        f->commit = commit;
        f->date = date;
        f->age = v->age;
        f->in_head = in_head;
        settle_last(w, &h->secrets[worker]);
    }
    for (; w->part.finding_count == from && w->extra_count > extra; w->extra_count--)
        secret_release(&w->extra[w->extra_count - 1]);
}

struct reading {
    struct history *history;
    unsigned worker;
    size_t first; /* of the group */
};

static void take_content(void *ctx, size_t index, struct slice bytes) {
    const struct reading *r = ctx;
    struct history *h = r->history;
    if (!h->is_stopped(h->ctx))
        scan_version(h, r->worker, &h->versions[index], (struct byte_source){.ahead = bytes});
}

/* Of a version that is a group of its own. */
static void take_large(void *ctx, struct byte_source bytes) {
    const struct reading *r = ctx;
    struct history *h = r->history;
    scan_version(h, r->worker, &h->versions[r->first], bytes);
}

static void scan_group(void *ctx, size_t index) {
    struct history *h = ctx;
    struct error e = {0};
    if (h->is_stopped(h->ctx))
        return;
    mutex_lock(h->lock);
    struct reading r = {h, h->idle[--h->idle_count], h->groups[index].first};
    mutex_unlock(h->lock);
    struct scan_worker *w = &h->workers[r.worker];
    const struct scan_stats before = w->part.stats;
    const size_t findings_before = w->part.finding_count + w->told;
    const struct git_files files = GIT_FILES(h->versions, h->version_count, git);
    const struct group *g = &h->groups[index];
    const struct version *first = &h->versions[g->first];
    enum kl_status s = is_large(first)
                           ? git_read_large(&h->at, first->git.name, take_large, &r, &e)
                           : git_read_each(&h->at, &files, g->first, g->end, take_content, &r, &e);
    if (s != KL_OK)
        scan_worker_error(w, h->at.folder, e.message);
    scan_worker_tell(w, &before, findings_before);
    mutex_lock(h->lock);
    h->idle[h->idle_count++] = r.worker;
    mutex_unlock(h->lock);
}

/* ---- all of it ---- */

static enum kl_status scan_versions(struct history *h, struct error *e) {
    enum kl_status s = make_groups(h, e);
    if (s == KL_OK)
        thread_each(h->jobs, h->group_count, scan_group, h);
    return s;
}

static enum kl_status scan_commits(struct history *h, struct slice ids, struct error *e) {
    h->version_count = 0;
    arena_clear(&h->arena);
    enum kl_status s = git_changes(&h->at, ids, take_change, h, e);
    return s == KL_OK ? scan_versions(h, e) : s;
}

static enum kl_status scan_all(struct history *h, const struct git_commits *commits, struct error *e) {
    struct slice ids = buf_as_slice(&commits->ids);
    enum kl_status s = KL_OK;
    for (size_t at = 0; at < ids.len && s == KL_OK && !h->is_stopped(h->ctx);) {
        size_t end = at;
        for (size_t n = 0; end < ids.len && n < COMMITS_AT_ONCE; n++)
            end = slice_find_byte(ids, '\n', end) + 1;
        s = scan_commits(h, slice_sub(ids, at, end), e);
        at = end;
    }
    return s;
}

static void take_lost(void *ctx, struct slice id) {
    struct history *h = ctx;
    if (hash_map_has(&h->ids, id_key(h, id)))
        return;
    h->versions = mem_grow(h->versions, &h->version_cap, h->version_count + 1, sizeof *h->versions);
    h->versions[h->version_count++] =
        (struct version){.git.name = arena_copy(&h->arena, id),
                         .path = arena_printf(&h->arena, "<blob %.*s>", SLICE_ARG(id)),
                         .age = ++h->age};
}

/* The files that no commit has. */
static enum kl_status scan_lost(struct history *h, struct error *e) {
    h->version_count = 0;
    arena_clear(&h->arena);
    enum kl_status s = git_objects(&h->at, NULL, take_lost, h, e);
    return s == KL_OK ? scan_versions(h, e) : s;
}

static enum kl_status find_commits(struct history *h, struct git_commits *out, struct error *e) {
    const struct scan_options *o = h->workers[0].shared->options;
    struct buf revisions = BUF_INIT(SIZE_MAX / 4);
    buf_str(&revisions, o->range ? o->range : "");
    enum kl_status s = o->all_objects ? git_objects(&h->at, &revisions, NULL, NULL, e) : KL_OK;
    if (s == KL_OK)
        s = git_commits(&h->at, buf_as_slice(&revisions), MAX_COMMITS, out, e);
    buf_release(&revisions);
    return s;
}

/* Into the first worker; without what is older than the range. */
static void unite(struct history *h) {
    struct scan_worker *to = &h->workers[0];
    size_t kept = 0;
    for (unsigned i = 1; i < h->jobs; i++) {
        struct scan_result *part = &h->workers[i].part;
        for (size_t k = 0; k < part->finding_count; k++) {
            to->part.findings = mem_grow(to->part.findings, &to->part.finding_cap, to->part.finding_count + 1,
                                         sizeof *to->part.findings);
            to->part.findings[to->part.finding_count++] = part->findings[k];
            settle_last(to, &h->secrets[0]);
        }
        part->finding_count = 0;
    }
    for (size_t k = 0; k < to->part.finding_count; k++) {
        if (h->only_new && !to->part.findings[k].commit)
            secret_release(&to->part.findings[k].value);
        else
            to->part.findings[kept++] = to->part.findings[k];
    }
    to->part.finding_count = kept;
}

static void take_head(void *ctx, struct slice id) {
    struct history *h = ctx;
    hash_map_add(&h->head, id_key(h, id));
}

/* What the tips hold, while the commits are listed: it is asked for first when something is found. */
struct heads {
    struct history *history;
    struct thread *thread;
    enum kl_status status;
    struct error error;
};

static void read_heads(void *arg) {
    struct heads *heads = arg;
    struct history *h = heads->history;
    static const char *const newest[] = {"HEAD", NULL};
    const struct scan_options *o = h->workers[0].shared->options;
    for (const char *const *tip = o->tips ? o->tips : newest; *tip && heads->status == KL_OK; tip++)
        heads->status = git_tree(&h->at, *tip, take_head, h, &heads->error);
}

/* In a library (mem_guard), a thread must have ended before the memory that it uses goes. */
static void start_heads(struct heads *heads) {
    if (mem_is_guarded() || heads->history->jobs < 2)
        read_heads(heads);
    else
        heads->thread = thread_start(read_heads, heads, 0);
}

static enum kl_status join_heads(struct heads *heads, enum kl_status s, struct error *e) {
    thread_join(heads->thread);
    heads->thread = NULL;
    if (s != KL_OK || heads->status == KL_OK)
        return s;
    *e = heads->error;
    return heads->status;
}

static void say_what_is_missing(struct history *h, const struct git_commits *commits) {
    struct scan_worker *w = &h->workers[0];
    if (h->missing > 0)
        scan_worker_error(
            w, h->at.folder,
            arena_printf(&h->arena, "%zu versions of files are missing: \"git fsck\" says more", h->missing));
    if (commits->shallow && !h->only_new)
        scan_worker_error(w, h->at.folder,
                          "this clone is shallow: \"git fetch --unshallow\" brings the older commits");
    if (commits->more)
        scan_worker_error(w, h->at.folder, "its oldest commits were not looked at: there are too many");
}

void scan_history(struct scan_worker *workers, unsigned jobs, bool (*is_stopped)(void *ctx), void *ctx) {
    const struct scan_options *o = workers[0].shared->options;
    struct history h = {.at = {o->paths[0], o->hook ? GIT_OF_HOOK : GIT_OF_FOLDER},
                        .workers = workers,
                        .jobs = jobs,
                        .only_new = o->range && o->range[0],
                        .is_stopped = is_stopped,
                        .ctx = ctx};
    struct error e = {0};
    struct git_commits commits = {0};
    system_random(&h.seed, sizeof h.seed);
    h.lock = mutex_new();
    h.idle = mem_calloc(jobs, sizeof *h.idle);
    h.secrets = mem_calloc(jobs, sizeof *h.secrets);
    for (unsigned i = 0; i < jobs; i++) {
        h.idle[h.idle_count++] = i;
        workers[i].root = h.at.folder;
    }
    struct heads heads = {.history = &h};
    start_heads(&heads);
    enum kl_status s = join_heads(&heads, find_commits(&h, &commits, &e), &e);
    if (s == KL_OK)
        s = scan_all(&h, &commits, &e);
    if (s == KL_OK && o->all_objects)
        s = scan_lost(&h, &e);
    unite(&h);
    workers[0].part.stats.commits = commits.count;
    if (s != KL_OK)
        scan_worker_error(&workers[0], h.at.folder, e.message);
    else
        say_what_is_missing(&h, &commits);
    buf_release(&commits.ids);
    for (unsigned i = 0; i < jobs; i++)
        hash_map_release(&h.secrets[i]);
    hash_map_release(&h.seen);
    hash_map_release(&h.head);
    hash_map_release(&h.ids);
    free(h.secrets);
    free(h.idle);
    free(h.versions);
    free(h.groups);
    mutex_free(h.lock);
    arena_release(&h.arena);
}
