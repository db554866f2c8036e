/* Address, namespace, mount and TLS settings of a Vault: the options, else the
 * variables that Vault's and OpenBao's own command line read. */
#include "backends/hcvault.h"

#include "base/system.h"

#define NAME_MAX_BYTES 64

const char *hcvault_getenv(const char *suffix, const char **name) {
    /* hvac, which the rewritten code uses, knows VAULT_ alone: it goes first, so that
     * keylift and the program mean the same server. */
    static const char *const families[][2] = {{"VAULT_", "VAULT"}, {"BAO_", "BAO"}};
    for (size_t i = 0; i < KL_ARRAY_LEN(families); i++) {
        char full[NAME_MAX_BYTES];
        (void)snprintf(full, sizeof full, "%s%s", families[i][0], suffix);
        const char *value = system_getenv(full);
        if (!value || !value[0])
            continue;
        if (name)
            *name = families[i][1];
        return value;
    }
    return NULL;
}

static bool is_plain_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("_.@=:-", c));
}

bool hcvault_path_is_plain(const char *path) {
    size_t start = 0, i = 0;
    for (;; i++) {
        if (is_plain_char(path[i]))
            continue;
        size_t len = i - start;
        bool dots = (len == 1 && path[start] == '.') || (len == 2 && memcmp(path + start, "..", 2) == 0);
        if (len == 0 || dots || (path[i] && path[i] != '/'))
            return false;
        if (!path[i])
            return i <= HCVAULT_MAX_PATH;
        start = i + 1;
    }
}

/* "/shop/prod/" and "shop/prod" are the same folder. */
static const char *without_slashes(struct arena *a, const char *text) {
    struct slice s = slice_cstr(text);
    while (s.len && s.ptr[0] == '/')
        s = slice_sub(s, 1, s.len);
    while (s.len && s.ptr[s.len - 1] == '/')
        s.len--;
    return arena_cstr(a, s);
}

static enum kl_status plain_setting(struct hcvault *v, const char *option, const char *given,
                                    const char **out, struct error *e) {
    *out = NULL;
    if (!given || !given[0])
        return KL_OK;
    *out = without_slashes(&v->arena, given);
    if (!hcvault_path_is_plain(*out))
        return error_set(e, KL_ERR_USAGE,
                         "%s: a path in the vault is letters, digits and \"_.@=:-\" between slashes, and at "
                         "most %u bytes long",
                         option, HCVAULT_MAX_PATH);
    return KL_OK;
}

static enum kl_status choose_address(struct hcvault *v, const struct vault_options *o, struct error *e) {
    const char *given = o->vault_addr ? o->vault_addr : o->endpoint, *family = NULL;
    v->address_from = o->vault_addr ? "--vault-addr" : "--endpoint";
    if (!given) {
        given = hcvault_getenv("ADDR", &family);
        v->address_from = family ? arena_printf(&v->arena, "%s_ADDR", family) : NULL;
    }
    if (!given)
        return error_set(e, KL_ERR_USAGE,
                         "no address of a Vault: say --vault-addr https://HOST:8200, or set VAULT_ADDR");
    if (strncmp(given, "unix:", 5) == 0)
        return error_set(e, KL_ERR_UNSUPPORTED,
                         "%s names a socket file (of a Vault agent); keylift talks to https:// addresses",
                         v->address_from);
    struct slice s = slice_cstr(given);
    bool is_url = slice_starts(s, "https://") || slice_starts(s, "http://");
    if (!is_url || strpbrk(given, "@?# \t\r\n") || !http_url_host(given, &v->arena))
        return error_set(e, KL_ERR_USAGE,
                         "%s: an address is https://HOST:PORT, without user, password or query",
                         v->address_from);
    while (s.len && s.ptr[s.len - 1] == '/')
        s.len--;
    v->address = arena_cstr(&v->arena, s);
    return KL_OK;
}

enum kl_status hcvault_settings(struct hcvault *v, const struct vault_options *o, struct error *e) {
    const char *prefix = NULL, *field = o->vault_field && o->vault_field[0] ? o->vault_field : NULL;
    enum kl_status st = choose_address(v, o, e);
    if (st == KL_OK)
        st = plain_setting(v, "--vault-namespace",
                           o->vault_namespace ? o->vault_namespace : hcvault_getenv("NAMESPACE", NULL),
                           &v->namespace, e);
    if (st == KL_OK)
        st = plain_setting(v, "--vault-mount", o->vault_mount, &v->mount_wanted, e);
    if (st == KL_OK)
        st = plain_setting(v, "--prefix", o->prefix, &prefix, e);
    if (st == KL_OK)
        st = plain_setting(v, "--bundle", o->bundle, &v->bundle, e);
    if (st == KL_OK && field && (!hcvault_path_is_plain(field) || strchr(field, '/')))
        st = error_set(e, KL_ERR_USAGE, "--field: a field is letters, digits and \"_.@=:-\"");
    if (st != KL_OK)
        return st;
    v->prefix = prefix ? arena_printf(&v->arena, "%s/", prefix) : "";
    v->field = arena_cstr(&v->arena, slice_cstr(field ? field : HCVAULT_DEFAULT_FIELD));
    v->run_id = o->run_id ? arena_cstr(&v->arena, slice_cstr(o->run_id)) : NULL;
    return KL_OK;
}

/* What Go's strconv.ParseBool, which Vault's own command line asks, takes for true. */
static bool is_true(const char *value) {
    static const char *const words[] = {"1", "t", "T", "TRUE", "true", "True"};
    for (size_t i = 0; value && i < KL_ARRAY_LEN(words); i++)
        if (strcmp(value, words[i]) == 0)
            return true;
    return false;
}

enum kl_status hcvault_open_http(struct hcvault *v, const struct vault_options *o, struct error *e) {
    const char *family = NULL;
    if (is_true(hcvault_getenv("SKIP_VERIFY", &family)))
        return error_set(e, KL_ERR_REFUSED,
                         "%s_SKIP_VERIFY is set, but keylift always checks whom it gives secrets to; unset "
                         "it, and name the server's certificate authority with --ca-file or %s_CACERT",
                         family, family);
    struct http_options http = {
        .ca_file = o->ca_file ? o->ca_file : hcvault_getenv("CACERT", NULL),
        .client_cert = hcvault_getenv("CLIENT_CERT", NULL),
        .client_key = hcvault_getenv("CLIENT_KEY", NULL),
        .tls_server_name = hcvault_getenv("TLS_SERVER_NAME", NULL),
        .trace = o->trace,
        .trace_ctx = o->observer,
    };
    if (!http.ca_file && hcvault_getenv("CAPATH", &family))
        return error_set(e, KL_ERR_UNSUPPORTED,
                         "%s_CAPATH names a folder of certificates; keylift takes one file with all of them: "
                         "--ca-file or %s_CACERT",
                         family, family);
    if ((http.client_cert == NULL) != (http.client_key == NULL))
        return error_set(e, KL_ERR_USAGE,
                         "VAULT_CLIENT_CERT and VAULT_CLIENT_KEY belong together; only one is set");
    v->http = o->http;
    if (v->http)
        return KL_OK;
    v->owns_http = true;
    return http_open(&http, &v->http, e);
}
