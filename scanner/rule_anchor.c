/* rule_anchor.c: see rule_anchor.h. A pattern is read item by item; of each its greatest width in bytes is
 * known, or it ends the search. (PCRE2's documentation: pcre2pattern.) */
#include "scanner/rule_anchor.h"

#include "base/encode.h"

#define LEAD_MAX ((size_t)256)
#define WIDTH_MAX ((size_t)4096)
#define PLACE_REACH 4u /* \\b, $ and their like look at a byte or two */
#define DEPTH_MAX 8u
#define ANCHOR_MIN 2u
#define LITERAL_NONE (-1)

struct group {
    size_t width, widest;      /* of the alternative at hand, and of those before it */
    bool is_look;              /* (?=...): takes no bytes */
    bool is_open;              /* what stands in it stands in every match, as far as is known */
    struct rule_anchor before; /* the best one outside of it */
    struct byte_set bytes_before;
    bool text_before;
};

struct reading {
    const char *at;
    struct group groups[DEPTH_MAX];
    size_t depth;
    size_t looks;                 /* the widths of all looks to a side */
    struct rule_anchor run, best; /* literal bytes one after the other */
    struct byte_set bytes;        /* of all items so far that take some */
    bool begins_with_text;        /* or at the beginning of the string */
};

static size_t add(size_t a, size_t b) {
    return a + b > WIDTH_MAX ? WIDTH_MAX + 1 : a + b;
}

/* What begins a group: (  (?:  (?>  or a look to a side. */
static bool open_group(struct reading *r) {
    static const struct {
        const char *text;
        bool is_look;
    } kinds[] = {{"(?:", false}, {"(?>", false}, {"(?=", true},
                 {"(?!", true},  {"(?<=", true}, {"(?<!", true}};
    struct slice rest = slice_cstr(r->at);
    bool known = r->at[1] != '?' && r->at[1] != '*', look = false;
    size_t len = 1;
    for (size_t i = 0; i < KL_ARRAY_LEN(kinds) && !known; i++) {
        known = slice_starts(rest, kinds[i].text);
        look = kinds[i].is_look;
        len = strlen(kinds[i].text);
    }
    if (!known || ++r->depth == DEPTH_MAX)
        return false;
    r->groups[r->depth] = (struct group){.is_look = look,
                                         .is_open = !look && r->groups[r->depth - 1].is_open,
                                         .before = r->best,
                                         .bytes_before = r->bytes,
                                         .text_before = r->begins_with_text};
    r->at += len;
    return true;
}

static const struct byte_set every_byte = {{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}};

static bool is_word(char c) {
    return ascii_is_digit(c) || ascii_is_upper(c) || ascii_is_lower(c);
}

/* The byte at r->at, written as itself, \. or \x2e. False for what stands for several. */
static bool read_byte(struct reading *r, unsigned *byte) {
    uint32_t code = 0;
    bool is_hex = r->at[0] == '\\' && r->at[1] == 'x';
    if (is_hex && (!r->at[2] || !hex_number(slice_cstr(r->at), 2, 2, &code)))
        return false;
    if (r->at[0] == '\\' && !is_hex && (!r->at[1] || is_word(r->at[1])))
        return false;
    *byte = is_hex ? code : (unsigned char)r->at[r->at[0] == '\\'];
    r->at += is_hex ? 4 : r->at[0] == '\\' ? 2 : 1;
    return true;
}

/* The class that begins at r->at; every byte, where it has kinds of bytes in it. */
static bool read_class(struct reading *r, struct byte_set *bytes) {
    bool negated = r->at[1] == '^', first = true, kinds = false;
    for (r->at += negated ? 2 : 1; *r->at && (*r->at != ']' || first); first = false) {
        unsigned low, high;
        if (*r->at == '[')
            return false; /* [:alpha:]; a '[' of its own is written with a backslash here */
        if (!read_byte(r, &low)) {
            kinds = true;
            r->at += r->at[1] ? 2 : 1;
            continue;
        }
        high = low;
        if (r->at[0] == '-' && r->at[1] && r->at[1] != ']') {
            r->at++;
            if (!read_byte(r, &high))
                return false;
        }
        for (; low <= high; low++)
            byte_set_add(bytes, (unsigned char)low);
    }
    for (size_t i = 0; i < KL_ARRAY_LEN(bytes->bits); i++)
        bytes->bits[i] = kinds ? UINT64_MAX : negated ? ~bytes->bits[i] : bytes->bits[i];
    r->at += *r->at == ']';
    return true;
}

/* One item that is no group: its width, the bytes that it may be, and the byte that it is, if there is one.
 */
static bool read_item(struct reading *r, size_t *width, struct byte_set *bytes, int *literal) {
    static const char kinds[] = "dDsSwWhHvVN", places[] = "AbBzZG";
    char c = r->at[0], next = r->at[1];
    bool is_place = c == '^' || c == '$' || (c == '\\' && next && strchr(places, next));
    bool is_kind = c == '.' || (c == '\\' && next && strchr(kinds, next));
    unsigned byte;
    *width = !is_place;
    *bytes = (struct byte_set){{0}};
    *literal = LITERAL_NONE;
    r->begins_with_text |= c == '^' || (c == '\\' && next == 'A');
    if (c == '[')
        return read_class(r, bytes);
    if (is_place || is_kind) {
        r->at += c == '\\' ? 2 : 1;
        *bytes = is_kind ? every_byte : *bytes;
        return true;
    }
    if (!read_byte(r, &byte))
        return false;
    *literal = (int)byte;
    byte_set_add(bytes, (unsigned char)byte);
    return true;
}

/* {3}, {3,5}, {3,}; false for what else begins with a brace. */
static bool read_braces(struct reading *r, size_t *most) {
    bool open = false, digits = false;
    *most = 0;
    for (r->at++; *r->at && *r->at != '}'; r->at++) {
        bool comma = *r->at == ',' && !open && digits;
        if (!comma && (*r->at < '0' || *r->at > '9'))
            return false;
        *most = comma ? 0 : add(*most * 10, (size_t)(*r->at - '0'));
        open |= comma;
        digits = !comma;
    }
    if (!digits)
        *most = WIDTH_MAX + 1;
    r->at += *r->at == '}';
    return open || digits;
}

/* How often the item before r->at stands there at most; WIDTH_MAX + 1 for what has no bound. */
static bool read_count(struct reading *r, size_t *most, bool *counted) {
    *most = 1;
    *counted = *r->at && strchr("*+?{", *r->at);
    if (!*counted)
        return true;
    if (*r->at == '{') {
        if (!read_braces(r, most))
            return false;
    } else {
        *most = *r->at == '?' ? 1 : WIDTH_MAX + 1;
        r->at++;
    }
    r->at += *r->at == '?' || *r->at == '+';
    return true;
}

static size_t times(size_t width, size_t count) {
    return width > 0 && count > WIDTH_MAX / width ? WIDTH_MAX + 1 : width * count;
}

static bool is_rare(char c) {
    return !ascii_is_upper(c) && !ascii_is_lower(c) && !ascii_is_digit(c) && c != ' ' && c != '_';
}

static void end_run(struct reading *r) {
    struct rule_anchor *run = &r->run;
    while (run->rare < run->len && !is_rare(run->bytes[run->rare]))
        run->rare++;
    if (run->rare < run->len && run->len > r->best.len && run->lead <= LEAD_MAX)
        r->best = *run;
    r->begins_with_text |= run->len > 0 && run->lead == 0;
    *run = (struct rule_anchor){0};
}

/* A literal byte that stands once. */
static void extend_run(struct reading *r, int literal) {
    for (size_t i = 0; i <= r->depth && r->run.len == 0; i++)
        r->run.lead = add(r->run.lead, r->groups[i].width);
    if (r->run.len == 0)
        r->run.alike = r->bytes;
    if (r->run.len < RULE_ANCHOR_MAX)
        r->run.bytes[r->run.len++] = (char)literal;
}

/* What stands in one alternative need not stand in a match. */
static void close_alternative(struct reading *r) {
    struct group *g = &r->groups[r->depth];
    g->widest = g->width > g->widest ? g->width : g->widest;
    g->width = 0;
    g->is_open = false;
    r->best = g->before;
    r->begins_with_text = g->text_before;
    r->at++;
}

/* A group's end, and how often it stands there. */
static bool close_group(struct reading *r) {
    const struct group *g = &r->groups[r->depth--];
    size_t width = g->is_look ? 0 : g->width > g->widest ? g->width : g->widest, most;
    bool counted;
    r->at++;
    if (!read_count(r, &most, &counted))
        return false;
    if (g->is_look) {
        r->bytes = g->bytes_before;
        r->looks = add(r->looks, g->width > g->widest ? g->width : g->widest);
    }
    if (counted) {
        r->best = g->before;
        r->begins_with_text = g->text_before;
    }
    struct group *outer = &r->groups[r->depth];
    outer->width = add(outer->width, times(width, most));
    return true;
}

static bool read_single(struct reading *r) {
    struct group *here = &r->groups[r->depth];
    struct byte_set bytes;
    size_t width, most;
    int literal;
    bool counted;
    if (!read_item(r, &width, &bytes, &literal) || !read_count(r, &most, &counted))
        return false;
    if (literal != LITERAL_NONE && !counted && here->is_open)
        extend_run(r, literal);
    else
        end_run(r);
    here->width = add(here->width, times(width, most));
    for (size_t i = 0; i < KL_ARRAY_LEN(bytes.bits); i++)
        r->bytes.bits[i] |= bytes.bits[i];
    return true;
}

static bool read_one(struct reading *r) {
    if (*r->at == '(' || *r->at == '|' || *r->at == ')')
        end_run(r);
    if (*r->at == '(')
        return open_group(r);
    if ((*r->at == '|' || *r->at == ')') && r->depth == 0)
        return false; /* alternatives of the whole have nothing in common */
    if (*r->at == '|')
        close_alternative(r);
    else if (*r->at == ')')
        return close_group(r);
    else
        return read_single(r);
    return true;
}

static bool read_all(struct reading *r) {
    bool known = true;
    while (*r->at && known)
        known = read_one(r);
    end_run(r);
    return known && r->depth == 0;
}

bool rule_anchor_of(const char *pattern, struct rule_anchor *out) {
    struct reading r = {.at = pattern, .groups[0].is_open = true};
    *out = (struct rule_anchor){0};
    if (read_all(&r) && r.best.len >= ANCHOR_MIN && !r.begins_with_text)
        *out = r.best;
    return out->len > 0;
}

size_t rule_reach(const char *pattern) {
    struct reading r = {.at = pattern, .groups[0].is_open = true};
    if (!read_all(&r) || r.groups[0].width > WIDTH_MAX || r.looks > WIDTH_MAX)
        return SIZE_MAX;
    return r.groups[0].width + r.looks + PLACE_REACH;
}

size_t rule_anchor_find(const struct rule_anchor *a, struct slice text, size_t from) {
    for (size_t at = from + a->rare;; at++) {
        at = slice_find_byte(text, a->bytes[a->rare], at);
        if (at == SIZE_MAX || text.len - (at - a->rare) < a->len)
            return SIZE_MAX;
        if (memcmp(text.ptr + (at - a->rare), a->bytes, a->len) == 0)
            return at - a->rare;
    }
}

size_t rule_anchor_begin(const struct rule_anchor *a, struct slice text, size_t at, size_t from) {
    size_t begin = at, low = at > a->lead && at - a->lead > from ? at - a->lead : from;
    while (begin > low && byte_set_has(&a->alike, text.ptr[begin - 1]))
        begin--;
    return begin;
}
