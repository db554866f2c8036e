/* draw.h: numbers drawn one after the other, the same ones in every run. Whoever includes it defines
 * DRAW_SEED before. */
#ifndef KEYLIFT_TESTS_UNIT_DRAW_H
#define KEYLIFT_TESTS_UNIT_DRAW_H

#include <stdint.h>

/* Less than `below`, which is not 0. */
static uint32_t draw(uint32_t below) {
    static uint32_t seed = DRAW_SEED;
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 10) % below;
}

#endif
