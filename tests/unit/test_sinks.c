/* The table of functions that take a secret at a fixed place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "scanner/sinks.h"

static enum name_kind kind(const char *callee, uint32_t argument) {
    return sink_kind(slice_cstr(callee), argument);
}

static void test_the_table_is_sorted_and_says_nothing_twice(void **state) {
    (void)state;
    for (size_t i = 1; i < sink_table_len; i++) {
        const struct sink *a = &sink_table[i - 1], *b = &sink_table[i];
        int order = strcmp(a->function, b->function);
        assert_true(order <= 0);
        if (order == 0 && a->argument == b->argument)
            assert_string_not_equal(a->owner ? a->owner : "", b->owner ? b->owner : "");
    }
    assert_true(sink_table_len >= 150);
}

static void test_every_row_is_found_by_its_names(void **state) {
    (void)state;
    for (size_t i = 0; i < sink_table_len; i++) {
        const struct sink *s = &sink_table[i];
        char text[128];
        snprintf(text, sizeof text, "%s%s%s", s->owner ? s->owner : "module", ".", s->function);
        assert_int_equal(kind(text, s->argument), s->kind);
        assert_int_equal(kind(text, 99), NAME_OTHER);
    }
}

static void test_owners_are_whole_names(void **state) {
    (void)state;
    assert_int_equal(kind("pymysql.connect", 2), NAME_PASSWORD);
    assert_int_equal(kind("db.pymysql.connect", 2), NAME_PASSWORD);
    assert_int_equal(kind("notpymysql.connect", 2), NAME_OTHER);
    assert_int_equal(kind("connect", 2), NAME_OTHER);
    assert_int_equal(kind("HTTPBasicAuth", 1), NAME_PASSWORD);
    assert_int_equal(kind("requests.auth.HTTPBasicAuth", 1), NAME_PASSWORD);
    assert_int_equal(kind("relogin", 1), NAME_OTHER);
    assert_int_equal(kind("", 0), NAME_OTHER);
    assert_int_equal(kind("a.", 0), NAME_OTHER);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_table_is_sorted_and_says_nothing_twice),
        cmocka_unit_test(test_every_row_is_found_by_its_names),
        cmocka_unit_test(test_owners_are_whole_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
