/* scan.c: the scan as a whole. One thread walks and puts paths into a short
 * queue; the others take them in batches. When the queue is full, and when the
 * walk is over, the walking thread scans too, so that memory is bounded and no
 * thread only waits. What the workers found is united and sorted at the end:
 * the result does not depend on how many there were. */
#include "scanner/scan.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/system.h"
#include "base/thread.h"
#include "scanner/finding_make.h"
#include "scanner/scan_imports.h"
#include "scanner/scanfile.h"
#include "scanner/walk.h"

#define BATCH_PATHS 32u
#define QUEUE_BATCHES 64u
#define MAX_JOBS 256u

struct batch {
    struct buf paths; /* each NUL-terminated */
    size_t count;
    size_t root;
};

struct root {
    char *path;
    bool is_folder, vacant;
    uint64_t scanned; /* files; counted under the lock */
};

struct queue {
    struct mutex *lock;
    struct condition *filled;
    struct batch *items[QUEUE_BATCHES];
    size_t first, count;
    bool closed;
};

struct scan {
    struct scan_shared shared;
    struct queue queue;
    struct batch *open; /* being filled by the walk */
    struct root *roots;
    size_t root_count, root_cap;
    struct scan_worker *workers; /* [0] is the walking thread's */
    struct thread **threads;     /* of workers 1.. */
    unsigned jobs;
    unsigned started;
    atomic_bool stopped;
};

struct thread_start {
    struct scan *scan;
    struct scan_worker *worker;
};

enum kl_status scan_shared_init(struct scan_shared *s, const struct scan_options *o, struct error *e) {
    *s = (struct scan_shared){.options = o};
    enum kl_status status = walk_excludes(o->excludes, &s->arena, &s->excludes, e);
    s->suppress = suppress_rules_new(o->ignores, o->ignore_count, &s->arena);
    if (status == KL_OK)
        status = rule_set_new(&o->rules, &s->rules, e);
    if (status != KL_OK)
        arena_release(&s->arena);
    return status;
}

void scan_shared_release(struct scan_shared *s) {
    rule_set_free(s->rules);
    arena_release(&s->arena);
}

static bool is_stopped(void *ctx) {
    struct scan *s = ctx;
    if (atomic_load_explicit(&s->stopped, memory_order_relaxed))
        return true;
    const struct scan_options *o = s->shared.options;
    if (!o->interrupted || !o->interrupted())
        return false;
    atomic_store(&s->stopped, true);
    return true;
}

static void batch_free(struct batch *b) {
    if (!b)
        return;
    buf_release(&b->paths);
    free(b);
}

static void scan_batch(struct scan *s, struct scan_worker *w, struct batch *b) {
    struct slice paths = buf_as_slice(&b->paths);
    uint64_t scanned = 0;
    const struct scan_stats before = w->part.stats;
    const size_t findings_before = w->part.finding_count;
    for (size_t at = 0; at < paths.len && !is_stopped(s);) {
        const char *path = paths.ptr + at;
        at += strlen(path) + 1;
        scanned += scan_worker_file(w, path, !s->roots[b->root].is_folder);
    }
    scan_worker_tell(w, &before, findings_before);
    mutex_lock(s->queue.lock);
    s->roots[b->root].scanned += scanned;
    mutex_unlock(s->queue.lock);
    batch_free(b);
}

/* The next batch. Waits for one if `wait`; NULL when there is none (any more). */
static struct batch *take_batch(struct queue *q, bool wait) {
    mutex_lock(q->lock);
    while (wait && q->count == 0 && !q->closed)
        condition_wait(q->filled, q->lock);
    struct batch *b = NULL;
    if (q->count > 0) {
        b = q->items[q->first];
        q->first = (q->first + 1) % QUEUE_BATCHES;
        q->count--;
    }
    mutex_unlock(q->lock);
    return b;
}

static void run_worker(void *arg) {
    struct thread_start *start = arg;
    struct batch *b;
    while ((b = take_batch(&start->scan->queue, true)))
        scan_batch(start->scan, start->worker, b);
    free(start);
}

/* A thread for each batch that waits, until there are as many as allowed: a
 * scan of a few files starts none. */
static void start_thread(struct scan *s) {
    if (s->started + 1 >= s->jobs)
        return;
    struct scan_worker *w = &s->workers[++s->started];
    scan_worker_init(w, &s->shared);
    struct thread_start *start = mem_alloc(sizeof *start);
    *start = (struct thread_start){s, w};
    s->threads[s->started] = thread_start(run_worker, start, 0);
}

static void put_batch(struct scan *s) {
    struct batch *b = s->open;
    s->open = NULL;
    if (!b)
        return;
    struct queue *q = &s->queue;
    mutex_lock(q->lock);
    bool full = q->count == QUEUE_BATCHES;
    if (!full) {
        q->items[(q->first + q->count++) % QUEUE_BATCHES] = b;
        condition_signal(q->filled);
    }
    mutex_unlock(q->lock);
    if (full)
        scan_batch(s, &s->workers[0], b);
    else
        start_thread(s);
}

static void on_file(void *ctx, const char *path, bool named) {
    struct scan *s = ctx;
    (void)named; /* as its root says */
    if (!s->open) {
        s->open = mem_calloc(1, sizeof *s->open);
        buf_init(&s->open->paths, SIZE_MAX / 4);
        s->open->root = s->root_count - 1;
    }
    buf_bytes(&s->open->paths, path, strlen(path) + 1);
    if (++s->open->count == BATCH_PATHS)
        put_batch(s);
}

static void on_skip(void *ctx, enum skip_reason reason) {
    struct scan *s = ctx;
    scan_worker_skip(&s->workers[0], reason);
}

static void on_error(void *ctx, const char *path, const char *message) {
    struct scan *s = ctx;
    scan_worker_error(&s->workers[0], path, message);
}

/* Workers read the roots, which must not move under them. */
static void on_root(void *ctx, const char *path, bool is_folder) {
    struct scan *s = ctx;
    s->roots[s->root_count++] = (struct root){.path = mem_strdup(path), .is_folder = is_folder};
}

static void on_root_done(void *ctx, bool vacant) {
    struct scan *s = ctx;
    s->roots[s->root_count - 1].vacant = vacant;
    put_batch(s);
}

static void scan_paths(struct scan *s) {
    const struct scan_options *o = s->shared.options;
    const struct walk_options walk = {
        .paths = o->paths, .excludes = s->shared.excludes, .no_gitignore = o->no_gitignore};
    const struct walk_sink sink = {.ctx = s,
                                   .root = on_root,
                                   .root_done = on_root_done,
                                   .file = on_file,
                                   .skip = on_skip,
                                   .error = on_error,
                                   .stop = is_stopped};
    struct batch *b;
    walk_run(&walk, &sink);
    put_batch(s);
    while ((b = take_batch(&s->queue, false)))
        scan_batch(s, &s->workers[0], b);
    mutex_lock(s->queue.lock);
    s->queue.closed = true;
    condition_broadcast(s->queue.filled);
    mutex_unlock(s->queue.lock);
    for (unsigned i = 1; i <= s->started; i++)
        thread_join(s->threads[i]);
    scan_imports(s->workers, s->started + 1, is_stopped, s);
    for (size_t i = 0; i < s->root_count && !is_stopped(s); i++)
        if (s->roots[i].is_folder && !s->roots[i].vacant && s->roots[i].scanned == 0)
            scan_worker_error(&s->workers[0], s->roots[i].path, "no file in this folder was scanned");
}

static void scan_commits(struct scan *s) {
    for (; s->started + 1 < s->jobs; s->started++)
        scan_worker_init(&s->workers[s->started + 1], &s->shared);
    scan_history(s->workers, s->jobs, is_stopped, s);
}

static const char *keep(struct scan_result *out, const char *text) {
    if (!text || !text[0])
        return text ? "" : NULL; /* an empty string may lie in the part's arena, too */
    return arena_cstr(&out->arena, slice_cstr(text));
}

static void merge_findings(struct scan_result *out, struct scan_result *part, const struct scan_options *o) {
    const char *from = NULL, *path = NULL;
    for (size_t i = 0; i < part->finding_count; i++) {
        struct finding *f = &part->findings[i];
        if (f->path != from) {
            from = f->path;
            path = keep(out, f->path);
        }
        out->findings =
            mem_grow(out->findings, &out->finding_cap, out->finding_count + 1, sizeof *out->findings);
        struct finding *to = &out->findings[out->finding_count++];
        *to = *f;
        to->path = path;
        to->rule = keep(out, f->rule);
        to->message = keep(out, f->message);
        to->revoke = keep(out, f->revoke);
        to->why = keep(out, f->why);
        to->name = keep(out, f->name);
        to->callee = keep(out, f->callee);
        to->suppressed_by = keep(out, f->suppressed_by);
        to->commit = keep(out, f->commit);
        to->date = keep(out, f->date);
        f->value = (struct secret){0};
        if (o->redactor)
            redact_add(o->redactor, secret_slice(&to->value));
        if (!o->keep_values)
            secret_release(&to->value);
    }
}

static void merge_rest(struct scan_result *out, const struct scan_result *part) {
    for (size_t i = 0; i < part->read_count; i++) {
        out->reads = mem_grow(out->reads, &out->read_cap, out->read_count + 1, sizeof *out->reads);
        struct env_read *to = &out->reads[out->read_count++];
        *to = part->reads[i];
        to->path = i > 0 && part->reads[i].path == part->reads[i - 1].path ? to[-1].path
                                                                           : keep(out, part->reads[i].path);
        to->name = keep(out, part->reads[i].name);
        to->default_text = keep(out, part->reads[i].default_text);
    }
    for (size_t i = 0; i < part->error_count; i++) {
        out->errors = mem_grow(out->errors, &out->error_cap, out->error_count + 1, sizeof *out->errors);
        out->errors[out->error_count++] = (struct scan_error){.path = keep(out, part->errors[i].path),
                                                              .message = keep(out, part->errors[i].message)};
    }
    out->stats.files += part->stats.files;
    out->stats.bytes += part->stats.bytes;
    out->stats.commits += part->stats.commits;
    out->stats.python_files += part->stats.python_files;
    for (size_t i = 0; i < PARTLY_COUNT; i++)
        out->stats.partly[i] += part->stats.partly[i];
    for (size_t i = 0; i < SKIP_REASON_COUNT; i++)
        out->stats.skipped[i] += part->stats.skipped[i];
}

static void merge_worker(struct scan_result *out, struct scan_worker *w, const struct scan_options *o) {
    merge_findings(out, &w->part, o);
    merge_rest(out, &w->part);
    for (size_t i = 0; o->redactor && i < w->extra_count; i++)
        redact_add(o->redactor, secret_slice(&w->extra[i]));
}

static void sort_items(void *items, size_t count, size_t size, int (*compare)(const void *, const void *)) {
    if (count > 1)
        qsort(items, count, size, compare);
}

/* What a use in another module says of a literal that was reported for its looks. */
static void leave_out_weaker(struct scan_result *out) {
    size_t kept = 0;
    for (size_t i = 0; i < out->finding_count; i++) {
        struct finding *f = &out->findings[i], *last = kept > 0 ? &out->findings[kept - 1] : NULL;
        if (last && last->why[0] && f->why[0] && last->start_byte == f->start_byte &&
            last->end_byte == f->end_byte && strcmp(last->rule, f->rule) != 0 &&
            strcmp(last->path, f->path) == 0) {
            struct finding *weaker = f->confidence > last->confidence ? last : f;
            secret_release(&weaker->value);
            if (weaker == last)
                *last = *f;
        } else {
            out->findings[kept++] = *f;
        }
    }
    out->finding_count = kept;
}

/* After the fingerprints, which count what stands before a finding in its file. */
static void leave_out_known(struct scan_result *out) {
    size_t kept = 0;
    for (size_t i = 0; i < out->finding_count; i++) {
        if (out->findings[i].known) {
            out->stats.known++;
            secret_release(&out->findings[i].value);
        } else {
            out->findings[kept++] = out->findings[i];
        }
    }
    out->finding_count = kept;
}

static void finish_result(struct scan_result *out) {
    sort_items(out->findings, out->finding_count, sizeof *out->findings, finding_compare);
    sort_items(out->reads, out->read_count, sizeof *out->reads, env_read_compare);
    sort_items(out->errors, out->error_count, sizeof *out->errors, scan_error_compare);
    leave_out_weaker(out);
    for (size_t i = 0, end; i < out->finding_count; i = end) {
        for (end = i + 1; end < out->finding_count; end++)
            if (strcmp(out->findings[end].path, out->findings[i].path) != 0)
                break;
        finding_fingerprint(out->findings + i, end - i);
    }
    leave_out_known(out);
}

static void scan_open(struct scan *s) {
    const struct scan_options *o = s->shared.options;
    size_t paths = 0;
    while (o->paths && o->paths[paths])
        paths++;
    s->jobs = o->jobs ? o->jobs : system_processors();
    s->jobs = s->jobs > MAX_JOBS ? MAX_JOBS : s->jobs;
    s->roots = mem_calloc(paths + 1, sizeof *s->roots);
    s->workers = mem_calloc(s->jobs, sizeof *s->workers);
    s->threads = mem_calloc(s->jobs, sizeof *s->threads);
    s->shared.follows_imports = !o->staged && !o->history;
    s->queue.lock = mutex_new();
    s->queue.filled = condition_new();
    scan_worker_init(&s->workers[0], &s->shared);
}

static void scan_close(struct scan *s) {
    for (unsigned i = 0; i <= s->started; i++)
        scan_worker_release(&s->workers[i]);
    for (size_t i = 0; i < s->root_count; i++)
        free(s->roots[i].path);
    free(s->roots);
    free(s->workers);
    free(s->threads);
    condition_free(s->queue.filled);
    mutex_free(s->queue.lock);
}

enum kl_status scan_run(const struct scan_options *o, struct scan_result *out, struct error *e) {
    struct scan s = {0};
    double start = system_seconds();
    *out = (struct scan_result){0};
    enum kl_status status = scan_shared_init(&s.shared, o, e);
    if (status != KL_OK)
        return status;
    s.shared.progress = scan_progress_new(o->progress);
    scan_open(&s);
    if (o->staged)
        scan_staged(&s.workers[0], o->paths[0]);
    else if (o->history)
        scan_commits(&s);
    else
        scan_paths(&s);
    for (unsigned i = 0; i <= s.started; i++)
        merge_worker(out, &s.workers[i], o);
    out->interrupted = is_stopped(&s);
    scan_progress_free(s.shared.progress);
    scan_close(&s);
    scan_shared_release(&s.shared);
    finish_result(out);
    out->stats.seconds = system_seconds() - start;
    return KL_OK;
}

enum kl_status scan_bytes(const struct scan_options *o, const char *path, struct slice bytes,
                          struct scan_result *out, struct error *e) {
    struct scan_shared shared;
    struct scan_worker w;
    double start = system_seconds();
    *out = (struct scan_result){0};
    if (bytes.len > KL_MAX_FILE_BYTES)
        return error_set(e, KL_ERR_LIMIT, "%s is larger than %zu bytes", path, KL_MAX_FILE_BYTES);
    enum kl_status status = scan_shared_init(&shared, o, e);
    if (status != KL_OK)
        return status;
    scan_worker_init(&w, &shared);
    scan_worker_bytes(&w, path, bytes);
    merge_worker(out, &w, o);
    scan_worker_release(&w);
    scan_shared_release(&shared);
    finish_result(out);
    out->stats.seconds = system_seconds() - start;
    return KL_OK;
}
