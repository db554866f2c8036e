/* import_facts.c: see import_facts.h. */
#include "cli/import_facts.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "scanner/pyfile.h"
#include "scanner/pylex.h"

#define NAME_MAX_BYTES 1024

struct reader {
    struct slice text;
    const struct py_tokens *tokens;
    size_t i;
    struct import_facts *facts;
    struct import_fact fact; /* what the statement says so far */
    struct arena *arena;
};

static const struct py_token *now(const struct reader *r) {
    return &r->tokens->items[r->i];
}

static bool is_op(const struct reader *r, uint8_t op) {
    return now(r)->kind == PY_OP && now(r)->op == op;
}

static bool is_word(const struct reader *r, enum py_keyword word) {
    return now(r)->kind == PY_NAME && now(r)->op == word;
}

/* Inside of the brackets of a from-import, lines end and comments stand. */
static void next(struct reader *r) {
    do
        r->i++;
    while (now(r)->kind == PY_NL || now(r)->kind == PY_COMMENT);
}

static bool begins_statement(const struct py_tokens *t, size_t i) {
    if (i == 0)
        return true;
    const struct py_token *before = &t->items[i - 1];
    return before->kind != PY_NAME && before->kind != PY_NUMBER && before->kind != PY_STRING &&
           (before->kind != PY_OP || before->op == ';' || before->op == ':') && t->items[i].depth == 0;
}

/* a.b.c; "" if there is none. */
static const char *dotted(struct reader *r) {
    struct buf b = BUF_INIT(NAME_MAX_BYTES);
    while (now(r)->kind == PY_NAME && !is_word(r, KW_IMPORT)) {
        buf_slice(&b, py_token_text(r->text, now(r)));
        next(r);
        if (!is_op(r, '.'))
            break;
        buf_char(&b, '.');
        next(r);
    }
    const char *name = arena_cstr(r->arena, buf_as_slice(&b));
    buf_release(&b);
    return name;
}

static void add(struct reader *r, const char *module, const char *symbol) {
    struct import_facts *f = r->facts;
    if (f->count >= IMPORT_FACTS_MAX)
        return;
    f->items = mem_grow(f->items, &f->capacity, f->count + 1, sizeof *f->items);
    f->items[f->count] = r->fact;
    f->items[f->count].module = module;
    f->items[f->count++].symbol = symbol;
}

static void skip_alias(struct reader *r) {
    if (is_word(r, KW_AS)) {
        next(r);
        next(r);
    }
}

static void read_import(struct reader *r) {
    do {
        next(r);
        const char *module = dotted(r);
        if (!module[0])
            return;
        add(r, module, NULL);
        skip_alias(r);
    } while (is_op(r, ','));
}

static void read_from(struct reader *r) {
    for (next(r); is_op(r, '.') || is_op(r, OP_ELLIPSIS); next(r))
        r->fact.dots += is_op(r, '.') ? 1 : 3;
    const char *module = dotted(r);
    if (!is_word(r, KW_IMPORT) || (!module[0] && !r->fact.dots))
        return;
    next(r);
    if (is_op(r, '*')) {
        add(r, module, "*");
        return;
    }
    if (is_op(r, '('))
        next(r);
    while (now(r)->kind == PY_NAME) {
        add(r, module, arena_cstr(r->arena, py_token_text(r->text, now(r))));
        next(r);
        skip_alias(r);
        if (is_op(r, ','))
            next(r);
    }
}

void import_facts_add(struct import_facts *f, const char *folder, struct slice bytes, struct arena *a) {
    struct py_tokens tokens = PY_TOKENS_INIT;
    struct arena scratch = ARENA_INIT;
    struct pyfile file;
    pyfile_decode(&file, bytes, &scratch);
    py_lex(file.text, &tokens);
    struct reader r = {.text = file.text, .tokens = &tokens, .facts = f, .arena = a};
    folder = arena_cstr(a, slice_cstr(folder));
    while (now(&r)->kind != PY_END) {
        bool import = is_word(&r, KW_IMPORT), from = is_word(&r, KW_FROM);
        size_t start = now(&r)->start;
        if ((!import && !from) || !begins_statement(&tokens, r.i)) {
            r.i++;
            continue;
        }
        char before = start ? file.text.ptr[start - 1] : '\n';
        r.fact = (struct import_fact){.folder = folder,
                                      .at = pyfile_byte_offset(&file, start),
                                      .always = before == '\n' || before == '\r'};
        if (import)
            read_import(&r);
        else
            read_from(&r);
    }
    py_tokens_release(&tokens);
    arena_release(&scratch);
}

void import_facts_release(struct import_facts *f) {
    free(f->items);
    *f = (struct import_facts){0};
}
