/* finding_make.h: what only the scan engine needs to make findings: redacted
 * text, fingerprints, order. */
#ifndef KEYLIFT_SCANNER_FINDING_MAKE_H
#define KEYLIFT_SCANNER_FINDING_MAKE_H

#include "scanner/finding.h"

/* The public prefix (if the value has one of them) and a class of length.
 * `prefixes`: NULL-terminated, or NULL. */
#define FINDING_REDACTED_MAX 48u
void finding_redact(struct slice value, const char *const *prefixes, char out[FINDING_REDACTED_MAX]);
/* Fingerprints of all findings of one file, sorted by place: from rule, name,
 * context, the file's name, and the how-manieth of its like in the file. Not
 * from folders or lines: code moves. */
void finding_fingerprint(struct finding *all, size_t count);

/* For qsort: path, then place, then rule. */
int finding_compare(const void *left, const void *right);
int env_read_compare(const void *left, const void *right);
int scan_error_compare(const void *left, const void *right);

#endif
