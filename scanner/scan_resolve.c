/* scan_resolve.c: one secret is reported once. Within one string, of the likely
 * matches the most severe wins, then the surest; between strings that hold one another (a fragment in an
 * f-string, a value in a line of text) a provider's rule wins over the generic one. */
#include <stdlib.h>

#include "scanner/scanfile.h"

/* Below, as where a checksum is wrong, how bad it would be says little. */
#define RESOLVE_LIKELY 0.6

static int compare(uint64_t a, uint64_t b) {
    return (a > b) - (a < b);
}

/* In Python, what a rule over the whole file saw outside of one string; a file of other text has only such.
 */
static bool is_loose(const struct scan_hit *h) {
    return h->candidate->context == CONTEXT_TEXT;
}

/* True if a says more than b. What is surely not reported (--min-confidence) hides nothing. */
static bool is_better(const struct scan_hits *h, const struct scan_hit *a, const struct scan_hit *b) {
    if ((a->allowed != NULL) != (b->allowed != NULL))
        return a->allowed == NULL;
    if ((a->confidence >= h->least) != (b->confidence >= h->least))
        return a->confidence >= h->least;
    if (is_loose(a) != is_loose(b))
        return is_loose(b);
    if ((a->rule != NULL) != (b->rule != NULL))
        return a->rule != NULL;
    if ((a->confidence >= RESOLVE_LIKELY) != (b->confidence >= RESOLVE_LIKELY))
        return a->confidence >= RESOLVE_LIKELY;
    if (a->severity != b->severity)
        return a->severity > b->severity;
    if (a->confidence > b->confidence || a->confidence < b->confidence)
        return a->confidence > b->confidence;
    if (a->end - a->start != b->end - b->start)
        return a->end - a->start > b->end - b->start;
    return strcmp(a->rule_id, b->rule_id) < 0;
}

static int compare_in_value(const void *left, const void *right) {
    const struct scan_hit *a = left, *b = right;
    int c = compare(a->start, b->start);
    c = c ? c : compare(b->end, a->end);
    return c ? c : strcmp(a->rule_id, b->rule_id);
}

void scan_resolve_value(struct scan_hits *h, size_t first) {
    if (h->count - first < 2)
        return;
    qsort(h->items + first, h->count - first, sizeof *h->items, compare_in_value);
    size_t kept = first;
    for (size_t i = first + 1; i < h->count; i++) {
        if (h->items[i].start >= h->items[kept].end)
            h->items[++kept] = h->items[i];
        else if (is_better(h, &h->items[i], &h->items[kept]))
            h->items[kept] = h->items[i];
    }
    h->count = kept + 1;
}

static int compare_in_file(const void *left, const void *right) {
    const struct scan_hit *a = left, *b = right;
    int c = compare(a->span_start, b->span_start);
    c = c ? c : compare(b->span_end, a->span_end);
    c = c ? c : compare(a->candidate->start, b->candidate->start);
    c = c ? c : compare(a->start, b->start);
    c = c ? c : (int)(a->rule == NULL) - (int)(b->rule == NULL);
    return c ? c : strcmp(a->rule_id, b->rule_id);
}

static bool same_secret(const struct scan_hit *a, const struct scan_hit *b) {
    struct slice x = slice_sub(a->candidate->value, a->start, a->end);
    struct slice y = slice_sub(b->candidate->value, b->start, b->end);
    return slice_eq(x, y);
}

/* Must one of two overlapping hits of different strings go? */
static bool in_conflict(const struct scan_hit *a, const struct scan_hit *b, bool literals) {
    if (!literals || (a->rule != NULL) != (b->rule != NULL) || is_loose(a) != is_loose(b))
        return true;
    return same_secret(a, b);
}

/* Of one string, hits follow each other. Those of rules over strings were settled before. */
static bool overlap(const struct scan_hit *last, const struct scan_hit *hit, bool literals) {
    if (last->candidate == hit->candidate)
        return hit->start < last->end && last->start < hit->end;
    return hit->span_start < last->span_end && in_conflict(last, hit, literals);
}

/* Hits are sorted; what was kept and may still overlap are the last few. */
void scan_resolve_file(struct scan_hits *h, bool literals) {
    if (h->count > 1)
        qsort(h->items, h->count, sizeof *h->items, compare_in_file);
    size_t kept = 0;
    for (size_t i = 0; i < h->count; i++) {
        struct scan_hit hit = h->items[i];
        bool dropped = false;
        const struct scan_hit *last = kept > 0 ? &h->items[kept - 1] : NULL;
        if (last && overlap(last, &hit, literals)) {
            dropped =
                !is_better(h, &hit, last) || (literals && same_secret(last, &hit) && last->rule == hit.rule);
            if (!dropped)
                kept--;
        }
        if (!dropped)
            h->items[kept++] = hit;
    }
    h->count = kept;
}
