/* bits.h: bits of a number of 64, counted from the lowest, 0. */
#ifndef KEYLIFT_BASE_BITS_H
#define KEYLIFT_BASE_BITS_H

#include "base/common.h"

/* The lowest one that is set; of 0 there is none. */
static inline unsigned bits_lowest(uint64_t bits) {
#if defined(__GNUC__) || defined(__clang__)
    return (unsigned)__builtin_ctzll(bits);
#else
    unsigned i = 0;
    for (; (bits & 1) == 0; bits >>= 1)
        i++;
    return i;
#endif
}

/* The highest one that is set; of 0 there is none. */
static inline unsigned bits_highest(uint64_t bits) {
#if defined(__GNUC__) || defined(__clang__)
    return 63u - (unsigned)__builtin_clzll(bits);
#else
    unsigned i = 63;
    for (; (bits >> i & 1) == 0; i--)
        continue;
    return i;
#endif
}

/* How many are set. */
static inline unsigned bits_count(uint64_t bits) {
    bits -= bits >> 1 & 0x5555555555555555u;
    bits = (bits & 0x3333333333333333u) + (bits >> 2 & 0x3333333333333333u);
    bits = (bits + (bits >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    return (unsigned)(bits * 0x0101010101010101u >> 56);
}

#endif
