/* upload before the first write: what is there already, what collides, what it is called then. */
#include "tests/support/upload_fake.h"

static void text_does_not_stand_for_bytes(void **state) {
    struct test *t = *state;
    set_slot(&t->fake, "A", SLICE_LIT("the same"), false);
    struct upload_item *it = want(t, "A", "the same");
    t->values[0].binary = true;
    assert_int_equal(prepare(t, ON_CONFLICT_FAIL), KL_OK);
    assert_int_equal(it->state, UPLOAD_CONFLICT);
    t->values[0].binary = false;
    assert_int_equal(prepare(t, ON_CONFLICT_FAIL), KL_OK);
    assert_int_equal(it->state, UPLOAD_PRESENT);
}

static void rename_takes_the_next_name_and_finds_it_again(void **state) {
    struct test *t = *state;
    set_slot(&t->fake, "A", SLICE_LIT("another"), false);
    set_slot(&t->fake, "A_2", SLICE_LIT("one more"), false);
    struct upload_item *a = want(t, "A", "mine"), *b = want(t, "B", "mine, too");
    assert_int_equal(prepare(t, ON_CONFLICT_RENAME), KL_OK);
    assert_string_equal(a->name, "A_3");
    assert_string_equal(a->stored_name, "A_3");
    assert_string_equal(a->renamed_from, "A");
    assert_null(b->renamed_from);
    assert_int_equal(run(t), KL_OK);
    assert_string_equal(slot_of(&t->fake, "A_3")->value, "mine");
    assert_string_equal(slot_of(&t->fake, "A")->value, "another");
    a->name = "A";
    assert_int_equal(prepare(t, ON_CONFLICT_RENAME), KL_OK);
    assert_string_equal(a->name, "A_3");
    assert_int_equal(a->state, UPLOAD_PRESENT);
    assert_int_equal(t->fake.puts, 2);
}

static void rename_tells_two_values_of_one_run_apart(void **state) {
    struct test *t = *state;
    struct upload_item *a = want(t, "A", "one"), *b = want(t, "A", "two"), *c = want(t, "A", "three");
    assert_int_equal(prepare(t, ON_CONFLICT_RENAME), KL_OK);
    assert_string_equal(a->name, "A");
    assert_string_equal(b->name, "A_2");
    assert_string_equal(c->name, "A_3");
    assert_int_equal(run(t), KL_OK);
    assert_int_equal(count_state(t, UPLOAD_STORED), 3);
}

static void rename_ends_when_a_hundred_names_are_taken(void **state) {
    struct test *t = *state;
    struct upload_item *a = want(t, "A", "mine");
    set_slot(&t->fake, "A", SLICE_LIT("another"), false);
    for (unsigned i = 2; i <= UPLOAD_RENAMES_MAX; i++)
        set_slot(&t->fake, arena_printf(&t->arena, "A_%u", i), SLICE_LIT("another"), false);
    assert_int_equal(prepare(t, ON_CONFLICT_RENAME), KL_OK);
    assert_int_equal(a->state, UPLOAD_CONFLICT);
    assert_string_equal(a->name, "A");
    assert_non_null(strstr(a->error.message, "A_100"));
}

static void names_that_the_vault_cannot_tell_apart_collide_before_the_first_write(void **state) {
    struct test *t = *state;
    struct upload_item *a = want(t, "SAME_A", "one"), *b = want(t, "SAME_B", "two");
    assert_int_equal(prepare(t, ON_CONFLICT_FAIL), KL_OK);
    assert_int_equal(a->state, UPLOAD_PENDING);
    assert_int_equal(b->state, UPLOAD_CONFLICT);
    assert_non_null(strstr(b->error.message, "SAME_A"));
    assert_int_equal(t->fake.puts, 0);
}

static void a_new_version_is_only_for_what_is_there(void **state) {
    struct test *t = *state;
    set_slot(&t->fake, "A", SLICE_LIT("old"), false);
    struct upload_item *a = want(t, "A", "new"), *b = want(t, "B", "first");
    assert_int_equal(prepare(t, ON_CONFLICT_VERSION), KL_OK);
    assert_true(a->replaces);
    assert_false(b->replaces);
    assert_int_equal(run(t), KL_OK);
    assert_int_equal(slot_of(&t->fake, "A")->versions, 2);
    assert_int_equal(slot_of(&t->fake, "B")->versions, 1);
    assert_string_equal(a->version, "v2");
}

/* In whatever state a run ends, nothing that it says holds a value. */
/* A vault with batches that holds the first `held` of `count` secrets. */
static void hold_some(struct test *t, size_t held, size_t count) {
    t->fake.vault.kind = &batching;
    want_many(t, count);
    for (size_t i = 0; i < held; i++)
        set_slot(&t->fake, t->items[i].name, secret_slice(t->items[i].value), false);
}

static void what_is_there_is_looked_up_in_batches(void **state) {
    struct test *t = *state;
    hold_some(t, 100, 100);
    assert_int_equal(prepare(t, ON_CONFLICT_FAIL), KL_OK);
    assert_int_equal(count_state(t, UPLOAD_PRESENT), 100);
    assert_int_equal(t->fake.batches, 5);
    assert_int_equal(t->fake.gets, 0);
    assert_string_equal(t->items[99].version, "v1");
}

static void another_value_in_a_batch_is_a_conflict(void **state) {
    struct test *t = *state;
    hold_some(t, 40, 40);
    set_slot(&t->fake, "NAME_7", SLICE_LIT("somebody else's"), false);
    set_slot(&t->fake, "NAME_8", secret_slice(t->items[7].value), true);
    assert_int_equal(prepare(t, ON_CONFLICT_FAIL), KL_OK);
    assert_int_equal(t->items[6].state, UPLOAD_CONFLICT);
    assert_int_equal(t->items[7].state, UPLOAD_CONFLICT);
    assert_int_equal(count_state(t, UPLOAD_PRESENT), 38);
    assert_int_equal(prepare(t, ON_CONFLICT_RENAME), KL_OK);
    assert_string_equal(t->items[6].name, "NAME_7_2");
    assert_int_equal(t->items[6].state, UPLOAD_PENDING);
}

static void what_a_batch_omits_is_asked_for_alone(void **state) {
    struct test *t = *state;
    hold_some(t, 60, 70);
    t->fake.batch_omits_every = 3;
    assert_int_equal(prepare(t, ON_CONFLICT_FAIL), KL_OK);
    assert_int_equal(count_state(t, UPLOAD_PRESENT), 60);
    assert_int_equal(count_state(t, UPLOAD_PENDING), 10);
    assert_int_equal(t->fake.batches, 4);
    assert_int_equal(t->fake.gets, 20 + 10);
}

static void without_batches_all_are_asked_for_alone(void **state) {
    struct test *t = *state;
    hold_some(t, 90, 100);
    t->fake.batch_status = KL_ERR_UNSUPPORTED;
    assert_int_equal(prepare(t, ON_CONFLICT_FAIL), KL_OK);
    assert_int_equal(count_state(t, UPLOAD_PRESENT), 90);
    assert_int_equal(t->fake.batches, 1); /* the answer would be the same */
    assert_int_equal(t->fake.gets, 100);
}

static void an_error_of_a_batch_that_all_would_meet_stops_prepare(void **state) {
    struct test *t = *state;
    hold_some(t, 100, 100);
    t->fake.batch_status = KL_ERR_NETWORK;
    assert_int_equal(prepare(t, ON_CONFLICT_FAIL), KL_ERR_NETWORK);
    assert_string_equal(t->e.message, "no batches");
    assert_int_equal(t->fake.batches, 1);
    assert_int_equal(t->fake.gets, 0);
}

int main(void) {
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(text_does_not_stand_for_bytes),
        CASE(rename_takes_the_next_name_and_finds_it_again),
        CASE(rename_tells_two_values_of_one_run_apart),
        CASE(rename_ends_when_a_hundred_names_are_taken),
        CASE(names_that_the_vault_cannot_tell_apart_collide_before_the_first_write),
        CASE(a_new_version_is_only_for_what_is_there),
        CASE(what_is_there_is_looked_up_in_batches),
        CASE(another_value_in_a_batch_is_a_conflict),
        CASE(what_a_batch_omits_is_asked_for_alone),
        CASE(without_batches_all_are_asked_for_alone),
        CASE(an_error_of_a_batch_that_all_would_meet_stops_prepare),
    };
#undef CASE
    return cmocka_run_group_tests(tests, NULL, NULL);
}
