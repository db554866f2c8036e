/* gcp_credentials.h: the links of the chain, one a file, and what those with a
 * credential file share. */
#ifndef KEYLIFT_BACKENDS_GCP_CREDENTIALS_H
#define KEYLIFT_BACKENDS_GCP_CREDENTIALS_H

#include "backends/gcp_auth.h"

extern const struct credential_link gcp_credential_environment; /* GOOGLE_APPLICATION_CREDENTIALS */
extern const struct credential_link gcp_credential_well_known;  /* gcloud auth application-default login */
extern const struct credential_link gcp_credential_metadata;    /* Compute Engine, GKE, Cloud Run */
extern const struct credential_link gcp_credential_gcloud;      /* gcloud auth print-access-token */
extern const struct credential_link gcp_credential_none;        /* an emulator on this machine */

/* KL_ERR_NOT_FOUND: there is no such file. */
enum kl_status gcp_credential_use_file(struct gcp_auth *a, const char *path, struct credential *out,
                                       struct error *e) KL_MUST_USE;

#endif
