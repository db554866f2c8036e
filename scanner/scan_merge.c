/* scan_merge.c: what the workers found becomes one result, in an order that does not depend on how many
 * there were. */
#include "scanner/scan_merge.h"

#include <stdlib.h>

#include "base/mem.h"
#include "scanner/finding_make.h"
#include "scanner/finding_pair.h"

#define MOVED_AT_ONCE ((size_t)4096)

/* Of a list that both have: from the end of one to the end of the other, which gives back the memory on the
 * way. */
static void move_items(void **to, size_t *to_count, size_t *to_cap, void **from, size_t *count, size_t *cap,
                       size_t size) {
    if (*to_count == 0) {
        free(*to);
        *to = *from;
        *to_count = *count;
        *to_cap = *cap;
        *from = NULL;
    }
    while (*from && *count > 0) {
        size_t some = *count < MOVED_AT_ONCE ? *count : MOVED_AT_ONCE;
        *count -= some;
        *to = mem_grow(*to, to_cap, *to_count + some, size);
        memcpy((char *)*to + *to_count * size, (char *)*from + *count * size, some * size);
        *to_count += some;
        *from = mem_realloc(*from, *count * size);
    }
    free(*from);
    *from = NULL;
    *count = *cap = 0;
}

static void add_stats(struct scan_stats *to, const struct scan_stats *from) {
    to->files += from->files;
    to->bytes += from->bytes;
    to->archives += from->archives;
    to->commits += from->commits;
    to->unstaged += from->unstaged;
    to->python_files += from->python_files;
    for (size_t i = 0; i < PARTLY_COUNT; i++)
        to->partly[i] += from->partly[i];
    for (size_t i = 0; i < SKIP_REASON_COUNT; i++)
        to->skipped[i] += from->skipped[i];
}

#define MOVE(to, from, list)                                                                                 \
    move_items((void **)&(to)->list##s, &(to)->list##_count, &(to)->list##_cap, (void **)&(from)->list##s,   \
               &(from)->list##_count, &(from)->list##_cap, sizeof *(to)->list##s)

void scan_merge(struct scan_result *out, struct scan_worker *w, const struct scan_options *o) {
    struct scan_result *part = &w->part;
    for (size_t i = 0; i < part->finding_count; i++) {
        struct secret *value = &part->findings[i].value;
        if (o->redactor)
            redact_add(o->redactor, secret_slice(value));
        if (!o->keep_values)
            secret_release(value);
    }
    for (size_t i = 0; o->redactor && i < w->extra_count; i++)
        redact_add(o->redactor, secret_slice(&w->extra[i]));
    MOVE(out, part, finding);
    MOVE(out, part, read);
    MOVE(out, part, error);
    add_stats(&out->stats, &part->stats);
    arena_adopt(&out->arena, &part->arena);
    shared_texts_forget(&w->texts);
    *part = (struct scan_result){0};
}

static void sort_items(void *items, size_t count, size_t size, int (*compare)(const void *, const void *)) {
    if (count > 1)
        qsort(items, count, size, compare);
}

/* What a use in another module says of a literal that was reported for its looks. */
static size_t leave_out_weaker(struct finding *all, size_t count) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        struct finding *f = &all[i], *last = kept > 0 ? &all[kept - 1] : NULL;
        if (last && last->why[0] && f->why[0] && last->start_byte == f->start_byte &&
            last->end_byte == f->end_byte && strcmp(last->rule, f->rule) != 0 &&
            strcmp(last->path, f->path) == 0) {
            struct finding *weaker = f->confidence > last->confidence ? last : f;
            secret_release(&weaker->value);
            if (weaker == last)
                *last = *f;
        } else {
            all[kept++] = *f;
        }
    }
    return kept;
}

/* After the fingerprints, which count what stands before a finding in its file. */
static size_t leave_out_known(struct finding *all, size_t count, uint64_t *known) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (all[i].known) {
            (*known)++;
            secret_release(&all[i].value);
        } else {
            all[kept++] = all[i];
        }
    }
    return kept;
}

size_t scan_settle(struct finding *all, size_t count, uint64_t *known) {
    sort_items(all, count, sizeof *all, finding_compare);
    count = leave_out_weaker(all, count);
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && strcmp(all[end].path, all[i].path) == 0;)
            end++;
        if (all[i].settled)
            continue;
        finding_fingerprint(all + i, end - i);
        finding_pair(all + i, end - i);
        for (size_t k = i; k < end; k++)
            all[k].settled = true;
    }
    return leave_out_known(all, count, known);
}

void scan_finish(struct scan_result *out) {
    sort_items(out->reads, out->read_count, sizeof *out->reads, env_read_compare);
    sort_items(out->errors, out->error_count, sizeof *out->errors, scan_error_compare);
    out->finding_count = scan_settle(out->findings, out->finding_count, &out->stats.known);
}
