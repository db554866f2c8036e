/* pylex_internal.h: what the files of the lexer share; nobody else includes it.
 *
 * Every handler takes the lexer and a position, emits tokens, and returns the
 * position after them. The main loop in pylex.c lexes code; a handler that
 * reaches literal text of an f-string sets in_text, and pylex_middle is next. */
#ifndef KEYLIFT_SCANNER_PYLEX_INTERNAL_H
#define KEYLIFT_SCANNER_PYLEX_INTERNAL_H

#include "base/mem.h"
#include "scanner/pylex.h"

/* CPython's own bound (MAXINDENT in its tokenizer) on nested blocks. */
#define PY_MAX_INDENTS 100u

/* Kinds of what is open, beside the brackets, which are their character. */
#define OPEN_FSTRING 1u
#define OPEN_FIELD 2u

struct py_open {
    uint32_t token;       /* its index */
    uint8_t kind;         /* '(' '[' '{' or OPEN_* */
    uint8_t flags;        /* OPEN_FSTRING: PY_STR_* */
    uint8_t quote;        /* OPEN_FSTRING: the quote character */
    bool in_spec;         /* OPEN_FIELD: after the colon */
    bool nested;          /* OPEN_FIELD: its specification has had a field of its own */
    uint16_t brackets[3]; /* OPEN_FIELD: what lexer.brackets was outside of it */
    uint16_t outer;       /* OPEN_*: what lexer.scope was outside of it */
    uint16_t fstring;     /* OPEN_*: index in lexer.open of its f-string */
};

#define PY_NO_TOKEN UINT32_MAX

struct lexer {
    const unsigned char *base, *end;
    struct py_tokens *out;
    uint32_t open_count;            /* of open[] */
    uint32_t overflow;              /* brackets open beyond open[] */
    uint32_t depth;                 /* brackets and fields open: open_count without f-strings */
    uint16_t brackets[3];           /* open ( [ { inside the innermost field */
    uint16_t scope;                 /* the innermost f-string or field: index in open[] + 1 */
    bool blank;                     /* this line holds no code */
    const unsigned char *line_code; /* first code of the line, inside brackets */
    uint32_t indent_count;
    uint32_t indents[PY_MAX_INDENTS];     /* columns, tabs to the next multiple of 8 */
    uint32_t alt_indents[PY_MAX_INDENTS]; /* columns, tabs of width 1: both must agree */
    bool no_triple_ends[2];               /* after """ and ''': the text holds no more of them */
    bool in_text;                         /* what follows is literal text of an f-string */
    bool full;                            /* PY_MAX_TOKENS */
    struct py_open open[KL_MAX_NESTING];
};

/* Room for one more token; past PY_MAX_TOKENS the last one is given again. */
void pylex_grow(struct lexer *lx);
void pylex_error_at(struct lexer *lx, const unsigned char *at);

static inline struct py_token *pylex_emit(struct lexer *lx, enum py_kind kind, const unsigned char *start,
                                          const unsigned char *end) {
    struct py_tokens *out = lx->out;
    if (out->count == out->capacity)
        pylex_grow(lx);
    struct py_token *t = &out->items[out->count++];
    *t = (struct py_token){.start = (uint32_t)(start - lx->base),
                           .end = (uint32_t)(end - lx->base),
                           .kind = (uint8_t)kind,
                           .match = PY_NO_TOKEN,
                           .depth = (uint16_t)lx->depth};
    return t;
}

/* The token just emitted closes what token `partner` opened. */
static inline void pylex_match(struct lexer *lx, uint32_t partner) {
    if (lx->full)
        return;
    uint32_t last = (uint32_t)(lx->out->count - 1);
    lx->out->items[last].match = partner;
    lx->out->items[partner].match = last;
}

/* pylex.c: bytes that are no token. */
const unsigned char *pylex_error(struct lexer *lx, const unsigned char *start, const unsigned char *end);

/* pylex_bracket.c: brackets, and the stack that f-strings share with them. */
void pylex_push(struct lexer *lx, uint8_t kind);
void pylex_pop(struct lexer *lx);
void pylex_unwind(struct lexer *lx, uint32_t to_count);
const unsigned char *pylex_open_bracket(struct lexer *lx, const unsigned char *p);
const unsigned char *pylex_close_bracket(struct lexer *lx, const unsigned char *p);
static inline struct py_open *pylex_top(struct lexer *lx) {
    return lx->open_count ? &lx->open[lx->open_count - 1] : NULL;
}
/* In the code of a field, not inside a bracket of it. */
static inline bool pylex_in_field(struct lexer *lx) {
    return lx->open_count && lx->open[lx->open_count - 1].kind == OPEN_FIELD && !lx->overflow;
}

/* pylex_string.c */
const unsigned char *pylex_string(struct lexer *lx, const unsigned char *start, const unsigned char *quote,
                                  uint8_t flags);
const unsigned char *pylex_middle(struct lexer *lx, const unsigned char *p);

/* pylex_ident.c */
const unsigned char *pylex_name(struct lexer *lx, const unsigned char *p);
/* Of a string literal's prefix of one or two letters: PY_STR_*; -1 if it is none. */
int pylex_prefix_flags(const unsigned char *p, size_t len);
/* Length of the identifier character at p: 0 if it is none. ASCII or not. */
unsigned pylex_ident_char(const unsigned char *p, const unsigned char *end, bool first);

/* pylex_number.c */
const unsigned char *pylex_number(struct lexer *lx, const unsigned char *p);

/* pylex.c: an unclosed bracket ended by a statement keyword at the start of a line. */
void pylex_statement_inside_brackets(struct lexer *lx, const unsigned char *p);

/* Classes of bytes. */
enum py_class {
    CLASS_ERROR = 0,
    CLASS_BLANK,
    CLASS_NEWLINE,
    CLASS_NAME, /* also every byte that is not ASCII */
    CLASS_DIGIT,
    CLASS_DOT,
    CLASS_QUOTE,
    CLASS_HASH,
    CLASS_BACKSLASH,
    CLASS_OPEN,
    CLASS_CLOSE,
    CLASS_OP,
    CLASS_COLON
};
extern const uint8_t pylex_class[256];

static inline bool pylex_is_word(unsigned char c) {
    return pylex_class[c] == CLASS_NAME || pylex_class[c] == CLASS_DIGIT;
}

#endif
