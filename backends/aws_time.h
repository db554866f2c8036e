/* aws_time.h: the two spellings of a moment that AWS answers with. */
#ifndef KEYLIFT_BACKENDS_AWS_TIME_H
#define KEYLIFT_BACKENDS_AWS_TIME_H

#include "base/slice.h"

/* RFC 3339 as credentials have it: "2026-01-31T12:00:00Z", also with a fraction, an
 * offset, or "UTC" (the SSO cache). False when it is none. */
bool aws_time_iso(struct slice text, uint64_t *unix_time) KL_MUST_USE;
/* RFC 9110 (HTTP's Date): "Sat, 31 Jan 2026 12:00:00 GMT". */
bool aws_time_http(struct slice text, uint64_t *unix_time) KL_MUST_USE;

#endif
