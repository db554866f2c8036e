/* upload_run.c: upload_run: puts, reads back and compares, from several threads. */
#include "backends/upload.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/system.h"
#include "base/thread.h"

#define POLL_FIRST_MS 50u
#define POLL_LONGEST_MS 2000u
/* So many items in a row that met no server: the others would not, either. */
#define GIVE_UP_AFTER 3u

struct run {
    struct vault *v;
    struct upload_item *items;
    size_t count;
    const struct upload_observer *observer;
    unsigned deadline_ms;
    struct mutex *lock; /* of the observer, and of what follows */
    size_t done, to_do;
    unsigned unreached;    /* items in a row */
    enum kl_status stop;   /* the observer failed, or the user interrupts: nothing more is begun */
    struct error why_stop; /* also of `gave_up` */
    bool gave_up;
    struct vault_put *puts; /* by item, where the vault took all at once; name NULL: not put */
};

/* One read of each kind. KL_ERR_CONFLICT: there, and not equal. */
static enum kl_status read_back(struct vault *v, const struct upload_item *it, struct error *e) {
    const char *const versions[] = {NULL, it->version[0] ? it->version : NULL};
    for (size_t i = 0; i < KL_ARRAY_LEN(versions); i++) {
        if (i > 0 && !versions[i])
            break;
        struct secret back = {0};
        enum kl_status st = v->kind->get(v, it->name, versions[i], &back, NULL, e);
        bool equal = st == KL_OK && upload_same_value(&back, it->value);
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

/* The put may have arrived all the same: "there is one" may be our own, of a twin
 * item or of a reply that was lost. */
static bool may_have_arrived(enum kl_status st) {
    return st == KL_ERR_CONFLICT || st == KL_ERR_NETWORK || st == KL_ERR_THROTTLED || st == KL_ERR_PROTOCOL;
}

static enum kl_status look_again(struct vault *v, struct upload_item *it, enum kl_status st) {
    if (st == KL_OK || !may_have_arrived(st))
        return st;
    struct secret back = {0};
    struct error lost = {0};
    char version[VAULT_VERSION_MAX] = "";
    bool ours = v->kind->get(v, it->name, NULL, &back, version, &lost) == KL_OK &&
                upload_same_value(&back, it->value);
    secret_release(&back);
    if (!ours)
        return st;
    memcpy(it->version, version, sizeof version);
    return KL_OK;
}

static enum kl_status put_item(struct vault *v, struct upload_item *it, struct error *e) {
    enum kl_status st = it->replaces ? v->kind->add_version(v, it->name, it->value, it->version, e)
                                     : v->kind->put_if_absent(v, it->name, it->value, it->version, e);
    return look_again(v, it, st);
}

/* Whether the other items would meet the same: then trying each of them would only
 * take its deadline again. Called with the lock held. */
static bool is_hopeless(struct run *r, enum kl_status st) {
    bool unreached = st == KL_ERR_NETWORK || st == KL_ERR_THROTTLED;
    r->unreached = unreached ? r->unreached + 1 : 0;
    return st == KL_ERR_CREDENTIALS || st == KL_ERR_TLS || r->unreached >= GIVE_UP_AFTER;
}

/* False when this item is not to be begun. */
static bool begin(struct run *r, struct upload_item *it, bool put) {
    const struct upload_observer *o = r->observer;
    bool goes = true;
    mutex_lock(r->lock);
    if (r->stop == KL_OK && system_interrupted())
        r->stop = error_set(&r->why_stop, KL_ERR_INTERRUPTED, "interrupted before %s was stored", it->name);
    if (r->stop == KL_OK && r->gave_up) {
        it->state = UPLOAD_FAILED;
        error_set(&it->error, r->why_stop.status, "not tried, after: %s", r->why_stop.message);
    } else if (r->stop == KL_OK && put && o && o->before_put) {
        r->stop = o->before_put(o->ctx, it, &r->why_stop);
    }
    goes = r->stop == KL_OK && it->state != UPLOAD_FAILED;
    mutex_unlock(r->lock);
    return goes;
}

static void finish(struct run *r, struct upload_item *it, bool put, enum kl_status st) {
    const struct upload_observer *o = r->observer;
    mutex_lock(r->lock);
    if (st != KL_OK)
        it->state = UPLOAD_FAILED;
    else if (put)
        it->state = UPLOAD_STORED;
    if (st == KL_ERR_INTERRUPTED && r->stop == KL_OK) {
        r->stop = st;
        r->why_stop = it->error;
    }
    if (is_hopeless(r, st) && !r->gave_up && r->stop == KL_OK) {
        r->gave_up = true;
        r->why_stop = it->error;
    }
    if (put && o && o->after_put) {
        struct error e = {0};
        enum kl_status written = o->after_put(o->ctx, it, &e);
        if (written != KL_OK && r->stop == KL_OK) {
            r->stop = written;
            r->why_stop = e;
        }
    }
    r->done++;
    if (o && o->progress)
        o->progress(o->ctx, r->done, r->to_do);
    mutex_unlock(r->lock);
}

static bool is_to_do(const struct upload_item *it) {
    return it->state == UPLOAD_PENDING || it->state == UPLOAD_PRESENT;
}

static void run_item(void *ctx, size_t index) {
    struct run *r = ctx;
    struct upload_item *it = &r->items[index];
    bool put = it->state == UPLOAD_PENDING, was_put = r->puts && r->puts[index].name;
    if (!is_to_do(it) || (!was_put && !begin(r, it, put)))
        return;
    enum kl_status st = KL_OK;
    if (was_put) {
        st = look_again(r->v, it, r->puts[index].status);
    } else {
        it->error = (struct error){0};
        st = put ? put_item(r->v, it, &it->error) : KL_OK;
    }
    if (st == KL_OK && !it->reused)
        st = poll_back(r->v, it, r->deadline_ms, &it->error);
    finish(r, it, put, st);
}

static void hold(struct run *r) {
    if (r->observer && r->observer->hold)
        r->observer->hold(r->observer->ctx);
}

static void flush(struct run *r) {
    const struct upload_observer *o = r->observer;
    struct error e = {0};
    enum kl_status st = o && o->flush ? o->flush(o->ctx, &e) : KL_OK;
    if (st != KL_OK && r->stop == KL_OK) {
        r->stop = st;
        r->why_stop = e;
    }
}

static bool is_put_together(const struct upload_item *it) {
    return it->state == UPLOAD_PENDING && !it->replaces;
}

/* The observer hears of all items before the one write, and nothing is written when it
 * fails. Each item is read back by itself, as ever. */
static void put_together(struct run *r) {
    struct vault_put *puts = mem_calloc(r->count + 1, sizeof *puts);
    size_t count = 0;
    r->puts = mem_calloc(r->count + 1, sizeof *r->puts);
    hold(r);
    for (size_t i = 0; i < r->count && r->stop == KL_OK; i++) {
        struct upload_item *it = &r->items[i];
        if (!is_put_together(it) || !begin(r, it, true))
            continue;
        it->error = (struct error){0};
        puts[count++] = (struct vault_put){
            .name = it->name, .value = it->value, .version = it->version, .error = &it->error};
    }
    flush(r);
    if (r->stop == KL_OK && count) {
        r->v->kind->put_many(r->v, puts, count);
        for (size_t i = 0, k = 0; i < r->count; i++)
            if (is_put_together(&r->items[i]))
                r->puts[i] = puts[k++];
    }
    free(puts);
}

enum kl_status upload_run(struct vault *v, struct upload_item *items, size_t count,
                          const struct upload_observer *observer, unsigned deadline_ms, struct error *e) {
    struct run r = {.v = v,
                    .items = items,
                    .count = count,
                    .observer = observer,
                    .deadline_ms = deadline_ms,
                    .lock = mutex_new()};
    for (size_t i = 0; i < count; i++)
        r.to_do += is_to_do(&items[i]);
    if (v->kind->put_many) {
        put_together(&r);
        hold(&r);
    }
    thread_each(v->kind->parallel, count, run_item, &r);
    if (v->kind->put_many)
        flush(&r);
    free(r.puts);
    mutex_free(r.lock);
    if (r.stop != KL_OK) {
        *e = r.why_stop;
        return r.stop;
    }
    for (size_t i = 0; i < count; i++)
        if (items[i].state == UPLOAD_FAILED) {
            *e = items[i].error;
            return e->status;
        }
    return KL_OK;
}
