/* Azure Key Vault: opening a vault, whose it is, and what the credential may do. azure.h
 * says where the rest is. */
#include "backends/azure.h"

#include <stdlib.h>

#include "backends/vault_kinds.h"
#include "base/encode.h"
#include "base/mem.h"
#include "base/system.h"

/* A name that nobody uses, to see whether reading is allowed at all. */
#define PROBE "keylift-permission-check"

#define CLIENT(url) "SecretClient(" url ", DefaultAzureCredential())"

static const struct python_package packages[] = {{"azure-identity", "azure-identity>=1.16.1"},
                                                 {"azure-keyvault-secrets", "azure-keyvault-secrets>=4.7.0"},
                                                 {NULL, NULL}};
static const struct python_import imports[] = {{"os", NULL},
                                               {"azure.core.exceptions", NULL},
                                               {"azure.identity", "DefaultAzureCredential"},
                                               {"azure.keyvault.secrets", "SecretClient"},
                                               {NULL, NULL}};
static const struct python_access access_data = {
    .vault = "azure",
    .packages = packages,
    .imports = imports,
    .read_text = "{client}.get_secret({name}).value",
    .read_bytes = "base64.b64decode({client}.get_secret({name}).value)",
    .missing_error = "azure.core.exceptions.ResourceNotFoundError",
    .client = CLIENT("os.environ[\"AZURE_KEYVAULT_URL\"]"),
    .text_only = true,
};

static struct azure_vault *self(struct vault *v) {
    return (struct azure_vault *)v;
}

static const char module_client[] = "    from azure.identity import DefaultAzureCredential\n"
                                    "    from azure.keyvault.secrets import SecretClient\n"
                                    "\n"
                                    "    url = os.environ.get(\"AZURE_KEYVAULT_URL\", VAULT_URL)\n"
                                    "    return SecretClient(url, DefaultAzureCredential())\n";
/* Names there have no "_": azure_names.c. */
#define MODULE_READ(prefix)                                                                                  \
    "    from azure.core.exceptions import ResourceNotFoundError\n"                                          \
    "\n"                                                                                                     \
    "    try:\n"                                                                                             \
    "        secret = _client().get_secret(" prefix "name.replace(\"_\", \"-\"))\n"                          \
    "    except ResourceNotFoundError:\n"                                                                    \
    "        raise SecretNotFoundError(name) from None\n"                                                    \
    "    value: str = secret.value\n"                                                                        \
    "    return value\n"

/* The vault of the migration, where the program's own environment names none. */
static enum kl_status azure_python(struct vault *vault, struct arena *a, struct python_access *out,
                                   struct error *e) {
    const struct azure_vault *v = self(vault);
    struct python_module *m = arena_calloc(a, 1, sizeof *m);
    (void)e;
    *m = (struct python_module){
        .title = "Azure Key Vault",
        .constants = {{"VAULT_URL", v->url, "Where AZURE_KEYVAULT_URL names none.", false},
                      {v->prefix[0] ? "PREFIX" : NULL, v->prefix, NULL, true}},
        .read = v->prefix[0] ? MODULE_READ("PREFIX + ") : MODULE_READ(""),
        .client = module_client,
    };
    *out = access_data;
    out->client = arena_printf(a, CLIENT("os.environ.get(\"AZURE_KEYVAULT_URL\", \"%s\")"), v->url);
    out->module = m;
    return KL_OK;
}

static void azure_close(struct vault *vault) {
    struct azure_vault *v = self(vault);
    credential_chain_free(v->chain);
    if (v->owns_http)
        http_close(v->http);
    mutex_free(v->lock);
    for (size_t i = 0; i < AZURE_STRIPES; i++)
        mutex_free(v->stripes[i]);
    arena_release(&v->arena);
    free(v);
}

static enum kl_status open_http(struct azure_vault *v, const struct vault_options *o, struct error *e) {
    const struct http_options options = {.ca_file = o->ca_file, .trace = o->trace, .trace_ctx = o->observer};
    v->http = o->http;
    v->owns_http = !o->http;
    return o->http ? KL_OK : http_open(&options, &v->http, e);
}

/* Without a run's id, a tag of our own tells our versions from others'. */
static void choose_run(struct azure_vault *v, const char *run_id) {
    unsigned char random[16];
    struct buf hex = BUF_INIT(sizeof v->run);
    system_random(random, sizeof random);
    if (run_id && run_id[0] && strlen(run_id) < sizeof v->run)
        buf_str(&hex, run_id);
    else
        encode_hex(slice_of(random, sizeof random), &hex);
    snprintf(v->run, sizeof v->run, "%s", buf_cstr(&hex));
    buf_release(&hex);
}

static enum kl_status azure_open(const struct vault_options *o, struct vault **out, struct error *e) {
    struct azure_vault *v = mem_calloc(1, sizeof *v);
    v->vault.kind = &vault_kind_azure;
    v->lock = mutex_new();
    for (size_t i = 0; i < AZURE_STRIPES; i++)
        v->stripes[i] = mutex_new();
    v->login.learn = o->learn;
    v->login.observer = o->observer;
    choose_run(v, o->run_id);
    enum kl_status st = azure_address(o, v, e);
    if (st == KL_OK)
        st = azure_prefix(v, o->prefix, e);
    if (st == KL_OK)
        st = azure_credentials_open(o->azure_credential, &v->login, &v->chain, e);
    if (st == KL_OK)
        st = open_http(v, o, e);
    v->login.http = v->http;
    if (st == KL_OK)
        *out = &v->vault;
    else
        azure_close(&v->vault);
    return st;
}

/* The program's SDK asks the public cloud unless it is told otherwise. */
static const char *sdk_warning(const struct azure_vault *v, struct arena *a) {
    const char *authority, *name = "AZURE_AUTHORITY_HOST";
    struct error ignored = {0};
    if (azure_authority("https://login.microsoftonline.com", a, &authority, &ignored) != KL_OK ||
        slice_eq_nocase(slice_cstr(authority), v->login.authority))
        return NULL;
    return arena_printf(a, "warning: the program needs %s=%s, or azure-identity signs in to the public cloud",
                        name, v->login.authority);
}

static void add_line(struct vault_identity *out, size_t *n, const char *line) {
    if (line && *n < VAULT_IDENTITY_LINES)
        out->lines[(*n)++] = line;
}

/* What is known stands in the lines also when this fails. */
static enum kl_status describe(struct azure_vault *v, struct arena *a, struct vault_identity *out, size_t *n,
                               struct error *e) {
    struct credential c = {0};
    struct azure_claims claims;
    *out = (struct vault_identity){{NULL}};
    add_line(out, n, arena_printf(a, "vault: %s", v->url));
    add_line(out, n,
             arena_printf(a, "cloud: %s", v->cloud ? v->cloud->name : "none of those that are known"));
    enum kl_status st = azure_connect(v, e);
    if (st != KL_OK)
        return st;
    add_line(out, n, arena_printf(a, "tenant: %s", v->login.tenant));
    st = credential_get(v->chain, &c, e);
    if (st != KL_OK)
        return st;
    azure_claims_read(secret_slice(&c.token), &claims);
    credential_release(&c);
    credential_chain_describe(v->chain, a, out->lines, n, *n + 1); /* the one in use comes first */
    if (claims.tenant[0] && !slice_eq_nocase(slice_cstr(claims.tenant), v->login.tenant))
        add_line(out, n, arena_printf(a, "warning: the credential is of another tenant, %s", claims.tenant));
    add_line(out, n, sdk_warning(v, a));
    return KL_OK;
}

static enum kl_status azure_identity(struct vault *vault, struct arena *a, struct vault_identity *out,
                                     struct error *e) {
    size_t n = 0;
    return describe(self(vault), a, out, &n, e);
}

/* ---- check ---- */

struct survey {
    size_t names, ours, disabled, expired, early;
    double now;
};

static void survey_one(void *ctx, const cJSON *item, struct slice name, struct slice version) {
    struct survey *s = ctx;
    const cJSON *attributes = json_get(item, "attributes");
    const char *owner = json_string(json_get(item, "tags"), AZURE_TAG_OWNER);
    double end = json_number(attributes, "exp", 0), begin = json_number(attributes, "nbf", 0);
    (void)name;
    (void)version;
    s->names++;
    s->ours += owner && strcmp(owner, AZURE_TAG_OWNER_VALUE) == 0;
    s->disabled += !json_bool(attributes, "enabled", true);
    s->expired += end > 0 && end < s->now;
    s->early += begin > s->now;
}

static void add_survey(const struct survey *s, struct arena *a, struct vault_identity *out, size_t *n) {
    add_line(out, n,
             arena_printf(a, "may list: yes (%zu secret%s, %zu stored by keylift)", s->names,
                          s->names == 1 ? "" : "s", s->ours));
    if (s->disabled)
        add_line(out, n,
                 arena_printf(a, "warning: %zu disabled; nobody can read them until they are enabled",
                              s->disabled));
    if (s->expired)
        add_line(out, n,
                 arena_printf(a, "warning: %zu past their expiry; Azure still gives them to who asks",
                              s->expired));
    if (s->early)
        add_line(
            out, n,
            arena_printf(a, "warning: %zu not valid yet; Azure gives them already to who asks", s->early));
}

static enum kl_status check_list(struct azure_vault *v, struct arena *a, struct vault_identity *out,
                                 size_t *n, struct error *e) {
    struct survey s = {.now = (double)system_unix_time()};
    enum kl_status st = azure_each_item(v, "/secrets?api-version=" AZURE_API_VERSION "&maxresults=25", NULL,
                                        survey_one, &s, e);
    if (st == KL_OK)
        add_survey(&s, a, out, n);
    else if (st == KL_ERR_PERMISSION)
        add_line(out, n, arena_printf(a, "may list: no (%s)", e->message));
    return st == KL_ERR_PERMISSION ? KL_OK : st;
}

static enum kl_status check_read(struct azure_vault *v, struct arena *a, struct vault_identity *out,
                                 size_t *n, struct error *e) {
    struct secret nothing = {0};
    enum kl_status st = azure_get(&v->vault, PROBE, NULL, &nothing, NULL, e);
    secret_release(&nothing);
    bool may = st == KL_OK || st == KL_ERR_NOT_FOUND || st == KL_ERR_REFUSED;
    if (may)
        add_line(out, n, "may read: yes");
    else if (st == KL_ERR_PERMISSION)
        add_line(out, n, arena_printf(a, "may read: no (%s)", e->message));
    return may || st == KL_ERR_PERMISSION ? KL_OK : st;
}

/* Why the other links were not used; the line of the one in use is there already. */
static void add_unused(struct azure_vault *v, struct arena *a, struct vault_identity *out, size_t *n) {
    const char *lines[CREDENTIAL_LINKS_MAX + 1];
    size_t count = 0;
    credential_chain_describe(v->chain, a, lines, &count, KL_ARRAY_LEN(lines));
    for (size_t i = credential_chain_used(v->chain) ? 1 : 0; i < count; i++)
        add_line(out, n, lines[i]);
}

static enum kl_status azure_check(struct vault *vault, struct arena *a, struct vault_identity *out,
                                  struct error *e) {
    struct azure_vault *v = self(vault);
    size_t n = 0;
    enum kl_status st = describe(v, a, out, &n, e);
    add_unused(v, a, out, &n);
    if (st == KL_OK)
        st = check_read(v, a, out, &n, e);
    if (st == KL_OK)
        st = check_list(v, a, out, &n, e);
    if (st == KL_OK)
        add_line(out, &n, "may write: not tried, as that would write");
    return st;
}

static const char *const aliases[] = {"azure-key-vault", "keyvault", NULL};

const struct vault_kind vault_kind_azure = {
    .id = "azure",
    .aliases = aliases,
    .title = "Azure Key Vault",
    .access = &access_data,
    .stores = true,
    .ephemeral = false,
    .keeps_versions = true,
    .environment_mark = '-',
    .module_by_default = true,
    .bundles = false,
    .parallel = 8,
    .open = azure_open,
    .identity = azure_identity,
    .map_name = azure_map_name,
    .accepts = azure_accepts,
    .get = azure_get,
    .put_if_absent = azure_put_if_absent,
    .add_version = azure_add_version,
    .list = azure_list,
    .check = azure_check,
    .policy = azure_policy,
    .close = azure_close,
    .python = azure_python,
};
