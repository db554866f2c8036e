/* aws_config.h: what the environment and AWS's two files say: profiles, region,
 * endpoints. Read once, when the vault is opened; nothing is requested.
 *
 *     aws_config_load     files named by AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE
 *     aws_config_get      a key of a profile, as boto3 merges the two files
 *     aws_region          from --aws-region, the environment, the profile
 *     aws_endpoint_url    where a service of AWS is in that region */
#ifndef KEYLIFT_BACKENDS_AWS_CONFIG_H
#define KEYLIFT_BACKENDS_AWS_CONFIG_H

#include "backends/aws_ini.h"

struct aws_config {
    struct aws_ini config, credentials;
    const char *config_path, *credentials_path; /* for messages, whether they exist or not */
    const char *home;                           /* NULL without HOME */
    const char *profile;                        /* "default" if nobody named one */
    const char *profile_origin;                 /* "--aws-profile", "AWS_PROFILE"; NULL: nobody */
    bool by_flag; /* --aws-profile: the credentials in the environment are passed over */
};

/* KL_ERR_PARSE for a file that boto3 rejects, KL_ERR_USAGE for a profile that is in none. */
enum kl_status aws_config_load(const char *flag_profile, struct arena *a, struct aws_config *out,
                               struct error *e) KL_MUST_USE;
/* The credentials file's value, else the configuration's; NULL. */
const char *aws_config_get(const struct aws_config *c, const char *profile, const char *key);
bool aws_config_has_profile(const struct aws_config *c, const char *profile);
/* Section [profile NAME] of the configuration file; [default] too. */
const struct aws_ini_section *aws_config_profile_section(const struct aws_config *c, const char *profile);
/* Section [sso-session NAME] or [services NAME]. */
const struct aws_ini_section *aws_config_section(const struct aws_config *c, const char *kind,
                                                 const char *name);
/* "~/x" -> HOME and "/x". */
const char *aws_config_path(const struct aws_config *c, struct arena *a, const char *path);

#define AWS_REGION_MAX 63

/* KL_ERR_USAGE when there is none, or it is no name of a region, or AWS_REGION and
 * AWS_DEFAULT_REGION differ. */
enum kl_status aws_region(const struct aws_config *c, const char *flag, const char **region,
                          const char **origin, struct error *e) KL_MUST_USE;

enum aws_service { AWS_SECRETS_MANAGER, AWS_STS, AWS_SSO, AWS_SSO_OIDC };

/* AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL, else the partition's. *origin is the variable's
 * name, or NULL. `flag` is --endpoint: it is where Secrets Manager is, and, on loopback, every
 * service, because an emulator has them all at one address. Without the final "/". */
enum kl_status aws_endpoint_url(const struct aws_config *c, enum aws_service service, const char *flag,
                                const char *region, struct arena *a, const char **url, const char **origin,
                                struct error *e) KL_MUST_USE;

#endif
