/* report_entries.h: the JSON reports that `keylift report` reads, as lists of their findings. */
#ifndef KEYLIFT_CLI_REPORT_ENTRIES_H
#define KEYLIFT_CLI_REPORT_ENTRIES_H

#include "cli/report.h"

/* A finding of a report that was read. Strings are the report's. */
struct entry {
    const cJSON *finding;
    const char *path, *fingerprint;
    const char *value_id; /* "": the report was made without a key */
    size_t report;        /* of those that were read, in turn */
    double line, start;
    bool paired, changed;
    const char *moved_from; /* the file of the older report that had it; NULL: it is not in another one */
};

struct entries {
    struct entry *items;
    size_t count, capacity;
};

enum kl_status report_read(const char *path, cJSON **out, struct error *e) KL_MUST_USE;
/* Adds the findings of the report, the how-manieth, to *out. Silenced ones, which --show-suppressed puts into
 * a report, are judged by nobody. */
void report_take(const cJSON *report, size_t index, bool silenced, struct entries *out);
/* Orders for report_sort: path, place and value; value, then these; fingerprint, then these. */
int report_by_place(const void *a, const void *b);
int report_by_value(const void *a, const void *b);
int report_by_identity(const void *a, const void *b);
void report_sort(struct entries *e, int (*compare)(const void *, const void *));
/* The entries sorted by value, as a copy whose items the caller frees; and where those of a value begin in
 * it: at `count` if there is none, or the value is "". */
struct entries report_sorted_by_value(const struct entries *e);
size_t report_find_value(const struct entries *by_value, const char *value_id);
int report_severity(const cJSON *finding);

/* The subcommands. The exit status. */
int report_merge(struct cli *c, const char *const *paths, size_t count);
int report_diff(struct cli *c, const char *old, const char *now);

#endif
