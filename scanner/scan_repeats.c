/* scan_repeats.c: a value that a file gives to many names which promise no secret is a word of the program,
 * and less likely one where a name does promise it: User(login=x, nick=x, title=x, password=x). */
#include "scanner/scanfile.h"

#define REPEATS_MANY 3u
#define REPEATS_WEIGHT 0.5
#define REPEATS_HITS 64u /* each is compared with every literal; of a file with more, nothing is */

/* Different names of literals with this value that promise nothing, up to REPEATS_MANY. */
static unsigned other_names(const struct candidates *all, struct slice value) {
    struct slice names[REPEATS_MANY];
    unsigned count = 0;
    for (size_t i = 0; i < all->count && count < REPEATS_MANY; i++) {
        const struct candidate *c = &all->items[i];
        bool counts = c->name.len > 0 && slice_eq(c->value, value) && !classify_name_is_secret(c->name);
        for (unsigned k = 0; k < count && counts; k++)
            counts = !slice_eq(names[k], c->name);
        if (counts)
            names[count++] = c->name;
    }
    return count;
}

void scan_weigh_repeats(struct scan_worker *w) {
    for (size_t i = 0; i < w->hits.count && w->hits.count <= REPEATS_HITS; i++) {
        struct scan_hit *hit = &w->hits.items[i];
        if (hit->rule || other_names(&w->candidates, hit->candidate->value) < REPEATS_MANY)
            continue;
        hit->confidence *= REPEATS_WEIGHT;
        hit->why =
            arena_printf(&w->arena, "%s; the same value under other names: × %.2f", hit->why, REPEATS_WEIGHT);
    }
}
