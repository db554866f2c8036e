/* Tokens, values, encodings and positions. That they are CPython's is checked
 * on whole programs by tests/property/test_lexer_cpython.py; here stands what
 * CPython cannot tell: recovery, partners, depths, and t-strings. */
#include "scanner/pyfile.h"
#include "scanner/pylex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* One letter a token: ! is an error, < > are f-string quotes, _ literal text. */
static const char letters[] = ".n1s<_>oc;,{}!";

static void check_kinds(const char *source, const char *expected) {
    struct py_tokens t = PY_TOKENS_INIT;
    char seen[256] = {0};
    py_lex(slice_cstr(source), &t);
    assert_true(t.count < sizeof seen);
    for (size_t i = 0; i < t.count; i++)
        seen[i] = letters[t.items[i].kind];
    assert_string_equal(seen, expected);
    py_tokens_release(&t);
}

static void test_kinds_of_tokens(void **state) {
    (void)state;
    static const struct {
        const char *source, *kinds;
    } rows[] = {
        {"", "."},
        {"x = 1\n", "no1;."},
        {"x", "n;."},
        {"# c", "c,."},
        {"\n\n", ",,."},
        {"if x:\n  y\nz\n", "nno;{n;}n;."},
        {"(\n1)\n", "o,1o;."},
        {"a \\\n b\n", "nn;."},
        {"b'x' rb\"y\" u'' '''a\nb'''\n", "ssss;."},
        {"f'a{b}c'\n", "<_ono_>;."},
        {"f'{b!r:>{w}}'\n", "<onono_onoo>;."},
        {"f'{{}}'\n", "<_>;."},
        {"t'a{b}'\n", "<_ono>;."},
        {"f'{f\"{1}\"}'\n", "<o<o1o>o>;."},
        {"f'{x:=5}' f'{(x:=5)}'\n", "<ono_o><oono1oo>;."},
        {"f'\\N{BULLET}{b}'\n", "<_ono>;."},
    };
    for (size_t i = 0; i < KL_ARRAY_LEN(rows); i++)
        check_kinds(rows[i].source, rows[i].kinds);
}

/* What is broken ends with its line, and the next one is code again. */
static void test_lexing_goes_on_after_errors(void **state) {
    (void)state;
    static const struct {
        const char *source, *kinds;
    } rows[] = {
        {"'abc\nx\n", "s;n;."},
        {"'''abc\nx\n", "s;n;."},
        {"f'abc\nx\n", "<_;n;."},
        {"f'\\N{{{}'\n", "<_!>;."}, /* a doubled brace ends the name that \N{ began */
        {"f'\\N{a{{b}c'\n", "<_!_>;."},
        {"f'\\N{{{b}'\n", "<_!>;."},
        {"f'''abc\nx\n", "<_;n;."},
        {"f'{x'\ny\n", "<ons;n;."},
        {"?? x\n", "!n;."},
        {"0x\n", "!;."},
        {"5abc = 1\n", "!o1;."},
        {"f'}'\n", "<!>;."},
        {"if a:\n    b\n  c\n", "nno;{n;!}n;."},
        {"x = (1\ndef f(): pass\n", "noo1;nnooon;."},
        {")\nx\n", "o;n;."},
        {"\xff = 1\n", "!o1;."},
    };
    for (size_t i = 0; i < KL_ARRAY_LEN(rows); i++) {
        struct py_tokens t = PY_TOKENS_INIT;
        check_kinds(rows[i].source, rows[i].kinds);
        py_lex(slice_cstr(rows[i].source), &t);
        assert_true(t.has_error);
        py_tokens_release(&t);
    }
}

static void test_partners_and_depths(void **state) {
    (void)state;
    struct py_tokens t = PY_TOKENS_INIT;
    py_lex(SLICE_LIT("f(g[1], f'a{b}')\n"), &t);
    static const struct {
        uint32_t match;
        uint16_t depth;
    } expected[] = {
        {UINT32_MAX, 0}, {13, 0}, {UINT32_MAX, 1}, {5, 1}, {UINT32_MAX, 2}, {3, 1}, {UINT32_MAX, 1}, {12, 1},
        {UINT32_MAX, 1}, {11, 1}, {UINT32_MAX, 2}, {9, 1}, {7, 1},          {1, 0},
    };
    assert_int_equal(t.count, KL_ARRAY_LEN(expected) + 2);
    for (size_t i = 0; i < KL_ARRAY_LEN(expected); i++) {
        assert_int_equal(t.items[i].match, expected[i].match);
        assert_int_equal(t.items[i].depth, expected[i].depth);
    }
    assert_false(t.has_error);
    py_tokens_release(&t);
}

static void test_nesting_beyond_the_maximum_is_lexed_and_reported(void **state) {
    (void)state;
    enum { COUNT = 5 * KL_MAX_NESTING };
    static char source[2 * COUNT];
    memset(source, '(', COUNT);
    memset(source + COUNT, ')', COUNT);
    struct py_tokens t = PY_TOKENS_INIT;
    py_lex(slice_of(source, sizeof source), &t);
    assert_int_equal(t.count, 2 * COUNT + 2);
    assert_true(t.has_error);
    assert_int_equal(t.items[0].match, 2 * COUNT - 1);
    assert_int_equal(t.items[2 * COUNT - 1].match, 0);
    assert_int_equal(t.items[COUNT].match, UINT32_MAX);
    py_tokens_release(&t);
}

static void test_operators_and_keywords_are_told_apart(void **state) {
    (void)state;
    static const struct {
        const char *source;
        uint8_t op;
    } rows[] = {{":=", OP_WALRUS},
                {"->", OP_ARROW},
                {"==", OP_EQ},
                {"!=", OP_NE},
                {"<>", OP_NE},
                {"<=", OP_LE},
                {">=", OP_GE},
                {"**", OP_POW},
                {"//", OP_FLOORDIV},
                {"<<", OP_SHL},
                {">>", OP_SHR},
                {"...", OP_ELLIPSIS},
                {"@=", OP_AUG},
                {">>=", OP_AUG},
                {"%", '%'},
                {"def", KW_DEF},
                {"None", KW_NONE_VALUE},
                {"type", KW_TYPE},
                {"nonlocal", KW_NONLOCAL},
                {"defs", KW_NONE},
                {"none", KW_NONE}};
    for (size_t i = 0; i < KL_ARRAY_LEN(rows); i++) {
        struct py_tokens t = PY_TOKENS_INIT;
        py_lex(slice_cstr(rows[i].source), &t);
        assert_int_equal(t.count, 3);
        assert_int_equal(t.items[0].op, rows[i].op);
        py_tokens_release(&t);
    }
}

static void test_values_of_literals(void **state) {
    (void)state;
    static const struct {
        const char *source, *value;
        enum py_value_status status;
    } rows[] = {
        {"'abc'", "abc", PY_VALUE_OK},
        {"r'a\\n'", "a\\n", PY_VALUE_OK},
        {"'a\\n\\t\\\\'", "a\n\t\\", PY_VALUE_OK},
        {"'\\x41\\u00e9\\U0001f600'", "A\xc3\xa9\xf0\x9f\x98\x80", PY_VALUE_OK},
        {"'\\101\\777'", "A\xc7\xbf", PY_VALUE_OK},
        {"b'\\777'", "\xff", PY_VALUE_OK},
        {"'\\ud800'", "\xed\xa0\x80", PY_VALUE_OK},
        {"'\\d'", "\\d", PY_VALUE_OK},
        {"b'\\u0041'", "\\u0041", PY_VALUE_OK},
        {"'a\\\nb'", "ab", PY_VALUE_OK},
        {"'a\\\r\nb'", "ab", PY_VALUE_OK},
        {"'''a\r\nb\rc'''", "a\nb\nc", PY_VALUE_OK},
        {"r'''a\r\nb'''", "a\nb", PY_VALUE_OK},
        {"'\\N{BULLET}x'", "\xef\xbf\xbdx", PY_VALUE_NAMED_ESCAPE},
        {"'\\N{}'", "\\N{}", PY_VALUE_INVALID},
        {"'\\x4'", "\\x4", PY_VALUE_INVALID},
        {"'\\U00110000'", "\\U00110000", PY_VALUE_INVALID},
        {"b'\xc3\xa9'", "\xc3\xa9", PY_VALUE_INVALID},
        {"'open", "open", PY_VALUE_INVALID},
    };
    for (size_t i = 0; i < KL_ARRAY_LEN(rows); i++) {
        struct arena arena = ARENA_INIT;
        struct py_tokens t = PY_TOKENS_INIT;
        struct slice text = slice_cstr(rows[i].source), value;
        py_lex(text, &t);
        assert_int_equal(py_string_value(text, &t.items[0], &arena, &value), rows[i].status);
        assert_true(slice_eq_cstr(value, rows[i].value));
        py_tokens_release(&t);
        arena_release(&arena);
    }
}

static void test_a_part_of_a_value_has_its_place_in_the_spelling(void **state) {
    (void)state;
    static const struct {
        const char *source;
        uint32_t token;
        size_t start, end;
        const char *part; /* NULL: it begins or ends inside of an escape */
    } rows[] = {
        {"'abcdef'", 0, 1, 3, "bc"},
        {"'abcdef'", 0, 0, 6, "abcdef"},
        {"'abc'", 0, 1, 9, NULL},
        {"'a\\x41b'", 0, 1, 2, "\\x41"},
        {"'a\\u00e9b'", 0, 1, 3, "\\u00e9"},
        {"'a\\u00e9b'", 0, 1, 2, NULL},
        {"'a\\u00e9b'", 0, 2, 4, NULL},
        {"'a\\\nb'", 0, 1, 2, "b"},
        {"'''a\r\nb'''", 0, 1, 3, "\r\nb"},
        {"r'\\x41'", 0, 1, 3, "x4"},
        {"f'a{{b}}{c}'", 1, 1, 3, "{{b"},
        {"f'a{{b}}{c}'", 1, 2, 4, "b}}"},
    };
    for (size_t i = 0; i < KL_ARRAY_LEN(rows); i++) {
        struct arena arena = ARENA_INIT;
        struct py_tokens t = PY_TOKENS_INIT;
        struct slice text = slice_cstr(rows[i].source);
        uint32_t from = 0, to = 0;
        py_lex(text, &t);
        bool found =
            py_string_span(text, &t.items[rows[i].token], rows[i].start, rows[i].end, &arena, &from, &to);
        assert_int_equal(found, rows[i].part != NULL);
        if (rows[i].part)
            assert_true(slice_eq_cstr(slice_sub(text, from, to), rows[i].part));
        py_tokens_release(&t);
        arena_release(&arena);
    }
}

static void test_literal_text_of_fstrings_has_single_braces(void **state) {
    (void)state;
    struct arena arena = ARENA_INIT;
    struct py_tokens t = PY_TOKENS_INIT;
    struct slice text = SLICE_LIT("f'{{a}}\\x41{b}'"), value;
    py_lex(text, &t);
    assert_int_equal(t.items[1].kind, PY_FSTRING_MIDDLE);
    assert_int_equal(py_string_value(text, &t.items[1], &arena, &value), PY_VALUE_OK);
    assert_true(slice_eq_cstr(value, "{a}A"));
    py_tokens_release(&t);
    arena_release(&arena);
}

static void test_encodings(void **state) {
    (void)state;
    static const struct {
        const char *bytes, *encoding, *text;
        bool decodable;
    } rows[] = {
        {"x", "utf-8", "x", true},
        {"\xef\xbb\xbfx", "utf-8-sig", "x", true},
        {"\xef\xbb\xbf# coding: latin-1\n", "utf-8-sig", "# coding: latin-1\n", false},
        {"# coding: latin-1\n\xe9", "iso8859-1", "# coding: latin-1\n\xc3\xa9", true},
        {"#!x\n# coding=cp1252\n\x80", "cp1252", "#!x\n# coding=cp1252\n\xe2\x82\xac", true},
        {"x\n# coding: latin-1\n\xe9", "utf-8", "x\n# coding: latin-1\n\xe9", false},
        {"\n\n# coding: latin-1\n\xe9", "utf-8", "\n\n# coding: latin-1\n\xe9", false},
        {"# coding: ascii\n\xe9", "ascii", "# coding: ascii\n\xe9", false},
        {"# coding: nonsense\nx", "unknown", "# coding: nonsense\nx", false},
        {"\xff", "utf-8", "\xff", false},
        {"\xed\xa0\x80", "utf-8", "\xed\xa0\x80", false},
    };
    for (size_t i = 0; i < KL_ARRAY_LEN(rows); i++) {
        struct arena arena = ARENA_INIT;
        struct pyfile f;
        pyfile_decode(&f, slice_cstr(rows[i].bytes), &arena);
        assert_string_equal(f.encoding, rows[i].encoding);
        assert_true(slice_eq_cstr(f.text, rows[i].text));
        assert_int_equal(f.decodable, rows[i].decodable);
        assert_int_equal(pyfile_byte_offset(&f, f.text.len), f.bytes.len);
        arena_release(&arena);
    }
}

static void test_positions_count_code_points_and_every_line_end(void **state) {
    (void)state;
    struct arena arena = ARENA_INIT;
    struct pylines l;
    struct slice text = SLICE_LIT("a\r\nb\rc\n\xc3\xa9x");
    static const uint32_t expected[][3] = {{0, 1, 1}, {3, 2, 1}, {5, 3, 1}, {7, 4, 1}, {9, 4, 2}, {10, 4, 3}};
    pylines_build(&l, text, &arena);
    for (size_t i = 0; i < KL_ARRAY_LEN(expected); i++) {
        uint32_t line, column;
        pylines_position(&l, text, expected[i][0], &line, &column);
        assert_int_equal(line, expected[i][1]);
        assert_int_equal(column, expected[i][2]);
    }
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds_of_tokens),
        cmocka_unit_test(test_lexing_goes_on_after_errors),
        cmocka_unit_test(test_partners_and_depths),
        cmocka_unit_test(test_nesting_beyond_the_maximum_is_lexed_and_reported),
        cmocka_unit_test(test_operators_and_keywords_are_told_apart),
        cmocka_unit_test(test_values_of_literals),
        cmocka_unit_test(test_a_part_of_a_value_has_its_place_in_the_spelling),
        cmocka_unit_test(test_literal_text_of_fstrings_has_single_braces),
        cmocka_unit_test(test_encodings),
        cmocka_unit_test(test_positions_count_code_points_and_every_line_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
