/* pylex_string.c: string literals, and the literal text of f-strings. */
#include "scanner/pylex_internal.h"
#include "scanner/pybytes.h"

/* After a backslash at p: it takes the next byte with it, and a CRLF whole. */
static const unsigned char *skip_escape(const unsigned char *p, const unsigned char *end) {
    if (end - p < 2)
        return end;
    if (p[1] == '\r' && end - p > 2 && p[2] == '\n')
        return p + 3;
    return p + 2;
}

static bool is_triple(const unsigned char *p, const unsigned char *end) {
    return end - p > 2 && p[1] == p[0] && p[2] == p[0];
}

/* First byte after the literal whose body starts at p, or NULL. */
static const unsigned char *find_triple_end(const unsigned char *p, const unsigned char *end,
                                            unsigned char quote, uint8_t *flags) {
    for (;;) {
        p = pybytes_find4(p, end, quote, '\\', '\r', '\r');
        if (p >= end)
            return NULL;
        if (*p == quote) {
            if (is_triple(p, end))
                return p + 3;
            p++;
        } else if (*p == '\r') {
            *flags |= PY_STR_ESCAPES;
            p++;
        } else {
            if (!(*flags & PY_STR_RAW) || (end - p > 1 && p[1] == '\r'))
                *flags |= PY_STR_ESCAPES;
            p = skip_escape(p, end);
        }
    }
}

/* The same. A literal that never ends takes only its own line, so that the rest
 * of the file is still searched; that none of the later ones ends either is
 * remembered, which keeps a file of thousands of them linear. */
static const unsigned char *triple_end(struct lexer *lx, const unsigned char *body, unsigned char quote,
                                       uint8_t *flags) {
    bool *none_ends = &lx->no_triple_ends[quote == '\''];
    const unsigned char *p = *none_ends ? NULL : find_triple_end(body, lx->end, quote, flags);
    *none_ends = !p;
    return p;
}

/* First byte after the literal, or the end of its line and UNTERMINATED. */
static const unsigned char *find_single_end(const unsigned char *p, const unsigned char *end,
                                            unsigned char quote, uint8_t *flags) {
    for (;;) {
        p = pybytes_find4(p, end, quote, '\\', '\n', '\r');
        if (p < end && *p == quote)
            return p + 1;
        if (p >= end || *p != '\\') {
            *flags |= PY_STR_UNTERMINATED;
            return p;
        }
        if (!(*flags & PY_STR_RAW) || (end - p > 1 && p[1] == '\r'))
            *flags |= PY_STR_ESCAPES;
        p = skip_escape(p, end);
    }
}

/* A literal that never ends, inside a field of an f-string with the same
 * quotes, was meant to be the end of that f-string: leave it, so that the next
 * line is lexed as code again. */
static void leave_broken_fstring(struct lexer *lx, unsigned char quote) {
    if (!lx->scope)
        return;
    uint32_t index = lx->open[lx->scope - 1].fstring;
    const struct py_open *o = &lx->open[index];
    if (o->quote == quote && !(o->flags & PY_STR_TRIPLE)) {
        lx->out->items[o->token].flags |= PY_STR_UNTERMINATED;
        pylex_unwind(lx, index);
    }
}

static const unsigned char *plain_string(struct lexer *lx, const unsigned char *start,
                                         const unsigned char *quote, uint8_t flags) {
    const unsigned char *body = quote + (flags & PY_STR_TRIPLE ? 3 : 1);
    const unsigned char *p;
    if (flags & PY_STR_TRIPLE) {
        p = triple_end(lx, body, *quote, &flags);
        if (!p) {
            flags |= PY_STR_UNTERMINATED | PY_STR_ESCAPES;
            p = pybytes_line_end(body, lx->end);
        }
    } else {
        p = find_single_end(body, lx->end, *quote, &flags);
    }
    struct py_token *t = pylex_emit(lx, PY_STRING, start, p);
    t->flags = flags;
    t->prefix_len = (uint8_t)(quote - start);
    if (flags & PY_STR_UNTERMINATED) {
        pylex_error_at(lx, start);
        if (!(flags & PY_STR_TRIPLE))
            leave_broken_fstring(lx, *quote);
    }
    return p;
}

static const unsigned char *fstring(struct lexer *lx, const unsigned char *start, const unsigned char *quote,
                                    uint8_t flags) {
    const unsigned char *body = quote + (flags & PY_STR_TRIPLE ? 3 : 1);
    uint8_t unused = 0;
    if (lx->open_count + 2 > KL_MAX_NESTING || lx->overflow)
        return pylex_error(lx, start, body);
    if (flags & PY_STR_TRIPLE && !triple_end(lx, body, *quote, &unused))
        flags |= PY_STR_UNTERMINATED;
    struct py_token *t = pylex_emit(lx, PY_FSTRING_START, start, body);
    t->flags = flags;
    t->prefix_len = (uint8_t)(quote - start);
    pylex_push(lx, OPEN_FSTRING);
    pylex_top(lx)->flags = flags;
    pylex_top(lx)->quote = *quote;
    lx->in_text = true;
    return body;
}

const unsigned char *pylex_string(struct lexer *lx, const unsigned char *start, const unsigned char *quote,
                                  uint8_t flags) {
    if (is_triple(quote, lx->end))
        flags |= PY_STR_TRIPLE;
    return flags & (PY_STR_F | PY_STR_T) ? fstring(lx, start, quote, flags)
                                         : plain_string(lx, start, quote, flags);
}

/* The state of one run of literal text. */
struct middle {
    const unsigned char *start;
    struct py_open *field; /* whose format specification this is, or NULL */
    unsigned char quote;
    uint8_t flags; /* of the f-string, and ESCAPES */
    bool triple;
    bool one_line;     /* a newline ends it */
    bool named_escape; /* \N{ was seen: the next } belongs to it */
    uint32_t fstring;  /* index in open[] */
};

static void emit_middle(struct lexer *lx, struct middle *m, const unsigned char *end) {
    if (end > m->start)
        pylex_emit(lx, PY_FSTRING_MIDDLE, m->start, end)->flags = m->flags;
    m->flags &= (uint8_t)~PY_STR_ESCAPES;
    m->start = end;
}

/* A backslash takes the next byte with it, but not a brace, which keeps its
 * meaning; \N{...} is one unit in what is not raw. */
static const unsigned char *middle_escape(const struct lexer *lx, struct middle *m, const unsigned char *p) {
    if (!(m->flags & PY_STR_RAW) || (lx->end - p > 1 && p[1] == '\r'))
        m->flags |= PY_STR_ESCAPES;
    if (lx->end - p > 1 && (p[1] == '{' || p[1] == '}'))
        return p + 1;
    if (!(m->flags & PY_STR_RAW) && lx->end - p > 2 && p[1] == 'N' && p[2] == '{') {
        m->named_escape = true;
        return p + 3;
    }
    return skip_escape(p, lx->end);
}

static const unsigned char *close_fstring(struct lexer *lx, struct middle *m, const unsigned char *p) {
    emit_middle(lx, m, p);
    pylex_unwind(lx, m->fstring + 1); /* an open field, if the text was its specification */
    uint32_t partner = lx->open[m->fstring].token;
    pylex_pop(lx);
    struct py_token *t = pylex_emit(lx, PY_FSTRING_END, p, p + (m->triple ? 3 : 1));
    t->flags = m->flags;
    pylex_match(lx, partner);
    return p + (m->triple ? 3 : 1);
}

static const unsigned char *open_field(struct lexer *lx, struct middle *m, const unsigned char *p) {
    emit_middle(lx, m, p);
    if (lx->open_count == KL_MAX_NESTING) {
        lx->in_text = true;
        return pylex_error(lx, p, p + 1);
    }
    pylex_emit(lx, PY_OP, p, p + 1)->op = '{';
    pylex_push(lx, OPEN_FIELD);
    return p + 1;
}

/* The line or the file ends inside the text. A format specification of a
 * one-line f-string ends with the line, and its field goes on (as in CPython,
 * before a nested field); otherwise the f-string is broken, and code follows. */
static const unsigned char *middle_cut(struct lexer *lx, struct middle *m, const unsigned char *p) {
    if (m->field && !m->field->nested && p < lx->end) {
        emit_middle(lx, m, p);
        m->field->in_spec = false;
        return p;
    }
    m->flags |= PY_STR_UNTERMINATED;
    emit_middle(lx, m, p);
    lx->out->items[lx->open[m->fstring].token].flags |= PY_STR_UNTERMINATED;
    pylex_unwind(lx, m->fstring);
    return p;
}

static const unsigned char *find_middle(const unsigned char *p, const unsigned char *end, unsigned char quote,
                                        unsigned char newline) {
    while (p < end && *p != quote && *p != '{' && *p != '}' && *p != '\\' && *p != '\r' && *p != newline)
        p++;
    return p;
}

static struct middle middle_begin(struct lexer *lx, const unsigned char *p) {
    struct middle m = {.start = p, .fstring = lx->open[lx->open_count - 1].fstring};
    const struct py_open *f = &lx->open[m.fstring];
    m.quote = f->quote;
    m.flags = f->flags;
    m.triple = f->flags & PY_STR_TRIPLE;
    m.one_line = !m.triple || f->flags & PY_STR_UNTERMINATED;
    return m;
}

/* Literal text from p on: to the next field, after the end of one, or after the
 * closing quotes. An f-string, or a field in its specification, is on top. */
const unsigned char *pylex_middle(struct lexer *lx, const unsigned char *p) {
    struct middle m = middle_begin(lx, p);
    struct py_open *top = pylex_top(lx);
    m.field = top->kind == OPEN_FIELD ? top : NULL;
    lx->in_text = false;
    for (;;) {
        p = find_middle(p, lx->end, m.quote, m.one_line ? '\n' : m.quote);
        if (p >= lx->end)
            return middle_cut(lx, &m, p);
        bool doubled = lx->end - p > 1 && p[1] == *p && (*p == '{' ? !m.field || m.field->nested : !m.field);
        if (*p == m.quote) {
            if (!m.triple || is_triple(p, lx->end))
                return close_fstring(lx, &m, p);
            p++;
        } else if (*p == '\\') {
            p = middle_escape(lx, &m, p);
        } else if (*p == '\r' || *p == '\n') {
            if (m.one_line)
                return middle_cut(lx, &m, p);
            m.flags |= PY_STR_ESCAPES;
            p++;
        } else if (*p == '}' && m.named_escape) {
            m.named_escape = false;
            p++;
        } else if (doubled) {
            m.named_escape = false; /* CPython begins a new piece of text after it */
            m.flags |= PY_STR_ESCAPES;
            p += 2;
        } else if (*p == '{') {
            return open_field(lx, &m, p);
        } else if (m.field) {
            emit_middle(lx, &m, p);
            return pylex_close_bracket(lx, p);
        } else {
            emit_middle(lx, &m, p);
            p = pylex_error(lx, p, p + 1);
            m.start = p;
        }
    }
}

struct slice py_string_body(struct slice text, const struct py_token *t) {
    uint32_t start = t->start, end = t->end;
    if (t->kind == PY_STRING) {
        uint32_t quotes = t->flags & PY_STR_TRIPLE ? 3 : 1;
        start += t->prefix_len + quotes;
        if (!(t->flags & PY_STR_UNTERMINATED))
            end -= quotes;
    }
    return (struct slice){text.ptr + start, end > start ? end - start : 0};
}
