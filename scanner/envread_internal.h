/* envread_internal.h: what envread*.c share. Private to them. */
#ifndef KEYLIFT_SCANNER_ENVREAD_INTERNAL_H
#define KEYLIFT_SCANNER_ENVREAD_INTERNAL_H

#include "scanner/env_names.h"
#include "scanner/envread.h"

#define ENV_MAX_PREFIXES 16u /* nested `with env.prefixed(...)` */

struct env_prefix {
    uint32_t level; /* indentation of the `with` */
    struct slice text;
};

struct env_reader {
    const struct pyfile *file;
    const struct pylines *lines;
    struct slice text;
    const struct py_token *t;
    uint32_t count;
    struct arena *arena;
    struct env_reads *out;
    struct env_names names;
    uint32_t statement; /* first token of the current one */
    uint32_t level;     /* of indentation */
    struct env_prefix prefixes[ENV_MAX_PREFIXES];
    uint32_t prefix_count;
    uint32_t searched_to, last_equals; /* of the statement that was searched for `=` last */
};

/* A run of tokens, both ends included; first > last when there is none. */
struct token_range {
    uint32_t first, last;
};
#define NO_RANGE ((struct token_range){1, 0})
static inline bool range_is_empty(struct token_range r) {
    return r.first > r.last;
}

static inline uint32_t env_skip_blank(const struct env_reader *r, uint32_t i) {
    while (tok_is_blank(&r->t[i]))
        i++;
    return i;
}
/* The token behind `i`: inside brackets an expression may go over lines. */
static inline uint32_t env_behind(const struct env_reader *r, uint32_t i) {
    i++;
    while (r->t[i].depth > 0 && tok_is_blank(&r->t[i]))
        i++;
    return i;
}
static inline bool env_text_is(const struct env_reader *r, uint32_t i, const char *word) {
    return r->t[i].kind == PY_NAME && slice_eq_cstr(py_token_text(r->text, &r->t[i]), word);
}
static inline bool env_is_call(const struct env_reader *r, uint32_t i) {
    return tok_is_op(&r->t[i], '(') && r->t[i].match != UINT32_MAX && r->t[i].match > i;
}

struct env_site {
    uint32_t first, last; /* tokens of the expression */
    enum env_access access;
    enum env_default default_kind;
    struct token_range fallback; /* the default's tokens; {0} is none */
    bool optional;               /* nothing is raised without it, default or not */
    bool bytes;
    struct slice prefix;
};

/* envread_args.c */

/* Argument `keyword` of the call whose parenthesis is `open`, else its
 * positional argument `index` (UINT32_MAX: none). */
struct token_range env_argument(const struct env_reader *r, uint32_t open, uint32_t index,
                                const char *keyword);
/* Takes parentheses around the tokens `first` to `last` with them, and what copies a
 * mapping: (os.environ), dict(os.environ), os.environ.copy(). Returns whether it is a copy. */
bool env_widen(const struct env_reader *r, uint32_t *first, uint32_t *last);
/* Notes the default in the site: its kind, and its tokens. */
void env_set_default(const struct env_reader *r, struct env_site *site, struct token_range value);
/* A literal default as text, evaluated; NULL for one that might be a secret, is long, or is none. */
const char *env_default_text(const struct env_reader *r, const struct env_site *site, const char *variable);
/* The value of a string literal, or of adjacent ones, else "". */
struct slice env_string(const struct env_reader *r, struct token_range value);
/* Every string of "X", ["X", "Y"], ("X", "Y"), AliasChoices("X", "Y"): the next
 * one at or after *at; false at the end. */
bool env_next_string(const struct env_reader *r, struct token_range value, uint32_t *at, struct slice *out);

void env_emit(struct env_reader *r, const struct env_site *site, struct slice name);

/* envread_settings.c: a class of pydantic-settings; `i` is `class`. */
void env_settings_class(struct env_reader *r, uint32_t i);

#endif
