/* diff.h: what `git diff`, `git show` and `git log -p` write, and `diff -u`, hunk by hunk.
 *
 *     if (diff_is(text)) {
 *         struct diff_reader r;
 *         diff_open(&r, text);
 *         while (diff_next(&r, &hunk)) ...     its texts are valid until the next call
 *         r.rest                               what stands around the diffs: messages of commits
 *         diff_close(&r);
 *     }
 *
 * Sources: git's documentation, "Generating patch text with -p" and "Combined diff format"; POSIX, diff,
 * "Diff -u Output Format". A text that breaks off or contradicts itself is read as far as it makes sense;
 * nothing of it is left out: what is no part of a hunk is in `rest`. */
#ifndef KEYLIFT_SCANNER_DIFF_H
#define KEYLIFT_SCANNER_DIFF_H

#include "base/buf.h"

#define DIFF_MAX_PARENTS 16u /* of a merge; git's own octopus has as many */

struct diff_hunk {
    struct slice path; /* of the new file, without git's "b/"; empty: the file is gone */
    bool opens_file;   /* the first one of its file */
    uint32_t line;     /* that the new text begins with, from 1 */
    struct slice before, after;
};

struct diff_reader {
    struct slice text;
    size_t at;
    struct buf path, other, before, after;
    struct buf rest; /* as many lines as `text`; those of diffs are empty */
    bool in_file, in_header, in_binary, opens_file;
    size_t binary; /* files whose bytes are not in the text, or packed */
};

/* Whether there is a hunk in the first DIFF_LOOK_BYTES of it, below the names of its two files. */
#define DIFF_LOOK_BYTES ((size_t)1 << 20)
bool diff_is(struct slice text);
/* The text is borrowed. */
void diff_open(struct diff_reader *r, struct slice text);
bool diff_next(struct diff_reader *r, struct diff_hunk *out);
void diff_close(struct diff_reader *r);

#endif
