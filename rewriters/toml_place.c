/* toml_place.c: see toml_place.h. One pass over headers, keys and values, which knows
 * strings, comments and brackets and nothing else. */
#include "rewriters/toml_place.h"

#define NAME_MAX_BYTES 256u

struct walk {
    struct slice text;
    size_t at;
    char table[NAME_MAX_BYTES]; /* the header that rules now; "" before the first */
    bool array_of_tables;
    size_t header_end; /* of it */
};

struct statement {
    bool is_header;
    struct slice key;
    size_t value_start, value_end;
};

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

/* The offset behind a string that begins at `at`. */
static size_t string_end(struct slice t, size_t at) {
    char quote = t.ptr[at];
    bool triple = at + 2 < t.len && t.ptr[at + 1] == quote && t.ptr[at + 2] == quote;
    size_t i = at + (triple ? 3 : 1);
    for (; i < t.len; i++) {
        if (t.ptr[i] == '\\' && quote == '"') {
            i++;
        } else if (t.ptr[i] == '\n' && !triple) {
            return i; /* not TOML: whoever reads the result will say so */
        } else if (t.ptr[i] == quote && !triple) {
            return i + 1;
        } else if (t.ptr[i] == quote && i + 2 < t.len && t.ptr[i + 1] == quote && t.ptr[i + 2] == quote) {
            for (i += 3; i < t.len && t.ptr[i] == quote; i++)
                continue; /* quotes right before the end belong to the string */
            return i;
        }
    }
    return t.len;
}

static size_t comment_end(struct slice t, size_t at) {
    size_t end = slice_find_byte(t, '\n', at);
    return end == SIZE_MAX ? t.len : end;
}

/* The offset behind a value, blanks after it left out. */
static size_t value_end(struct slice t, size_t at) {
    size_t depth = 0, end = at;
    while (at < t.len) {
        char c = t.ptr[at];
        if (c == '"' || c == '\'') {
            end = at = string_end(t, at);
            continue;
        }
        if (c == '#') {
            if (depth == 0)
                break;
            at = comment_end(t, at);
            continue;
        }
        if (c == '\n' && depth == 0)
            break;
        if (c == '[' || c == '{')
            depth++;
        else if ((c == ']' || c == '}') && depth > 0)
            depth--;
        at++;
        if (!is_blank(c) && c != '\r' && c != '\n')
            end = at;
    }
    return end;
}

static void read_header(struct walk *w) {
    size_t len = 0, end = comment_end(w->text, w->at);
    w->array_of_tables = w->at + 1 < end && w->text.ptr[w->at + 1] == '[';
    size_t close = slice_find_byte(slice_sub(w->text, 0, end), ']', w->at);
    close = close == SIZE_MAX ? end : close;
    for (size_t i = w->at + 1; i < close && len + 1 < sizeof w->table; i++)
        if (!is_blank(w->text.ptr[i]) && w->text.ptr[i] != '[')
            w->table[len++] = w->text.ptr[i];
    w->table[len] = '\0';
    w->header_end = close + (close < end) + (w->array_of_tables && close + 1 < end);
    w->at = end;
}

static bool next_statement(struct walk *w, struct statement *out) {
    struct slice t = w->text;
    while (w->at < t.len &&
           (is_blank(t.ptr[w->at]) || t.ptr[w->at] == '\n' || t.ptr[w->at] == '\r' || t.ptr[w->at] == '#'))
        w->at = t.ptr[w->at] == '#' ? comment_end(t, w->at) : w->at + 1;
    if (w->at >= t.len)
        return false;
    *out = (struct statement){.is_header = t.ptr[w->at] == '['};
    if (out->is_header) {
        read_header(w);
        return true;
    }
    size_t start = w->at;
    while (w->at < t.len && t.ptr[w->at] != '=' && t.ptr[w->at] != '\n')
        w->at = t.ptr[w->at] == '"' || t.ptr[w->at] == '\'' ? string_end(t, w->at) : w->at + 1;
    out->key = slice_trim(slice_sub(t, start, w->at));
    if (w->at < t.len && t.ptr[w->at] == '=')
        w->at++;
    while (w->at < t.len && is_blank(t.ptr[w->at]))
        w->at++;
    out->value_start = w->at;
    w->at = out->value_end = value_end(t, w->at);
    return true;
}

static struct walk begin(struct slice text) {
    return (struct walk){.text = text, .at = slice_starts(text, "\xEF\xBB\xBF") ? 3 : 0};
}

static bool in_table(const struct walk *w, const char *name) {
    return !w->array_of_tables && strcmp(w->table, name) == 0;
}

struct toml_table_place toml_find_table(struct slice text, const char *name) {
    struct toml_table_place place = {0};
    struct walk w = begin(text);
    struct statement s;
    while (next_statement(&w, &s)) {
        if (!in_table(&w, name))
            continue;
        if (s.is_header)
            place = (struct toml_table_place){true, w.header_end, w.header_end};
        else
            place.last_end = s.value_end;
    }
    return place;
}

static bool begins_line(struct slice t, size_t at) {
    while (at > 0 && is_blank(t.ptr[at - 1]))
        at--;
    return at > 0 && t.ptr[at - 1] == '\n';
}

/* Only strings, commas and comments: anything else is no list of packages. */
static bool read_array(struct slice t, struct toml_array_place *a) {
    size_t at = a->start + 1;
    while (at + 1 < a->end) {
        char c = t.ptr[at];
        if (c == '"' || c == '\'') {
            a->quote = c;
            a->last_start = at;
            a->last_begins_line = begins_line(t, at);
            a->last_end = at = string_end(t, at);
            a->comma = 0;
        } else if (c == '#') {
            at = comment_end(t, at);
        } else if (c == ',') {
            a->comma = ++at;
        } else if (is_blank(c) || c == '\n' || c == '\r') {
            at++;
        } else {
            return false;
        }
    }
    return true;
}

struct toml_array_place toml_find_array(struct slice text, const char *table, const char *key) {
    struct toml_array_place place = {.quote = '"'};
    struct walk w = begin(text);
    struct statement s;
    while (!place.found && next_statement(&w, &s)) {
        if (s.is_header || !in_table(&w, table) || !slice_eq_cstr(s.key, key) ||
            s.value_end < s.value_start + 2 || text.ptr[s.value_start] != '[')
            continue;
        place.start = s.value_start;
        place.end = s.value_end;
        place.found = read_array(text, &place);
        if (!place.found)
            break;
    }
    return place;
}
