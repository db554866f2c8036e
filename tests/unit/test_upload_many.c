/* upload with many secrets and eight threads: each is stored once, whatever the vault does. */
#include "tests/support/upload_fake.h"

static void five_hundred_secrets_are_stored_once_each(void **state) {
    struct test *t = *state;
    want_many(t, MANY);
    assert_int_equal(prepare(t, ON_CONFLICT_FAIL), KL_OK);
    assert_int_equal(t->fake.puts, 0);
    assert_int_equal(run(t), KL_OK);
    assert_int_equal(count_state(t, UPLOAD_STORED), MANY);
    assert_int_equal(t->fake.puts, MANY);
    assert_int_equal(t->before, MANY);
    assert_int_equal(t->after, MANY);
    assert_int_equal(t->progress, MANY);
    expect_all_stored_once(t);
}

static void eight_puts_are_on_their_way_at_once_and_no_more(void **state) {
    struct test *t = *state;
    want_many(t, 40);
    t->fake.meet = THREADS; /* with fewer threads this would never end */
    assert_int_equal(prepare(t, ON_CONFLICT_FAIL), KL_OK);
    assert_int_equal(run(t), KL_OK);
    assert_int_equal(t->fake.most_in_flight, THREADS);
    expect_all_stored_once(t);
}

static void a_run_that_was_stopped_makes_no_second_copy(void **state) {
    struct test *t = *state;
    want_many(t, MANY);
    t->stop_after = 123;
    t->fake.lose_every = 5;
    assert_int_equal(prepare(t, ON_CONFLICT_FAIL), KL_OK);
    assert_int_equal(run(t), KL_ERR_IO);
    assert_int_equal(t->fake.puts, 123);
    assert_int_equal(count_state(t, UPLOAD_PENDING), MANY - 123);
    want_many(t, MANY);
    t->stop_after = t->before = t->progress = 0;
    assert_int_equal(prepare(t, ON_CONFLICT_FAIL), KL_OK);
    assert_int_equal(count_state(t, UPLOAD_PRESENT), 123);
    assert_int_equal(run(t), KL_OK);
    assert_int_equal(t->fake.puts, MANY);
    assert_int_equal(count_state(t, UPLOAD_STORED), MANY - 123);
    expect_all_stored_once(t);
}

static void lost_replies_and_lag_lose_nothing(void **state) {
    struct test *t = *state;
    want_many(t, 64);
    t->fake.lose_every = 3;
    assert_int_equal(prepare(t, ON_CONFLICT_FAIL), KL_OK);
    assert_int_equal(run(t), KL_OK);
    assert_int_equal(count_state(t, UPLOAD_STORED), 64);
    for (size_t i = 0; i < t->count; i++)
        assert_string_equal(t->items[i].version, "v1");
    expect_all_stored_once(t);
}

static void a_lagging_vault_is_waited_for_by_every_thread(void **state) {
    struct test *t = *state;
    want_many(t, 24);
    t->fake.lag = 2;
    assert_int_equal(prepare(t, ON_CONFLICT_FAIL), KL_OK);
    assert_int_equal(run(t), KL_OK);
    assert_int_equal(count_state(t, UPLOAD_STORED), 24);
    expect_all_stored_once(t);
}

/* What is not where it should be is named, one by one; the others are stored. */
static void a_half_done_upload_says_which(void **state) {
    struct test *t = *state;
    want_many(t, 40);
    t->fake.lie_every = 10;
    assert_int_equal(prepare(t, ON_CONFLICT_FAIL), KL_OK);
    const struct upload_observer observer = OBSERVER(t);
    assert_int_equal(upload_run(&t->fake.vault, t->items, t->count, &observer, 0, &t->e), KL_ERR_CONFLICT);
    for (size_t i = 0; i < t->count; i++) {
        const struct upload_item *it = &t->items[i];
        assert_int_equal(it->state, (i + 1) % 10 ? UPLOAD_STORED : UPLOAD_FAILED);
        if (it->state == UPLOAD_FAILED)
            assert_non_null(strstr(it->error.message, it->name));
    }
}

static void refuse(struct test *t, unsigned from, enum kl_status with) {
    want_many(t, 100);
    t->fake.refuse_from = from;
    t->fake.refuse_with = with;
    assert_int_equal(prepare(t, ON_CONFLICT_FAIL), KL_OK);
    assert_int_equal(run(t), with);
    for (size_t i = 0; i < t->count; i++) {
        bool held = slot_of(&t->fake, t->items[i].name) != NULL;
        assert_int_equal(t->items[i].state, held ? UPLOAD_STORED : UPLOAD_FAILED);
        if (!held)
            assert_true(t->items[i].error.message[0] != '\0');
    }
}

static void without_a_credential_the_rest_is_not_tried(void **state) {
    struct test *t = *state;
    refuse(t, 20, KL_ERR_CREDENTIALS);
    assert_true(t->fake.puts < 20 + THREADS);
    assert_non_null(strstr(t->items[99].error.message, "not tried, after: NAME_"));
}

static void without_a_network_the_rest_is_not_tried(void **state) {
    struct test *t = *state;
    refuse(t, 20, KL_ERR_NETWORK);
    assert_true(t->fake.puts < 20 + 3 + THREADS);
}

static void what_one_name_may_not_do_another_may(void **state) {
    struct test *t = *state;
    refuse(t, 20, KL_ERR_PERMISSION);
    assert_int_equal(t->fake.puts, 100);
}

static void no_message_holds_a_value(void **state) {
    struct test *t = *state;
    struct redactor *known = redact_new();
    set_slot(&t->fake, "NAME_7", SLICE_LIT("of-somebody-else"), false);
    want_many(t, 60);
    t->fake.lie_every = 9;
    t->fake.refuse_from = 50;
    t->fake.refuse_with = KL_ERR_CREDENTIALS;
    redact_add(known, SLICE_LIT("of-somebody-else"));
    for (size_t i = 0; i < t->count; i++)
        redact_add(known, secret_slice(&t->values[i]));
    assert_int_equal(prepare(t, ON_CONFLICT_FAIL), KL_OK);
    const struct upload_observer observer = OBSERVER(t);
    assert_int_not_equal(upload_run(&t->fake.vault, t->items, t->count, &observer, 0, &t->e), KL_OK);
    for (size_t i = 0; i < t->count; i++) {
        assert_false(redact_would_change(known, slice_cstr(t->items[i].error.message)));
        assert_false(redact_would_change(known, slice_cstr(t->items[i].version)));
    }
    assert_false(redact_would_change(known, slice_cstr(t->e.message)));
    redact_free(known);
}

/* A vault to which a write costs the same however many names it holds. */
static void put_many(struct vault *v, struct vault_put *puts, size_t count) {
    struct test *t = (struct test *)(void *)v;
    assert_false(t->held);
    assert_int_equal(t->announced, count); /* the journal knew of all, on disk */
    t->many++;
    for (size_t i = 0; i < count; i++)
        puts[i].status = store(v, puts[i].name, puts[i].value, true, puts[i].version, puts[i].error);
}

static void want_together(struct test *t, struct vault_kind *together, size_t count) {
    *together = kind;
    together->parallel = 1;
    together->put_many = put_many;
    t->fake.vault.kind = together;
    want_many(t, count);
}

static void many_names_are_put_at_once_and_read_back_one_by_one(void **state) {
    struct test *t = *state;
    struct vault_kind together;
    set_slot(&t->fake, "OLD", SLICE_LIT("was"), false);
    want_together(t, &together, 100);
    struct upload_item *old = want(t, "OLD", "is");
    t->fake.lose_every = 10;
    assert_int_equal(prepare(t, ON_CONFLICT_VERSION), KL_OK);
    unsigned gets = t->fake.gets;
    assert_int_equal(run(t), KL_OK);
    assert_int_equal(t->many, 1);
    assert_int_equal(count_state(t, UPLOAD_STORED), 101);
    assert_true(t->fake.gets >= gets + 2 * 101); /* latest, and by version */
    assert_int_equal(t->before, 101);
    assert_int_equal(t->after, 101);
    assert_int_equal(slot_of(&t->fake, "OLD")->versions, 2);
    assert_string_equal(old->version, "v2");
    assert_string_equal(t->items[3].version, "v1");
}

static void of_names_put_at_once_those_that_do_not_come_back_fail(void **state) {
    struct test *t = *state;
    struct vault_kind together;
    want_together(t, &together, 40);
    t->fake.lie_every = 10;
    t->fake.refuse_from = 36;
    t->fake.refuse_with = KL_ERR_PERMISSION;
    assert_int_equal(prepare(t, ON_CONFLICT_FAIL), KL_OK);
    const struct upload_observer observer = OBSERVER(t);
    assert_int_equal(upload_run(&t->fake.vault, t->items, t->count, &observer, 0, &t->e), KL_ERR_CONFLICT);
    for (size_t i = 0; i < t->count; i++) {
        bool good = (i + 1) % 10 != 0 && i + 1 < 36;
        assert_int_equal(t->items[i].state, good ? UPLOAD_STORED : UPLOAD_FAILED);
    }
}

static void names_that_the_journal_does_not_hold_are_not_put_at_once(void **state) {
    struct test *t = *state;
    struct vault_kind together;
    want_together(t, &together, 40);
    t->lose_flush = true;
    assert_int_equal(prepare(t, ON_CONFLICT_FAIL), KL_OK);
    assert_int_equal(run(t), KL_ERR_IO);
    t->lose_flush = false;
    t->stop_after = t->before + 7;
    assert_int_equal(run(t), KL_ERR_IO);
    assert_int_equal(t->fake.used, 0);
    assert_int_equal(count_state(t, UPLOAD_PENDING), 40);
}

int main(void) {
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(five_hundred_secrets_are_stored_once_each),
        CASE(eight_puts_are_on_their_way_at_once_and_no_more),
        CASE(a_run_that_was_stopped_makes_no_second_copy),
        CASE(lost_replies_and_lag_lose_nothing),
        CASE(a_lagging_vault_is_waited_for_by_every_thread),
        CASE(a_half_done_upload_says_which),
        CASE(without_a_credential_the_rest_is_not_tried),
        CASE(without_a_network_the_rest_is_not_tried),
        CASE(what_one_name_may_not_do_another_may),
        CASE(no_message_holds_a_value),
        CASE(many_names_are_put_at_once_and_read_back_one_by_one),
        CASE(of_names_put_at_once_those_that_do_not_come_back_fail),
        CASE(names_that_the_journal_does_not_hold_are_not_put_at_once),
    };
#undef CASE
    return cmocka_run_group_tests(tests, NULL, NULL);
}
