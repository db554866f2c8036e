/* gcp_credential_none.c: no credential, as emulators expect; only for an endpoint on
 * this very machine. */
#include "backends/gcp_credentials.h"

static enum kl_status find(const struct credential_link *link, void *ctx, struct credential *out,
                           struct error *e) {
    struct gcp_auth *a = ctx;
    (void)link;
    if (!a->loopback)
        return error_set(e, KL_ERR_NOT_FOUND,
                         "only an --endpoint on this machine works without a credential");
    snprintf(out->owner, sizeof out->owner, "no credential, for an emulator on this machine");
    a->anonymous = true;
    gcp_know(a, NULL, NULL, NULL);
    return KL_OK;
}

const struct credential_link gcp_credential_none = {"none", find};
