/* The map from hashes to numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/hash_map.h"

#define MANY 5000u

/* Keys that fall on the same places, and differ in their highest bits alone. */
static uint64_t key_of(uint32_t i) {
    return (uint64_t)i << 40 | 2u;
}

static void test_what_was_put_first_stays(void **state) {
    (void)state;
    struct hash_map m = {0};
    assert_false(hash_map_has(&m, key_of(1)));
    for (uint32_t i = 0; i < MANY; i++) {
        uint32_t value = i;
        assert_true(hash_map_put(&m, key_of(i), &value));
        value = MANY;
        assert_false(hash_map_put(&m, key_of(i), &value));
        assert_int_equal(value, i);
    }
    assert_int_equal(m.count, MANY);
    for (uint32_t i = 0; i < MANY; i++) {
        uint32_t value = MANY;
        assert_true(hash_map_has(&m, key_of(i)));
        assert_false(hash_map_put(&m, key_of(i), &value));
        assert_int_equal(value, i);
    }
    assert_false(hash_map_has(&m, key_of(MANY)));
    hash_map_release(&m);
    assert_false(hash_map_has(&m, key_of(1)));
}

static void test_a_key_of_zero_is_a_key(void **state) {
    (void)state;
    struct hash_map m = {0};
    assert_true(hash_map_add(&m, 0));
    assert_true(hash_map_has(&m, 0));
    uint32_t value = 7;
    assert_false(hash_map_get(&m, 2, &value));
    assert_int_equal(value, 7);
    assert_true(hash_map_get(&m, 0, &value));
    assert_int_equal(value, 0);
    assert_false(hash_map_add(&m, 0));
    hash_map_release(&m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_put_first_stays),
        cmocka_unit_test(test_a_key_of_zero_is_a_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
