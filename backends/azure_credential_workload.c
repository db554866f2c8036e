/* azure_credential_workload.c: Microsoft Entra Workload ID: the token of a Kubernetes
 * service account, in a file that Kubernetes renews, is the proof. */
#include "backends/azure_credentials.h"

#include "base/file.h"
#include "base/system.h"

/* A pod whose service account names no client is set up wrongly, and not without identity:
 * azure-identity fails there, too. */
static enum kl_status not_configured(const char *missing, struct error *e) {
    bool in_pod = system_getenv("AZURE_AUTHORITY_HOST") && system_getenv("AZURE_TENANT_ID") &&
                  system_getenv("AZURE_FEDERATED_TOKEN_FILE");
    if (in_pod)
        return error_set(
            e, KL_ERR_CREDENTIALS,
            "%s is not set, though AZURE_FEDERATED_TOKEN_FILE is; annotate the service account with "
            "azure.workload.identity/client-id",
            missing);
    return error_set(e, KL_ERR_NOT_FOUND, "%s is not set", missing);
}

static enum kl_status find(const struct credential_link *link, void *ctx, struct credential *out,
                           struct error *e) {
    static const char *const needed[] = {"AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE"};
    const struct azure_login *login = ctx;
    const char *set[KL_ARRAY_LEN(needed)], *tenant, *missing = NULL;
    (void)link;
    for (size_t i = 0; i < KL_ARRAY_LEN(needed); i++) {
        set[i] = system_getenv(needed[i]);
        missing = missing ? missing : set[i] && set[i][0] ? NULL : needed[i];
    }
    if (missing)
        return not_configured(missing, e);
    enum kl_status st = azure_tenant_for(login, set[0], &tenant, e);
    if (st != KL_OK)
        return st;
    struct buf token = BUF_INIT_SECRET(AZURE_TOKEN_MAX), proof = BUF_INIT_SECRET(4 * AZURE_TOKEN_MAX);
    st = file_read(set[2], AZURE_TOKEN_MAX, &token, e);
    struct slice assertion = slice_trim(buf_as_slice(&token));
    if (st == KL_OK && assertion.len == 0)
        st = error_set(e, KL_ERR_CREDENTIALS, "%s is empty", set[2]);
    if (st == KL_OK) {
        azure_learn(login, assertion);
        azure_assertion_form(assertion, &proof);
        st = azure_token_request(login, tenant, set[1], buf_as_slice(&proof), out, e);
    } else {
        e->status = st = KL_ERR_CREDENTIALS;
        error_prefix(e, "AZURE_FEDERATED_TOKEN_FILE");
    }
    buf_release(&token);
    buf_release(&proof);
    return st;
}

const struct credential_link azure_link_workload = {.name = "workload-identity", .find = find};
