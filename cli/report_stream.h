/* report_stream.h: the lines of --format jsonl that are written while the scan goes on.
 *
 * Written is what nothing can change any more, with all that has been found so far masked. A line has a name
 * in it, which may be a secret of a file that comes later: where the classifier could take the name for one,
 * the line waits for the end, as do those of findings that an entry of the baseline may answer. Options that
 * change any finding
 * (--verify, --blame), and a file (-o), which is written as a whole, leave all of them to report_jsonl_scan.
 */
#ifndef KEYLIFT_CLI_REPORT_STREAM_H
#define KEYLIFT_CLI_REPORT_STREAM_H

#include "cli/report.h"
#include "cli/value_id.h"
#include "scanner/baseline.h"

struct report_stream {
    struct cli *cli;
    struct output *out;             /* NULL: nothing is written before the end */
    struct baseline_index baseline; /* empty: none */
    struct slice key;               /* of value ids; empty: none */
    bool drops;                     /* what is written is not kept */
    char value_id[VALUE_ID_MAX];
    struct arena arena;
    struct report_counts dropped;
    struct report_writer writer;
    struct error error; /* the first that writing met */
};

/* Has the scan of `o` told its findings, if that is what the options ask for. */
void report_stream_open(struct report_stream *s, struct cli *c, struct scan_options *o);
void report_stream_release(struct report_stream *s);

#endif
