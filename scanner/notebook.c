/* notebook.c: see notebook.h. One pass over the JSON, which looks at the keys of
 * the objects in "cells" alone. Whether a cell is code may stand behind its
 * source, so the text of a cell is taken back if it was none. */
#include "scanner/notebook.h"

#include "base/encode.h"

struct reader {
    struct slice json;
    size_t at;
    uint32_t depth, cell_depth; /* of the keys of a cell; 0: not known yet */
    char *out;
    size_t out_len;
    uint32_t *offsets; /* pairs: text offset and byte offset from which on both go in step */
    size_t pairs;
    size_t kept_len, kept_pairs; /* before the cell at hand */
    uint32_t *cells;             /* where each begins in `out` */
    size_t cell_count;
    bool is_code;
};

/* Behind the string that opens at `at`. */
static size_t string_end(struct slice s, size_t at) {
    for (size_t i = at + 1; i < s.len; i++) {
        if (s.ptr[i] == '\\')
            i++;
        else if (s.ptr[i] == '"')
            return i + 1;
    }
    return s.len;
}

static size_t skip_blanks(struct slice s, size_t at) {
    while (at < s.len && (s.ptr[at] == ' ' || s.ptr[at] == '\t' || s.ptr[at] == '\n' || s.ptr[at] == '\r'))
        at++;
    return at;
}

/* The character that the escape at `i` stands for; its length in *used. */
static uint32_t escaped(struct slice s, size_t i, size_t *used) {
    static const char from[] = "nrtbf", to[] = "\n\r\t\b\f";
    char c = i + 1 < s.len ? s.ptr[i + 1] : '\\';
    *used = 2;
    if (c == 'u') {
        uint32_t code, low;
        if (!hex_number(s, i + 2, 4, &code))
            return 'u';
        *used = 6;
        bool high =
            code >= 0xD800 && code < 0xDC00 && i + 7 < s.len && s.ptr[i + 6] == '\\' && s.ptr[i + 7] == 'u';
        if (!high || !hex_number(s, i + 8, 4, &low) || low < 0xDC00 || low > 0xDFFF)
            return code;
        *used = 12;
        return 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    const char *known = c ? strchr(from, c) : NULL;
    return (unsigned char)(known ? to[known - from] : c);
}

static void put(struct reader *r, uint32_t code) {
    char utf8[4];
    size_t len = 1;
    if (code < 0x80) {
        utf8[0] = (char)code;
    } else if (code < 0x800) {
        utf8[0] = (char)(0xC0 | code >> 6);
        len = 2;
    } else if (code < 0x10000) {
        utf8[0] = (char)(0xE0 | code >> 12);
        utf8[1] = (char)(0x80 | (code >> 6 & 0x3F));
        len = 3;
    } else {
        utf8[0] = (char)(0xF0 | code >> 18);
        utf8[1] = (char)(0x80 | (code >> 12 & 0x3F));
        utf8[2] = (char)(0x80 | (code >> 6 & 0x3F));
        len = 4;
    }
    if (len > 1)
        utf8[len - 1] = (char)(0x80 | (code & 0x3F));
    memcpy(r->out + r->out_len, utf8, len);
    r->out_len += len;
}

static void in_step(struct reader *r, size_t byte) {
    r->offsets[2 * r->pairs] = (uint32_t)r->out_len;
    r->offsets[2 * r->pairs + 1] = (uint32_t)byte;
    r->pairs++;
}

static void add_string(struct reader *r, size_t start, size_t end) {
    struct slice s = slice_sub(r->json, 0, end);
    in_step(r, start);
    for (size_t i = start; i < end;) {
        if (s.ptr[i] != '\\') {
            r->out[r->out_len++] = s.ptr[i++];
            continue;
        }
        size_t used;
        put(r, escaped(s, i, &used));
        i = i + used < end ? i + used : end;
        in_step(r, i);
    }
}

/* "source": "..." or ["...", "..."]. */
static void add_source(struct reader *r) {
    size_t at = skip_blanks(r->json, r->at);
    bool list = at < r->json.len && r->json.ptr[at] == '[';
    at = list ? skip_blanks(r->json, at + 1) : at;
    while (at < r->json.len && r->json.ptr[at] == '"') {
        size_t end = string_end(r->json, at);
        bool closed = end - at >= 2 && r->json.ptr[end - 1] == '"';
        add_string(r, at + 1, closed ? end - 1 : end);
        at = skip_blanks(r->json, end);
        if (!list || at >= r->json.len || r->json.ptr[at] != ',')
            break;
        at = skip_blanks(r->json, at + 1);
    }
    if (list && at < r->json.len && r->json.ptr[at] == ']')
        at++;
    r->at = at;
}

static void on_key(struct reader *r, struct slice key) {
    if (slice_eq_cstr(key, "cells")) {
        size_t at = skip_blanks(r->json, r->at);
        if (at < r->json.len && r->json.ptr[at] == '[')
            r->cell_depth = r->depth + 2;
    } else if (r->cell_depth == 0 || r->depth != r->cell_depth) {
        return;
    } else if (slice_eq_cstr(key, "cell_type")) {
        size_t at = skip_blanks(r->json, r->at);
        r->is_code = slice_starts(slice_sub(r->json, at, r->json.len), "\"code\"");
    } else if (slice_eq_cstr(key, "source") || slice_eq_cstr(key, "input")) {
        add_source(r);
    }
}

static void end_cell(struct reader *r) {
    if (r->is_code) {
        if (r->out_len > r->kept_len)
            r->cells[r->cell_count++] = (uint32_t)r->kept_len;
        if (r->out_len > r->kept_len && r->out[r->out_len - 1] != '\n')
            r->out[r->out_len++] = '\n';
    } else {
        r->out_len = r->kept_len;
        r->pairs = r->kept_pairs;
    }
    r->kept_len = r->out_len;
    r->kept_pairs = r->pairs;
    r->is_code = false;
}

static void read_cells(struct reader *r) {
    while (r->at < r->json.len) {
        char c = r->json.ptr[r->at];
        if (c == '"') {
            size_t start = r->at;
            r->at = string_end(r->json, start);
            size_t colon = skip_blanks(r->json, r->at);
            if (colon >= r->json.len || r->json.ptr[colon] != ':')
                continue;
            struct slice key = slice_sub(r->json, start + 1, r->at - 1);
            r->at = colon + 1;
            on_key(r, key);
            continue;
        }
        if ((c == '}' || c == ']') && r->depth > 0) {
            if (c == '}' && r->depth == r->cell_depth)
                end_cell(r);
            r->depth--;
        }
        r->depth += c == '{' || c == '[';
        r->at++;
    }
    end_cell(r); /* of a notebook that was cut off */
}

bool notebook_code(struct pyfile *f, struct slice bytes, struct arena *arena, struct notebook_cells *cells) {
    struct reader r = {.json = bytes};
    size_t marks = 1;
    for (size_t i = 0; i < bytes.len; i++)
        marks += bytes.ptr[i] == '\\' || bytes.ptr[i] == '"';
    /* What is unescaped is shorter, and a string's quotes pay for the line end
     * behind a cell. */
    r.out = arena_alloc(arena, bytes.len + 1);
    r.offsets = arena_alloc(arena, 2 * marks * sizeof *r.offsets);
    r.cells = arena_alloc(arena, marks * sizeof *r.cells); /* a cell has at least one string */
    read_cells(&r);
    if (cells)
        *cells = (struct notebook_cells){r.cells, r.cell_count};
    *f = (struct pyfile){.bytes = bytes,
                         .text = slice_of(r.out, r.out_len),
                         .encoding = "utf-8",
                         .transcoded = true,
                         .decodable = utf8_valid(bytes),
                         .offsets = r.offsets,
                         .offsets_len = 2 * r.pairs};
    return r.out_len > 0;
}
