/* report.h: a scan's result for a person or a machine. A format is a row of the
 * table in report.c, and a file report_<name>.c. */
#ifndef KEYLIFT_CLI_REPORT_H
#define KEYLIFT_CLI_REPORT_H

#include "base/json.h"
#include "cli/command.h"
#include "cli/env_inventory.h"
#include "cli/report_print.h"
#include "cli/verification.h"

#define REPORT_VERSION 1 /* of the JSON report */

struct baselining;
struct report_writer;
struct report_stream;

struct report {
    const struct scan_result *result;
    const struct options *options;
    const char *const *paths;                /* as named; NULL-terminated */
    bool nothing_to_scan;                    /* an empty request: no file, and none was expected */
    const struct env_inventory *inventory;   /* of environment variables (keylift env); NULL: of secrets */
    const struct verification *verification; /* --verify; NULL: nobody was asked */
    const struct baselining *baselining;     /* what the baseline has answered; NULL: none was asked */
    const uint32_t *present; /* of a scan of history, by finding: its line in the newest commit, 0 for none;
                                NULL: not asked */
    const char *undated;     /* with --blame: why some findings have no date; NULL: none */
    const struct report_stream *told; /* what was written while the scan went on; NULL: nothing */
};

/* Findings by what a status and a summary need. Silenced ones count only there. */
struct report_counts {
    size_t shown;                    /* not silenced */
    size_t by_severity[3];           /* of these; by enum severity */
    size_t failing;                  /* at or above --fail-on */
    size_t movable;                  /* what migrate would take */
    size_t files;                    /* with findings */
    size_t verified[PROBE_LIVE + 1]; /* of those shown, and of those that --only-live silences */
    size_t silenced, baselined;      /* the second: of these, by the baseline */
    size_t reads, read_secrets;      /* environment reads, and those of secrets */
    size_t read_names;               /* different variables */
};
void report_count(const struct report *r, struct report_counts *out);
/* Adds one to the counts of findings, all but that of files. */
void report_count_finding(const struct options *o, const struct finding *f, struct report_counts *out);
/* Whether commits were scanned, and not files; whether what is staged was. */
bool report_is_history(const struct report *r);
bool report_is_staged(const struct report *r);
/* The exit status of the design. */
int report_status(const struct report *r);

/* Whether a finding or a read is part of the report, by the options. */
bool report_has_finding(const struct options *o, const struct finding *f);
bool report_has_read(const struct report *r, const struct env_read *e);

struct report_format {
    const char *name;                                       /* as in --format */
    void (*scan)(const struct report *r, struct output *o); /* NULL: keylift scan has not this one */
    void (*env)(const struct report *r, struct output *o);  /* NULL: keylift env has not */
    bool tells_no_errors;                                   /* it has no place for them */
    bool marks_lines;                                       /* of files as they are now */
};
/* Whether one of the reports asked for, --format and --also, marks lines. */
bool report_marks_lines(const struct options *o);
/* Where the mark for a finding goes: its line as the newest commit has it. False: there is none to mark. */
bool report_line(const struct report *r, const struct finding *f, uint32_t *line, uint32_t *end_line);
/* The file of a path: of a member of an archive the outermost archive. In the arena, or `path` itself. */
const char *report_file_of(const char *path, struct arena *arena);
const struct report_format *report_format_at(int format); /* enum option_format */

void report_text_scan(const struct report *r, struct output *o);
void report_text_env(const struct report *r, struct output *o);
void report_markdown_env(const struct report *r, struct output *o);
void report_dotenv_env(const struct report *r, struct output *o);
/* "Scanned 214 files …": a line of it. */
void report_text_scanned(const struct report *r, struct output *o);
/* "Asked their providers: 1 live, 2 not live, 1 unknown.": a line of it, with --verify. */
void report_text_verified(const struct report *r, const struct report_counts *n, struct output *o);
/* Every finding of the report; `shown`: how many are not silenced. */
void report_text_findings(const struct report *r, struct output *o, size_t shown);
/* Which entries of the baseline have expired. */
void report_text_expired(const struct report *r, struct output *o);
/* What is wrong with the inventory, as the last lines of a text. */
void report_text_env_verdict(const struct report *r, struct output *o);
/* Counts, errors and what to do next: what is left of the text with --quiet. */
void report_text_summary(const struct report *r, struct output *o);
void report_json_scan(const struct report *r, struct output *o);
void report_json_env(const struct report *r, struct output *o);
void report_html_scan(const struct report *r, struct output *o);
void report_jsonl_scan(const struct report *r, struct output *o);
void report_sarif_scan(const struct report *r, struct output *o);
/* What is added to the result of a finding, the how-manieth of r->result; `ctx` is the caller's. */
struct report_sarif_more {
    void (*add)(void *ctx, struct report_writer *w, size_t index, cJSON *result);
    void *ctx;
};
/* The same with more, and another exit status. */
void report_sarif(const struct report *r, const struct report_sarif_more *more, int status, struct output *o);
void report_sarif_add_uri(cJSON *j, const char *path);
void report_csv_scan(const struct report *r, struct output *o);
void report_junit_scan(const struct report *r, struct output *o);
void report_gitlab_scan(const struct report *r, struct output *o);
void report_github_scan(const struct report *r, struct output *o);

/* What the formats that are made of JSON share. A text that is not a path or a
 * name goes through the filter. */
#define REPORT_MAX_BYTES ((size_t)4 << 30)
struct report_writer {
    const struct redactor *redactor;
    struct buf scratch;
};
void report_writer_init(struct report_writer *w, const struct output *o);
void report_writer_release(struct report_writer *w);
/* NULL adds null. */
void report_add_filtered(struct report_writer *w, cJSON *j, const char *key, const char *text);
cJSON *report_json_finding(struct report_writer *w, const struct finding *f);
cJSON *report_json_read(struct report_writer *w, const struct env_read *e);
cJSON *report_json_error(struct report_writer *w, const char *path, const char *message);
cJSON *report_json_stats(const struct report *r);
/* Puts into the document what it is about. */
typedef void report_fill(struct report_writer *w, const struct report *r, struct report_printer *p);
report_fill report_json_findings;
/* The whole JSON report; `more`: members that stand behind it, and are deleted, or NULL. */
void report_print_document(const struct report *r, struct report_printer *p, report_fill *fill, cJSON *more);
/* "live", "not live: api.github.com does not accept it"; "" if nobody was asked. Filtered by nobody: hosts
 * and words of ours. Valid as long as *out. */
const char *report_verified(const struct finding *f, struct buf *out);
/* "name": null for the empty one. */
void report_add_name(struct report_writer *w, cJSON *j, const char *name);
/* Calls fn for every file that could not be read, and last for an interruption. */
void report_each_error(const struct report *r, void (*fn)(void *ctx, const char *path, const char *message),
                       void *ctx);
/* "Stripe live key: sk_live_… (17 to 32 characters)": filtered, valid until the next call. */
const char *report_sentence(struct report_writer *w, const struct finding *f);
/* Prints j, indented or on one line, and deletes it. */
void report_print_json(struct output *o, cJSON *j, bool indented);

/* KL_ERR_USAGE for an --also that names no format of a scan, or no file. To be asked before the scan. */
enum kl_status report_check_also(const struct options *o, struct error *e) KL_MUST_USE;
/* Writes the report to --output or standard output and those of --also into their files, the rest to standard
 * output, and returns the exit status. */
int report_finish(struct cli *c, const struct report *r);

/* "1,234,567" into out[32]. */
const char *report_number(uint64_t n, char out[32]);
/* "file" or "files", without the number. */
const char *report_plural(uint64_t n, const char *one, const char *many);

#endif
