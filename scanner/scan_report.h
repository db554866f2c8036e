/* scan_report.h: from hits to findings: places, silencing, what may be shown. */
#ifndef KEYLIFT_SCANNER_SCAN_REPORT_H
#define KEYLIFT_SCANNER_SCAN_REPORT_H

#include "scanner/pyfile.h"
#include "scanner/scanfile.h"

/* The file that hits lie in. */
struct scan_place {
    const char *path;
    struct slice text;
    const struct pyfile *python;    /* NULL for other text */
    const struct py_tokens *tokens; /* with python */
    struct scan_place *file;        /* what lines and columns are of, if `text` was taken out of it */
    bool utf16;                     /* `text` was converted from it: see textfile.h */
    size_t utf16_at, utf16_byte;    /* the place in `text` asked for last, and its byte of the file */
    bool has_lines;
    struct pylines lines;   /* made when first needed */
    struct slice *comments; /* of the lines last asked for */
    size_t comment_count, comments_start, comments_end;
    size_t last_offset; /* the position last asked for */
    uint32_t last_line, last_column;
};

void scan_place_lines(struct scan_worker *w, struct scan_place *p);
/* The worker has no hits after it. */
void scan_report_hits(struct scan_worker *w, struct scan_place *p);
void scan_report_reads(struct scan_worker *w, struct scan_place *p);

#endif
