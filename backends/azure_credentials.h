/* azure_credentials.h: the chain of credentials for Azure: the links of azure-identity's
 * DefaultAzureCredential, in its order, as far as they make sense for a command-line
 * program: environment, workload identity, managed identity, Azure CLI.
 *
 * Sources: "DefaultAzureCredential overview", "Microsoft identity platform and the OAuth
 * 2.0 client credentials flow", "Microsoft identity platform application authentication
 * certificate credentials", "How to use managed identities for App Service", "How to use
 * managed identities on an Azure VM to acquire an access token" on Microsoft Learn. */
#ifndef KEYLIFT_BACKENDS_AZURE_CREDENTIALS_H
#define KEYLIFT_BACKENDS_AZURE_CREDENTIALS_H

#include "backends/credential.h"
#include "backends/http.h"

#define AZURE_TOKEN_MAX (64u << 10) /* of a token, and of a file that holds one */

/* What every link needs: the ctx of the chain. */
struct azure_login {
    struct http *http;
    const char *authority; /* https://login.microsoftonline.com, no final slash */
    const char *tenant;    /* of the vault, from its challenge */
    const char *resource;  /* https://vault.azure.net */
    void (*learn)(void *ctx, struct slice value);
    void *observer;
};

/* `name`: --azure-credential, or NULL; AZURE_TOKEN_CREDENTIALS then narrows the list as
 * it does for the SDK. */
enum kl_status azure_credentials_open(const char *name, struct azure_login *login,
                                      struct credential_chain **out, struct error *e) KL_MUST_USE;
/* AZURE_AUTHORITY_HOST, else `otherwise`. KL_ERR_USAGE unless it is https. */
enum kl_status azure_authority(const char *otherwise, struct arena *a, const char **out,
                               struct error *e) KL_MUST_USE;

extern const struct credential_link azure_link_environment;
extern const struct credential_link azure_link_workload;
extern const struct credential_link azure_link_managed;
extern const struct credential_link azure_link_cli;

/* azure_token.c */
/* Tells the filter of a secret that is not a credential by itself. */
void azure_learn(const struct azure_login *login, struct slice value);
/* AZURE_TENANT_ID for a token of the vault's tenant; an error if they differ. */
enum kl_status azure_tenant_for(const struct azure_login *login, const char *configured, const char **out,
                                struct error *e) KL_MUST_USE;
/* Asks the authority for a token of login->resource. `proof`: the rest of the form,
 * "client_secret=..." or an assertion, encoded. */
enum kl_status azure_token_request(const struct azure_login *login, const char *tenant, const char *client,
                                   struct slice proof, struct credential *out, struct error *e) KL_MUST_USE;
/* The form of a signed assertion (RFC 7523). */
void azure_assertion_form(struct slice assertion, struct buf *form);
/* A JSON answer with access_token and expires_in or expires_on, into `out` with its owner.
 * `whose` names who answered. */
enum kl_status azure_token_parse(struct slice json, const char *whose, struct credential *out,
                                 struct error *e) KL_MUST_USE;
/* Takes the token, its end and, out of its payload, its owner. `expires` 0: from the payload. */
enum kl_status azure_token_take(struct slice token, uint64_t expires, struct credential *out,
                                struct error *e) KL_MUST_USE;

/* What the payload of a token says. Not verified: it is for people to read. */
struct azure_claims {
    char object[64], application[64], tenant[64], user[128]; /* empty: not there, or not printable */
    uint64_t expires;
};
void azure_claims_read(struct slice token, struct azure_claims *out);

/* azure_credential_certificate.c: the environment link's other half. */
enum kl_status azure_certificate_token(const struct azure_login *login, const char *tenant,
                                       const char *client, const char *path, struct credential *out,
                                       struct error *e) KL_MUST_USE;

#endif
