/* nearest.c: optimal string alignment distance: insertion, deletion,
 * replacement and the swap of two neighbours count one each. */
#include "cli/nearest.h"

#define NEAREST_MAX 40u /* no option or key is longer */

static unsigned smallest(unsigned a, unsigned b, unsigned c) {
    unsigned m = a < b ? a : b;
    return m < c ? m : c;
}

static unsigned distance(const char *a, size_t a_len, const char *b, size_t b_len) {
    unsigned rows[3][NEAREST_MAX + 1];
    unsigned *before = rows[0], *above = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b_len; j++) {
        above[j] = (unsigned)j;
        before[j] = 0;
    }
    for (size_t i = 1; i <= a_len; i++) {
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b_len; j++) {
            unsigned cost = a[i - 1] == b[j - 1] ? 0 : 1;
            row[j] = smallest(above[j] + 1, row[j - 1] + 1, above[j - 1] + cost);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                before[j - 2] + 1 < row[j]) {
                row[j] = before[j - 2] + 1;
            }
        }
        unsigned *oldest = before;
        before = above;
        above = row;
        row = oldest;
    }
    return above[b_len];
}

void nearest_init(struct nearest *n, const char *word) {
    n->word = word;
    n->best = NULL;
    n->distance = 0;
}

void nearest_offer(struct nearest *n, const char *candidate) {
    size_t a = strlen(n->word), b = strlen(candidate);
    if (a == 0 || a > NEAREST_MAX || b > NEAREST_MAX) {
        return;
    }
    unsigned d = distance(n->word, a, candidate, b);
    /* What was begun but not finished ("--excl") is near, however much is missing. */
    if (a >= 3 && a < b && strncmp(n->word, candidate, a) == 0) {
        d = 1;
    }
    unsigned enough = b <= 4 ? 1 : b <= 8 ? 2 : 3;
    if (d <= enough && (n->best == NULL || d < n->distance)) {
        n->best = candidate;
        n->distance = d;
    }
}
