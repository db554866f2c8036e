/* gcp_policy.c: the bindings of a program that reads some secrets, one a secret. (Google
 * Cloud: Access control with IAM, Secret Manager.) Stored names are letters, digits, "-"
 * and "_". */
#include "backends/gcp.h"

#include "base/buf.h"

enum kl_status gcp_policy(struct vault *vault, const char *const *stored, size_t count, struct buf *out,
                          struct error *e) {
    struct gcp_vault *v = (struct gcp_vault *)vault;
    struct arena a = ARENA_INIT;
    enum kl_status st = gcp_start(v, e);
    if (st == KL_OK) {
        buf_printf(out,
                   "#!/bin/sh\n"
                   "# Lets one principal read these secrets of the %s, and no other.\n"
                   "# sh FILE MEMBER    such as serviceAccount:app@PROJECT.iam.gserviceaccount.com\n"
                   "set -eu\n"
                   "member=${1:?the principal that the program runs as}\n",
                   gcp_place(v, &a));
        for (size_t i = 0; i < count; i++)
            buf_printf(out,
                       "gcloud secrets add-iam-policy-binding %s %s \\\n"
                       "    --member \"$member\" --role roles/secretmanager.secretAccessor\n",
                       stored[i], gcp_flags(v, &a));
    }
    arena_release(&a);
    return st;
}
