/* rule_anchor.h: text that stands in every match of a pattern, not far behind its beginning.
 *
 * A pattern such as `(?:https?|ftps?)://[^\s:@]{0,100}:...` may begin at many letters, so that PCRE2 tries it
 * at every fourth byte of a text. Its matches begin at most 5 bytes before a "://": only there it has to be
 * tried. */
#ifndef KEYLIFT_SCANNER_RULE_ANCHOR_H
#define KEYLIFT_SCANNER_RULE_ANCHOR_H

#include "scanner/byte_set.h"

#define RULE_ANCHOR_MAX 16u

struct rule_anchor {
    char bytes[RULE_ANCHOR_MAX]; /* the first ones, if it is longer */
    size_t len;
    size_t rare;           /* which of them is looked for: no letter, digit or blank */
    size_t lead;           /* a match begins at most so many bytes before it, */
    struct byte_set alike; /* and between stand such bytes only */
};

/* False where nothing is to be won or nothing is known: if the pattern begins with text of its own, which
 * PCRE2 looks for as fast, or has what is not understood here. Then *out has a length of 0. */
bool rule_anchor_of(const char *pattern, struct rule_anchor *out);

/* How far a match reaches at most, with all that is looked at before and behind it: what is farther away
 * changes nothing. SIZE_MAX if that has no bound, or none is known. */
size_t rule_reach(const char *pattern);

/* Where it stands next, from `from` on; SIZE_MAX if nowhere. */
size_t rule_anchor_find(const struct rule_anchor *a, struct slice text, size_t from);
/* Where a match that has it at `at` may begin at the earliest, from `from` on. */
size_t rule_anchor_begin(const struct rule_anchor *a, struct slice text, size_t at, size_t from);

#endif
