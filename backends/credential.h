/* credential.h: a provider's chain of credentials: links that are tried in the
 * provider's documented order until one has a credential.
 *
 *     credential_chain_init     the list of links, readable at a glance
 *     credential_get            the credential; cached, and made anew before it runs out
 *     credential_reject         the server said 401: the next credential_get makes a new one
 *     credential_chain_describe what was tried, what was used, and why the others were not
 *     credential_chain_release
 *
 * Each link is a file of its own. It answers KL_ERR_NOT_FOUND, with the reason as
 * the message ("AWS_ACCESS_KEY_ID is not set"), when it does not apply: then the next
 * one is tried. Any other error ends the search, as in the providers' SDKs: who set
 * a credential up wrongly must not be served by another identity.
 *
 * A credential is kept in memory only. May be used from several threads at once. */
#ifndef KEYLIFT_BACKENDS_CREDENTIAL_H
#define KEYLIFT_BACKENDS_CREDENTIAL_H

#include "base/arena.h"
#include "base/error.h"
#include "base/secret.h"

#define CREDENTIAL_LINKS_MAX 16
/* A credential that runs out within this is made anew first. */
#define CREDENTIAL_EARLY_S 300u

struct http;
struct vault_options;

struct credential {
    struct secret id;    /* AWS: the access key id; others: empty */
    struct secret key;   /* AWS: the secret key; others: empty */
    struct secret token; /* AWS: the session token, or empty; others: the bearer token */
    uint64_t expires;    /* Unix seconds; 0: never */
    char owner[256]; /* whose it is, as far as the link knows: an e-mail, a profile, a role. Never a value. */
};

void credential_release(struct credential *c); /* wipes; may be called twice */
void credential_copy(struct credential *to, const struct credential *from);

struct credential_link {
    const char *name; /* in the provider's words; --azure-credential takes it */
    enum kl_status (*find)(const struct credential_link *link, void *ctx, struct credential *out,
                           struct error *e);
};

struct credential_chain;

/* `links` is static; `ctx` is borrowed and passed to each find. `only`: the one link
 * that may be used, by name; NULL: all. `learn` (may be NULL) is told every secret
 * part of every credential, for the filter that masks them. */
struct credential_chain *credential_chain_new(const struct credential_link *const *links, size_t count,
                                              const char *only, void *ctx,
                                              void (*learn)(void *ctx, struct slice value), void *learn_ctx);
void credential_chain_free(struct credential_chain *c); /* wipes; NULL is fine */

/* A copy for the caller to release. KL_ERR_CREDENTIALS when no link has one: the
 * message names what was tried. */
enum kl_status credential_get(struct credential_chain *c, struct credential *out,
                              struct error *e) KL_MUST_USE;
/* Forgets `used` if it is still the current one. */
void credential_reject(struct credential_chain *c, const struct credential *used);

/* The name of the link in use, NULL before the first credential_get. */
const char *credential_chain_used(const struct credential_chain *c);
/* "credential: profile (profile shop)", "not used: environment: AWS_ACCESS_KEY_ID is
 * not set"...: adds lines from *count on, at most `max` in all. In the arena. */
void credential_chain_describe(struct credential_chain *c, struct arena *a, const char **lines, size_t *count,
                               size_t max);

#endif
