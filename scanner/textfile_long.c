/* textfile_long.c: pairs of several lines: values that go on, or that stand below their key. */
#include "base/buf.h"
#include "scanner/textfile_internal.h"
#include "scanner/value_shape.h"

#define LIST_MAX_BYTES ((size_t)64 << 10)

struct line {
    size_t start, first, end; /* its first byte that is no blank; both are `end` in an empty one */
};

/* The line behind the one that ends at `end`; false behind the last. */
static bool next_line(struct extraction *x, size_t end, struct line *out) {
    struct slice s = x->text;
    if (end >= s.len || end + 1 >= s.len || x->ahead == 0)
        return false;
    out->start = end + 1;
    out->end = slice_find_byte(s, '\n', out->start);
    out->end = out->end == SIZE_MAX ? s.len : out->end;
    out->first = text_skip_blanks(s, out->start, out->end);
    text_spend(x, out->end - end);
    return true;
}

static size_t column_of(struct slice s, size_t at) {
    size_t start = at;
    while (start > 0 && s.ptr[start - 1] != '\n')
        start--;
    return at - start;
}

/* Of a list, whose name says what is in it, and not that every word in it is a password. */
static void add_element(struct extraction *x, struct slice key, size_t start, size_t end,
                        struct slice value) {
    size_t before = x->out->count;
    if (value_shape(value) < SHAPE_MIXED)
        return;
    text_add_pair(x, key, start, end, value);
    if (x->out->count > before)
        x->out->items[before].in_list = true;
}

/* `|`, `>-`, `|2`: the first line of the block below; what has several is for rules. */
static bool block(struct extraction *x, struct slice key, size_t at, size_t end) {
    struct slice s = x->text, head = slice_trim(slice_sub(s, at, end));
    if (head.len == 0 || head.len > 3 || (head.ptr[0] != '|' && head.ptr[0] != '>'))
        return false;
    for (size_t i = 1; i < head.len; i++)
        if (head.ptr[i] != '-' && head.ptr[i] != '+' && (head.ptr[i] < '1' || head.ptr[i] > '9'))
            return false;
    size_t start = end + 1 < s.len ? end + 1 : s.len;
    size_t stop = slice_find_byte(s, '\n', start);
    size_t first = text_skip_blanks(s, start, stop == SIZE_MAX ? s.len : stop);
    struct slice line = slice_trim(slice_sub(s, first, stop == SIZE_MAX ? s.len : stop));
    if (first > start && line.len > 0)
        text_add_pair(x, key, first, first + line.len, line);
    return true;
}

/* Three quotes; a line end behind them is no part of the value. */
static bool tripled(struct extraction *x, struct slice key, size_t at) {
    struct slice s = x->text;
    const char *quotes = s.ptr[at] == '"' ? "\"\"\"" : "'''";
    if (!slice_starts(slice_sub(s, at, s.len), quotes))
        return false;
    size_t start = at + 3, stop = slice_find(s, slice_cstr(quotes), start);
    if (stop == SIZE_MAX)
        return true;
    size_t body = start < stop && s.ptr[start] == '\r' ? start + 1 : start;
    body = body < stop && s.ptr[body] == '\n' ? body + 1 : start;
    struct slice value = text_unquote(slice_sub(s, body, stop), s.ptr[at], x->arena);
    text_add_pair(x, key, at, stop + 3, slice_trim(value));
    return true;
}

/* [ "value", ... ] over lines; what stands in tables inside of it has names of its own. */
static bool array(struct extraction *x, struct slice key, size_t at) {
    struct slice s = x->text;
    size_t depth = 0, braces = 0, start = at, limit = text_limit(x, at, LIST_MAX_BYTES);
    if (s.ptr[at] != '[' || limit == at)
        return false;
    do {
        char c = s.ptr[at];
        bool closed = false;
        if (c == '#') {
            size_t stop = slice_find_byte(s, '\n', at);
            at = stop == SIZE_MAX ? limit : stop;
        } else if (c == '"' || c == '\'') {
            size_t stop = text_quoted_end(s, at, limit, &closed);
            if (closed && braces == 0)
                add_element(x, key, at, stop, text_unquote(slice_sub(s, at + 1, stop - 1), c, x->arena));
            at = stop;
        } else {
            depth += c == '[';
            depth -= c == ']';
            braces += c == '{';
            braces -= c == '}' && braces > 0;
            at++;
        }
    } while (at < limit && depth > 0);
    text_spend(x, at - start);
    return true;
}

/* What is between single quotes, with \\ and \' taken back. */
static struct slice unescape(struct slice body, struct arena *arena) {
    char *out = arena_alloc(arena, body.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < body.len; i++) {
        bool pair = body.ptr[i] == '\\' && i + 1 < body.len;
        i += pair && (body.ptr[i + 1] == '\\' || body.ptr[i + 1] == '\'');
        out[len++] = body.ptr[i];
    }
    return slice_of(out, len);
}

/* In both kinds of quotes a backslash takes the quote behind it in, and lines may end. Of several lines the
 * first is taken: what has more is for rules. */
static bool dotenv_quoted(struct extraction *x, struct slice key, size_t at) {
    struct slice s = slice_sub(x->text, 0, text_limit(x, at, KL_MAX_SECRET_BYTES));
    char quote = x->text.ptr[at];
    if ((quote != '"' && quote != '\'') || s.len == at)
        return false;
    size_t stop = at + 1;
    while (stop < s.len && s.ptr[stop] != quote)
        stop += s.ptr[stop] == '\\' ? 2 : 1;
    text_spend(x, stop - at);
    if (stop >= s.len)
        return false;
    struct slice body = slice_sub(s, at + 1, stop);
    struct slice value = quote == '"' ? text_unquote(body, quote, x->arena) : unescape(body, x->arena);
    value = slice_trim(value);
    text_add_pair(x, key, at, stop + 1, slice_trim(slice_sub(value, 0, slice_find_byte(value, '\n', 0))));
    return true;
}

/* How many backslashes text[start, end) ends with makes the difference. */
static bool goes_on(struct slice s, size_t start, size_t end) {
    size_t at = end;
    while (at > start && s.ptr[at - 1] == '\\')
        at--;
    return (end - at) % 2 == 1;
}

/* The line end, and the blanks that the next line begins with, are no part of the value. */
static bool continued(struct extraction *x, struct slice key, size_t at, size_t end) {
    struct slice s = x->text;
    size_t stop = end > at && s.ptr[end - 1] == '\r' ? end - 1 : end;
    struct line next;
    if (!goes_on(s, at, stop))
        return false;
    struct buf joined = BUF_INIT_SECRET(KL_MAX_SECRET_BYTES);
    size_t start = at;
    bool more = true;
    while (more) {
        more = goes_on(s, start, stop);
        if (start == at && stop == at + 1) /* nothing stands in the first line */
            at = SIZE_MAX;
        buf_slice(&joined, slice_sub(s, start, more ? stop - 1 : stop));
        more = more && next_line(x, end, &next);
        if (more) {
            start = next.first;
            end = next.end;
            stop = end > start && s.ptr[end - 1] == '\r' ? end - 1 : end;
            at = at == SIZE_MAX ? start : at;
        }
    }
    if (at < stop && buf_ok(&joined))
        text_add_pair(x, key, at, stop, arena_copy(x->arena, slice_trim(buf_as_slice(&joined))));
    buf_release(&joined);
    return true;
}

/* Of a key in a line, or in quotes there: what is in quotes behind it may go on in lines that are indented
 * more. */
static size_t indent_below(struct slice s, struct slice key) {
    size_t at = (size_t)(key.ptr - s.ptr);
    return column_of(s, at) + !(at > 0 && (s.ptr[at - 1] == '"' || s.ptr[at - 1] == '\''));
}

static bool yaml_quoted(struct extraction *x, struct slice key, size_t at, size_t end) {
    struct slice value;
    size_t stop = text_yaml_quoted(x, at, end, indent_below(x->text, key), &value);
    if (stop == SIZE_MAX)
        return false;
    text_add_pair(x, key, at, stop, value);
    x->behind = stop > end ? stop : x->behind;
    return true;
}

bool text_long_value(struct extraction *x, struct slice key, size_t at, size_t end, unsigned ways) {
    if (ways & PAIR_YAML)
        return block(x, key, at, end) || yaml_quoted(x, key, at, end);
    if (ways & PAIR_TOML)
        return tripled(x, key, at) || array(x, key, at);
    if (ways & PAIR_DOTENV)
        return dotenv_quoted(x, key, at);
    return (ways & PAIR_CONTINUED) && continued(x, key, at, end);
}

/* Of a line that `stop` lies in: is nothing but a comment behind it? Its end. */
static bool ends_there(struct slice s, size_t stop, size_t *end) {
    *end = slice_find_byte(s, '\n', stop);
    *end = *end == SIZE_MAX ? s.len : *end;
    size_t next = text_skip_blanks(s, stop, *end);
    return next == *end || (s.ptr[next] == '#' && next > stop);
}

/* A scalar of YAML that is all of text[at, *end), and neither a pair nor anything that begins with a sign. In
 * quotes it may go on over lines; *end is then the end of the last. */
static bool scalar(struct extraction *x, size_t at, size_t *end, size_t indent, size_t *stop,
                   struct slice *value) {
    struct slice s = x->text, line = slice_trim(slice_sub(s, at, *end));
    if (line.len > 0 && (line.ptr[0] == '"' || line.ptr[0] == '\'')) {
        *stop = text_yaml_quoted(x, at, *end, indent, value);
        return *stop != SIZE_MAX && ends_there(s, *stop, end);
    }
    size_t comment = slice_find(line, SLICE_LIT(" #"), 0);
    line = slice_trim(slice_sub(line, 0, comment));
    *stop = at + line.len;
    *value = line;
    return line.len > 0 && !strchr("-#{[&*!|>%@`?:,]}", line.ptr[0]) && line.ptr[line.len - 1] != ':' &&
           slice_find(line, SLICE_LIT(": "), 0) == SIZE_MAX;
}

/* key:, and below it "- value" once or more. */
static void list_below(struct extraction *x, struct slice key, struct line line) {
    struct slice s = x->text, value;
    size_t column = line.first - line.start, stop;
    bool more = true;
    while (more && line.first < line.end && s.ptr[line.first] == '-' && line.first - line.start == column) {
        size_t at = text_skip_blanks(s, line.first + 1, line.end);
        if (scalar(x, at, &line.end, column + 1, &stop, &value))
            add_element(x, key, at, stop, value);
        more = next_line(x, line.end, &line);
    }
}

/* The lines below a key of configparser that are indented more than it is: one is its value, several are a
 * list. */
static void indented_below(struct extraction *x, struct slice key, size_t column, struct line line) {
    struct slice s = x->text;
    struct line next = line;
    bool more = next_line(x, line.end, &next) && next.first < next.end && next.first - next.start > column;
    bool list = more;
    do {
        struct slice value = slice_trim(slice_sub(s, line.first, line.end));
        bool comment = value.len > 0 && (value.ptr[0] == '#' || value.ptr[0] == ';');
        if (!comment)
            (list ? add_element : text_add_pair)(x, key, line.first, line.first + value.len, value);
        if (!more)
            return;
        line = next;
        more = next_line(x, line.end, &next) && next.first < next.end && next.first - next.start > column;
    } while (true);
}

void text_value_below(struct extraction *x, struct slice key, size_t end, unsigned ways) {
    struct slice s = x->text, value;
    struct line line, next;
    size_t column = column_of(s, (size_t)(key.ptr - s.ptr)), stop;
    if (!(ways & (PAIR_YAML | PAIR_INDENTED)) || !next_line(x, end, &line) || line.first == line.end)
        return;
    size_t indent = line.first - line.start, least = indent_below(s, key);
    if ((ways & PAIR_INDENTED) && indent > column) {
        indented_below(x, key, column, line);
    } else if ((ways & PAIR_YAML) && s.ptr[line.first] == '-' && indent + 1 >= least) {
        list_below(x, key, line);
    } else if ((ways & PAIR_YAML) && indent >= least &&
               scalar(x, line.first, &line.end, least, &stop, &value)) {
        bool alone =
            !next_line(x, line.end, &next) || next.first == next.end || next.first - next.start < least;
        if (alone)
            text_add_pair(x, key, line.first, stop, value);
    }
}
