/* aws_credential_static.h: keys that stand in one of the two files. */
#ifndef KEYLIFT_BACKENDS_AWS_CREDENTIAL_STATIC_H
#define KEYLIFT_BACKENDS_AWS_CREDENTIAL_STATIC_H

#include "backends/aws_credentials.h"

/* `section` NULL: the file has no such profile. */
enum kl_status aws_static_find(const struct aws_ini *ini, const struct aws_ini_section *section,
                               const char *path, const char *profile, struct credential *out,
                               struct error *e) KL_MUST_USE;

#endif
