/* ~/.vault-token, which `vault login` and `bao login` leave behind. */
#include "backends/hcvault.h"

#include "base/file.h"
#include "base/system.h"

#define FILE_NAME ".vault-token"

static enum kl_status find(const struct credential_link *link, void *ctx, struct credential *out,
                           struct error *e) {
    struct arena a = ARENA_INIT;
    const char *home = system_getenv("HOME");
    (void)link;
    (void)ctx;
    if (!home || home[0] != '/')
        return error_set(e, KL_ERR_NOT_FOUND, "HOME is not set, so there is no ~/" FILE_NAME);
    enum kl_status st = hcvault_token_file(path_join(&a, home, FILE_NAME), &out->token, e);
    if (st == KL_OK)
        (void)snprintf(out->owner, sizeof out->owner, "~/" FILE_NAME);
    arena_release(&a);
    return st;
}

const struct credential_link hcvault_link_token_file = {"token-file", find};
