/* diff_mask.h: what the redaction filter cannot know. A diff shows lines around
 * an edit, and there may stand a secret that no rule found, because its name
 * tells nothing or because it is in a docstring. Whatever in such a line looks
 * as if a machine had made it is masked too: a reader of a diff needs no hash. */
#ifndef KEYLIFT_CLI_DIFF_MASK_H
#define KEYLIFT_CLI_DIFF_MASK_H

#include "base/buf.h"

/* Appends the unified diff of one file, its lines masked. */
void diff_mask(struct slice diff, struct buf *out);

/* Appends one line of code. */
void diff_mask_line(struct slice line, struct buf *out);

#endif
