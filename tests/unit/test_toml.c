/* toml.c: TOML 1.0.0's own rules, section by section, each with its errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/mem.h"
#include "base/toml.h"

/* Parses `text` and compares with `json` (one line). */
static void check(const char *text, const char *json) {
    struct error e = {0};
    cJSON *j = NULL;
    if (toml_parse(slice_cstr(text), "doc", &j, &e) != KL_OK)
        fail_msg("%s: %s", text, e.message);
    struct buf out = BUF_INIT(1 << 20);
    json_print(j, false, &out);
    out.ptr[out.len - 1] = '\0'; /* the newline */
    assert_string_equal(buf_cstr(&out), json);
    buf_release(&out);
    cJSON_Delete(j);
}

static void check_error(const char *text, const char *message) {
    struct error e = {0};
    cJSON *j = NULL;
    if (toml_parse(slice_cstr(text), "doc", &j, &e) == KL_OK)
        fail_msg("accepted: %s", text);
    assert_null(j);
    if (strstr(e.message, message) == NULL)
        fail_msg("%s: \"%s\" is not in \"%s\"", text, message, e.message);
}

static void reads_scalars(void **state) {
    (void)state;
    check("a = 1\nb = -1_000\nc = 0xff\nd = 0o17\ne = 0b11\nf = 1.5\ng = 1e3\nh = true\n",
          "{\"a\":1,\"b\":-1000,\"c\":255,\"d\":15,\"e\":3,\"f\":1.5,\"g\":1000,\"h\":true}");
    check("a = 1979-05-27T07:32:00Z\nb = 07:32:00 # c\n",
          "{\"a\":\"1979-05-27T07:32:00Z\",\"b\":\"07:32:00\"}");
    check("", "{}");
    check("\xEF\xBB\xBF# only a comment", "{}");
    check_error("a = 99999999999999999999\n", "line 1");
}

static void reads_all_kinds_of_strings(void **state) {
    (void)state;
    check("a = \"x\\\"\\\\\\n\\u00e9\\U0001F600\"\n", "{\"a\":\"x\\\"\\\\\\n\xC3\xA9\xF0\x9F\x98\x80\"}");
    check("a = 'C:\\n'\nb = ''\nc = \"\"\n", "{\"a\":\"C:\\\\n\",\"b\":\"\",\"c\":\"\"}");
    check("a = \"\"\"\nx\n  \\\n   y\"\"\"\n", "{\"a\":\"x\\n  y\"}");
    check("a = \"\"\"q\"\"q\"\"\"\n", "{\"a\":\"q\\\"\\\"q\"}");
    check("a = '''\r\nx\\\r\ny'''\r\n", "{\"a\":\"x\\\\\\ny\"}");
    check_error("x = 1\na = \"\\u0000\"\n", "line 2");
    check_error("a = \"\\ud800\"\n", "line 1");
    check_error("a = \"\\q\"\n", "not TOML");
    check_error("a = \"x\n", "line 1");
}

static void reads_arrays_and_inline_tables(void **state) {
    (void)state;
    check("a = [ 1, [2, 'x'], # c\n {b = 3, c.d = [ ], e = {}}, ]\nz = []\n",
          "{\"a\":[1,[2,\"x\"],{\"b\":3,\"c\":{\"d\":[]},\"e\":{}}],\"z\":[]}");
    check("a = {b = [{c = 1}, {c = 2}], d = 3}\ne = 4\n",
          "{\"a\":{\"b\":[{\"c\":1},{\"c\":2}],\"d\":3},\"e\":4}");
    check_error("a = {b = 1, b = 2}\n", "already in use: \"b\"");
    check_error("a = {b = 1}\na.c = 2\n", "line 2: the key is already in use: \"a\"");
    check_error("a = [1]\n[[a]]\n", "line 2");
}

static void reads_keys_of_every_kind(void **state) {
    (void)state;
    check("a.b.c = 1\na.b.d = 2\n\"x.y\" . 'z' = 3\n\"\" = 4\n1-2 = 5\n",
          "{\"a\":{\"b\":{\"c\":1,\"d\":2}},\"x.y\":{\"z\":3},\"\":4,\"1-2\":5}");
    check_error("a = 1\nb = 2\na = 3\n", "line 3: the key is already in use: \"a\"");
    check_error("a = 1\na.b = 2\n", "line 2");
    check_error("= 1\n", "line 1");
}

static unsigned line_at(const cJSON *j, const char *table, const char *key) {
    const cJSON *t = cJSON_GetObjectItem(j, table);
    return toml_line(key ? cJSON_GetObjectItem(cJSON_IsArray(t) ? t->child->next : t, key) : t);
}

static void values_know_their_lines(void **state) {
    (void)state;
    struct error e = {0};
    cJSON *j = NULL;
    const char *text =
        "\xEF\xBB\xBF# x\na = 'b'\nc = [\n 7,\n true,\n {d = 1},\n]\n[e]\nf.g = 3\n\n[[h]]\n[[h]]\ni = 1.5\n";
    assert_int_equal(toml_parse(slice_cstr(text), "doc", &j, &e), KL_OK);
    assert_int_equal(line_at(j, "a", NULL), 2);
    const cJSON *c = cJSON_GetObjectItem(j, "c");
    assert_int_equal(toml_line(c), 3);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(toml_line(cJSON_GetArrayItem(c, (int)i)), 4 + i);
    assert_int_equal(line_at(j, "e", NULL), 8);
    assert_int_equal(line_at(j, "e", "f"), 9);
    assert_int_equal(toml_line(cJSON_GetObjectItem(j, "h")->child), 11);
    assert_int_equal(line_at(j, "h", "i"), 13);
    cJSON_Delete(j);
}

static void reads_tables(void **state) {
    (void)state;
    check("x = 0\n[a]\nb = 1\n[a.c.d]\ne = 2\n[a.c]\nf = 3\n",
          "{\"x\":0,\"a\":{\"b\":1,\"c\":{\"d\":{\"e\":2},\"f\":3}}}");
    check("[[r]]\na = 1\n[r.s]\nb = 2\n[[r]]\n[[r]]\na = 3\n[[r.t]]\nc = 4\n[[r.t]]\n",
          "{\"r\":[{\"a\":1,\"s\":{\"b\":2}},{},{\"a\":3,\"t\":[{\"c\":4},{}]}]}");
    check("[f]\na.b = 1\n[f.a.c]\nd = 2\n", "{\"f\":{\"a\":{\"b\":1,\"c\":{\"d\":2}}}}");
    check_error("[a]\n[b]\n[a]\n", "line 3: the table is already defined: \"a\"");
    check_error("[f]\na.b = 1\n[f.a]\n", "line 3");
    check_error("[a]\n[[a]]\n", "line 2");
    check_error("[a.b]\nc = 1\n[a]\nb.d = 2\n", "line 4");
    check_error("a = 1\n[a.b]\n", "line 2");
}

static void names_the_line_of_a_syntax_error(void **state) {
    (void)state;
    check_error("a = 1\nb = 2\nc = = 3\nd = 4\n", "line 3: this is not TOML");
    check_error("[a\n", "line 1");
    check_error("a = 1 b = 2\n", "line 1");
}

static void bounds_the_depth(void **state) {
    (void)state;
    enum { DEEP = 50000 };
    struct buf text = BUF_INIT(DEEP * 2 + 10);
    buf_str(&text, "a = ");
    for (int i = 0; i < DEEP; i++)
        buf_char(&text, '[');
    for (int i = 0; i < DEEP; i++)
        buf_char(&text, ']');
    struct error e = {0};
    cJSON *j = NULL;
    assert_int_equal(toml_parse(buf_as_slice(&text), "doc", &j, &e), KL_ERR_LIMIT);
    buf_release(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_scalars),
        cmocka_unit_test(reads_all_kinds_of_strings),
        cmocka_unit_test(reads_arrays_and_inline_tables),
        cmocka_unit_test(reads_keys_of_every_kind),
        cmocka_unit_test(values_know_their_lines),
        cmocka_unit_test(reads_tables),
        cmocka_unit_test(names_the_line_of_a_syntax_error),
        cmocka_unit_test(bounds_the_depth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
