/* redact_view.h: text as it reads once an encoding is undone, with the way back
 * to the bytes as written. For redact.c alone.
 *
 * A value can be escaped in many ways ("\n", "\x0a", "\012", "\u000a"), so the
 * filter does not list the forms of a value: it undoes the encodings of the text
 * and looks for the plain value in what comes out. */
#ifndef KEYLIFT_BASE_REDACT_VIEW_H
#define KEYLIFT_BASE_REDACT_VIEW_H

#include "base/buf.h"

struct view {
    struct buf text;
    size_t *start, *end; /* of byte i in the outermost text; NULL: the text itself */
    size_t capacity;
};

#define VIEW_INIT                                                                                            \
    { .text = BUF_INIT_SECRET(SIZE_MAX) }

void view_release(struct view *v); /* wipes */
static inline size_t view_start(const struct view *v, size_t i) {
    return v->start != NULL ? v->start[i] : i;
}
static inline size_t view_end(const struct view *v, size_t i) {
    return v->end != NULL ? v->end[i] : i + 1;
}

/* Each returns false, with nothing of use in *out, when it would change nothing. */
typedef bool view_decoder(const struct view *in, struct view *out);
bool view_unescape_text(const struct view *in,
                        struct view *out); /* Python and JSON; "\xe9" is a code point */
bool view_unescape_bytes(const struct view *in, struct view *out); /* Python; "\xe9" is a byte */
bool view_percent(const struct view *in, struct view *out);
bool view_percent_plus(const struct view *in, struct view *out); /* as in forms: "+" is a blank */

/* The next run of base64 at or after *from (then moved behind it). Line breaks
 * between long lines belong to it. False when there is none. */
struct view_run {
    size_t start, end; /* in the text of the view */
};
bool view_next_base64(const struct view *in, size_t *from, struct view_run *run);
bool view_next_hex(const struct view *in, size_t *from, struct view_run *run);
/* What the run says when its first `skip` digits (0-3; hexadecimal: 0 or 1) are
 * left out. */
void view_decode_base64(const struct view *in, struct view_run run, size_t skip, struct view *out);
void view_decode_hex(const struct view *in, struct view_run run, size_t skip, struct view *out);

#endif
