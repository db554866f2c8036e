/* textfile_nested.c: pairs of which a line is more, or less, than one. */
#include "scanner/textfile_internal.h"

/* The pair behind a brace or comma; returns where it ends, or `at`. */
static size_t inline_pair(struct extraction *x, size_t at, size_t end, unsigned ways) {
    struct slice s = x->text;
    bool yaml = ways & PAIR_COLON;
    size_t start = text_skip_blanks(s, at, end), i = start;
    while (i < end && text_is_key_char(s.ptr[i]))
        i++;
    struct slice key = slice_sub(s, start, i);
    i = text_skip_blanks(s, i, end);
    if (key.len == 0 || i + 1 >= end || s.ptr[i] != (yaml ? ':' : '=') ||
        (yaml && !text_is_blank(s.ptr[i + 1])))
        return at;
    i = text_skip_blanks(s, i + 1, end);
    if (i >= end || s.ptr[i] == '{' || s.ptr[i] == '[')
        return i;
    if (s.ptr[i] == '"' || s.ptr[i] == '\'') {
        bool closed = false;
        size_t stop = text_quoted_end(s, i, end, &closed);
        if (closed)
            text_add_pair(x, key, i, stop, text_unquote(slice_sub(s, i + 1, stop - 1), s.ptr[i], x->arena));
        return stop;
    }
    size_t stop = i;
    while (stop < end && s.ptr[stop] != ',' && s.ptr[stop] != '}')
        stop++;
    struct slice value = slice_trim(slice_sub(s, i, stop));
    if (yaml && stop < end)
        text_add_pair(x, key, i, i + value.len, value);
    return stop;
}

void text_inline_pairs(struct extraction *x, size_t at, size_t end, unsigned ways) {
    size_t depth = 0;
    while (at < end) {
        char c = x->text.ptr[at];
        bool closed;
        if (c == '"' || c == '\'') {
            at = text_quoted_end(x->text, at, end, &closed);
            continue;
        }
        depth += c == '{';
        depth -= c == '}' && depth > 0;
        at++;
        if (depth > 0 && (c == '{' || c == ','))
            at = inline_pair(x, at, end, ways);
    }
}

/* `|`, `>-`, `|2`: the first line of the block below; what has several is for rules. */
static bool block(struct extraction *x, struct slice key, size_t at, size_t end) {
    struct slice s = x->text, head = slice_trim(slice_sub(s, at, end));
    if ((head.ptr[0] != '|' && head.ptr[0] != '>') || head.len > 3)
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

bool text_long_value(struct extraction *x, struct slice key, size_t at, size_t end, unsigned ways) {
    if (ways & PAIR_QUOTED)
        return block(x, key, at, end);
    return ways == PAIR_EQUALS && tripled(x, key, at);
}
