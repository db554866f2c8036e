/* hcvault_policy.c: the policy of a program that reads some secrets. (Vault: Policies;
 * KV secrets engine, version 2: ACL rules.) Paths are plain: no "*" or "+" in them. */
#include "backends/hcvault.h"

#include "base/buf.h"

enum kl_status hcvault_policy(struct vault *vault, const char *const *stored, size_t count, struct buf *out,
                              struct error *e) {
    struct hcvault *v = (struct hcvault *)vault;
    enum kl_status st = hcvault_ready(v, e);
    if (st != KL_OK)
        return st;
    buf_printf(out, "# Lets a program read these secrets, and no other:\n");
    buf_printf(out, "# vault policy write%s%s NAME FILE\n", v->namespace ? " -namespace=" : "",
               v->namespace ? v->namespace : "");
    for (size_t i = 0; i < (v->bundle ? 1 : count); i++)
        buf_printf(out, "path \"%sdata/%s%s\" {\n  capabilities = [\"read\"]\n}\n", v->mount,
                   v->bundle ? v->prefix : "", v->bundle ? v->bundle : stored[i]);
    return KL_OK;
}
