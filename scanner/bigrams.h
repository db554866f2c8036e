/* Made by bench/bigrams.py. Bit b of row a: the letter b often follows the letter a in words. */
#ifndef KEYLIFT_SCANNER_BIGRAMS_H
#define KEYLIFT_SCANNER_BIGRAMS_H

#include <stdint.h>

static const uint32_t usual_pairs[26] = {
    0x01EB94E, /* a */
    0x0104911, /* b */
    0x01A4D91, /* c */
    0x0044111, /* d */
    0x0AEB87D, /* e */
    0x0004931, /* f */
    0x0020110, /* g */
    0x0004111, /* h */
    0x22EF87F, /* i */
    0x0000000, /* j */
    0x0000010, /* k */
    0x11C4911, /* l */
    0x000C111, /* m */
    0x00C617D, /* n */
    0x07EF84E, /* o */
    0x10AC911, /* p */
    0x0100000, /* q */
    0x11E5119, /* r */
    0x01CC195, /* s */
    0x11E4195, /* t */
    0x00EB812, /* u */
    0x0000111, /* v */
    0x0000111, /* w */
    0x0000000, /* x */
    0x0008000, /* y */
    0x0000010, /* z */
};

#endif
