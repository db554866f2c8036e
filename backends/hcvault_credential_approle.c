/* AppRole: a role id and, unless the role needs none, a secret id. (AppRole auth
 * method, API reference.) */
#include "backends/hcvault.h"

static enum kl_status find(const struct credential_link *link, void *ctx, struct credential *out,
                           struct error *e) {
    const char *role = hcvault_getenv("ROLE_ID", NULL), *secret = hcvault_getenv("SECRET_ID", NULL);
    const char *file = hcvault_getenv("SECRET_ID_FILE", NULL), *mount = hcvault_getenv("APPROLE_MOUNT", NULL);
    struct secret from_file = {0};
    enum kl_status st = KL_OK;
    (void)link;
    if (!role)
        return error_set(e, KL_ERR_NOT_FOUND, "VAULT_ROLE_ID is not set");
    if (!secret && file && (st = hcvault_token_file(file, &from_file, e)) == KL_ERR_NOT_FOUND)
        e->status = st = KL_ERR_CREDENTIALS; /* it was asked for by name */
    const struct hcvault_login_field fields[] = {
        {"role_id", slice_cstr(role)},
        {"secret_id", secret ? slice_cstr(secret) : secret_slice(&from_file)},
    };
    if (st == KL_OK)
        st = hcvault_login(ctx, mount ? mount : "approle", fields, KL_ARRAY_LEN(fields), out, e);
    (void)snprintf(out->owner, sizeof out->owner, "the role of VAULT_ROLE_ID");
    secret_release(&from_file);
    return st;
}

const struct credential_link hcvault_link_approle = {"approle", find};
