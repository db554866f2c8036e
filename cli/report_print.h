/* report_print.h: a JSON document that is printed piece by piece, as json_print would print it whole: a
 * report of a hundred thousand findings is no tree in memory.
 *
 *     report_print_open(&p, NULL, '{');
 *     report_print_members(&p, head);
 *     report_print_open(&p, "findings", '[');
 *     report_print_value(&p, NULL, finding);     ...
 *     report_print_close(&p);
 *     report_print_close(&p); */
#ifndef KEYLIFT_CLI_REPORT_PRINT_H
#define KEYLIFT_CLI_REPORT_PRINT_H

#include "base/json.h"
#include "cli/output.h"

#define REPORT_PRINT_DEPTH 8u

struct report_printer {
    struct output *output;
    bool indented;
    void (*escape)(struct slice json, struct buf *out); /* of what is printed; NULL: it is JSON */
    void (*dress)(void *ctx, cJSON *finding);           /* adds to each finding; NULL: nothing */
    void *ctx;                                          /* of these */
    char closers[REPORT_PRINT_DEPTH];
    unsigned depth;
    bool filled; /* the innermost bracket has something in it */
};

/* `opener`: "{" or "["; `key`: NULL in a list, and of the document. */
void report_print_open(struct report_printer *p, const char *key, char opener);
void report_print_close(struct report_printer *p);
/* Prints j, and deletes it. */
void report_print_value(struct report_printer *p, const char *key, cJSON *j);
/* Each member of an object, which is deleted. */
void report_print_members(struct report_printer *p, cJSON *object);

#endif
