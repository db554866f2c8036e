/* HashiCorp Vault and OpenBao: one name is one path of a KV version 2 mount, with one
 * field; or, with --bundle, one field of a path that all names share. */
#include "backends/hcvault.h"

#include <stdlib.h>

#include "backends/vault_kinds.h"
#include "base/encode.h"
#include "base/mem.h"
#include "base/thread.h"

#define PARALLEL_CALLS 8u
/* What names and braces around a value take in the JSON of a secret. */
#define ENVELOPE_BYTES ((size_t)1024)

static const struct python_package packages[] = {{"hvac", "hvac>=2.4.0"}, {NULL, NULL}};
static const struct python_import imports[] = {{"os", NULL}, {"hvac", NULL}, {NULL, NULL}};
/* hvac reads VAULT_TOKEN, ~/.vault-token and VAULT_CACERT by itself, but not
 * VAULT_NAMESPACE. raise_on_deleted_version: without it hvac 2 warns, and 3 will
 * return None for a deleted secret. */
#define CLIENT_START "hvac.Client(url=os.environ.get(\"VAULT_ADDR\""
#define CLIENT_NAMESPACE "), namespace=os.environ.get(\"VAULT_NAMESPACE\""
#define READ_START "{client}.secrets.kv.v2.read_secret_version(path="
#define READ_MOUNT ", mount_point="
#define READ_END ", raise_on_deleted_version=True)[\"data\"][\"data\"]"
#define READ_USUAL                                                                                           \
    READ_START "{name}" READ_MOUNT "\"" HCVAULT_DEFAULT_MOUNT "\"" READ_END "[\"" HCVAULT_DEFAULT_FIELD "\"" \
               "]"

static const struct python_access access_data = {
    .vault = "vault",
    .packages = packages,
    .imports = imports,
    .read_text = READ_USUAL,
    .read_bytes = "base64.b64decode(" READ_USUAL ")",
    .missing_error = "hvac.exceptions.InvalidPath",
    .client = CLIENT_START CLIENT_NAMESPACE "))",
    .text_only = true,
};

static void hcvault_close(struct vault *vault) {
    struct hcvault *v = (struct hcvault *)vault;
    credential_chain_free(v->credentials);
    if (v->owns_http)
        http_close(v->http);
    mutex_free(v->writing);
    mutex_free(v->lock);
    arena_release(&v->arena);
    free(v);
}

static enum kl_status hcvault_open(const struct vault_options *o, struct vault **out, struct error *e) {
    struct hcvault *v = mem_calloc(1, sizeof *v);
    v->vault.kind = &vault_kind_vault;
    v->learn = o->learn;
    v->observer = o->observer;
    v->lock = mutex_new();
    v->writing = mutex_new();
    v->credentials = credential_chain_new(hcvault_links, hcvault_link_count, NULL, v, o->learn, o->observer);
    enum kl_status st = hcvault_settings(v, o, e);
    if (st == KL_OK)
        st = hcvault_open_http(v, o, e);
    if (st == KL_OK)
        *out = &v->vault;
    else
        hcvault_close(&v->vault);
    return st;
}

static enum kl_status hcvault_map_name(struct vault *vault, const char *name, struct arena *a,
                                       const char **out, struct error *e) {
    struct hcvault *v = (struct hcvault *)vault;
    bool fits = strlen(name) + strlen(v->prefix) <= HCVAULT_MAX_PATH;
    if (!hcvault_path_is_plain(name) || !fits || (v->bundle && strchr(name, '/')))
        return error_set(
            e, KL_ERR_UNSUPPORTED,
            "%s: a name in this vault is letters, digits and \"_.@=:-\"%s, and with its prefix at "
            "most %u bytes long",
            name, v->bundle ? "" : " between slashes", HCVAULT_MAX_PATH);
    *out = v->bundle ? arena_cstr(a, slice_cstr(name)) : hcvault_place_of(v, name, a).path;
    return KL_OK;
}

/* Bytes that the value takes in the JSON of Go, whose encoder also escapes <, >, &
 * and the line separators U+2028 and U+2029. */
static size_t size_in_json(struct slice value) {
    size_t size = 2;
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.ptr[i];
        bool named = c == '"' || c == '\\' || c == '\n' || c == '\r' || c == '\t';
        bool escaped = c < 0x20 || c == '<' || c == '>' || c == '&';
        size += named ? 2 : escaped ? 6 : 1;
        if (c == 0xE2 && value.len - i >= 3 && (unsigned char)value.ptr[i + 1] == 0x80 &&
            ((unsigned char)value.ptr[i + 2] & 0xFE) == 0xA8)
            size += 3;
    }
    return size;
}

static enum kl_status hcvault_accepts(struct vault *v, const char *name, const struct secret *secret,
                                      struct error *e) {
    struct slice value = secret_slice(secret);
    (void)v;
    if (value.len > HCVAULT_MAX_SECRET_BYTES ||
        size_in_json(value) + ENVELOPE_BYTES > HCVAULT_MAX_SECRET_BYTES)
        return error_set(e, KL_ERR_LIMIT,
                         "%s: the value takes more than the %zu bytes of JSON that a secret of "
                         "this vault may have",
                         name, HCVAULT_MAX_SECRET_BYTES);
    if (slice_find_byte(value, '\0', 0) != SIZE_MAX || !utf8_valid(value))
        return error_set(e, KL_ERR_UNSUPPORTED, "%s: this vault holds text without NUL, and the value is not",
                         name);
    return KL_OK;
}

/* All that stands between quotes here is plain (hcvault_path_is_plain), or an address
 * that http.h took. */
static enum kl_status hcvault_python(struct vault *vault, struct arena *a, struct python_access *out,
                                     struct error *e) {
    struct hcvault *v = (struct hcvault *)vault;
    enum kl_status st = hcvault_ready(v, e);
    if (st != KL_OK)
        return st;
    *out = access_data;
    const char *place = v->bundle ? arena_printf(a, "\"%s%s\"", v->prefix, v->bundle) : "{name}";
    const char *field = v->bundle ? "{name}" : arena_printf(a, "\"%s\"", v->field);
    const char *space = v->namespace ? arena_printf(a, ", \"%s\"", v->namespace) : "";
    out->read_text = arena_printf(a, READ_START "%s" READ_MOUNT "\"%.*s\"" READ_END "[%s]", place,
                                  (int)strlen(v->mount) - 1, v->mount, field);
    out->read_bytes = arena_printf(a, "base64.b64decode(%s)", out->read_text);
    out->client = arena_printf(a, CLIENT_START ", \"%s\"" CLIENT_NAMESPACE "%s))", v->address, space);
    /* A bundle without the name is there, but has no such key. */
    out->missing_error = v->bundle ? "KeyError" : access_data.missing_error;
    out->module = hcvault_module(v, a);
    return KL_OK;
}

static const char *const aliases[] = {"hashicorp", "openbao", "bao", NULL};

const struct vault_kind vault_kind_vault = {
    .id = "vault",
    .aliases = aliases,
    .title = "HashiCorp Vault and OpenBao, KV version 2",
    .access = &access_data,
    .stores = true,
    .ephemeral = false,
    .keeps_versions = true,
    .environment_mark = '/',
    .module_by_default = true,
    .bundles = true,
    .own_bundles = true,
    .parallel = PARALLEL_CALLS,
    .open = hcvault_open,
    .identity = hcvault_identity,
    .map_name = hcvault_map_name,
    .accepts = hcvault_accepts,
    .get = hcvault_get,
    .put_if_absent = hcvault_put_if_absent,
    .add_version = hcvault_add_version,
    .finish_put = hcvault_finish_put,
    .list = hcvault_list,
    .check = hcvault_check,
    .policy = hcvault_policy,
    .close = hcvault_close,
    .python = hcvault_python,
};
