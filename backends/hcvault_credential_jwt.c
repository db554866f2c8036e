/* JWT: a signed token of another issuer (a CI system, a cloud), from a variable or a
 * file, for a role; without a role, the mount's default one. (JWT/OIDC auth method,
 * API reference.) */
#include "backends/hcvault.h"

static enum kl_status find(const struct credential_link *link, void *ctx, struct credential *out,
                           struct error *e) {
    const char *given = hcvault_getenv("JWT", NULL), *path = hcvault_getenv("JWT_FILE", NULL);
    const char *role = hcvault_getenv("JWT_ROLE", NULL), *mount = hcvault_getenv("JWT_MOUNT", NULL);
    struct secret jwt = {0};
    (void)link;
    if (!given && !path)
        return error_set(e, KL_ERR_NOT_FOUND, "neither VAULT_JWT nor VAULT_JWT_FILE is set");
    enum kl_status st = given ? hcvault_token_text(slice_cstr(given), "VAULT_JWT", &jwt, e)
                              : hcvault_token_file(path, &jwt, e);
    if (st == KL_ERR_NOT_FOUND)
        e->status = st = KL_ERR_CREDENTIALS; /* it was asked for by name */
    const struct hcvault_login_field fields[] = {{"role", slice_cstr(role)}, {"jwt", secret_slice(&jwt)}};
    if (st == KL_OK)
        st = hcvault_login(ctx, mount ? mount : "jwt", fields, KL_ARRAY_LEN(fields), out, e);
    (void)snprintf(out->owner, sizeof out->owner, role ? "role %.100s" : "the default role%.0s",
                   role ? role : "");
    secret_release(&jwt);
    return st;
}

const struct credential_link hcvault_link_jwt = {"jwt", find};
