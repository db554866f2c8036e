/* What ends the program of ours ends only the work in a program of others (base/mem.h). */
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/thread.h"

static void fails(void *arg) {
    *(int *)arg += 1;
    mem_end("nothing left");
}

static void succeeds(void *arg) {
    *(int *)arg += 1;
}

static void tries_within(void *arg) {
    assert_string_equal(mem_guard(fails, arg), "nothing left");
    assert_true(mem_is_guarded());
    mem_die();
}

static void a_guard_ends_the_work_and_not_the_program(void **state) {
    (void)state;
    int calls = 0;
    assert_null(mem_guard(succeeds, &calls));
    assert_string_equal(mem_guard(fails, &calls), "nothing left");
    assert_string_equal(mem_guard(tries_within, &calls), "out of memory");
    assert_int_equal(calls, 3);
    assert_false(mem_is_guarded());
}

static void starts_a_thread_that_fails(void *arg) {
    struct thread *t = thread_start(fails, arg, 0);
    thread_join(t);
    fail_msg("the thread's end was not told");
}

static void keeps_what_a_thread_says(void *arg) {
    struct thread *bad = thread_start(fails, arg, 0);
    assert_string_equal(thread_join_guarded(bad), "nothing left");
    struct thread *good = thread_start(succeeds, arg, 0);
    assert_null(thread_join_guarded(good));
    assert_null(thread_join_guarded(NULL));
}

static void a_thread_of_the_work_has_a_guard_of_its_own(void **state) {
    (void)state;
    int calls = 0;
    assert_string_equal(mem_guard(starts_a_thread_that_fails, &calls), "nothing left");
    assert_null(mem_guard(keeps_what_a_thread_says, &calls));
    assert_int_equal(calls, 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_guard_ends_the_work_and_not_the_program),
        cmocka_unit_test(a_thread_of_the_work_has_a_guard_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
