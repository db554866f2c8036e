/* aws_credential_web_identity.c: a token in a file (a Kubernetes service account, a CI
 * job) is traded for a role: AssumeRoleWithWebIdentity, which needs no signature. */
#include "backends/aws_credentials.h"

#include "base/system.h"

static const struct {
    const char *key, *variable;
} settings[] = {
    {"web_identity_token_file", "AWS_WEB_IDENTITY_TOKEN_FILE"},
    {"role_arn", "AWS_ROLE_ARN"},
    {"role_session_name", "AWS_ROLE_SESSION_NAME"},
};

static enum kl_status trade(struct aws *w, const char *file, const char *role, const char *session,
                            struct credential *out, struct error *e) {
    struct buf token = BUF_INIT_SECRET(AWS_MAX_TOKEN_BYTES);
    struct http_response answer = {0};
    enum kl_status st = aws_read_token(w, file, &token, e);
    if (st == KL_OK) {
        const struct aws_parameter parameters[] = {
            {"RoleArn", slice_cstr(role)},
            {"RoleSessionName", slice_cstr(session)},
            {"WebIdentityToken", buf_as_slice(&token)},
        };
        st = aws_sts_send(w, "AssumeRoleWithWebIdentity", role, parameters, KL_ARRAY_LEN(parameters), NULL,
                          &answer, e);
    }
    if (st == KL_OK)
        st = aws_sts_credential(w, &answer, out, e);
    snprintf(out->owner, sizeof out->owner, "role %.200s", role);
    http_response_release(&answer);
    buf_release(&token);
    return st;
}

static enum kl_status find_for(struct aws *w, const char *profile, bool by_env, struct credential *out,
                               struct error *e) {
    const char *values[KL_ARRAY_LEN(settings)];
    struct arena scratch = ARENA_INIT;
    enum kl_status st;
    for (size_t i = 0; i < KL_ARRAY_LEN(settings); i++) {
        values[i] = by_env ? system_getenv(settings[i].variable) : NULL;
        if (!values[i])
            values[i] = aws_config_get(&w->config, profile, settings[i].key);
    }
    const char *file = values[0], *role = values[1], *session = values[2];
    if (!file || !file[0])
        st = error_set(
            e, KL_ERR_NOT_FOUND,
            "neither AWS_WEB_IDENTITY_TOKEN_FILE nor web_identity_token_file in profile \"%s\" is set",
            profile);
    else if (!role || !role[0])
        st = error_set(
            e, KL_ERR_CREDENTIALS,
            "a web identity token file is set without a role; set AWS_ROLE_ARN, or role_arn in profile "
            "\"%s\"",
            profile);
    else
        st = trade(w, file, role, session ? session : aws_session_name(&scratch), out, e);
    arena_release(&scratch);
    return st;
}

enum kl_status aws_profile_web_identity(struct aws *w, const char *profile, struct credential *out,
                                        struct error *e) {
    return find_for(w, profile, false, out, e);
}

static enum kl_status find(const struct credential_link *link, void *ctx, struct credential *out,
                           struct error *e) {
    struct aws *w = ctx;
    (void)link;
    return find_for(w, w->config.profile, !w->config.by_flag, out, e);
}

const struct credential_link aws_credential_web_identity = {"web-identity", find};
