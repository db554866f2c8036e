/* suppress.h: findings that somebody silenced: by a comment on a line that the
 * literal covers, or by a path and rule pair of the configuration. */
#ifndef KEYLIFT_SCANNER_SUPPRESS_H
#define KEYLIFT_SCANNER_SUPPRESS_H

#include "base/arena.h"
#include "scanner/scan.h"

/* What one comment (or one line of a text file) silences for `rule`: the name
 * of the marker, static; NULL for nothing. */
const char *suppress_by_comment(struct slice comment, const char *rule);

/* The configuration's pairs, compiled once a scan. */
struct suppress_rules;
struct suppress_rules *suppress_rules_new(const struct scan_ignore *items, size_t count, struct arena *arena);
/* The first pair that silences: its text, in the arena; NULL for none. */
const char *suppress_by_config(const struct suppress_rules *r, const char *path, const char *rule);

#endif
