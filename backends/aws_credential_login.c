/* aws_credential_login.c: a profile of `aws login`. Its sessions are signed with a key
 * of the AWS CLI's own; boto3 too reads them only with an extra package. Passing it over
 * would serve the user with another identity, so it ends the search. */
#include "backends/aws_credentials.h"

enum kl_status aws_profile_login(struct aws *w, const char *profile, struct credential *out,
                                 struct error *e) {
    (void)out;
    if (!aws_config_get(&w->config, profile, "login_session"))
        return error_set(e, KL_ERR_NOT_FOUND, "profile \"%s\" has no login_session", profile);
    return error_set(
        e, KL_ERR_CREDENTIALS,
        "profile \"%s\" was made by \"aws login\", which keylift does not read; run: eval \"$(aws "
        "configure export-credentials --profile %s --format env)\"",
        profile, profile);
}

static enum kl_status find(const struct credential_link *link, void *ctx, struct credential *out,
                           struct error *e) {
    struct aws *w = ctx;
    (void)link;
    return aws_profile_login(w, w->config.profile, out, e);
}

const struct credential_link aws_credential_login = {"login", find};
