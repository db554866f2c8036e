/* vault_lookup.c: see vault_lookup.h. */
#include "cli/vault_lookup.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/system.h"

struct vault_held *vault_lookup_find(const struct vault_lookup *l, const char *name) {
    for (size_t i = 0; i < l->count; i++)
        if (strcmp(l->items[i].name, name) == 0)
            return &l->items[i];
    return NULL;
}

void vault_lookup_add(struct vault_lookup *l, const char *name) {
    if (vault_lookup_find(l, name))
        return;
    l->items = mem_grow(l->items, &l->capacity, l->count + 1, sizeof *l->items);
    l->items[l->count++] = (struct vault_held){.name = name};
}

/* What a vault says of one name, and not of itself. A .env is one file: when it
 * cannot be read for one name, it cannot for any. */
static bool is_of_the_name(const struct vault_session *v, enum kl_status s) {
    switch (s) {
    case KL_OK:
    case KL_ERR_NOT_FOUND:
    case KL_ERR_CONFLICT:
    case KL_ERR_UNSUPPORTED:
        return true;
    case KL_ERR_REFUSED:
    case KL_ERR_PARSE:
        return !v->kind->names_are_variables;
    default:
        return false;
    }
}

static void look_up(void *ctx, size_t index) {
    struct vault_lookup *l = ctx;
    struct vault_held *h = &l->items[l->asked + index];
    if (h->status == KL_OK || h->status == KL_ERR_NOT_FOUND)
        return; /* look_up_many was told */
    struct vault *v = l->session->vault;
    struct mutex *lock = l->session->lock;
    mutex_lock(lock);
    bool goes = l->failed == KL_OK;
    mutex_unlock(lock);
    h->status = !goes                  ? error_set(&h->error, l->failed, "not asked")
                : system_interrupted() ? error_set(&h->error, KL_ERR_INTERRUPTED, "interrupted")
                                       : v->kind->get(v, h->name, NULL, &h->value, NULL, &h->error);
    mutex_lock(lock);
    if (!is_of_the_name(l->session, h->status) && l->failed == KL_OK) {
        l->failed = h->status;
        l->error = h->error;
    }
    mutex_unlock(lock);
}

/* A name that is said to be free may be taken all the same: upload_prepare asks again. */
static void look_up_many(struct vault_lookup *l) {
    size_t count = l->count - l->asked;
    struct vault_held *held = l->items + l->asked;
    struct vault_read *reads = mem_calloc(count + 1, sizeof *reads);
    for (size_t i = 0; i < count; i++)
        reads[i].name = held[i].name;
    enum kl_status s = vault_get_many(l->session->vault, reads, count, &l->error);
    if (s != KL_OK)
        l->failed = s;
    for (size_t i = 0; i < count; i++) {
        held[i].status = reads[i].status;
        secret_move(&held[i].value, &reads[i].value);
    }
    free(reads);
}

void vault_lookup_ask(struct vault_lookup *l) {
    if (l->count == l->asked)
        return;
    look_up_many(l);
    thread_each(l->session->kind->parallel, l->count - l->asked, look_up, l);
    l->asked = l->count;
}

void vault_lookup_release(struct vault_lookup *l) {
    for (size_t i = 0; i < l->count; i++)
        secret_release(&l->items[i].value);
    mem_wipe(l->items, l->capacity * sizeof *l->items);
    free(l->items);
    l->items = NULL;
    l->count = l->capacity = l->asked = 0;
}
