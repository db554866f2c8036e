/* A file that is scanned in pieces: whatever their length, and wherever it is cut, the same is found at the
 * same places as in the file as a whole. The texts and the lengths are drawn from a seed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/encode.h"
#include "scanner/scan.h"

#define ROUNDS 24u
#define TEXT_MAX ((size_t)4 << 20)

struct drawing {
    uint64_t state;
    struct buf out;
    unsigned indent;
};

static unsigned draw(struct drawing *d, unsigned below) {
    d->state = d->state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(d->state >> 33) % below;
}

static void put_value(struct drawing *d, const char *before, unsigned len) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    buf_str(&d->out, before);
    for (unsigned i = 0; i < len; i++)
        buf_char(&d->out, letters[draw(d, sizeof letters - 1)]);
}

static void put_indent(struct drawing *d) {
    for (unsigned i = 0; i < d->indent; i++)
        buf_str(&d->out, "    ");
}

static void put_password(struct drawing *d) {
    static const char letters[] = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!%+";
    for (unsigned i = 0; i < 20; i++)
        buf_char(&d->out, letters[draw(d, sizeof letters - 1)]);
}

/* Tables and calls that a piece may end in. */
static void put_long(struct drawing *d) {
    unsigned rows = draw(d, 300);
    static const char *const openings[] = {"ROWS = [",
                                           "load(rows=[",
                                           "conf = {\"a\": {\"rows\": [",
                                           "x = y = (",
                                           "add(\"some\", \"thing\", [",
                                           "call(first, {\"k\": ["};
    static const char *const ends[] = {"]", "])", "]}}", ")", "])", "]})"};
    unsigned kind = draw(d, KL_ARRAY_LEN(openings));
    buf_str(&d->out, openings[kind]);
    for (unsigned i = 0; i < rows; i++) {
        switch (draw(d, 12)) {
        case 0:
            put_value(d, "\"AKIA", 16);
            buf_str(&d->out, "\", ");
            break;
        case 1:
            buf_str(&d->out, "{\"user\": \"me\", \"password\": \"");
            put_password(d);
            buf_str(&d->out, "\"},\n    ");
            break;
        case 2:
            buf_str(&d->out, "connect(host, 80, password=\"");
            put_password(d);
            buf_str(&d->out, "\"), # \xc3\xa9 a comment, with commas\n");
            break;
        case 3:
            buf_str(&d->out, "f\"{a, b} is {c}\", '\xc3\xbc', ");
            break;
        default:
            buf_printf(&d->out, "(%u, 'ab', None), ", draw(d, 1000));
        }
    }
    buf_str(&d->out, ends[kind]);
    buf_char(&d->out, '\n');
}

static void put_statement(struct drawing *d) {
    put_indent(d);
    switch (draw(d, 14)) {
    case 0:
        buf_str(&d->out, "password = \"");
        put_password(d);
        buf_str(&d->out, "\"\n");
        break;
    case 1:
        put_value(d, "self.key = 'AKIA", 16);
        buf_str(&d->out, "'  # keylift: ignore\n");
        break;
    case 2:
        put_value(d, "key = 'AKIA", 16);
        buf_str(&d->out, "'\n");
        break;
    case 3:
        buf_str(&d->out, "\"\"\"A text\nof several lines, with words\nimport not this\n");
        put_value(d, "AKIA", 16);
        buf_str(&d->out, "\n\"\"\"\n");
        break;
    case 4:
        buf_printf(&d->out, "value = os.environ[\"NAME_%u\"]\n", draw(d, 100));
        break;
    case 5:
        buf_printf(&d->out, "value = env(\"OTHER_%u\")\n", draw(d, 100));
        break;
    case 6:
        put_long(d);
        break;
    case 7:
        buf_str(&d->out, "# a comment, and \xe2\x82\xac\n");
        break;
    case 8:
        buf_str(&d->out, "if x:\n");
        d->indent++;
        put_indent(d);
        buf_str(&d->out, "pass\n");
        break;
    case 9:
        d->indent = 0;
        buf_printf(&d->out, "\ndef %s_%u(a, b=\"", draw(d, 2) ? "test" : "make", draw(d, 1000));
        buf_str(&d->out, "words\"):\n");
        d->indent = 1;
        put_indent(d);
        buf_str(&d->out, "pass\n");
        break;
    case 10:
        d->indent = 0;
        buf_str(&d->out, "\nclass Settings(BaseSettings):\n    token: str = \"\"\n");
        d->indent = 1;
        break;
    case 11:
        d->indent -= d->indent > 0;
        buf_str(&d->out, "pass\n");
        break;
    default:
        buf_printf(&d->out, "value_%u = a.b(c)[%u] + 1\n", draw(d, 9), draw(d, 1000));
    }
}

static void put_python(struct drawing *d, size_t len) {
    buf_str(&d->out,
            "import os  # a comment\nfrom os import (  # (another\n    getenv,\n    environ as env,\n)\n\n");
    while (d->out.len < len)
        put_statement(d);
}

static struct scan_result scan(const char *path, struct slice text, size_t piece_bytes) {
    const struct scan_options o = {.piece_bytes = piece_bytes, .keep_values = true};
    struct scan_result r;
    struct error e = {0};
    assert_int_equal(scan_bytes(&o, path, text, &r, &e), KL_OK);
    return r;
}

static void assert_same_finding(const struct finding *a, const struct finding *b) {
    assert_string_equal(a->rule, b->rule);
    assert_int_equal(a->line, b->line);
    assert_int_equal(a->column, b->column);
    assert_int_equal(a->end_line, b->end_line);
    assert_int_equal(a->end_column, b->end_column);
    assert_int_equal(a->start_byte, b->start_byte);
    assert_int_equal(a->end_byte, b->end_byte);
    assert_int_equal(a->secret_start_byte, b->secret_start_byte);
    assert_int_equal(a->secret_end_byte, b->secret_end_byte);
    assert_int_equal(a->context, b->context);
    assert_string_equal(a->name, b->name);
    assert_string_equal(a->callee, b->callee);
    assert_string_equal(a->fingerprint, b->fingerprint);
    assert_int_equal(a->severity, b->severity);
    assert_int_equal(a->fixable, b->fixable);
    assert_int_equal(a->in_test, b->in_test);
    assert_int_equal(a->suppressed, b->suppressed);
    assert_true(secret_equal(&a->value, &b->value));
}

static void assert_same(const char *path, struct slice text, size_t piece_bytes) {
    struct scan_result whole = scan(path, text, TEXT_MAX), pieces = scan(path, text, piece_bytes);
    assert_int_equal(whole.error_count, 0);
    assert_int_equal(pieces.error_count, 0);
    assert_true(whole.finding_count > 0);
    for (size_t i = 0; i < whole.finding_count && i < pieces.finding_count; i++)
        assert_same_finding(&whole.findings[i], &pieces.findings[i]);
    assert_int_equal(whole.finding_count, pieces.finding_count);
    for (size_t i = 0; i < whole.read_count && i < pieces.read_count; i++) {
        assert_string_equal(whole.reads[i].name, pieces.reads[i].name);
        assert_int_equal(whole.reads[i].line, pieces.reads[i].line);
        assert_int_equal(whole.reads[i].column, pieces.reads[i].column);
        assert_int_equal(whole.reads[i].start_byte, pieces.reads[i].start_byte);
        assert_int_equal(whole.reads[i].end_byte, pieces.reads[i].end_byte);
    }
    assert_int_equal(whole.read_count, pieces.read_count);
    assert_int_equal(whole.stats.bytes, pieces.stats.bytes);
    assert_int_equal(whole.stats.files, pieces.stats.files);
    assert_int_equal(whole.stats.python_files, pieces.stats.python_files);
    scan_result_release(&whole);
    scan_result_release(&pieces);
}

static struct drawing begin(uint64_t seed) {
    struct drawing d = {.state = seed};
    buf_init(&d.out, TEXT_MAX);
    return d;
}

static void python_gives_the_same(void **state) {
    (void)state;
    for (unsigned seed = 1; seed <= ROUNDS; seed++) {
        struct drawing d = begin(seed);
        put_python(&d, 20000 + draw(&d, 60000));
        assert_same("a.py", buf_as_slice(&d.out), 3000 + draw(&d, 40000));
        buf_release(&d.out);
    }
}

/* As one unit of UTF-16 for each character: there are none beyond the first plane. */
static void put_utf16(struct buf *out, struct slice text, bool little) {
    buf_bytes(out, little ? "\xff\xfe" : "\xfe\xff", 2);
    for (size_t i = 0; i < text.len;) {
        uint32_t c = 0;
        i += utf8_sequence(text.ptr + i, text.len - i, &c);
        char pair[2] = {(char)(c >> 8), (char)(c & 0xff)};
        char other[2] = {pair[1], pair[0]};
        buf_bytes(out, little ? other : pair, 2);
    }
}

static void python_in_utf16_gives_the_same(void **state) {
    (void)state;
    for (unsigned seed = 100; seed < 100 + ROUNDS / 4; seed++) {
        struct drawing d = begin(seed);
        struct buf wide = BUF_INIT(2 * TEXT_MAX);
        put_python(&d, 40000);
        put_utf16(&wide, buf_as_slice(&d.out), seed % 2 == 0);
        assert_same("a.py", buf_as_slice(&wide), 5000 + draw(&d, 40000));
        buf_release(&wide);
        buf_release(&d.out);
    }
}

static void python_in_an_old_encoding_gives_the_same(void **state) {
    (void)state;
    static const char *const cookies[] = {"# coding: latin-1\n",
                                          "#!/usr/bin/python\n# -*- coding: koi8-r -*-\n",
                                          "# coding: shift_jis\n", "# coding: ascii\n"};
    for (unsigned seed = 200; seed < 200 + ROUNDS / 2; seed++) {
        struct drawing d = begin(seed);
        buf_str(&d.out, cookies[seed % KL_ARRAY_LEN(cookies)]);
        put_python(&d, 40000); /* the bytes of UTF-8 are some characters of these, or none */
        assert_same("a.py", buf_as_slice(&d.out), 5000 + draw(&d, 30000));
        buf_release(&d.out);
    }
}

static void put_text(struct drawing *d, size_t len) {
    while (d->out.len < len) {
        switch (draw(d, 60)) {
        case 0:
            put_value(d, "key: AKIA", 16);
            buf_char(&d->out, '\n');
            break;
        case 1:
            buf_str(&d->out, "db:\n  password: \"");
            put_password(d);
            buf_str(&d->out, "\"\n");
            break;
        case 2:
            buf_str(&d->out, "password:\n  ");
            put_password(d);
            buf_str(&d->out, "\n");
            break;
        default:
            buf_printf(&d->out, "- a line of words \xc3\xa4 %u\n", draw(d, 1000));
        }
    }
}

static void other_text_gives_the_same(void **state) {
    (void)state;
    for (unsigned seed = 300; seed < 300 + ROUNDS / 4; seed++) {
        struct drawing d = begin(seed);
        struct buf wide = BUF_INIT(2 * TEXT_MAX);
        put_text(&d, 400000);
        assert_same("a.yaml", buf_as_slice(&d.out), 10000 + draw(&d, 100000));
        put_utf16(&wide, buf_as_slice(&d.out), seed % 2 == 0);
        assert_same("a.yaml", buf_as_slice(&wide), 10000 + draw(&d, 100000));
        buf_release(&wide);
        buf_release(&d.out);
    }
}

static void put_json(struct buf *out, struct slice s) {
    buf_char(out, '"');
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '\n')
            buf_str(out, "\\n");
        else if (c == '"' || c == '\\')
            buf_printf(out, "\\%c", c);
        else
            buf_char(out, c);
    }
    buf_char(out, '"');
}

/* Cells of code as one string or as lines, of words, and outputs; the kind stands before or behind. */
static void put_notebook(struct drawing *d, unsigned cells) {
    struct drawing code = begin(d->state);
    buf_str(&d->out, "{\n \"metadata\": {\"title\": \"\xc3\xa9\"},\n \"cells\": [\n");
    for (unsigned i = 0; i < cells; i++) {
        bool is_code = draw(d, 3) > 0, first = draw(d, 4) > 0, lines = draw(d, 2) > 0;
        const char *kind = is_code ? "\"cell_type\": \"code\"" : "\"cell_type\": \"markdown\"";
        buf_clear(&code.out);
        code.indent = 0;
        if (i == 0)
            buf_str(&code.out, "import os\nfrom os import environ as env\n");
        for (unsigned k = draw(d, 8) + 1; k > 0; k--)
            put_statement(&code);
        buf_printf(&d->out, "%s  {%s%s", i > 0 ? ",\r\n" : "", first ? kind : "\"id\": 1",
                   ",\n   \"outputs\": [");
        put_value(d, "{\"data\": {\"image/png\": \"", 1 + draw(d, 20000));
        put_value(d, "\", \"text\": [\"AKIA", 16);
        buf_str(&d->out, "\"]}}],\n   \"source\": ");
        struct slice text = buf_as_slice(&code.out);
        if (lines) {
            buf_str(&d->out, "[\n");
            for (size_t at = 0, end; at < text.len; at = end) {
                end = slice_find_byte(text, '\n', at) + 1;
                buf_str(&d->out, at > 0 ? ",\n    " : "    ");
                put_json(&d->out, slice_sub(text, at, end));
            }
            buf_str(&d->out, "\n   ]");
        } else {
            put_json(&d->out, text);
        }
        buf_printf(&d->out, "%s%s}", first ? "" : ",", first ? "" : kind);
    }
    buf_str(&d->out, "\n ],\n \"nbformat\": 4\n}\n");
    buf_release(&code.out);
}

static void notebooks_give_the_same(void **state) {
    (void)state;
    for (unsigned seed = 400; seed < 400 + ROUNDS / 2; seed++) {
        struct drawing d = begin(seed);
        put_notebook(&d, 20 + draw(&d, 60));
        struct slice text = buf_as_slice(&d.out);
        assert_same("a.ipynb", text, 150000 + draw(&d, 100000));
        buf_release(&d.out);
    }
}

/* What is said of a file of which a part has no names; what comes behind is where it was. */
static void a_string_that_is_cut_is_told_of(void **state) {
    (void)state;
    struct drawing d = begin(7);
    buf_str(&d.out, "def test_it():\n    \"\"\"A long text.\n");
    for (unsigned i = 0; i < 2000; i++)
        buf_str(&d.out, "some words\nin lines \"quoted\"\n");
    put_value(&d, "AKIA", 16);
    buf_str(&d.out, "\n    \"\"\"\n");
    put_value(&d, "    key = 'AKIA", 16);
    buf_str(&d.out, "'\n");
    struct scan_result r = scan("a.py", buf_as_slice(&d.out), 5000);
    assert_int_equal(r.error_count, 1);
    assert_int_equal(r.finding_count, 2);
    assert_int_equal(r.findings[0].context, CONTEXT_DOCSTRING);
    assert_int_equal(r.findings[1].line, 2 * 2000 + 5);
    assert_string_equal(r.findings[1].name, "key");
    assert_true(r.findings[1].in_test);
    scan_result_release(&r);
    buf_release(&d.out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(python_gives_the_same),
        cmocka_unit_test(python_in_utf16_gives_the_same),
        cmocka_unit_test(python_in_an_old_encoding_gives_the_same),
        cmocka_unit_test(other_text_gives_the_same),
        cmocka_unit_test(notebooks_give_the_same),
        cmocka_unit_test(a_string_that_is_cut_is_told_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
