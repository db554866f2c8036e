/* test_bisect.c: the first row that is not before what is looked for. */
#include "base/common.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "base/bisect.h"

static size_t first_from(const int *rows, size_t count, int wanted, size_t *asked) {
    struct bisection b = {.high = count};
    for (*asked = 0; bisect(&b); (*asked)++)
        bisect_tell(&b, rows[b.middle] < wanted);
    return b.low;
}

static void it_is_where_a_walk_from_the_front_ends(void **state) {
    (void)state;
    static const int rows[] = {1, 1, 3, 3, 3, 8, 9, 9, 20};
    size_t asked;
    for (size_t count = 0; count <= KL_ARRAY_LEN(rows); count++) {
        for (int wanted = 0; wanted <= 21; wanted++) {
            size_t first = 0;
            while (first < count && rows[first] < wanted)
                first++;
            assert_int_equal(first_from(rows, count, wanted, &asked), first);
        }
    }
}

static void each_question_halves_what_is_left(void **state) {
    (void)state;
    static int rows[1023];
    size_t asked;
    for (size_t i = 0; i < KL_ARRAY_LEN(rows); i++)
        rows[i] = (int)i;
    for (int wanted = 0; wanted <= 1023; wanted++) {
        assert_int_equal(first_from(rows, KL_ARRAY_LEN(rows), wanted, &asked), wanted);
        assert_in_range(asked, 9, 10);
    }
}

static void rows_below_low_are_taken_for_before(void **state) {
    (void)state;
    struct bisection b = {.low = 1, .high = 0};
    assert_false(bisect(&b));
    assert_int_equal(b.low, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_where_a_walk_from_the_front_ends),
        cmocka_unit_test(each_question_halves_what_is_left),
        cmocka_unit_test(rows_below_low_are_taken_for_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
