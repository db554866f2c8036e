/* envread_args.c: arguments of a call, from tokens. */
#include "scanner/envread_internal.h"

/* The token behind the expression that begins at `i`: a comma at its level, or `end`. */
static uint32_t skip_expression(const struct env_reader *r, uint32_t i, uint32_t end) {
    while (i < end && !tok_is_op(&r->t[i], ',')) {
        const struct py_token *t = &r->t[i];
        bool opens =
            (t->kind == PY_OP || t->kind == PY_FSTRING_START) && t->match != UINT32_MAX && t->match > i;
        i = opens ? t->match + 1 : i + 1;
    }
    return i < end ? i : end;
}

static struct token_range trimmed(const struct env_reader *r, uint32_t first, uint32_t end) {
    while (first < end && tok_is_blank(&r->t[first]))
        first++;
    while (end > first && tok_is_blank(&r->t[end - 1]))
        end--;
    return first < end ? (struct token_range){first, end - 1} : NO_RANGE;
}

struct token_range env_argument(const struct env_reader *r, uint32_t open, uint32_t index,
                                const char *keyword) {
    struct token_range found = NO_RANGE;
    uint32_t close = r->t[open].match, position = 0;
    for (uint32_t i = open + 1; i < close;) {
        uint32_t end = skip_expression(r, i, close);
        struct token_range arg = trimmed(r, i, end);
        i = end + 1;
        if (range_is_empty(arg))
            continue;
        if (r->t[arg.first].kind == PY_NAME && arg.first < arg.last && tok_is_op(&r->t[arg.first + 1], '=')) {
            if (keyword && env_text_is(r, arg.first, keyword))
                return trimmed(r, arg.first + 2, arg.last + 1);
        } else if (position++ == index) {
            found = arg;
            if (!keyword)
                break;
        }
    }
    return found;
}

static enum env_default default_kind(const struct env_reader *r, struct token_range value) {
    if (range_is_empty(value))
        return ENV_DEFAULT_NONE;
    const struct py_token *first = &r->t[value.first];
    if (value.first == value.last) {
        if (tok_is_op(first, OP_ELLIPSIS)) /* Field(...): required */
            return ENV_DEFAULT_NONE;
        if (first->kind == PY_NUMBER || tok_is_keyword(first, KW_TRUE) || tok_is_keyword(first, KW_FALSE) ||
            tok_is_keyword(first, KW_NONE_VALUE))
            return ENV_DEFAULT_LITERAL;
    }
    if (tok_is_op(first, '-') && value.last == value.first + 1 && first[1].kind == PY_NUMBER)
        return ENV_DEFAULT_LITERAL;
    for (uint32_t i = value.first; i <= value.last; i++)
        if (r->t[i].kind != PY_STRING && !tok_is_blank(&r->t[i]))
            return ENV_DEFAULT_EXPRESSION;
    return ENV_DEFAULT_LITERAL;
}

void env_set_default(const struct env_reader *r, struct env_site *site, struct token_range value) {
    site->default_kind = default_kind(r, value);
    site->fallback = value;
}

struct slice env_string(const struct env_reader *r, struct token_range value) {
    struct slice s = {0};
    if (range_is_empty(value))
        return s;
    if (value.first == value.last) {
        if (r->t[value.first].kind == PY_STRING)
            (void)py_string_value(r->text, &r->t[value.first], r->arena, &s);
        return s;
    }
    size_t room = r->t[value.last].end - r->t[value.first].start, len = 0;
    for (uint32_t i = value.first; i <= value.last; i++)
        if (r->t[i].kind != PY_STRING && !tok_is_blank(&r->t[i]))
            return s;
    char *joined = arena_alloc(r->arena, room);
    for (uint32_t i = value.first; i <= value.last; i++) {
        if (r->t[i].kind != PY_STRING)
            continue;
        struct slice piece = {0};
        (void)py_string_value(r->text, &r->t[i], r->arena, &piece);
        if (piece.len > 0 && piece.len <= room - len) {
            memcpy(joined + len, piece.ptr, piece.len);
            len += piece.len;
        }
    }
    return (struct slice){joined, len};
}

bool env_next_string(const struct env_reader *r, struct token_range value, uint32_t *at, struct slice *out) {
    if (range_is_empty(value))
        return false;
    for (uint32_t i = *at < value.first ? value.first : *at; i <= value.last; i++) {
        if (r->t[i].kind != PY_STRING)
            continue;
        *out = (struct slice){0};
        (void)py_string_value(r->text, &r->t[i], r->arena, out);
        *at = i + 1;
        return true;
    }
    return false;
}

static bool is_called(const struct py_token *before) {
    return (before->kind == PY_NAME && (before->op == KW_NONE || before->op >= KW_MATCH)) ||
           before->kind == PY_STRING || tok_is_op(before, ')') || tok_is_op(before, ']');
}

bool env_widen(const struct env_reader *r, uint32_t *first, uint32_t *last) {
    bool copy = false;
    for (;;) {
        uint32_t next = env_behind(r, *last), open = r->t[next].match;
        if (tok_is_op(&r->t[next], '.') && env_text_is(r, env_behind(r, next), "copy") &&
            env_is_call(r, env_behind(r, next) + 1)) {
            *last = r->t[env_behind(r, next) + 1].match;
            copy = true;
            continue;
        }
        if (!tok_is_op(&r->t[next], ')') || open >= *first || env_skip_blank(r, open + 1) != *first)
            return copy;
        if (open > 0 && is_called(&r->t[open - 1])) {
            if (!env_text_is(r, open - 1, "dict") || (open > 1 && tok_is_op(&r->t[open - 2], '.')))
                return copy;
            copy = true;
            open--;
        }
        *first = open;
        *last = next;
    }
}
