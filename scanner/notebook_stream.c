/* notebook_stream.c: the code of a notebook that is too large to be held. Of its JSON only what the cells
 * hold is kept, as a small notebook of its own (images and outputs are what makes a large one large), with a
 * way back to the places in the file. When there is as much as is scanned at once, what has come so far is
 * scanned: names are then not followed from one half to the other. */
#include <stdlib.h>

#include "base/bisect.h"
#include "base/encode.h"
#include "base/mem.h"
#include "scanner/pybytes.h"
#include "scanner/scan_pieces_internal.h"
#include "scanner/scan_weight.h"

#define WORD_BYTES 12u                  /* no key that matters is longer */
#define WEIGH_BYTES ((size_t)256 << 10) /* cells are weighed anew so often */

static const char message_cell[] = "a cell in it is too large: its code was searched as text alone";
static const char cell_begin[] = "{\"cell_type\":\"code\"", source_key[] = ",\"source\":", cell_end[] = "},";

struct spot {
    uint64_t byte;
    uint32_t line, column; /* less one */
};

/* What of the small notebook was taken from the file, as it is, and from where. */
struct span {
    struct spot here, file;
};

enum state {
    OUTSIDE,   /* of strings */
    IN_STRING, /* `word` is what it begins with */
    BEHIND,    /* a string: a colon makes it a key */
    BEFORE,    /* the value of a key that matters */
    IN_SOURCE, /* a list of strings, outside of them, or nothing but a string that begins */
    IN_LINE    /* a string of the source */
};

struct notebook_stream {
    struct scan_worker *w;
    const char *path;
    size_t whole_bytes, weighed;
    enum state state;
    bool escaped, returned; /* the byte before was a backslash; a CR, whose line has ended */
    bool is_type;           /* the string at hand says what kind of cell it is */
    bool is_list;           /* the source at hand */
    bool is_code, is_other, too_large, any_too_large, any_code;
    char word[WORD_BYTES];
    size_t word_len;
    uint32_t depth, cell_depth; /* of the keys of a cell; 0: not known yet */
    struct spot at;             /* of the next byte, in the file */
    struct spot end;            /* of the small notebook */
    struct buf small;
    struct spot cell;              /* where the cell at hand begins in it */
    size_t cell_start, cell_spans; /* before the cell at hand */
    bool in_cell;
    struct span *spans;
    size_t span_count, span_capacity;
    uint64_t *known; /* pairs: of what was found in code, beginning and end */
    size_t known_count, known_capacity;
    size_t *scans; /* pairs: numbers of the findings that are of code */
    size_t scan_count, scan_capacity;
};

struct notebook_stream *notebook_stream_new(struct scan_worker *w, const char *path, size_t whole_bytes) {
    struct notebook_stream *n = mem_calloc(1, sizeof *n);
    n->w = w;
    n->path = path;
    n->whole_bytes = whole_bytes;
    buf_init_secret(&n->small, 2 * whole_bytes + WEIGH_BYTES);
    return n;
}

void notebook_stream_free(struct notebook_stream *n) {
    if (!n)
        return;
    buf_release(&n->small);
    free(n->spans);
    free(n->known);
    free(n->scans);
    free(n);
}

static void step(struct spot *s, unsigned char c, bool after_return) {
    s->byte++;
    if (c == '\r' || (c == '\n' && !after_return))
        s->line++;
    if (c == '\r' || c == '\n')
        s->column = 0;
    else
        s->column += (c & 0xc0) != 0x80;
}

static void put(struct notebook_stream *n, const char *text) {
    buf_str(&n->small, text);
    n->end.byte += strlen(text);
    n->end.column += (uint32_t)strlen(text); /* ASCII, without line ends */
}

/* ---- what was found, in the file ---- */

static const struct span *span_of(const struct notebook_stream *n, uint64_t byte) {
    struct bisection b = {.low = 1, .high = n->span_count}; /* the first one behind it */
    while (bisect(&b))
        bisect_tell(&b, n->spans[b.middle].here.byte <= byte);
    return &n->spans[b.low - 1];
}

static void move(const struct span *s, uint64_t *byte, uint32_t *line, uint32_t *column) {
    if (byte)
        *byte += s->file.byte - s->here.byte;
    if (*line == s->here.line + 1)
        *column += s->file.column - s->here.column;
    *line += s->file.line - s->here.line;
}

static void move_finding(struct notebook_stream *n, struct finding *f) {
    const struct span *s = span_of(n, f->start_byte), *end = span_of(n, f->end_byte - 1);
    if (f->secret_end_byte) {
        f->secret_start_byte += s->file.byte - s->here.byte;
        f->secret_end_byte += end->file.byte - end->here.byte;
    }
    move(s, &f->start_byte, &f->line, &f->column);
    move(end, &f->end_byte, &f->end_line, &f->end_column);
    n->known = mem_grow(n->known, &n->known_capacity, n->known_count + 2, sizeof *n->known);
    n->known[n->known_count++] = f->start_byte;
    n->known[n->known_count++] = f->end_byte;
}

static void move_read(const struct notebook_stream *n, struct env_read *read) {
    const struct span *s = span_of(n, read->start_byte), *end = span_of(n, read->end_byte - 1);
    read->end_byte += end->file.byte - end->here.byte;
    move(s, &read->start_byte, &read->line, &read->column);
}

/* Scans the cells so far. The cell at hand, if there is one, stays. */
static void scan_small(struct notebook_stream *n) {
    struct scan_result *r = &n->w->part;
    size_t findings = r->finding_count, reads = r->read_count;
    if (n->cell_start > 0) {
        n->any_code |= scan_notebook_cells(n->w, n->path, slice_of(n->small.ptr, n->cell_start));
        for (size_t i = findings; i < r->finding_count; i++)
            move_finding(n, &r->findings[i]);
        for (size_t i = reads; i < r->read_count; i++)
            move_read(n, &r->reads[i]);
        n->scans = mem_grow(n->scans, &n->scan_capacity, n->scan_count + 2, sizeof *n->scans);
        n->scans[n->scan_count++] = findings;
        n->scans[n->scan_count++] = r->finding_count;
    }
    n->small.len = n->cell_start = n->weighed = n->span_count = 0;
    n->end = (struct spot){0};
}

/* ---- cells ---- */

static void begin_source(struct notebook_stream *n, bool is_list) {
    n->is_list = is_list;
    if (n->is_other || n->too_large)
        return;
    if (!n->in_cell) {
        n->cell_start = n->small.len;
        n->cell_spans = n->span_count;
        n->cell = n->end;
        put(n, n->small.len == 0 ? "{\"cells\":[" : "");
        put(n, cell_begin);
    }
    n->in_cell = true;
    put(n, source_key);
    n->spans = mem_grow(n->spans, &n->span_capacity, n->span_count + 1, sizeof *n->spans);
    n->spans[n->span_count++] = (struct span){n->end, n->at};
}

/* Takes back the cell at hand. */
static void drop_cell(struct notebook_stream *n) {
    n->small.len = n->cell_start;
    n->end = n->cell;
    n->span_count = n->cell_spans;
    n->in_cell = false;
}

static void keep(struct notebook_stream *n, unsigned char c) {
    if (!n->in_cell)
        return;
    if (n->small.len - n->cell_start >= n->whole_bytes) {
        n->too_large = true;
        drop_cell(n);
        return;
    }
    buf_char(&n->small, (char)c);
    step(&n->end, c, n->returned);
}

static void end_cell(struct notebook_stream *n) {
    if (n->in_cell && n->is_code) {
        put(n, cell_end);
        n->cell_start = n->small.len;
        n->cell_spans = n->span_count;
    } else if (n->in_cell) {
        drop_cell(n);
    }
    n->any_too_large |= n->too_large && n->is_code;
    n->in_cell = n->is_code = n->is_other = n->too_large = false;
    bool much = n->small.len >= n->whole_bytes;
    if (!much && n->small.len - n->weighed >= WEIGH_BYTES) {
        n->weighed = n->small.len;
        much = scan_weight(SCAN_NOTEBOOK, buf_as_slice(&n->small)) > SCAN_WHOLE_WEIGHT / 2;
    }
    if (much)
        scan_small(n);
}

/* ---- JSON ---- */

static bool word_is(const struct notebook_stream *n, const char *what) {
    return n->word_len == strlen(what) && memcmp(n->word, what, n->word_len) == 0;
}

static void begin_string(struct notebook_stream *n) {
    n->state = IN_STRING;
    n->word_len = 0;
    n->escaped = false;
}

static void outside(struct notebook_stream *n, unsigned char c) {
    n->state = OUTSIDE;
    if (c == '"') {
        begin_string(n);
    } else if ((c == '}' || c == ']') && n->depth > 0) {
        if (c == '}' && n->depth == n->cell_depth)
            end_cell(n);
        n->depth--;
    } else if (c == '{' || c == '[') {
        n->depth++;
    }
}

/* The first byte of what stands behind a key that matters. */
static void value(struct notebook_stream *n, unsigned char c) {
    if (word_is(n, "cells")) {
        n->cell_depth = c == '[' ? n->depth + 2 : n->cell_depth;
    } else if (word_is(n, "cell_type")) {
        n->is_type = c == '"';
    } else if (c == '"' || c == '[') {
        begin_source(n, c == '[');
        keep(n, c);
        n->state = c == '[' ? IN_SOURCE : IN_LINE;
        n->escaped = false;
        return;
    }
    outside(n, c);
}

static bool matters(const struct notebook_stream *n) {
    if (word_is(n, "cells"))
        return true;
    return n->cell_depth > 0 && n->depth == n->cell_depth &&
           (word_is(n, "cell_type") || word_is(n, "source") || word_is(n, "input"));
}

static void in_string(struct notebook_stream *n, unsigned char c) {
    if (!n->escaped && c == '"') {
        if (n->is_type) {
            n->is_code = word_is(n, "code");
            n->is_other = !n->is_code;
        }
        n->state = n->is_type ? OUTSIDE : BEHIND;
        n->is_type = false;
        return;
    }
    n->escaped = !n->escaped && c == '\\';
    if (n->word_len < WORD_BYTES)
        n->word[n->word_len] = (char)c;
    n->word_len += n->word_len < WORD_BYTES;
}

static void in_source(struct notebook_stream *n, unsigned char c) {
    bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!blank && c != ',' && c != '"' && c != ']') { /* no list of strings: it ends here */
        outside(n, c);
        return;
    }
    keep(n, c);
    if (c == '"') {
        n->state = IN_LINE;
        n->escaped = false;
    } else if (c == ']') {
        n->state = OUTSIDE;
    }
}

static void in_line(struct notebook_stream *n, unsigned char c) {
    keep(n, c);
    if (!n->escaped && c == '"')
        n->state = n->is_list ? IN_SOURCE : OUTSIDE;
    n->escaped = !n->escaped && c == '\\';
}

static void take(struct notebook_stream *n, unsigned char c) {
    bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    switch (n->state) {
    case OUTSIDE:
        outside(n, c);
        break;
    case IN_STRING:
        in_string(n, c);
        break;
    case BEHIND:
        if (c == ':')
            n->state = matters(n) ? BEFORE : OUTSIDE;
        else if (!blank)
            outside(n, c);
        break;
    case BEFORE:
        if (!blank)
            value(n, c);
        break;
    case IN_SOURCE:
        in_source(n, c);
        break;
    case IN_LINE:
        in_line(n, c);
        break;
    }
}

/* Of a long string (an image) the part without anything to look at: all but its first bytes. */
static size_t skip_string(struct notebook_stream *n, struct slice rest) {
    if (n->state != IN_STRING || n->escaped || n->word_len < WORD_BYTES)
        return 0;
    const unsigned char *p = (const unsigned char *)rest.ptr, *end = p + rest.len;
    size_t len = (size_t)(pybytes_find4(p, end, '"', '\\', '\n', '\r') - p);
    n->at.byte += len;
    n->at.column += (uint32_t)utf8_count(slice_sub(rest, 0, len));
    n->returned = n->returned && len == 0;
    return len;
}

void notebook_stream_take(struct notebook_stream *n, struct slice bytes) {
    for (size_t i = 0; i < bytes.len;) {
        i += skip_string(n, slice_sub(bytes, i, bytes.len));
        if (i == bytes.len)
            break;
        unsigned char c = (unsigned char)bytes.ptr[i++];
        take(n, c);
        step(&n->at, c, n->returned);
        n->returned = c == '\r';
    }
}

/* ---- the end ---- */

static int by_start(const void *a, const void *b) {
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Whether something found in code lies in [start, end). */
static bool is_known(const struct notebook_stream *n, uint64_t start, uint64_t end) {
    struct bisection b = {.high = n->known_count /
                                  2}; /* the first that ends behind `start`: they do not overlap */
    while (bisect(&b))
        bisect_tell(&b, n->known[2 * b.middle + 1] <= start);
    return b.low < n->known_count / 2 && n->known[2 * b.low] < end;
}

static void drop_known(struct notebook_stream *n, size_t known) {
    struct scan_result *r = &n->w->part;
    size_t kept = known, scan = 0;
    if (n->known_count > 2)
        qsort(n->known, n->known_count / 2, 2 * sizeof *n->known, by_start);
    for (size_t i = known; i < r->finding_count; i++) {
        struct finding *f = &r->findings[i];
        while (scan < n->scan_count && n->scans[scan + 1] <= i)
            scan += 2;
        bool code = scan < n->scan_count && n->scans[scan] <= i;
        if (!code && is_known(n, f->start_byte, f->end_byte))
            secret_release(&f->value);
        else
            r->findings[kept++] = *f;
    }
    r->finding_count = kept;
}

bool notebook_stream_end(struct notebook_stream *n, size_t known) {
    end_cell(n); /* of a notebook that was cut off */
    n->cell_start = n->small.len;
    scan_small(n);
    drop_known(n, known);
    if (n->any_too_large)
        scan_worker_error(n->w, n->path, message_cell);
    return n->any_code;
}
