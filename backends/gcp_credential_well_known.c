/* gcp_credential_well_known.c: the file that "gcloud auth application-default login"
 * writes, in gcloud's configuration folder. */
#include "backends/gcp_credentials.h"
#include "backends/gcp_gcloud.h"

static enum kl_status find(const struct credential_link *link, void *ctx, struct credential *out,
                           struct error *e) {
    struct gcp_auth *auth = ctx;
    struct arena a = ARENA_INIT;
    (void)link;
    const char *path = gcp_gcloud_well_known(&a);
    enum kl_status st = path ? gcp_credential_use_file(auth, path, out, e)
                             : error_set(e, KL_ERR_NOT_FOUND, "HOME is not set");
    if (st == KL_ERR_NOT_FOUND && path)
        error_set(e, st, "there is no %s (gcloud auth application-default login makes it)", path);
    arena_release(&a);
    return st;
}

const struct credential_link gcp_credential_well_known = {"application-default", find};
