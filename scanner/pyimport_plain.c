/* pyimport_plain.c: imports as nearly everybody writes them, read without tokens:
 *
 *     import a.b as c, d
 *     from ..a.b import (
 *         c as d,  # a comment
 *         e,
 *     )
 *
 * alone on their lines, in ASCII, without a blank inside of a dotted name. What is taken for such a statement
 * binds what pyimport.c says; of anything else nothing is said. */
#include "scanner/pybytes.h"
#include "scanner/pyimport.h"
#include "scanner/pylex_internal.h"

#define MAX_NAMES 64u /* of a statement; one with more is a table */

struct reader {
    const unsigned char *p, *end;
    unsigned count;
    struct py_import found[MAX_NAMES];
};

static bool is_at(const struct reader *r, unsigned char c) {
    return r->p < r->end && *r->p == c;
}

static void skip_blanks(struct reader *r) {
    while (r->p < r->end && pylex_class[*r->p] == CLASS_BLANK)
        r->p++;
}

/* Inside parentheses: line ends and comments, too. */
static void skip_lines(struct reader *r) {
    for (skip_blanks(r); is_at(r, '#') || is_at(r, '\n'); skip_blanks(r)) {
        if (is_at(r, '#'))
            r->p = pybytes_line_end(r->p, r->end);
        else
            r->p++;
    }
}

static struct slice since(const unsigned char *start, const unsigned char *end) {
    return slice_of(start, (size_t)(end - start));
}

static bool read_name(struct reader *r, struct slice *name) {
    const unsigned char *start = r->p;
    bool high = false;
    r->p = pybytes_skip_word(start, r->end, &high);
    if (r->p == start || high || pylex_class[*start] == CLASS_DIGIT)
        return false;
    *name = since(start, r->p);
    unsigned keyword = py_keyword_of(*name);
    return keyword == KW_NONE || keyword >= KW_MATCH;
}

static bool read_dotted(struct reader *r, struct slice *dotted, struct slice *first) {
    const unsigned char *start = r->p;
    struct slice name;
    if (!read_name(r, first))
        return false;
    while (is_at(r, '.')) {
        r->p++;
        if (!read_name(r, &name))
            return false;
    }
    *dotted = since(start, r->p);
    return true;
}

/* `as NAME`, if that is what comes. */
static bool read_as(struct reader *r, struct py_import *found) {
    if (r->end - r->p < 3 || memcmp(r->p, "as", 2) != 0 || pylex_class[r->p[2]] != CLASS_BLANK)
        return true;
    r->p += 2;
    skip_blanks(r);
    found->renamed = true;
    return read_name(r, &found->bound);
}

static struct py_import *next_import(struct reader *r) {
    if (r->count == MAX_NAMES)
        return NULL;
    struct py_import *found = &r->found[r->count++];
    *found = (struct py_import){0};
    return found;
}

/* Behind `import`. */
static bool read_modules(struct reader *r) {
    for (;; r->p++) {
        skip_blanks(r);
        struct py_import *found = next_import(r);
        if (!found || !read_dotted(r, &found->module, &found->bound))
            return false;
        skip_blanks(r);
        if (!read_as(r, found))
            return false;
        skip_blanks(r);
        if (!is_at(r, ','))
            return true;
    }
}

/* Behind `from MODULE import`. */
static bool read_members(struct reader *r, struct slice module, uint32_t level) {
    skip_blanks(r);
    bool inside = is_at(r, '('), all = is_at(r, '*');
    void (*skip)(struct reader *) = inside ? skip_lines : skip_blanks;
    r->p += inside || all;
    if (all) {
        *next_import(r) = (struct py_import){.module = module, .level = level, .member = SLICE_LIT("*")};
        return true;
    }
    for (;; r->p++) {
        skip(r);
        if (inside && is_at(r, ')') && r->count > 0)
            break;
        struct py_import *found = next_import(r);
        if (!found || !read_name(r, &found->member))
            return false;
        found->module = module;
        found->level = level;
        found->bound = found->member;
        skip(r);
        if (!read_as(r, found))
            return false;
        skip(r);
        if (!is_at(r, ','))
            break;
    }
    if (inside && !is_at(r, ')'))
        return false;
    r->p += inside;
    return true;
}

/* `from ..a.b ` up to the word `import`. */
static bool read_from(struct reader *r, const unsigned char *import, struct slice *module, uint32_t *level) {
    struct slice first;
    if (import - r->p < 6 || memcmp(r->p, "from", 4) != 0 || pylex_class[r->p[4]] != CLASS_BLANK)
        return false;
    r->p += 4;
    skip_blanks(r);
    for (; is_at(r, '.'); r->p++)
        *level += 1;
    if (pylex_class[*r->p] == CLASS_NAME && r->p < import && !read_dotted(r, module, &first))
        return false;
    skip_blanks(r);
    return r->p == import && (module->len > 0 || *level > 0);
}

/* The first byte that is no blank of the line; NULL if it goes on from the one before. */
static const unsigned char *line_of(struct slice text, const unsigned char *at) {
    const unsigned char *begin = (const unsigned char *)text.ptr, *start = at;
    while (start > begin && start[-1] != '\n')
        start--;
    if (start > begin + 1 && start[-2] == '\\')
        return NULL;
    while (pylex_class[*start] == CLASS_BLANK)
        start++;
    return start;
}

bool py_import_plain(struct slice text, size_t at, size_t *end,
                     void (*fn)(void *ctx, const struct py_import *i), void *ctx) {
    const unsigned char *import = (const unsigned char *)text.ptr + at, *start = line_of(text, import);
    struct reader r;
    struct slice module = {0};
    uint32_t level = 0;
    if (!start)
        return false;
    r.p = start;
    r.end = (const unsigned char *)text.ptr + text.len;
    r.count = 0;
    if (start < import && !read_from(&r, import, &module, &level))
        return false;
    r.p = import + strlen("import");
    if (start < import ? !read_members(&r, module, level) : !read_modules(&r))
        return false;
    skip_blanks(&r);
    if (is_at(&r, '#'))
        r.p = pybytes_line_end(r.p, r.end);
    if (r.p < r.end && *r.p != '\n')
        return false;
    for (unsigned i = 0; i < r.count; i++)
        fn(ctx, &r.found[i]);
    *end = (size_t)(r.p - (const unsigned char *)text.ptr);
    return true;
}
