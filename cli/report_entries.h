/* report_entries.h: the JSON reports that `keylift report` reads, as lists of their findings. */
#ifndef KEYLIFT_CLI_REPORT_ENTRIES_H
#define KEYLIFT_CLI_REPORT_ENTRIES_H

#include "cli/report.h"

/* A finding of a report that was read. Strings are the report's. */
struct entry {
    const cJSON *finding;
    const char *path, *fingerprint;
    double line, start;
    bool paired, moved;
};

struct entries {
    struct entry *items;
    size_t count, capacity;
};

enum kl_status report_read(const char *path, cJSON **out, struct error *e) KL_MUST_USE;
/* Adds the findings to *out. Silenced ones, which --show-suppressed puts into a report, are judged by nobody.
 */
void report_take(const cJSON *report, bool silenced, struct entries *out);
/* Orders for report_sort: path and place; fingerprint, then these. */
int report_by_place(const void *a, const void *b);
int report_by_identity(const void *a, const void *b);
void report_sort(struct entries *e, int (*compare)(const void *, const void *));
int report_severity(const cJSON *finding);

/* The subcommands. The exit status. */
int report_merge(struct cli *c, const char *const *paths, size_t count);
int report_diff(struct cli *c, const char *old, const char *now);

#endif
