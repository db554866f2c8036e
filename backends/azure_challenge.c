/* azure_challenge.c: the 401 answer by which a vault says whose tokens it takes:
 *
 *     WWW-Authenticate: Bearer authorization="https://login.microsoftonline.com/TENANT",
 *                       resource="https://vault.azure.net"
 *
 * A server could name any resource in it and would then be sent a token that opens that
 * other service. So the resource must be a parent domain of the vault's own host: a token
 * never goes to a stranger. And of the authorization address only the tenant is taken:
 * who asks for tokens is chosen by the user (see azure_authority). */
#include "backends/azure.h"

#define SCHEME "https://"
#define CHALLENGE_MAX 4096u
#define TENANT_MAX 253u
#define RESOURCE_MAX 253u

struct parameter {
    struct slice key, value;
};

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

static bool is_token_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static void skip(struct slice *s, size_t n) {
    *s = slice_sub(*s, n, s->len);
}

static void skip_blanks_and_commas(struct slice *s) {
    size_t n = 0;
    while (n < s->len && (is_blank(s->ptr[n]) || s->ptr[n] == ','))
        n++;
    skip(s, n);
}

/* name="value" or name=value. False at the end, and at what is neither. */
static bool next_parameter(struct slice *s, struct parameter *out) {
    skip_blanks_and_commas(s);
    size_t n = 0;
    while (n < s->len && is_token_char(s->ptr[n]))
        n++;
    if (n == 0 || n >= s->len || s->ptr[n] != '=')
        return false;
    out->key = slice_sub(*s, 0, n);
    skip(s, n + 1);
    if (s->len && s->ptr[0] == '"') {
        size_t end = slice_find_byte(*s, '"', 1);
        if (end == SIZE_MAX)
            return false;
        out->value = slice_sub(*s, 1, end);
        skip(s, end + 1);
        return true;
    }
    for (n = 0; n < s->len && s->ptr[n] != ',' && !is_blank(s->ptr[n]);)
        n++;
    out->value = slice_sub(*s, 0, n);
    skip(s, n);
    return true;
}

/* Letters, digits, "-", ".": what a host and a tenant are made of. Not ".." or ".x", which
 * would mean something else in a path. */
static bool is_plain(struct slice s, size_t max) {
    bool after_dot = true;
    if (s.len == 0 || s.len > max)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        bool dot = s.ptr[i] == '.';
        if (s.ptr[i] == '_' || (dot ? after_dot : !is_token_char(s.ptr[i])))
            return false;
        after_dot = dot;
    }
    return !after_dot;
}

/* The host of https://HOST[/...], empty if that is not what it is. */
static struct slice host_of(struct slice url) {
    if (!slice_starts(url, SCHEME))
        return slice_of(NULL, 0);
    skip(&url, sizeof SCHEME - 1);
    size_t slash = slice_find_byte(url, '/', 0);
    return slice_sub(url, 0, slash);
}

/* The first part of the path of https://HOST/TENANT[/...]. */
static struct slice tenant_of(struct slice url) {
    struct slice host = host_of(url);
    if (host.len == 0)
        return host;
    skip(&url, sizeof SCHEME - 1 + host.len);
    while (url.len && url.ptr[0] == '/')
        skip(&url, 1);
    return slice_sub(url, 0, slice_find_byte(url, '/', 0));
}

enum kl_status azure_challenge_parse(struct slice header, struct arena *a, struct azure_challenge *out,
                                     struct error *e) {
    struct slice rest = slice_trim(header), authority = {0}, resource = {0}, scope = {0};
    struct parameter p;
    *out = (struct azure_challenge){0};
    if (rest.len > CHALLENGE_MAX || rest.len < 7 || !slice_eq_nocase(slice_sub(rest, 0, 7), "Bearer "))
        return error_set(e, KL_ERR_PROTOCOL, "the vault's 401 answer has no Bearer challenge");
    skip(&rest, 7);
    while (next_parameter(&rest, &p)) {
        if (slice_eq_nocase(p.key, "authorization") || slice_eq_nocase(p.key, "authorization_uri"))
            authority = authority.len ? authority : p.value;
        else if (slice_eq_nocase(p.key, "resource"))
            resource = p.value;
        else if (slice_eq_nocase(p.key, "scope"))
            scope = p.value;
    }
    struct slice tenant = tenant_of(authority);
    struct slice host = host_of(scope.len ? scope : resource);
    if (!is_plain(tenant, TENANT_MAX) || !is_plain(host, RESOURCE_MAX))
        return error_set(
            e, KL_ERR_PROTOCOL,
            "the vault's 401 answer names no tenant and resource; is this the address of an Azure "
            "key vault?");
    out->tenant = arena_cstr(a, tenant);
    out->resource = arena_printf(a, SCHEME "%.*s", SLICE_ARG(host));
    return KL_OK;
}

enum kl_status azure_challenge_check(const struct azure_challenge *c, const char *host, struct error *e) {
    const char *parent = c->resource + sizeof SCHEME - 1;
    size_t host_len = strlen(host), len = strlen(parent);
    if (host_len > len + 1 && host[host_len - len - 1] == '.' &&
        slice_eq_nocase(slice_of(host + host_len - len, len), parent))
        return KL_OK;
    return error_set(
        e, KL_ERR_REFUSED,
        "%s asks for a token of %s, which is not its own domain; no token was sent to it; check the "
        "vault's address",
        host, parent);
}
