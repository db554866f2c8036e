/* scan_tell.c: see scan_tell.h. */
#include "scanner/scan_tell.h"

#include "base/thread.h"
#include "scanner/scan_merge.h"

struct scan_tell_mark scan_tell_mark(const struct scan_worker *w) {
    return (struct scan_tell_mark){w->part.finding_count, w->notes.count, w->extra_count};
}

/* May a use in another module make a finding of a literal of this file? */
static bool is_open(const struct scan_worker *w, const struct scan_tell_mark *mark) {
    for (size_t i = mark->modules; i < w->notes.count; i++)
        if (w->notes.files[i].binds > 0)
            return true;
    return false;
}

/* Also of what waits: a line that is written before must not show it. A value that is not asked for again is
 * held once, by the redactor. */
static void teach_redactor(struct scan_worker *w, const struct scan_tell_mark *mark) {
    const struct scan_options *o = w->shared->options;
    for (size_t i = mark->findings; i < w->part.finding_count; i++) {
        struct secret *value = &w->part.findings[i].value;
        if (o->redactor)
            redact_add(o->redactor, secret_slice(value));
        if (!o->keep_values)
            secret_release(value);
    }
    for (; w->extra_count > mark->extra; w->extra_count--) {
        if (o->redactor)
            redact_add(o->redactor, secret_slice(&w->extra[w->extra_count - 1]));
        secret_release(&w->extra[w->extra_count - 1]);
    }
}

static void drop_told(struct scan_worker *w, size_t first) {
    struct scan_result *r = &w->part;
    size_t kept = first;
    for (size_t i = first; i < r->finding_count; i++) {
        if (r->findings[i].told)
            secret_release(&r->findings[i].value);
        else
            r->findings[kept++] = r->findings[i];
    }
    w->told += r->finding_count - kept;
    r->finding_count = kept;
}

void scan_tell(struct scan_worker *w, const struct scan_tell_mark *mark) {
    const struct scan_options *o = w->shared->options;
    struct scan_result *r = &w->part;
    if (!w->shared->telling || r->finding_count == mark->findings)
        return;
    bool final = o->tell && !is_open(w, mark);
    struct finding *of_file = r->findings + mark->findings;
    if (final)
        r->finding_count =
            mark->findings + scan_settle(of_file, r->finding_count - mark->findings, &r->stats.known);
    mutex_lock(w->shared->telling);
    teach_redactor(w, mark);
    if (final)
        o->tell(o->tell_ctx, of_file, r->finding_count - mark->findings);
    mutex_unlock(w->shared->telling);
    if (final && !o->keep_told)
        drop_told(w, mark->findings);
}
