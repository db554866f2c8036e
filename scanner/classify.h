/* classify.h: the generic classifier: how likely is a value, without any
 * provider's shape, a secret? One function from (words of the name, value,
 * context, file) to a probability. See docs/detection.md. */
#ifndef KEYLIFT_SCANNER_CLASSIFY_H
#define KEYLIFT_SCANNER_CLASSIFY_H

#include "scanner/finding.h"
#include "scanner/name_words.h"

struct classification {
    double probability;
    enum severity severity;
    enum name_kind kind; /* what the name promises */
    const char
        *rule; /* "generic-password", "generic-api-key", "generic-secret", "generic-token", "url-password" */
    const char *message; /* static */
};

/* False (at once, for most values) when it is certainly none. */
bool classify_value(const struct candidate *c, struct classification *out);

/* Is an environment variable of that name a secret, or a setting? */
bool classify_name_is_secret(struct slice name);

#endif
