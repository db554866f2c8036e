/* glob.h: shell patterns as git matches them in ignore files ("PATTERN FORMAT"
 * in gitignore(5), glob(7) for brackets): `*` and `?` stop at a slash, `**`
 * between slashes does not. */
#ifndef KEYLIFT_SCANNER_GLOB_H
#define KEYLIFT_SCANNER_GLOB_H

#include "base/slice.h"

#define GLOB_FOLD_CASE 1u

/* Does the whole of `text` match the whole of `pattern`? Takes time in the
 * product of the lengths at worst, and no stack. A pattern that is no pattern
 * (an open bracket, a lone backslash at its end) matches nothing. */
bool glob_match(struct slice pattern, struct slice text, unsigned flags);

#endif
