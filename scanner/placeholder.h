/* placeholder.h: words and shapes that stand where a secret would stand, but
 * are none: <your-key>, changeme, xxxx, ${VAR}, {{ var }}, %s, EXAMPLE. */
#ifndef KEYLIFT_SCANNER_PLACEHOLDER_H
#define KEYLIFT_SCANNER_PLACEHOLDER_H

#include "base/slice.h"

/* The whole value is a placeholder or a template, by its words or its brackets. */
bool placeholder_is(struct slice value);
/* By its words alone, or masked: "changeme", "my-EXAMPLE-key", "xxxx". */
bool placeholder_is_worded(struct slice value);
/* The value contains a field that is filled in at run time: ${X}, {x}, %(x)s. */
bool placeholder_has_field(struct slice value);
/* One character, or two in turn, all along: xxxx, ****, abababab, 12121212. */
bool placeholder_is_monotone(struct slice value);
/* A token whose characters are masked: six or more of x, *, . or 0 in a row. */
bool placeholder_is_masked(struct slice value);

#endif
