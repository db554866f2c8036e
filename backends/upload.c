/* upload.c: upload_prepare: what an upload would do, found out before the first write. */
#include "backends/upload.h"

#include "base/mem.h"
#include "base/system.h"
#include "base/thread.h"

static const char *const state_names[] = {
    [UPLOAD_PENDING] = "pending",   [UPLOAD_PRESENT] = "present", [UPLOAD_STORED] = "stored",
    [UPLOAD_CONFLICT] = "conflict", [UPLOAD_REFUSED] = "refused", [UPLOAD_FAILED] = "failed"};

const char *upload_state_name(enum upload_state s) {
    return (size_t)s < KL_ARRAY_LEN(state_names) ? state_names[s] : "unknown";
}

const char *upload_on_conflict_name(enum upload_on_conflict how) {
    static const char *const names[] = {[ON_CONFLICT_FAIL] = "fail",
                                        [ON_CONFLICT_REUSE] = "reuse",
                                        [ON_CONFLICT_VERSION] = "version",
                                        [ON_CONFLICT_RENAME] = "rename"};
    return names[how];
}

bool upload_same_value(const struct secret *a, const struct secret *b) {
    return secret_equal(a, b) && (a->binary == b->binary || a->either || b->either);
}

struct prepare {
    struct vault *v;
    struct upload_item *items;
    size_t count;
    enum upload_on_conflict on_conflict;
    struct arena *arena;
    enum kl_status *status; /* of each item's look-up */
    struct vault_read *reads;
    struct vault_read **told; /* of each item: its read; NULL when it was not asked for */
};

/* Errors that are about one item; all others concern the vault as a whole. */
static bool is_about_item(enum kl_status st) {
    return st == KL_ERR_UNSUPPORTED || st == KL_ERR_LIMIT || st == KL_ERR_REFUSED || st == KL_ERR_CONFLICT ||
           st == KL_ERR_PARSE;
}

static enum kl_status check_item(struct prepare *p, struct upload_item *it) {
    const struct vault_kind *kind = p->v->kind;
    it->stored_name = NULL;
    it->renamed_from = NULL;
    it->state = UPLOAD_PENDING;
    it->reused = it->replaces = false;
    it->version[0] = '\0';
    it->error = (struct error){0};
    enum kl_status st = kind->map_name(p->v, it->name, p->arena, &it->stored_name, &it->error);
    if (st == KL_OK)
        st = kind->accepts(p->v, it->name, it->value, &it->error);
    if (st != KL_OK)
        it->state = UPLOAD_REFUSED;
    return st == KL_OK || is_about_item(st) ? KL_OK : st;
}

static void set_conflict(const struct prepare *p, struct upload_item *it) {
    it->state = UPLOAD_CONFLICT;
    if (p->on_conflict == ON_CONFLICT_REUSE) {
        it->state = UPLOAD_PRESENT;
        it->reused = true;
    } else if (p->on_conflict == ON_CONFLICT_VERSION && p->v->kind->keeps_versions) {
        it->state = UPLOAD_PENDING;
        it->replaces = true;
    } else {
        error_set(&it->error, KL_ERR_CONFLICT, "%s: the vault has another value under this name%s", it->name,
                  p->on_conflict == ON_CONFLICT_VERSION
                      ? ", and keeps no earlier values, so it is not replaced"
                      : "; --on-conflict says what to do then");
    }
}

static enum kl_status read_item(const struct prepare *p, struct upload_item *it, struct vault_read *told,
                                struct secret *held) {
    if (!told || told->status != KL_OK)
        return p->v->kind->get(p->v, it->name, NULL, held, it->version, &it->error);
    secret_move(held, &told->value);
    memcpy(it->version, told->version, sizeof it->version);
    return KL_OK;
}

/* An error that stops the whole upload is returned; one of the item is kept in it.
 * `told` NULL: the vault is asked. */
static enum kl_status look_up(const struct prepare *p, struct upload_item *it, struct vault_read *told) {
    const struct vault_kind *kind = p->v->kind;
    struct secret held = {0};
    enum kl_status st = read_item(p, it, told, &held);
    if (st == KL_OK && upload_same_value(&held, it->value)) {
        it->state = UPLOAD_PRESENT;
    } else if (st == KL_OK) {
        set_conflict(p, it);
    } else if (st == KL_ERR_NOT_FOUND && !kind->stores) {
        /* The vault's own words say why, and what to do. */
        it->state = UPLOAD_REFUSED;
        st = kind->put_if_absent(p->v, it->name, it->value, it->version, &it->error);
    } else if (st == KL_ERR_NOT_FOUND) {
        it->error = (struct error){0};
    } else {
        it->state = UPLOAD_REFUSED;
    }
    secret_release(&held);
    return st == KL_ERR_NOT_FOUND || is_about_item(st) ? KL_OK : st;
}

static void look_up_one(void *ctx, size_t index) {
    struct prepare *p = ctx;
    struct upload_item *it = &p->items[index];
    if (it->state != UPLOAD_PENDING)
        return;
    p->status[index] = system_interrupted()
                           ? error_set(&it->error, KL_ERR_INTERRUPTED, "interrupted; nothing was written")
                           : look_up(p, it, p->told[index]);
}

/* Whatever this does not give is asked for name by name: only that proves absence. */
static enum kl_status read_many(struct prepare *p, struct error *e) {
    size_t count = 0;
    for (size_t i = 0; i < p->count; i++)
        if (p->items[i].state == UPLOAD_PENDING) {
            p->told[i] = &p->reads[count++];
            p->told[i]->name = p->items[i].name;
        }
    return vault_get_many(p->v, p->reads, count, e);
}

/* Whether `other` has the name of items[i] first, with another value. */
static bool is_taken(const struct upload_item *items, size_t i, size_t other) {
    const struct upload_item *x = &items[i], *y = &items[other];
    bool claims = y->state == UPLOAD_PRESENT || (y->state == UPLOAD_PENDING && other < i);
    return claims && other != i && strcmp(x->stored_name, y->stored_name) == 0 &&
           !upload_same_value(x->value, y->value);
}

/* Two values of one run under one stored name would overwrite each other. */
static void find_twin(struct prepare *p, size_t i) {
    struct upload_item *it = &p->items[i];
    for (size_t k = 0; k < p->count && it->state == UPLOAD_PENDING; k++) {
        if (!is_taken(p->items, i, k))
            continue;
        const char *other = p->items[k].name;
        it->state = UPLOAD_CONFLICT;
        if (strcmp(it->name, other) == 0)
            error_set(&it->error, KL_ERR_CONFLICT, "%s: another value of this run has this name", it->name);
        else
            error_set(&it->error, KL_ERR_CONFLICT,
                      "%s: the vault would store it under the name of %s, which has another value", it->name,
                      other);
    }
}

static bool is_free_of_twins(const struct prepare *p, size_t i) {
    for (size_t k = 0; k < p->count; k++) {
        enum upload_state s = p->items[k].state;
        if (k != i && (s == UPLOAD_PENDING || s == UPLOAD_PRESENT) &&
            strcmp(p->items[k].stored_name, p->items[i].stored_name) == 0 &&
            !upload_same_value(p->items[k].value, p->items[i].value))
            return false;
    }
    return true;
}

/* API_KEY_2, API_KEY_3...: the first that nobody has, or that has this very value,
 * so that a second run finds what the first one made. */
static enum kl_status rename_item(struct prepare *p, size_t i) {
    struct upload_item *it = &p->items[i];
    const char *asked = it->name;
    for (unsigned n = 2; n <= UPLOAD_RENAMES_MAX; n++) {
        it->name = arena_printf(p->arena, "%s_%u", asked, n);
        enum kl_status st = check_item(p, it);
        it->renamed_from = asked;
        if (st != KL_OK || it->state == UPLOAD_REFUSED)
            return st;
        st = look_up(p, it, NULL);
        if (st != KL_OK || it->state == UPLOAD_REFUSED)
            return st;
        if (it->state != UPLOAD_CONFLICT && is_free_of_twins(p, i))
            return KL_OK;
    }
    it->name = asked;
    it->state = UPLOAD_CONFLICT;
    error_set(&it->error, KL_ERR_CONFLICT, "%s: the vault has other values under this name and %s_2 to %s_%u",
              asked, asked, asked, UPLOAD_RENAMES_MAX);
    return KL_OK;
}

static enum kl_status settle(struct prepare *p, struct error *e) {
    for (size_t i = 0; i < p->count; i++) {
        if (p->status[i] != KL_OK) {
            *e = p->items[i].error;
            return p->status[i];
        }
    }
    for (size_t i = 0; i < p->count; i++) {
        find_twin(p, i);
        if (p->items[i].state != UPLOAD_CONFLICT || p->on_conflict != ON_CONFLICT_RENAME ||
            p->items[i].fixed_name)
            continue;
        enum kl_status st = rename_item(p, i);
        if (st != KL_OK) {
            *e = p->items[i].error;
            return st;
        }
    }
    return KL_OK;
}

enum kl_status upload_prepare(struct vault *v, struct upload_item *items, size_t count,
                              enum upload_on_conflict on_conflict, struct arena *arena, struct error *e) {
    struct prepare p = {.v = v, .items = items, .count = count, .on_conflict = on_conflict, .arena = arena};
    for (size_t i = 0; i < count; i++) {
        enum kl_status st = check_item(&p, &items[i]);
        if (st != KL_OK) {
            *e = items[i].error;
            return st;
        }
    }
    p.status = mem_calloc(count + 1, sizeof *p.status);
    p.reads = mem_calloc(count + 1, sizeof *p.reads);
    p.told = mem_calloc(count + 1, sizeof(struct vault_read *));
    enum kl_status st = read_many(&p, e);
    if (st == KL_OK) {
        thread_each(v->kind->parallel, count, look_up_one, &p);
        st = settle(&p, e);
    }
    for (size_t i = 0; i < count; i++)
        secret_release(&p.reads[i].value);
    free(p.reads);
    free(p.told);
    free(p.status);
    return st;
}
