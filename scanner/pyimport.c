/* pyimport.c: see pyimport.h. The last token is PY_END: looking ahead stops there at the latest. */
#include "scanner/pyimport.h"

struct statement {
    struct slice text;
    const struct py_token *t;
    void (*fn)(void *ctx, const struct py_import *i);
    void *ctx;
};

/* A dotted name from *i on; *i is left behind it. Parts are never split over
 * lines in practice; a blank inside ("os . path") makes it unknown. */
static struct slice dotted(const struct statement *s, uint32_t *i) {
    uint32_t first = *i;
    if (!tok_is_name(&s->t[first]))
        return (struct slice){0};
    while (tok_is_op(&s->t[*i + 1], '.') && tok_is_name(&s->t[*i + 2]))
        *i += 2;
    struct slice name = {s->text.ptr + s->t[first].start, s->t[*i].end - s->t[first].start};
    *i += 1;
    return name;
}

static uint32_t skip_blank(const struct statement *s, uint32_t i) {
    while (tok_is_blank(&s->t[i]))
        i++;
    return i;
}

static void import_modules(const struct statement *s, uint32_t i) {
    for (;;) {
        struct py_import found = {.bound = py_token_text(s->text, &s->t[i])};
        found.module = dotted(s, &i);
        if (found.module.len == 0)
            return;
        found.renamed = tok_is_keyword(&s->t[i], KW_AS) && tok_is_name(&s->t[i + 1]);
        if (found.renamed) {
            found.bound = py_token_text(s->text, &s->t[i + 1]);
            i += 2;
        }
        s->fn(s->ctx, &found);
        if (!tok_is_op(&s->t[i], ','))
            return;
        i++;
    }
}

static void import_members(const struct statement *s, uint32_t i) {
    uint32_t level = 0;
    for (; tok_is_op(&s->t[i], '.') || tok_is_op(&s->t[i], OP_ELLIPSIS); i++)
        level += tok_is_op(&s->t[i], '.') ? 1 : 3;
    struct slice module = dotted(s, &i);
    if ((module.len == 0 && level == 0) || !tok_is_keyword(&s->t[i], KW_IMPORT))
        return;
    i = skip_blank(s, i + 1);
    if (tok_is_op(&s->t[i], '*')) {
        const struct py_import all = {.module = module, .level = level, .member = SLICE_LIT("*")};
        s->fn(s->ctx, &all);
        return;
    }
    if (tok_is_op(&s->t[i], '('))
        i = skip_blank(s, i + 1);
    while (tok_is_name(&s->t[i])) {
        struct slice member = py_token_text(s->text, &s->t[i]);
        struct py_import found = {.module = module, .level = level, .member = member, .bound = member};
        i = skip_blank(s, i + 1);
        found.renamed = tok_is_keyword(&s->t[i], KW_AS) && tok_is_name(&s->t[i + 1]);
        if (found.renamed) {
            found.bound = py_token_text(s->text, &s->t[i + 1]);
            i = skip_blank(s, i + 2);
        }
        s->fn(s->ctx, &found);
        if (!tok_is_op(&s->t[i], ','))
            return;
        i = skip_blank(s, i + 1);
    }
}

/* And is not the `import` of `from a import b`. */
static bool begins_import(const struct py_token *t, uint32_t i) {
    if (!tok_is_keyword(&t[i], KW_IMPORT) || t[i].depth > 0)
        return false;
    unsigned before = i > 0 ? t[i - 1].kind : PY_NEWLINE;
    return (before != PY_NAME && before != PY_OP) || tok_is_op(&t[i - 1], ';') || tok_is_op(&t[i - 1], ':');
}

void py_import_each(struct slice text, const struct py_token *t, uint32_t keyword,
                    void (*fn)(void *ctx, const struct py_import *i), void *ctx) {
    const struct statement s = {text, t, fn, ctx};
    if (begins_import(t, keyword))
        import_modules(&s, keyword + 1);
    else if (tok_is_keyword(&t[keyword], KW_FROM))
        import_members(&s, keyword + 1);
}

void py_imports(struct slice text, const struct py_tokens *tokens,
                void (*fn)(void *ctx, const struct py_import *i), void *ctx) {
    for (size_t i = 0; i < tokens->import_count; i++)
        if (tokens->imports[i] + 1 < tokens->count)
            py_import_each(text, tokens->items, tokens->imports[i], fn, ctx);
}
