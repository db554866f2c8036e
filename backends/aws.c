/* The vault "aws": AWS Secrets Manager. Calls are in aws_secrets.c, the chain of
 * credentials in aws_credentials.c. */
#include "backends/aws.h"
#include "backends/aws_credentials.h"
#include "backends/vault_kinds.h"

#include <stdlib.h>

#include "base/encode.h"
#include "base/mem.h"
#include "base/system.h"

/* boto3 1.28 is the first that obeys AWS_ENDPOINT_URL. */
static const struct python_package packages[] = {{"boto3", "boto3>=1.28"}, {NULL, NULL}};
static const struct python_import imports[] = {{"boto3", NULL}, {NULL, NULL}};
static const struct python_access access_data = {
    .vault = "aws",
    .packages = packages,
    .imports = imports,
    .read_text = "{client}.get_secret_value(SecretId={name})[\"SecretString\"]",
    .read_bytes = "{client}.get_secret_value(SecretId={name})[\"SecretBinary\"]",
    .missing_error = "{client}.exceptions.ResourceNotFoundException",
    .client = "boto3.client(\"secretsmanager\")",
    .text_only = false,
    .needs_loading = false,
};

#define CLIENT_IN(region)                                                                                    \
    "boto3.client(\"secretsmanager\", region_name=boto3.Session().region_name or \"" region "\")"

static const char module_client[] = "    import boto3  # type: ignore[import-untyped,unused-ignore]\n"
                                    "\n"
                                    "    session = boto3.Session()\n"
                                    "    region = session.region_name or REGION\n"
                                    "    return session.client(\"secretsmanager\", region_name=region)\n";
#define MODULE_READ(stored)                                                                                  \
    "    client = _client()\n"                                                                               \
    "    try:\n"                                                                                             \
    "        answer = client.get_secret_value(SecretId=" stored ")\n"                                        \
    "    except client.exceptions.ResourceNotFoundException:\n"                                              \
    "        raise SecretNotFoundError(name) from None\n"                                                    \
    "    value: str | bytes = answer.get(\"SecretString\", answer.get(\"SecretBinary\"))\n"                  \
    "    return value\n"

static struct aws *self(struct vault *v) {
    return (struct aws *)v;
}

/* The region of the migration, where boto3 finds none in its own environment. */
static enum kl_status aws_python(struct vault *vault, struct arena *a, struct python_access *out,
                                 struct error *e) {
    const struct aws *w = (const struct aws *)vault;
    struct python_module *m = arena_calloc(a, 1, sizeof *m);
    (void)e;
    *m = (struct python_module){
        .title = "AWS Secrets Manager",
        .constants = {{"REGION", w->region, "Where neither the environment nor the profile names one.",
                       false},
                      {w->prefix[0] ? "PREFIX" : NULL, w->prefix, NULL, true}},
        .read = w->prefix[0] ? MODULE_READ("PREFIX + name") : MODULE_READ("name"),
        .client = module_client,
    };
    *out = access_data;
    out->client = arena_printf(a, CLIENT_IN("%s"), w->region);
    out->module = m;
    return KL_OK;
}

static const char *copy(struct aws *w, const char *text) {
    return text ? arena_cstr(&w->arena, slice_cstr(text)) : NULL;
}

static void aws_close(struct vault *v) {
    struct aws *w = self(v);
    credential_chain_free(w->chain);
    http_close(w->own_http);
    arena_release(&w->arena);
    free(w);
}

/* Where everything is. boto3 trusts AWS_CA_BUNDLE, so --ca-file need not repeat it. */
static enum kl_status locate(struct aws *w, const struct vault_options *o, struct error *e) {
    const char *unused, *bundle = system_getenv("AWS_CA_BUNDLE");
    enum kl_status st = aws_config_load(o->aws_profile, &w->arena, &w->config, e);
    if (st == KL_OK)
        st = aws_region(&w->config, o->aws_region, &w->region, &w->region_origin, e);
    if (st == KL_OK)
        st = aws_endpoint_url(&w->config, AWS_SECRETS_MANAGER, w->endpoint_flag, w->region, &w->arena,
                              &w->endpoint, &w->endpoint_origin, e);
    if (st == KL_OK)
        st = aws_endpoint_url(&w->config, AWS_STS, w->endpoint_flag, w->region, &w->arena, &w->sts, &unused,
                              e);
    if (!bundle || !bundle[0])
        bundle = aws_config_get(&w->config, w->config.profile, "ca_bundle");
    w->ca_file = o->ca_file ? copy(w, o->ca_file) : bundle ? copy(w, bundle) : NULL;
    w->region = copy(w, w->region);
    return st;
}

static enum kl_status aws_open(const struct vault_options *o, struct vault **out, struct error *e) {
    struct aws *w = mem_calloc(1, sizeof *w);
    w->vault.kind = &vault_kind_aws;
    w->prefix = o->prefix ? copy(w, o->prefix) : "";
    w->kms_key = copy(w, o->aws_kms_key);
    w->run_id = copy(w, o->run_id);
    w->endpoint_flag = copy(w, o->endpoint);
    w->learn = o->learn;
    w->observer = o->observer;
    enum kl_status st = locate(w, o, e);
    if (st == KL_OK && !o->http) {
        const struct http_options options = {
            .ca_file = w->ca_file, .trace = o->trace, .trace_ctx = o->observer};
        st = http_open(&options, &w->own_http, e);
    }
    if (st != KL_OK) {
        aws_close(&w->vault);
        return st;
    }
    w->http = o->http ? o->http : w->own_http;
    w->chain = aws_credentials_chain(w);
    *out = &w->vault;
    return KL_OK;
}

/* "For each secret: letters, digits and /_+=.@-", CreateSecret. */
static bool is_name_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("/_+=.@-", c));
}

enum kl_status aws_map_name(struct vault *v, const char *name, struct arena *a, const char **out,
                            struct error *e) {
    const char *stored = arena_printf(a, "%s%s", self(v)->prefix, name);
    size_t len = 0;
    while (is_name_byte(stored[len]))
        len++;
    if (!name[0] || stored[len])
        return error_set(e, KL_ERR_UNSUPPORTED,
                         "\"%.200s\": AWS takes letters, digits and / _ + = . @ - in the name of a secret",
                         stored);
    if (len > AWS_MAX_NAME_BYTES)
        return error_set(e, KL_ERR_UNSUPPORTED, "\"%.80s...\": AWS takes names of up to %zu bytes, not %zu",
                         stored, AWS_MAX_NAME_BYTES, len);
    *out = stored;
    return KL_OK;
}

enum kl_status aws_accepts(struct vault *v, const char *name, const struct secret *value, struct error *e) {
    (void)v;
    struct slice bytes = secret_slice(value);
    if (!bytes.len)
        return error_set(e, KL_ERR_UNSUPPORTED, "%s: AWS Secrets Manager holds no empty values", name);
    if (bytes.len > AWS_MAX_VALUE_BYTES)
        return error_set(e, KL_ERR_LIMIT,
                         "%s: AWS Secrets Manager holds up to %zu bytes, and the value has %zu", name,
                         AWS_MAX_VALUE_BYTES, bytes.len);
    if (!value->binary && (slice_find_byte(bytes, '\0', 0) != SIZE_MAX || !utf8_valid(bytes)))
        return error_set(e, KL_ERR_UNSUPPORTED,
                         "%s: as text, AWS Secrets Manager holds UTF-8 without NUL, and the value is not",
                         name);
    return KL_OK;
}

static const char *const aliases[] = {"secretsmanager", "aws-secrets-manager", NULL};

const struct vault_kind vault_kind_aws = {
    .id = "aws",
    .aliases = aliases,
    .title = "AWS Secrets Manager (boto3)",
    .access = &access_data,
    .stores = true,
    .ephemeral = false,
    .keeps_versions = true,
    .environment_mark = '/',
    .module_by_default = true,
    .bundles = true,
    .parallel = 8,
    .open = aws_open,
    .identity = aws_identity,
    .map_name = aws_map_name,
    .accepts = aws_accepts,
    .get = aws_get,
    .many = AWS_BATCH_NAMES,
    .get_many = aws_get_many,
    .put_if_absent = aws_put_if_absent,
    .add_version = aws_add_version,
    .previous = aws_previous,
    .list = aws_list,
    .check = aws_check,
    .policy = aws_policy,
    .close = aws_close,
    .python = aws_python,
};
