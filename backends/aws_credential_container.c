/* aws_credential_container.c: the agent beside a container: ECS by a relative address,
 * EKS Pod Identity and others by a full one, with a token that lies in a file. Source:
 * "Container credential provider" in the AWS SDKs and Tools Reference Guide. */
#include "backends/aws_credentials.h"

#include "base/system.h"

#define ECS_AGENT "http://169.254.170.2"

/* Plain HTTP goes to these alone, and to this machine. */
static const char *const agents[] = {"169.254.170.2", "169.254.170.23", "fd00:ec2::23"};

static enum kl_status check_address(const char *url, struct arena *a, struct error *e) {
    const char *host = http_url_host(url, a);
    if (!host)
        return error_set(e, KL_ERR_CREDENTIALS,
                         "AWS_CONTAINER_CREDENTIALS_FULL_URI is not an http or https address");
    bool allowed = slice_starts(slice_cstr(url), "https://") || http_url_is_loopback(url);
    for (size_t i = 0; i < KL_ARRAY_LEN(agents); i++)
        allowed = allowed || strcmp(host, agents[i]) == 0;
    return allowed ? KL_OK
                   : error_set(e, KL_ERR_REFUSED,
                               "AWS_CONTAINER_CREDENTIALS_FULL_URI names %s without TLS; a credential comes "
                               "only over https, from this machine, or from the agents of ECS and EKS",
                               host);
}

/* The file goes before the variable: it is renewed, the variable is not. */
static enum kl_status read_authorization(struct aws *w, struct buf *out, struct error *e) {
    const char *file = system_getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    const char *token = system_getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN");
    if (file)
        return aws_read_token(w, file, out, e);
    if (token && (strchr(token, '\r') || strchr(token, '\n')))
        return error_set(e, KL_ERR_CREDENTIALS, "AWS_CONTAINER_AUTHORIZATION_TOKEN has a line end in it");
    if (token) {
        aws_learn(w, slice_cstr(token));
        buf_str(out, token);
    }
    return KL_OK;
}

static enum kl_status ask_agent(struct aws *w, const char *url, struct credential *out, struct error *e) {
    struct buf token = BUF_INIT_SECRET(AWS_MAX_TOKEN_BYTES);
    struct http_response answer = {0};
    struct http_header headers[2] = {{"Accept", SLICE_LIT("application/json")}};
    size_t count = 1;
    enum kl_status st = read_authorization(w, &token, e);
    if (st == KL_OK && token.len)
        headers[count++] = (struct http_header){"Authorization", buf_as_slice(&token)};
    if (st == KL_OK)
        st = aws_local_get(w, "GET", url, headers, count, &answer, e);
    if (st == KL_OK && answer.status != 200)
        st = error_set(e, KL_ERR_CREDENTIALS,
                       "the container's credential agent answered %u; look at the task's or pod's role",
                       answer.status);
    if (st == KL_OK)
        st = aws_credential_from_json(w, buf_as_slice(&answer.body), "Token", true,
                                      "the container's credential agent", out, e);
    snprintf(out->owner, sizeof out->owner, "role of the task or pod");
    http_response_release(&answer);
    buf_release(&token);
    return st;
}

enum kl_status aws_container_find(struct aws *w, struct credential *out, struct error *e) {
    const char *relative = system_getenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    const char *full = system_getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    struct arena scratch = ARENA_INIT;
    enum kl_status st;
    if (!relative && !full) {
        st =
            error_set(e, KL_ERR_NOT_FOUND,
                      "neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI "
                      "is set");
    } else if (relative && relative[0] != '/') { /* else it could change the host: ".evil.example/" */
        st = error_set(e, KL_ERR_CREDENTIALS,
                       "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI does not begin with \"/\"");
    } else {
        const char *url = relative ? arena_printf(&scratch, ECS_AGENT "%s", relative)
                                   : arena_cstr(&scratch, slice_cstr(full));
        st = check_address(url, &scratch, e);
        if (st == KL_OK)
            st = ask_agent(w, url, out, e);
    }
    arena_release(&scratch);
    return st;
}

static enum kl_status find(const struct credential_link *link, void *ctx, struct credential *out,
                           struct error *e) {
    (void)link;
    return aws_container_find(ctx, out, e);
}

const struct credential_link aws_credential_container = {"container", find};
