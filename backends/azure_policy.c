/* azure_policy.c: the role assignments of a program that reads some secrets, one a
 * secret. (Microsoft Learn: Provide access to Key Vault keys, certificates, and secrets
 * with Azure role-based access control.) Stored names are letters, digits and "-". */
#include "backends/azure.h"

#include "base/buf.h"

enum kl_status azure_policy(struct vault *vault, const char *const *stored, size_t count, struct buf *out,
                            struct error *e) {
    const struct azure_vault *v = (const struct azure_vault *)vault;
    (void)e;
    buf_printf(out,
               "#!/bin/sh\n"
               "# Lets one principal read these secrets of the key vault %s, and no other.\n"
               "# sh FILE OBJECT-ID    the object id of the program's identity\n"
               "set -eu\n"
               "principal=${1:?the object id of the identity that the program runs as}\n"
               "vault=$(az keyvault show --name %s --query id --output tsv)\n",
               v->label, v->label);
    for (size_t i = 0; i < count; i++)
        buf_printf(
            out,
            "az role assignment create --role \"Key Vault Secrets User\" --assignee \"$principal\" \\\n"
            "    --scope \"$vault/secrets/%s\"\n",
            stored[i]);
    return KL_OK;
}
