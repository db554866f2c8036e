/* VAULT_TOKEN, or BAO_TOKEN: what the command lines of both read first. */
#include "backends/hcvault.h"

static enum kl_status find(const struct credential_link *link, void *ctx, struct credential *out,
                           struct error *e) {
    const char *family = NULL, *token = hcvault_getenv("TOKEN", &family);
    (void)link;
    (void)ctx;
    if (!token)
        return error_set(e, KL_ERR_NOT_FOUND, "neither VAULT_TOKEN nor BAO_TOKEN is set");
    (void)snprintf(out->owner, sizeof out->owner, "%s_TOKEN", family);
    return hcvault_token_text(slice_cstr(token), out->owner, &out->token, e);
}

const struct credential_link hcvault_link_environment = {"environment", find};
