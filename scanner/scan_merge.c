/* scan_merge.c: what the workers found becomes one result, in an order that does not depend on how many
 * there were. */
#include "scanner/scan_merge.h"

#include <stdlib.h>

#include "base/mem.h"
#include "scanner/finding_make.h"
#include "scanner/finding_pair.h"

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
        to->companion = keep(out, f->companion);
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
    add_stats(&out->stats, &part->stats);
}

/* The share of the first worker is taken over as it is, so that what one worker found is not there twice. */
static void take_over(struct scan_result *out, struct scan_result *part, const struct scan_options *o) {
    struct scan_stats so_far = out->stats;
    add_stats(&so_far, &part->stats);
    *out = *part;
    out->stats = so_far;
    *part = (struct scan_result){0};
    for (size_t i = 0; i < out->finding_count; i++) {
        struct secret *value = &out->findings[i].value;
        if (o->redactor)
            redact_add(o->redactor, secret_slice(value));
        if (!o->keep_values)
            secret_release(value);
    }
}

void scan_merge(struct scan_result *out, struct scan_worker *w, const struct scan_options *o) {
    bool mixed = o->history; /* the first has what the others found, in their memory */
    if (!mixed && !out->arena.head) {
        take_over(out, &w->part, o);
    } else {
        merge_findings(out, &w->part, o);
        merge_rest(out, &w->part);
        if (!mixed)
            scan_result_release(&w->part);
    }
    for (size_t i = 0; o->redactor && i < w->extra_count; i++)
        redact_add(o->redactor, secret_slice(&w->extra[i]));
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
