/* gcp_credential_metadata.c: the service account of the machine, from its metadata
 * server (Compute Engine, GKE, Cloud Run...: "About VM metadata" of Google's pages). */
#include "backends/gcp_credentials.h"

#include "base/system.h"

/* The address, not metadata.google.internal: no name server can send us elsewhere. */
#define DEFAULT_HOST "169.254.169.254"
#define ACCOUNT "instance/service-accounts/default/"
#define VALUE_MAX 256u

/* GCE_METADATA_HOST may name another port or a proxy of this machine, never a stranger:
 * what answers there decides whose token is used. */
static enum kl_status find_host(const char **out, struct error *e) {
    const char *set = system_getenv("GCE_METADATA_HOST");
    if (!set || !set[0])
        set = system_getenv("GCE_METADATA_ROOT");
    *out = set && set[0] ? set : DEFAULT_HOST;
    struct arena a = ARENA_INIT;
    const char *url = arena_printf(&a, "http://%s/", *out);
    const char *host = http_url_host(url, &a);
    bool good =
        host && (http_url_is_loopback(url) || strcmp(host, "metadata.google.internal") == 0 ||
                 (slice_starts(slice_cstr(host), "169.254.") && host[strspn(host, "0123456789.")] == '\0'));
    arena_release(&a);
    return good ? KL_OK
                : error_set(e, KL_ERR_REFUSED,
                            "GCE_METADATA_HOST is %.100s, which is neither this machine nor a link-local "
                            "address; unset it",
                            *out);
}

/* KL_ERR_NOT_FOUND: no metadata server there, or it has no such thing. */
static enum kl_status ask(struct gcp_auth *a, const char *host, const char *path,
                          struct http_response *answer, struct error *e) {
    static const struct http_header headers[] = {{"Metadata-Flavor", {"Google", 6}}};
    struct arena scratch = ARENA_INIT;
    struct slice flavor;
    const struct http_request request = {
        .method = "GET",
        .url = arena_printf(&scratch, "http://%s/computeMetadata/v1/%s", host, path),
        .headers = headers,
        .header_count = KL_ARRAY_LEN(headers),
        .repeatable = true,
        .metadata = true,
    };
    enum kl_status st = http_send(a->http, &request, answer, e);
    if (st == KL_ERR_NETWORK)
        st = error_set(e, KL_ERR_NOT_FOUND,
                       "no metadata server answers at %s: this is no machine of Google Cloud", host);
    else if (st == KL_OK &&
             (!http_response_header(answer, "metadata-flavor", &flavor) || !slice_eq_cstr(flavor, "Google")))
        st = error_set(e, KL_ERR_NOT_FOUND, "what answers at %s is not Google's metadata server", host);
    else if (st == KL_OK && answer->status == 404)
        st = error_set(e, KL_ERR_NOT_FOUND, "this machine has no service account");
    else if (st == KL_OK && answer->status != 200)
        st = error_set(e, answer->status == 429 ? KL_ERR_THROTTLED : KL_ERR_CREDENTIALS,
                       "the metadata server answered %u", answer->status);
    arena_release(&scratch);
    return st;
}

/* One line of text; empty when the server does not have it. */
static enum kl_status ask_text(struct gcp_auth *a, const char *host, const char *path, char out[VALUE_MAX],
                               struct error *e) {
    struct http_response answer = {0};
    enum kl_status st = ask(a, host, path, &answer, e);
    struct slice text = slice_trim(buf_as_slice(&answer.body));
    out[0] = '\0';
    if (st == KL_OK && text.len < VALUE_MAX)
        snprintf(out, VALUE_MAX, "%.*s", SLICE_ARG(text));
    http_response_release(&answer);
    return st == KL_ERR_NOT_FOUND ? KL_OK : st;
}

static enum kl_status take_token(struct gcp_auth *a, const struct http_response *answer,
                                 struct credential *out, struct error *e) {
    cJSON *json = NULL;
    enum kl_status st = json_parse(buf_as_slice(&answer->body), "the metadata server's answer", &json, e);
    const char *token = json_string(json, "access_token");
    double seconds = json_number(json, "expires_in", 0);
    if (st != KL_OK || !token || !token[0] || !(seconds >= 0 && seconds <= 86400)) {
        st = error_set(e, KL_ERR_PROTOCOL, "the metadata server's answer holds no token");
    } else {
        gcp_learn(a, slice_cstr(token));
        secret_set(&out->token, slice_cstr(token));
        out->expires = system_unix_time() + (uint64_t)seconds;
    }
    json_delete_secret(json);
    return st;
}

/* Whose token it is, and of which project: asked once. */
static enum kl_status learn_facts(struct gcp_auth *a, const char *host, struct credential *out,
                                  struct error *e) {
    char project[VALUE_MAX], number[VALUE_MAX], universe[VALUE_MAX], email[VALUE_MAX];
    enum kl_status st = ask_text(a, host, ACCOUNT "email", email, e);
    if (st == KL_OK)
        snprintf(out->owner, sizeof out->owner, "%s", email);
    if (st != KL_OK || a->known)
        return st;
    st = ask_text(a, host, "project/project-id", project, e);
    if (st == KL_OK)
        st = ask_text(a, host, "project/numeric-project-id", number, e);
    if (st == KL_OK)
        st = ask_text(a, host, "universe/universe-domain", universe, e);
    if (st != KL_OK)
        return st;
    if (universe[0] && strcmp(universe, "googleapis.com") != 0)
        return error_set(e, KL_ERR_CREDENTIALS,
                         "this machine's universe is %.100s, and keylift knows only googleapis.com",
                         universe);
    gcp_know(a, project[0] ? project : NULL, number[0] ? number : NULL, NULL);
    return KL_OK;
}

static enum kl_status find(const struct credential_link *link, void *ctx, struct credential *out,
                           struct error *e) {
    struct gcp_auth *a = ctx;
    struct http_response answer = {0};
    const char *host, *off = system_getenv("NO_GCE_CHECK");
    (void)link;
    if (off && strcmp(off, "true") == 0)
        return error_set(e, KL_ERR_NOT_FOUND, "NO_GCE_CHECK is set");
    enum kl_status st = find_host(&host, e);
    if (st == KL_OK)
        st = ask(a, host, ACCOUNT "token?scopes=" GCP_SCOPE, &answer, e);
    if (st == KL_OK)
        st = take_token(a, &answer, out, e);
    if (st == KL_OK)
        st = learn_facts(a, host, out, e);
    http_response_release(&answer);
    return st;
}

const struct credential_link gcp_credential_metadata = {"metadata", find};
