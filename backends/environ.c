/* The environment as a vault that stores nothing: what is there already is
 * verified, and the code then reads it by name. Nothing that keylift could set
 * would outlive its own process; with --setting-lines it writes down what is missing,
 * for the program's starter to set. */
#include "backends/setting_lines.h"
#include "backends/vault.h"
#include "backends/vault_kinds.h"

#include <stdlib.h>

#include "base/encode.h"
#include "base/mem.h"
#include "base/system.h"

static const struct python_package packages[] = {{NULL, NULL}};
static const struct python_import imports[] = {{"os", NULL}, {NULL, NULL}};
static const struct python_access access_data = {
    .vault = "environ",
    .packages = packages,
    .imports = imports,
    .read_text = "os.environ[{name}]",
    .read_bytes = "base64.b64decode(os.environ[{name}])",
    .missing_error = "KeyError",
    .text_only = true,
};

struct environ_vault {
    struct vault vault;
    struct arena arena;
    const char *shown; /* --setting-lines as the user wrote it; NULL without */
    struct setting_lines *lines;
};

static enum kl_status environ_open(const struct vault_options *o, struct vault **out, struct error *e) {
    struct setting_lines *lines = NULL;
    if (o->setting_lines && setting_lines_open(o->setting_lines, &lines, e) != KL_OK)
        return e->status;
    struct environ_vault *v = mem_calloc(1, sizeof *v);
    v->vault.kind = &vault_kind_environ;
    v->lines = lines;
    v->shown = lines ? arena_cstr(&v->arena, slice_cstr(o->setting_lines)) : NULL;
    *out = &v->vault;
    return KL_OK;
}

static void environ_close(struct vault *vault) {
    struct environ_vault *v = (struct environ_vault *)vault;
    setting_lines_close(v->lines);
    arena_release(&v->arena);
    free(v);
}

static enum kl_status environ_identity(struct vault *vault, struct arena *a, struct vault_identity *out,
                                       struct error *e) {
    struct environ_vault *v = (struct environ_vault *)vault;
    (void)e;
    *out =
        (struct vault_identity){{"environment: of this process; nothing is stored",
                                 "warning: whoever has the program's console, or may read /proc of its user, "
                                 "can read its environment",
                                 NULL}};
    if (v->shown)
        out->lines[2] =
            arena_printf(a, "setting lines: %s (new, 0600) gets the names that are not set", v->shown);
    return KL_OK;
}

static enum kl_status environ_map_name(struct vault *v, const char *name, struct arena *a, const char **out,
                                       struct error *e) {
    (void)v;
    if (!name[0] || strchr(name, '='))
        return error_set(e, KL_ERR_UNSUPPORTED,
                         "%s: an environment variable's name is not empty and has no \"=\"", name);
    *out = arena_cstr(a, slice_cstr(name));
    return KL_OK;
}

/* Python decodes the environment in the locale's encoding; text that is UTF-8
 * is what every program gets alike. */
static enum kl_status environ_accepts(struct vault *v, const char *name, const struct secret *secret,
                                      struct error *e) {
    (void)v;
    struct slice value = secret_slice(secret);
    if (slice_find_byte(value, '\0', 0) != SIZE_MAX || !utf8_valid(value))
        return error_set(e, KL_ERR_UNSUPPORTED,
                         "%s: an environment variable holds text without NUL, and the value is not", name);
    return KL_OK;
}

static enum kl_status environ_get(struct vault *v, const char *name, const char *version, struct secret *out,
                                  char version_out[VAULT_VERSION_MAX], struct error *e) {
    (void)v;
    (void)version; /* there is one version at a time: what is set now */
    const char *set = system_getenv(name);
    if (!set)
        return error_set(e, KL_ERR_NOT_FOUND, "the environment has no %s", name);
    secret_set(out, slice_cstr(set));
    if (version_out)
        version_out[0] = '\0';
    return KL_OK;
}

/* Always an error, because the value is not where the program will look for it. */
static enum kl_status environ_put(struct vault *vault, const char *name, const struct secret *value,
                                  char version_out[VAULT_VERSION_MAX], struct error *e) {
    struct environ_vault *v = (struct environ_vault *)vault;
    (void)version_out;
    if (!v->lines)
        return error_set(
            e, KL_ERR_REFUSED,
            "%s: keylift cannot store into the environment of a program that runs later; set %s to this "
            "value where the program is started (and here), or choose a vault that stores: --to dotenv",
            name, name);
    if (setting_lines_add(v->lines, name, secret_slice(value), e) != KL_OK)
        return e->status;
    return error_set(e, KL_ERR_REFUSED,
                     "%s is not set yet; the line that sets it is in %s: load that file here and where the "
                     "program is started, then start keylift again",
                     name, v->shown);
}

struct list_call {
    void (*fn)(void *ctx, const char *name);
    void *ctx;
};

static void list_one(void *ctx, const char *name, const char *value) {
    (void)value;
    const struct list_call *call = ctx;
    call->fn(call->ctx, name);
}

static enum kl_status environ_list(struct vault *v, void (*fn)(void *ctx, const char *name), void *ctx,
                                   struct error *e) {
    (void)v;
    (void)e;
    struct list_call call = {fn, ctx};
    system_each_env(list_one, &call);
    return KL_OK;
}

static const char *const aliases[] = {"env", "environment", "os.environ", NULL};

const struct vault_kind vault_kind_environ = {
    .id = "environ",
    .aliases = aliases,
    .title = "environment variables that are set already (os.environ)",
    .access = &access_data,
    .stores = false,
    .ephemeral = false,
    .keeps_versions = false,
    .names_are_variables = true,
    .open = environ_open,
    .identity = environ_identity,
    .map_name = environ_map_name,
    .accepts = environ_accepts,
    .get = environ_get,
    .put_if_absent = environ_put,
    .add_version = environ_put,
    .list = environ_list,
    .check = environ_identity,
    .close = environ_close,
};
