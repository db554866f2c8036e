/* finding_pair.h: credentials of two parts, an id and a secret. */
#ifndef KEYLIFT_SCANNER_FINDING_PAIR_H
#define KEYLIFT_SCANNER_FINDING_PAIR_H

#include "scanner/finding.h"

/* Of the findings of one file, the one of this rule that is nearest to `f`; NULL if there is none that fits.
 * `fits` may be NULL. */
struct finding *finding_nearest(struct finding *of_file, size_t count, const struct finding *f,
                                const char *rule, bool (*fits)(const void *ctx, const struct finding *other),
                                const void *ctx);

/* Tells each finding of a file, whose rule has another half, where that is, and that one, too. They are in
 * the order of the file. */
void finding_pair(struct finding *of_file, size_t count);

#endif
