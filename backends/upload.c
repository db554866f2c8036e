#include "backends/upload.h"

#include "base/mem.h"
#include "base/system.h"

#define POLL_FIRST_MS 50u
#define POLL_LONGEST_MS 2000u

static const char *const state_names[] = {
    [UPLOAD_PENDING] = "pending",   [UPLOAD_PRESENT] = "present", [UPLOAD_STORED] = "stored",
    [UPLOAD_CONFLICT] = "conflict", [UPLOAD_REFUSED] = "refused", [UPLOAD_FAILED] = "failed"};

const char *upload_state_name(enum upload_state s) {
    return (size_t)s < KL_ARRAY_LEN(state_names) ? state_names[s] : "unknown";
}

/* Errors that are about one item; all others concern the vault as a whole. */
static bool is_about_item(enum kl_status st) {
    return st == KL_ERR_UNSUPPORTED || st == KL_ERR_LIMIT || st == KL_ERR_REFUSED || st == KL_ERR_CONFLICT ||
           st == KL_ERR_PARSE;
}

static void set_conflict(struct vault *v, struct upload_item *it, enum upload_on_conflict on_conflict) {
    if (on_conflict == ON_CONFLICT_REUSE) {
        it->state = UPLOAD_PRESENT;
        it->reused = true;
        return;
    }
    if (on_conflict == ON_CONFLICT_VERSION && v->kind->keeps_versions) {
        it->state = UPLOAD_PENDING;
        return;
    }
    it->state = UPLOAD_CONFLICT;
    error_set(&it->error, KL_ERR_CONFLICT, "%s: the vault has another value under this name%s", it->name,
              on_conflict == ON_CONFLICT_VERSION ? ", and keeps no earlier values, so it is not replaced"
                                                 : "");
}

/* An error that stops the whole upload is returned; one of the item is kept in it. */
static enum kl_status prepare_item(struct vault *v, struct upload_item *it,
                                   enum upload_on_conflict on_conflict, struct arena *arena) {
    struct secret held = {0};
    it->state = UPLOAD_PENDING;
    it->reused = false;
    it->version[0] = '\0';
    enum kl_status st = v->kind->map_name(v, it->name, arena, &it->stored_name, &it->error);
    if (st == KL_OK)
        st = v->kind->accepts(v, it->name, it->value, &it->error);
    if (st == KL_OK)
        st = v->kind->get(v, it->name, NULL, &held, it->version, &it->error);
    if (st == KL_OK && secret_equal(&held, it->value)) {
        it->state = UPLOAD_PRESENT;
    } else if (st == KL_OK) {
        set_conflict(v, it, on_conflict);
    } else if (st == KL_ERR_NOT_FOUND && !v->kind->stores) {
        /* The vault's own words say why, and what to do. */
        it->state = UPLOAD_REFUSED;
        st = v->kind->put_if_absent(v, it->name, it->value, it->version, &it->error);
    } else if (st != KL_ERR_NOT_FOUND) {
        it->state = UPLOAD_REFUSED;
    }
    secret_release(&held);
    return st == KL_ERR_NOT_FOUND || is_about_item(st) ? KL_OK : st;
}

/* Whether `other` has the name of items[i] first, with another value. */
static bool is_taken(const struct upload_item *items, size_t i, size_t other) {
    const struct upload_item *x = &items[i], *y = &items[other];
    bool claims = y->state == UPLOAD_PRESENT || (y->state == UPLOAD_PENDING && other < i);
    return claims && other != i && strcmp(x->stored_name, y->stored_name) == 0 &&
           !secret_equal(x->value, y->value);
}

/* Two values of one run under one stored name would overwrite each other. */
static void find_twins(struct upload_item *items, size_t count) {
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < count && items[i].state == UPLOAD_PENDING; k++) {
            if (!is_taken(items, i, k))
                continue;
            items[i].state = UPLOAD_CONFLICT;
            error_set(&items[i].error, KL_ERR_CONFLICT, "%s: another value of this run has this name",
                      items[i].name);
        }
    }
}

enum kl_status upload_prepare(struct vault *v, struct upload_item *items, size_t count,
                              enum upload_on_conflict on_conflict, struct arena *arena, struct error *e) {
    for (size_t i = 0; i < count; i++) {
        items[i].stored_name = NULL;
        enum kl_status st = prepare_item(v, &items[i], on_conflict, arena);
        if (st != KL_OK) {
            *e = items[i].error;
            return st;
        }
    }
    find_twins(items, count);
    return KL_OK;
}

/* One read of each kind. KL_ERR_CONFLICT: there, and not equal. */
static enum kl_status read_back(struct vault *v, const struct upload_item *it, struct error *e) {
    const char *const versions[] = {NULL, it->version[0] ? it->version : NULL};
    for (size_t i = 0; i < KL_ARRAY_LEN(versions); i++) {
        if (i > 0 && !versions[i])
            break;
        struct secret back = {0};
        enum kl_status st = v->kind->get(v, it->name, versions[i], &back, NULL, e);
        bool equal = st == KL_OK && secret_equal(&back, it->value);
        secret_release(&back);
        if (st != KL_OK)
            return st;
        if (!equal)
            return error_set(e, KL_ERR_CONFLICT, "%s: the vault gave back another value than was stored",
                             it->name);
    }
    return KL_OK;
}

static bool may_pass(enum kl_status st) {
    return st == KL_ERR_NOT_FOUND || st == KL_ERR_CONFLICT || st == KL_ERR_THROTTLED || st == KL_ERR_NETWORK;
}

/* Half of each pause is random, so that runs side by side do not march in step. */
static unsigned next_pause(unsigned pause) {
    uint32_t random;
    system_random(&random, sizeof random);
    return pause / 2 + random % (pause / 2 + 1);
}

/* Vaults are eventually consistent: what was written may take a while to show. */
static enum kl_status poll_back(struct vault *v, const struct upload_item *it, unsigned deadline_ms,
                                struct error *e) {
    double end = system_seconds() + deadline_ms / 1000.0;
    unsigned pause = POLL_FIRST_MS;
    for (;;) {
        enum kl_status st = read_back(v, it, e);
        if (st == KL_OK || !may_pass(st))
            return st;
        if (system_interrupted())
            return error_set(e, KL_ERR_INTERRUPTED, "interrupted while reading %s back", it->name);
        if (system_seconds() + pause / 1000.0 > end)
            return error_prefix(e, "not read back within %u ms", deadline_ms);
        system_sleep_ms(next_pause(pause));
        pause = pause * 2 < POLL_LONGEST_MS ? pause * 2 : POLL_LONGEST_MS;
    }
}

/* A put whose reply says "there is one" may be our own, of a twin item or of a
 * reply that was lost: the read-back tells. */
static enum kl_status put_item(struct vault *v, struct upload_item *it, struct error *e) {
    bool replace = it->version[0] != '\0'; /* prepare found another value, and may add a version */
    enum kl_status st = replace ? v->kind->add_version(v, it->name, it->value, it->version, e)
                                : v->kind->put_if_absent(v, it->name, it->value, it->version, e);
    if (st != KL_ERR_CONFLICT)
        return st;
    struct secret back = {0};
    struct error lost = {0};
    bool ours =
        v->kind->get(v, it->name, NULL, &back, it->version, &lost) == KL_OK && secret_equal(&back, it->value);
    secret_release(&back);
    return ours ? KL_OK : st;
}

/* KL_OK, or what must stop the run; the item's own failure is in its state. */
static enum kl_status run_item(struct vault *v, struct upload_item *it,
                               const struct upload_observer *observer, unsigned deadline_ms,
                               struct error *e) {
    enum kl_status st;
    bool put = it->state == UPLOAD_PENDING;
    if (put && observer && observer->before_put && (st = observer->before_put(observer->ctx, it, e)) != KL_OK)
        return st;
    it->error = (struct error){0};
    st = put ? put_item(v, it, &it->error) : KL_OK;
    if (st == KL_OK && !it->reused)
        st = poll_back(v, it, deadline_ms, &it->error);
    if (st != KL_OK)
        it->state = UPLOAD_FAILED;
    else if (put)
        it->state = UPLOAD_STORED;
    if (put && observer && observer->after_put)
        return observer->after_put(observer->ctx, it, e);
    return KL_OK;
}

enum kl_status upload_run(struct vault *v, struct upload_item *items, size_t count,
                          const struct upload_observer *observer, unsigned deadline_ms, struct error *e) {
    const struct upload_item *failed = NULL;
    for (size_t i = 0; i < count; i++) {
        struct upload_item *it = &items[i];
        if (it->state != UPLOAD_PENDING && it->state != UPLOAD_PRESENT)
            continue;
        if (system_interrupted())
            return error_set(e, KL_ERR_INTERRUPTED, "interrupted before %s was stored", it->name);
        enum kl_status st = run_item(v, it, observer, deadline_ms, e);
        if (st != KL_OK)
            return st;
        if (it->state == UPLOAD_FAILED && !failed)
            failed = it;
    }
    if (!failed)
        return KL_OK;
    *e = failed->error;
    return e->status;
}
