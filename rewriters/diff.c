/* diff.c: a unified diff made from the edits (nothing needs to be searched for),
 * with every secret of the old side masked, and other known values wherever they
 * stand, context lines included. */
#include <stdlib.h>

#include "base/bisect.h"
#include "base/mem.h"
#include "base/redact.h"
#include "rewriters/rewrite.h"

#define CONTEXT_LINES 3
static const char masked[] = "[redacted]";

/* Line starts of `bytes`; one entry more than there are lines, at the end. */
struct line_table {
    struct slice bytes;
    size_t *starts;
    size_t count, capacity;
};

static void lines_build(struct line_table *t, struct slice bytes) {
    t->bytes = bytes;
    for (size_t at = 0; at < bytes.len; t->count++) {
        t->starts = mem_grow(t->starts, &t->capacity, t->count + 1, sizeof *t->starts);
        t->starts[t->count] = at;
        size_t end = slice_find_byte(bytes, '\n', at);
        at = end == SIZE_MAX ? bytes.len : end + 1;
    }
    t->starts = mem_grow(t->starts, &t->capacity, t->count + 1, sizeof *t->starts);
    t->starts[t->count] = bytes.len;
}

/* The line that holds `at`; `count` for the end of the file. */
static size_t line_of(const struct line_table *t, size_t at) {
    struct bisection b = {.high = t->count};
    while (bisect(&b))
        bisect_tell(&b, t->starts[b.middle + 1] <= at);
    return b.low;
}

/* Lines that an edit changes, on both sides; ends are exclusive. */
struct region {
    size_t old_start, old_end, new_start, new_end;
};

struct diff {
    const struct rewrite_output *out;
    const struct redactor *redactor;
    struct line_table old, new;
    struct region *regions;
    size_t region_count, region_capacity;
    struct buf line;
    struct buf *to;
};

static void add_region(struct diff *d, size_t old_start, size_t old_end, size_t new_start, size_t new_end) {
    if (d->region_count) {
        struct region *last = &d->regions[d->region_count - 1];
        if (old_start <= last->old_end) {
            last->old_end = old_end > last->old_end ? old_end : last->old_end;
            last->new_end = new_end > last->new_end ? new_end : last->new_end;
            return;
        }
    }
    d->regions = mem_grow(d->regions, &d->region_capacity, d->region_count + 1, sizeof *d->regions);
    d->regions[d->region_count++] = (struct region){old_start, old_end, new_start, new_end};
}

static void find_regions(struct diff *d) {
    size_t shift = 0; /* modulo 2^64 */
    for (size_t i = 0; i < d->out->edit_count; i++) {
        const struct rewrite_edit *e = &d->out->edits[i];
        size_t start = (size_t)e->start_byte, end = (size_t)e->end_byte;
        size_t new_start = start + shift, new_end = new_start + e->text_len;
        bool whole_lines = start == end && (start == 0 || d->old.bytes.ptr[start - 1] == '\n') &&
                           e->text_len && e->text[e->text_len - 1] == '\n';
        if (whole_lines)
            add_region(d, line_of(&d->old, start), line_of(&d->old, start), line_of(&d->new, new_start),
                       line_of(&d->new, new_end));
        else
            add_region(d, line_of(&d->old, start), line_of(&d->old, end > start ? end - 1 : end) + 1,
                       line_of(&d->new, new_start),
                       line_of(&d->new, new_end > new_start ? new_end - 1 : new_end) + 1);
        shift += e->text_len - (end - start);
    }
}

/* The first edit that ends after `at`, a byte of the old side. */
static size_t first_edit_after(const struct rewrite_output *out, size_t at) {
    struct bisection b = {.high = out->edit_count};
    while (bisect(&b))
        bisect_tell(&b, out->edits[b.middle].end_byte <= at);
    return b.low;
}

/* One line of one side, its secrets masked. */
static void put_line(struct diff *d, char mark, const struct line_table *t, size_t index) {
    size_t start = t->starts[index], end = t->starts[index + 1];
    bool has_end = end > start && t->bytes.ptr[end - 1] == '\n';
    end -= has_end;
    buf_clear(&d->line);
    size_t at = start;
    for (size_t i = first_edit_after(d->out, at); t == &d->old && i < d->out->edit_count; i++) {
        const struct rewrite_edit *e = &d->out->edits[i];
        if (e->start_byte >= end)
            break;
        if (!e->holds_secret)
            continue;
        size_t from = e->start_byte > at ? (size_t)e->start_byte : at;
        buf_slice(&d->line, slice_sub(t->bytes, at, from));
        buf_str(&d->line, masked);
        at = e->end_byte < end ? (size_t)e->end_byte : end;
    }
    buf_slice(&d->line, slice_sub(t->bytes, at, end));
    buf_char(d->to, mark);
    redact_text(d->redactor, buf_as_slice(&d->line), d->to);
    buf_char(d->to, '\n');
    if (!has_end)
        buf_str(d->to, "\\ No newline at end of file\n");
}

static void put_range(struct buf *to, size_t start, size_t count) {
    buf_printf(to, count == 1 ? "%zu" : "%zu,%zu", count ? start + 1 : start, count);
}

/* Regions first..last, which are near each other, as one hunk. */
static void put_hunk(struct diff *d, size_t first, size_t last) {
    const struct region *a = &d->regions[first], *z = &d->regions[last];
    size_t before = a->old_start < CONTEXT_LINES ? a->old_start : CONTEXT_LINES;
    size_t left = d->old.count - z->old_end, after = left < CONTEXT_LINES ? left : CONTEXT_LINES;
    size_t old_start = a->old_start - before, new_start = a->new_start - before;
    buf_str(d->to, "@@ -");
    put_range(d->to, old_start, z->old_end + after - old_start);
    buf_str(d->to, " +");
    put_range(d->to, new_start, z->new_end + after - new_start);
    buf_str(d->to, " @@\n");
    size_t line = old_start;
    for (size_t i = first; i <= last; i++) {
        const struct region *r = &d->regions[i];
        for (; line < r->old_start; line++)
            put_line(d, ' ', &d->old, line);
        for (; line < r->old_end; line++)
            put_line(d, '-', &d->old, line);
        for (size_t k = r->new_start; k < r->new_end; k++)
            put_line(d, '+', &d->new, k);
    }
    for (; line < z->old_end + after; line++)
        put_line(d, ' ', &d->old, line);
}

void rewrite_diff(const char *path, struct slice old_bytes, const struct rewrite_output *out,
                  const struct redactor *redactor, struct buf *diff) {
    struct diff d = {
        .out = out, .redactor = redactor, .to = diff, .line = BUF_INIT_SECRET(KL_MAX_FILE_BYTES)};
    if (!out->edit_count)
        return;
    lines_build(&d.old, old_bytes);
    lines_build(&d.new, out->bytes);
    find_regions(&d);
    buf_printf(diff, "--- a/%s\n+++ b/%s\n", path, path);
    for (size_t first = 0, last; first < d.region_count; first = last + 1) {
        for (last = first; last + 1 < d.region_count; last++)
            if (d.regions[last + 1].old_start - d.regions[last].old_end > 2 * CONTEXT_LINES)
                break;
        put_hunk(&d, first, last);
    }
    buf_release(&d.line);
    free(d.old.starts);
    free(d.new.starts);
    free(d.regions);
}
