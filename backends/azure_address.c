/* azure_address.c: which vault: from --azure-vault and --endpoint to a URL, its host
 * and the cloud that it lies in. */
#include "backends/azure.h"

#include "base/mem.h"
#include "base/system.h"

#define SCHEME "https://"
#define VAULT_NAME_MIN 3u
#define VAULT_NAME_MAX 24u
#define URL_MAX 1024u

/* The first one is where a name alone is looked for. */
static const struct azure_cloud clouds[] = {
    {"public", "vault.azure.net", "https://login.microsoftonline.com"},
    {"China", "vault.azure.cn", "https://login.chinacloudapi.cn"},
    {"US Government", "vault.usgovcloudapi.net", "https://login.microsoftonline.us"},
};

static bool is_alnum(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_host_char(char c) {
    return is_alnum(c) || c == '-' || c == '.' || c == ':' || c == '[' || c == ']';
}

const struct azure_cloud *azure_cloud_of_host(const char *host) {
    for (size_t i = 0; i < KL_ARRAY_LEN(clouds); i++) {
        size_t host_len = strlen(host), len = strlen(clouds[i].domain);
        if (host_len > len + 1 && host[host_len - len - 1] == '.' &&
            slice_eq_nocase(slice_of(host + host_len - len, len), clouds[i].domain))
            return &clouds[i];
    }
    return NULL;
}

/* A vault's name alone lies in the cloud whose authority the environment names. */
static const struct azure_cloud *cloud_of_authority(const char *authority) {
    for (size_t i = 0; i < KL_ARRAY_LEN(clouds); i++)
        if (slice_eq_nocase(slice_cstr(authority), clouds[i].authority))
            return &clouds[i];
    return &clouds[0];
}

/* "Vault names are 3 to 24 characters of letters, digits and -, begin with a letter,
 * end with a letter or digit." */
static bool is_vault_name(const char *s) {
    size_t len = strlen(s);
    if (len < VAULT_NAME_MIN || len > VAULT_NAME_MAX || !is_alnum(s[0]) || (s[0] >= '0' && s[0] <= '9') ||
        s[len - 1] == '-')
        return false;
    for (size_t i = 0; i < len; i++)
        if (!is_alnum(s[i]) && s[i] != '-')
            return false;
    return true;
}

/* https://HOST[:PORT] and nothing behind it but one slash. */
static enum kl_status take_url(struct azure_vault *v, const char *option, const char *url, struct error *e) {
    struct slice s = slice_cstr(url);
    if (s.len > URL_MAX || !slice_starts(s, SCHEME))
        return error_set(e, KL_ERR_USAGE,
                         "%s %.200s: the address of a vault begins with https://, "
                         "like https://shop.vault.azure.net",
                         option, url);
    if (slice_ends(s, "/"))
        s.len--;
    for (size_t i = sizeof SCHEME - 1; i < s.len; i++)
        if (!is_host_char(s.ptr[i]))
            return error_set(
                e, KL_ERR_USAGE,
                "%s %.200s: the address of a vault is https:// and its host, with nothing after it", option,
                url);
    v->url = arena_cstr(&v->arena, s);
    v->host = http_url_host(v->url, &v->arena);
    if (!v->host || !v->host[0])
        return error_set(e, KL_ERR_USAGE, "%s %.200s: no host in it", option, url);
    size_t dot = slice_find_byte(slice_cstr(v->host), '.', 0);
    v->label = arena_cstr(&v->arena, slice_sub(slice_cstr(v->host), 0, dot));
    return KL_OK;
}

static enum kl_status take_vault(struct azure_vault *v, const char *option, const char *given,
                                 const char *authority, struct error *e) {
    if (strstr(given, "://"))
        return take_url(v, option, given, e);
    if (strchr(given, '.'))
        return take_url(v, option, arena_printf(&v->arena, SCHEME "%s", given), e);
    if (!is_vault_name(given))
        return error_set(e, KL_ERR_USAGE,
                         "%s %.200s: a vault's name has 3 to 24 letters, digits and \"-\"; give that, or its "
                         "address (https://shop.vault.azure.net)",
                         option, given);
    const char *domain = cloud_of_authority(authority)->domain;
    return take_url(v, option, arena_printf(&v->arena, SCHEME "%s.%s", given, domain), e);
}

enum kl_status azure_address(const struct vault_options *o, struct azure_vault *v, struct error *e) {
    const char *named = o->azure_vault, *option = "--azure-vault", *authority;
    if (!named || !named[0]) {
        named = system_getenv("AZURE_KEYVAULT_URL");
        option = "AZURE_KEYVAULT_URL";
    }
    enum kl_status st = azure_authority(clouds[0].authority, &v->arena, &authority, e);
    if (st != KL_OK)
        return st;
    if (o->endpoint)
        st = take_url(v, "--endpoint", o->endpoint, e);
    else if (named && named[0])
        st = take_vault(v, option, named, authority, e);
    else
        st = error_set(e, KL_ERR_USAGE,
                       "which Azure key vault? name it with --azure-vault NAME (or set AZURE_KEYVAULT_URL); "
                       "\"az keyvault list --query [].name\" shows yours");
    if (st != KL_OK)
        return st;
    v->cloud = azure_cloud_of_host(v->host);
    v->any_resource = o->endpoint && o->ca_file && http_url_is_loopback(v->url);
    return azure_authority(v->cloud ? v->cloud->authority : clouds[0].authority, &v->arena,
                           &v->login.authority, e);
}

/* The service writes its own port out: https://shop.vault.azure.net:443/secrets?... */
static struct slice without_default_port(struct slice authority) {
    if (slice_ends(authority, ":443"))
        authority.len -= 4;
    return authority;
}

const char *azure_same_host(const struct azure_vault *v, const char *link) {
    size_t scheme = sizeof SCHEME - 1;
    struct slice s = slice_cstr(link), own = slice_cstr(v->url);
    if (!slice_starts(s, SCHEME) || s.len > HTTP_MAX_HEADER_BYTES)
        return NULL;
    size_t slash = slice_find_byte(s, '/', scheme);
    if (slash == SIZE_MAX || !slice_starts(slice_sub(s, slash, s.len), "/secrets"))
        return NULL;
    for (size_t i = slash; i < s.len; i++)
        if ((unsigned char)s.ptr[i] <= ' ' || (unsigned char)s.ptr[i] >= 0x7f || s.ptr[i] == '#')
            return NULL;
    struct slice there = without_default_port(slice_sub(s, scheme, slash));
    struct slice here = without_default_port(slice_sub(own, scheme, own.len));
    struct arena a = ARENA_INIT;
    bool same = slice_eq_nocase(there, arena_cstr(&a, here));
    arena_release(&a);
    return same ? link + slash : NULL;
}
