/* cleared.c: a file that empties the environment takes away what a .env file, or the
 * module of a package, has put there: os.environ.clear(), also through the names that the
 * file gives to it. */
#include "rewriters/source.h"

#define ALIASES_MAX 8u /* more names for the environment in one file: it is refused if it clears any */

struct aliases {
    struct slice names[ALIASES_MAX];
    size_t count; /* may be over ALIASES_MAX */
};

static bool is_op(const struct source *s, uint32_t token, unsigned op) {
    return token != SOURCE_NO_TOKEN && s->tokens.items[token].kind == PY_OP &&
           s->tokens.items[token].op == op;
}

static bool is_name(const struct source *s, uint32_t token) {
    return token != SOURCE_NO_TOKEN && s->tokens.items[token].kind == PY_NAME;
}

static bool is_environ(const struct source *s, uint32_t token) {
    return is_name(s, token) &&
           (source_token_is(s, token, "environ") || source_token_is(s, token, "environb"));
}

static void add_alias(const struct source *s, uint32_t token, struct aliases *a) {
    if (!is_name(s, token))
        return;
    if (a->count < ALIASES_MAX)
        a->names[a->count] = source_token_text(s, token);
    a->count++;
}

/* env = os.environ; from os import environ as env: `token` is `environ`. What is taken out of
 * it, as in path = environ["PATH_INFO"], is another thing. */
static void note_alias(const struct source *s, uint32_t token, struct aliases *a) {
    uint32_t before = source_previous(s, token), next = source_next(s, token);
    if (is_name(s, next) && s->tokens.items[next].op == KW_AS) {
        add_alias(s, source_next(s, next), a);
        return;
    }
    if (is_op(s, next, '[') || is_op(s, next, '.') || is_op(s, next, '('))
        return;
    while (is_op(s, before, '.') && is_name(s, source_previous(s, before)))
        before = source_previous(s, source_previous(s, before));
    if (is_op(s, before, '='))
        add_alias(s, source_previous(s, before), a);
}

static bool is_alias(const struct source *s, uint32_t token, const struct aliases *a) {
    for (size_t i = 0; i < a->count && i < ALIASES_MAX; i++)
        if (slice_eq(source_token_text(s, token), a->names[i]))
            return true;
    return a->count > ALIASES_MAX;
}

const char *cleared_refusal(const struct source *s) {
    struct aliases a = {.count = 0};
    for (uint32_t i = 0; i < s->tokens.count; i++)
        if (is_environ(s, i))
            note_alias(s, i, &a);
    for (uint32_t i = 0; i < s->tokens.count; i++) {
        if (!is_name(s, i) || !source_token_is(s, i, "clear") || !is_op(s, source_next(s, i), '('))
            continue;
        uint32_t dot = source_previous(s, i), of = is_op(s, dot, '.') ? source_previous(s, dot) : dot;
        if (of != dot && is_name(s, of) && (is_environ(s, of) || is_alias(s, of, &a)))
            return "the file empties the environment (environ.clear())";
    }
    return NULL;
}
