/* json.c: what must be refused, what must come back, and what is printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/json.h"
#include "base/mem.h"

static enum kl_status parse(const char *text, cJSON **out, struct error *e) {
    return json_parse(slice_cstr(text), "doc", out, e);
}

static void parses_and_reads_members(void **state) {
    (void)state;
    struct error e = {0};
    cJSON *j = NULL;
    assert_int_equal(
        parse("\xEF\xBB\xBF {\"a\": \"x\\u00e9\\ud83d\\ude00\", \"b\": true, \"n\": -1.5e2, \"o\": {}} \n",
              &j, &e),
        KL_OK);
    assert_string_equal(json_string(j, "a"), "x\xC3\xA9\xF0\x9F\x98\x80");
    assert_true(json_bool(j, "b", false));
    assert_true(json_bool(j, "missing", true));
    assert_true(json_number(j, "n", 0) < -149.9 && json_number(j, "n", 0) > -150.1);
    assert_null(json_string(j, "n"));
    assert_null(json_get(NULL, "n"));
    json_delete_secret(j);
}

static void refuses_what_is_not_json(void **state) {
    (void)state;
    static const char *const wrong[] = {"",
                                        " ",
                                        "{",
                                        "[1,]",
                                        "{\"a\":1,}",
                                        "{a:1}",
                                        "[01]",
                                        "[+1]",
                                        "[1.]",
                                        "[.5]",
                                        "[1e]",
                                        "nul",
                                        "[\"\\x\"]",
                                        "[\"\\ud800\"]",
                                        "[\"\\ud800\\u0041\"]",
                                        "[\"\\u12\"]",
                                        "[\"a\nb\"]",
                                        "[\"\xff\"]",
                                        "[1] 2",
                                        "[1}",
                                        "[\"a",
                                        "]",
                                        "{\"a\" 1}",
                                        "{\"a\":}",
                                        "[NaN]"};
    for (size_t i = 0; i < KL_ARRAY_LEN(wrong); i++) {
        struct error e = {0};
        cJSON *j = NULL;
        if (parse(wrong[i], &j, &e) != KL_ERR_PARSE)
            fail_msg("accepted: %s", wrong[i]);
        assert_null(j);
        assert_non_null(strstr(e.message, "doc: line "));
    }
}

static void names_the_place_of_an_error(void **state) {
    (void)state;
    struct error e = {0};
    cJSON *j = NULL;
    assert_int_equal(parse("{\n \"a\": x\n}", &j, &e), KL_ERR_PARSE);
    assert_string_equal(e.message, "doc: line 2, column 7: a value was expected");
}

static void refuses_nul_and_equal_keys(void **state) {
    (void)state;
    struct error e = {0};
    cJSON *j = NULL;
    assert_int_equal(parse("{\"a\": \"b\\u0000c\"}", &j, &e), KL_ERR_UNSUPPORTED);
    assert_int_equal(parse("[{\"x\": {\"k\": 1, \"l\": 2, \"\\u006b\": 3}}]", &j, &e), KL_ERR_PARSE);
    assert_non_null(strstr(e.message, "\"k\" stands twice"));
    assert_int_equal(json_parse(slice_of("[\"a\0b\"]", 7), "doc", &j, &e), KL_ERR_PARSE);
    assert_int_equal(parse("[{\"k\": 1}, {\"k\": 1, \"K\": 2}]", &j, &e), KL_OK);
    cJSON_Delete(j);
}

static void bounds_the_depth(void **state) {
    (void)state;
    enum { DEEP = 100000 };
    char *text = mem_alloc(DEEP + 1);
    memset(text, '[', DEEP);
    text[DEEP] = '\0';
    struct error e = {0};
    cJSON *j = NULL;
    assert_int_equal(parse(text, &j, &e), KL_ERR_LIMIT);
    text[150] = '\0';
    struct buf nested = BUF_INIT(1000);
    buf_str(&nested, text);
    for (int i = 0; i < 150; i++)
        buf_char(&nested, ']');
    assert_int_equal(parse(buf_cstr(&nested), &j, &e), KL_OK);
    struct buf printed = BUF_INIT(1000);
    json_print(j, false, &printed);
    buf_char(&nested, '\n');
    assert_string_equal(buf_cstr(&printed), buf_cstr(&nested));
    cJSON_Delete(j);
    buf_release(&nested);
    buf_release(&printed);
    free(text);
}

static void prints_what_it_parsed(void **state) {
    (void)state;
    static const char text[] = "{\n"
                               "  \"a\": [\n    1,\n    {\n      \"b\": []\n    },\n    0.1\n  ],\n"
                               "  \"c\": {},\n"
                               "  \"d\": \"\\\"\\\\\\u0001\\n\xC3\xA9\",\n"
                               "  \"e\": null,\n  \"f\": [\n    true\n  ],\n  \"g\": 12345678901\n}\n";
    struct error e = {0};
    cJSON *j = NULL;
    assert_int_equal(parse(text, &j, &e), KL_OK);
    struct buf out = BUF_INIT(4096);
    json_print(j, true, &out);
    assert_string_equal(buf_cstr(&out), text);
    buf_clear(&out);
    json_print(json_get(j, "a"), false, &out);
    assert_string_equal(buf_cstr(&out), "[1,{\"b\":[]},0.1]\n");
    buf_release(&out);
    cJSON_Delete(j);
}

static void a_document_may_be_printed_by_its_members(void **state) {
    (void)state;
    cJSON *j = cJSON_Parse("{\"a\": [1, {\"b\": []}], \"c\": {\"d\": null}}");
    for (int indented = 0; indented < 2; indented++) {
        struct buf whole = BUF_INIT(4096), parts = BUF_INIT(4096);
        const cJSON *item;
        json_print(j, indented, &whole);
        buf_str(&parts, "{");
        cJSON_ArrayForEach(item, j) {
            buf_str(&parts, item == j->child ? "" : ",");
            json_print_inside(item, item->string, indented, 1, &parts);
        }
        buf_str(&parts, indented ? "\n}\n" : "}\n");
        assert_string_equal(buf_cstr(&parts), buf_cstr(&whole));
        buf_clear(&parts);
        json_print_inside(json_get(j, "c"), NULL, indented, 2, &parts);
        assert_string_equal(buf_cstr(&parts),
                            indented ? "\n    {\n      \"d\": null\n    }" : "{\"d\":null}");
        buf_release(&whole);
        buf_release(&parts);
    }
    cJSON_Delete(j);
}

static void makes_any_bytes_printable(void **state) {
    (void)state;
    cJSON *j = cJSON_CreateObject();
    json_add_slice(j, "k", slice_of("a\xff\0\xC3\xA9", 5));
    json_add_string(j, "n", NULL);
    json_add_count(j, "c", 7);
    struct buf out = BUF_INIT(4096);
    json_print(j, false, &out);
    assert_string_equal(buf_cstr(&out), "{\"k\":\"a\xEF\xBF\xBD\xEF\xBF\xBD\xC3\xA9\",\"n\":null,\"c\":7}\n");
    buf_release(&out);
    cJSON_Delete(j);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_and_reads_members),
        cmocka_unit_test(refuses_what_is_not_json),
        cmocka_unit_test(names_the_place_of_an_error),
        cmocka_unit_test(refuses_nul_and_equal_keys),
        cmocka_unit_test(bounds_the_depth),
        cmocka_unit_test(prints_what_it_parsed),
        cmocka_unit_test(a_document_may_be_printed_by_its_members),
        cmocka_unit_test(makes_any_bytes_printable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
