/* gcp_credential_gcloud.c: the account that the gcloud command is signed in with. */
#include "backends/gcp_credentials.h"
#include "backends/gcp_gcloud.h"

#include "base/process.h"
#include "base/system.h"

#define TIMEOUT_MS 60000u /* it is a Python program, and may have to renew its own token */

static enum kl_status find(const struct credential_link *link, void *ctx, struct credential *out,
                           struct error *e) {
    static const char *const argv[] = {"gcloud", "auth", "print-access-token", "--quiet", NULL};
    const struct process_request request = {
        .argv = argv, .cwd = "/", .max_output = GCP_TOKEN_MAX_BYTES, .timeout_ms = TIMEOUT_MS};
    struct process_result result = {0};
    struct gcp_auth *auth = ctx;
    struct arena a = ARENA_INIT;
    (void)link;
    enum kl_status st = process_run(&request, &result, e);
    struct slice token = slice_trim(buf_as_slice(&result.out));
    if (st == KL_ERR_NOT_FOUND) {
        error_set(e, st, "gcloud is not installed");
    } else if (st == KL_OK && (result.exit_code != 0 || !token.len)) {
        st = error_set(e, KL_ERR_NOT_FOUND, "gcloud gives no token (run: gcloud auth login)");
    } else if (st == KL_OK && slice_find_byte(token, '\n', 0) != SIZE_MAX) {
        st = error_set(e, KL_ERR_CREDENTIALS, "gcloud auth print-access-token printed more than a token");
    } else if (st == KL_OK) {
        const char *account = gcp_gcloud_property("account", &a);
        gcp_learn(auth, token);
        secret_set(&out->token, token);
        /* gcloud does not say when it runs out; a refused one is asked for anew. */
        snprintf(out->owner, sizeof out->owner, "%s", account ? account : "");
        gcp_know(auth, NULL, NULL, NULL);
    }
    process_result_release(&result);
    arena_release(&a);
    return st;
}

const struct credential_link gcp_credential_gcloud = {"gcloud", find};
