/* finding_pair.c: see finding_pair.h. */
#include "scanner/finding_pair.h"

#include "scanner/rule.h"

#define PAIR_REACH 64u /* findings on either side, in the order of the file, that are looked at */

static uint64_t distance(const struct finding *a, const struct finding *b) {
    return a->start_byte > b->start_byte ? a->start_byte - b->start_byte : b->start_byte - a->start_byte;
}

struct finding *finding_nearest(struct finding *of_file, size_t count, const struct finding *f,
                                const char *rule, bool (*fits)(const void *ctx, const struct finding *other),
                                const void *ctx) {
    struct finding *best = NULL;
    for (size_t i = 0; i < count; i++) {
        struct finding *other = &of_file[i];
        if (other != f && strcmp(other->rule, rule) == 0 && (!fits || fits(ctx, other)) &&
            (!best || distance(f, other) < distance(f, best)))
            best = other;
    }
    return best;
}

void finding_pair(struct finding *of_file, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct finding *f = &of_file[i];
        const struct rule *rule = f->by_own_rule ? NULL : rule_find(f->rule), *half;
        size_t from = i > PAIR_REACH ? i - PAIR_REACH : 0,
               end = i + PAIR_REACH < count ? i + PAIR_REACH : count;
        struct finding *other = rule && rule->half
                                    ? finding_nearest(of_file + from, end - from, f, rule->half, NULL, NULL)
                                    : NULL;
        if (!other || !(half = rule_find(other->rule)))
            continue;
        f->half = half->description;
        f->half_line = other->line;
        if (!other->half) { /* of two secrets beside one id, the first */
            other->half = rule->description;
            other->half_line = f->line;
        }
    }
}
