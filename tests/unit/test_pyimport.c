/* Import statements read without tokens bind what the lexer and pyimport.c say of the same text: drawn, most
 * of them nearly as they should be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/buf.h"
#include "scanner/pyimport.h"

#define DRAW_SEED 11
#include "tests/unit/draw.h"

#define ROUNDS 60000u
#define MAX_FOUND 64u

#define ONE_OF(list) list[draw(KL_ARRAY_LEN(list))]

struct found {
    struct py_import items[MAX_FOUND];
    size_t count;
};

static void take(void *ctx, const struct py_import *i) {
    struct found *f = ctx;
    assert_true(f->count < MAX_FOUND);
    f->items[f->count++] = *i;
}

/* Now and then what does not belong there. */
static void put(struct buf *out, const char *piece) {
    static const char *const odd[] = {"",   " ", "\t",       "\n", "\\\n", "\f", ";",      "#",
                                      ".",  "(", ")",        ",",  "as",   "*",  "import", "from",
                                      "if", "1", "\xc3\xa9", "x",  ":",    "'",  "... ",   "\\"};
    if (draw(60) == 0)
        buf_printf(out, "%s", ONE_OF(odd));
    if (draw(120) > 0)
        buf_printf(out, "%s", piece);
}

static void put_name(struct buf *out) {
    static const char *const names[] = {"a",
                                        "os",
                                        "b1",
                                        "_x",
                                        "environ",
                                        "importlib",
                                        "as_",
                                        "type",
                                        "match",
                                        "in",
                                        "None",
                                        "from_",
                                        "a_long_name_of_a_module_which_has_no_end"};
    put(out, ONE_OF(names));
}

static void put_dotted(struct buf *out) {
    put_name(out);
    while (draw(3) == 0) {
        put(out, draw(30) ? "." : " . ");
        put_name(out);
    }
}

static void put_blank(struct buf *out, bool inside) {
    static const char *const blanks[] = {" ", " ", " ", "  ", "\t", "\f "};
    static const char *const lines[] = {"", " ", "\n    ", "\n", "  # import this, (or)\n  ", "\n\n  "};
    put(out, inside ? ONE_OF(lines) : ONE_OF(blanks));
}

static void put_as(struct buf *out, bool inside) {
    if (draw(3))
        return;
    put_blank(out, inside && draw(4) == 0);
    put(out, " as ");
    put_name(out);
}

static void put_import(struct buf *out) {
    put(out, "import");
    do {
        put_blank(out, false);
        put_dotted(out);
        put_as(out, false);
    } while (draw(3) == 0 && (put(out, ","), true));
}

static void put_from(struct buf *out) {
    static const char *const dots[] = {"", "", "", ".", "..", "...", "....."};
    put(out, "from");
    put_blank(out, false);
    put(out, ONE_OF(dots));
    if (draw(6))
        put_dotted(out);
    put_blank(out, false);
    put(out, "import");
    bool inside = draw(3) == 0;
    put(out, inside ? (draw(2) ? " (" : "(") : " ");
    if (draw(12) == 0) {
        put(out, "*");
        return;
    }
    do {
        put_blank(out, inside);
        put_name(out);
        put_as(out, inside);
        if (inside)
            put_blank(out, true);
    } while (draw(2) == 0 && (put(out, ","), true));
    put(out, inside ? (draw(3) ? ")" : ",)") : "");
}

static void put_statement(struct buf *out) {
    static const char *const before[] = {"", "", "", "    ", "\t", "if x: ", "x = 1; ", "# ", "x = \\\n"};
    static const char *const after[] = {
        "\n", "\n", "\n", "  # noqa\n", "; y = 2\n", "\nx = import_module(a)\n", " \n", ""};
    put(out, ONE_OF(before));
    if (draw(2))
        put_import(out);
    else
        put_from(out);
    put(out, ONE_OF(after));
}

static bool is_word(char c) {
    return c == '_' || ascii_is_lower(ascii_lower(c)) || ascii_is_digit(c) || (unsigned char)c >= 0x80;
}

static bool in_comment(struct slice text, size_t at) {
    while (at > 0 && text.ptr[at - 1] != '\n')
        if (text.ptr[--at] == '#')
            return true;
    return false;
}

/* False if one of them is not plain. */
static bool read_plain(struct slice text, struct found *out) {
    size_t done = 0;
    for (size_t at = slice_find(text, SLICE_LIT("import"), 0); at != SIZE_MAX;
         at = slice_find(text, SLICE_LIT("import"), at + 1)) {
        bool whole =
            (at == 0 || !is_word(text.ptr[at - 1])) && (at + 6 == text.len || !is_word(text.ptr[at + 6]));
        if (at < done || !whole || in_comment(text, at))
            continue;
        if (!py_import_plain(text, at, &done, take, out))
            return false;
        assert_true(done >= at + 6 && (done == text.len || text.ptr[done] == '\n'));
    }
    return true;
}

static void assert_same(struct slice text, const struct found *a, const struct found *b) {
    bool same = a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++) {
        const struct py_import *x = &a->items[i], *y = &b->items[i];
        same = slice_eq(x->module, y->module) && x->level == y->level && slice_eq(x->member, y->member) &&
               slice_eq(x->bound, y->bound) && x->renamed == y->renamed;
    }
    if (!same)
        fail_msg("%.*s", SLICE_ARG(text));
}

static void plain_imports_bind_the_same(void **state) {
    static struct found plain, lexed;
    struct py_tokens tokens = PY_TOKENS_INIT;
    struct buf text = BUF_INIT(1 << 16);
    size_t compared = 0, bound = 0;
    (void)state;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        text.len = 0;
        for (uint32_t n = draw(2); n < 2; n++)
            put_statement(&text);
        char *exact = malloc(text.len > 0 ? text.len : 1); /* so that a reader beyond the end is seen */
        assert_non_null(exact);
        memcpy(exact, text.ptr, text.len);
        struct slice all = slice_of(exact, text.len);
        plain.count = lexed.count = 0;
        if (read_plain(all, &plain)) {
            py_lex(all, &tokens);
            py_imports(all, &tokens, take, &lexed);
            assert_same(all, &plain, &lexed);
            compared++;
            bound += plain.count;
        }
        free(exact);
    }
    assert_true(compared > ROUNDS / 4 && bound > compared);
    buf_release(&text);
    py_tokens_release(&tokens);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_imports_bind_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
