/* http_url.c: which URLs may be asked. */
#include "backends/http_policy.h"

/* Where providers serve credentials to their machines, over plain HTTP, by link-local
 * address: EC2 and Azure, ECS, EKS, EC2 and EKS over IPv6, Google. No other address
 * can be given a request by http://. */
static const char *const metadata_hosts[] = {
    "169.254.169.254", "169.254.170.2", "169.254.170.23",
    "fd00:ec2::254",   "fd00:ec2::23",  "metadata.google.internal",
};

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* 127.a.b.c in decimal, and nothing that only some resolvers take for it. */
static bool is_loopback_v4(const char *host) {
    unsigned parts = 1, digits = 0, value = 0;
    if (strncmp(host, "127.", 4) != 0)
        return false;
    for (const char *p = host + 4;; p++) {
        if (ascii_is_digit(*p) && digits < 3 && !(digits > 0 && value == 0)) {
            value = value * 10 + (unsigned)(*p - '0');
            digits++;
        } else if ((*p == '.' || *p == '\0') && digits > 0 && value < 256) {
            parts++;
            if (*p == '\0')
                return parts == 4;
            digits = value = 0;
        } else {
            return false;
        }
    }
}

static bool is_loopback(const char *host) {
    return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 || is_loopback_v4(host);
}

/* App Service and Container Apps of Azure give each instance an address of its own under
 * 169.254., always at this port, and name it in IDENTITY_ENDPOINT. A link-local address
 * leads no further than the machine's own network. */
#define AZURE_IDENTITY_PORT 8081u

static bool is_azure_identity(const struct http_url *url) {
    struct slice host = slice_cstr(url->host);
    unsigned dots = 0;
    for (size_t i = 0; i < host.len; i++) {
        dots += host.ptr[i] == '.';
        if (!ascii_is_digit(host.ptr[i]) && host.ptr[i] != '.')
            return false;
    }
    return url->port == AZURE_IDENTITY_PORT && dots == 3 && slice_starts(host, "169.254.");
}

static bool is_metadata(const char *host) {
    for (size_t i = 0; i < KL_ARRAY_LEN(metadata_hosts); i++)
        if (strcmp(host, metadata_hosts[i]) == 0)
            return true;
    return false;
}

static bool is_host_char(char c, bool in_brackets) {
    if (ascii_is_digit(c) || (c >= 'a' && c <= 'f') || c == '.')
        return true;
    return in_brackets ? c == ':' : (c >= 'g' && c <= 'z') || c == '-' || c == '_';
}

/* ":8200", or nothing. */
static const char *parse_port(const char *p, const char *end, struct http_url *out) {
    unsigned port = 0;
    out->port = out->tls ? 443 : 80;
    if (p == end)
        return NULL;
    bool valid = *p++ == ':' && p < end;
    for (; valid && p < end; p++) {
        port = port * 10 + (unsigned)(*p - '0');
        valid = ascii_is_digit(*p) && port <= 65535;
    }
    if (!valid || port == 0)
        return "has a port that is no number from 1 to 65535";
    out->port = port;
    return NULL;
}

static const char *parse_authority(const char *p, const char *end, struct http_url *out) {
    size_t len = 0;
    bool brackets = p < end && *p == '[';
    if (memchr(p, '@', (size_t)(end - p)))
        return "holds a user name or a password, which do not belong there";
    for (p += brackets; p < end && *p != (brackets ? ']' : ':'); p++) {
        if (len + 1 >= sizeof(out->host) || !is_host_char(lower(*p), brackets))
            return "has no valid host name";
        out->host[len++] = lower(*p);
    }
    out->host[len] = '\0';
    if (len == 0 || out->host[0] == '-' || (brackets && p == end))
        return "has no valid host name";
    return parse_port(p + brackets, end, out);
}

const char *http_url_parse(const char *url, struct http_url *out) {
    struct slice whole = slice_cstr(url);
    *out = (struct http_url){0};
    if (whole.len > HTTP_MAX_URL_BYTES)
        return "is too long";
    for (size_t i = 0; i < whole.len; i++)
        if (whole.ptr[i] <= ' ' || whole.ptr[i] > '~' || whole.ptr[i] == '\\' || whole.ptr[i] == '#')
            return "holds a character that must be percent-encoded";
    out->tls = slice_eq_nocase(slice_sub(whole, 0, 8), "https://");
    if (!out->tls && !slice_eq_nocase(slice_sub(whole, 0, 7), "http://"))
        return "does not begin with https://";
    const char *host = url + (out->tls ? 8 : 7), *path = host + strcspn(host, "/?");
    const char *wrong = parse_authority(host, path, out);
    if (wrong)
        return wrong;
    out->path = *path == '/' ? slice_of(path, strcspn(path, "?")) : SLICE_LIT("/");
    out->loopback = is_loopback(out->host);
    out->metadata_fixed = is_metadata(out->host) || is_azure_identity(out);
    return NULL;
}

bool http_url_is_loopback(const char *url) {
    struct http_url parsed;
    return http_url_parse(url, &parsed) == NULL && parsed.loopback;
}

const char *http_url_host(const char *url, struct arena *a) {
    struct http_url parsed;
    return http_url_parse(url, &parsed) == NULL ? arena_cstr(a, slice_cstr(parsed.host)) : NULL;
}
