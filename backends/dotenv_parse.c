/* The grammar of python-dotenv (dotenv/parser.py), as a hand-written reader
 * over bytes. Each read_... function stands for one of its regular expressions. */
#include "backends/dotenv_file.h"

#include <stdlib.h>

#include "base/encode.h"
#include "base/mem.h"

struct reader {
    struct slice text;
    size_t pos;
    size_t counted; /* line numbers are known up to here */
    uint32_t line;
    enum dotenv_dialect dialect;
    struct arena *arena;
};

#define DOTENV_BOM "\xef\xbb\xbf"

static int byte_at(const struct reader *r, size_t pos) {
    return pos < r->text.len ? (unsigned char)r->text.ptr[pos] : -1;
}

static bool is_newline(int c) {
    return c == '\n' || c == '\r';
}

/* Length of the white space character at pos, as Python's str.isspace and `\s`
 * have it; 0 if there is none. Line ends count. */
static size_t space_at(const struct reader *r, size_t pos) {
    int c = byte_at(r, pos);
    if (c < 0x80)
        return (c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x20) ? 1 : 0;
    uint32_t cp = 0;
    unsigned len = utf8_sequence(r->text.ptr + pos, r->text.len - pos, &cp);
    bool space = cp == 0x85 || cp == 0xa0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200a) || cp == 0x2028 ||
                 cp == 0x2029 || cp == 0x202f || cp == 0x205f || cp == 0x3000;
    return len && space ? len : 0;
}

static void skip_spaces(struct reader *r, bool over_lines) {
    size_t len;
    while ((len = space_at(r, r->pos)) && (over_lines || !is_newline(byte_at(r, r->pos))))
        r->pos += len;
}

static size_t line_end(const struct reader *r, size_t pos) {
    while (pos < r->text.len && !is_newline(byte_at(r, pos)))
        pos++;
    return pos;
}

static void skip_newline(struct reader *r) {
    if (byte_at(r, r->pos) == '\r' && byte_at(r, r->pos + 1) == '\n')
        r->pos += 2;
    else if (is_newline(byte_at(r, r->pos)))
        r->pos++;
}

static void count_lines(struct reader *r) {
    for (; r->counted < r->pos; r->counted++) {
        int c = byte_at(r, r->counted);
        if (c == '\n' || (c == '\r' && byte_at(r, r->counted + 1) != '\n'))
            r->line++;
    }
}

/* "export " before a name. */
static void read_export(struct reader *r) {
    struct slice rest = slice_sub(r->text, r->pos, r->text.len);
    if (!slice_starts(rest, "export"))
        return;
    size_t blank = r->pos + strlen("export");
    if (!space_at(r, blank) || is_newline(byte_at(r, blank)))
        return;
    r->pos = blank;
    skip_spaces(r, false);
}

/* CR and CRLF become LF, and the escapes in `escapes` are decoded; NULL decodes none. */
static struct slice decode(struct reader *r, size_t from, size_t to, const char *escapes) {
    static const char meanings[][2] = {{'\\', '\\'}, {'\'', '\''}, {'"', '"'},  {'a', '\a'}, {'b', '\b'},
                                       {'f', '\f'},  {'n', '\n'},  {'r', '\r'}, {'t', '\t'}, {'v', '\v'}};
    char *out = arena_alloc(r->arena, to - from + 1);
    size_t len = 0;
    for (size_t i = from; i < to; i++) {
        char c = r->text.ptr[i];
        if (c == '\r') {
            if (i + 1 < to && r->text.ptr[i + 1] == '\n')
                i++;
            c = '\n';
        } else if (c == '\\' && escapes && i + 1 < to && r->text.ptr[i + 1] &&
                   strchr(escapes, r->text.ptr[i + 1])) {
            i++;
            for (size_t k = 0; k < KL_ARRAY_LEN(meanings); k++)
                if (meanings[k][0] == r->text.ptr[i])
                    c = meanings[k][1];
        }
        out[len++] = c;
    }
    out[len] = '\0';
    return slice_of(out, len);
}

/* False where python-dotenv finds no name. "#" is no name and no failure. */
static bool read_key(struct reader *r, struct slice *key) {
    *key = (struct slice){0};
    size_t from = r->pos;
    if (byte_at(r, from) == '#')
        return true;
    if (byte_at(r, from) == '\'') {
        size_t close = slice_find_byte(r->text, '\'', from + 1);
        if (close == SIZE_MAX || close == from + 1)
            return false;
        *key = decode(r, from + 1, close, NULL);
        r->pos = close + 1;
        return true;
    }
    size_t to = from;
    while (to < r->text.len && byte_at(r, to) != '=' && byte_at(r, to) != '#' && !space_at(r, to))
        to++;
    *key = decode(r, from, to, NULL);
    r->pos = to;
    return to > from;
}

/* Where the quoted text that begins at `from` ends (at its closing quote), or
 * SIZE_MAX. Worked example, the bytes 'a\\' and 'b' on the next line: strict
 * pairs the two backslashes and stops at the quote after them; classic pairs
 * the second one with that quote, and goes on to the one before b. And where
 * no quote is left, classic gives the last escaped one back. */
static size_t closing_quote(const struct reader *r, size_t from, char quote) {
    size_t given_back = SIZE_MAX;
    for (size_t i = from; i < r->text.len; i++) {
        char c = r->text.ptr[i];
        if (c == quote)
            return i;
        if (c != '\\')
            continue;
        if (r->dialect == DOTENV_STRICT) {
            i++;
        } else if (byte_at(r, i + 1) == quote) {
            given_back = i + 1;
            i++;
        }
    }
    return given_back;
}

static void read_unquoted(struct reader *r, struct dotenv_binding *b) {
    size_t from = r->pos, to = line_end(r, from), end = from;
    for (size_t i = from; i < to;) {
        size_t space = space_at(r, i);
        if (!space) {
            end = ++i;
            continue;
        }
        while (i < to && (space = space_at(r, i)))
            i += space;
        if (i < to && byte_at(r, i) == '#')
            break;
    }
    b->value = decode(r, from, end, NULL);
    b->value_end = end;
    r->pos = to;
}

static bool read_value(struct reader *r, struct dotenv_binding *b) {
    r->pos++; /* "=" */
    size_t after_equal = r->pos;
    skip_spaces(r, false);
    b->has_value = true;
    b->value_start = b->value_end = r->pos;
    int c = byte_at(r, r->pos);
    if (c < 0 || is_newline(c) || (c == '#' && r->pos > after_equal && r->dialect == DOTENV_STRICT)) {
        b->value = slice_of("", 0);
        return true;
    }
    if (c != '\'' && c != '"') {
        read_unquoted(r, b);
        return true;
    }
    size_t close = closing_quote(r, r->pos + 1, (char)c);
    if (close == SIZE_MAX)
        return false;
    b->value = decode(r, r->pos + 1, close, c == '"' ? "\\'\"abfnrtv" : "\\'");
    r->pos = b->value_end = close + 1;
    return true;
}

/* Only blanks and a comment may stand between a value and the end of its line. */
static bool read_line_end(struct reader *r) {
    skip_spaces(r, false);
    if (byte_at(r, r->pos) == '#')
        r->pos = line_end(r, r->pos);
    if (r->pos < r->text.len && !is_newline(byte_at(r, r->pos)))
        return false;
    skip_newline(r);
    return true;
}

static bool read_binding(struct reader *r, struct dotenv_binding *b) {
    read_export(r);
    if (!read_key(r, &b->key))
        return false;
    skip_spaces(r, false);
    if (byte_at(r, r->pos) == '=' && !read_value(r, b))
        return false;
    return read_line_end(r);
}

static void parse_step(struct reader *r, struct dotenv_binding *b) {
    *b = (struct dotenv_binding){.start = r->pos};
    skip_spaces(r, true);
    count_lines(r);
    b->line = r->line;
    if (r->pos < r->text.len && !read_binding(r, b)) {
        r->pos = line_end(r, r->pos);
        skip_newline(r);
        *b = (struct dotenv_binding){.start = b->start, .line = b->line, .error = true};
    }
    b->end = r->pos;
}

enum kl_status dotenv_parse(struct slice bytes, enum dotenv_dialect dialect, const char *what,
                            struct arena *a, struct dotenv_file *out, struct error *e) {
    *out = (struct dotenv_file){0};
    if (bytes.len > DOTENV_MAX_FILE_BYTES)
        return error_set(e, KL_ERR_LIMIT, "%s is larger than %zu bytes", what, DOTENV_MAX_FILE_BYTES);
    if (!utf8_valid(bytes))
        return error_set(e, KL_ERR_PARSE, "%s is not UTF-8: python-dotenv cannot load it", what);
    struct reader r = {.text = bytes, .line = 1, .dialect = dialect, .arena = a};
    if (dialect == DOTENV_STRICT && slice_starts(bytes, DOTENV_BOM))
        r.pos = strlen(DOTENV_BOM);

    struct dotenv_binding *found = NULL;
    size_t cap = 0;
    while (r.pos < bytes.len) {
        found = mem_grow(found, &cap, out->count + 1, sizeof *found);
        parse_step(&r, &found[out->count++]);
    }
    out->bindings = arena_calloc(a, out->count + 1, sizeof *found);
    if (out->count)
        memcpy(out->bindings, found, out->count * sizeof *found);
    free(found); /* spans and slices into the arena: no secret bytes */
    return KL_OK;
}

const struct dotenv_binding *dotenv_find(const struct dotenv_file *f, const char *name) {
    for (size_t i = f->count; i-- > 0;)
        if (f->bindings[i].key.ptr && slice_eq_cstr(f->bindings[i].key, name))
            return &f->bindings[i];
    return NULL;
}
