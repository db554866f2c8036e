/* output.h: the only part of keylift that prints. Everything goes through the
 * redaction filter, colour is decided once, and text from a scanned tree (paths,
 * names) has its control characters made visible, so that a file name cannot
 * drive a terminal. */
#ifndef KEYLIFT_CLI_OUTPUT_H
#define KEYLIFT_CLI_OUTPUT_H

#include "base/error.h"
#include "base/file.h"
#include "base/redact.h"

enum color_mode { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };
enum style_mark { MARK_NONE, MARK_BOLD, MARK_DIM, MARK_RED, MARK_YELLOW, MARK_GREEN, MARK_CYAN };

struct output {
    int fd;
    const char *what; /* it is, in messages */
    bool color;
    unsigned columns;
    struct redactor *redactor; /* borrowed */
    struct buf pending;
    struct error failed; /* of what was written before out_flush asked for it */
};

/* What is printed is collected, and written by out_flush; of more than OUT_PENDING_MAX the first of it
 * before. */
#define OUT_PENDING_MAX ((size_t)64 << 10)
void out_init(struct output *o, int fd, enum color_mode mode, struct redactor *r);
void out_text(struct output *o, const char *fmt, ...) KL_PRINTF(2, 3); /* filtered */
void out_mark(struct output *o, enum style_mark mark, const char *fmt, ...)
    KL_PRINTF(3, 4); /* filtered, coloured */
/* Filtered as a whole, then set in lines of OUT_COLUMNS: from column `at` on, later
 * lines from `indent`; an empty line stays one. Ends the line. */
#define OUT_COLUMNS 80u
void out_wrapped(struct output *o, enum style_mark mark, const char *text, unsigned at, unsigned indent);
/* A line of out_text, written at once: a trace shows where something hangs. Nobody is stopped when it cannot
 * be. */
void out_now(struct output *o, const char *line);
void out_path(struct output *o, enum style_mark mark, const char *path); /* not masked; controls shown */
void out_raw(struct output *o, struct slice bytes);                      /* already filtered (reports) */
/* Appends `text` with control characters, invisible and reordering code points
 * and bytes that are not UTF-8 spelled out ("\n", "\x1b", "\u202e"). With
 * `keep_layout`, line ends and tabs stay: text of ours, and code in a diff. */
void out_visible(struct slice text, bool keep_layout, struct buf *out);
enum kl_status out_flush(struct output *o, struct error *e) KL_MUST_USE; /* a closed pipe is KL_OK */
void out_release(struct output *o);

/* A file that is there when all of it is written (out_file_end), and before as it was. */
struct out_file {
    struct output output;
    struct file_replacement replacement;
};
enum kl_status out_file_begin(struct out_file *f, const char *path, struct redactor *r,
                              struct error *e) KL_MUST_USE;
enum kl_status out_file_end(struct out_file *f, struct error *e) KL_MUST_USE;

#endif
