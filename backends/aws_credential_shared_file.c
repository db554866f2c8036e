/* aws_credential_shared_file.c: keys that stand in the credentials file. */
#include "backends/aws_credential_static.h"

enum kl_status aws_profile_shared_file(struct aws *w, const char *profile, struct credential *out,
                                       struct error *e) {
    return aws_static_find(&w->config.credentials, aws_ini_find(&w->config.credentials, profile),
                           w->config.credentials_path, profile, out, e);
}

static enum kl_status find(const struct credential_link *link, void *ctx, struct credential *out,
                           struct error *e) {
    struct aws *w = ctx;
    (void)link;
    return aws_profile_shared_file(w, w->config.profile, out, e);
}

const struct credential_link aws_credential_shared_file = {"shared-credentials-file", find};
