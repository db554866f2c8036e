/* candidate_comment.c: comments, and the literals in code that was commented out.
 *
 * A comment is one candidate, for the rules. Old code in it gives more, with
 * their names, so that the classifier sees them:
 *
 *     # db.password = "..."      password
 *     #     "api_key": "...",    api_key
 *     # connect(token="...")     token
 *
 * Only what lies behind a name with "=" or ":" counts, on this one line and
 * without a backslash: prose has quotes too. */
#include "scanner/candidate_internal.h"

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

static bool is_name_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c >= 0x80;
}

static bool is_quote(char c) {
    return c == '"' || c == '\'';
}

static size_t skip_back(struct slice s, size_t at) {
    while (at > 0 && is_blank(s.ptr[at - 1]))
        at--;
    return at;
}

/* The name that ends at `end`: an identifier, or one in quotes and perhaps
 * brackets. Empty if there is none. */
static struct slice name_before(struct slice s, size_t end) {
    end = skip_back(s, end);
    if (end > 0 && s.ptr[end - 1] == ']')
        end = skip_back(s, end - 1);
    if (end > 0 && is_quote(s.ptr[end - 1]))
        end--;
    size_t start = end;
    while (start > 0 && (is_name_char(s.ptr[start - 1]) || s.ptr[start - 1] == '-'))
        start--;
    return slice_sub(s, start, end);
}

/* `at` is at a quote: what a value that opens there would belong to. */
static struct slice owner_of(struct slice s, size_t at) {
    while (at > 0 && strchr("rbuRBU", s.ptr[at - 1]) && s.ptr[at - 1])
        at--;
    at = skip_back(s, at);
    if (at == 0 || (s.ptr[at - 1] != '=' && s.ptr[at - 1] != ':'))
        return (struct slice){0};
    char sign = s.ptr[--at];
    if (at > 0 && sign == '=' && strchr("=!<>+", s.ptr[at - 1]))
        return (struct slice){0};
    struct slice name = name_before(s, at);
    size_t before = skip_back(s, (size_t)(name.ptr - s.ptr));
    if (sign == '=' && name.len > 0 && before > 1 && s.ptr[before - 1] == ':') /* name: str = "..." */
        name = name_before(s, before - 1);
    return name;
}

void candidate_comment_values(struct slice text,
                              void (*fn)(void *ctx, struct slice name, size_t start, size_t end), void *ctx) {
    for (size_t at = 0; at < text.len; at++) {
        if (!is_quote(text.ptr[at]))
            continue;
        struct slice name = owner_of(text, at);
        if (name.len == 0)
            continue;
        size_t close = slice_find_byte(text, text.ptr[at], at + 1);
        if (close == SIZE_MAX)
            return;
        struct slice value = slice_sub(text, at + 1, close);
        if (value.len > 0 && slice_find_byte(value, '\\', 0) == SIZE_MAX)
            fn(ctx, name, at, close + 1);
        at = close;
    }
}

struct commented {
    struct collector *c;
    uint32_t token;
    struct slice text;
};

static void emit_value(void *ctx, struct slice name, size_t start, size_t end) {
    struct commented *x = ctx;
    struct candidate *n = add_candidate(x->c);
    n->start = x->c->t[x->token].start + (uint32_t)start;
    n->end = x->c->t[x->token].start + (uint32_t)end;
    n->first_token = n->last_token = x->token;
    n->context = CONTEXT_COMMENT;
    n->name = name;
    n->value = slice_sub(x->text, start + 1, end - 1);
    n->unfixable = "a comment";
}

struct slice candidate_comment_text(struct slice whole) {
    while (whole.len > 0 && whole.ptr[0] == '#')
        whole = slice_sub(whole, 1, whole.len);
    return slice_trim(whole);
}

void emit_comment(struct collector *c, uint32_t token) {
    const struct py_token *t = &c->t[token];
    struct slice whole = py_token_text(c->text, t);
    struct candidate *n = add_candidate(c);
    n->start = t->start;
    n->end = t->end;
    n->first_token = n->last_token = token;
    n->context = CONTEXT_COMMENT;
    n->value = candidate_comment_text(whole);
    n->unfixable = "a comment";
    struct commented x = {c, token, whole};
    candidate_comment_values(whole, emit_value, &x);
}
