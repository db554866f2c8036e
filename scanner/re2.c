/* re2.c: see re2.h. One pass; the flags of the open groups stand on a stack. Classes: re2_class.c. */
#include "scanner/re2.h"

#include "base/encode.h"
#include "scanner/re2_internal.h"

enum kl_status re2_wrong(struct re2 *r, size_t at, const char *what) {
    return error_set(r->e, KL_ERR_PARSE, "at offset %zu: %s", at, what);
}

bool re2_next_char(struct re2 *r, uint32_t *c) {
    unsigned len = utf8_sequence(r->in.ptr + r->at, r->in.len - r->at, c);
    r->at += len;
    return len > 0;
}

static bool is_word(uint32_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

void re2_put_char(struct re2 *r, uint32_t c) {
    if (is_word(c))
        buf_char(r->out, (char)c);
    else if (c > 0x20 && c < 0x7F)
        buf_printf(r->out, "\\%c", (char)c);
    else
        buf_printf(r->out, "\\x{%x}", (unsigned)c);
}

static bool peek(const struct re2 *r, char c) {
    return r->at < r->in.len && r->in.ptr[r->at] == c;
}

static bool repeats_next(const struct re2 *r) {
    return peek(r, '*') || peek(r, '+') || peek(r, '?') || peek(r, '{');
}

/* ---- repetition ---- */

static bool read_number(struct re2 *r, size_t *at, unsigned *out) {
    size_t start = *at;
    *out = 0;
    while (*at < r->in.len && r->in.ptr[*at] >= '0' && r->in.ptr[*at] <= '9') {
        if (*out <= RE2_MAX_REPEAT)
            *out = *out * 10 + (unsigned)(r->in.ptr[*at] - '0');
        ++*at;
    }
    return *at > start && (*at == start + 1 || r->in.ptr[start] != '0');
}

/* {2}, {2,}, {2,3}; anything else in braces is text. */
static bool read_counts(struct re2 *r, size_t *end, unsigned *low, unsigned *high) {
    size_t at = r->at + 1;
    if (!read_number(r, &at, low))
        return false;
    *high = *low;
    if (at < r->in.len && r->in.ptr[at] == ',') {
        at++;
        *high = UINT32_MAX;
        if (at < r->in.len && r->in.ptr[at] != '}' && !read_number(r, &at, high))
            return false;
    }
    *end = at + 1;
    return at < r->in.len && r->in.ptr[at] == '}';
}

/* Of what came last; *done is false where a brace is text. */
static enum kl_status repetition(struct re2 *r, bool *done) {
    size_t start = r->at, end = r->at + 1;
    unsigned low = 0, high = 0;
    bool counted = r->in.ptr[start] == '{';
    *done = !counted || read_counts(r, &end, &low, &high);
    if (!*done)
        return KL_OK;
    if (counted && (low > RE2_MAX_REPEAT || (high != UINT32_MAX && (high > RE2_MAX_REPEAT || high < low))))
        return re2_wrong(r, start, "a repetition must be in order, and not over 1000");
    if (r->last == RE2_REPEATED)
        return re2_wrong(r, start, "a repetition cannot be repeated; RE2 has no possessive ones");
    if (r->last == RE2_NOTHING)
        return re2_wrong(r, start, "there is nothing to repeat");
    r->at = end;
    r->low = counted ? low : r->in.ptr[start] == '+';
    r->high = counted ? high : r->in.ptr[start] == '?' ? 1 : UINT32_MAX;
    bool lazy = peek(r, '?');
    r->at += lazy;
    buf_slice(r->out, slice_sub(r->in, start, end));
    if (lazy != ((r->flags & FLAG_LAZY) != 0))
        buf_char(r->out, '?');
    r->last = RE2_REPEATED;
    return KL_OK;
}

/* ---- groups ---- */

static enum kl_status open_group(struct re2 *r, unsigned flags, const char *spelled) {
    if (r->depth == RE2_MAX_DEPTH)
        return re2_wrong(r, r->at, "groups are nested too deeply");
    r->stack[r->depth++] = r->flags;
    r->flags = flags;
    r->last = RE2_NOTHING;
    buf_str(r->out, spelled);
    return KL_OK;
}

static const char *why_not_group(char c) {
    switch (c) {
    case '=':
    case '!':
        return "look-ahead, which RE2 does not have";
    case '>':
        return "an atomic group, which RE2 does not have";
    case '#':
        return "a comment, which RE2 does not have";
    case 'R':
    case '&':
    case '|':
    case '(':
        return "a kind of group that RE2 does not have";
    default:
        return "an unknown flag or kind of group";
    }
}

/* (?P<name>x) and (?<name>x): nothing asks for names, and PCRE2 allows fewer. RE2 wants each
 * once. */
static enum kl_status open_named(struct re2 *r, size_t name) {
    size_t close = slice_find_byte(r->in, '>', name);
    struct slice s = slice_sub(r->in, name, close == SIZE_MAX ? name : close);
    for (size_t i = 0; i < s.len; i++)
        if (!is_word((unsigned char)s.ptr[i]))
            return re2_wrong(r, name, "the name of a group has only letters, digits and \"_\"");
    if (s.len == 0)
        return re2_wrong(r, name, "the name of a group is missing");
    for (unsigned i = 0; i < r->name_count; i++)
        if (slice_eq(r->names[i], s))
            return re2_wrong(r, name, "the name of a group is used twice");
    if (r->name_count == RE2_MAX_NAMES)
        return re2_wrong(r, name, "too many groups with names");
    r->names[r->name_count++] = s;
    r->at = close + 1;
    r->facts->groups++;
    return open_group(r, r->flags, "(");
}

static bool flag_of(char c, unsigned *flag) {
    static const char letters[] = "imsU";
    const char *at = c != '\0' ? strchr(letters, c) : NULL;
    *flag = at != NULL ? 1u << (at - letters) : 0;
    return at != NULL;
}

/* (?i) for the rest of the group at hand, (?i:x) for one of its own. */
static enum kl_status flags_or_group(struct re2 *r) {
    unsigned flags = r->flags, flag = 0;
    bool minus = false, any = false;
    size_t at = r->at + 2;
    for (;; at++) {
        char c = at < r->in.len ? r->in.ptr[at] : '\0';
        if (flag_of(c, &flag)) {
            flags = minus ? flags & ~flag : flags | flag;
            any = true;
        } else if (c == '-' && !minus) {
            minus = true;
            any = false;
        } else if ((c == ')' || c == ':') && (any || !minus)) {
            break;
        } else {
            return re2_wrong(r, r->at, why_not_group(c));
        }
    }
    bool fold = (flags & FLAG_FOLD) != 0, folds = (r->flags & FLAG_FOLD) != 0;
    const char *letters = fold == folds ? "" : fold ? "i" : "-i";
    bool group = r->in.ptr[at] == ':';
    r->at = at + 1;
    if (group) {
        char spelled[8];
        (void)snprintf(spelled, sizeof spelled, "(?%s:", letters);
        return open_group(r, flags, spelled);
    }
    if (letters[0] != '\0')
        buf_printf(r->out, "(?%s)", letters);
    r->flags = flags;
    r->last = RE2_NOTHING;
    return KL_OK;
}

static enum kl_status group(struct re2 *r) {
    struct slice rest = slice_sub(r->in, r->at, r->in.len);
    if (slice_starts(rest, "(?P<"))
        return open_named(r, r->at + 4);
    if (slice_starts(rest, "(?<=") || slice_starts(rest, "(?<!"))
        return re2_wrong(r, r->at, "look-behind, which RE2 does not have");
    if (slice_starts(rest, "(?<"))
        return open_named(r, r->at + 3);
    if (slice_starts(rest, "(?"))
        return flags_or_group(r);
    r->at++;
    r->facts->groups++;
    return open_group(r, r->flags, "(");
}

static enum kl_status close_group(struct re2 *r) {
    if (r->depth == 0)
        return re2_wrong(r, r->at, "a \")\" that closes nothing");
    r->at++;
    r->flags = r->stack[--r->depth];
    r->last = RE2_ITEM;
    buf_char(r->out, ')');
    return KL_OK;
}

/* ---- what stands alone ---- */

/* PCRE2 repeats no assertion, unless it stands in a group. */
static void assertion(struct re2 *r, size_t len, const char *spelled) {
    r->at += len;
    buf_printf(r->out, repeats_next(r) ? "(?:%s)" : "%s", spelled);
    r->last = RE2_ITEM;
}

/* \Qa.b\E, up to the end where there is no \E. */
static enum kl_status quoted(struct re2 *r) {
    size_t end = slice_find(r->in, SLICE_LIT("\\E"), r->at + 2);
    size_t stop = end == SIZE_MAX ? r->in.len : end;
    uint32_t c = 0;
    for (r->at += 2; r->at < stop;) {
        if (!re2_next_char(r, &c))
            return re2_wrong(r, r->at, "this is not UTF-8");
        re2_put_char(r, c);
        r->last = RE2_ITEM;
    }
    r->at = end == SIZE_MAX ? stop : stop + 2;
    return KL_OK;
}

static enum kl_status escaped(struct re2 *r) {
    char c = r->at + 1 < r->in.len ? r->in.ptr[r->at + 1] : '\0';
    static const struct {
        char letter;
        const char *spelled;
    } assertions[] = {{'A', "\\A"}, {'b', "\\b"}, {'B', "\\B"}, {'z', "\\z"}};
    for (size_t i = 0; i < KL_ARRAY_LEN(assertions); i++)
        if (assertions[i].letter == c) {
            assertion(r, 2, assertions[i].spelled);
            return KL_OK;
        }
    if (c == 'Q')
        return quoted(r);
    if (c == 'Z' || c == 'G' || c == 'K')
        return re2_wrong(r, r->at, "an escape that RE2 does not have");
    uint32_t code = 0;
    size_t start = r->out->len;
    r->last = RE2_ITEM;
    bool is_class = false;
    enum kl_status status = re2_class_escape(r, false, &is_class);
    if (status != KL_OK || is_class)
        return status;
    r->out->len = start;
    status = re2_char_escape(r, &code);
    if (status == KL_OK)
        re2_put_char(r, code);
    return status;
}

static enum kl_status literal(struct re2 *r) {
    uint32_t c = 0;
    if (!re2_next_char(r, &c))
        return re2_wrong(r, r->at, "this is not UTF-8");
    re2_put_char(r, c);
    r->last = RE2_ITEM;
    return KL_OK;
}

static enum kl_status item(struct re2 *r) {
    bool done = false, lines = (r->flags & FLAG_LINES) != 0;
    enum kl_status status = KL_OK;
    switch (r->in.ptr[r->at]) {
    case '(':
        return group(r);
    case ')':
        return close_group(r);
    case '|':
        r->at++;
        r->last = RE2_NOTHING;
        buf_char(r->out, '|');
        return KL_OK;
    case '[':
        r->last = RE2_ITEM;
        return re2_class(r);
    case '\\':
        return escaped(r);
    case '^':
        assertion(r, 1, lines ? "(?m:^)" : "\\A");
        return KL_OK;
    case '$':
        assertion(r, 1, lines ? "(?m:$)" : "\\z");
        return KL_OK;
    case '.':
        r->at++;
        r->last = RE2_ITEM;
        buf_str(r->out, (r->flags & FLAG_DOT_ALL) != 0 ? "(?s:.)" : ".");
        return KL_OK;
    case '*':
    case '+':
    case '?':
    case '{':
        status = repetition(r, &done);
        return status == KL_OK && !done ? literal(r) : status;
    default:
        return literal(r);
    }
}

/* ---- the lead ---- */

/* After an item that began with `first`, and at `start` of the output. */
static void follow_lead(struct re2 *r, char first, size_t start) {
    struct re2_facts *f = r->facts;
    bool repeated = r->last == RE2_REPEATED, was_class = r->lead.is_class;
    r->lead.is_class = r->lead.open && first == '[' && r->last == RE2_ITEM;
    if (r->lead.is_class) {
        r->lead.start = start;
        r->lead.open = false;
    } else if (repeated && was_class && r->low == 0 && r->high <= RE2_MAX_REPEAT &&
               f->lead_count < RE2_MAX_LEADS) {
        f->leads[f->lead_count].from = r->lead.start;
        f->leads[f->lead_count++].to = r->out->len;
        f->lead_chars += r->high;
        r->lead.open = true;
        r->lead.depth = r->depth;
    } else if (first != '(') {
        r->lead.open = false;
    }
    if (first == ')' && r->depth < r->lead.depth) {
        r->lead.depth = r->depth;
        r->lead.lost |= repeats_next(r);
    }
}

void re2_without_lead(struct slice spelled, const struct re2_facts *facts, struct buf *out) {
    size_t at = 0;
    for (unsigned i = 0; i < facts->lead_count; i++) {
        buf_slice(out, slice_sub(spelled, at, facts->leads[i].from));
        at = facts->leads[i].to;
    }
    buf_slice(out, slice_sub(spelled, at, spelled.len));
}

enum kl_status re2_to_pcre2(struct slice pattern, struct buf *out, struct re2_facts *facts, struct error *e) {
    struct re2 r = {.in = pattern, .out = out, .e = e, .facts = facts, .lead.open = true};
    *facts = (struct re2_facts){0};
    enum kl_status status = KL_OK;
    if (pattern.len > RE2_MAX_PATTERN)
        return error_set(e, KL_ERR_LIMIT, "a pattern of more than %zu bytes", RE2_MAX_PATTERN);
    while (r.at < r.in.len && status == KL_OK) {
        char first = r.in.ptr[r.at];
        size_t start = out->len;
        status = item(&r);
        if (status == KL_OK)
            follow_lead(&r, first, start);
    }
    if (status == KL_OK && r.depth > 0)
        status = re2_wrong(&r, r.in.len, "a \")\" is missing");
    if (status == KL_OK && !buf_ok(out))
        status = error_set(e, KL_ERR_LIMIT, "the pattern is too long");
    if (r.lead.lost)
        facts->lead_chars = facts->lead_count = 0;
    return status;
}
