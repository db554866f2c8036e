/* pylex.h: a Python lexer: the tokens of CPython 3.8 to 3.14 with exact spans,
 * in one pass and without regard to grammar.
 *
 * It never fails: what CPython would reject becomes PY_ERROR tokens of at least
 * one byte and lexing goes on at the next line, so that a file with a conflict
 * marker or a Jinja template is still searched. f-strings are lexed by the
 * rules of PEP 701 (3.12); t-strings (PEP 750) likewise.
 *
 * Source: the language reference, "Lexical analysis"; PEP 701; PEP 750. */
#ifndef KEYLIFT_SCANNER_PYLEX_H
#define KEYLIFT_SCANNER_PYLEX_H

#include "base/arena.h"
#include "base/slice.h"

enum py_kind {
    PY_END = 0,
    PY_NAME, /* keywords too: see py_keyword */
    PY_NUMBER,
    PY_STRING,         /* any literal without fields: prefix and quotes included */
    PY_FSTRING_START,  /* f", rb..., t""" up to and including the quotes */
    PY_FSTRING_MIDDLE, /* literal text up to the next field, as written ({{ stays two bytes); never empty */
    PY_FSTRING_END,    /* the closing quotes */
    PY_OP,             /* .op holds which */
    PY_COMMENT,
    PY_NEWLINE, /* ends a logical line */
    PY_NL,      /* a line end that ends no statement */
    PY_INDENT,
    PY_DEDENT, /* zero width */
    PY_ERROR
};

/* String prefix flags (struct py_token.flags of PY_STRING, PY_FSTRING_*). */
#define PY_STR_RAW 1u
#define PY_STR_BYTES 2u
#define PY_STR_F 4u
#define PY_STR_T 8u
#define PY_STR_U 16u
#define PY_STR_TRIPLE 32u
#define PY_STR_UNTERMINATED 64u
#define PY_STR_ESCAPES                                                                                       \
    128u /* the value may differ from the spelling: a backslash that is not raw, a CR, {{ or }} */

/* Operators, one value each. One-byte operators are their character. */
enum py_op {
    OP_WALRUS = 128,
    OP_ARROW,
    OP_EQ,
    OP_NE,
    OP_LE,
    OP_GE,
    OP_POW,
    OP_FLOORDIV,
    OP_SHL,
    OP_SHR,
    OP_ELLIPSIS,
    OP_AUG /* any augmented assignment: += -= ... @= */
};

struct py_token {
    uint32_t start, end; /* bytes of pyfile.text */
    uint8_t kind;        /* enum py_kind */
    uint8_t op;          /* PY_OP: enum py_op or the character; PY_NAME: enum py_keyword */
    uint8_t flags;       /* strings: PY_STR_* */
    uint8_t prefix_len;  /* strings: bytes before the first quote */
    uint32_t match;      /* brackets: index of the partner token (UINT32_MAX if none);
                            PY_FSTRING_START/END: index of the partner */
    uint16_t depth;      /* open brackets and f-string fields around this token (saturates) */
};

enum py_keyword {
    KW_NONE = 0,
    KW_AND,
    KW_AS,
    KW_ASSERT,
    KW_ASYNC,
    KW_AWAIT,
    KW_BREAK,
    KW_CLASS,
    KW_CONTINUE,
    KW_DEF,
    KW_DEL,
    KW_ELIF,
    KW_ELSE,
    KW_EXCEPT,
    KW_FALSE,
    KW_FINALLY,
    KW_FOR,
    KW_FROM,
    KW_GLOBAL,
    KW_IF,
    KW_IMPORT,
    KW_IN,
    KW_IS,
    KW_LAMBDA,
    KW_NONE_VALUE,
    KW_NONLOCAL,
    KW_NOT,
    KW_OR,
    KW_PASS,
    KW_RAISE,
    KW_RETURN,
    KW_TRUE,
    KW_TRY,
    KW_WHILE,
    KW_WITH,
    KW_YIELD,
    KW_MATCH,
    KW_CASE,
    KW_TYPE /* soft: still names */
};

struct py_tokens {
    struct py_token *items; /* the last one is PY_END */
    size_t count;           /* PY_END included */
    size_t capacity;        /* memory is kept for the next file */
    bool truncated;         /* more than PY_MAX_TOKENS: the rest of the text is one PY_ERROR */
    bool has_error;         /* some PY_ERROR, unterminated string, or unbalanced bracket */
    uint32_t error_at;      /* text offset of the first */
    uint32_t *imports;      /* indices of the words `import` and `from`, in order */
    size_t import_count, import_capacity;
};

#define PY_TOKENS_INIT                                                                                       \
    { 0 }
/* Memory is bounded by this and not by the file: 320 MiB, and what is made from
 * the tokens. Generated tables of 100 MB have a tenth of it. */
#define PY_MAX_TOKENS ((size_t)1 << 24)

/* Replaces what *out held. Memory grows with the file; nothing else is kept. */
void py_lex(struct slice text, struct py_tokens *out);
void py_tokens_release(struct py_tokens *t);

static inline struct slice py_token_text(struct slice text, const struct py_token *t) {
    return (struct slice){text.ptr + t->start, (size_t)(t->end - t->start)};
}

static inline bool tok_is_op(const struct py_token *t, unsigned op) {
    return t->kind == PY_OP && t->op == op;
}
static inline bool tok_is_keyword(const struct py_token *t, unsigned kw) {
    return t->kind == PY_NAME && t->op == kw;
}
/* A name that can stand in an expression: no hard keyword. */
static inline bool tok_is_name(const struct py_token *t) {
    return t->kind == PY_NAME && (t->op == KW_NONE || t->op >= KW_MATCH);
}
static inline bool tok_is_blank(const struct py_token *t) {
    return t->kind == PY_NL || t->kind == PY_COMMENT;
}

/* enum py_keyword of a word; KW_NONE if it is none. */
unsigned py_keyword_of(struct slice word);

/* The body of a PY_STRING between its quotes, as written. */
struct slice py_string_body(struct slice text, const struct py_token *t);

enum py_value_status {
    PY_VALUE_OK,
    PY_VALUE_NAMED_ESCAPE, /* \N{...}: known only to a Unicode database; value holds U+FFFD for it */
    PY_VALUE_INVALID       /* CPython rejects it: bad \x, \u beyond range, non-ASCII in bytes */
};
/* The value of a PY_STRING or PY_FSTRING_MIDDLE as CPython would evaluate it:
 * text as UTF-8 (lone surrogates as WTF-8), bytes as they are; CR and CRLF in
 * the literal read as LF. The result borrows from `text` when nothing differs,
 * else it lives in the arena. */
enum py_value_status py_string_value(struct slice text, const struct py_token *t, struct arena *arena,
                                     struct slice *value);
/* The value of a part of such a token's body, text[start, end), as a literal of
 * the same kind would have it. */
enum py_value_status py_string_part(struct slice text, const struct py_token *t, uint32_t start, uint32_t end,
                                    struct arena *arena, struct slice *value);
/* Where value[start, end) of a token is spelled. False when one of the two lies
 * inside of an escape. */
bool py_string_span(struct slice text, const struct py_token *t, size_t start, size_t end,
                    struct arena *arena, uint32_t *from, uint32_t *to);

#endif
