/* credential.c: the loop over a chain's links, and the cache in front of it. */
#include "backends/credential.h"

#include "base/mem.h"
#include "base/system.h"
#include "base/thread.h"

struct credential_chain {
    const struct credential_link *const *links;
    size_t count;
    void *ctx;
    void (*learn)(void *ctx, struct slice value);
    void *learn_ctx;
    const char *only;
    struct mutex *lock;
    struct credential current;
    size_t used;                     /* SIZE_MAX: none yet */
    char *why[CREDENTIAL_LINKS_MAX]; /* of the links that had none; owned */
};

void credential_release(struct credential *c) {
    secret_release(&c->id);
    secret_release(&c->key);
    secret_release(&c->token);
    *c = (struct credential){0};
}

void credential_copy(struct credential *to, const struct credential *from) {
    credential_release(to);
    secret_set(&to->id, secret_slice(&from->id));
    secret_set(&to->key, secret_slice(&from->key));
    secret_set(&to->token, secret_slice(&from->token));
    to->expires = from->expires;
    memcpy(to->owner, from->owner, sizeof to->owner);
}

struct credential_chain *credential_chain_new(const struct credential_link *const *links, size_t count,
                                              const char *only, void *ctx,
                                              void (*learn)(void *ctx, struct slice value), void *learn_ctx) {
    struct credential_chain *c = mem_calloc(1, sizeof *c);
    c->links = links;
    c->count = count < CREDENTIAL_LINKS_MAX ? count : CREDENTIAL_LINKS_MAX;
    c->only = only;
    c->ctx = ctx;
    c->learn = learn;
    c->learn_ctx = learn_ctx;
    c->lock = mutex_new();
    c->used = SIZE_MAX;
    return c;
}

void credential_chain_free(struct credential_chain *c) {
    if (!c)
        return;
    credential_release(&c->current);
    for (size_t i = 0; i < KL_ARRAY_LEN(c->why); i++)
        free(c->why[i]);
    mutex_free(c->lock);
    free(c);
}

static void tell(const struct credential_chain *c, const struct credential *found) {
    const struct secret *const parts[] = {&found->key, &found->token};
    for (size_t i = 0; c->learn && i < KL_ARRAY_LEN(parts); i++)
        if (parts[i]->len)
            c->learn(c->learn_ctx, secret_slice(parts[i]));
}

static enum kl_status nothing_found(const struct credential_chain *c, struct error *e) {
    struct buf tried = BUF_INIT(KL_ERROR_MESSAGE_MAX / 2);
    for (size_t i = 0; i < c->count; i++)
        if (c->why[i])
            buf_printf(&tried, "%s%s", tried.len ? ", " : "", c->links[i]->name);
    if (!tried.len && c->only)
        error_set(e, KL_ERR_USAGE, "there is no credential called \"%s\"", c->only);
    else
        error_set(e, KL_ERR_CREDENTIALS,
                  "no credential found (tried: %s); \"keylift vaults check\" says why each was not used",
                  buf_cstr(&tried));
    buf_release(&tried);
    return e->status;
}

/* The link that was used once stays the one: another's identity must not take
 * over in the middle of a run. */
static enum kl_status search(struct credential_chain *c, struct error *e) {
    for (size_t i = 0; i < c->count; i++) {
        const struct credential_link *link = c->links[i];
        struct credential found = {0};
        if ((c->used != SIZE_MAX && i != c->used) || (c->only && strcmp(c->only, link->name) != 0))
            continue;
        enum kl_status st = link->find(link, c->ctx, &found, e);
        if (st == KL_OK) {
            credential_release(&c->current);
            c->current = found;
            c->used = i;
            tell(c, &found);
            return KL_OK;
        }
        credential_release(&found);
        free(c->why[i]);
        c->why[i] = mem_strdup(e->message);
        if (st != KL_ERR_NOT_FOUND || c->used != SIZE_MAX) {
            if (st == KL_ERR_NOT_FOUND)
                e->status = KL_ERR_CREDENTIALS;
            return error_prefix(e, "credential %s", link->name);
        }
    }
    return nothing_found(c, e);
}

static bool is_fresh(const struct credential *c) {
    return c->expires == 0 || c->expires > system_unix_time() + CREDENTIAL_EARLY_S;
}

enum kl_status credential_get(struct credential_chain *c, struct credential *out, struct error *e) {
    enum kl_status st = KL_OK;
    mutex_lock(c->lock);
    bool held = c->current.token.len || c->current.key.len;
    if (!held || !is_fresh(&c->current))
        st = search(c, e);
    /* One that lives shorter than "early" is used until it really runs out. */
    if (st != KL_OK && held && c->current.expires > system_unix_time())
        st = KL_OK;
    if (st == KL_OK)
        credential_copy(out, &c->current);
    mutex_unlock(c->lock);
    return st;
}

void credential_reject(struct credential_chain *c, const struct credential *used) {
    mutex_lock(c->lock);
    if (secret_equal(&c->current.token, &used->token) && secret_equal(&c->current.key, &used->key))
        credential_release(&c->current);
    mutex_unlock(c->lock);
}

const char *credential_chain_used(const struct credential_chain *c) {
    return c->used == SIZE_MAX ? NULL : c->links[c->used]->name;
}

void credential_chain_describe(struct credential_chain *c, struct arena *a, const char **lines, size_t *count,
                               size_t max) {
    mutex_lock(c->lock);
    if (c->used != SIZE_MAX && *count < max) {
        const char *owner = c->current.owner;
        lines[(*count)++] = owner[0] ? arena_printf(a, "credential: %s (%s)", c->links[c->used]->name, owner)
                                     : arena_printf(a, "credential: %s", c->links[c->used]->name);
    }
    for (size_t i = 0; i < c->count && *count < max; i++)
        if (c->why[i] && i != c->used)
            lines[(*count)++] = arena_printf(a, "not used: %s: %s", c->links[i]->name, c->why[i]);
    mutex_unlock(c->lock);
}
