/* skim.h: does a Python file hold nothing that a scan could report? Nineteen files in twenty do not, and what
 * tells so is a fraction of what it takes to read them as Python: a look at their quotes, brackets and line
 * ends, and at each string and comment by itself.
 *
 * It errs on one side only: in what it passes over, scan_code finds nothing. Where it cannot tell (a triple
 * quote that never ends, brackets that do not match, the name of a password anywhere near a value that may be
 * one), the file is scanned as it always was. */
#ifndef KEYLIFT_SCANNER_SKIM_H
#define KEYLIFT_SCANNER_SKIM_H

#include "scanner/pyfile.h"

struct skim;
struct scan_worker;

struct skim *skim_new(void);
void skim_free(struct skim *s);

enum skim_outcome {
    SKIM_TELLS_NOTHING, /* it is to be scanned */
    SKIM_READS,         /* a scan reports no finding, but perhaps reads of the environment */
    SKIM_PASSES         /* it reports nothing at all */
};

/* What a scan of `text` by the worker's built-in rules would report. What the file binds and imports is then
 * in the worker's notes, if uses in other modules are followed; where the outcome tells nothing, they hold
 * what is of no use. `text` is UTF-8 of at most SCAN_WHOLE_BYTES; the worker's tokens are overwritten. */
enum skim_outcome skim_python(struct skim *s, struct scan_worker *w, const char *path, struct slice text);

/* scan_weight of Python text, with what stands in strings and comments left out; SIZE_MAX if that cannot be
 * told. */
size_t skim_weight(struct skim *s, struct slice text);

#endif
