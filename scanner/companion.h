/* companion.h: what is no secret and yet belongs to one: the account that a token is of, which stands beside
 * it in the file. For asking its provider (base/probe.h). */
#ifndef KEYLIFT_SCANNER_COMPANION_H
#define KEYLIFT_SCANNER_COMPANION_H

#include "base/probe.h"
#include "base/slice.h"

#define COMPANION_REACH ((size_t)64 << 10) /* bytes before and after that are looked at */

/* The text of the probe's `with_prefix` and `with_hex` that is nearest to offset `at`; empty: there is none.
 */
struct slice companion_near(struct slice text, size_t at, const struct probe *p);

#endif
