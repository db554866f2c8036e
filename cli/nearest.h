/* nearest.h: the word that a mistyped one was meant to be. */
#ifndef KEYLIFT_CLI_NEAREST_H
#define KEYLIFT_CLI_NEAREST_H

#include "base/common.h"

/* Offer candidates one by one; the nearest one is kept if it is near enough. */
struct nearest {
    const char *word;
    const char *best; /* NULL when nothing is near */
    unsigned distance;
};

void nearest_init(struct nearest *n, const char *word);
void nearest_offer(struct nearest *n, const char *candidate);

#endif
