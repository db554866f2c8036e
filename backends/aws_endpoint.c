/* aws_endpoint.c: which region, and where AWS's services are in it. Sources: "AWS
 * Region", "Service-specific endpoints" and "Dual-stack and FIPS endpoints" in the AWS
 * SDKs and Tools Reference Guide; the suffixes of the partitions, in the SDKs' own
 * partitions file. */
#include "backends/aws.h"

#include "base/system.h"

/* The first row whose prefix the region begins with; the last row takes all others. */
static const struct {
    const char *prefix, *suffix, *dual_stack;
} partitions[] = {
    {"cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"},
    {"us-gov-", "amazonaws.com", "api.aws"},
    {"us-iso-", "c2s.ic.gov", "api.aws.ic.gov"},
    {"us-isob-", "sc2s.sgov.gov", "api.aws.scloud"},
    {"us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"},
    {"eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"},
    {"eusc-", "amazonaws.eu", "api.amazonwebservices.eu"},
    {"", "amazonaws.com", "api.aws"},
};

static const struct {
    const char *host;     /* before the region */
    const char *variable; /* AWS_ENDPOINT_URL_<this> */
    const char *block;    /* in a [services] section */
    bool plain_in_gov;    /* the usual name is the FIPS one there */
} services[] = {
    [AWS_SECRETS_MANAGER] = {"secretsmanager", "SECRETS_MANAGER", "secrets_manager", false},
    [AWS_STS] = {"sts", "STS", "sts", true},
    [AWS_SSO] = {"portal.sso", "SSO", "sso", true},
    [AWS_SSO_OIDC] = {"oidc", "SSO_OIDC", "sso_oidc", true},
};

static bool is_region(const char *text) {
    size_t len = strlen(text);
    for (size_t i = 0; i < len; i++)
        if (!(text[i] >= 'a' && text[i] <= 'z') && !(text[i] >= '0' && text[i] <= '9') && text[i] != '-')
            return false;
    return len > 0 && len <= AWS_REGION_MAX && text[0] != '-' && text[len - 1] != '-';
}

static const char *env_or_null(const char *name) {
    const char *value = system_getenv(name);
    return value && value[0] ? value : NULL;
}

enum kl_status aws_region(const struct aws_config *c, const char *flag, const char **region,
                          const char **origin, struct error *e) {
    const char *usual = env_or_null("AWS_REGION"), *boto = env_or_null("AWS_DEFAULT_REGION");
    const struct {
        const char *value, *origin;
    } sources[] = {{flag, "--aws-region"},
                   {boto, "AWS_DEFAULT_REGION"},
                   {usual, "AWS_REGION"},
                   {aws_config_get(c, c->profile, "region"), "the profile"}};
    /* boto3 reads the one, most other SDKs the other: whoever set both to different regions
     * would find the secrets in one of them only. */
    if (!flag && usual && boto && strcmp(usual, boto) != 0)
        return error_set(e, KL_ERR_USAGE,
                         "AWS_REGION is \"%s\" and AWS_DEFAULT_REGION, which boto3 reads, is \"%s\"; say "
                         "which one with --aws-region",
                         usual, boto);
    for (size_t i = 0; i < KL_ARRAY_LEN(sources); i++) {
        if (!sources[i].value || !sources[i].value[0])
            continue;
        if (!is_region(sources[i].value))
            return error_set(e, KL_ERR_USAGE,
                             "\"%.80s\" (from %s) is not the name of a region, like eu-central-1",
                             sources[i].value, sources[i].origin);
        *region = sources[i].value;
        *origin = sources[i].origin;
        return KL_OK;
    }
    return error_set(
        e, KL_ERR_USAGE,
        "no AWS region: use --aws-region REGION, set AWS_DEFAULT_REGION, or add \"region = ...\" "
        "to profile \"%s\" in %s",
        c->profile, c->config_path);
}

static bool is_true(const struct aws_config *c, const char *variable, const char *key) {
    const char *value = env_or_null(variable);
    if (!value)
        value = aws_config_get(c, c->profile, key);
    return value && slice_eq_nocase(slice_cstr(value), "true");
}

/* boto3 obeys an endpoint_url in the configuration file. keylift takes addresses only from
 * the command line and the environment; to pass this one over would store the secrets where
 * the program does not look, so it says so. */
static enum kl_status refuse_configured(const struct aws_config *c, enum aws_service service, struct arena *a,
                                        struct error *e) {
    const char *named = aws_config_get(c, c->profile, "services");
    const struct aws_ini_section *section = named ? aws_config_section(c, "services", named) : NULL;
    const char *block = aws_ini_get(&c->config, section, services[service].block);
    const char *url = block ? aws_ini_nested(block, "endpoint_url", a) : NULL;
    if (!url)
        url = aws_config_get(c, c->profile, "endpoint_url");
    if (!url || is_true(c, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls"))
        return KL_OK;
    return error_set(e, KL_ERR_USAGE,
                     "profile \"%s\" in %s sets endpoint_url; keylift takes an address only from --endpoint "
                     "or the environment: AWS_ENDPOINT_URL_%s=%.200s",
                     c->profile, c->config_path, services[service].variable, url);
}

static const char *without_slash(struct arena *a, const char *url) {
    struct slice s = slice_cstr(url);
    while (s.len && s.ptr[s.len - 1] == '/')
        s.len--;
    return arena_cstr(a, s);
}

static const char *partition_url(const struct aws_config *c, enum aws_service service, const char *region,
                                 struct arena *a) {
    size_t p = 0;
    while (!slice_starts(slice_cstr(region), partitions[p].prefix))
        p++;
    bool dual = is_true(c, "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint");
    bool fips = is_true(c, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint");
    if (!dual && services[service].plain_in_gov && slice_starts(slice_cstr(region), "us-gov-"))
        fips = false;
    return arena_printf(a, "https://%s%s.%s.%s", services[service].host, fips ? "-fips" : "", region,
                        dual ? partitions[p].dual_stack : partitions[p].suffix);
}

enum kl_status aws_endpoint_url(const struct aws_config *c, enum aws_service service, const char *flag,
                                const char *region, struct arena *a, const char **url, const char **origin,
                                struct error *e) {
    const char *own = arena_printf(a, "AWS_ENDPOINT_URL_%s", services[service].variable);
    bool ignored = is_true(c, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls");
    const char *const variables[] = {own, "AWS_ENDPOINT_URL"};
    *origin = NULL;
    if (flag && service == AWS_SECRETS_MANAGER)
        *origin = "--endpoint";
    for (size_t i = 0; !*origin && !ignored && i < KL_ARRAY_LEN(variables); i++)
        *origin = env_or_null(variables[i]) ? variables[i] : NULL;
    if (!*origin && flag && http_url_is_loopback(flag))
        *origin = "--endpoint";
    if (!*origin) {
        if (!is_region(region))
            return error_set(e, KL_ERR_USAGE, "\"%.80s\" is not the name of a region", region);
        *url = partition_url(c, service, region, a);
        return refuse_configured(c, service, a, e);
    }
    const char *given = strcmp(*origin, "--endpoint") == 0 ? flag : env_or_null(*origin);
    *url = without_slash(a, given);
    if (!http_url_host(*url, a))
        return error_set(e, KL_ERR_USAGE, "%s: \"%.200s\" is not an http or https address", *origin, given);
    return KL_OK;
}
