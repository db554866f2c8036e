/* azure.h: what the files of the Azure Key Vault backend share.
 *
 *   azure.c            the vault kind: opening, whose vault it is, what may be done
 *   azure_address.c    from --azure-vault and --endpoint to a URL and a cloud
 *   azure_names.c      names without "_", and what a value may be
 *   azure_challenge.c  the 401 answer that says which tenant and resource
 *   azure_api.c        one call, with a token
 *   azure_answer.c     answers: secrets, pages
 *   azure_errors.c     what each refusal means, and the next step
 *   azure_secrets.c    get, put, list
 *
 * Sources: "Azure Key Vault REST API reference: Secrets", "Authentication, requests
 * and responses", "About Azure Key Vault secrets", "Azure Key Vault REST API error
 * codes" on Microsoft Learn. */
#ifndef KEYLIFT_BACKENDS_AZURE_H
#define KEYLIFT_BACKENDS_AZURE_H

#include "backends/azure_credentials.h"
#include "backends/credential.h"
#include "backends/http.h"
#include "backends/vault.h"
#include "base/json.h"
#include "base/thread.h"

#define AZURE_API_VERSION "7.4"
#define AZURE_NAME_MAX 127u
#define AZURE_VALUE_MAX 25600u /* bytes of UTF-8: "25k" of the service's limits */
#define AZURE_TAGS_MAX 15u     /* of a secret */
#define AZURE_PAGE_MAX 25u     /* entries of a page, the service's maximum */
#define AZURE_PAGES_MAX 40000u /* a million entries: a vault that never ends is an error */
#define AZURE_TEXT_MAX 200u    /* of the service's own words in a message */
#define AZURE_TAG_OWNER "managed-by"
#define AZURE_TAG_OWNER_VALUE "keylift"
#define AZURE_TAG_RUN "keylift-run"
#define AZURE_STRIPES 16u /* locks of names: two puts of one name wait for each other */

struct azure_cloud {
    const char *name;      /* "public" */
    const char *domain;    /* "vault.azure.net" */
    const char *authority; /* "https://login.microsoftonline.com" */
};

struct azure_vault {
    struct vault vault;
    struct arena arena;
    struct http *http;
    bool owns_http;
    const char *url;                 /* https://shop.vault.azure.net */
    const char *host;                /* shop.vault.azure.net */
    const char *label;               /* for commands: shop */
    const struct azure_cloud *cloud; /* NULL: none of those that are known */
    bool any_resource;  /* --endpoint on loopback with --ca-file: the domain rule does not hold */
    char run[64];       /* value of the tag AZURE_TAG_RUN */
    const char *prefix; /* --prefix as it is stored; "" without one */
    struct azure_login login;
    struct credential_chain *chain;
    struct mutex *lock; /* around the first challenge */
    struct mutex *stripes[AZURE_STRIPES];
    bool challenged; /* login.tenant and login.resource are known */
};

/* azure_address.c */
const struct azure_cloud *azure_cloud_of_host(const char *host); /* NULL if unknown */
enum kl_status azure_address(const struct vault_options *o, struct azure_vault *v,
                             struct error *e) KL_MUST_USE;
/* The path and query of a link that the vault gave, NULL when it leads elsewhere. */
const char *azure_same_host(const struct azure_vault *v, const char *link);

/* azure_names.c. A stored name is the prefix and the name, with "-" for "_". */
enum kl_status azure_prefix(struct azure_vault *v, const char *prefix, struct error *e) KL_MUST_USE;
enum kl_status azure_map_name(struct vault *v, const char *name, struct arena *a, const char **out,
                              struct error *e) KL_MUST_USE;
enum kl_status azure_accepts(struct vault *v, const char *name, const struct secret *value,
                             struct error *e) KL_MUST_USE;
/* For a call: takes a name and a stored name alike. */
enum kl_status azure_stored_name(const struct azure_vault *v, const char *name, char out[AZURE_NAME_MAX + 1],
                                 struct error *e) KL_MUST_USE;
/* The name of a stored name, of whatever case: "api-key" is API_KEY. False if it is outside
 * of the prefix. */
bool azure_logical_name(const struct azure_vault *v, struct slice stored, char out[AZURE_NAME_MAX + 1]);
bool azure_same_name(struct slice stored, const char *other); /* without case */

/* azure_challenge.c */
struct azure_challenge {
    const char *tenant;   /* letters, digits, "-" and "." alone */
    const char *resource; /* https://vault.azure.net */
};
enum kl_status azure_challenge_parse(struct slice header, struct arena *a, struct azure_challenge *out,
                                     struct error *e) KL_MUST_USE;
/* KL_ERR_REFUSED unless the resource's host is a parent domain of `host`. */
enum kl_status azure_challenge_check(const struct azure_challenge *c, const char *host,
                                     struct error *e) KL_MUST_USE;

/* azure_api.c */
struct azure_call {
    const char *method;
    const char *path;  /* "/secrets/API-KEY?api-version=7.4" */
    struct slice body; /* JSON, or empty */
    bool repeatable;
};
/* Finds out tenant and resource, once. */
enum kl_status azure_connect(struct azure_vault *v, struct error *e) KL_MUST_USE;
/* KL_OK for every status but 401. */
enum kl_status azure_send(struct azure_vault *v, const struct azure_call *call, struct http_response *out,
                          struct error *e) KL_MUST_USE;

/* azure_answer.c. Strings are borrowed from the document. */
struct azure_secret {
    cJSON *json; /* owns all of it; azure_secret_release */
    const char *value;
    const cJSON *tags; /* NULL: none */
    const char *content_type;
    char version[VAULT_VERSION_MAX];
    double expires; /* Unix seconds; 0: never */
};
enum kl_status azure_secret_parse(const struct azure_vault *v, const struct http_response *r,
                                  const char *name, struct azure_secret *out, struct error *e) KL_MUST_USE;
void azure_secret_release(struct azure_secret *s);
/* Calls fn for each entry of all pages from `path` on; `name` and `version` are those of its
 * id. `of`: whose versions are listed, for messages; NULL: the vault's secrets. */
typedef void azure_item_fn(void *ctx, const cJSON *item, struct slice name, struct slice version);
enum kl_status azure_each_item(struct azure_vault *v, const char *path, const char *of, azure_item_fn *fn,
                               void *ctx, struct error *e) KL_MUST_USE;

/* azure_errors.c: `what` was asked of `name` (NULL: the whole vault). The service's own
 * words are left out where they might repeat the value. */
enum kl_status azure_refusal(const struct azure_vault *v, const struct http_response *r, const char *what,
                             const char *name, bool may_quote, struct error *e);
/* At most AZURE_TEXT_MAX bytes, without control characters. */
void azure_quote(struct buf *out, const char *text);

/* azure_secrets.c */
enum kl_status azure_get(struct vault *v, const char *name, const char *version, struct secret *out,
                         char version_out[VAULT_VERSION_MAX], struct error *e) KL_MUST_USE;
enum kl_status azure_put_if_absent(struct vault *v, const char *name, const struct secret *value,
                                   char version_out[VAULT_VERSION_MAX], struct error *e) KL_MUST_USE;
enum kl_status azure_add_version(struct vault *v, const char *name, const struct secret *value,
                                 char version_out[VAULT_VERSION_MAX], struct error *e) KL_MUST_USE;
enum kl_status azure_list(struct vault *v, void (*fn)(void *ctx, const char *name), void *ctx,
                          struct error *e) KL_MUST_USE;

/* azure_policy.c */
enum kl_status azure_policy(struct vault *v, const char *const *stored, size_t count, struct buf *out,
                            struct error *e);

#endif
