/* requirement.c: see requirement.h. */
#include "rewriters/requirement.h"

#define RELEASE_PARTS 6u

static bool is_name_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
}

static bool is_separator(char c) {
    return c == '-' || c == '_' || c == '.';
}

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* The next byte of the normalized name; 0 at the end. */
static char next_of_name(struct slice name, size_t *at) {
    if (*at >= name.len)
        return '\0';
    if (!is_separator(name.ptr[*at]))
        return lower(name.ptr[(*at)++]);
    while (*at < name.len && is_separator(name.ptr[*at]))
        (*at)++;
    return '-';
}

bool requirement_same_name(struct slice a, struct slice b) {
    size_t i = 0, j = 0;
    char x, y;
    do {
        x = next_of_name(a, &i);
        y = next_of_name(b, &j);
    } while (x == y && x != '\0');
    return x == y;
}

bool requirement_parse(struct slice text, struct requirement *out) {
    size_t at = 0;
    *out = (struct requirement){0};
    text = slice_trim(text);
    while (at < text.len && is_name_byte(text.ptr[at]))
        at++;
    out->name = slice_sub(text, 0, at);
    if (at == 0 || is_separator(text.ptr[0]) || is_separator(text.ptr[at - 1]))
        return false;
    struct slice rest = slice_trim(slice_sub(text, at, text.len));
    if (rest.len > 0 && rest.ptr[0] == '[') {
        size_t end = slice_find_byte(rest, ']', 0);
        if (end == SIZE_MAX)
            return false;
        out->extras = slice_trim(slice_sub(rest, 1, end));
        rest = slice_trim(slice_sub(rest, end + 1, rest.len));
    }
    if (rest.len > 0 && rest.ptr[0] == '@') {
        out->elsewhere = true;
        out->conditional = slice_find(rest, SLICE_LIT(" ;"), 0) != SIZE_MAX;
        return true;
    }
    size_t marker = slice_find_byte(rest, ';', 0);
    out->conditional = marker != SIZE_MAX;
    out->specifier = slice_trim(slice_sub(rest, 0, marker));
    return out->specifier.len == 0 || memchr("<>=!~(", out->specifier.ptr[0], strlen("<>=!~(")) != NULL;
}

struct release {
    unsigned part[RELEASE_PARTS];
    unsigned count;
    bool understood;
};

/* The numbers of "1.4.2", of "1.4.*" the first two. */
static struct release read_release(struct slice text) {
    struct release r = {.understood = true};
    size_t at = 0;
    text = slice_trim(text);
    if (at < text.len && (text.ptr[at] == 'v' || text.ptr[at] == 'V'))
        at++;
    while (at < text.len && r.count < RELEASE_PARTS && text.ptr[at] >= '0' && text.ptr[at] <= '9') {
        unsigned value = 0;
        for (; at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9' && value < 100000000u; at++)
            value = value * 10 + (unsigned)(text.ptr[at] - '0');
        r.part[r.count++] = value;
        if (at + 1 >= text.len || text.ptr[at] != '.')
            break;
        at++;
    }
    r.understood = r.count > 0;
    return r;
}

/* Of the first `count` parts. */
static int compare(const struct release *a, const struct release *b, unsigned count) {
    for (unsigned i = 0; i < count && i < RELEASE_PARTS; i++)
        if (a->part[i] != b->part[i])
            return a->part[i] < b->part[i] ? -1 : 1;
    return 0;
}

/* How many parts of "^0.21.3" no later version may change: 2. */
static unsigned fixed_by_caret(const struct release *r) {
    for (unsigned i = 0; i < r->count; i++)
        if (r->part[i] != 0)
            return i + 1;
    return r->count;
}

static bool clause_is_older(struct slice clause, const struct release *least) {
    static const char operators[] = "<>=!~^";
    size_t at = 0;
    while (at < clause.len && clause.ptr[at] && strchr(operators, clause.ptr[at]))
        at++;
    struct slice sign = slice_sub(clause, 0, at), version = slice_sub(clause, at, clause.len);
    struct release r = read_release(version);
    if (!r.understood)
        return false;
    if (slice_eq_cstr(sign, "<"))
        return compare(&r, least, RELEASE_PARTS) <= 0;
    if (slice_eq_cstr(sign, "<="))
        return compare(&r, least, RELEASE_PARTS) < 0;
    if (slice_eq_cstr(sign, "^"))
        return compare(&r, least, fixed_by_caret(&r)) < 0;
    if (slice_eq_cstr(sign, "~="))
        return compare(&r, least, r.count - 1) < 0;
    if (slice_eq_cstr(sign, "~"))
        return compare(&r, least, r.count > 2 ? 2 : r.count) < 0;
    bool pin = slice_starts(sign, "==") || sign.len == 0; /* poetry: "1.2.3" alone is a pin */
    return pin && compare(&r, least, slice_ends(slice_trim(version), "*") ? r.count : RELEASE_PARTS) < 0;
}

bool requirement_is_older(struct slice specifier, struct slice least) {
    struct release wanted = read_release(least);
    if (slice_find_byte(specifier, '|', 0) != SIZE_MAX) /* alternatives of poetry */
        return false;
    for (size_t at = 0; wanted.understood && at < specifier.len;) {
        size_t end = slice_find_byte(specifier, ',', at);
        end = end == SIZE_MAX ? specifier.len : end;
        struct slice clause = slice_trim(slice_sub(specifier, at, end));
        while (clause.len > 0 && clause.ptr[0] == '(')
            clause = slice_trim(slice_sub(clause, 1, clause.len));
        if (clause.len > 0 && clause_is_older(clause, &wanted))
            return true;
        at = end + 1;
    }
    return false;
}
