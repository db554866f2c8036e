/* gcp_gcloud.h: what the gcloud command keeps in its configuration folder: the file
 * of application default credentials, and the active configuration's properties. */
#ifndef KEYLIFT_BACKENDS_GCP_GCLOUD_H
#define KEYLIFT_BACKENDS_GCP_GCLOUD_H

#include "base/arena.h"

/* $CLOUDSDK_CONFIG, or ~/.config/gcloud; NULL without a home. */
const char *gcp_gcloud_folder(struct arena *a);
/* application_default_credentials.json in it; NULL without a home. */
const char *gcp_gcloud_well_known(struct arena *a);
/* A property of section "core" ("project", "account") as gcloud itself would see it:
 * $CLOUDSDK_CORE_PROJECT, else the active configuration. NULL if unset. */
const char *gcp_gcloud_property(const char *key, struct arena *a);
/* The value of `key` in `section` of an INI text, of several the last; NULL if absent.
 * Blanks around names and values do not count; "#" and ";" begin a comment line. */
const char *gcp_ini_find(struct slice text, const char *section, const char *key, struct arena *a);

#endif
