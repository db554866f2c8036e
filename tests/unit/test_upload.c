/* upload against a vault of the test's own, which lags, lies and fails on order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "backends/upload.h"

#define SLOTS 4
#define DEADLINE_MS 5000u

struct fake {
    struct vault vault;
    struct {
        char name[32], value[32], version[8];
    } slots[SLOTS];
    unsigned puts, gets, versions;
    unsigned hidden_reads; /* what was put shows only after so many reads */
    bool lie_latest, lie_version, lose_reply, race;
    enum kl_status put_status, get_status;
};

static struct fake *fake_of(struct vault *v) {
    return (struct fake *)v;
}

static int slot_of(struct fake *f, const char *name) {
    for (int i = 0; i < SLOTS; i++)
        if (strcmp(f->slots[i].name, name) == 0)
            return i;
    return -1;
}

static void fake_set(struct fake *f, const char *name, struct slice value) {
    int i = slot_of(f, name);
    if (i < 0)
        i = slot_of(f, "");
    assert_true(i >= 0);
    snprintf(f->slots[i].name, sizeof f->slots[i].name, "%s", name);
    snprintf(f->slots[i].value, sizeof f->slots[i].value, "%.*s", SLICE_ARG(value));
    snprintf(f->slots[i].version, sizeof f->slots[i].version, "v%u", ++f->versions);
}

static enum kl_status fake_map_name(struct vault *v, const char *name, struct arena *a, const char **out,
                                    struct error *e) {
    (void)v;
    if (strcmp(name, "BAD_NAME") == 0)
        return error_set(e, KL_ERR_UNSUPPORTED, "BAD_NAME: no such names here");
    *out = arena_cstr(a, slice_cstr(name));
    return KL_OK;
}

static enum kl_status fake_accepts(struct vault *v, const char *name, const struct secret *value,
                                   struct error *e) {
    (void)v;
    return value->len > 20 ? error_set(e, KL_ERR_LIMIT, "%s: too long", name) : KL_OK;
}

static enum kl_status fake_get(struct vault *v, const char *name, const char *version, struct secret *out,
                               char version_out[VAULT_VERSION_MAX], struct error *e) {
    struct fake *f = fake_of(v);
    f->gets++;
    if (f->get_status != KL_OK)
        return error_set(e, f->get_status, "get %s failed", name);
    int i = slot_of(f, name);
    if (i < 0 || (f->puts && f->hidden_reads && f->hidden_reads--))
        return error_set(e, KL_ERR_NOT_FOUND, "no %s", name);
    if (version_out)
        snprintf(version_out, VAULT_VERSION_MAX, "%s", f->slots[i].version);
    bool lie = version ? f->lie_version : f->lie_latest && f->puts;
    secret_set(out, slice_cstr(lie ? "a lie" : f->slots[i].value));
    return KL_OK;
}

static enum kl_status store(struct vault *v, const char *name, const struct secret *value, bool absent,
                            char version_out[VAULT_VERSION_MAX], struct error *e) {
    struct fake *f = fake_of(v);
    f->puts++;
    if (f->put_status != KL_OK)
        return error_set(e, f->put_status, "put %s failed", name);
    if (f->race)
        fake_set(f, name, SLICE_LIT("of somebody else"));
    if (absent && slot_of(f, name) >= 0)
        return error_set(e, KL_ERR_CONFLICT, "%s is there", name);
    fake_set(f, name, secret_slice(value));
    snprintf(version_out, VAULT_VERSION_MAX, "%s", f->slots[slot_of(f, name)].version);
    return f->lose_reply ? error_set(e, KL_ERR_CONFLICT, "%s is there", name) : KL_OK;
}

static enum kl_status fake_put(struct vault *v, const char *name, const struct secret *value,
                               char version_out[VAULT_VERSION_MAX], struct error *e) {
    return store(v, name, value, true, version_out, e);
}

static enum kl_status fake_add(struct vault *v, const char *name, const struct secret *value,
                               char version_out[VAULT_VERSION_MAX], struct error *e) {
    return store(v, name, value, false, version_out, e);
}

static const struct vault_kind versioned = {.id = "fake",
                                            .stores = true,
                                            .keeps_versions = true,
                                            .map_name = fake_map_name,
                                            .accepts = fake_accepts,
                                            .get = fake_get,
                                            .put_if_absent = fake_put,
                                            .add_version = fake_add};
static const struct vault_kind flat = {.id = "flat",
                                       .stores = true,
                                       .map_name = fake_map_name,
                                       .accepts = fake_accepts,
                                       .get = fake_get,
                                       .put_if_absent = fake_put,
                                       .add_version = fake_add};

struct test {
    struct fake fake;
    struct arena arena;
    struct secret values[SLOTS];
    struct upload_item items[SLOTS];
    size_t count;
    unsigned before, after;
    unsigned puts_at_before;
    enum kl_status observer_status;
    struct error e;
};

static int set_up(void **state) {
    struct test *t = calloc(1, sizeof *t);
    t->fake.vault.kind = &versioned;
    *state = t;
    return 0;
}

static int tear_down(void **state) {
    struct test *t = *state;
    for (size_t i = 0; i < SLOTS; i++)
        secret_release(&t->values[i]);
    arena_release(&t->arena);
    free(t);
    return 0;
}

static struct upload_item *want(struct test *t, const char *name, const char *value) {
    struct upload_item *it = &t->items[t->count];
    secret_set(&t->values[t->count], slice_cstr(value));
    *it = (struct upload_item){.name = name, .value = &t->values[t->count]};
    t->count++;
    return it;
}

static enum kl_status prepare(struct test *t, enum upload_on_conflict how) {
    return upload_prepare(&t->fake.vault, t->items, t->count, how, &t->arena, &t->e);
}

static enum kl_status note_before(void *ctx, const struct upload_item *item, struct error *e) {
    struct test *t = ctx;
    assert_int_equal(item->state, UPLOAD_PENDING);
    t->before++;
    t->puts_at_before = t->fake.puts;
    return t->observer_status == KL_OK ? KL_OK : error_set(e, t->observer_status, "the journal is full");
}

static enum kl_status note_after(void *ctx, const struct upload_item *item, struct error *e) {
    struct test *t = ctx;
    (void)e;
    assert_true(item->state == UPLOAD_STORED || item->state == UPLOAD_FAILED);
    t->after++;
    return KL_OK;
}

static enum kl_status run(struct test *t, unsigned deadline_ms) {
    const struct upload_observer observer = {.before_put = note_before, .after_put = note_after, .ctx = t};
    return upload_run(&t->fake.vault, t->items, t->count, &observer, deadline_ms, &t->e);
}

static void what_is_new_is_stored_and_read_back(void **state) {
    struct test *t = *state;
    struct upload_item *it = want(t, "A", "one");
    assert_int_equal(prepare(t, ON_CONFLICT_FAIL), KL_OK);
    assert_int_equal(it->state, UPLOAD_PENDING);
    assert_string_equal(it->stored_name, "A");
    assert_int_equal(t->fake.puts, 0);
    assert_int_equal(run(t, DEADLINE_MS), KL_OK);
    assert_int_equal(it->state, UPLOAD_STORED);
    assert_string_equal(it->version, "v1");
    assert_int_equal(t->before, 1);
    assert_int_equal(t->puts_at_before, 0); /* the journal knows before the vault does */
    assert_int_equal(t->after, 1);
    assert_int_equal(t->fake.gets, 3); /* prepare, latest, by version */
}

static void an_equal_value_is_present_and_is_not_written(void **state) {
    struct test *t = *state;
    fake_set(&t->fake, "A", SLICE_LIT("one"));
    struct upload_item *it = want(t, "A", "one");
    assert_int_equal(prepare(t, ON_CONFLICT_FAIL), KL_OK);
    assert_int_equal(it->state, UPLOAD_PRESENT);
    assert_int_equal(run(t, DEADLINE_MS), KL_OK);
    assert_int_equal(it->state, UPLOAD_PRESENT);
    assert_int_equal(t->fake.puts, 0);
    assert_int_equal(t->before, 0);
}

static void a_value_that_left_after_prepare_fails_the_item(void **state) {
    struct test *t = *state;
    fake_set(&t->fake, "A", SLICE_LIT("one"));
    struct upload_item *it = want(t, "A", "one");
    assert_int_equal(prepare(t, ON_CONFLICT_FAIL), KL_OK);
    fake_set(&t->fake, "A", SLICE_LIT("two"));
    assert_int_equal(run(t, 0), KL_ERR_CONFLICT);
    assert_int_equal(it->state, UPLOAD_FAILED);
}

static void all_conflicts_are_found_before_the_first_write(void **state) {
    struct test *t = *state;
    fake_set(&t->fake, "B", SLICE_LIT("another"));
    struct upload_item *a = want(t, "A", "one"), *b = want(t, "B", "two");
    struct upload_item *c = want(t, "BAD_NAME", "three"), *d = want(t, "D", "longer than this vault takes");
    assert_int_equal(prepare(t, ON_CONFLICT_FAIL), KL_OK);
    assert_int_equal(a->state, UPLOAD_PENDING);
    assert_int_equal(b->state, UPLOAD_CONFLICT);
    assert_int_equal(b->error.status, KL_ERR_CONFLICT);
    assert_int_equal(c->state, UPLOAD_REFUSED);
    assert_int_equal(d->state, UPLOAD_REFUSED);
    assert_int_equal(d->error.status, KL_ERR_LIMIT);
    assert_int_equal(t->fake.puts, 0);
    assert_int_equal(run(t, DEADLINE_MS), KL_OK);
    assert_int_equal(t->fake.puts, 1);
    assert_int_equal(b->state, UPLOAD_CONFLICT);
}

static void two_values_of_one_run_never_share_a_name(void **state) {
    struct test *t = *state;
    struct upload_item *a = want(t, "A", "one"), *b = want(t, "A", "two"), *c = want(t, "A", "one");
    assert_int_equal(prepare(t, ON_CONFLICT_FAIL), KL_OK);
    assert_int_equal(a->state, UPLOAD_PENDING);
    assert_int_equal(b->state, UPLOAD_CONFLICT);
    assert_int_equal(run(t, DEADLINE_MS), KL_OK);
    assert_int_equal(a->state, UPLOAD_STORED);
    assert_int_equal(c->state, UPLOAD_STORED); /* the same value: its own put is recognised */
}

static void on_conflict_decides(void **state) {
    struct test *t = *state;
    fake_set(&t->fake, "A", SLICE_LIT("another"));
    struct upload_item *it = want(t, "A", "one");
    assert_int_equal(prepare(t, ON_CONFLICT_REUSE), KL_OK);
    assert_int_equal(it->state, UPLOAD_PRESENT);
    assert_true(it->reused);
    assert_int_equal(prepare(t, ON_CONFLICT_RENAME), KL_OK);
    assert_int_equal(it->state, UPLOAD_PENDING);
    assert_string_equal(it->name, "A_2");
    assert_string_equal(it->renamed_from, "A");
    it->name = "A";
    assert_int_equal(prepare(t, ON_CONFLICT_VERSION), KL_OK);
    assert_int_equal(it->state, UPLOAD_PENDING);
    assert_int_equal(run(t, DEADLINE_MS), KL_OK);
    assert_int_equal(it->state, UPLOAD_STORED);
    assert_string_equal(t->fake.slots[0].value, "one");
}

static void a_vault_without_versions_never_loses_the_value_it_has(void **state) {
    struct test *t = *state;
    t->fake.vault.kind = &flat;
    fake_set(&t->fake, "A", SLICE_LIT("another"));
    struct upload_item *it = want(t, "A", "one");
    assert_int_equal(prepare(t, ON_CONFLICT_VERSION), KL_OK);
    assert_int_equal(it->state, UPLOAD_CONFLICT);
    assert_non_null(strstr(it->error.message, "keeps no earlier values"));
}

static void a_vault_that_lags_is_waited_for(void **state) {
    struct test *t = *state;
    struct upload_item *it = want(t, "A", "one");
    assert_int_equal(prepare(t, ON_CONFLICT_FAIL), KL_OK);
    t->fake.hidden_reads = 3;
    assert_int_equal(run(t, 60000), KL_OK);
    assert_int_equal(it->state, UPLOAD_STORED);
    assert_int_equal(t->fake.puts, 1);
}

static void what_never_shows_is_a_failure(void **state) {
    struct test *t = *state;
    struct upload_item *it = want(t, "A", "one");
    assert_int_equal(prepare(t, ON_CONFLICT_FAIL), KL_OK);
    t->fake.hidden_reads = 1000000;
    assert_int_equal(run(t, 120), KL_ERR_NOT_FOUND);
    assert_int_equal(it->state, UPLOAD_FAILED);
    assert_non_null(strstr(t->e.message, "120 ms"));
    assert_int_equal(t->after, 1);
}

static void a_wrong_value_is_a_failure_by_either_reference(void **state) {
    struct test *t = *state;
    struct upload_item *it = want(t, "A", "one");
    assert_int_equal(prepare(t, ON_CONFLICT_FAIL), KL_OK);
    t->fake.lie_latest = true;
    assert_int_equal(run(t, 0), KL_ERR_CONFLICT);
    assert_int_equal(it->state, UPLOAD_FAILED);
    t->fake.lie_latest = false;
    t->fake.lie_version = true;
    it->state = UPLOAD_PRESENT;
    assert_int_equal(run(t, 0), KL_ERR_CONFLICT);
    assert_int_equal(it->state, UPLOAD_FAILED);
    assert_null(strstr(t->e.message, "a lie"));
}

static void a_lost_reply_is_read_before_it_is_believed(void **state) {
    struct test *t = *state;
    struct upload_item *it = want(t, "A", "one");
    assert_int_equal(prepare(t, ON_CONFLICT_FAIL), KL_OK);
    t->fake.lose_reply = true;
    assert_int_equal(run(t, DEADLINE_MS), KL_OK);
    assert_int_equal(it->state, UPLOAD_STORED);
}

static void a_value_that_came_in_between_is_not_overwritten(void **state) {
    struct test *t = *state;
    struct upload_item *it = want(t, "A", "one");
    assert_int_equal(prepare(t, ON_CONFLICT_FAIL), KL_OK);
    t->fake.race = true;
    assert_int_equal(run(t, DEADLINE_MS), KL_ERR_CONFLICT);
    assert_int_equal(it->state, UPLOAD_FAILED);
    assert_string_equal(t->fake.slots[0].value, "of somebody else");
}

static void one_failure_does_not_stop_the_others(void **state) {
    struct test *t = *state;
    struct upload_item *a = want(t, "A", "one"), *b = want(t, "B", "two");
    assert_int_equal(prepare(t, ON_CONFLICT_FAIL), KL_OK);
    fake_set(&t->fake, "A", SLICE_LIT("of somebody else"));
    assert_int_equal(run(t, DEADLINE_MS), KL_ERR_CONFLICT);
    assert_int_equal(a->state, UPLOAD_FAILED);
    assert_int_equal(b->state, UPLOAD_STORED);
}

static void without_a_journal_nothing_is_put(void **state) {
    struct test *t = *state;
    struct upload_item *it = want(t, "A", "one");
    assert_int_equal(prepare(t, ON_CONFLICT_FAIL), KL_OK);
    t->observer_status = KL_ERR_IO;
    assert_int_equal(run(t, DEADLINE_MS), KL_ERR_IO);
    assert_int_equal(it->state, UPLOAD_PENDING);
    assert_int_equal(t->fake.puts, 0);
}

static void a_vault_that_cannot_be_read_stops_prepare(void **state) {
    struct test *t = *state;
    want(t, "A", "one");
    t->fake.get_status = KL_ERR_PERMISSION;
    assert_int_equal(prepare(t, ON_CONFLICT_FAIL), KL_ERR_PERMISSION);
    assert_non_null(strstr(t->e.message, "get A failed"));
}

static void the_environment_is_verified_and_never_written(void **state) {
    struct test *t = *state;
    const struct vault_options options = {.root = "/"};
    struct vault *v;
    assert_int_equal(vault_kind_find("environ")->open(&options, &v, &t->e), KL_OK);
    assert_int_equal(setenv("KEYLIFT_T_HERE", "one", 1), 0);
    unsetenv("KEYLIFT_T_GONE");
    struct upload_item *here = want(t, "KEYLIFT_T_HERE", "one"), *gone = want(t, "KEYLIFT_T_GONE", "two");
    assert_int_equal(upload_prepare(v, t->items, t->count, ON_CONFLICT_FAIL, &t->arena, &t->e), KL_OK);
    assert_int_equal(here->state, UPLOAD_PRESENT);
    assert_int_equal(gone->state, UPLOAD_REFUSED);
    assert_non_null(strstr(gone->error.message, "KEYLIFT_T_GONE"));
    assert_int_equal(upload_run(v, t->items, t->count, NULL, DEADLINE_MS, &t->e), KL_OK);
    v->kind->close(v);
}

int main(void) {
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(what_is_new_is_stored_and_read_back),
        CASE(an_equal_value_is_present_and_is_not_written),
        CASE(a_value_that_left_after_prepare_fails_the_item),
        CASE(all_conflicts_are_found_before_the_first_write),
        CASE(two_values_of_one_run_never_share_a_name),
        CASE(on_conflict_decides),
        CASE(a_vault_without_versions_never_loses_the_value_it_has),
        CASE(a_vault_that_lags_is_waited_for),
        CASE(what_never_shows_is_a_failure),
        CASE(a_wrong_value_is_a_failure_by_either_reference),
        CASE(a_lost_reply_is_read_before_it_is_believed),
        CASE(a_value_that_came_in_between_is_not_overwritten),
        CASE(one_failure_does_not_stop_the_others),
        CASE(without_a_journal_nothing_is_put),
        CASE(a_vault_that_cannot_be_read_stops_prepare),
        CASE(the_environment_is_verified_and_never_written),
    };
#undef CASE
    return cmocka_run_group_tests(tests, NULL, NULL);
}
