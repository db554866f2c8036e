/* baseline_internal.h: what baseline.c and baseline_match.c share. */
#ifndef KEYLIFT_SCANNER_BASELINE_INTERNAL_H
#define KEYLIFT_SCANNER_BASELINE_INTERNAL_H

#include "scanner/baseline.h"

#define BASELINE_TAG_DIGITS 4

/* The first digits of the HMAC of the value. */
void baseline_tag(const struct baseline_salt *salt, const struct secret *value,
                  char out[BASELINE_TAG_DIGITS + 1]);

#endif
