/* azure_credential_managed.c: the identity of the machine or service that keylift runs on:
 *
 *   App Service, Functions, Container Apps: IDENTITY_ENDPOINT with the header IDENTITY_HEADER
 *   virtual machines and the like: the instance metadata service, IMDS, at a fixed address
 *   (or at AZURE_POD_IDENTITY_AUTHORITY_HOST, as azure-identity has it)
 *
 * AZURE_CLIENT_ID chooses a user-assigned identity. The other hosts that azure-identity
 * knows are recognised and refused: the next link would be somebody else. */
#include "backends/azure_credentials.h"

#include "backends/azure.h"
#include "base/encode.h"
#include "base/system.h"

#define IMDS "http://169.254.169.254"
#define BUSY_ATTEMPTS 3u
#define BUSY_PAUSE_MS 250u

struct endpoint {
    const char *url;                /* without its query */
    const char *api_version, *name; /* `name`: for messages */
    struct http_header header;
};

static const char *set(const char *name) {
    const char *value = system_getenv(name);
    return value && value[0] ? value : NULL;
}

static const char *unsupported(void) {
    if (set("IDENTITY_ENDPOINT") && set("IDENTITY_HEADER") && set("IDENTITY_SERVER_THUMBPRINT"))
        return "Service Fabric";
    if (set("IDENTITY_ENDPOINT") && !set("IDENTITY_HEADER") && set("IMDS_ENDPOINT"))
        return "Azure Arc";
    if (!set("IDENTITY_ENDPOINT") && set("MSI_ENDPOINT"))
        return set("MSI_SECRET") ? "Azure Machine Learning" : "Azure Cloud Shell";
    return NULL;
}

static void add_query(const struct azure_login *login, const struct endpoint *from, const char *client,
                      struct buf *url) {
    buf_printf(url, "%s%capi-version=%s&resource=", from->url, strchr(from->url, '?') ? '&' : '?',
               from->api_version);
    encode_percent(slice_cstr(login->resource), url);
    if (client) {
        buf_str(url, "&client_id=");
        encode_percent(slice_cstr(client), url);
    }
}

static bool is_busy(unsigned status) {
    return status == 410 || status == 429 || status >= 500; /* 410: it is being updated */
}

/* http_send tries a metadata address once, as most machines have none. */
static enum kl_status send_some(const struct azure_login *login, const struct http_request *request,
                                struct http_response *r, struct error *e) {
    enum kl_status st;
    for (unsigned attempt = 0;; attempt++) {
        http_response_release(r);
        st = http_send(login->http, request, r, e);
        if (st != KL_OK || !is_busy(r->status) || attempt == BUSY_ATTEMPTS || system_interrupted())
            return st;
        system_sleep_ms(BUSY_PAUSE_MS << attempt);
    }
}

/* What cannot be reached, or knows no identity, is no error: the next link is asked, as
 * azure-identity does. */
static enum kl_status ask(const struct azure_login *login, const struct endpoint *from,
                          struct credential *out, struct error *e) {
    struct buf url = BUF_INIT(HTTP_MAX_URL_BYTES);
    struct http_response r = {0};
    struct error why = {0};
    const char *client = set("AZURE_CLIENT_ID");
    add_query(login, from, client, &url);
    const struct http_request request = {
        .method = "GET",
        .url = buf_cstr(&url),
        .headers = &from->header,
        .header_count = 1,
        .repeatable = true,
        .metadata = true,
    };
    enum kl_status st = send_some(login, &request, &r, &why);
    if (st == KL_ERR_INTERRUPTED)
        *e = why;
    else if (st != KL_OK)
        st = error_set(e, KL_ERR_NOT_FOUND, "no answer from %s (%.300s)", from->name, why.message);
    else if (r.status != 200)
        st = error_set(e, KL_ERR_NOT_FOUND, "%s has no identity%s%.100s for us (%u)", from->name,
                       client ? " " : "", client ? client : "", r.status);
    else if (azure_token_parse(buf_as_slice(&r.body), from->name, out, &why) != KL_OK)
        st = error_set(e, KL_ERR_NOT_FOUND, "%.300s", why.message);
    http_response_release(&r);
    buf_release(&url);
    return st;
}

static enum kl_status ask_imds(const struct azure_login *login, struct credential *out, struct error *e) {
    struct arena a = ARENA_INIT;
    const char *pod = set("AZURE_POD_IDENTITY_AUTHORITY_HOST");
    struct slice host = slice_cstr(pod ? pod : IMDS);
    while (slice_ends(host, "/"))
        host.len--;
    const struct endpoint imds = {
        .url = arena_printf(&a, "%.*s/metadata/identity/oauth2/token", SLICE_ARG(host)),
        .api_version = "2018-02-01",
        .name = "the instance metadata service",
        .header = {"Metadata", SLICE_LIT("true")},
    };
    enum kl_status st = ask(login, &imds, out, e);
    arena_release(&a);
    return st;
}

static enum kl_status find(const struct credential_link *link, void *ctx, struct credential *out,
                           struct error *e) {
    const struct azure_login *login = ctx;
    const char *endpoint = set("IDENTITY_ENDPOINT"), *header = set("IDENTITY_HEADER"), *other = unsupported();
    (void)link;
    if (other)
        return error_set(e, KL_ERR_UNSUPPORTED,
                         "the managed identity of %s is not supported; choose another credential: "
                         "--azure-credential environment, workload-identity or cli",
                         other);
    if (!endpoint || !header)
        return ask_imds(login, out, e);
    azure_learn(login, slice_cstr(header));
    const struct endpoint app_service = {
        .url = endpoint,
        .api_version = "2019-08-01",
        .name = "App Service (IDENTITY_ENDPOINT)",
        .header = {"X-IDENTITY-HEADER", slice_cstr(header)},
    };
    return ask(login, &app_service, out, e);
}

const struct credential_link azure_link_managed = {.name = "managed-identity", .find = find};
