/* piece_text.h: the text of a large file in UTF-8, of which only a window is in memory, from wherever its
 * bytes come:
 *
 *     piece_text_open(&t, source, head, language)     `head`: the first bytes, which say how it is written
 *     while (piece_text_fill(&t, want) ...) {         t.text[t.lead, ...) are the next bytes of the file
 *         ... piece_text_offset(&t, at) ...
 *         piece_text_advance(&t, len);
 *     }
 *     piece_text_close(&t);
 *
 * Before the window may stand a lead, which is not in the file: what the one who reads the piece has to know
 * of what came before. */
#ifndef KEYLIFT_SCANNER_PIECE_TEXT_H
#define KEYLIFT_SCANNER_PIECE_TEXT_H

#include "base/byte_source.h"
#include "base/charset.h"
#include "scanner/scan.h"

#define PIECE_MAX_FILE_BYTES ((uint64_t)1 << 36) /* more of one file is an error */

enum piece_form { PIECE_PLAIN, PIECE_UTF16_LITTLE, PIECE_UTF16_BIG, PIECE_OLD };

struct piece_mark {
    size_t text, raw; /* where both are in step, from the window's start */
};

struct piece_text {
    struct byte_source from;
    enum piece_form form;
    struct charset *charset; /* of PIECE_OLD; NULL: Latin-1 */
    struct buf text;         /* the lead, then the window */
    size_t lead;
    bool at_end;           /* nothing comes behind the window */
    uint64_t start;        /* of the window, in the file */
    uint32_t line, column; /* of its first byte, less one */

    /* Of what is not written in UTF-8: the bytes that the window was made of, and those that are next. */
    struct buf raw;
    size_t decoded;
    bool raw_ended;
    struct piece_mark *marks;
    size_t mark_count, mark_capacity;
};

/* How a file that begins so is written; for PIECE_OLD the name of the encoding for iconv, NULL for Latin-1.
 */
enum piece_form piece_form_of(enum scan_language language, struct slice head, const char **iconv);

void piece_text_open(struct piece_text *t, struct byte_source from, enum scan_language language,
                     struct slice head);
void piece_text_close(struct piece_text *t);
/* Makes the window at least `want` bytes long, if there are so many. */
enum kl_status piece_text_fill(struct piece_text *t, size_t want, struct error *e) KL_MUST_USE;
/* The window begins `len` bytes later. */
void piece_text_advance(struct piece_text *t, size_t len);
void piece_text_set_lead(struct piece_text *t, struct slice lead);
/* Of an offset in the window its place in the file. */
uint64_t piece_text_offset(const struct piece_text *t, size_t offset);

static inline struct slice piece_text_window(const struct piece_text *t) {
    return slice_sub(buf_as_slice(&t->text), t->lead, t->text.len);
}

#endif
