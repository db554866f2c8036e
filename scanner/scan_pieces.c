/* scan_pieces.c: see scan_pieces.h. */
#include "base/encode.h"
#include "scanner/piece_cut.h"
#include "scanner/pybytes.h"
#include "scanner/scan_pieces_internal.h"
#include "scanner/scan_weight.h"
#include "scanner/skim.h"

#define PIECE_BYTES ((size_t)1 << 20)
#define AROUND_BYTES ((size_t)64 << 10) /* of other text, on either side of a piece */

static const char message_cut[] =
    "a string or an expression in it is too long to be looked at as a whole: it was searched in pieces";
static const char reason_utf16[] = "in UTF-16, which Python does not read";
/* Before text that was decoded, lest the comment that names the old encoding counts. */
static const char decoded_lead[] = "# coding: utf-8\n";

size_t scan_whole_bytes(const struct scan_worker *w) {
    size_t asked = w->shared->options->piece_bytes;
    return asked > 0 ? asked : SCAN_WHOLE_BYTES;
}

/* What is made of bytes that are not UTF-8 before anything is found in them: text, and the way back. */
static size_t decoding_weight(enum scan_language language, struct slice bytes) {
    const char *iconv;
    enum piece_form form = piece_form_of(language, bytes, &iconv);
    return form == PIECE_PLAIN ? 0 : form == PIECE_OLD ? 11 * bytes.len : 2 * bytes.len;
}

bool scan_fits_whole(const struct scan_worker *w, enum scan_language language, struct slice bytes) {
    if (bytes.len > scan_whole_bytes(w))
        return false;
    if (bytes.len <= SCAN_LIGHT_BYTES)
        return true;
    size_t decoding = decoding_weight(language, bytes);
    if (SCAN_MOST_DENSE * bytes.len + decoding <= SCAN_WHOLE_WEIGHT ||
        scan_weight(language, bytes) + decoding <= SCAN_WHOLE_WEIGHT)
        return true;
    /* megabytes of data in one string weigh no more than their bytes */
    return language == SCAN_PYTHON && decoding == 0 && w->skim &&
           skim_weight(w->skim, bytes) <= SCAN_WHOLE_WEIGHT;
}

static bool fill(struct pieces *p, size_t want) {
    return piece_text_fill(&p->text, want, &p->e) == KL_OK;
}

static bool is_interrupted(const struct pieces *p) {
    bool (*interrupted)(void) = p->w->shared->options->interrupted;
    return interrupted && interrupted();
}

static void set_lead(struct pieces *p, struct slice lead) {
    piece_text_set_lead(&p->text, lead);
    p->lead_lines = p->lead_points = 0;
    if (lead.len == 0)
        return;
    const unsigned char *at = (const unsigned char *)lead.ptr, *end = at + lead.len, *line = at;
    while ((line = pybytes_line_end(line, end)) < end) {
        line += pybytes_newline_len(line, end);
        at = line;
        p->lead_lines++;
    }
    p->lead_points = utf8_count(slice_of((const char *)at, (size_t)(end - at)));
}

/* A place in what was scanned becomes one in the file. */
static void move_place(const struct pieces *p, uint32_t *line, uint32_t *column) {
    bool first = *line == p->lead_lines + 1;
    if (first)
        *column += p->text.column - (uint32_t)p->lead_points;
    *line += p->text.line - (uint32_t)p->lead_lines;
}

static uint64_t moved(const struct pieces *p, uint64_t at) {
    return piece_text_offset(&p->text, at > p->text.lead ? (size_t)at - p->text.lead : 0);
}

/* What began before the piece (a string that is cut) begins with it. */
static void clamp_start(const struct pieces *p, struct finding *f) {
    if (f->start_byte >= p->text.lead)
        return;
    f->start_byte = p->text.lead;
    f->line = (uint32_t)p->lead_lines + 1;
    f->column = (uint32_t)p->lead_points + 1;
}

/* Of the findings from number `known` on, those stay that begin in [from, to) of what was scanned, or reach
 * into it from the lead. Their places become those in the file. */
static void keep_own(struct pieces *p, size_t known, size_t from, size_t to) {
    struct scan_result *r = &p->w->part;
    size_t kept = known, lead = p->text.lead;
    for (size_t i = known; i < r->finding_count; i++) {
        struct finding *f = &r->findings[i];
        bool own = f->start_byte >= from || (f->start_byte < lead && f->end_byte > lead);
        if (!own || f->start_byte >= to) {
            secret_release(&f->value);
            continue;
        }
        p->random += strcmp(f->rule, CLASSIFY_RANDOM) == 0;
        clamp_start(p, f);
        move_place(p, &f->line, &f->column);
        move_place(p, &f->end_line, &f->end_column);
        f->start_byte = moved(p, f->start_byte);
        f->end_byte = moved(p, f->end_byte);
        if (f->secret_end_byte) {
            f->secret_start_byte = moved(p, f->secret_start_byte);
            f->secret_end_byte = moved(p, f->secret_end_byte);
        }
        r->findings[kept++] = *f;
    }
    r->finding_count = kept;
}

static void keep_own_reads(struct pieces *p, size_t known) {
    struct scan_result *r = &p->w->part;
    size_t kept = known;
    for (size_t i = known; i < r->read_count; i++) {
        struct env_read *read = &r->reads[i];
        if (read->start_byte < p->text.lead)
            continue;
        move_place(p, &read->line, &read->column);
        read->start_byte = moved(p, read->start_byte);
        read->end_byte = moved(p, read->end_byte);
        r->reads[kept++] = *read;
    }
    r->read_count = kept;
}

/* In a line as long as a piece (JSON as programs write it): behind the last comma between two elements, so
 * that what follows does not begin inside of quotes; best where a bracket was closed, since a string may be a
 * comma. 0 if there is none. */
static size_t cut_elements(struct slice view, size_t from, size_t to, struct slice before,
                           struct slice behind) {
    for (size_t at = to < view.len ? to : view.len - 1; at > from + 1; at--)
        if (view.ptr[at - 1] == ',' && slice_find_byte(before, view.ptr[at - 2], 0) != SIZE_MAX &&
            slice_find_byte(behind, view.ptr[at], 0) != SIZE_MAX)
            return at;
    return 0;
}

/* Behind the last line end before `to`; `to` itself where a line is that long and nothing else parts it. */
static size_t cut_lines(struct slice view, size_t from, size_t to) {
    for (size_t at = to; at > from; at--)
        if (view.ptr[at - 1] == '\n')
            return at;
    size_t between = cut_elements(view, from, to, SLICE_LIT("}]"), SLICE_LIT("{[\""));
    between = between > 0 ? between : cut_elements(view, from, to, SLICE_LIT("\""), SLICE_LIT("\""));
    if (between > 0)
        return between;
    while (to > from + 1 && ((unsigned char)view.ptr[to] & 0xc0) == 0x80) /* between characters */
        to--;
    return to;
}

static void text_pieces(struct pieces *p, enum scan_language language) {
    size_t behind = 0, told = 0; /* of the window: seen before; what the notebook's cells were taken from */
    while (!is_interrupted(p) && fill(p, behind + p->piece_bytes + AROUND_BYTES)) {
        struct slice window = piece_text_window(&p->text);
        size_t known = p->w->part.finding_count;
        struct slice rest = slice_sub(window, behind, behind + p->piece_bytes + AROUND_BYTES);
        size_t len = scan_weight_part(language, rest, SCAN_PIECE_WEIGHT);
        bool last = p->text.at_end && len == window.len - behind;
        len = len < p->piece_bytes ? len : p->piece_bytes;
        size_t end = last ? window.len : cut_lines(window, behind, behind + len);
        if (p->cells)
            notebook_stream_take(p->cells, slice_sub(window, told, last ? window.len : end));
        scan_document(p->w, p->path, language, slice_sub(window, 0, last ? end : end + AROUND_BYTES));
        keep_own(p, known, behind, last ? end + 1 : end);
        if (last)
            return;
        size_t far = end > 2 * AROUND_BYTES ? end - 2 * AROUND_BYTES : 0;
        size_t next = end > AROUND_BYTES ? cut_lines(window, far, end - AROUND_BYTES) : 0;
        behind = told = end - next;
        piece_text_advance(&p->text, next);
    }
}

/* How much of lead and window is the next piece; what leads to the one behind it is then in *cut. 0 at the
 * end. */
static size_t next_piece(struct pieces *p, struct piece_cut *cut, const char *base) {
    if (!fill(p, p->piece_bytes))
        return 0;
    struct slice window = piece_text_window(&p->text);
    size_t lead = p->text.lead, len = scan_weight_part(SCAN_PYTHON, window, SCAN_PIECE_WEIGHT);
    len = len < p->piece_bytes ? len : p->piece_bytes;
    buf_clear(&cut->lead);
    cut->closing[0] = '\0';
    if (p->text.at_end && len == window.len)
        return len > 0 ? lead + len : 0;
    struct slice text = slice_sub(buf_as_slice(&p->text.text), 0, lead + len);
    py_lex(text, &p->w->tokens);
    piece_cut_find(cut, text, &p->w->tokens, lead, base);
    p->cut |= cut->lost;
    return cut->at;
}

/* The first `len` bytes of lead and window. A string that is cut there is closed for it, in the place of what
 * comes next. */
static void scan_piece(struct pieces *p, size_t len, const char *closing) {
    struct scan_result *r = &p->w->part;
    char next[sizeof(((struct piece_cut *)0)->closing)];
    size_t findings = r->finding_count, reads = r->read_count, more = strlen(closing);
    struct buf *text = &p->text.text;
    if (!buf_reserve(text, sizeof next)) /* there is room behind */
        more = 0;
    memcpy(next, text->ptr + len, more);
    memcpy(text->ptr + len, closing, more);
    scan_document(p->w, p->path, SCAN_PYTHON, slice_of(text->ptr, len + more));
    memcpy(text->ptr + len, next, more);
    for (size_t i = findings; i < r->finding_count; i++) {
        struct finding *f = &r->findings[i];
        size_t over = f->end_byte > len ? (size_t)f->end_byte - len : 0;
        f->end_byte -= over;
        f->end_column -= (uint32_t)over;
    }
    keep_own(p, findings, p->text.lead, SIZE_MAX);
    keep_own_reads(p, reads);
}

static void python_pieces(struct pieces *p) {
    struct piece_cut cut;
    const char *base = p->text.form == PIECE_PLAIN ? "" : decoded_lead;
    size_t len;
    piece_cut_init(&cut);
    set_lead(p, slice_cstr(base));
    while (!is_interrupted(p) && (len = next_piece(p, &cut, base)) > 0 && p->e.status == KL_OK) {
        scan_piece(p, len, cut.closing);
        piece_text_advance(&p->text, len - p->text.lead);
        set_lead(p, buf_as_slice(&cut.lead));
    }
    piece_cut_release(&cut);
}

/* Many random values without a name that tells are the data of a program, as in a file that is scanned whole.
 */
static void drop_random(struct pieces *p, size_t known) {
    struct scan_result *r = &p->w->part;
    size_t kept = known;
    for (size_t i = known; p->random > SCAN_MAX_RANDOM && i < r->finding_count; i++) {
        if (strcmp(r->findings[i].rule, CLASSIFY_RANDOM) == 0)
            secret_release(&r->findings[i].value);
        else
            r->findings[kept++] = r->findings[i];
    }
    r->finding_count = p->random > SCAN_MAX_RANDOM ? kept : r->finding_count;
}

static void set_unfixable(struct pieces *p, size_t known) {
    struct scan_result *r = &p->w->part;
    bool utf16 = p->text.form == PIECE_UTF16_LITTLE || p->text.form == PIECE_UTF16_BIG;
    for (size_t i = known; utf16 && i < r->finding_count; i++) {
        if (!p->w->member)
            r->findings[i].reason = reason_utf16;
        r->findings[i].fixable = false;
    }
}

static bool scan_all(struct pieces *p, enum scan_language language, size_t known) {
    if (language == SCAN_PYTHON) {
        python_pieces(p);
        drop_random(p, known);
        set_unfixable(p, known);
        return true;
    }
    if (language == SCAN_NOTEBOOK && p->text.form == PIECE_PLAIN)
        p->cells = notebook_stream_new(p->w, p->path, scan_whole_bytes(p->w));
    text_pieces(p, language);
    bool code = p->cells && notebook_stream_end(p->cells, known);
    notebook_stream_free(p->cells);
    return code;
}

void scan_pieces_from(struct scan_worker *w, const char *path, enum scan_language language,
                      struct byte_source from, struct slice head) {
    struct scan_stats *stats = &w->part.stats;
    const struct scan_stats before = *stats;
    size_t asked = w->shared->options->piece_bytes;
    struct pieces p = {.w = w, .path = path, .piece_bytes = asked > 0 ? asked : PIECE_BYTES};
    size_t weight = scan_gate_wait(w->shared->gate, SCAN_PIECE_WEIGHT + 3 * p.piece_bytes);
    piece_text_open(&p.text, from, language, head);
    w->in_pieces = true;
    bool code = scan_all(&p, language, w->part.finding_count);
    w->in_pieces = false;
    for (size_t i = 0; i < PARTLY_COUNT; i++) /* one file */
        stats->partly[i] = before.partly[i] + (stats->partly[i] > before.partly[i]);
    stats->python_files = before.python_files + code;
    stats->files = before.files + 1;
    stats->bytes = before.bytes + piece_text_offset(&p.text, piece_text_window(&p.text).len);
    if (p.cut)
        scan_worker_error(w, path, message_cut);
    if (p.e.status != KL_OK)
        scan_worker_error(w, path, p.e.message);
    piece_text_close(&p.text);
    scan_gate_leave(w->shared->gate, weight);
}

void scan_pieces_bytes(struct scan_worker *w, const char *path, enum scan_language language,
                       struct slice bytes) {
    scan_pieces_from(w, path, language, (struct byte_source){.ahead = bytes}, bytes);
}
