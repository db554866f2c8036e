/* scan_allow.c: what an allowlist says of hits, before it is decided which of them are reported: what is
 * allowed under one rule may be a finding of another. */
#include "scanner/allowlist.h"
#include "scanner/scan_report.h"

#define LINE_LOOK_BYTES ((size_t)4096) /* of a line as long as a file, the part around the hit */

/* The lines that text[start, end) covers. */
static struct slice lines_around(struct slice text, size_t start, size_t end) {
    size_t low = start > LINE_LOOK_BYTES ? start - LINE_LOOK_BYTES : 0;
    size_t high = text.len - end > LINE_LOOK_BYTES ? end + LINE_LOOK_BYTES : text.len;
    size_t from = start, to = end;
    while (from > low && text.ptr[from - 1] != '\n')
        from--;
    while (to < high && text.ptr[to] != '\n')
        to++;
    return slice_sub(text, from, to);
}

void scan_allow_hits(struct scan_worker *w, size_t first) {
    struct rule_own own = rule_matcher_own(w->matcher);
    if (first == w->hits.count || !own.allows || !w->place)
        return; /* nearly always: nothing more is set up before */
    struct error e = {0};
    struct slice text = w->place->text;
    for (size_t i = first; i < w->hits.count; i++) {
        struct scan_hit *hit = &w->hits.items[i];
        const struct candidate *c = hit->candidate;
        bool is_text =
            c->value.ptr == text.ptr && c->value.len == text.len; /* the whole file is the string */
        size_t start = is_text ? hit->start : hit->span_start, end = is_text ? hit->end : hit->span_end;
        if (hit->match_end > 0) {
            start = hit->match_start;
            end = hit->match_end;
        }
        struct allow_subject subject = {.path = w->place->path,
                                        .rule = hit->rule_id,
                                        .secret = slice_sub(c->value, hit->start, hit->end),
                                        .match = slice_sub(text, start, end),
                                        .line = lines_around(text, start, end)};
        if (allow_set_find(own.allows, own.scratch, &subject, &w->arena, &hit->allowed, &e) != KL_OK)
            scan_worker_error(w, w->place->path, e.message);
    }
}
