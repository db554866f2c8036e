/* textfile_nested.c: maps and tables in braces. */
#include "scanner/textfile_internal.h"

#define MAP_MAX_BYTES ((size_t)64 << 10) /* of a map over several lines */

/* "# ..." at `at`, which is read as a comment; where it ends, else `at`. */
static size_t comment_end(struct slice s, size_t at, size_t end) {
    if (s.ptr[at] != '#' || (at > 0 && !text_is_blank(s.ptr[at - 1])))
        return at;
    size_t stop = slice_find_byte(slice_sub(s, 0, end), '\n', at);
    return stop == SIZE_MAX ? end : stop;
}

static size_t skip_blanks_and_comments(struct slice s, size_t at, size_t end) {
    size_t before;
    do {
        before = at;
        at = text_skip_blanks(s, at, end);
        at = at < end ? comment_end(s, at, end) : at;
    } while (at > before);
    return at;
}

/* The pair behind a brace or comma; returns where it ends, or `at`. */
static size_t inline_pair(struct extraction *x, size_t at, size_t end, unsigned ways) {
    struct slice s = x->text;
    bool yaml = ways & PAIR_COLON;
    size_t start = skip_blanks_and_comments(s, at, end), i = start;
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
        struct slice value;
        size_t stop = yaml ? text_yaml_quoted(x, i, end, 0, &value) : text_quoted_end(s, i, end, &closed);
        if (!yaml && closed)
            value = text_unquote(slice_sub(s, i + 1, stop - 1), s.ptr[i], x->arena);
        if (yaml ? stop <= end : closed)
            text_add_pair(x, key, i, stop, value);
        return stop < end ? stop : end;
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
        size_t comment = comment_end(x->text, at, end);
        if (comment > at) {
            at = comment;
            continue;
        }
        depth += c == '{';
        depth -= c == '}' && depth > 0;
        at++;
        if (depth > 0 && (c == '{' || c == ','))
            at = inline_pair(x, at, end, ways);
    }
}

/* Reads braces from `at` on until those that are opened are closed, or to `end`. How many stay open, and
 * where the outermost of these is. */
static size_t open_braces(struct slice s, size_t *at, size_t end, size_t *outermost) {
    size_t depth = 0;
    bool closed = false, whole;
    while (*at < end && !closed) {
        char c = s.ptr[*at];
        size_t comment = comment_end(s, *at, end);
        if (c == '"' || c == '\'') {
            *at = text_quoted_end(s, *at, end, &whole);
            continue;
        }
        if (c == '{' && depth++ == 0)
            *outermost = *at;
        closed = c == '}' && depth > 0 && --depth == 0;
        *at = comment > *at ? comment : *at + 1;
    }
    return depth;
}

/* Where a value begins, and no template does: behind "key:", a dash, or nothing. */
static bool begins_value(struct slice s, size_t first, size_t at) {
    if (at + 1 < s.len && (s.ptr[at + 1] == '{' || s.ptr[at + 1] == '%'))
        return false;
    size_t before = at;
    while (before > first && text_is_blank(s.ptr[before - 1]))
        before--;
    return before == first || s.ptr[before - 1] == ':' || s.ptr[before - 1] == '-';
}

size_t text_map_end(struct extraction *x, size_t first, size_t end) {
    struct slice s = x->text;
    size_t outermost = first, open = 0, at = first;
    while (at < end)
        open = open_braces(s, &at, end, &outermost);
    if (open == 0 || !begins_value(s, first, outermost))
        return end;
    at = outermost;
    open = open_braces(s, &at, text_limit(x, outermost, MAP_MAX_BYTES), &outermost);
    text_spend(x, at - outermost);
    return open == 0 && at > end ? at : end;
}
