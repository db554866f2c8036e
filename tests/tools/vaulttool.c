/* vaulttool: the calls of a vault over standard input, for tests of any vault. One
 * process, one vault, many calls:
 *
 *     vaulttool ID KEY=VALUE...     options: endpoint=https://127.0.0.1:9 ca_file=ca.pem prefix=p-
 *
 * Each line of input is {"op", "name", "version", "value"}, the value in base64, and is
 * answered by a line {"status": "ok", "version", "value", "stored", "names", "lines",
 * "message", "leaks"}, where "leaks" tells whether the message holds a value that was given
 * or a token that the vault learned. Ops: get, many ({"names"} in; those that were found out,
 * and a status each as "lines"), put, add, map, accepts, list, identity, check, python (which answers with
 * the access as "client", "read_text", "read_bytes", "missing_error", the modules as "module", "environ" and
 * "environ_one", and the imports as "lines").
 * The option total_ms=N gives the vault an HTTP that gives up sooner. The first line of the output is the
 * answer to opening the vault. The lines of the trace go to standard error. */
#include <stdio.h>
#include <stdlib.h>

#include "backends/http.h"
#include "backends/vault.h"
#include "base/encode.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/redact.h"
#include "base/thread.h"
#include "rewriters/rewrite.h"

#define LINE_MAX_BYTES (8u << 20)

static const struct {
    const char *key;
    size_t offset;
} keys[] = {
#define KEY(field)                                                                                           \
    { #field, offsetof(struct vault_options, field) }
    KEY(root),          KEY(run_id),      KEY(endpoint),         KEY(ca_file),
    KEY(prefix),        KEY(bundle),      KEY(aws_region),       KEY(aws_profile),
    KEY(aws_kms_key),   KEY(azure_vault), KEY(azure_credential), KEY(gcp_project),
    KEY(gcp_locations), KEY(vault_addr),  KEY(vault_mount),      KEY(vault_namespace),
    KEY(vault_field),   KEY(helper),
#undef KEY
};

static void set_option(struct vault_options *o, const char *pair) {
    const char *equals = strchr(pair, '=');
    for (size_t i = 0; equals && i < KL_ARRAY_LEN(keys); i++)
        if (slice_eq_cstr(slice_of(pair, (size_t)(equals - pair)), keys[i].key)) {
            *(const char **)(void *)((char *)o + keys[i].offset) = equals + 1;
            return;
        }
    fprintf(stderr, "vaulttool: no option %s\n", pair);
    exit(2);
}

/* What no message may hold. */
struct known {
    struct redactor *values;
    struct mutex *lock;
};

static void learn(void *ctx, struct slice value) {
    struct known *k = ctx;
    mutex_lock(k->lock);
    redact_add(k->values, value);
    mutex_unlock(k->lock);
}

static void trace(void *ctx, const char *line) {
    (void)ctx;
    fprintf(stderr, "%s\n", line);
}

static void add_name(void *ctx, const char *name) {
    cJSON_AddItemToArray(ctx, cJSON_CreateString(name));
}

static void add_value(cJSON *answer, const struct secret *value) {
    struct buf text = BUF_INIT_SECRET(LINE_MAX_BYTES);
    encode_base64(secret_slice(value), &text);
    json_add_slice(answer, "value", buf_as_slice(&text));
    cJSON_AddBoolToObject(answer, "binary", value->binary);
    buf_release(&text);
}

static void add_lines(cJSON *answer, const struct vault_identity *identity) {
    cJSON *lines = cJSON_AddArrayToObject(answer, "lines");
    for (size_t i = 0; i < VAULT_IDENTITY_LINES && identity->lines[i]; i++)
        add_name(lines, identity->lines[i]);
}

static enum kl_status describe(struct vault *v, bool whole, cJSON *answer, struct error *e) {
    struct arena a = ARENA_INIT;
    struct vault_identity identity = {{NULL}};
    enum kl_status st = (whole ? v->kind->check : v->kind->identity)(v, &a, &identity, e);
    add_lines(answer, &identity);
    arena_release(&a);
    return st;
}

static enum kl_status map(struct vault *v, const char *name, cJSON *answer, struct error *e) {
    struct arena a = ARENA_INIT;
    const char *stored = NULL;
    enum kl_status st = v->kind->map_name(v, name, &a, &stored, e);
    if (st == KL_OK)
        json_add_string(answer, "stored", stored);
    arena_release(&a);
    return st;
}

static enum kl_status read_many(struct vault *v, const cJSON *names, cJSON *answer, struct error *e) {
    size_t count = (size_t)cJSON_GetArraySize(names), at = 0;
    struct vault_read *reads = mem_calloc(count + 1, sizeof *reads);
    const cJSON *name;
    cJSON_ArrayForEach(name, names) reads[at++].name = name->valuestring;
    enum kl_status st = vault_get_many(v, reads, count, e);
    cJSON *found = cJSON_AddArrayToObject(answer, "names"), *lines = cJSON_AddArrayToObject(answer, "lines");
    for (size_t i = 0; i < count; i++) {
        if (reads[i].status == KL_OK)
            add_name(found, reads[i].name);
        add_name(lines, status_name(reads[i].status));
        secret_release(&reads[i].value);
    }
    free(reads);
    return st;
}

static void add_modules(cJSON *answer, const struct python_access *access, struct arena *a) {
    struct environ_name items[] = {{"DB_PASSWORD", false}, {"API_KEY", false}, {"SIGNING_KEY", true}};
    const struct environ_names all = {items, 3}, text = {items, 1};
    if (!access->module)
        return;
    json_add_string(answer, "module", rewrite_vault_module(a, access->module));
    json_add_string(answer, "environ", rewrite_environ_module(a, access->module, &all));
    json_add_string(answer, "environ_one", rewrite_environ_module(a, access->module, &text));
}

static enum kl_status python(struct vault *v, cJSON *answer, struct error *e) {
    struct arena a = ARENA_INIT;
    struct python_access access = {0};
    enum kl_status st = vault_python(v, &a, &access, e);
    if (st == KL_OK) {
        json_add_string(answer, "client", access.client);
        json_add_string(answer, "read_text", access.read_text);
        json_add_string(answer, "read_bytes", access.read_bytes);
        json_add_string(answer, "missing_error", access.missing_error);
        add_modules(answer, &access, &a);
        cJSON *lines = cJSON_AddArrayToObject(answer, "lines");
        for (const struct python_import *i = access.imports; i->module; i++)
            add_name(lines, i->symbol ? arena_printf(&a, "from %s import %s", i->module, i->symbol)
                                      : arena_printf(&a, "import %s", i->module));
    }
    arena_release(&a);
    return st;
}

static enum kl_status call(struct vault *v, struct known *known, const cJSON *request, cJSON *answer,
                           struct error *e) {
    const char *op = json_string(request, "op"), *name = json_string(request, "name");
    const char *encoded = json_string(request, "value");
    char version[VAULT_VERSION_MAX] = "";
    struct buf bytes = BUF_INIT_SECRET(LINE_MAX_BYTES);
    struct secret value = {.binary = json_bool(request, "binary", false)};
    enum kl_status st;
    if (encoded && !decode_base64(slice_cstr(encoded), &bytes))
        exit(2);
    if (encoded) {
        secret_set(&value, buf_as_slice(&bytes));
        learn(known, secret_slice(&value));
    }
    if (strcmp(op, "get") == 0) {
        st = v->kind->get(v, name, json_string(request, "version"), &value, version, e);
        if (st == KL_OK)
            add_value(answer, &value);
    } else if (strcmp(op, "many") == 0) {
        st = read_many(v, json_get(request, "names"), answer, e);
    } else if (strcmp(op, "put") == 0) {
        st = v->kind->put_if_absent(v, name, &value, version, e);
    } else if (strcmp(op, "add") == 0) {
        st = v->kind->add_version(v, name, &value, version, e);
    } else if (strcmp(op, "accepts") == 0) {
        st = v->kind->accepts(v, name, &value, e);
    } else if (strcmp(op, "map") == 0) {
        st = map(v, name, answer, e);
    } else if (strcmp(op, "list") == 0) {
        st = v->kind->list(v, add_name, cJSON_AddArrayToObject(answer, "names"), e);
    } else if (strcmp(op, "python") == 0) {
        st = python(v, answer, e);
    } else {
        st = describe(v, strcmp(op, "check") == 0, answer, e);
    }
    json_add_string(answer, "version", version);
    secret_release(&value);
    buf_release(&bytes);
    return st;
}

static void print(cJSON *answer, const struct known *known, enum kl_status st, const struct error *e) {
    struct buf text = BUF_INIT_SECRET(4 * LINE_MAX_BYTES);
    json_add_string(answer, "status", st == KL_OK ? "ok" : status_name(st));
    json_add_string(answer, "message", st == KL_OK ? "" : e->message);
    cJSON_AddBoolToObject(answer, "leaks", redact_would_change(known->values, slice_cstr(e->message)));
    json_print(answer, false, &text);
    fputs(buf_cstr(&text), stdout);
    fflush(stdout);
    buf_release(&text);
    json_delete_secret(answer);
}

static struct vault *open_vault(const char *id, const struct vault_options *o, const struct known *known) {
    struct vault *v = NULL;
    struct error e = {0};
    const struct vault_kind *kind = vault_kind_find(id);
    if (!kind)
        exit(2);
    enum kl_status st = vault_open(kind, o, &v, &e);
    print(cJSON_CreateObject(), known, st, &e);
    return st == KL_OK ? v : NULL;
}

int main(int argc, char **argv) {
    struct known known = {redact_new(), mutex_new()};
    struct vault_options options = {.trace = trace, .learn = learn, .observer = &known};
    unsigned total_ms = 0;
    static char line[LINE_MAX_BYTES];
    for (int i = 2; i < argc; i++)
        if (sscanf(argv[i], "total_ms=%u", &total_ms) != 1)
            set_option(&options, argv[i]);
    const struct http_options http = {.ca_file = options.ca_file, .total_ms = total_ms, .trace = trace};
    struct error e = {0};
    if (total_ms && http_open(&http, &options.http, &e) != KL_OK)
        return 2;
    struct vault *v = open_vault(argc > 1 ? argv[1] : "", &options, &known);
    while (v && fgets(line, sizeof line, stdin)) {
        cJSON *request = NULL, *answer = cJSON_CreateObject();
        e = (struct error){0};
        if (json_parse(slice_cstr(line), "request", &request, &e) != KL_OK)
            return 2;
        enum kl_status st = call(v, &known, request, answer, &e);
        print(answer, &known, st, &e);
        json_delete_secret(request);
    }
    if (v)
        v->kind->close(v);
    http_close(options.http);
    redact_free(known.values);
    mutex_free(known.lock);
    return 0;
}
