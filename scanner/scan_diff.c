/* scan_diff.c: see scan_diff.h. */
#include "scanner/scan_diff.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/system.h"
#include "scanner/diff.h"
#include "scanner/scan_known.h"
#include "scanner/scan_merge.h"
#include "scanner/walk.h"

/* A hunk in the arena of its file. */
struct piece {
    uint32_t line;
    struct slice before, after;
};

struct diff_scan {
    struct scan_worker worker;
    const char *folder;
    struct arena paths; /* those of findings */
    struct arena texts; /* of the file at hand */
    const char *path;   /* as reported; NULL: none, or it is gone */
    struct piece *pieces;
    size_t count, cap;
};

/* A part of its file: of a notebook, or another format that is read whole, it would be a damaged one. */
static bool scan_text(struct scan_worker *w, const char *path, struct slice text) {
    enum scan_language language = scan_language_of(path, text);
    if (language == SCAN_BINARY) {
        return false;
    }
    w->part.stats.bytes += text.len;
    scan_document(w, path, language == SCAN_NOTEBOOK ? SCAN_TEXT : language, text);
    return true;
}

/* What was found in a piece stands in its file `lines` further down, and behind `bytes` of pieces. */
static void shift(struct scan_result *part, size_t findings, size_t reads, uint32_t lines, uint64_t bytes) {
    for (size_t i = findings; i < part->finding_count; i++) {
        struct finding *f = &part->findings[i];
        bool splits = f->secret_end_byte > 0;
        f->line += lines;
        f->end_line += lines;
        f->start_byte += bytes;
        f->end_byte += bytes;
        f->secret_start_byte += splits ? bytes : 0;
        f->secret_end_byte += splits ? bytes : 0;
    }
    for (size_t i = reads; i < part->read_count; i++) {
        part->reads[i].line += lines;
        part->reads[i].start_byte += bytes;
        part->reads[i].end_byte += bytes;
    }
}

/* Pieces of one file count as one. */
static void count_once(struct scan_stats *now, const struct scan_stats *before, bool scanned) {
    now->files = before->files + scanned;
    if (now->python_files > before->python_files) {
        now->python_files = before->python_files + 1;
    }
    for (size_t i = 0; i < PARTLY_COUNT; i++) {
        if (now->partly[i] > before->partly[i]) {
            now->partly[i] = before->partly[i] + 1;
        }
    }
}

static void scan_file(struct diff_scan *s) {
    struct scan_worker *w = &s->worker;
    struct scan_result *part = &w->part;
    const struct scan_options *o = w->shared->options;
    const struct scan_known_mark mark = scan_known_mark(w);
    size_t from = part->finding_count;
    bool scanned = false;
    for (size_t i = 0; i < s->count && !o->whole_files; i++) {
        (void)scan_text(w, s->path, s->pieces[i].before);
    }
    scan_known_forget(w, &mark);
    size_t to = part->finding_count;
    scan_path_rules(w, s->path);
    uint64_t bytes = 0;
    for (size_t i = 0; i < s->count; i++) {
        size_t findings = part->finding_count, reads = part->read_count;
        scanned = scan_text(w, s->path, s->pieces[i].after) || scanned;
        shift(part, findings, reads, s->pieces[i].line - 1, bytes);
        bytes += s->pieces[i].after.len;
    }
    scan_known_settle(w, from, to);
    count_once(&part->stats, &mark.stats, scanned);
    if (!scanned) {
        scan_worker_skip(w, SKIP_BINARY);
    }
}

static void close_file(struct diff_scan *s) {
    if (s->path != NULL && s->count > 0) {
        if (walk_is_excluded(s->worker.shared->excludes, s->folder, s->path, false)) {
            scan_worker_skip(&s->worker, SKIP_EXCLUDED);
        } else {
            scan_file(s);
        }
    }
    s->count = 0;
    arena_clear(&s->texts);
}

static void take_hunk(struct diff_scan *s, const struct diff_hunk *h) {
    if (h->opens_file) {
        close_file(s);
        s->path = h->path.len > 0 ? walk_join(&s->paths, s->folder, arena_cstr(&s->paths, h->path)) : NULL;
    }
    s->pieces = mem_grow(s->pieces, &s->cap, s->count + 1, sizeof *s->pieces);
    s->pieces[s->count++] =
        (struct piece){h->line, arena_copy(&s->texts, h->before), arena_copy(&s->texts, h->after)};
}

static void scan_hunks(struct diff_scan *s, const char *name, struct slice text, bool *stopped) {
    const struct scan_options *o = s->worker.shared->options;
    struct diff_reader r;
    struct diff_hunk h;
    diff_open(&r, text);
    while (!*stopped && diff_next(&r, &h)) {
        take_hunk(s, &h);
        *stopped = o->interrupted != NULL && o->interrupted();
    }
    close_file(s);
    s->worker.part.stats.skipped[SKIP_BINARY] += r.binary;
    if (slice_trim(buf_as_slice(&r.rest)).len > 0 && !*stopped) {
        scan_worker_bytes(&s->worker, name, buf_as_slice(&r.rest));
    }
    diff_close(&r);
}

enum kl_status scan_diff(const struct scan_options *o, const char *name, const char *folder,
                         struct slice text, struct scan_result *out, struct error *e) {
    struct scan_shared shared;
    double start = system_seconds();
    *out = (struct scan_result){0};
    enum kl_status status = scan_shared_init(&shared, o, e);
    if (status != KL_OK) {
        return status;
    }
    struct diff_scan s = {.folder = folder};
    scan_worker_init(&s.worker, &shared);
    s.worker.root = folder;
    scan_hunks(&s, name, text, &out->interrupted);
    scan_merge(out, &s.worker, o);
    scan_worker_release(&s.worker);
    scan_shared_release(&shared);
    scan_finish(out);
    out->stats.seconds = system_seconds() - start;
    arena_release(&s.paths);
    arena_release(&s.texts);
    free(s.pieces);
    return KL_OK;
}
