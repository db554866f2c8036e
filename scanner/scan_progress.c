/* scan_progress.c: see scan_progress.h. */
#include "scanner/scan_progress.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/system.h"

#define FIRST_MS 500u /* what is shorter needs no line */
#define STEP_MS 100u

struct scan_progress {
    scan_show_fn *show;
    double start;
    _Atomic uint64_t files, bytes, findings;
    _Atomic uint64_t next_ms; /* since the start */
};

struct scan_progress *scan_progress_new(scan_show_fn *show_fn) {
    if (!show_fn)
        return NULL;
    struct scan_progress *p = mem_calloc(1, sizeof *p);
    p->show = show_fn;
    p->start = system_seconds();
    atomic_init(&p->next_ms, FIRST_MS);
    return p;
}

static void show(struct scan_progress *p, bool done) {
    const struct scan_so_far now = {
        .files = atomic_load_explicit(&p->files, memory_order_relaxed),
        .bytes = atomic_load_explicit(&p->bytes, memory_order_relaxed),
        .findings = atomic_load_explicit(&p->findings, memory_order_relaxed),
        .seconds = system_seconds() - p->start,
        .done = done,
    };
    p->show(&now);
}

void scan_progress_add(struct scan_progress *p, uint64_t files, uint64_t bytes, uint64_t findings) {
    if (!p)
        return;
    atomic_fetch_add_explicit(&p->files, files, memory_order_relaxed);
    atomic_fetch_add_explicit(&p->bytes, bytes, memory_order_relaxed);
    atomic_fetch_add_explicit(&p->findings, findings, memory_order_relaxed);
    uint64_t now_ms = (uint64_t)((system_seconds() - p->start) * 1000);
    uint64_t due_ms = atomic_load_explicit(&p->next_ms, memory_order_relaxed);
    if (now_ms >= due_ms && atomic_compare_exchange_strong(&p->next_ms, &due_ms, now_ms + STEP_MS))
        show(p, false);
}

void scan_progress_free(struct scan_progress *p) {
    if (p && atomic_load(&p->next_ms) > FIRST_MS)
        show(p, true);
    free(p);
}
