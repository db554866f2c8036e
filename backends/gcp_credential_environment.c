/* gcp_credential_environment.c: the file that GOOGLE_APPLICATION_CREDENTIALS names. */
#include "backends/gcp_credentials.h"

#include "base/system.h"

static enum kl_status find(const struct credential_link *link, void *ctx, struct credential *out,
                           struct error *e) {
    (void)link;
    const char *path = system_getenv("GOOGLE_APPLICATION_CREDENTIALS");
    if (!path || !path[0])
        return error_set(e, KL_ERR_NOT_FOUND, "GOOGLE_APPLICATION_CREDENTIALS is not set");
    enum kl_status st = gcp_credential_use_file(ctx, path, out, e);
    /* Who named a file wants that one, and no other identity. */
    if (st == KL_ERR_NOT_FOUND)
        st = error_set(e, KL_ERR_CREDENTIALS, "GOOGLE_APPLICATION_CREDENTIALS names %s, which does not exist",
                       path);
    return st;
}

const struct credential_link gcp_credential_environment = {"environment", find};
