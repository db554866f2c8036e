/* byte_set.h: which bytes stand in a string. A word of which some byte is
 * missing cannot stand in it: that answers most searches for words. */
#ifndef KEYLIFT_SCANNER_BYTE_SET_H
#define KEYLIFT_SCANNER_BYTE_SET_H

#include "base/slice.h"

struct byte_set {
    uint64_t bits[4];
};

static inline struct byte_set byte_set_of(struct slice s) {
    struct byte_set set = {{0}};
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        set.bits[c / 64] |= (uint64_t)1 << (c % 64);
    }
    return set;
}

static inline void byte_set_add(struct byte_set *set, unsigned char c) {
    set->bits[c / 64] |= (uint64_t)1 << (c % 64);
}

static inline bool byte_set_has(const struct byte_set *set, char byte) {
    unsigned char c = (unsigned char)byte;
    return (set->bits[c / 64] >> (c % 64) & 1) != 0;
}

static inline bool byte_set_spells(const struct byte_set *set, const char *word) {
    for (; *word != '\0'; word++) {
        unsigned char c = (unsigned char)*word;
        if ((set->bits[c / 64] >> (c % 64) & 1) == 0)
            return false;
    }
    return true;
}

#endif
