/* rule_needs.h: what a string must have so that a pattern can match in it, told by a look at it. */
#ifndef KEYLIFT_SCANNER_RULE_NEEDS_H
#define KEYLIFT_SCANNER_RULE_NEEDS_H

#include "base/slice.h"

struct rule_needs {  /* of a pattern: rule_needs_of of rule_pattern.h */
    uint16_t length; /* so many bytes */
    uint8_t byte;    /* this one, a sign; 0: none is known */
    bool digit;      /* one of 0 to 9; false: not known */
};

/* All but the digit, which patterns tell as fast. */
static inline bool rule_needs_met(struct rule_needs needs, struct slice value) {
    return value.len >= needs.length && (needs.byte == 0 || memchr(value.ptr, needs.byte, value.len) != NULL);
}

#endif
