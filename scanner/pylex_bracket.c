/* pylex_bracket.c: the stack of what is open: brackets, f-strings and their
 * fields. It has a fixed size; what is opened beyond it is only counted, so
 * that any nesting is lexed in linear time and constant memory. */
#include "scanner/pylex_internal.h"

static unsigned bracket_index(unsigned char kind) {
    switch (kind) {
    case '(':
    case ')':
        return 0;
    case '[':
    case ']':
        return 1;
    default:
        return 2;
    }
}

static bool is_bracket(uint8_t kind) {
    return kind > OPEN_FIELD;
}

/* The token just emitted opens something. There is room: the caller looked. */
void pylex_push(struct lexer *lx, uint8_t kind) {
    const struct py_open *top = pylex_top(lx);
    uint16_t index = (uint16_t)lx->open_count++;
    struct py_open *o = &lx->open[index];
    *o = (struct py_open){.token = (uint32_t)(lx->out->count - 1), .kind = kind};
    if (kind == OPEN_FIELD) {
        memcpy(o->brackets, lx->brackets, sizeof o->brackets);
        memset(lx->brackets, 0, sizeof lx->brackets);
    }
    if (is_bracket(kind)) {
        lx->brackets[bracket_index(kind)]++;
    } else {
        o->outer = lx->scope;
        o->fstring = kind == OPEN_FSTRING || !top ? index
                     : top->kind == OPEN_FSTRING  ? (uint16_t)(index - 1)
                                                  : top->fstring;
        lx->scope = (uint16_t)(index + 1);
    }
    lx->depth += kind != OPEN_FSTRING;
}

void pylex_pop(struct lexer *lx) {
    struct py_open *o = &lx->open[--lx->open_count];
    if (o->kind == OPEN_FIELD)
        memcpy(lx->brackets, o->brackets, sizeof o->brackets);
    if (is_bracket(o->kind))
        lx->brackets[bracket_index(o->kind)]--;
    else
        lx->scope = o->outer;
    lx->depth -= o->kind != OPEN_FSTRING;
}

/* Drops what was never closed; each of it is an error. */
void pylex_unwind(struct lexer *lx, uint32_t to_count) {
    while (lx->open_count > to_count) {
        pylex_error_at(lx, lx->base + lx->out->items[lx->open[lx->open_count - 1].token].start);
        pylex_pop(lx);
    }
    lx->depth -= lx->overflow;
    lx->overflow = 0;
}

const unsigned char *pylex_open_bracket(struct lexer *lx, const unsigned char *p) {
    pylex_emit(lx, PY_OP, p, p + 1)->op = *p;
    if (lx->open_count < KL_MAX_NESTING && !lx->overflow) {
        pylex_push(lx, *p);
    } else {
        pylex_error_at(lx, p);
        lx->overflow++;
        lx->depth++;
    }
    return p + 1;
}

/* The bracket that this one closes is the innermost of its kind in the same
 * field; the ones inside of it were never closed. Counting them by kind keeps
 * this linear: nothing is searched for that is not there. */
const unsigned char *pylex_close_bracket(struct lexer *lx, const unsigned char *p) {
    unsigned char c = *p;
    if (lx->overflow) {
        lx->overflow--;
        lx->depth--;
        pylex_emit(lx, PY_OP, p, p + 1)->op = c;
        return p + 1;
    }
    uint8_t wanted = c == ')' ? '(' : c == ']' ? '[' : '{';
    uint32_t at = lx->open_count;
    if (lx->brackets[bracket_index(c)]) {
        while (lx->open[at - 1].kind != wanted)
            at--;
    } else {
        at = c == '}' ? lx->scope : 0; /* a field */
    }
    if (at == 0 || lx->open[at - 1].kind == OPEN_FSTRING) {
        pylex_error_at(lx, p);
        pylex_emit(lx, PY_OP, p, p + 1)->op = c;
        return p + 1;
    }
    pylex_unwind(lx, at);
    lx->in_text = lx->open[at - 1].kind == OPEN_FIELD;
    uint32_t partner = lx->open[at - 1].token;
    pylex_pop(lx);
    if (lx->in_text)
        pylex_top(lx)->nested = true;
    pylex_emit(lx, PY_OP, p, p + 1)->op = c;
    pylex_match(lx, partner);
    return p + 1;
}
