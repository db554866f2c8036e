/* gcp_auth.h: how the vault "gcp" gets its bearer token: application default
 * credentials in Google's documented order (AIP-4110), then gcloud's own.
 *
 *     gcp_chain(&auth)          the links, in gcp_credentials.c
 *     credential_get(...)       each link is a file: gcp_credential_<link>.c
 *     auth.project, ...         what the link that was used said of its project
 *
 * A link that has a credential file asks gcp_token_from_file, which chooses the
 * maker by the file's type: gcp_credential_<type>.c. All of it runs under the lock of
 * the chain (credential.h), so that nothing here needs one. */
#ifndef KEYLIFT_BACKENDS_GCP_AUTH_H
#define KEYLIFT_BACKENDS_GCP_AUTH_H

#include "backends/credential.h"
#include "backends/gcp_file.h"
#include "backends/http.h"

#define GCP_SCOPE "https://www.googleapis.com/auth/cloud-platform"
#define GCP_TOKEN_MAX_BYTES ((size_t)64 << 10) /* of a token from outside, and of a request for one */
#define GCP_TEXT_MAX 200u                      /* of a server's words in a message */

struct gcp_auth {
    struct http *http;
    void (*learn)(void *ctx, struct slice value);
    void *observer;
    bool loopback; /* the endpoint is this very machine: an emulator, which needs no credential */
    /* What the credential that was used told; set once, in `arena`. */
    struct arena arena;
    bool known;
    bool anonymous; /* the link "none" was used: no token is sent */
    const char *project, *number, *quota_project;
};

struct credential_chain *gcp_chain(struct gcp_auth *a);

/* Tells the filter of a value before it is used. */
void gcp_learn(const struct gcp_auth *a, struct slice value);
/* Keeps what a credential said of its project; only the first one is kept. NULL: it said nothing. */
void gcp_know(struct gcp_auth *a, const char *project, const char *number, const char *quota_project);
/* A copy of what a server said, fit for a message: one line, bounded, printable. */
const char *gcp_clean(struct slice text, struct arena *a);

enum kl_status gcp_token_from_file(struct gcp_auth *a, const struct gcp_file *f, const char *path,
                                   struct credential *out, struct error *e) KL_MUST_USE;

/* The makers by type. `scope` is what the token shall be good for. */
typedef enum kl_status gcp_token_maker(struct gcp_auth *a, const struct gcp_file *f, const char *path,
                                       struct credential *out, struct error *e);
gcp_token_maker gcp_token_service_account, gcp_token_authorized_user, gcp_token_external_account,
    gcp_token_impersonated;
/* The token of the service account that `f` may act as, got with the token in *out, which it replaces. */
enum kl_status gcp_token_impersonate(struct gcp_auth *a, const struct gcp_file *f, struct credential *out,
                                     struct error *e) KL_MUST_USE;

struct gcp_token_request {
    const char *url, *content_type;
    struct slice body;
    struct slice authorization; /* of the Authorization header, whole; empty: none */
    const char *mend;           /* what the user does when the server refuses */
};

/* POSTs and takes access_token and expires_in from the answer (RFC 6749, 5.1). `id_token`
 * (may be NULL) gets the e-mail that an id_token beside it names. */
enum kl_status gcp_token_post(struct gcp_auth *a, const struct gcp_token_request *r, struct credential *out,
                              struct error *e) KL_MUST_USE;
/* Says why a token was refused: the server's own code and words, then `mend`. */
enum kl_status gcp_token_refused(const struct gcp_token_request *r, const struct http_response *answer,
                                 struct error *e) KL_MUST_USE;
/* "name=value" of a form, percent-encoded, with "&" before all but the first. */
void gcp_form_add(struct buf *form, const char *name, const char *value);
/* "Basic ..." of RFC 7617. */
void gcp_basic(const char *id, const char *secret, struct buf *out);

#endif
