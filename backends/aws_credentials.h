/* aws_credentials.h: the links of AWS's chain, one a file, and what they share. Their
 * order is boto3's (docs/vaults/aws.md), which the rewritten code uses.
 *
 * Each link that reads a profile is also a function of a profile: the source_profile of
 * a role is looked up with them too. All answer KL_ERR_NOT_FOUND, with the reason, when
 * they do not apply. */
#ifndef KEYLIFT_BACKENDS_AWS_CREDENTIALS_H
#define KEYLIFT_BACKENDS_AWS_CREDENTIALS_H

#include "backends/aws.h"

struct credential_chain *aws_credentials_chain(struct aws *w);

extern const struct credential_link aws_credential_environment, aws_credential_assume_role,
    aws_credential_web_identity, aws_credential_sso, aws_credential_shared_file, aws_credential_login,
    aws_credential_process, aws_credential_config_file, aws_credential_container, aws_credential_imds;

/* The same for any profile; `by_env`: the variables of the environment count as well. */
typedef enum kl_status (*aws_profile_fn)(struct aws *w, const char *profile, struct credential *out,
                                         struct error *e);
enum kl_status aws_profile_web_identity(struct aws *w, const char *profile, struct credential *out,
                                        struct error *e);
enum kl_status aws_profile_sso(struct aws *w, const char *profile, struct credential *out, struct error *e);
enum kl_status aws_profile_shared_file(struct aws *w, const char *profile, struct credential *out,
                                       struct error *e);
enum kl_status aws_profile_login(struct aws *w, const char *profile, struct credential *out, struct error *e);
enum kl_status aws_profile_process(struct aws *w, const char *profile, struct credential *out,
                                   struct error *e);
enum kl_status aws_profile_config_file(struct aws *w, const char *profile, struct credential *out,
                                       struct error *e);

/* The sources of credential_source. */
enum kl_status aws_environment_find(struct aws *w, struct credential *out, struct error *e);
enum kl_status aws_container_find(struct aws *w, struct credential *out, struct error *e);
enum kl_status aws_imds_find(struct aws *w, struct credential *out, struct error *e);

/* "AccessKeyId", "SecretAccessKey", `token_key` and "Expiration" of an answer that a
 * process, a container's agent or an instance gave. `temporary`: the last two must be
 * there. `what` names the source in messages. */
enum kl_status aws_credential_from_json(const struct aws *w, struct slice json, const char *token_key,
                                        bool temporary, const char *what, struct credential *out,
                                        struct error *e) KL_MUST_USE;
/* A role's session is named like this unless the user named it. In the arena. */
const char *aws_session_name(struct arena *a);
/* Appends a token that stands in a file, without blanks around it. */
enum kl_status aws_read_token(const struct aws *w, const char *path, struct buf *out,
                              struct error *e) KL_MUST_USE;
/* An HTTP request to a source on this machine: bounded, no proxy, one attempt. */
enum kl_status aws_local_get(struct aws *w, const char *method, const char *url,
                             const struct http_header *headers, size_t count, struct http_response *out,
                             struct error *e) KL_MUST_USE;

#endif
