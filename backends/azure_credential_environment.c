/* azure_credential_environment.c: a service principal out of the environment:
 * AZURE_TENANT_ID, AZURE_CLIENT_ID, and AZURE_CLIENT_SECRET or
 * AZURE_CLIENT_CERTIFICATE_PATH. With both, the secret, as azure-identity does. */
#include "backends/azure_credentials.h"

#include "base/encode.h"
#include "base/system.h"

static enum kl_status with_secret(const struct azure_login *login, const char *tenant, const char *client,
                                  const char *secret, struct credential *out, struct error *e) {
    struct buf proof = BUF_INIT_SECRET(4 * AZURE_TOKEN_MAX);
    if (!secret[0])
        return error_set(e, KL_ERR_CREDENTIALS, "AZURE_CLIENT_SECRET is set but empty");
    azure_learn(login, slice_cstr(secret));
    buf_str(&proof, "client_secret=");
    encode_percent(slice_cstr(secret), &proof);
    enum kl_status st = azure_token_request(login, tenant, client, buf_as_slice(&proof), out, e);
    buf_release(&proof);
    return st;
}

static enum kl_status find(const struct credential_link *link, void *ctx, struct credential *out,
                           struct error *e) {
    const struct azure_login *login = ctx;
    const char *configured = system_getenv("AZURE_TENANT_ID"), *client = system_getenv("AZURE_CLIENT_ID");
    const char *secret = system_getenv("AZURE_CLIENT_SECRET");
    const char *certificate = system_getenv("AZURE_CLIENT_CERTIFICATE_PATH"), *tenant;
    (void)link;
    if (!configured || !client || (!secret && !certificate)) {
        if (configured && client && system_getenv("AZURE_USERNAME") && system_getenv("AZURE_PASSWORD"))
            return error_set(
                e, KL_ERR_UNSUPPORTED,
                "signing in with AZURE_USERNAME and AZURE_PASSWORD is not supported (Azure has given "
                "it up); use a client secret, a certificate or \"az login\"");
        return error_set(e, KL_ERR_NOT_FOUND, "%s is not set",
                         !configured ? "AZURE_TENANT_ID"
                         : !client   ? "AZURE_CLIENT_ID"
                                     : "neither AZURE_CLIENT_SECRET nor AZURE_CLIENT_CERTIFICATE_PATH");
    }
    enum kl_status st = azure_tenant_for(login, configured, &tenant, e);
    if (st != KL_OK)
        return st;
    return secret ? with_secret(login, tenant, client, secret, out, e)
                  : azure_certificate_token(login, tenant, client, certificate, out, e);
}

const struct credential_link azure_link_environment = {.name = "environment", .find = find};
