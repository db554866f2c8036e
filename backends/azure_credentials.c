/* azure_credentials.c: the list of links, and how it is narrowed. */
#include "backends/azure_credentials.h"

#include "base/system.h"

#define SCHEME "https://"
#define AUTHORITY_MAX 512u

static const struct credential_link *const links[] = {
    &azure_link_environment,
    &azure_link_workload,
    &azure_link_managed,
    &azure_link_cli,
};

/* What --azure-credential and AZURE_TOKEN_CREDENTIALS may say. */
static const struct selection {
    const char *name, *sdk_name;
    size_t first, count;
} selections[] = {
    {"environment", "EnvironmentCredential", 0, 1},
    {"workload-identity", "WorkloadIdentityCredential", 1, 1},
    {"managed-identity", "ManagedIdentityCredential", 2, 1},
    {"cli", "AzureCliCredential", 3, 1},
    {"prod", "prod", 0, 3},
    {"dev", "dev", 3, 1},
};

static const struct selection *find(const char *name) {
    struct slice wanted = slice_trim(slice_cstr(name));
    for (size_t i = 0; i < KL_ARRAY_LEN(selections); i++)
        if (slice_eq_nocase(wanted, selections[i].name) || slice_eq_nocase(wanted, selections[i].sdk_name))
            return &selections[i];
    return NULL;
}

enum kl_status azure_credentials_open(const char *name, struct azure_login *login,
                                      struct credential_chain **out, struct error *e) {
    const char *option = "--azure-credential";
    struct selection all = {.first = 0, .count = KL_ARRAY_LEN(links)};
    if (!name || !name[0]) {
        name = system_getenv("AZURE_TOKEN_CREDENTIALS");
        option = "AZURE_TOKEN_CREDENTIALS";
    }
    bool narrowed = name && slice_trim(slice_cstr(name)).len;
    const struct selection *s = narrowed ? find(name) : &all;
    if (!s)
        return error_set(
            e, KL_ERR_USAGE,
            "%s %.100s: keylift has no such Azure credential; it has: environment, workload-identity, "
            "managed-identity, cli, and the groups prod and dev",
            option, name);
    *out = credential_chain_new(links + s->first, s->count, NULL, login, login->learn, login->observer);
    return KL_OK;
}

/* As azure-identity takes it: a host or an https URL, blanks and slashes at its end cut off. */
enum kl_status azure_authority(const char *otherwise, struct arena *a, const char **out, struct error *e) {
    const char *set = system_getenv("AZURE_AUTHORITY_HOST");
    struct slice s = slice_cstr(set && set[0] ? set : otherwise);
    while (s.len && (s.ptr[s.len - 1] == '/' || s.ptr[s.len - 1] == ' '))
        s.len--;
    bool has_scheme = slice_find(s, SLICE_LIT("://"), 0) != SIZE_MAX;
    bool plain = s.len > 0 && s.len < AUTHORITY_MAX;
    for (size_t i = 0; plain && i < s.len; i++)
        plain = (unsigned char)s.ptr[i] > ' ' && (unsigned char)s.ptr[i] < 0x7f && s.ptr[i] != '?' &&
                s.ptr[i] != '#' && s.ptr[i] != '@';
    if (!plain || (has_scheme && !slice_starts(s, SCHEME)))
        return error_set(e, KL_ERR_USAGE,
                         "AZURE_AUTHORITY_HOST is no https address; it is like login.microsoftonline.com");
    *out = arena_printf(a, "%s%.*s", has_scheme ? "" : SCHEME, SLICE_ARG(s));
    return KL_OK;
}
