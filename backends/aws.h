/* aws.h: what the files of the vault "aws" share. Each call that may be made:
 *
 *     aws_secrets_send    one operation of Secrets Manager, signed, with a new credential
 *                         when the one at hand ran out
 *     aws_sts_send        one operation of STS, in the query protocol
 *     aws_failure_read    what an answer other than 200 says
 *     aws_failure_explain the same for a person: what, where, what to do
 *
 * Everything in struct aws is set by open and only read after it: calls may come from
 * several threads. */
#ifndef KEYLIFT_BACKENDS_AWS_H
#define KEYLIFT_BACKENDS_AWS_H

#include "backends/aws_config.h"
#include "backends/credential.h"
#include "backends/http.h"
#include "backends/vault.h"
#include "base/json.h"

#define AWS_MAX_VALUE_BYTES ((size_t)65536) /* CreateSecret: SecretString, SecretBinary */
#define AWS_MAX_NAME_BYTES ((size_t)512)
#define AWS_BATCH_NAMES 20u                    /* BatchGetSecretValue: SecretIdList */
#define AWS_MAX_TOKEN_BYTES ((size_t)64 << 10) /* of any bearer, session or identity token */
#define AWS_TAG_KEY "managed-by"
#define AWS_TAG_VALUE "keylift"
#define AWS_TAG_RUN "keylift-run"

struct aws {
    struct vault vault;
    struct arena arena;
    const char *prefix, *kms_key, *run_id; /* prefix never NULL */
    const char *ca_file;
    struct aws_config config;
    const char *region, *region_origin;
    const char *endpoint, *endpoint_origin;
    const char *sts;           /* address of STS in that region */
    const char *endpoint_flag; /* --endpoint */
    struct http *http, *own_http;
    struct credential_chain *chain;
    void (*learn)(void *ctx, struct slice value);
    void *observer;
};

/* Tells the filter a token or key that is about to be used. */
void aws_learn(const struct aws *w, struct slice value);

/* What an answer other than 200 says. The text is the server's, bounded and without
 * control characters; it is shown only for errors whose text cannot hold a value. */
#define AWS_FAILURE_TEXT_MAX 201
struct aws_failure {
    unsigned status;
    char code[64];
    char text[AWS_FAILURE_TEXT_MAX];
    int64_t clock_ahead_s; /* how far this machine's clock is ahead of the server's */
};

void aws_failure_read(const struct http_response *r, struct aws_failure *out);
bool aws_failure_is(const struct aws_failure *f, const char *code);
bool aws_failure_is_expired(const struct aws_failure *f); /* a new credential may help */
/* `action`: "secretsmanager:GetSecretValue". `what`: the secret's or role's name. */
enum kl_status aws_failure_explain(const struct aws_failure *f, const char *action, const char *what,
                                   struct error *e);
bool aws_is_throttled(const struct http_response *r);

/* Sends {body} as `operation` and parses the answer, which the caller frees with
 * json_delete_secret. On a failure that the server told, *why has it too. */
enum kl_status aws_secrets_send(struct aws *w, const char *operation, const char *what, const cJSON *body,
                                cJSON **answer, struct aws_failure *why, struct error *e) KL_MUST_USE;

/* The value in an answer to GetSecretValue, or in an entry of BatchGetSecretValue's.
 * `version` NULL: whichever. */
enum kl_status aws_read_value(const cJSON *answer, const char *stored, const char *version,
                              struct secret *out, char version_out[VAULT_VERSION_MAX],
                              struct error *e) KL_MUST_USE;

/* One parameter of a query. */
struct aws_parameter {
    const char *name;
    struct slice value; /* may be a token */
};
/* `signer` NULL: unsigned, as AssumeRoleWithWebIdentity is. The XML goes to *answer,
 * which the caller releases. `what`: whom it is about, for messages. */
enum kl_status aws_sts_send(struct aws *w, const char *action, const char *what,
                            const struct aws_parameter *parameters, size_t count,
                            const struct credential *signer, struct http_response *answer,
                            struct error *e) KL_MUST_USE;
/* The text of the first such element, entities decoded; false if there is none. */
bool aws_xml_text(struct slice xml, const char *element, struct buf *out) KL_MUST_USE;
/* Account, ARN: whose the credential is. */
enum kl_status aws_sts_caller(struct aws *w, struct arena *a, const char **account, const char **arn,
                              struct error *e) KL_MUST_USE;
/* The Credentials element of AssumeRole and AssumeRoleWithWebIdentity. */
enum kl_status aws_sts_credential(const struct aws *w, const struct http_response *answer,
                                  struct credential *out, struct error *e) KL_MUST_USE;

/* The operations of the vault (aws_secrets.c, aws_batch.c), and what it asks of itself (aws_check.c). */
enum kl_status aws_get(struct vault *v, const char *name, const char *version, struct secret *out,
                       char version_out[VAULT_VERSION_MAX], struct error *e);
enum kl_status aws_get_many(struct vault *v, struct vault_read *reads, size_t count, struct error *e);
enum kl_status aws_put_if_absent(struct vault *v, const char *name, const struct secret *value,
                                 char version_out[VAULT_VERSION_MAX], struct error *e);
enum kl_status aws_add_version(struct vault *v, const char *name, const struct secret *value,
                               char version_out[VAULT_VERSION_MAX], struct error *e);
enum kl_status aws_previous(struct vault *v, const char *name, const char *version,
                            char previous_out[VAULT_VERSION_MAX], struct error *e); /* aws_versions.c */
enum kl_status aws_list(struct vault *v, void (*fn)(void *ctx, const char *name), void *ctx, struct error *e);
enum kl_status aws_accepts(struct vault *v, const char *name, const struct secret *value, struct error *e);
enum kl_status aws_map_name(struct vault *v, const char *name, struct arena *a, const char **out,
                            struct error *e);
enum kl_status aws_identity(struct vault *v, struct arena *a, struct vault_identity *out, struct error *e);
/* aws_policy.c */
enum kl_status aws_policy(struct vault *v, const char *const *stored, size_t count, struct buf *out,
                          struct error *e);
enum kl_status aws_check(struct vault *v, struct arena *a, struct vault_identity *out, struct error *e);

#endif
