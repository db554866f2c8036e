/* aws_credential_assume_role.c: a profile with role_arn. Its source is another profile
 * (source_profile), which may be a role again, or a source by name (credential_source).
 * The chain is first followed to its end, then each role is assumed with what the one
 * behind it gave. Source: "Assume role credential provider" in the AWS SDKs and Tools
 * Reference Guide. */
#include "backends/aws_credentials.h"

#define ROLE_CHAIN_MAX 8u /* profiles between the one in use and the keys */

struct role_chain {
    const char *profiles[ROLE_CHAIN_MAX];
    size_t count;
    const char *source;            /* profile that has the keys; NULL: by name */
    const char *credential_source; /* "Environment" */
};

static const struct {
    const char *name;
    enum kl_status (*find)(struct aws *w, struct credential *out, struct error *e);
} sources[] = {
    {"Environment", aws_environment_find},
    {"EcsContainer", aws_container_find},
    {"Ec2InstanceMetadata", aws_imds_find},
};

/* The links that read a profile, in the chain's order. */
static const aws_profile_fn profile_links[] = {aws_profile_web_identity, aws_profile_sso,
                                               aws_profile_shared_file,  aws_profile_login,
                                               aws_profile_process,      aws_profile_config_file};

static const char *get(const struct aws *w, const char *profile, const char *key) {
    return aws_config_get(&w->config, profile, key);
}

/* With web_identity_token_file, the role is the web identity's. */
static bool is_role(const struct aws *w, const char *profile) {
    return get(w, profile, "role_arn") && !get(w, profile, "web_identity_token_file");
}

static bool has_keys(const struct aws *w, const char *profile) {
    return get(w, profile, "aws_access_key_id") || get(w, profile, "aws_secret_access_key");
}

static bool is_visited(const struct role_chain *c, const char *profile) {
    for (size_t i = 0; i < c->count; i++)
        if (strcmp(c->profiles[i], profile) == 0)
            return true;
    return false;
}

/* One step: what `profile` is assumed with. *next is set when that is a role as well. */
static enum kl_status follow(const struct aws *w, const char *profile, struct role_chain *c,
                             const char **next, struct error *e) {
    const char *source = get(w, profile, "source_profile"), *named = get(w, profile, "credential_source");
    *next = NULL;
    if (!source == !named)
        return error_set(e, KL_ERR_CREDENTIALS,
                         "profile \"%s\" has role_arn, and must have one of source_profile and "
                         "credential_source; it has %s",
                         profile, source ? "both" : "neither");
    if (named) {
        c->credential_source = named;
        return KL_OK;
    }
    if (!aws_config_has_profile(&w->config, source))
        return error_set(e, KL_ERR_CREDENTIALS, "the source_profile \"%s\" of profile \"%s\" is in no file",
                         source, profile);
    /* A profile may name itself: then its own keys assume its role. */
    bool itself = strcmp(source, profile) == 0 && has_keys(w, source);
    if (is_visited(c, source) && !itself)
        return error_set(e, KL_ERR_CREDENTIALS, "the source_profile of \"%s\" leads back to \"%s\"", profile,
                         source);
    if (has_keys(w, source) || !is_role(w, source))
        c->source = source;
    else
        *next = source;
    return KL_OK;
}

static enum kl_status follow_all(const struct aws *w, const char *profile, struct role_chain *c,
                                 struct error *e) {
    enum kl_status st = KL_OK;
    for (const char *next; st == KL_OK && profile; profile = next) {
        if (c->count == ROLE_CHAIN_MAX)
            return error_set(e, KL_ERR_LIMIT, "more than %u roles are chained by source_profile",
                             ROLE_CHAIN_MAX);
        c->profiles[c->count++] = profile;
        st = follow(w, profile, c, &next, e);
    }
    return st;
}

static enum kl_status by_name(struct aws *w, const struct role_chain *c, struct credential *out,
                              struct error *e) {
    const char *profile = c->profiles[c->count - 1];
    for (size_t i = 0; i < KL_ARRAY_LEN(sources); i++) {
        if (strcmp(sources[i].name, c->credential_source) != 0)
            continue;
        enum kl_status st = sources[i].find(w, out, e);
        if (st == KL_ERR_NOT_FOUND)
            e->status = st = KL_ERR_CREDENTIALS;
        if (st != KL_OK)
            error_prefix(e, "credential_source %s of profile \"%s\"", c->credential_source, profile);
        return st;
    }
    return error_set(e, KL_ERR_CREDENTIALS,
                     "credential_source \"%.80s\" of profile \"%s\" is none of Environment, EcsContainer and "
                     "Ec2InstanceMetadata",
                     c->credential_source, profile);
}

static enum kl_status by_profile(struct aws *w, const char *profile, struct credential *out,
                                 struct error *e) {
    for (size_t i = 0; i < KL_ARRAY_LEN(profile_links); i++) {
        credential_release(out);
        enum kl_status st = profile_links[i](w, profile, out, e);
        if (st != KL_ERR_NOT_FOUND)
            return st;
    }
    return error_set(e, KL_ERR_CREDENTIALS, "the source profile \"%s\" has no credential", profile);
}

static enum kl_status assume(struct aws *w, const char *profile, const struct credential *with,
                             struct credential *out, struct error *e) {
    struct arena scratch = ARENA_INIT;
    struct http_response answer = {0};
    const char *role = get(w, profile, "role_arn"), *session = get(w, profile, "role_session_name");
    const char *seconds = get(w, profile, "duration_seconds");
    enum kl_status st;
    bool number = seconds && seconds[0] && strspn(seconds, "0123456789") == strlen(seconds);
    const struct aws_parameter parameters[] = {
        {"RoleArn", slice_cstr(role)},
        {"RoleSessionName", slice_cstr(session ? session : aws_session_name(&scratch))},
        {"ExternalId", slice_cstr(get(w, profile, "external_id"))},
        {"DurationSeconds", slice_cstr(number ? seconds : NULL)}, /* boto3 passes over what is no number */
    };
    if (get(w, profile, "mfa_serial"))
        st = error_set(
            e, KL_ERR_CREDENTIALS,
            "profile \"%s\" needs a code of a second factor (mfa_serial), which keylift does not ask "
            "for; run: eval \"$(aws configure export-credentials --profile %s --format env)\"",
            profile, w->config.profile);
    else
        st = aws_sts_send(w, "AssumeRole", role, parameters, KL_ARRAY_LEN(parameters), with, &answer, e);
    if (st == KL_OK)
        st = aws_sts_credential(w, &answer, out, e);
    snprintf(out->owner, sizeof out->owner, "profile %.100s, role %.140s", profile, role);
    http_response_release(&answer);
    arena_release(&scratch);
    return st;
}

static enum kl_status find(const struct credential_link *link, void *ctx, struct credential *out,
                           struct error *e) {
    struct aws *w = ctx;
    struct role_chain chain = {.count = 0};
    (void)link;
    if (!is_role(w, w->config.profile))
        return error_set(e, KL_ERR_NOT_FOUND, "profile \"%s\" has no role_arn", w->config.profile);
    enum kl_status st = follow_all(w, w->config.profile, &chain, e);
    if (st == KL_OK)
        st = chain.source ? by_profile(w, chain.source, out, e) : by_name(w, &chain, out, e);
    for (size_t i = chain.count; st == KL_OK && i > 0; i--) {
        struct credential with = *out;
        *out = (struct credential){0};
        aws_learn(w, secret_slice(&with.key));
        aws_learn(w, secret_slice(&with.token));
        st = assume(w, chain.profiles[i - 1], &with, out, e);
        credential_release(&with);
    }
    /* Nothing found behind a role is no reason to go on with another identity. */
    if (st == KL_ERR_NOT_FOUND)
        e->status = st = KL_ERR_CREDENTIALS;
    return st;
}

const struct credential_link aws_credential_assume_role = {"assume-role", find};
