/* Kubernetes: the pod's service account token, shown to Vault, which asks the
 * cluster whether it is good. (Kubernetes auth method, API reference.) */
#include "backends/hcvault.h"

#define TOKEN_PATH "/var/run/secrets/kubernetes.io/serviceaccount/token"

static enum kl_status find(const struct credential_link *link, void *ctx, struct credential *out,
                           struct error *e) {
    static const char *const role_names[] = {"KUBERNETES_ROLE", "K8S_ROLE"};
    static const char *const mount_names[] = {"KUBERNETES_MOUNT", "K8S_MOUNT"};
    const char *role = NULL, *mount = NULL, *path = hcvault_getenv("KUBERNETES_TOKEN_PATH", NULL);
    struct secret jwt = {0};
    (void)link;
    for (size_t i = 0; i < KL_ARRAY_LEN(role_names); i++) {
        role = role ? role : hcvault_getenv(role_names[i], NULL);
        mount = mount ? mount : hcvault_getenv(mount_names[i], NULL);
    }
    if (!role)
        return error_set(e, KL_ERR_NOT_FOUND, "VAULT_KUBERNETES_ROLE is not set");
    enum kl_status st = hcvault_token_file(path ? path : TOKEN_PATH, &jwt, e);
    if (st == KL_ERR_NOT_FOUND)
        e->status = st = KL_ERR_CREDENTIALS; /* the role was named: somebody meant this one */
    const struct hcvault_login_field fields[] = {{"role", slice_cstr(role)}, {"jwt", secret_slice(&jwt)}};
    if (st == KL_OK)
        st = hcvault_login(ctx, mount ? mount : "kubernetes", fields, KL_ARRAY_LEN(fields), out, e);
    (void)snprintf(out->owner, sizeof out->owner, "role %.100s", role);
    secret_release(&jwt);
    return st;
}

const struct credential_link hcvault_link_kubernetes = {"kubernetes", find};
