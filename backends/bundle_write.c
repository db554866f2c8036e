/* bundle_write.c: read, change, write, and look whether anybody came in between. */
#include "backends/bundle.h"

#include <stdlib.h>

#define ATTEMPTS 8u

struct round {
    struct bundle *b;
    struct bundle_call *calls;
    cJSON *base;   /* as it was read */
    cJSON *fields; /* as it shall be */
    cJSON *theirs; /* what others changed and we wrote over; null for what they took away */
    char read[VAULT_VERSION_MAX], written[VAULT_VERSION_MAX];
    bool exists;
};

static bool writes(const struct bundle_call *c) {
    return c->kind != BUNDLE_GET && !c->settled;
}

static void settle(struct bundle_call *c, const struct error *e) {
    c->status = e->status;
    c->e = *e;
    c->settled = true;
}

static void settle_all(struct round *r, const struct error *e) {
    for (struct bundle_call *c = r->calls; c; c = c->next)
        if (writes(c))
            settle(c, e);
}

static void set_field(cJSON *fields, const char *name, struct slice value) {
    cJSON *old = cJSON_DetachItemFromObjectCaseSensitive(fields, name);
    json_delete_secret(old);
    json_add_slice(fields, name, value);
}

static bool has_value(const cJSON *fields, const struct bundle_call *c) {
    const char *held = json_string(fields, c->name);
    struct secret is = {0};
    secret_set(&is, slice_cstr(held));
    bool same = held && secret_equal(&is, c->value);
    secret_release(&is);
    return same;
}

static enum kl_status fits(const struct round *r, struct error *e) {
    struct buf text = BUF_INIT_SECRET(BUNDLE_MAX_BYTES);
    struct secret whole = {0};
    struct vault *inner = r->b->inner;
    json_print(r->fields, false, &text);
    secret_set(&whole, buf_as_slice(&text));
    enum kl_status st = buf_ok(&text) ? inner->kind->accepts(inner, r->b->name, &whole, e)
                                      : error_set(e, KL_ERR_LIMIT, "%s is too long", r->b->name);
    secret_release(&whole);
    buf_release(&text);
    return st;
}

static cJSON *copy_of(const cJSON *fields) {
    cJSON *copy = cJSON_Duplicate(fields, true);
    return copy ? copy : cJSON_CreateObject();
}

/* Puts one call's field in, or settles the call with the reason why not. */
static void place(struct round *r, struct bundle_call *c) {
    const char *bundle = r->b->name;
    bool there = json_get(r->fields, c->name) != NULL;
    struct error e = {0};
    if (c->kind == BUNDLE_PUT && there && !(c->placed && has_value(r->fields, c))) {
        error_set(&e, KL_ERR_CONFLICT, "the secret %s has a field %s already", bundle, c->name);
        settle(c, &e);
        return;
    }
    if (c->kind == BUNDLE_ADD && !there) {
        error_set(&e, KL_ERR_NOT_FOUND, "the secret %s has no field %s", bundle, c->name);
        settle(c, &e);
        return;
    }
    cJSON *before = copy_of(r->fields);
    set_field(r->fields, c->name, secret_slice(c->value));
    if (fits(r, &e) != KL_OK) {
        json_delete_secret(r->fields);
        r->fields = before;
        error_set(&e, KL_ERR_LIMIT, "%s: the secret %s would be longer than the vault takes", c->name,
                  bundle);
        settle(c, &e);
        return;
    }
    json_delete_secret(before);
    c->placed = true;
}

static bool is_ours(const struct round *r, const char *name) {
    for (const struct bundle_call *c = r->calls; c; c = c->next)
        if (writes(c) && c->kind == BUNDLE_ADD && strcmp(c->name, name) == 0)
            return true;
    return false;
}

/* What others wrote first stays; only a new version that was asked for goes over it. */
static void restore_theirs(struct round *r) {
    const cJSON *field;
    cJSON_ArrayForEach(field, r->theirs) {
        if (is_ours(r, field->string))
            continue;
        json_delete_secret(cJSON_DetachItemFromObjectCaseSensitive(r->fields, field->string));
        if (!cJSON_IsNull(field))
            cJSON_AddItemToObject(r->fields, field->string, cJSON_Duplicate(field, true));
    }
    /* A put that they were faster with has lost. */
    for (struct bundle_call *c = r->calls; c; c = c->next)
        if (writes(c) && c->kind == BUNDLE_PUT && json_get(r->theirs, c->name))
            c->placed = false;
}

static enum kl_status read_base(struct round *r, struct error *e) {
    enum kl_status st = bundle_read(r->b, NULL, &r->base, r->read, e);
    r->exists = st == KL_OK;
    if (st == KL_ERR_NOT_FOUND) {
        r->read[0] = '\0';
        r->base = cJSON_CreateObject();
        st = KL_OK;
    }
    if (st == KL_OK)
        r->fields = copy_of(r->base);
    return st;
}

/* Nothing is written where nobody could tell afterwards what came in between: without
 * the permission for it, say. */
static enum kl_status may_look_behind(const struct round *r, struct error *e) {
    char previous[VAULT_VERSION_MAX];
    struct vault *inner = r->b->inner;
    if (!r->exists || r->written[0])
        return KL_OK;
    enum kl_status st = inner->kind->previous(inner, r->b->name, r->read, previous, e);
    return st == KL_ERR_NOT_FOUND ? KL_OK : st;
}

static enum kl_status write_fields(struct round *r, struct error *e) {
    struct buf text = BUF_INIT_SECRET(BUNDLE_MAX_BYTES);
    struct secret whole = {0};
    struct vault *inner = r->b->inner;
    json_print(r->fields, false, &text);
    secret_set(&whole, buf_as_slice(&text));
    enum kl_status st = r->exists ? inner->kind->add_version(inner, r->b->name, &whole, r->written, e)
                                  : inner->kind->put_if_absent(inner, r->b->name, &whole, r->written, e);
    secret_release(&whole);
    buf_release(&text);
    return st;
}

static void note_change(struct round *r, const char *name, const cJSON *now) {
    json_delete_secret(cJSON_DetachItemFromObjectCaseSensitive(r->theirs, name));
    cJSON_AddItemToObject(r->theirs, name, now ? cJSON_Duplicate(now, true) : cJSON_CreateNull());
}

/* A vault that lags showed an old base: then what came in between may be our own. */
static bool is_own(const struct round *r, const cJSON *between, const char *name) {
    for (const struct bundle_call *c = r->calls; c; c = c->next)
        if (writes(c) && c->placed && strcmp(c->name, name) == 0 && has_value(between, c))
            return true;
    return false;
}

/* base -> theirs -> ours: what theirs changed is remembered for the next round.
 * False when nothing came in between. */
static enum kl_status look_behind(struct round *r, bool *found, struct error *e) {
    char previous[VAULT_VERSION_MAX] = "";
    struct vault *inner = r->b->inner;
    cJSON *between = NULL;
    *found = false;
    enum kl_status st = inner->kind->previous(inner, r->b->name, r->written, previous, e);
    if (st == KL_ERR_NOT_FOUND)
        return KL_OK; /* a later one is there: whether it has our fields is looked at next */
    if (st != KL_OK || strcmp(previous, r->read) == 0)
        return st;
    st = bundle_read(r->b, previous, &between, NULL, e);
    const cJSON *field;
    cJSON_ArrayForEach(field, between) {
        if (!cJSON_Compare(json_get(r->base, field->string), field, true) &&
            !is_own(r, between, field->string))
            note_change(r, field->string, field);
    }
    cJSON_ArrayForEach(field, r->base) {
        if (st == KL_OK && !json_get(between, field->string))
            note_change(r, field->string, NULL);
    }
    *found = st == KL_OK && r->theirs->child;
    json_delete_secret(between);
    return st;
}

/* base -> ours -> theirs: whether what is the latest now has our fields. A vault that
 * lags still shows what we read, or nothing: then the caller's read-back waits. */
static enum kl_status look_ahead(struct round *r, bool *lost, struct error *e) {
    char now[VAULT_VERSION_MAX] = "";
    cJSON *latest = NULL;
    *lost = false;
    enum kl_status st = bundle_read(r->b, NULL, &latest, now, e);
    bool newer = st == KL_OK && strcmp(now, r->written) != 0 && strcmp(now, r->read) != 0;
    for (const struct bundle_call *c = r->calls; c && newer; c = c->next)
        *lost = *lost || (writes(c) && c->placed && !has_value(latest, c));
    json_delete_secret(latest);
    return st == KL_ERR_NOT_FOUND ? KL_OK : st;
}

static void round_clear(struct round *r) {
    json_delete_secret(r->base);
    json_delete_secret(r->fields);
    r->base = r->fields = NULL;
}

/* KL_OK with *again: somebody came in between. */
static enum kl_status one_round(struct round *r, bool *again, struct error *e) {
    bool any = false, behind = false, ahead = false;
    *again = false;
    enum kl_status st = read_base(r, e);
    if (st != KL_OK)
        return st;
    restore_theirs(r);
    for (struct bundle_call *c = r->calls; c; c = c->next) {
        if (writes(c))
            place(r, c);
        any = any || writes(c);
    }
    if ((!any && !r->theirs->child) ||
        (r->exists && cJSON_Compare(r->base, r->fields, true) && r->written[0]))
        return KL_OK;
    st = may_look_behind(r, e);
    if (st != KL_OK)
        return st;
    st = write_fields(r, e);
    if (st == KL_ERR_CONFLICT && !r->exists) {
        *again = true; /* somebody else made the secret just now */
        return KL_OK;
    }
    json_delete_secret(r->theirs);
    r->theirs = cJSON_CreateObject();
    if (st == KL_OK && r->exists)
        st = look_behind(r, &behind, e);
    if (st == KL_OK)
        st = look_ahead(r, &ahead, e);
    *again = behind || ahead;
    return st;
}

void bundle_write(struct bundle *b, struct bundle_call *calls) {
    struct round r = {.b = b, .calls = calls, .theirs = cJSON_CreateObject()};
    struct error e = {0};
    bool any = false, again = true;
    enum kl_status st = KL_OK;
    for (struct bundle_call *c = calls; c; c = c->next)
        any = any || writes(c);
    for (unsigned i = 0; any && again && st == KL_OK; i++) {
        st = i < ATTEMPTS
                 ? one_round(&r, &again, &e)
                 : error_set(&e, KL_ERR_CONFLICT,
                             "others write to the secret %s at the same time; run keylift again", b->name);
        round_clear(&r);
    }
    e.status = st;
    for (struct bundle_call *c = calls; c && st == KL_OK; c = c->next)
        if (writes(c))
            memcpy(c->version_out, r.written, sizeof r.written);
    settle_all(&r, &e);
    json_delete_secret(r.theirs);
}
