/* upload with many secrets and eight threads, against a vault of the test's own that
 * lags, lies, loses replies and loses its credential, item by item. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "backends/upload.h"
#include "base/mem.h"
#include "base/redact.h"
#include "base/thread.h"

#define MANY 500
#define SLOTS (MANY + 200)
#define THREADS 8
#define DEADLINE_MS 20000u

struct slot {
    char name[32], value[48];
    bool binary;
    unsigned versions, lag;
};

struct fake {
    struct vault vault;
    struct mutex *lock;
    struct condition *changed;
    struct slot slots[SLOTS];
    size_t used;
    unsigned puts, gets, in_flight, most_in_flight;
    unsigned meet;                               /* the first puts wait until so many are on their way */
    unsigned lag;                                /* reads after which what was put shows */
    unsigned lose_every, lie_every, refuse_from; /* by the number in the name */
    enum kl_status refuse_with;
    unsigned batches, batch_omits_every;
    enum kl_status batch_status;
};

static unsigned number_of(const char *name) {
    unsigned n = 0;
    (void)sscanf(name, "NAME_%u", &n);
    return n;
}

static struct slot *slot_of(struct fake *f, const char *name) {
    for (size_t i = 0; i < f->used; i++)
        if (strcmp(f->slots[i].name, name) == 0)
            return &f->slots[i];
    return NULL;
}

static struct slot *set_slot(struct fake *f, const char *name, struct slice value, bool binary) {
    struct slot *s = slot_of(f, name);
    if (!s) {
        assert_true(f->used < SLOTS);
        s = &f->slots[f->used++];
        snprintf(s->name, sizeof s->name, "%s", name);
    }
    snprintf(s->value, sizeof s->value, "%.*s", SLICE_ARG(value));
    s->binary = binary;
    s->versions++;
    return s;
}

static void enter(struct fake *f) {
    mutex_lock(f->lock);
    f->in_flight++;
    if (f->in_flight > f->most_in_flight)
        f->most_in_flight = f->in_flight;
}

static void leave(struct fake *f) {
    f->in_flight--;
    mutex_unlock(f->lock);
}

static enum kl_status map_name(struct vault *v, const char *name, struct arena *a, const char **out,
                               struct error *e) {
    (void)v;
    (void)e;
    *out = strncmp(name, "SAME_", 5) == 0 ? "same" : arena_cstr(a, slice_cstr(name));
    return KL_OK;
}

static enum kl_status accepts(struct vault *v, const char *name, const struct secret *value,
                              struct error *e) {
    (void)v;
    (void)name;
    (void)value;
    (void)e;
    return KL_OK;
}

static enum kl_status get(struct vault *v, const char *name, const char *version, struct secret *out,
                          char version_out[VAULT_VERSION_MAX], struct error *e) {
    struct fake *f = (struct fake *)v;
    enum kl_status st = KL_OK;
    enter(f);
    f->gets++;
    struct slot *s = slot_of(f, name);
    unsigned n = number_of(name);
    if (!s || (s->lag && s->lag--)) {
        st = error_set(e, KL_ERR_NOT_FOUND, "no %s", name);
    } else {
        bool lies = f->lie_every && n % f->lie_every == 0 && !version && f->puts;
        secret_set(out, slice_cstr(lies ? "somebody else's" : s->value));
        out->binary = s->binary;
        if (version_out)
            snprintf(version_out, VAULT_VERSION_MAX, "v%u", s->versions);
    }
    leave(f);
    return st;
}

#define BATCH 20

static enum kl_status get_many(struct vault *v, struct vault_read *reads, size_t count, struct error *e) {
    struct fake *f = (struct fake *)v;
    enum kl_status st = KL_OK;
    enter(f);
    f->batches++;
    assert_true(count && count <= BATCH);
    if (f->batch_status != KL_OK)
        st = error_set(e, f->batch_status, "no batches");
    for (size_t i = 0; st == KL_OK && i < count; i++) {
        const struct slot *s = slot_of(f, reads[i].name);
        if (!s)
            reads[i].status = KL_ERR_NOT_FOUND; /* which is not believed */
        if (!s || (f->batch_omits_every && number_of(reads[i].name) % f->batch_omits_every == 0))
            continue;
        reads[i].status = KL_OK;
        secret_set(&reads[i].value, slice_cstr(s->value));
        reads[i].value.binary = s->binary;
        snprintf(reads[i].version, VAULT_VERSION_MAX, "v%u", s->versions);
    }
    leave(f);
    return st;
}

static enum kl_status store(struct vault *v, const char *name, const struct secret *value, bool absent,
                            char version_out[VAULT_VERSION_MAX], struct error *e) {
    struct fake *f = (struct fake *)v;
    unsigned n = number_of(name);
    enum kl_status st = KL_OK;
    enter(f);
    f->puts++;
    condition_broadcast(f->changed);
    while (f->puts < f->meet)
        condition_wait(f->changed, f->lock);
    if (f->refuse_from && n >= f->refuse_from) {
        st = error_set(e, f->refuse_with, "%s: no", name);
    } else if (absent && slot_of(f, name)) {
        st = error_set(e, KL_ERR_CONFLICT, "%s is there", name);
    } else {
        struct slot *s = set_slot(f, name, secret_slice(value), value->binary);
        s->lag = f->lag;
        if (f->lose_every && n % f->lose_every == 0)
            st = error_set(e, KL_ERR_NETWORK, "%s: the connection broke", name);
        else
            snprintf(version_out, VAULT_VERSION_MAX, "v%u", s->versions);
    }
    leave(f);
    return st;
}

static enum kl_status put(struct vault *v, const char *name, const struct secret *value,
                          char version_out[VAULT_VERSION_MAX], struct error *e) {
    return store(v, name, value, true, version_out, e);
}

static enum kl_status add(struct vault *v, const char *name, const struct secret *value,
                          char version_out[VAULT_VERSION_MAX], struct error *e) {
    return store(v, name, value, false, version_out, e);
}

static const struct vault_kind kind = {.id = "fake",
                                       .stores = true,
                                       .keeps_versions = true,
                                       .parallel = THREADS,
                                       .map_name = map_name,
                                       .accepts = accepts,
                                       .get = get,
                                       .put_if_absent = put,
                                       .add_version = add};
static const struct vault_kind batching = {.id = "batching",
                                           .stores = true,
                                           .keeps_versions = true,
                                           .parallel = THREADS,
                                           .map_name = map_name,
                                           .accepts = accepts,
                                           .get = get,
                                           .get_many = get_many,
                                           .many = BATCH,
                                           .put_if_absent = put,
                                           .add_version = add};

struct test {
    struct fake fake;
    struct arena arena;
    struct secret values[MANY];
    struct upload_item items[MANY];
    size_t count;
    bool inside; /* the observer: never twice at once */
    unsigned before, after, progress;
    unsigned stop_after; /* the observer fails then: as good as a kill */
    bool held, lose_flush;
    unsigned many;      /* calls of put_many */
    unsigned announced; /* on disk */
    struct error e;
};

static int set_up(void **state) {
    struct test *t = mem_calloc(1, sizeof *t);
    t->fake.vault.kind = &kind;
    t->fake.lock = mutex_new();
    t->fake.changed = condition_new();
    *state = t;
    return 0;
}

static int tear_down(void **state) {
    struct test *t = *state;
    for (size_t i = 0; i < MANY; i++)
        secret_release(&t->values[i]);
    condition_free(t->fake.changed);
    mutex_free(t->fake.lock);
    arena_release(&t->arena);
    free(t);
    return 0;
}

static void want_many(struct test *t, size_t count) {
    t->count = count;
    for (size_t i = 0; i < count; i++) {
        secret_set(&t->values[i], slice_cstr(arena_printf(&t->arena, "value-of-number-%zu", i + 1)));
        t->items[i] =
            (struct upload_item){.name = arena_printf(&t->arena, "NAME_%zu", i + 1), .value = &t->values[i]};
    }
}

static struct upload_item *want(struct test *t, const char *name, const char *value) {
    struct upload_item *it = &t->items[t->count];
    secret_set(&t->values[t->count], slice_cstr(value));
    *it = (struct upload_item){.name = name, .value = &t->values[t->count++]};
    return it;
}

static enum kl_status before(void *ctx, const struct upload_item *item, struct error *e) {
    struct test *t = ctx;
    assert_int_equal(item->state, UPLOAD_PENDING);
    assert_false(t->inside);
    t->inside = true;
    enum kl_status st =
        t->stop_after && t->before >= t->stop_after ? error_set(e, KL_ERR_IO, "the journal is full") : KL_OK;
    t->before += st == KL_OK;
    t->inside = false;
    return st;
}

static enum kl_status after(void *ctx, const struct upload_item *item, struct error *e) {
    struct test *t = ctx;
    (void)e;
    assert_false(t->inside);
    t->inside = true;
    assert_true(item->state == UPLOAD_STORED || item->state == UPLOAD_FAILED);
    t->after++;
    t->inside = false;
    return KL_OK;
}

static void progress(void *ctx, size_t done, size_t count) {
    struct test *t = ctx;
    assert_false(t->inside);
    assert_int_equal(done, t->progress + 1);
    assert_true(done <= count);
    t->progress++;
}

static enum kl_status prepare(struct test *t, enum upload_on_conflict how) {
    return upload_prepare(&t->fake.vault, t->items, t->count, how, &t->arena, &t->e);
}

static void hold(void *ctx) {
    struct test *t = ctx;
    assert_false(t->held);
    t->held = true;
}

static enum kl_status flush(void *ctx, struct error *e) {
    struct test *t = ctx;
    assert_true(t->held);
    t->held = false;
    t->announced = t->before;
    return t->lose_flush ? error_set(e, KL_ERR_IO, "the journal is full") : KL_OK;
}

#define OBSERVER(t)                                                                                          \
    { before, after, progress, (t), hold, flush }

static enum kl_status run(struct test *t) {
    const struct upload_observer observer = OBSERVER(t);
    return upload_run(&t->fake.vault, t->items, t->count, &observer, DEADLINE_MS, &t->e);
}

static size_t count_state(const struct test *t, enum upload_state state) {
    size_t n = 0;
    for (size_t i = 0; i < t->count; i++)
        n += t->items[i].state == state;
    return n;
}

static void expect_all_stored_once(struct test *t) {
    assert_int_equal(t->fake.used, t->count);
    for (size_t i = 0; i < t->count; i++) {
        const struct slot *s = slot_of(&t->fake, t->items[i].name);
        assert_non_null(s);
        assert_int_equal(s->versions, 1);
        assert_true(slice_eq_cstr(secret_slice(t->items[i].value), s->value));
    }
}

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
        CASE(no_message_holds_a_value),
        CASE(many_names_are_put_at_once_and_read_back_one_by_one),
        CASE(of_names_put_at_once_those_that_do_not_come_back_fail),
        CASE(names_that_the_journal_does_not_hold_are_not_put_at_once),
    };
#undef CASE
    return cmocka_run_group_tests(tests, NULL, NULL);
}
