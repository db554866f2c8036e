/* scan_known.c: see scan_known.h. */
#include "scanner/scan_known.h"

#include <stdlib.h>

#include "base/mem.h"

struct scan_known_mark scan_known_mark(const struct scan_worker *w) {
    return (struct scan_known_mark){w->part.stats, w->part.error_count, w->part.read_count};
}

void scan_known_forget(struct scan_worker *w, const struct scan_known_mark *mark) {
    w->part.stats = mark->stats;
    w->part.error_count = mark->errors;
    w->part.read_count = mark->reads;
}

static int compare_secrets(const struct finding *a, const struct finding *b) {
    int order = strcmp(a->rule, b->rule);
    return order != 0 ? order : slice_cmp(secret_slice(&a->value), secret_slice(&b->value));
}

/* For qsort: what is the same secret lies together, in the order of the file. */
static int by_secret(const void *left, const void *right) {
    const struct finding *a = *(struct finding *const *)left, *b = *(struct finding *const *)right;
    int order = compare_secrets(a, b);
    return order != 0 ? order : (a > b) - (a < b);
}

static struct finding **sorted(struct finding *all, size_t count) {
    struct finding **out = mem_calloc(count + 1, sizeof(struct finding *));
    for (size_t i = 0; i < count; i++)
        out[i] = &all[i];
    if (count > 1)
        qsort((void *)out, count, sizeof(struct finding *), by_secret);
    return out;
}

/* Each old one stands for one new one: a secret that is there once more is not known. */
static void mark_known(struct finding *old, size_t old_count, struct finding *now, size_t count) {
    struct finding **before = sorted(old, old_count), **after = sorted(now, count);
    for (size_t i = 0, k = 0; i < old_count && k < count;) {
        int order = compare_secrets(before[i], after[k]);
        after[k]->known = order == 0 && before[i]->value.len > 0;
        i += order <= 0;
        k += order >= 0;
    }
    free((void *)before);
    free((void *)after);
}

void scan_known_settle(struct scan_worker *w, size_t from, size_t to) {
    struct scan_result *part = &w->part;
    if (to == from)
        return;
    struct finding *old = part->findings + from, *now = part->findings + to;
    mark_known(old, to - from, now, part->finding_count - to);
    for (size_t i = 0; i < to - from; i++)
        secret_release(&old[i].value);
    memmove(old, now, (part->finding_count - to) * sizeof *old);
    part->finding_count -= to - from;
}
