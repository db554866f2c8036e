/* classify.h: the generic classifier: how likely is a value, without any
 * provider's shape, a secret? One function from (words of the name, value,
 * context, file) to a probability. See docs/detection.md. */
#ifndef KEYLIFT_SCANNER_CLASSIFY_H
#define KEYLIFT_SCANNER_CLASSIFY_H

#include "base/buf.h"
#include "scanner/finding.h"
#include "scanner/name_words.h"
#include "scanner/value_shape.h"

#define CLASSIFY_RANDOM "generic-random"

/* The ids that it reports under, NULL-terminated: they are no rules of the table. */
extern const char *const classify_ids[];

struct classification {
    double probability;
    enum severity severity;
    enum name_kind kind; /* what the name promises */
    enum value_shape shape;
    bool is_mock;
    const char *
        rule; /* "generic-password", "generic-api-key", "generic-secret", "generic-token", "generic-random" */
    const char *message; /* static */
};

/* What it goes by, in one line: "the name of a password, a random value: 0.95". */
void classify_explain(const struct classification *c, struct buf *out);

/* False (at once, for most values) when it is certainly none. */
bool classify_value(const struct candidate *c, struct classification *out);

/* For what classify_value leaves: a value so random that no name is needed, under a name that does not say
 * what else it is. Low. */
bool classify_random(const struct candidate *c, struct classification *out);

/* What a name may promise: a bit for each enum name_kind. 0: it says nothing. Also of a list of such, and of
 * a pair for a login. */
unsigned classify_kinds(struct slice name);
#define CLASSIFY_ANY_KIND (~0u)

/* Would classify_value call the value a secret under a name of these kinds? `is_piece`: of a string that is
 * more than the value; `in_series`: an element among others, or compared. True of some that it would not. */
bool classify_could_be(struct slice value, unsigned kinds, bool is_piece, bool in_series);

/* "Bearer abc": the secret is behind the first word. */
bool classify_has_scheme(struct slice value);

/* "abc%s": what does not change of a template that a machine's value is part of; of others, the whole value.
 */
struct slice classify_fixed_piece(const struct candidate *c, struct slice value);

/* Is an environment variable of that name a secret, or a setting? */
bool classify_name_is_secret(struct slice name);

#endif
