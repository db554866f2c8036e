/* aws_credential_imds.c: the role of an EC2 instance, from its metadata service,
 * version 2 alone: a session token is fetched by PUT first, which a forwarder that was
 * tricked into a GET cannot do. Source: "Use the Instance Metadata Service to access
 * instance metadata" in the Amazon EC2 User Guide.
 *
 * The answer to the PUT has a hop limit of 1 unless the owner raised it, so inside a
 * container it may never arrive: then a connection is made, and nothing comes. */
#include "backends/aws_credentials.h"

#include "base/system.h"

#define IMDS_IPV4 "http://169.254.169.254"
#define IMDS_IPV6 "http://[fd00:ec2::254]"
#define IMDS_ROLE_PATH "latest/meta-data/iam/security-credentials/"
#define IMDS_TOKEN_SECONDS "21600"
#define IMDS_ROLE_MAX 128

static const char *setting(struct aws *w, const char *variable, const char *key) {
    const char *value = system_getenv(variable);
    return value && value[0] ? value : aws_config_get(&w->config, w->config.profile, key);
}

static const char *base_url(struct aws *w, struct arena *a) {
    const char *custom = setting(w, "AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint");
    const char *mode =
        setting(w, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ec2_metadata_service_endpoint_mode");
    bool ipv6 = mode && slice_eq_nocase(slice_cstr(mode), "ipv6");
    struct slice url = slice_cstr(custom ? custom : ipv6 ? IMDS_IPV6 : IMDS_IPV4);
    while (url.len && url.ptr[url.len - 1] == '/')
        url.len--;
    return arena_cstr(a, url);
}

/* Most machines are no instance: no connection is the common case, and no error. */
static enum kl_status open_session(struct aws *w, const char *base, struct buf *token, struct arena *a,
                                   struct error *e) {
    static const struct http_header headers[] = {
        {"X-aws-ec2-metadata-token-ttl-seconds", SLICE_LIT(IMDS_TOKEN_SECONDS)}};
    struct http_response answer = {0};
    enum kl_status st = aws_local_get(w, "PUT", arena_printf(a, "%s/latest/api/token", base), headers,
                                      KL_ARRAY_LEN(headers), &answer, e);
    if (st == KL_ERR_NETWORK)
        st =
            error_set(e, KL_ERR_NOT_FOUND,
                      "no instance metadata at %s; on EC2, in a container, raise the hop limit to 2: aws ec2 "
                      "modify-instance-metadata-options --http-put-response-hop-limit 2",
                      base);
    else if (st == KL_OK && answer.status != 200)
        st = error_set(e, KL_ERR_NOT_FOUND, "%s answered %u to the request for a session (IMDSv2)", base,
                       answer.status);
    if (st == KL_OK) {
        aws_learn(w, slice_trim(buf_as_slice(&answer.body)));
        buf_slice(token, slice_trim(buf_as_slice(&answer.body)));
    }
    http_response_release(&answer);
    return st;
}

/* The answer is a name that becomes part of the next address. */
static bool is_role_name(struct slice role) {
    for (size_t i = 0; i < role.len; i++) {
        char c = role.ptr[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!word && !(c && strchr("+=,.@_-", c)))
            return false;
    }
    return role.len > 0 && role.len <= IMDS_ROLE_MAX;
}

static enum kl_status read_role(struct aws *w, const char *base, const struct http_header *session,
                                struct credential *out, struct arena *a, struct error *e) {
    struct http_response list = {0}, answer = {0};
    const char *url = arena_printf(a, "%s/" IMDS_ROLE_PATH, base);
    enum kl_status st = aws_local_get(w, "GET", url, session, 1, &list, e);
    struct slice role = slice_trim(buf_as_slice(&list.body));
    if (st == KL_OK && list.status == 404)
        st = error_set(e, KL_ERR_NOT_FOUND, "the instance has no role; attach an instance profile to it");
    else if (st == KL_OK && (list.status != 200 || !is_role_name(role)))
        st = error_set(e, KL_ERR_NOT_FOUND, "%s did not name the instance's role (status %u)", base,
                       list.status);
    if (st == KL_OK)
        st = aws_local_get(w, "GET", arena_printf(a, "%s%.*s", url, SLICE_ARG(role)), session, 1, &answer, e);
    if (st == KL_OK && answer.status != 200)
        st = error_set(e, KL_ERR_NOT_FOUND, "%s answered %u for the role %.*s", base, answer.status,
                       SLICE_ARG(role));
    if (st == KL_OK)
        st = aws_credential_from_json(w, buf_as_slice(&answer.body), "Token", true, "the metadata service",
                                      out, e);
    if (st == KL_OK)
        snprintf(out->owner, sizeof out->owner, "instance role %.*s", SLICE_ARG(role));
    http_response_release(&answer);
    http_response_release(&list);
    return st;
}

enum kl_status aws_imds_find(struct aws *w, struct credential *out, struct error *e) {
    const char *disabled = system_getenv("AWS_EC2_METADATA_DISABLED");
    struct buf token = BUF_INIT_SECRET(AWS_MAX_TOKEN_BYTES);
    struct arena scratch = ARENA_INIT;
    enum kl_status st;
    if (disabled && slice_eq_nocase(slice_cstr(disabled), "true")) {
        st = error_set(e, KL_ERR_NOT_FOUND, "AWS_EC2_METADATA_DISABLED is true");
    } else {
        const char *base = base_url(w, &scratch);
        st = open_session(w, base, &token, &scratch, e);
        const struct http_header session = {"X-aws-ec2-metadata-token", buf_as_slice(&token)};
        if (st == KL_OK)
            st = read_role(w, base, &session, out, &scratch, e);
    }
    buf_release(&token);
    arena_release(&scratch);
    return st;
}

static enum kl_status find(const struct credential_link *link, void *ctx, struct credential *out,
                           struct error *e) {
    (void)link;
    return aws_imds_find(ctx, out, e);
}

const struct credential_link aws_credential_imds = {"instance-metadata", find};
