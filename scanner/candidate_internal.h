/* candidate_internal.h: the state that candidate*.c share. Private to them.
 *
 * One pass over the tokens keeps a stack of frames: the statement, and every
 * bracket, f-string and lambda open at this point. A frame remembers what names
 * the next string in it (the keyword, the key, the target) as a token index;
 * the name itself is worked out only when a string comes. What surrounds a
 * frame cannot change while it is open, so that is worked out at most once a
 * frame, and the whole pass stays linear in the tokens. */
#ifndef KEYLIFT_SCANNER_CANDIDATE_INTERNAL_H
#define KEYLIFT_SCANNER_CANDIDATE_INTERNAL_H

#include "scanner/candidate.h"
#include "scanner/env_names.h"

#define NO_TOKEN UINT32_MAX
#define CAND_INLINE_FRAMES 48u  /* deeper ones move to the arena */
#define CAND_MAX_SCOPES 128u    /* CPython stops at 100 levels of indentation */
#define CAND_MAX_NAME_STEPS 64u /* of x[0][0]...: how far back a name is looked for */

enum frame_kind {
    FRAME_STATEMENT,
    FRAME_GROUP,  /* parentheses around an expression, or a tuple */
    FRAME_CALL,   /* arguments; the bases of a class */
    FRAME_PARAMS, /* def f( */
    FRAME_LIST,
    FRAME_SUBSCRIPT,
    FRAME_BRACE,   /* dict or set */
    FRAME_FSTRING, /* between its quotes */
    FRAME_FIELD,   /* {...} of an f-string */
    FRAME_LAMBDA,  /* its parameters */
    FRAME_LAMBDA_BODY
};

/* Where a string stands, and what names it there. */
struct place {
    enum context context;
    struct slice name;
};

/* Of a sequence that is unpacked: the targets that its elements go to. */
struct targets {
    uint32_t start, end;           /* tokens, without brackets around them all */
    uint32_t cursor, cursor_index; /* the target that was asked for last */
    uint32_t count, star;          /* how many, and the index of the starred one; UINT32_MAX: none */
    uint32_t elements, value_star; /* of the sequence, likewise */
    bool known, unpacks, targets_counted, elements_counted;
};

struct frame {
    uint32_t open;      /* the token that opened it */
    uint32_t before;    /* the token before that one, NO_TOKEN at the start of a statement */
    uint32_t key;       /* last token of what names the current segment */
    uint32_t key_named; /* the key that key_name was made from */
    uint32_t commas;
    uint32_t iterating; /* the `in` of a `for` at this level */
    uint8_t kind;
    uint8_t role;     /* enum context that `key` gives */
    bool annotation;  /* in a type expression, here or further out */
    bool for_pending; /* a `for` waits for its `in` */
    bool is_dict;
    bool in_format_spec;
    bool outer_known;
    bool callee_known;
    struct slice key_name;
    struct place outer; /* the place of the whole bracket in its parent */
    struct slice callee;
    struct targets targets;
};

struct scope {
    uint32_t function; /* name token of the innermost def, NO_TOKEN at module level */
    bool is_enum;      /* directly in the body of an Enum */
    bool is_test;
};

struct statement {
    uint32_t first;
    uint32_t bases; /* the parenthesis of `class X(` */
    uint32_t value; /* token behind the last `=` */
    uint32_t also;  /* a = b = ...: the last target, where another names the value; NO_TOKEN: none */
    uint8_t keyword;
    bool header;     /* ends with a colon, and a statement may follow on the line */
    bool body_first; /* first statement of a module, class or function */
    bool is_pattern; /* case ...: up to the colon or guard */
    bool is_type;    /* type X = ... */
    bool unpacks;    /* x, y = ... */
    bool params_seen;
};

struct collector {
    struct slice text;
    const struct py_token *t;
    uint32_t count;
    struct arena *arena;
    struct candidates *out;
    const struct py_tokens *tokens;
    bool path_in_test;

    struct frame *frames;
    uint32_t depth, frame_capacity;
    struct frame inline_frames[CAND_INLINE_FRAMES];

    struct statement stmt;
    bool at_start;    /* the next token begins a statement */
    bool body_first;  /* and it is the first of its body */
    uint32_t prev;    /* last token that is no comment or line end; NO_TOKEN at the start */
    uint32_t covered; /* strings before this token are part of a candidate already */

    struct scope scopes[CAND_MAX_SCOPES];
    uint32_t scope_depth; /* index of the current one */
    uint32_t scopes_too_deep;
    struct scope pending; /* of the header that was read last */
    bool pending_is_body; /* that header was class or def */
    bool is_inline;       /* behind `def f():` on the same line */

    struct env_names env;
    bool env_known;
};

static inline struct frame *top_frame(struct collector *c) {
    return &c->frames[c->depth - 1];
}
static inline const struct scope *current_scope(const struct collector *c) {
    return c->is_inline ? &c->pending : &c->scopes[c->scope_depth];
}

/* The next token after `i` that is no comment or line end. */
static inline uint32_t next_token(const struct collector *c, uint32_t i) {
    if (i + 1 >= c->count)
        return c->count - 1;
    do
        i++;
    while (tok_is_blank(&c->t[i]) && i + 1 < c->count);
    return i;
}
static inline uint32_t previous_token(const struct collector *c, uint32_t i) {
    while (i > 0) {
        i--;
        if (!tok_is_blank(&c->t[i]))
            return i;
    }
    return NO_TOKEN;
}

/* candidate_name.c: names of expressions. "" if there is none. */
struct slice name_ending_at(struct collector *c, uint32_t last);
struct slice name_starting_at(struct collector *c, uint32_t first);
struct slice name_of_key(struct collector *c, struct frame *f);
struct slice name_of_function(struct collector *c);
const struct env_names *file_env_names(struct collector *c);
bool is_environ_subscript(struct collector *c, uint32_t close);

/* candidate_unpack.c: a, (b, *c) = ...
 * unpack_begin: at the first `=` of a statement, whose targets these tokens are.
 * unpacked_place: false when the elements of this frame are not unpacked. */
void unpack_begin(struct collector *c, uint32_t start, uint32_t end);
bool unpacked_place(struct collector *c, uint32_t frame, struct place *out);

/* candidate_call.c: what an argument is to the function that gets it. */
struct slice frame_callee(struct collector *c, struct frame *f);
struct place call_place(struct collector *c, uint32_t frame);

/* candidate_place.c */
struct place frame_place(struct collector *c, uint32_t frame, uint32_t next);
struct place frame_outer(struct collector *c, uint32_t frame);
bool is_comparison(struct collector *c, const struct frame *f, uint32_t op);
struct candidate *add_candidate(struct collector *c);
void emit_string(struct collector *c, uint32_t first);
void emit_fragment(struct collector *c, uint32_t token);
void emit_comment(struct collector *c, uint32_t token);

#endif
