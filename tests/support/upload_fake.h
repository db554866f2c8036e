/* upload_fake.h: a vault of the test's own that lags, lies, loses replies and loses its
 * credential, item by item; and an upload to it that watches each step. */
#ifndef KEYLIFT_TESTS_SUPPORT_UPLOAD_FAKE_H
#define KEYLIFT_TESTS_SUPPORT_UPLOAD_FAKE_H

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

static inline unsigned number_of(const char *name) {
    unsigned n = 0;
    (void)sscanf(name, "NAME_%u", &n);
    return n;
}

static inline struct slot *slot_of(struct fake *f, const char *name) {
    for (size_t i = 0; i < f->used; i++)
        if (strcmp(f->slots[i].name, name) == 0)
            return &f->slots[i];
    return NULL;
}

static inline struct slot *set_slot(struct fake *f, const char *name, struct slice value, bool binary) {
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

static inline void enter(struct fake *f) {
    mutex_lock(f->lock);
    f->in_flight++;
    if (f->in_flight > f->most_in_flight)
        f->most_in_flight = f->in_flight;
}

static inline void leave(struct fake *f) {
    f->in_flight--;
    mutex_unlock(f->lock);
}

static inline enum kl_status map_name(struct vault *v, const char *name, struct arena *a, const char **out,
                                      struct error *e) {
    (void)v;
    (void)e;
    *out = strncmp(name, "SAME_", 5) == 0 ? "same" : arena_cstr(a, slice_cstr(name));
    return KL_OK;
}

static inline enum kl_status accepts(struct vault *v, const char *name, const struct secret *value,
                                     struct error *e) {
    (void)v;
    (void)name;
    (void)value;
    (void)e;
    return KL_OK;
}

static inline enum kl_status get(struct vault *v, const char *name, const char *version, struct secret *out,
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

static inline enum kl_status get_many(struct vault *v, struct vault_read *reads, size_t count,
                                      struct error *e) {
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

static inline enum kl_status store(struct vault *v, const char *name, const struct secret *value, bool absent,
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

static inline enum kl_status put(struct vault *v, const char *name, const struct secret *value,
                                 char version_out[VAULT_VERSION_MAX], struct error *e) {
    return store(v, name, value, true, version_out, e);
}

static inline enum kl_status add(struct vault *v, const char *name, const struct secret *value,
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

static inline int set_up(void **state) {
    struct test *t = mem_calloc(1, sizeof *t);
    t->fake.vault.kind = &kind;
    t->fake.lock = mutex_new();
    t->fake.changed = condition_new();
    *state = t;
    return 0;
}

static inline int tear_down(void **state) {
    struct test *t = *state;
    for (size_t i = 0; i < MANY; i++)
        secret_release(&t->values[i]);
    condition_free(t->fake.changed);
    mutex_free(t->fake.lock);
    arena_release(&t->arena);
    free(t);
    return 0;
}

static inline void want_many(struct test *t, size_t count) {
    t->count = count;
    for (size_t i = 0; i < count; i++) {
        secret_set(&t->values[i], slice_cstr(arena_printf(&t->arena, "value-of-number-%zu", i + 1)));
        t->items[i] =
            (struct upload_item){.name = arena_printf(&t->arena, "NAME_%zu", i + 1), .value = &t->values[i]};
    }
}

static inline struct upload_item *want(struct test *t, const char *name, const char *value) {
    struct upload_item *it = &t->items[t->count];
    secret_set(&t->values[t->count], slice_cstr(value));
    *it = (struct upload_item){.name = name, .value = &t->values[t->count++]};
    return it;
}

static inline enum kl_status before(void *ctx, const struct upload_item *item, struct error *e) {
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

static inline enum kl_status after(void *ctx, const struct upload_item *item, struct error *e) {
    struct test *t = ctx;
    (void)e;
    assert_false(t->inside);
    t->inside = true;
    assert_true(item->state == UPLOAD_STORED || item->state == UPLOAD_FAILED);
    t->after++;
    t->inside = false;
    return KL_OK;
}

static inline void progress(void *ctx, size_t done, size_t count) {
    struct test *t = ctx;
    assert_false(t->inside);
    assert_int_equal(done, t->progress + 1);
    assert_true(done <= count);
    t->progress++;
}

static inline enum kl_status prepare(struct test *t, enum upload_on_conflict how) {
    return upload_prepare(&t->fake.vault, t->items, t->count, how, &t->arena, &t->e);
}

static inline void hold(void *ctx) {
    struct test *t = ctx;
    assert_false(t->held);
    t->held = true;
}

static inline enum kl_status flush(void *ctx, struct error *e) {
    struct test *t = ctx;
    assert_true(t->held);
    t->held = false;
    t->announced = t->before;
    return t->lose_flush ? error_set(e, KL_ERR_IO, "the journal is full") : KL_OK;
}

#define OBSERVER(t)                                                                                          \
    { before, after, progress, (t), hold, flush }

static inline enum kl_status run(struct test *t) {
    const struct upload_observer observer = OBSERVER(t);
    return upload_run(&t->fake.vault, t->items, t->count, &observer, DEADLINE_MS, &t->e);
}

static inline size_t count_state(const struct test *t, enum upload_state state) {
    size_t n = 0;
    for (size_t i = 0; i < t->count; i++)
        n += t->items[i].state == state;
    return n;
}

static inline void expect_all_stored_once(struct test *t) {
    assert_int_equal(t->fake.used, t->count);
    for (size_t i = 0; i < t->count; i++) {
        const struct slot *s = slot_of(&t->fake, t->items[i].name);
        assert_non_null(s);
        assert_int_equal(s->versions, 1);
        assert_true(slice_eq_cstr(secret_slice(t->items[i].value), s->value));
    }
}

#endif
