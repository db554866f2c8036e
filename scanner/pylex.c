/* pylex.c: the main loop of the lexer: lines and their indentation, operators,
 * and what is no token. The rules are those of CPython's own tokenizer, errors
 * apart: it stops at the first, and this one goes on. */
#include "scanner/pylex_internal.h"
#include "scanner/pybytes.h"

#include <stdlib.h>

#define TAB_SIZE 8u

/* clang-format off */
#define E CLASS_ERROR
#define B CLASS_BLANK
#define L CLASS_NEWLINE
#define O CLASS_OP
#define Q CLASS_QUOTE
#define P CLASS_OPEN
#define C CLASS_CLOSE
#define D CLASS_DIGIT
#define N CLASS_NAME
#define H CLASS_HASH
#define T CLASS_DOT
#define S CLASS_BACKSLASH
#define K CLASS_COLON
const uint8_t pylex_class[256] = { /* a row for 32 bytes */
    E, E, E, E, E, E, E, E, E, B, L, E, B, L, E, E, E, E, E, E, E, E, E, E, E, E, E, E, E, E, E, E,
    B, O, Q, H, E, O, O, Q, P, C, O, O, O, O, T, O, D, D, D, D, D, D, D, D, D, D, K, O, O, O, O, E,
    O, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, P, S, C, O, N,
    E, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, P, O, C, O, E,
    N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
    N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
    N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
    N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
};
#undef E
#undef B
#undef L
#undef O
#undef Q
#undef P
#undef C
#undef D
#undef N
#undef H
#undef T
#undef S
#undef K
/* clang-format on */

/* One place beyond the capacity is kept for PY_END once the maximum is near. */
void pylex_grow(struct lexer *lx) {
    struct py_tokens *out = lx->out;
    if (out->capacity >= PY_MAX_TOKENS - 1) {
        lx->full = true;
        out->count--;
    } else if (out->capacity >= PY_MAX_TOKENS / 2) {
        out->items = mem_realloc(out->items, PY_MAX_TOKENS * sizeof *out->items);
        out->capacity = PY_MAX_TOKENS - 1;
    } else {
        out->items = mem_grow(out->items, &out->capacity, out->count + 1, sizeof *out->items);
    }
}

void pylex_error_at(struct lexer *lx, const unsigned char *at) {
    uint32_t offset = (uint32_t)(at - lx->base);
    if (!lx->out->has_error || offset < lx->out->error_at)
        lx->out->error_at = offset;
    lx->out->has_error = true;
}

/* Errors that touch are one token. */
const unsigned char *pylex_error(struct lexer *lx, const unsigned char *start, const unsigned char *end) {
    struct py_tokens *out = lx->out;
    struct py_token *last = out->count ? &out->items[out->count - 1] : NULL;
    pylex_error_at(lx, start);
    if (last && last->kind == PY_ERROR && last->end == (uint32_t)(start - lx->base))
        last->end = (uint32_t)(end - lx->base);
    else
        pylex_emit(lx, PY_ERROR, start, end);
    return end;
}

struct indentation {
    uint32_t column, alt_column;
    const unsigned char *start; /* of the line that it ends on */
    const unsigned char *end;   /* the first byte that is not part of it */
};

/* A backslash continues the indentation on the next line, but its width is
 * then what stood before the first backslash (unless that was nothing). */
static struct indentation measure(struct lexer *lx, const unsigned char *p) {
    struct indentation in = {.start = p};
    uint32_t continued = 0;
    const unsigned char *spaces = p;
    p = pybytes_skip_spaces(p, lx->end);
    in.column = in.alt_column = (uint32_t)(p - spaces);
    for (; p < lx->end; p++) {
        unsigned newline;
        if (*p == ' ') {
            in.column++;
            in.alt_column++;
        } else if (*p == '\t') {
            in.column = (in.column / TAB_SIZE + 1) * TAB_SIZE;
            in.alt_column++;
        } else if (*p == '\f') {
            in.column = in.alt_column = 0;
        } else if (*p == '\\' && (newline = pybytes_newline_len(p + 1, lx->end)) != 0) {
            continued = continued ? continued : in.column;
            p += newline;
            in.start = p + 1;
            if (in.start == lx->end)
                pylex_error_at(lx, p);
        } else {
            break;
        }
    }
    if (continued)
        in.column = in.alt_column = continued;
    in.end = p;
    return in;
}

/* Blanks that agree with no block are an error token (if there are any). */
static void bad_indent(struct lexer *lx, const struct indentation *in) {
    if (in->end > in->start)
        pylex_error(lx, in->start, in->end);
    else
        pylex_error_at(lx, in->start);
}

static void deeper(struct lexer *lx, const struct indentation *in) {
    uint32_t top = lx->indent_count;
    if (top + 1 >= PY_MAX_INDENTS) {
        bad_indent(lx, in);
        return;
    }
    if (in->alt_column <= lx->alt_indents[top])
        pylex_error_at(lx, in->start);
    lx->indents[++lx->indent_count] = in->column;
    lx->alt_indents[lx->indent_count] = in->alt_column;
    pylex_emit(lx, PY_INDENT, in->start, in->end);
}

static void indent(struct lexer *lx, const struct indentation *in) {
    uint32_t top = lx->indent_count;
    if (in->column > lx->indents[top]) {
        deeper(lx, in);
        return;
    }
    while (in->column < lx->indents[top])
        top--;
    if (in->column != lx->indents[top] || in->alt_column != lx->alt_indents[top])
        bad_indent(lx, in);
    for (; lx->indent_count > top; lx->indent_count--)
        pylex_emit(lx, PY_DEDENT, in->end, in->end);
}

/* The beginning of a line outside brackets: blanks up to the first code. */
static const unsigned char *line_start(struct lexer *lx, const unsigned char *p) {
    struct indentation in = measure(lx, p);
    lx->blank = in.end >= lx->end || *in.end == '#' || *in.end == '\n' || *in.end == '\r';
    if (!lx->blank)
        indent(lx, &in);
    return in.end;
}

static const unsigned char *skip_blanks(const struct lexer *lx, const unsigned char *p) {
    p = pybytes_skip_spaces(p, lx->end);
    while (p < lx->end && pylex_class[*p] == CLASS_BLANK)
        p++;
    return p;
}

static const unsigned char *newline(struct lexer *lx, const unsigned char *p) {
    const unsigned char *next = p + pybytes_newline_len(p, lx->end);
    bool inside = lx->open_count || lx->overflow;
    pylex_emit(lx, inside || lx->blank ? PY_NL : PY_NEWLINE, p, next);
    if (!inside)
        return line_start(lx, next);
    lx->line_code = skip_blanks(lx, next);
    return lx->line_code;
}

/* def, class, return and their like never stand inside brackets: what is open
 * was never closed. The statement before ends, and this line is indented as if
 * it were outside, so that the rest of the file is read as what it is. */
void pylex_statement_inside_brackets(struct lexer *lx, const unsigned char *p) {
    struct py_tokens *out = lx->out;
    const unsigned char *start = p;
    pylex_unwind(lx, 0);
    if (out->count && out->items[out->count - 1].kind == PY_NL)
        out->items[out->count - 1].kind = PY_NEWLINE;
    while (start > lx->base && pylex_class[start[-1]] == CLASS_BLANK)
        start--;
    lx->line_code = NULL;
    line_start(lx, start);
}

static const unsigned char *continuation(struct lexer *lx, const unsigned char *p) {
    unsigned len = pybytes_newline_len(p + 1, lx->end);
    if (!len)
        return pylex_error(lx, p, p + 1);
    if (p + 1 + len == lx->end)
        pylex_error_at(lx, p);
    return p + 1 + len;
}

static enum py_op two_bytes(unsigned char a, unsigned char b, unsigned char c, unsigned *len) {
    *len = 2;
    if (b == '=') {
        switch (a) {
        case '=':
            return OP_EQ;
        case '!':
            return OP_NE;
        case '<':
            return OP_LE;
        case '>':
            return OP_GE;
        case ':':
            return OP_WALRUS;
        case '+':
        case '-':
        case '*':
        case '/':
        case '%':
        case '&':
        case '|':
        case '^':
        case '@':
            return OP_AUG;
        default:
            break;
        }
    } else if (a == '-' && b == '>') {
        return OP_ARROW;
    } else if (a == '<' && b == '>') {
        return OP_NE;
    } else if (a == b && (a == '*' || a == '/' || a == '<' || a == '>')) {
        if (c == '=') {
            *len = 3;
            return OP_AUG;
        }
        return a == '*' ? OP_POW : a == '/' ? OP_FLOORDIV : a == '<' ? OP_SHL : OP_SHR;
    }
    *len = 1;
    return (enum py_op)a;
}

static const unsigned char *operator_at(struct lexer *lx, const unsigned char *p) {
    unsigned len;
    size_t left = (size_t)(lx->end - p);
    enum py_op op = two_bytes(p[0], left > 1 ? p[1] : 0, left > 2 ? p[2] : 0, &len);
    pylex_emit(lx, PY_OP, p, p + len)->op = (uint8_t)op;
    return p + len;
}

static const unsigned char *colon(struct lexer *lx, const unsigned char *p) {
    if (!pylex_in_field(lx))
        return operator_at(lx, p);
    pylex_top(lx)->in_spec = true;
    pylex_top(lx)->nested = false;
    lx->in_text = true;
    pylex_emit(lx, PY_OP, p, p + 1)->op = ':';
    return p + 1;
}

static const unsigned char *dot(struct lexer *lx, const unsigned char *p) {
    size_t left = (size_t)(lx->end - p);
    if (left > 1 && pylex_class[p[1]] == CLASS_DIGIT)
        return pylex_number(lx, p);
    unsigned len = left > 2 && p[1] == '.' && p[2] == '.' ? 3 : 1;
    pylex_emit(lx, PY_OP, p, p + len)->op = len == 3 ? OP_ELLIPSIS : '.';
    return p + len;
}

static const unsigned char *comment(struct lexer *lx, const unsigned char *p) {
    const unsigned char *end = pybytes_line_end(p, lx->end);
    pylex_emit(lx, PY_COMMENT, p, end);
    return end;
}

static void lex_all(struct lexer *lx) {
    const unsigned char *p = line_start(lx, lx->base);
    while (p < lx->end) {
        if (lx->in_text) {
            p = pylex_middle(lx, p);
            continue;
        }
        switch ((enum py_class)pylex_class[*p]) {
        case CLASS_BLANK:
            p++;
            break;
        case CLASS_NAME:
            p = pylex_name(lx, p);
            break;
        case CLASS_OP:
            p = operator_at(lx, p);
            break;
        case CLASS_NEWLINE:
            p = newline(lx, p);
            break;
        case CLASS_DIGIT:
            p = pylex_number(lx, p);
            break;
        case CLASS_DOT:
            p = dot(lx, p);
            break;
        case CLASS_QUOTE:
            p = pylex_string(lx, p, p, 0);
            break;
        case CLASS_HASH:
            p = comment(lx, p);
            break;
        case CLASS_BACKSLASH:
            p = continuation(lx, p);
            break;
        case CLASS_OPEN:
            p = pylex_open_bracket(lx, p);
            break;
        case CLASS_CLOSE:
            p = pylex_close_bracket(lx, p);
            break;
        case CLASS_COLON:
            p = colon(lx, p);
            break;
        case CLASS_ERROR:
            p = pylex_error(lx, p, p + 1);
            break;
        }
    }
}

/* The end of the text ends the line, the blocks, and what is still open. */
static void finish(struct lexer *lx) {
    struct py_tokens *out = lx->out;
    bool open = lx->open_count || lx->overflow;
    if (lx->in_text)
        pylex_middle(lx, lx->end);
    pylex_unwind(lx, 0);
    const struct py_token *last = out->count ? &out->items[out->count - 1] : NULL;
    bool at_line_start = !last || last->kind == PY_NEWLINE || last->kind == PY_NL;
    bool ended = at_line_start && !open && (uint32_t)(lx->end - lx->base) == (last ? last->end : 0);
    if (!ended)
        pylex_emit(lx, lx->blank && !open ? PY_NL : PY_NEWLINE, lx->end, lx->end);
    for (; lx->indent_count; lx->indent_count--)
        pylex_emit(lx, PY_DEDENT, lx->end, lx->end);
    const unsigned char *nul = lx->end > lx->base ? memchr(lx->base, 0, (size_t)(lx->end - lx->base)) : NULL;
    if (nul)
        pylex_error_at(lx, nul); /* CPython takes no NUL, not even in a comment */
}

/* The two last places tell that tokens are missing. */
static void mark_truncated(struct lexer *lx) {
    struct py_tokens *out = lx->out;
    struct py_token *error = &out->items[out->count - 1];
    uint32_t from = error[-1].end;
    *error = (struct py_token){
        .start = from, .end = (uint32_t)(lx->end - lx->base), .kind = PY_ERROR, .match = PY_NO_TOKEN};
    out->truncated = true;
    pylex_error_at(lx, lx->base + from);
}

void py_lex(struct slice text, struct py_tokens *out) {
    static const unsigned char nothing[1];
    struct lexer lx;
    memset(&lx, 0, offsetof(struct lexer, open));
    lx.base = text.len ? (const unsigned char *)text.ptr : nothing;
    lx.end = lx.base + (text.len < UINT32_MAX ? text.len : UINT32_MAX - 1);
    lx.out = out;
    out->count = out->import_count = 0;
    out->truncated = text.len >= UINT32_MAX;
    out->has_error = false;
    out->error_at = 0;
    lex_all(&lx);
    finish(&lx);
    if (lx.full)
        mark_truncated(&lx);
    if (out->count == out->capacity && out->capacity < PY_MAX_TOKENS - 1)
        pylex_grow(&lx);
    out->items[out->count++] = (struct py_token){.start = (uint32_t)(lx.end - lx.base),
                                                 .end = (uint32_t)(lx.end - lx.base),
                                                 .kind = PY_END,
                                                 .match = PY_NO_TOKEN};
}

void py_tokens_release(struct py_tokens *t) {
    free(t->items);
    free(t->imports);
    *t = (struct py_tokens)PY_TOKENS_INIT;
}
