/* cases_many.c: long values, many names, many threads, and what others made. */
#include "cases.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/mem.h"
#include "place.h"

static struct slice letters(struct arena *a, size_t len) {
    char *big = arena_alloc(a, len + 1);
    for (size_t i = 0; i < len; i++)
        big[i] = (char)('a' + i % 26);
    return slice_of(big, len);
}

static bool takes(struct place *p, const char *name, struct slice value, struct error *e) {
    struct secret s = {0};
    secret_set(&s, value);
    enum kl_status st = p->vault->kind->accepts(p->vault, name, &s, e);
    assert_true(st == KL_OK || st == KL_ERR_LIMIT);
    secret_release(&s);
    return st == KL_OK;
}

/* By halving: what `accepts` says must be what the vault then really holds. */
void the_longest_value_that_is_accepted_is_held(void **state) {
    struct place *p = *state;
    struct error e = {0};
    char version[VAULT_VERSION_MAX] = "";
    size_t fits = 1, not = KL_MAX_SECRET_BYTES + 1;
    struct slice big = letters(&p->arena, not );
    assert_true(takes(p, "KEYLIFT_LONG", slice_sub(big, 0, fits), &e));
    while (not -fits > 1) {
        size_t middle = fits + (not -fits) / 2;
        *(takes(p, "KEYLIFT_LONG", slice_sub(big, 0, middle), &e) ? &fits : &not ) = middle;
    }
    assert_true(fits >= 20000); /* no vault that we know holds less than a certificate with its chain */
    if (put_bytes(p, "KEYLIFT_LONG", slice_sub(big, 0, fits), false, version, &e) != KL_OK)
        fail_msg("%zu bytes were accepted, and not held: %s", fits, e.message);
    expect(p, "KEYLIFT_LONG", NULL, big.ptr, fits);
    expect(p, "KEYLIFT_LONG", version, big.ptr, fits);
    e = (struct error){0};
    assert_int_equal(put_bytes(p, "KEYLIFT_LONGER", slice_sub(big, 0, fits + 1), false, NULL, &e),
                     KL_ERR_LIMIT);
    assert_non_null(strstr(e.message, "KEYLIFT_LONGER"));
    learn(p, slice_sub(big, 0, 64));
    check_message(p, &e);
}

#define MANY 230 /* more than two pages of any vault that we know */

struct seen {
    unsigned times[MANY];
    unsigned others;
};

static void see(void *ctx, const char *name) {
    struct seen *seen = ctx;
    unsigned i;
    if (sscanf(name, "KEYLIFT_N%u", &i) == 1 && i < MANY)
        seen->times[i]++;
    else
        seen->others++;
}

void list_goes_on_over_all_pages(void **state) {
    struct place *p = *state;
    struct error e = {0};
    struct seen seen = {{0}, 0};
    /* A bundle has no pages, and a limit of its own; nor has a file or a helper's store, and each call of a
     * helper is a program that starts. */
    size_t many = p->vault->kind->parallel <= 1 ? 10 : p->options.bundle ? 60 : MANY;
    for (size_t i = 0; i < many; i++) {
        char name[32];
        snprintf(name, sizeof name, "KEYLIFT_N%zu", i);
        put(p, name, "value-one", NULL);
    }
    if (p->vault->kind->list(p->vault, see, &seen, &e) != KL_OK)
        fail_msg("list: %s", e.message);
    for (size_t i = 0; i < many; i++)
        assert_int_equal(seen.times[i], 1);
    assert_int_equal(seen.others, 0);
}

#define RACERS 8

/* More than one call of any vault that we know; the last name is not there. */
#define ASKED 45

void many_names_are_asked_at_once(void **state) {
    struct place *p = *state;
    struct error e = {0};
    struct vault_read reads[ASKED] = {0};
    unsigned asked = p->vault->kind->get_many ? ASKED : 3;
    for (unsigned i = 0; i < asked; i++) {
        reads[i].name = arena_printf(&p->arena, "KEYLIFT_A%u", i);
        if (i + 1 < asked)
            put(p, reads[i].name, arena_printf(&p->arena, "asked-value-%u", i), NULL);
    }
    if (vault_get_many(p->vault, reads, asked, &e) != KL_OK)
        fail_msg("get_many: %s", e.message);
    bool can = p->vault->kind->get_many && reads[0].status != KL_ERR_UNSUPPORTED;
    for (unsigned i = 0; i + 1 < asked; i++) {
        struct secret wanted = secret_text(arena_printf(&p->arena, "asked-value-%u", i));
        assert_int_equal(reads[i].status, can ? KL_OK : KL_ERR_UNSUPPORTED);
        assert_int_equal(secret_equal(&reads[i].value, &wanted), can);
        secret_release(&wanted);
        secret_release(&reads[i].value);
    }
    assert_int_not_equal(reads[asked - 1].status, KL_OK);
    assert_null(reads[asked - 1].value.ptr);
}

struct racer {
    struct place *p;
    struct mutex *turn; /* for a vault that takes one call at a time */
    char value[32], version[VAULT_VERSION_MAX];
    enum kl_status status;
    struct error e;
};

static void race(void *arg) {
    struct racer *r = arg;
    struct secret s = secret_text(r->value);
    if (r->turn)
        mutex_lock(r->turn);
    r->status = r->p->vault->kind->put_if_absent(r->p->vault, "KEYLIFT_RACE", &s, r->version, &r->e);
    if (r->turn)
        mutex_unlock(r->turn);
    secret_release(&s);
}

void of_eight_puts_at_once_one_wins(void **state) {
    struct place *p = *state;
    struct racer racers[RACERS];
    struct thread *threads[RACERS];
    struct mutex *turn = p->vault->kind->parallel > 1 ? NULL : mutex_new();
    const struct racer *winner = NULL;
    for (size_t i = 0; i < RACERS; i++) {
        racers[i] = (struct racer){.p = p, .turn = turn};
        snprintf(racers[i].value, sizeof racers[i].value, "racer-value-%zu", i);
        learn(p, slice_cstr(racers[i].value));
        threads[i] = thread_start(race, &racers[i], 0);
    }
    for (size_t i = 0; i < RACERS; i++)
        thread_join(threads[i]);
    for (size_t i = 0; i < RACERS; i++) {
        if (racers[i].status == KL_OK) {
            assert_null(winner);
            winner = &racers[i];
            continue;
        }
        if (racers[i].status != KL_ERR_CONFLICT)
            fail_msg("%s: %s", status_name(racers[i].status), racers[i].e.message);
        check_message(p, &racers[i].e);
    }
    assert_non_null(winner);
    expect(p, "KEYLIFT_RACE", NULL, winner->value, strlen(winner->value));
    expect(p, "KEYLIFT_RACE", winner->version, winner->value, strlen(winner->value));
    if (turn)
        mutex_free(turn);
}

/* Puts of different names at once: none is lost, none is mixed up. */
static void race_apart(void *arg) {
    struct racer *r = arg;
    struct error e = {0};
    struct secret s = secret_text(r->value), got = {0};
    for (unsigned i = 0; i < 4 && r->status == KL_OK; i++) {
        char name[48];
        snprintf(name, sizeof name, "KEYLIFT_%.14s_%u", r->value + 6, i);
        if (r->turn)
            mutex_lock(r->turn);
        r->status = r->p->vault->kind->put_if_absent(r->p->vault, name, &s, r->version, &e);
        if (r->status == KL_OK)
            r->status = r->p->vault->kind->get(r->p->vault, name, r->version, &got, NULL, &e);
        if (r->turn)
            mutex_unlock(r->turn);
        if (r->status == KL_OK && !secret_equal(&s, &got))
            r->status = error_set(&e, KL_ERR_INTERNAL, "another value came back");
    }
    r->e = e;
    secret_release(&got);
    secret_release(&s);
}

void eight_threads_store_apart(void **state) {
    struct place *p = *state;
    struct racer racers[RACERS];
    struct thread *threads[RACERS];
    struct mutex *turn = p->vault->kind->parallel > 1 ? NULL : mutex_new();
    for (size_t i = 0; i < RACERS; i++) {
        racers[i] = (struct racer){.p = p, .turn = turn};
        snprintf(racers[i].value, sizeof racers[i].value, "racer_%zu", i);
        threads[i] = thread_start(race_apart, &racers[i], 0);
    }
    for (size_t i = 0; i < RACERS; i++)
        thread_join(threads[i]);
    for (size_t i = 0; i < RACERS; i++)
        if (racers[i].status != KL_OK)
            fail_msg("%s: %s", status_name(racers[i].status), racers[i].e.message);
    if (turn)
        mutex_free(turn);
}

void what_others_made_gets_no_version(void **state) {
    struct place *p = *state;
    struct error e = {0};
    struct secret s = secret_text("value-one");
    if (!p->foreign)
        fail_msg("%s says nothing of a secret that others made: foreign=NAME", current->server);
    p->options.prefix = p->options.bundle = NULL;
    reopen(p);
    expect(p, p->foreign, NULL, "foreign-value", 13);
    assert_int_equal(p->vault->kind->add_version(p->vault, p->foreign, &s, NULL, &e), KL_ERR_REFUSED);
    assert_non_null(strstr(e.message, p->foreign));
    learn(p, SLICE_LIT("foreign-value"));
    learn(p, SLICE_LIT("value-one"));
    check_message(p, &e);
    expect(p, p->foreign, NULL, "foreign-value", 13);
    secret_release(&s);
}

void a_name_that_is_not_there_gets_no_version(void **state) {
    struct place *p = *state;
    struct error e = {0};
    struct secret s = secret_text("value-one"), got = {0};
    assert_int_equal(p->vault->kind->add_version(p->vault, "KEYLIFT_ABSENT", &s, NULL, &e), KL_ERR_NOT_FOUND);
    assert_non_null(strstr(e.message, "KEYLIFT_ABSENT"));
    learn(p, SLICE_LIT("value-one"));
    check_message(p, &e);
    assert_int_equal(p->vault->kind->get(p->vault, "KEYLIFT_ABSENT", NULL, &got, NULL, &e), KL_ERR_NOT_FOUND);
    secret_release(&s);
}

/* One program a fixture and case would be slow to build; one test each is not. */
