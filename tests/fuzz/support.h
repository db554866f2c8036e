/* support.h: what several fuzz drivers share: scans to compare, programs spelled from bytes, and a file for
 * what reads files alone. What does not hold ends the driver with a message. */
#ifndef KEYLIFT_TESTS_FUZZ_SUPPORT_H
#define KEYLIFT_TESTS_FUZZ_SUPPORT_H

#include "base/buf.h"
#include "scanner/scan.h"
#include "tests/fuzz/fuzz.h"

_Noreturn void fuzz_fail(const char *fmt, ...) KL_PRINTF(1, 2);

/* Scans one document, which is never a reason to fail. The built-in rules are made once: o->rule_set stays
 * NULL for them. */
void fuzz_scan(const struct scan_options *o, const char *path, struct slice bytes, struct scan_result *out);
/* The same findings and reads, at the same places. */
void fuzz_same(const struct scan_result *a, const struct scan_result *b);
/* Each finding lies in the text, and does not show its value. */
void fuzz_check_findings(const struct scan_result *r, struct slice bytes);

/* Each byte is one of the words. In these \1 stands for an AWS key id, \2 for a password, \3 for the rows of
 * a table: made up, and never the same twice in a text. */
void fuzz_spell(const char *const *words, size_t count, const uint8_t *data, size_t size, struct buf *out);

/* The path of a file that holds these bytes until the same slot (below FUZZ_FILES) gets others. */
#define FUZZ_FILES 2u
const char *fuzz_file(unsigned slot, struct slice bytes);

#endif
