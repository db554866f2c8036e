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
#include "scanner/scan_imports.h"
#include "scanner/scan_merge.h"
#include "scanner/scan_tell.h"
#include "scanner/scan_weight.h"
#include "scanner/scanfile.h"
#include "scanner/walk.h"

#define BATCH_PATHS 32u
#define QUEUE_BATCHES 64u
#define MAX_JOBS 256u
/* Python files whose uses in one another are followed: of a larger tree, so many that the walk comes to one
 * after the other. About 30 MB are kept of them. */
#define MODULES_TOGETHER ((size_t)150000)

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
    unsigned at_work; /* threads with a batch, besides the walking one */
    struct condition *rested;
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
    size_t modules; /* Python files since imports were followed last */
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
    if (status == KL_OK && !o->rule_set)
        status = rule_set_new(&o->rules, &s->own_rules, e);
    s->rules = o->rule_set ? o->rule_set : s->own_rules;
    if (status != KL_OK)
        arena_release(&s->arena);
    return status;
}

void scan_shared_release(struct scan_shared *s) {
    rule_set_free(s->own_rules);
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
    const size_t findings_before = w->part.finding_count + w->told;
    w->root = s->roots[b->root].path;
    for (size_t at = 0; at < paths.len && !is_stopped(s);) {
        const char *path = paths.ptr + at;
        const struct scan_tell_mark mark = scan_tell_mark(w);
        at += strlen(path) + 1;
        scanned += scan_worker_file(w, path, !s->roots[b->root].is_folder);
        scan_tell(w, &mark);
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
        q->at_work += wait; /* the walking thread never waits */
    }
    mutex_unlock(q->lock);
    return b;
}

static void run_worker(void *arg) {
    struct thread_start *start = arg;
    struct queue *q = &start->scan->queue;
    struct batch *b;
    while ((b = take_batch(q, true))) {
        scan_batch(start->scan, start->worker, b);
        mutex_lock(q->lock);
        if (--q->at_work == 0)
            condition_signal(q->rested);
        mutex_unlock(q->lock);
    }
    free(start);
}

/* A thread for each batch that waits, until there are as many as allowed, and for a first one only when it is
 * full: a scan of a few files starts none. */
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
    bool full = q->count == QUEUE_BATCHES, more = b->count == BATCH_PATHS || q->count > 0;
    if (!full) {
        q->items[(q->first + q->count++) % QUEUE_BATCHES] = b;
        condition_signal(q->filled);
    }
    mutex_unlock(q->lock);
    if (full)
        scan_batch(s, &s->workers[0], b);
    else if (more)
        start_thread(s);
}

static void scan_queued(struct scan *s) {
    struct batch *b;
    while ((b = take_batch(&s->queue, false)))
        scan_batch(s, &s->workers[0], b);
}

/* What is noted of modules would grow with the tree. In a library, a thread that has ended (mem_guard) would
 * be waited for in vain. */
static void follow_so_far(struct scan *s) {
    struct queue *q = &s->queue;
    if (mem_is_guarded())
        return;
    put_batch(s);
    scan_queued(s);
    mutex_lock(q->lock);
    while (q->at_work > 0)
        condition_wait(q->rested, q->lock);
    mutex_unlock(q->lock);
    scan_imports(s->workers, s->started + 1, is_stopped, s);
    s->modules = 0;
}

static void on_file(void *ctx, const char *path, bool named) {
    struct scan *s = ctx;
    (void)named; /* as its root says */
    s->modules += slice_ends(slice_cstr(path), ".py");
    if (s->modules > MODULES_TOGETHER)
        follow_so_far(s);
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

static void walk_and_scan(void *arg) {
    struct scan *s = arg;
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
    walk_run(&walk, &sink);
    put_batch(s);
    scan_queued(s);
}

static void close_queue(struct scan *s) {
    mutex_lock(s->queue.lock);
    s->queue.closed = true;
    condition_broadcast(s->queue.filled);
    mutex_unlock(s->queue.lock);
}

/* In a library (mem_guard), threads must have ended before the memory that they use goes. */
static void scan_paths(struct scan *s) {
    const char *ended = NULL;
    if (mem_is_guarded())
        ended = mem_guard(walk_and_scan, s);
    else
        walk_and_scan(s);
    if (ended)
        atomic_store(&s->stopped, true);
    close_queue(s);
    for (unsigned i = 1; i <= s->started; i++) {
        const char *why = thread_join_guarded(s->threads[i]);
        ended = ended ? ended : why;
    }
    if (ended)
        mem_end(ended);
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
    s->queue.rested = condition_new();
    if (s->jobs > 1 && !mem_is_guarded()) /* a thread that ends in a guard leaves no gate */
        s->shared.gate = scan_gate_new();
    if ((o->tell || o->redactor) && !mem_is_guarded())
        s->shared.telling = mutex_new();
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
    condition_free(s->queue.rested);
    mutex_free(s->queue.lock);
    scan_gate_free(s->shared.gate);
    mutex_free(s->shared.telling);
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
        scan_merge(out, &s.workers[i], o);
    out->interrupted = is_stopped(&s);
    scan_progress_free(s.shared.progress);
    scan_close(&s);
    scan_shared_release(&s.shared);
    scan_finish(out);
    out->stats.seconds = system_seconds() - start;
    return KL_OK;
}

/* `from` NULL: the bytes. */
static enum kl_status scan_one(struct scan_worker **w, const struct scan_options *o, const char *path,
                               struct slice bytes, const struct byte_source *from, struct scan_result *out,
                               struct error *e) {
    struct scan_shared shared;
    double start = system_seconds();
    *out = (struct scan_result){0};
    if (bytes.len > KL_MAX_FILE_BYTES)
        return error_set(e, KL_ERR_LIMIT, "%s is larger than %zu bytes", path, KL_MAX_FILE_BYTES);
    enum kl_status status = scan_shared_init(&shared, o, e);
    if (status != KL_OK)
        return status;
    if (*w) {
        (*w)->shared = &shared;
    } else {
        *w = mem_alloc(sizeof **w);
        scan_worker_init(*w, &shared);
    }
    if (from)
        scan_worker_from(*w, path, *from);
    else
        scan_worker_bytes(*w, path, bytes);
    scan_merge(out, *w, o);
    scan_worker_renew(*w, NULL);
    scan_shared_release(&shared);
    scan_finish(out);
    out->stats.seconds = system_seconds() - start;
    return KL_OK;
}

enum kl_status scan_bytes_by(struct scan_worker **w, const struct scan_options *o, const char *path,
                             struct slice bytes, struct scan_result *out, struct error *e) {
    return scan_one(w, o, path, bytes, NULL, out, e);
}

enum kl_status scan_from(const struct scan_options *o, const char *path, struct byte_source from,
                         struct scan_result *out, struct error *e) {
    struct scan_worker *w = NULL;
    enum kl_status status = scan_one(&w, o, path, (struct slice){0}, &from, out, e);
    scan_worker_free(w);
    return status;
}

void scan_worker_free(struct scan_worker *w) {
    if (w)
        scan_worker_release(w);
    free(w);
}

enum kl_status scan_bytes(const struct scan_options *o, const char *path, struct slice bytes,
                          struct scan_result *out, struct error *e) {
    struct scan_worker *w = NULL;
    enum kl_status status = scan_bytes_by(&w, o, path, bytes, out, e);
    scan_worker_free(w);
    return status;
}
