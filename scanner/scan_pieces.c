/* scan_pieces.c: see scan_pieces.h. */
#include "scanner/scan_pieces.h"

#include "base/encode.h"
#include "base/file.h"
#include "scanner/pybytes.h"
#include "scanner/pyencoding.h"
#include "scanner/textfile.h"

#define PIECE_BYTES ((size_t)1 << 20)
#define AROUND_BYTES ((size_t)64 << 10)   /* of other text, on either side of a piece */
#define STATEMENT_BYTES ((size_t)2 << 20) /* a longer one is cut */

static const char message_cut[] =
    "a statement in it is longer than 2 MB: it was searched in pieces, without the names around each";

struct pieces {
    struct scan_worker *w;
    const char *path;
    struct file_reader *reader; /* NULL: from memory */
    struct slice memory;        /* what is still to come of it, the view included */
    struct slice view;
    bool at_end;           /* nothing comes behind the view */
    uint64_t start;        /* of the view, in the file */
    uint32_t line, column; /* of its first byte, less one */
    size_t random;         /* findings of the classifier, for their looks alone */
    bool cut;              /* a statement */
    bool inside;           /* the view begins within it */
    struct error e;
};

bool scan_pieces_fit(enum scan_language language, struct slice head) {
    if (language == SCAN_NOTEBOOK || language == SCAN_BINARY || textfile_is_utf16(head))
        return false;
    struct slice cookie = pyencoding_cookie(head);
    return language != SCAN_PYTHON || cookie.len == 0 || pyencoding_is_utf8(cookie);
}

/* Makes the view `want` bytes long, if there are so many. */
static bool fill(struct pieces *p, size_t want) {
    if (!p->reader) {
        p->view = slice_sub(p->memory, 0, want);
        p->at_end = p->view.len == p->memory.len;
        return true;
    }
    struct buf *b = &p->w->bytes;
    while (!p->at_end && b->len < want) {
        size_t before = b->len;
        if (file_reader_next(p->reader, want - b->len, b, &p->e) != KL_OK)
            return false;
        p->at_end = b->len == before;
    }
    p->view = buf_as_slice(b);
    return true;
}

/* The view begins `len` bytes later. */
static void advance(struct pieces *p, size_t len) {
    const unsigned char *at = (const unsigned char *)p->view.ptr, *end = at + len, *line = at;
    while ((line = pybytes_line_end(line, end)) < end) {
        line += pybytes_newline_len(line, end);
        at = line;
        p->line++;
        p->column = 0;
    }
    p->column += (uint32_t)utf8_count(slice_of((const char *)at, (size_t)(end - at)));
    p->start += len;
    if (!p->reader) {
        p->memory = slice_sub(p->memory, len, p->memory.len);
    } else {
        memmove(p->w->bytes.ptr, p->w->bytes.ptr + len, p->w->bytes.len - len);
        p->w->bytes.len -= len;
    }
}

static void move(const struct pieces *p, uint32_t *line, uint32_t *column) {
    *column += *line == 1 ? p->column : 0;
    *line += p->line;
}

/* Of the findings from number `known` on, those that begin in view[from, to) stay. Their places become those
 * in the file. */
static void keep_own(struct pieces *p, size_t known, size_t from, size_t to) {
    struct scan_result *r = &p->w->part;
    size_t kept = known;
    for (size_t i = known; i < r->finding_count; i++) {
        struct finding *f = &r->findings[i];
        if (f->start_byte < from || f->start_byte >= to) {
            secret_release(&f->value);
            continue;
        }
        p->random += strcmp(f->rule, CLASSIFY_RANDOM) == 0;
        move(p, &f->line, &f->column);
        move(p, &f->end_line, &f->end_column);
        f->start_byte += p->start;
        f->end_byte += p->start;
        if (f->secret_end_byte) {
            f->secret_start_byte += p->start;
            f->secret_end_byte += p->start;
        }
        r->findings[kept++] = *f;
    }
    r->finding_count = kept;
}

static void move_reads(struct pieces *p, size_t known) {
    struct scan_result *r = &p->w->part;
    for (size_t i = known; i < r->read_count; i++) {
        move(p, &r->reads[i].line, &r->reads[i].column);
        r->reads[i].start_byte += p->start;
        r->reads[i].end_byte += p->start;
    }
}

/* Behind the last line end before `to`; `to` itself where a line is that long. */
static size_t cut_lines(struct slice view, size_t from, size_t to) {
    for (size_t at = to; at > from; at--)
        if (view.ptr[at - 1] == '\n')
            return at;
    while (to > from + 1 && ((unsigned char)view.ptr[to] & 0xc0) == 0x80) /* between characters */
        to--;
    return to;
}

static bool is_interrupted(const struct pieces *p) {
    bool (*interrupted)(void) = p->w->shared->options->interrupted;
    return interrupted && interrupted();
}

static void text_pieces(struct pieces *p, enum scan_language language) {
    size_t behind = 0;
    while (!is_interrupted(p) && fill(p, behind + PIECE_BYTES + AROUND_BYTES)) {
        size_t known = p->w->part.finding_count;
        size_t end = p->at_end ? p->view.len : cut_lines(p->view, behind, behind + PIECE_BYTES);
        scan_document(p->w, p->path, language, p->view);
        keep_own(p, known, behind, p->at_end ? end + 1 : end);
        if (p->at_end)
            return;
        size_t far = end > 2 * AROUND_BYTES ? end - 2 * AROUND_BYTES : 0;
        size_t next = end > AROUND_BYTES ? cut_lines(p->view, far, end - AROUND_BYTES) : 0;
        behind = end - next;
        advance(p, next);
    }
}

/* The last place in the view where a statement begins that stands in no other; 0 if there is none. */
static size_t statement_cut(const struct py_tokens *t, struct slice view) {
    for (size_t i = t->count; i-- > 1;) {
        const struct py_token *token = &t->items[i];
        bool begins = token->kind == PY_NAME || (token->kind == PY_OP && token->op == '@');
        if (begins && token->depth == 0 && token->start > 0 && view.ptr[token->start - 1] == '\n' &&
            t->items[i - 1].kind != PY_ERROR)
            return token->start;
    }
    return 0;
}

/* Behind the last comma in the first PIECE_BYTES; else their end. */
static size_t comma_cut(const struct py_tokens *t, struct slice view) {
    for (size_t i = t->count; i-- > 0;)
        if (t->items[i].end <= PIECE_BYTES && tok_is_op(&t->items[i], ','))
            return t->items[i].end;
    return cut_lines(view, PIECE_BYTES - 4, PIECE_BYTES);
}

/* How much of the view is the next piece. */
static size_t next_piece(struct pieces *p) {
    struct py_tokens *t = &p->w->tokens;
    size_t cut = 0;
    for (size_t want = PIECE_BYTES; cut == 0; want = STATEMENT_BYTES) {
        if (!fill(p, want) || p->at_end)
            return p->view.len;
        py_lex(p->view, t);
        cut = statement_cut(t, p->view);
        if (cut == 0 && (p->inside || want == STATEMENT_BYTES)) {
            p->cut = p->inside = true;
            return comma_cut(t, p->view);
        }
    }
    p->inside = false;
    return cut;
}

static void python_pieces(struct pieces *p) {
    size_t len;
    while (!is_interrupted(p) && (len = next_piece(p)) > 0 && p->e.status == KL_OK) {
        size_t findings = p->w->part.finding_count, reads = p->w->part.read_count;
        scan_document(p->w, p->path, SCAN_PYTHON, slice_sub(p->view, 0, len));
        keep_own(p, findings, 0, SIZE_MAX);
        move_reads(p, reads);
        advance(p, len);
    }
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

static void scan_pieces(struct pieces *p, enum scan_language language) {
    struct scan_stats *stats = &p->w->part.stats;
    const struct scan_stats before = *stats;
    const size_t known = p->w->part.finding_count;
    p->w->in_pieces = true;
    if (language == SCAN_PYTHON)
        python_pieces(p);
    else
        text_pieces(p, language);
    p->w->in_pieces = false;
    if (language == SCAN_PYTHON)
        drop_random(p, known);
    for (size_t i = 0; i < PARTLY_COUNT; i++) /* one file */
        stats->partly[i] = before.partly[i] + (stats->partly[i] > before.partly[i]);
    stats->python_files = before.python_files + (language == SCAN_PYTHON);
    stats->files = before.files + 1;
    stats->bytes = before.bytes + p->start + p->view.len;
    if (p->cut)
        scan_worker_error(p->w, p->path, message_cut);
    if (p->e.status != KL_OK)
        scan_worker_error(p->w, p->path, p->e.message);
}

void scan_pieces_bytes(struct scan_worker *w, const char *path, enum scan_language language,
                       struct slice bytes) {
    struct pieces p = {.w = w, .path = path, .memory = bytes};
    scan_pieces(&p, language);
}

bool scan_pieces_file(struct scan_worker *w, const char *path, enum scan_language language, bool named) {
    struct pieces p = {.w = w, .path = path};
    w->bytes.len = 0;
    enum kl_status s = file_reader_open(&p.reader, path, SCAN_MAX_PIECED_BYTES, &p.e);
    if (s == KL_OK) {
        scan_path_rules(w, path);
        scan_pieces(&p, language);
        file_reader_close(p.reader);
        return true;
    }
    if (s == KL_ERR_LIMIT)
        scan_worker_skip(w, SKIP_TOO_LARGE);
    if (s != KL_ERR_NOT_FOUND || named)
        scan_worker_error(w, path, p.e.message);
    return false;
}
