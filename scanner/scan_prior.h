/* scan_prior.h: the text that was scanned before the one at hand. Of a history, that is mostly another
 * version of the same file: nearly all of it is the same, and where nothing was found in it, only what has
 * changed is looked at. Nothing is taken for the same by a hash: the text is kept, and compared.
 *
 *     scan_prior_begin(w, text)     w->prior.change is the part that is new
 *     ... matched with rule_match_text, searched for what is encoded: each says whether there was anything
 *     scan_prior_end(w, text)       and that is the text before the next one
 */
#ifndef KEYLIFT_SCANNER_SCAN_PRIOR_H
#define KEYLIFT_SCANNER_SCAN_PRIOR_H

#include "base/buf.h"
#include "scanner/rule.h"

struct scan_prior {
    bool is_used; /* by the text at hand */
    struct buf text;
    bool no_match, no_encoded; /* of that text; while one is at hand, of that one as far as it is known */
    bool was_without_encoded;
    struct rule_change change; /* an end of SIZE_MAX: nothing is known */
};

struct scan_worker;
void scan_prior_begin(struct scan_worker *w, struct slice text);
void scan_prior_end(struct scan_worker *w, struct slice text);
/* The lines of the text at hand that have changed; all of it, if it is not known that nothing encoded stood
 * in the one before. */
struct slice scan_prior_lines(const struct scan_prior *p, struct slice text);

#endif
