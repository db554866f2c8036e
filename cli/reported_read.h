/* reported_read.h: what the readers of reports share: reported.c knows the kinds, reported_scanners.c those
 * in JSON, reported_sarif.c and reported_csv.c theirs. */
#ifndef KEYLIFT_CLI_REPORTED_READ_H
#define KEYLIFT_CLI_REPORTED_READ_H

#include "base/json.h"
#include "cli/reported.h"

struct reported_reading {
    struct arena *arena;
    struct reported *out;
    const char *file; /* the report */
};

/* 0 where it is no line or column. */
uint32_t reported_number(double value);
/* Of a value that was made unreadable in part, its beginning; empty where nothing of it is left. */
struct slice reported_value(struct reported_reading *r, const char *text);
/* The paths are spellings of one, the likeliest first, up to NULL; without any, the entry is about no file.
 * The others are called by what they return, and are no places. */
void reported_add(struct reported_reading *r, const char *const *paths, struct site_place site);
/* The same of one path, as scanners write them; NULL or empty: no file. */
void reported_add_path(struct reported_reading *r, const char *path, struct site_place site);

/* ---- the kinds ---- */

struct reported_kind {
    const char *name;
    bool (*is)(const cJSON *j);
    void (*read)(struct reported_reading *r, const cJSON *j);
};
/* Up to one without a name; in the order in which they are tried. */
extern const struct reported_kind reported_scanners[];

bool reported_is_sarif(const cJSON *j);
void reported_read_sarif(struct reported_reading *r, const cJSON *report);
bool reported_is_csv(struct slice text);
void reported_read_csv(struct reported_reading *r, struct slice text);

#endif
