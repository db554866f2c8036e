/* load.h: bytes as one number, the first of them lowest, on every machine. */
#ifndef KEYLIFT_BASE_LOAD_H
#define KEYLIFT_BASE_LOAD_H

#include "base/common.h"

/* Up to eight bytes. */
static inline uint64_t load_le(const void *from, size_t len) {
    const unsigned char *p = from;
    uint64_t number = 0;
    for (size_t i = 0; i < len; i++)
        number |= (uint64_t)p[i] << (8 * i);
    return number;
}

/* Eight bytes, at any address: one load where the machine counts that way. */
static inline uint64_t load_le64(const void *from) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint64_t number;
    memcpy(&number, from, sizeof number);
    return number;
#else
    return load_le(from, 8);
#endif
}

#endif
