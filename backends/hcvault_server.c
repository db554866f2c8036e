/* Which server, in which state, which mount, whose token: what a person is asked
 * about before the first write, and what `keylift vaults check` prints. */
#include "backends/hcvault.h"

#include "base/thread.h"

#include <inttypes.h>

/* The first mount names listed in a message. */
#define MOUNTS_SHOWN 8u
#define SOON_S 600.0
#define NAMES_SHOWN_BYTES ((size_t)400)

struct server_state {
    bool known, sealed, initialized, standby;
    char version[64];
};

/* Every state answers 200, so that none is taken for a failure that passes. Some
 * proxies hide this call: then the state is unknown. */
static enum kl_status ask_health(struct hcvault *v, struct server_state *out, struct error *e) {
    static const struct hcvault_request request = {
        .method = "GET",
        .path =
            "sys/health?standbyok=true&perfstandbyok=true&sealedcode=200&uninitcode=200&drsecondarycode=472",
        .anonymous = true,
        .outside = true,
        .repeatable = true,
    };
    struct http_response r = {0};
    cJSON *json = NULL;
    *out = (struct server_state){0};
    enum kl_status st = hcvault_send(v, &request, &r, e);
    if (st == KL_OK && r.status == 472)
        st = hcvault_refused(v, &r, "asking for the server's state", NULL, e);
    if (st == KL_OK && r.status == 200)
        st = hcvault_json(&r, "sys/health", &json, e);
    if (st == KL_OK && json) {
        out->known = cJSON_IsBool(json_get(json, "sealed"));
        out->sealed = json_bool(json, "sealed", false);
        out->initialized = json_bool(json, "initialized", true);
        out->standby = json_bool(json, "standby", false) || json_bool(json, "performance_standby", false);
        const char *version = json_string(json, "version");
        (void)snprintf(out->version, sizeof out->version, "%s", version ? version : "");
    }
    json_delete_secret(json);
    http_response_release(&r);
    return st;
}

static enum kl_status refuse_state(const struct hcvault *v, const struct server_state *s, struct error *e) {
    if (s->known && !s->initialized)
        return error_set(
            e, KL_ERR_NETWORK,
            "%s is not initialised yet; an operator has to run: vault operator init (bao operator "
            "init)",
            v->address);
    if (s->known && s->sealed)
        return error_set(
            e, KL_ERR_NETWORK,
            "%s is sealed: it cannot read its own storage; an operator has to run: vault operator "
            "unseal (bao operator unseal)",
            v->address);
    return KL_OK;
}

/* ---- the mount ---- */

static bool is_kv(const cJSON *mount, int version) {
    const char *type = json_string(mount, "type");
    const char *option = json_string(json_get(mount, "options"), "version");
    bool kv = type && (strcmp(type, "kv") == 0 || strcmp(type, "generic") == 0);
    return kv && version == (option && strcmp(option, "2") == 0 ? 2 : 1);
}

static enum kl_status refuse_version_1(const char *mount, struct error *e) {
    return error_set(
        e, KL_ERR_UNSUPPORTED,
        "the mount \"%s\" is KV version 1: it keeps no earlier values and cannot write \"only if "
        "absent\"; choose a version 2 mount with --vault-mount, or turn it into one: vault kv "
        "enable-versioning %s",
        mount, mount);
}

static enum kl_status get_json(struct hcvault *v, const char *path, const char *what, unsigned *status,
                               cJSON **out, struct error *e) {
    const struct hcvault_request request = {"GET", path, .repeatable = true};
    struct http_response r = {0};
    *out = NULL;
    enum kl_status st = hcvault_send(v, &request, &r, e);
    *status = st == KL_OK ? r.status : 0;
    if (st == KL_OK && r.status == 200)
        st = hcvault_json(&r, what, out, e);
    else if (st == KL_OK)
        st = hcvault_refused(v, &r, what, NULL, e);
    http_response_release(&r);
    return st;
}

static enum kl_status check_named_mount(struct hcvault *v, struct error *e) {
    struct buf url = BUF_INIT(HCVAULT_MAX_PATH * 4);
    unsigned status;
    cJSON *json;
    buf_str(&url, "sys/internal/ui/mounts/");
    hcvault_append_path(&url, v->mount_wanted);
    enum kl_status st = get_json(v, buf_cstr(&url), "looking for the mount", &status, &json, e);
    const cJSON *data = json_get(json, "data");
    const char *path = json_string(data, "path"), *type = json_string(data, "type");
    if (status == 403 && e->status == KL_ERR_PERMISSION)
        st = error_set(
            e, KL_ERR_PERMISSION,
            "there is no mount \"%s\" that this token may use%s%s; \"vault secrets list\" shows the "
            "mounts, and the policy needs rules for it (docs/vaults/vault.md)",
            v->mount_wanted, v->namespace ? " in the namespace " : "", v->namespace ? v->namespace : "");
    else if (st == KL_OK && (!path || !hcvault_path_is_plain(v->mount_wanted)))
        st = error_set(e, KL_ERR_PROTOCOL, "the server does not say what \"%s\" is", v->mount_wanted);
    else if (st == KL_OK && is_kv(data, 1))
        st = refuse_version_1(path, e);
    else if (st == KL_OK && !is_kv(data, 2))
        st =
            error_set(e, KL_ERR_UNSUPPORTED, "the mount \"%s\" holds no secrets but is of the type \"%.40s\"",
                      path, type ? type : "unknown");
    else if (st == KL_OK && strncmp(path, v->mount_wanted, strlen(v->mount_wanted)) != 0)
        st = error_set(e, KL_ERR_USAGE,
                       "--vault-mount %s: the mount is \"%.100s\"; what follows it belongs into "
                       "--prefix",
                       v->mount_wanted, path);
    if (st == KL_OK)
        v->mount = arena_printf(&v->arena, "%s/", v->mount_wanted);
    json_delete_secret(json);
    buf_release(&url);
    return st;
}

/* Of the KV version 2 mounts that the token may use: the only one, or "secret". */
static enum kl_status choose_mount(struct hcvault *v, const cJSON *mounts, struct error *e) {
    const char *only = NULL, *version_1 = NULL, *usual = NULL;
    struct buf names = BUF_INIT(NAMES_SHOWN_BYTES);
    unsigned count = 0;
    const cJSON *mount;
    cJSON_ArrayForEach(mount, mounts) {
        if (is_kv(mount, 1))
            version_1 = mount->string;
        if (!is_kv(mount, 2))
            continue;
        only = mount->string;
        if (strcmp(mount->string, HCVAULT_DEFAULT_MOUNT "/") == 0)
            usual = mount->string;
        if (count++ < MOUNTS_SHOWN)
            buf_printf(&names, "%s%s", count > 1 ? ", " : "", mount->string);
    }
    enum kl_status st = KL_OK;
    if (usual || count == 1)
        v->mount = arena_cstr(&v->arena, slice_cstr(usual ? usual : only));
    else if (count > 1)
        st = error_set(e, KL_ERR_USAGE, "there are %u KV version 2 mounts; say which with --vault-mount: %s",
                       count, buf_cstr(&names));
    else if (version_1)
        st = refuse_version_1(version_1, e);
    else
        st = error_set(e, KL_ERR_PERMISSION,
                       "%s%s%s shows this token no KV mount; name it with --vault-mount, or make one: vault "
                       "secrets enable -path=secret -version=2 kv",
                       v->address, v->namespace ? ", namespace " : "", v->namespace ? v->namespace : "");
    buf_release(&names);
    return st;
}

static enum kl_status find_mount(struct hcvault *v, struct error *e) {
    unsigned status;
    cJSON *json;
    if (v->mount_wanted)
        return check_named_mount(v, e);
    enum kl_status st = get_json(v, "sys/internal/ui/mounts", "listing the mounts", &status, &json, e);
    if (st == KL_OK)
        st = choose_mount(v, json_get(json_get(json, "data"), "secret"), e);
    json_delete_secret(json);
    return st;
}

enum kl_status hcvault_ready(struct hcvault *v, struct error *e) {
    struct server_state state;
    enum kl_status st = KL_OK;
    mutex_lock(v->lock);
    if (!v->mount) {
        st = ask_health(v, &state, e);
        if (st == KL_OK)
            st = refuse_state(v, &state, e);
        if (st == KL_OK)
            st = find_mount(v, e);
    }
    mutex_unlock(v->lock);
    return st;
}

const char *hcvault_policy_line(const struct hcvault *v, struct arena *a, const char *kind,
                                const char *capabilities) {
    return arena_printf(a, "path \"%s%s/%s*\" { capabilities = [%s] }",
                        v->mount ? v->mount : HCVAULT_DEFAULT_MOUNT "/", kind, v->prefix, capabilities);
}

/* ---- for a person ---- */

struct lines {
    struct arena *a;
    struct vault_identity *out;
    size_t count;
};

static void add(struct lines *l, const char *line) {
    if (l->count < VAULT_IDENTITY_LINES)
        l->out->lines[l->count++] = line;
}

static const char *state_words(const struct server_state *s) {
    if (!s->known)
        return "state unknown";
    return s->standby ? "unsealed, standby: it hands requests to the active node" : "unsealed";
}

static const char *join_policies(const cJSON *policies, struct arena *a, bool *root) {
    struct buf names = BUF_INIT(NAMES_SHOWN_BYTES);
    const cJSON *policy;
    *root = false;
    cJSON_ArrayForEach(policy, policies) {
        if (!cJSON_IsString(policy))
            continue;
        *root = *root || strcmp(policy->valuestring, "root") == 0;
        buf_printf(&names, "%s%s", names.len ? ", " : "", policy->valuestring);
    }
    const char *joined = names.len ? arena_cstr(a, buf_as_slice(&names)) : "none";
    buf_release(&names);
    return joined;
}

static const char *token_life(const cJSON *data, struct arena *a) {
    double ttl = json_number(data, "ttl", 0);
    if (ttl <= 0)
        return "never runs out";
    if (ttl < SOON_S)
        return arena_printf(a, "runs out in %.0f seconds", ttl);
    static const struct {
        double seconds;
        const char *name;
    } units[] = {{86400, "days"}, {3600, "hours"}, {60, "minutes"}};
    size_t i = 0;
    while (i + 1 < KL_ARRAY_LEN(units) && ttl < 2 * units[i].seconds)
        i++;
    return arena_printf(a, "runs out in %.0f %s", ttl / units[i].seconds, units[i].name);
}

/* A token may be forbidden to look itself up: that is no reason not to use it. */
static enum kl_status describe_token(struct hcvault *v, struct lines *l, struct error *e) {
    unsigned status;
    cJSON *json;
    bool root;
    enum kl_status st = get_json(v, "auth/token/lookup-self", "looking the token up", &status, &json, e);
    const cJSON *data = json_get(json, "data");
    if (st == KL_ERR_PERMISSION) {
        add(l, "token: may not look itself up (it lacks the policy \"default\")");
        return KL_OK;
    }
    if (st == KL_OK) {
        const char *name = json_string(data, "display_name");
        const char *policies = join_policies(json_get(data, "policies"), l->a, &root);
        add(l, arena_printf(l->a, "token: of %s, policies %s, %s", name ? name : "nobody named", policies,
                            token_life(data, l->a)));
        if (root)
            add(l, "warning: this is a root token, which may do anything; a token with the policy of "
                   "docs/vaults/vault.md is enough");
        if (json_number(data, "num_uses", 0) > 0)
            add(l, arena_printf(l->a,
                                "warning: the token may be used %.0f more times; keylift makes some six "
                                "requests a secret",
                                json_number(data, "num_uses", 0)));
    }
    json_delete_secret(json);
    return st;
}

static enum kl_status describe(struct hcvault *v, struct lines *l, struct error *e) {
    struct server_state state;
    enum kl_status st = ask_health(v, &state, e);
    if (st == KL_OK)
        st = refuse_state(v, &state, e);
    if (st == KL_OK)
        st = hcvault_ready(v, e);
    if (st != KL_OK)
        return st;
    add(l, arena_printf(l->a, "address: %s (from %s; version %s, %s)", v->address, v->address_from,
                        state.version[0] ? state.version : "unknown", state_words(&state)));
    add(l, v->namespace ? arena_printf(l->a, "namespace: %s", v->namespace) : "namespace: none (the root)");
    add(l, arena_printf(l->a, "mount: %s (KV version 2)", v->mount));
    if (v->bundle)
        add(l, arena_printf(l->a, "secret: %s%s, one field a name", v->prefix, v->bundle));
    else
        add(l, arena_printf(l->a, "secret: %sNAME, field %s", v->prefix, v->field));
    return describe_token(v, l, e);
}

enum kl_status hcvault_identity(struct vault *vault, struct arena *a, struct vault_identity *out,
                                struct error *e) {
    struct hcvault *v = (struct hcvault *)vault;
    struct lines l = {.a = a, .out = out};
    *out = (struct vault_identity){{NULL}};
    enum kl_status st = describe(v, &l, e);
    if (st == KL_OK)
        credential_chain_describe(v->credentials, a, out->lines, &l.count, l.count + 1);
    return st;
}

/* ---- what the token may do ---- */

static const char *const data_needs[] = {"create", "read", "update", "patch", NULL};
static const char *const metadata_needs[] = {"patch", NULL};
static const char *const folder_needs[] = {"list", NULL};

static bool has_capability(const cJSON *granted, const char *wanted) {
    const cJSON *one;
    cJSON_ArrayForEach(one, granted) {
        if (cJSON_IsString(one) &&
            (strcmp(one->valuestring, wanted) == 0 || strcmp(one->valuestring, "root") == 0))
            return true;
    }
    return false;
}

static void append_missing(struct buf *out, const cJSON *granted, const char *const *needs) {
    for (; *needs; needs++)
        if (!has_capability(granted, *needs))
            buf_printf(out, "%s\"%s\"", out->len ? ", " : "", *needs);
}

/* The line that the policy lacks; none when all is there. */
static bool report_missing(struct hcvault *v, struct lines *l, const char *kind, struct buf *missing) {
    bool any = missing->len > 0;
    if (any)
        add(l, arena_printf(l->a, "missing in the policy: %s",
                            hcvault_policy_line(v, l->a, kind, buf_cstr(missing))));
    buf_release(missing);
    return any;
}

static enum kl_status ask_capabilities(struct hcvault *v, const char *const *paths, size_t count, cJSON **out,
                                       struct error *e) {
    struct buf body = BUF_INIT(KL_MAX_PATH_BYTES);
    struct http_response r = {0};
    cJSON *question = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(question, "paths");
    for (size_t i = 0; i < count; i++)
        cJSON_AddItemToArray(list, cJSON_CreateString(paths[i]));
    json_print(question, false, &body);
    const struct hcvault_request request = {"POST", "sys/capabilities-self", buf_as_slice(&body),
                                            .repeatable = true};
    enum kl_status st = hcvault_send(v, &request, &r, e);
    if (st == KL_OK && r.status == 200)
        st = hcvault_json(&r, "sys/capabilities-self", out, e);
    else if (st == KL_OK)
        st = hcvault_refused(v, &r, "asking what the token may do", NULL, e);
    cJSON_Delete(question);
    http_response_release(&r);
    buf_release(&body);
    return st;
}

static enum kl_status describe_rights(struct hcvault *v, struct lines *l, struct error *e) {
    const char *leaf = v->bundle ? v->bundle : "KEYLIFT_CHECK";
    const char *paths[] = {arena_printf(l->a, "%sdata/%s%s", v->mount, v->prefix, leaf),
                           arena_printf(l->a, "%smetadata/%s%s", v->mount, v->prefix, leaf),
                           arena_printf(l->a, "%smetadata/%s", v->mount, v->prefix)};
    struct buf in_data = BUF_INIT(NAMES_SHOWN_BYTES), in_metadata = BUF_INIT(NAMES_SHOWN_BYTES);
    cJSON *json = NULL;
    enum kl_status st = ask_capabilities(v, paths, KL_ARRAY_LEN(paths), &json, e);
    const cJSON *data = json_get(json, "data");
    if (st == KL_ERR_PERMISSION) {
        add(l, "rights: the token may not ask for its own (it lacks the policy \"default\")");
        st = KL_OK;
    } else if (st == KL_OK) {
        append_missing(&in_data, json_get(data, paths[0]), data_needs);
        append_missing(&in_metadata, json_get(data, paths[1]), metadata_needs);
        if (!v->bundle)
            append_missing(&in_metadata, json_get(data, paths[2]), folder_needs);
        bool lacks = report_missing(v, l, "data", &in_data);
        lacks = report_missing(v, l, "metadata", &in_metadata) || lacks;
        if (!lacks)
            add(l, "rights: all that keylift needs");
    }
    json_delete_secret(json);
    return st;
}

enum kl_status hcvault_check(struct vault *vault, struct arena *a, struct vault_identity *out,
                             struct error *e) {
    struct hcvault *v = (struct hcvault *)vault;
    struct lines l = {.a = a, .out = out};
    *out = (struct vault_identity){{NULL}};
    enum kl_status st = describe(v, &l, e);
    if (st == KL_OK)
        st = describe_rights(v, &l, e);
    credential_chain_describe(v->credentials, a, out->lines, &l.count, VAULT_IDENTITY_LINES);
    return st;
}
