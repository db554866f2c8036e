/* vault_lookup.h: what the vault holds under some names. Each name is asked for once.
 *
 *     struct vault_lookup l = VAULT_LOOKUP_INIT(&m->session);
 *     vault_lookup_add(&l, "API_KEY");       as often as there are names
 *     vault_lookup_ask(&l);                  those that are new since the last time
 *     if (l.failed != KL_OK) ...             the vault as a whole cannot be read
 *     vault_lookup_find(&l, "API_KEY")
 *     vault_lookup_release(&l); */
#ifndef KEYLIFT_CLI_VAULT_LOOKUP_H
#define KEYLIFT_CLI_VAULT_LOOKUP_H

#include "cli/vault_session.h"

struct vault_held {
    const char *name;      /* borrowed */
    enum kl_status status; /* of the look-up; KL_ERR_NOT_FOUND: the vault has none */
    struct secret value;
    struct error error;
};

struct vault_lookup {
    const struct vault_session *session;
    struct vault_held *items;
    size_t count, capacity, asked;
    enum kl_status failed; /* no more is asked of the vault */
    struct error error;
};

#define VAULT_LOOKUP_INIT(s)                                                                                 \
    { .session = (s) }

void vault_lookup_add(struct vault_lookup *l, const char *name);
void vault_lookup_ask(struct vault_lookup *l);
/* NULL: it was not added. */
struct vault_held *vault_lookup_find(const struct vault_lookup *l, const char *name);
void vault_lookup_release(struct vault_lookup *l);

#endif
