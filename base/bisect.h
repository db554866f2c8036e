/* bisect.h: where in sorted rows something begins, found in as many steps as their number has bits.
 *
 *     struct bisection b = {.high = count};
 *     while (bisect(&b))
 *         bisect_tell(&b, strcmp(rows[b.middle].name, name) < 0);
 *
 * Then b.low is the first row that is not before what is looked for; `count` if all are. The question is the
 * caller's own expression, so that the compiler makes of it what it makes of a loop written by hand. */
#ifndef KEYLIFT_BASE_BISECT_H
#define KEYLIFT_BASE_BISECT_H

#include "base/common.h"

struct bisection {
    size_t low, high; /* rows below `low` are before it, those from `high` on are not */
    size_t middle;    /* the row that is asked about */
};

static inline bool bisect(struct bisection *b) {
    b->middle = b->low + (b->high - b->low) / 2;
    return b->low < b->high;
}

static inline void bisect_tell(struct bisection *b, bool is_before) {
    if (is_before)
        b->low = b->middle + 1;
    else
        b->high = b->middle;
}

#endif
