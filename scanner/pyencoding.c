/* pyencoding.c: see pyencoding.h. Sources: PEP 263; the standard library's
 * documentation of "codecs", table of standard encodings. Encodings that are no
 * superset of ASCII or keep state are left out: CPython itself can hardly read
 * a program in one. */
#include "scanner/pyencoding.h"
#include "scanner/pybytes.h"

#define MAX_NAME 40u /* of an encoding; Python's own are shorter */

enum { UTF8 = 0, LATIN1 = 2 }; /* places in the table */
static const struct pyencoding encodings[] = {
#include "scanner/pyencoding.inc"
};

static bool is_name_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\f';
}

static size_t skip_blanks(struct slice line) {
    size_t i = 0;
    while (i < line.len && is_blank(line.ptr[i]))
        i++;
    return i;
}

/* "coding", then ':' or '=', blanks and a name, anywhere in a comment. */
static struct slice cookie_of_line(struct slice line) {
    size_t i = skip_blanks(line);
    if (i >= line.len || line.ptr[i] != '#')
        return (struct slice){0};
    while ((i = slice_find(line, SLICE_LIT("coding"), i)) != SIZE_MAX) {
        i += strlen("coding");
        size_t start = i + 1;
        if (i >= line.len || (line.ptr[i] != ':' && line.ptr[i] != '='))
            continue;
        while (start < line.len && (line.ptr[start] == ' ' || line.ptr[start] == '\t'))
            start++;
        size_t end = start;
        while (end < line.len && is_name_char(line.ptr[end]))
            end++;
        if (end > start)
            return slice_sub(line, start, end);
    }
    return (struct slice){0};
}

/* The second line counts only after one that holds nothing but a comment. */
struct slice pyencoding_cookie(struct slice bytes) {
    if (bytes.len == 0)
        return bytes;
    const unsigned char *p = (const unsigned char *)bytes.ptr, *end = p + bytes.len;
    for (int i = 0; i < 2 && p < end; i++) {
        const unsigned char *line_end = pybytes_line_end(p, end);
        struct slice line = {(const char *)p, (size_t)(line_end - p)};
        struct slice cookie = cookie_of_line(line);
        size_t code = skip_blanks(line);
        if (cookie.len || (code < line.len && line.ptr[code] != '#'))
            return cookie;
        p = line_end + pybytes_newline_len(line_end, end);
    }
    return (struct slice){0};
}

/* Lower case, every run of other characters than letters, digits and dots one
 * underscore; false if too long to be a name that anybody knows. */
static bool normalize(struct slice name, char out[MAX_NAME + 3]) {
    size_t len = 1;
    bool gap = false;
    out[0] = ' ';
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (c == '-' || c == '_') {
            gap = true;
            continue;
        }
        if (len + 2 > MAX_NAME)
            return false;
        if (gap && len > 1)
            out[len++] = '_';
        gap = false;
        out[len++] = ascii_lower(c);
    }
    out[len++] = ' ';
    out[len] = 0;
    return true;
}

/* Whether the cookie is `name`, or `name` and a suffix: "utf-8-unix". */
static bool is_or_begins(struct slice cookie, const char *name) {
    size_t len = strlen(name);
    if (cookie.len < len || (cookie.len > len && cookie.ptr[len] != '-' && cookie.ptr[len] != '_'))
        return false;
    for (size_t i = 0; i < len; i++) {
        char c = cookie.ptr[i];
        c = c == '_' ? '-' : ascii_lower(c);
        if (c != name[i])
            return false;
    }
    return true;
}

bool pyencoding_is_utf8(struct slice cookie) {
    return is_or_begins(cookie, "utf-8");
}

static bool is_latin1(struct slice cookie) {
    return is_or_begins(cookie, "latin-1") || is_or_begins(cookie, "iso-8859-1") ||
           is_or_begins(cookie, "iso-latin-1");
}

const struct pyencoding *pyencoding_find(struct slice cookie) {
    char name[MAX_NAME + 3];
    if (pyencoding_is_utf8(cookie))
        return &encodings[UTF8];
    if (is_latin1(cookie))
        return &encodings[LATIN1];
    if (!normalize(cookie, name))
        return NULL;
    for (size_t i = 0; i < KL_ARRAY_LEN(encodings); i++)
        if (strstr(encodings[i].aliases, name))
            return &encodings[i];
    return NULL;
}
