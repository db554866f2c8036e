/* textfile_yaml.c: what stands in quotes in YAML (YAML 1.2.2, 7.3.1 and 7.3.2), over lines too. The line ends
 * in it are folded: one is a blank, several are one fewer, and one behind a backslash is nothing. */
#include "base/buf.h"
#include "base/encode.h"
#include "scanner/textfile_internal.h"

#define QUOTED_MAX_BYTES ((size_t)64 << 10)

/* What a backslash makes of one letter; others stand for themselves. */
static const struct {
    char letter;
    uint8_t digits; /* of the code point behind it; 0: it is `code` */
    uint32_t code;
} escapes[] = {
    {'0', 0, 0},      {'a', 0, 7},    {'b', 0, 8},  {'t', 0, '\t'}, {'n', 0, '\n'}, {'v', 0, 11},
    {'f', 0, 12},     {'r', 0, '\r'}, {'e', 0, 27}, {'N', 0, 0x85}, {'_', 0, 0xA0}, {'L', 0, 0x2028},
    {'P', 0, 0x2029}, {'x', 2, 0},    {'u', 4, 0},  {'U', 8, 0},
};

/* The escape at body.ptr[at] == '\\'; what follows it. */
static size_t unescape(struct slice body, size_t at, struct buf *out) {
    if (at + 1 >= body.len)
        return body.len;
    char c = body.ptr[at + 1];
    uint32_t code = 0;
    for (size_t i = 0; i < KL_ARRAY_LEN(escapes); i++) {
        if (escapes[i].letter != c)
            continue;
        if (escapes[i].digits == 0) {
            buf_utf8(out, escapes[i].code);
            return at + 2;
        }
        if (hex_number(body, at + 2, escapes[i].digits, &code) && code <= 0x10FFFF) {
            buf_utf8(out, code);
            return at + 2 + escapes[i].digits;
        }
    }
    buf_char(out, c);
    return at + 2;
}

static bool is_break_behind(struct slice body, size_t at, size_t *next) {
    *next = at + (at < body.len && body.ptr[at] == '\r');
    bool is = *next < body.len && body.ptr[*next] == '\n';
    *next += is;
    return is;
}

/* From the first of several line ends, with the blanks around them, on; `joined`: a backslash stood before
 * it. */
static size_t fold(struct slice body, size_t at, bool joined, struct buf *out) {
    size_t breaks = 0;
    for (; at < body.len && text_is_blank(body.ptr[at]); at++)
        breaks += body.ptr[at] == '\n';
    if (breaks == 1 && !joined)
        buf_char(out, ' ');
    for (size_t i = 1; i < breaks; i++)
        buf_char(out, '\n');
    return at;
}

/* Do the blanks at `at` hold a line end? */
static bool ends_line(struct slice body, size_t at) {
    while (at < body.len && text_is_blank(body.ptr[at]) && body.ptr[at] != '\n')
        at++;
    return at < body.len && body.ptr[at] == '\n';
}

static struct slice value_of(struct slice body, char quote, struct arena *arena) {
    if (slice_find_byte(body, '\n', 0) == SIZE_MAX &&
        slice_find_byte(body, quote == '"' ? '\\' : '\'', 0) == SIZE_MAX)
        return body;
    struct buf out = BUF_INIT_SECRET(2 * QUOTED_MAX_BYTES);
    for (size_t at = 0, next; at < body.len;) {
        char c = body.ptr[at];
        if (c == '\\' && quote == '"') {
            at = is_break_behind(body, at + 1, &next) ? fold(body, at + 1, true, &out)
                                                      : unescape(body, at, &out);
        } else if (text_is_blank(c) && ends_line(body, at)) {
            at = fold(body, at, false, &out);
        } else {
            buf_char(&out, c);
            at += c == '\'' && quote == '\'' ? 2 : 1;
        }
    }
    struct slice value = arena_copy(arena, buf_as_slice(&out));
    buf_release(&out);
    return value;
}

/* May the line that begins at `at` go on with what is in quotes? It is empty, or indented so far. */
static bool line_goes_on(struct slice s, size_t at, size_t indent) {
    size_t first = at;
    while (first < s.len && (s.ptr[first] == ' ' || s.ptr[first] == '\t'))
        first++;
    return first - at >= indent || first >= s.len || s.ptr[first] == '\n' || s.ptr[first] == '\r';
}

/* Where the quote at `at` is closed; SIZE_MAX if it is not. */
static size_t closing_quote(struct slice s, size_t at, size_t limit, size_t indent) {
    char quote = s.ptr[at];
    for (size_t i = at + 1; i < limit; i++) {
        char c = s.ptr[i];
        bool twice = c == '\'' && quote == '\'' && i + 1 < limit && s.ptr[i + 1] == '\'';
        if (c == quote && !twice)
            return i;
        i += twice || (c == '\\' && quote == '"' && i + 1 < limit && s.ptr[i + 1] != '\n');
        if (c == '\n' && !line_goes_on(s, i + 1, indent))
            return SIZE_MAX;
    }
    return SIZE_MAX;
}

size_t text_yaml_quoted(struct extraction *x, size_t at, size_t end, size_t indent, struct slice *value) {
    struct slice s = x->text;
    if (at >= end || (s.ptr[at] != '"' && s.ptr[at] != '\''))
        return SIZE_MAX;
    size_t close = closing_quote(s, at, end, indent);
    if (close == SIZE_MAX) {
        size_t limit = text_limit(x, at, QUOTED_MAX_BYTES);
        close = limit > end ? closing_quote(s, at, limit, indent) : SIZE_MAX;
        text_spend(x, (close == SIZE_MAX ? limit : close) - at);
    }
    if (close == SIZE_MAX)
        return SIZE_MAX;
    *value = slice_trim(value_of(slice_sub(s, at + 1, close), s.ptr[at], x->arena));
    return close + 1;
}
