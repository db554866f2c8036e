/* glob.c: the matcher behind glob.h.
 *
 * Two places to go back to are enough, the last `*` and the last `**`, and so
 * there is no recursion. Worked example: "a/ ** /b*c" (without the blanks) on
 * "a/x/bd/bec". After "a/" the text offsets where "b*c" may begin are 2, 4 and
 * 7 (here, or behind a later slash). At 2 "x" is no "b"; at 4 "b" matches and
 * `*` grows until it meets the slash, where it may not go on: back to the
 * `**`, which moves on to 7, and there "bec" matches. An earlier `*` never
 * needs a second look once a later one stands, since what the earlier one could
 * give up the later one could have taken. */
#include "scanner/glob.h"

enum star_kind { STAR_NONE, STAR_SEGMENT, STAR_ANY, STAR_FOLDERS };

struct retry {
    enum star_kind kind;
    size_t pattern; /* where matching goes on in the pattern */
    size_t text;    /* the last text offset tried */
};

struct glob {
    const unsigned char *p, *t;
    size_t p_len, t_len;
    bool fold;
    struct retry segment, wide;
};

static unsigned char lower(unsigned char c) {
    return (unsigned char)ascii_lower((char)c);
}
static unsigned char upper(unsigned char c) {
    return c >= 'a' && c <= 'z' ? (unsigned char)(c & ~32) : c;
}
static bool is_lower(unsigned char c) {
    return c >= 'a' && c <= 'z';
}
static bool is_upper(unsigned char c) {
    return c >= 'A' && c <= 'Z';
}
static bool is_digit(unsigned char c) {
    return c >= '0' && c <= '9';
}
static bool is_alpha(unsigned char c) {
    return is_lower(c) || is_upper(c);
}
static bool is_alnum(unsigned char c) {
    return is_alpha(c) || is_digit(c);
}
static bool is_blank(unsigned char c) {
    return c == ' ' || c == '\t';
}
static bool is_space(unsigned char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}
static bool is_cntrl(unsigned char c) {
    return c < 32 || c == 127;
}
static bool is_graph(unsigned char c) {
    return c > 32 && c < 127;
}
static bool is_print(unsigned char c) {
    return c >= 32 && c < 127;
}
static bool is_punct(unsigned char c) {
    return is_graph(c) && !is_alnum(c);
}
static bool is_xdigit(unsigned char c) {
    return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f');
}

static const struct {
    const char *name;
    bool (*test)(unsigned char c);
} classes[] = {{"alnum", is_alnum}, {"alpha", is_alpha}, {"blank", is_blank}, {"cntrl", is_cntrl},
               {"digit", is_digit}, {"graph", is_graph}, {"lower", is_lower}, {"print", is_print},
               {"punct", is_punct}, {"space", is_space}, {"upper", is_upper}, {"xdigit", is_xdigit}};

enum bracket_result { BRACKET_NO, BRACKET_YES, BRACKET_BAD };

/* [:name:] at *at (on its '['). BRACKET_BAD for an unknown name or an open
 * one. *is_class is false when it is no class at all but a plain '['. */
static enum bracket_result match_class(const struct glob *g, size_t *at, unsigned char c, bool *is_class) {
    size_t start = *at + 2, end = start;
    while (end < g->p_len && g->p[end] != ']')
        end++;
    if (end >= g->p_len)
        return BRACKET_BAD;
    *is_class = end > start && g->p[end - 1] == ':';
    if (!*is_class)
        return c == '[' ? BRACKET_YES : BRACKET_NO;
    struct slice name = slice_of(g->p + start, end - 1 - start);
    *at = end;
    for (size_t i = 0; i < KL_ARRAY_LEN(classes); i++) {
        if (!slice_eq_cstr(name, classes[i].name))
            continue;
        bool yes = classes[i].test(c) || (g->fold && is_lower(c) && classes[i].test == is_upper);
        return yes ? BRACKET_YES : BRACKET_NO;
    }
    return BRACKET_BAD;
}

static bool in_range(const struct glob *g, unsigned char c, unsigned char low, unsigned char high) {
    if (c >= low && c <= high)
        return true;
    return g->fold && is_lower(c) && upper(c) >= low && upper(c) <= high;
}

/* The set at *at (on its '['); *at is behind its ']' after it. */
static enum bracket_result match_bracket(const struct glob *g, size_t *at, unsigned char c) {
    size_t p = *at + 1;
    bool negated = p < g->p_len && (g->p[p] == '!' || g->p[p] == '^');
    if (negated)
        p++;
    bool matched = false, first = true;
    unsigned char previous = 0; /* 0: no range may begin with what stood here */
    for (; p >= g->p_len || g->p[p] != ']' || first; p++, first = false) {
        if (p >= g->p_len)
            return BRACKET_BAD;
        unsigned char x = g->p[p];
        if (x == '-' && previous != 0 && p + 1 < g->p_len && g->p[p + 1] != ']') {
            if (g->p[++p] == '\\' && ++p >= g->p_len)
                return BRACKET_BAD;
            matched = matched || in_range(g, c, previous, g->p[p]);
            previous = 0;
        } else if (x == '[' && p + 1 < g->p_len && g->p[p + 1] == ':') {
            bool is_class = false;
            enum bracket_result r = match_class(g, &p, c, &is_class);
            if (r == BRACKET_BAD)
                return r;
            matched = matched || r == BRACKET_YES;
            previous = is_class ? 0 : '[';
        } else {
            if (x == '\\') {
                if (++p >= g->p_len)
                    return BRACKET_BAD;
                x = g->p[p];
            }
            matched = matched || c == x;
            previous = x;
        }
    }
    *at = p + 1;
    return matched != negated && c != '/' ? BRACKET_YES : BRACKET_NO;
}

/* One step of plain matching: a pattern item that is no star against one byte. */
static enum bracket_result match_one(const struct glob *g, size_t *at, unsigned char raw) {
    unsigned char c = g->fold ? lower(raw) : raw, x = g->p[*at];
    if (x == '?') {
        ++*at;
        return c != '/' ? BRACKET_YES : BRACKET_NO;
    }
    if (x == '[')
        return match_bracket(g, at, c);
    if (x == '\\') {
        if (++*at >= g->p_len)
            return BRACKET_BAD;
        x = g->p[*at];
    }
    ++*at;
    return c == (g->fold ? lower(x) : x) ? BRACKET_YES : BRACKET_NO;
}

/* Reads the stars at *at and sets up the place to come back to. True when they
 * end the pattern and swallow the rest of the text. */
static bool take_stars(struct glob *g, size_t *at, size_t text) {
    size_t start = *at, p = start;
    while (p < g->p_len && g->p[p] == '*')
        p++;
    bool bounded = p - start >= 2 && (start == 0 || g->p[start - 1] == '/');
    bool slash = p < g->p_len && g->p[p] == '/';
    bool escaped = p + 1 < g->p_len && g->p[p] == '\\' && g->p[p + 1] == '/';
    if (bounded && p == g->p_len)
        return true;
    if (bounded && (slash || escaped)) {
        if (slash)
            p++;
        g->wide = (struct retry){slash ? STAR_FOLDERS : STAR_ANY, p, text};
        g->segment.kind = STAR_NONE;
    } else {
        g->segment = (struct retry){STAR_SEGMENT, p, text};
    }
    *at = p;
    return false;
}

/* Goes back to the nearest star that can take more. False when none can. */
static bool go_back(struct glob *g, size_t *p, size_t *t) {
    if (g->segment.kind == STAR_SEGMENT) {
        if (g->segment.text < g->t_len && g->t[g->segment.text] != '/') {
            *t = ++g->segment.text;
            *p = g->segment.pattern;
            return true;
        }
        g->segment.kind = STAR_NONE;
    }
    if (g->wide.kind == STAR_NONE)
        return false;
    size_t next = g->wide.text;
    if (g->wide.kind == STAR_FOLDERS)
        while (next < g->t_len && g->t[next] != '/')
            next++;
    if (next >= g->t_len)
        return false;
    *t = g->wide.text = next + 1;
    *p = g->wide.pattern;
    return true;
}

bool glob_match(struct slice pattern, struct slice text, unsigned flags) {
    struct glob g = {.p = (const unsigned char *)pattern.ptr,
                     .t = (const unsigned char *)text.ptr,
                     .p_len = pattern.len,
                     .t_len = text.len,
                     .fold = (flags & GLOB_FOLD_CASE) != 0};
    size_t p = 0, t = 0;
    for (;;) {
        if (p < g.p_len && g.p[p] == '*') {
            if (take_stars(&g, &p, t))
                return true;
            continue;
        }
        if (p == g.p_len && t == g.t_len)
            return true;
        enum bracket_result r = BRACKET_NO;
        if (p < g.p_len && t < g.t_len)
            r = match_one(&g, &p, g.t[t]);
        if (r == BRACKET_BAD)
            return false;
        if (r == BRACKET_YES)
            t++;
        else if (!go_back(&g, &p, &t))
            return false;
    }
}
