/* baselining.h: where a scan's baseline is, and applying it: one place for scan
 * and for the command that writes it. */
#ifndef KEYLIFT_CLI_BASELINING_H
#define KEYLIFT_CLI_BASELINING_H

#include "cli/command.h"
#include "scanner/baseline.h"

struct baselining {
    const char *path;   /* of the file, as the user knows it */
    const char *folder; /* absolute: paths of entries are seen from here */
    bool exists;
    struct baseline baseline;
    struct baseline_counts counts;
    struct arena *arena;
};

/* --baseline, else the file of that name at the top of the repository (outside of
 * one: of the project) that `path` is in; reads it. A file that was named and is
 * not there is an error unless `may_be_missing`. With --no-config, only one that
 * was named counts. */
enum kl_status baselining_open(struct cli *c, const char *path, bool may_be_missing, struct baselining *out,
                               struct error *e) KL_MUST_USE;
void baselining_release(struct baselining *b);
/* Silences what the baseline has. Findings must have their values. */
void baselining_match(struct baselining *b, struct scan_result *result);
/* A finding's path as entries have it. In the arena. */
const char *baselining_path(struct baselining *b, const struct finding *f);
/* Whether this date (2026-01-31) lies before today. */
bool baselining_has_passed(const char *date);
enum kl_status baselining_write(const struct baselining *b, struct error *e) KL_MUST_USE;

#endif
