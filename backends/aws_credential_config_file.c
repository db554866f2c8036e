/* aws_credential_config_file.c: keys that stand in the configuration file; also what
 * the two links for keys in a file share. */
#include "backends/aws_credential_static.h"

enum kl_status aws_static_find(const struct aws_ini *ini, const struct aws_ini_section *section,
                               const char *path, const char *profile, struct credential *out,
                               struct error *e) {
    const char *id = aws_ini_get(ini, section, "aws_access_key_id");
    const char *key = aws_ini_get(ini, section, "aws_secret_access_key");
    const char *token = aws_ini_get(ini, section, "aws_security_token");
    if (!section)
        return error_set(e, KL_ERR_NOT_FOUND, "%s has no profile \"%s\"", path[0] ? path : "~/.aws", profile);
    if (!id)
        return error_set(e, KL_ERR_NOT_FOUND, "profile \"%s\" in %s has no aws_access_key_id", profile, path);
    if (!key || !key[0] || !id[0])
        return error_set(
            e, KL_ERR_CREDENTIALS,
            "profile \"%s\" in %s has one of aws_access_key_id and aws_secret_access_key; it needs "
            "both",
            profile, path);
    if (!token)
        token = aws_ini_get(ini, section, "aws_session_token");
    secret_set(&out->id, slice_cstr(id));
    secret_set(&out->key, slice_cstr(key));
    secret_set(&out->token, slice_cstr(token));
    snprintf(out->owner, sizeof out->owner, "profile %.200s", profile);
    return KL_OK;
}

enum kl_status aws_profile_config_file(struct aws *w, const char *profile, struct credential *out,
                                       struct error *e) {
    return aws_static_find(&w->config.config, aws_config_profile_section(&w->config, profile),
                           w->config.config_path, profile, out, e);
}

static enum kl_status find(const struct credential_link *link, void *ctx, struct credential *out,
                           struct error *e) {
    struct aws *w = ctx;
    (void)link;
    return aws_profile_config_file(w, w->config.profile, out, e);
}

const struct credential_link aws_credential_config_file = {"config-file", find};
