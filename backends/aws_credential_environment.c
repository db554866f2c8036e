/* aws_credential_environment.c: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and
 * AWS_SESSION_TOKEN. Who names a profile on the command line means that one. */
#include "backends/aws_credentials.h"
#include "backends/aws_time.h"

#include "base/system.h"

static const char *set_or_null(const char *name) {
    const char *value = system_getenv(name);
    return value && value[0] ? value : NULL;
}

enum kl_status aws_environment_find(struct aws *w, struct credential *out, struct error *e) {
    const char *id = set_or_null("AWS_ACCESS_KEY_ID"), *key = set_or_null("AWS_SECRET_ACCESS_KEY");
    const char *token = set_or_null("AWS_SECURITY_TOKEN"), *ends = set_or_null("AWS_CREDENTIAL_EXPIRATION");
    (void)w;
    if (!token)
        token = set_or_null("AWS_SESSION_TOKEN");
    if (!id)
        return error_set(e, KL_ERR_NOT_FOUND, "AWS_ACCESS_KEY_ID is not set");
    if (!key)
        return error_set(e, KL_ERR_CREDENTIALS,
                         "AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY; set both, or neither");
    if (ends && !aws_time_iso(slice_cstr(ends), &out->expires))
        return error_set(e, KL_ERR_CREDENTIALS, "AWS_CREDENTIAL_EXPIRATION is not a time in ISO 8601");
    if (out->expires && out->expires <= system_unix_time())
        return error_set(e, KL_ERR_CREDENTIALS,
                         "AWS_CREDENTIAL_EXPIRATION says that the credential in the environment has run out");
    secret_set(&out->id, slice_cstr(id));
    secret_set(&out->key, slice_cstr(key));
    secret_set(&out->token, slice_cstr(token));
    snprintf(out->owner, sizeof out->owner, "AWS_ACCESS_KEY_ID");
    return KL_OK;
}

static enum kl_status find(const struct credential_link *link, void *ctx, struct credential *out,
                           struct error *e) {
    struct aws *w = ctx;
    (void)link;
    if (w->config.by_flag)
        return error_set(e, KL_ERR_NOT_FOUND, "--aws-profile names a profile, which goes before it");
    return aws_environment_find(w, out, e);
}

const struct credential_link aws_credential_environment = {"environment", find};
