/* python2.c: tells Python 2, and some forms that no CPython 3 takes, from the
 * tokens: tree-sitter accepts `print "x"`, `10L`, `0777` and others without a
 * word, and an edit in such a file cannot be checked.
 *
 * Each check looks at one token and its neighbours. */
#include "rewriters/source.h"

static const char is_python2[] = "Python 2 code";
static const char is_invalid[] = "the file is not valid Python 3";

static bool is_kind(const struct source *s, uint32_t token, enum py_kind kind) {
    return token != SOURCE_NO_TOKEN && s->tokens.items[token].kind == kind;
}

static bool is_op(const struct source *s, uint32_t token, int op) {
    return is_kind(s, token, PY_OP) && s->tokens.items[token].op == op;
}

static bool is_keyword(const struct source *s, uint32_t token, enum py_keyword keyword) {
    return is_kind(s, token, PY_NAME) && s->tokens.items[token].op == keyword;
}

static bool is_plain_name(const struct source *s, uint32_t token) {
    return is_kind(s, token, PY_NAME) && s->tokens.items[token].op == KW_NONE;
}

static bool begins_statement(const struct source *s, uint32_t token) {
    uint32_t before = source_previous(s, token);
    return before == SOURCE_NO_TOKEN || is_kind(s, before, PY_NEWLINE) || is_op(s, before, ';') ||
           is_op(s, before, ':');
}

/* A name followed by an operand: print "x", exec code, ur"x". The soft keywords
 * (match x:, case "a":, type X = ...) have kinds of their own. */
static const char *check_name(const struct source *s, uint32_t token) {
    const struct py_token *t = &s->tokens.items[token];
    uint32_t next = source_next(s, token);
    if (t->op == KW_ASYNC && !is_keyword(s, next, KW_DEF) && !is_keyword(s, next, KW_FOR) &&
        !is_keyword(s, next, KW_WITH))
        return is_invalid;
    if (t->op != KW_NONE)
        return NULL;
    if (is_kind(s, next, PY_STRING) || is_kind(s, next, PY_NUMBER) || is_kind(s, next, PY_FSTRING_START) ||
        is_plain_name(s, next))
        return is_python2;
    if (source_token_is(s, token, "print") && is_kind(s, next, PY_OP) && s->tokens.items[next].op == OP_SHR &&
        begins_statement(s, token))
        return is_python2;
    return NULL;
}

static bool is_old_octal(struct slice number) {
    if (number.len < 2 || number.ptr[0] != '0')
        return false;
    bool other_than_zero = false;
    for (size_t i = 1; i < number.len; i++) {
        if (number.ptr[i] != '_' && (number.ptr[i] < '0' || number.ptr[i] > '9'))
            return false; /* 0x1f, 0.5, 00j, 0e0 */
        other_than_zero |= number.ptr[i] != '0' && number.ptr[i] != '_';
    }
    return other_than_zero;
}

/* A comma outside brackets between `from` and the end of the clause: the forms
 * `except E, e:` and `raise E, "text"`. (Python 3.14 takes the first again, for
 * two exceptions; no older one does.) */
static bool has_bare_comma(const struct source *s, uint32_t from) {
    uint16_t depth = s->tokens.items[from].depth;
    for (uint32_t i = from + 1; i < s->tokens.count; i++) {
        const struct py_token *t = &s->tokens.items[i];
        if (t->kind == PY_NEWLINE)
            return false;
        if (t->kind != PY_OP || t->depth != depth)
            continue;
        if (t->op == ',')
            return true;
        if (t->op == ':' || t->op == ';')
            return false;
    }
    return false;
}

/* What does not lex as Python 3: 10L, 0777, `x`. */
static const char *check_error(const struct source *s, uint32_t token) {
    struct slice text = source_token_text(s, token);
    if (text.len && text.ptr[0] == '`')
        return is_python2;
    return text.len && text.ptr[0] >= '0' && text.ptr[0] <= '9' &&
                   (is_old_octal(text) || slice_ends(text, "L") || slice_ends(text, "l"))
               ? is_python2
               : NULL;
}

static const char *check_op(const struct source *s, uint32_t token) {
    const struct py_token *t = &s->tokens.items[token];
    return t->op == OP_NE && source_token_is(s, token, "<>") ? is_python2 : NULL;
}

/* def f(a, (b, c)): and lambda (a, b): ... */
static bool takes_tuple(const struct source *s, uint32_t token) {
    if (s->tokens.items[token].op == KW_LAMBDA)
        return is_op(s, source_next(s, token), '(');
    uint32_t name = source_next(s, token), open = name == SOURCE_NO_TOKEN ? name : source_next(s, name);
    if (!is_op(s, open, '(') || s->tokens.items[open].match == UINT32_MAX)
        return false;
    uint16_t depth = (uint16_t)(s->tokens.items[open].depth + 1);
    for (uint32_t i = open + 1; i < s->tokens.items[open].match; i++) {
        uint32_t before = source_previous(s, i);
        if (s->tokens.items[i].depth == depth && is_op(s, i, '(') &&
            (before == open || (is_op(s, before, ',') && s->tokens.items[before].depth == depth)))
            return true;
    }
    return false;
}

static bool names_python2(const struct source *s) {
    struct slice line = slice_sub(s->text, 0, slice_find_byte(s->text, '\n', 0));
    return slice_starts(line, "#!") && slice_find(line, SLICE_LIT("python2"), 0) != SIZE_MAX;
}

const char *python2_refusal(const struct source *s) {
    if (names_python2(s))
        return is_python2;
    for (uint32_t i = 0; i + 1 < s->tokens.count; i++) {
        const struct py_token *t = &s->tokens.items[i];
        const char *reason = NULL;
        if (t->kind == PY_NAME && !s->tokens.has_error)
            reason = check_name(s, i); /* otherwise a template, or a merge conflict */
        else if (t->kind == PY_OP)
            reason = check_op(s, i);
        else if (t->kind == PY_ERROR)
            reason = check_error(s, i);
        if (!reason && !s->tokens.has_error && t->kind == PY_NAME &&
            (t->op == KW_EXCEPT || t->op == KW_RAISE) && has_bare_comma(s, i))
            reason = is_python2;
        if (!reason && t->kind == PY_NAME && (t->op == KW_DEF || t->op == KW_LAMBDA) && takes_tuple(s, i))
            reason = is_python2;
        if (reason)
            return reason;
    }
    return NULL;
}
