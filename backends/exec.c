/* A helper program as a vault: whatever keeps secrets on somebody's machine becomes a
 * vault with a page of code. The program is the user's choice alone: it is named on the
 * command line or in the user's own configuration, and never lies in the scanned tree. */
#include "backends/exec.h"

#include <stdlib.h>

#include "backends/value_tag.h"
#include "backends/vault_kinds.h"
#include "base/encode.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/process.h"

#define CHECK_LINES_MAX 12u
#define NAMES_MAX 100000u

static const struct python_package packages[] = {{NULL, NULL}};
static const struct python_import imports[] = {{"os", NULL}, {NULL, NULL}};
/* For helpers that say nothing else: somebody runs the program through the helper,
 * which fills the environment. */
static const struct python_access access_data = {
    .vault = "exec",
    .packages = packages,
    .imports = imports,
    .read_text = "os.environ[{name}]",
    .read_bytes = "base64.b64decode(os.environ[{name}])",
    .missing_error = "KeyError",
    .text_only = true,
};

void exec_set_timeout(struct vault *v, unsigned timeout_ms) {
    ((struct exec_vault *)v)->timeout_ms = timeout_ms;
}

static enum kl_status find_program(struct exec_vault *v, const struct vault_options *o, struct error *e) {
    const char *given = o->helper;
    if (!given || !given[0])
        return error_set(e, KL_ERR_USAGE, "say which helper program: --to exec:PROGRAM");
    const char *found = process_find(&v->arena, given);
    v->program = found ? path_real(&v->arena, found) : NULL;
    if (!v->program)
        return error_set(e, KL_ERR_NOT_FOUND, "exec:%s: there is no such program%s", given,
                         strchr(given, '/') ? "" : " in PATH");
    const char *root = o->root ? path_real(&v->arena, o->root) : NULL;
    bool inside =
        root && root[1] && slice_starts(slice_cstr(v->program), root) && v->program[strlen(root)] == '/';
    if (inside)
        return error_set(
            e, KL_ERR_REFUSED,
            "exec:%s lies in the project that is scanned, and a project does not choose who gets "
            "its secrets; install the helper outside of it",
            given);
    return KL_OK;
}

static void exec_close(struct vault *vault) {
    struct exec_vault *v = (struct exec_vault *)vault;
    arena_release(&v->arena);
    free(v);
}

static enum kl_status exec_open(const struct vault_options *o, struct vault **out, struct error *e) {
    struct exec_vault *v = mem_calloc(1, sizeof *v);
    v->vault.kind = &vault_kind_exec;
    v->prefix = arena_cstr(&v->arena, slice_cstr(o->prefix));
    v->timeout_ms = EXEC_TIMEOUT_MS;
    v->trace = o->trace;
    v->observer = o->observer;
    enum kl_status st = find_program(v, o, e);
    if (st == KL_OK)
        *out = &v->vault;
    else
        exec_close(&v->vault);
    return st;
}

static enum kl_status exec_map_name(struct vault *vault, const char *name, struct arena *a, const char **out,
                                    struct error *e) {
    struct exec_vault *v = (struct exec_vault *)vault;
    const char *stored = arena_printf(a, "%s%s", v->prefix, name);
    for (const char *p = stored; *p; p++)
        if (*p <= ' ' || *p > '~')
            return error_set(e, KL_ERR_UNSUPPORTED,
                             "%s: a helper is given names of printable ASCII characters without blanks",
                             name);
    if (!name[0] || strlen(stored) > EXEC_MAX_NAME)
        return error_set(e, KL_ERR_UNSUPPORTED, "%s: a helper is given names of 1 to %u characters", name,
                         EXEC_MAX_NAME);
    *out = stored;
    return KL_OK;
}

static enum kl_status exec_accepts(struct vault *v, const char *name, const struct secret *secret,
                                   struct error *e) {
    struct slice value = secret_slice(secret);
    (void)v;
    if (value.len > KL_MAX_SECRET_BYTES)
        return error_set(e, KL_ERR_LIMIT,
                         "%s: the value has more than %zu bytes, which is all that a helper is "
                         "given",
                         name, KL_MAX_SECRET_BYTES);
    if (!value.len)
        return error_set(e, KL_ERR_UNSUPPORTED,
                         "%s: the value is empty, which many stores take for none; a helper is not given it",
                         name);
    if (slice_find_byte(value, '\0', 0) != SIZE_MAX || !utf8_valid(value))
        return error_set(e, KL_ERR_UNSUPPORTED,
                         "%s: a helper is given text without NUL, and the value is not", name);
    return KL_OK;
}

/* The helper's version, or a tag of our own for a helper that keeps none. */
static enum kl_status version_of(const struct exec_call *call, struct slice value, const char *name,
                                 char out[VAULT_VERSION_MAX], struct error *e) {
    const cJSON *version = json_get(call->answer, "version");
    if (!version || cJSON_IsNull(version)) {
        value_tag(name, value, out);
        return KL_OK;
    }
    const char *text = cJSON_IsString(version) ? version->valuestring : "";
    bool plain = text[0] && strlen(text) < VAULT_VERSION_MAX;
    for (const char *p = text; *p; p++)
        plain = plain && *p > ' ' && *p <= '~';
    if (!plain)
        return error_set(e, KL_ERR_PROTOCOL,
                         "%s: the helper's \"version\" is not 1 to %d printable characters without blanks",
                         name, VAULT_VERSION_MAX - 1);
    (void)snprintf(out, VAULT_VERSION_MAX, "%s", text);
    return KL_OK;
}

static enum kl_status exec_get(struct vault *vault, const char *name, const char *version, struct secret *out,
                               char version_out[VAULT_VERSION_MAX], struct error *e) {
    struct exec_vault *v = (struct exec_vault *)vault;
    struct arena a = ARENA_INIT;
    struct exec_call call = {.operation = "get", .version = version};
    char found[VAULT_VERSION_MAX] = "";
    enum kl_status st = exec_map_name(vault, name, &a, &call.name, e);
    if (st == KL_OK)
        st = exec_run(v, &call, e);
    const char *value = json_string(call.answer, "value");
    if (st == KL_OK && !value)
        st = error_set(e, KL_ERR_PROTOCOL, "%s: the helper says \"ok\" but gives no value", name);
    if (st == KL_OK && strlen(value) > KL_MAX_SECRET_BYTES)
        st = error_set(e, KL_ERR_LIMIT, "%s: the helper's value has more than %zu bytes", name,
                       KL_MAX_SECRET_BYTES);
    if (st == KL_OK)
        st = version_of(&call, slice_cstr(value), name, found, e);
    if (st == KL_OK && version && strcmp(version, found) != 0)
        st = error_set(e, KL_ERR_CONFLICT,
                       "%s has changed since keylift wrote it, and the helper keeps no earlier "
                       "values",
                       name);
    if (st == KL_OK) {
        secret_set(out, slice_cstr(value));
        if (version_out)
            memcpy(version_out, found, sizeof found);
    }
    json_delete_secret(call.answer);
    arena_release(&a);
    return st;
}

/* After a call that broke off, what is stored decides. */
static enum kl_status make_sure(struct vault *v, const char *name, const struct secret *value,
                                char version_out[VAULT_VERSION_MAX], enum kl_status failed) {
    struct secret held = {0};
    struct error ignored = {0};
    bool stored = failed != KL_ERR_INTERRUPTED &&
                  exec_get(v, name, NULL, &held, version_out, &ignored) == KL_OK &&
                  secret_equal(&held, value);
    secret_release(&held);
    return stored ? KL_OK : failed;
}

static enum kl_status store(struct vault *vault, const char *operation, const char *name,
                            const struct secret *value, char version_out[VAULT_VERSION_MAX],
                            struct error *e) {
    struct exec_vault *v = (struct exec_vault *)vault;
    struct arena a = ARENA_INIT;
    struct exec_call call = {.operation = operation, .value = value};
    char version[VAULT_VERSION_MAX] = "";
    enum kl_status st = exec_map_name(vault, name, &a, &call.name, e);
    if (st == KL_OK) {
        st = exec_run(v, &call, e);
        if (st == KL_OK)
            st = version_of(&call, secret_slice(value), name, version, e);
        else if (call.unsure)
            st = make_sure(vault, name, value, version, st);
    }
    if (st == KL_OK && version_out)
        memcpy(version_out, version, sizeof version);
    json_delete_secret(call.answer);
    arena_release(&a);
    return st;
}

static enum kl_status exec_put(struct vault *v, const char *name, const struct secret *value,
                               char version_out[VAULT_VERSION_MAX], struct error *e) {
    return store(v, "put", name, value, version_out, e);
}

static enum kl_status exec_add_version(struct vault *v, const char *name, const struct secret *value,
                                       char version_out[VAULT_VERSION_MAX], struct error *e) {
    return store(v, "add-version", name, value, version_out, e);
}

static enum kl_status exec_list(struct vault *vault, void (*fn)(void *ctx, const char *name), void *ctx,
                                struct error *e) {
    struct exec_vault *v = (struct exec_vault *)vault;
    struct exec_call call = {.operation = "list"};
    const cJSON *name;
    enum kl_status st = exec_run(v, &call, e);
    const cJSON *names = json_get(call.answer, "names");
    if (st == KL_OK && (!cJSON_IsArray(names) || cJSON_GetArraySize(names) > (int)NAMES_MAX))
        st = error_set(e, KL_ERR_PROTOCOL, "list: the helper's \"names\" is not a list of at most %u names",
                       NAMES_MAX);
    if (st == KL_OK)
        cJSON_ArrayForEach(name, names) {
            if (cJSON_IsString(name) && slice_starts(slice_cstr(name->valuestring), v->prefix) &&
                name->valuestring[strlen(v->prefix)])
                fn(ctx, name->valuestring + strlen(v->prefix));
        }
    json_delete_secret(call.answer);
    return st;
}

/* What the helper says of itself, for the person who is asked before the first write. */
static enum kl_status exec_identity(struct vault *vault, struct arena *a, struct vault_identity *out,
                                    struct error *e) {
    struct exec_vault *v = (struct exec_vault *)vault;
    struct exec_call call = {.operation = "check"};
    const cJSON *line;
    size_t count = 0;
    *out = (struct vault_identity){{NULL}};
    enum kl_status st = exec_run(v, &call, e);
    if (st != KL_OK)
        return st;
    out->lines[count++] = arena_printf(a, "helper: %s", v->program);
    if (v->prefix[0])
        out->lines[count++] = arena_printf(a, "prefix: %s", v->prefix);
    cJSON_ArrayForEach(line, json_get(call.answer, "lines")) {
        if (cJSON_IsString(line) && count < CHECK_LINES_MAX)
            out->lines[count++] = exec_shown(a, line->valuestring);
    }
    json_delete_secret(call.answer);
    return KL_OK;
}

static enum kl_status exec_python(struct vault *vault, struct arena *a, struct python_access *out,
                                  struct error *e) {
    struct exec_vault *v = (struct exec_vault *)vault;
    struct exec_call call = {.operation = "python"};
    *out = access_data;
    enum kl_status st = exec_run(v, &call, e);
    if (st == KL_ERR_UNSUPPORTED)
        return KL_OK;
    if (st == KL_OK)
        st = exec_python_parse(call.answer, a, out, e);
    json_delete_secret(call.answer);
    /* What the helper puts into the environment needs no module. */
    if (st == KL_OK && strcmp(out->read_text, access_data.read_text) != 0)
        out->module = exec_module(out, v->prefix, a);
    return st;
}

static const char *const aliases[] = {"helper", NULL};

const struct vault_kind vault_kind_exec = {
    .id = "exec",
    .aliases = aliases,
    .title = "a helper program of your own (exec:PROGRAM)",
    .access = &access_data,
    .stores = true,
    .ephemeral = false,
    .keeps_versions = false,
    .open = exec_open,
    .identity = exec_identity,
    .map_name = exec_map_name,
    .accepts = exec_accepts,
    .get = exec_get,
    .put_if_absent = exec_put,
    .add_version = exec_add_version,
    .list = exec_list,
    .check = exec_identity,
    .close = exec_close,
    .python = exec_python,
};
