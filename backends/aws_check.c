/* aws_check.c: whose vault it is, and what the credential may do there, as far as calls
 * that change nothing can tell. */
#include "backends/aws.h"

#include "base/encode.h"
#include "base/system.h"

struct lines {
    struct arena *arena;
    struct vault_identity *out;
    size_t count;
};

static void add(struct lines *l, const char *line) {
    if (l->count < VAULT_IDENTITY_LINES)
        l->out->lines[l->count++] = line;
}

static const char *origin(struct arena *a, const char *from) {
    return from ? arena_printf(a, " (from %s)", from) : "";
}

/* The rewritten code takes this region where boto3 finds none; boto3 reads neither
 * keylift's flags nor AWS_REGION. */
static void add_region(const struct aws *w, struct lines *l) {
    const char *boto = system_getenv("AWS_DEFAULT_REGION");
    if (!boto || !boto[0])
        boto = aws_config_get(&w->config, w->config.profile, "region");
    add(l, arena_printf(l->arena, "region: %s (from %s)", w->region, w->region_origin));
    if (boto && boto[0] && strcmp(boto, w->region) != 0)
        add(l,
            arena_printf(l->arena,
                         "warning: boto3 would use %s here; set AWS_DEFAULT_REGION=%s where the program runs",
                         boto, w->region));
}

/* Where there is no way to STS (a closed network), the vault may still be reached: then
 * the user decides without knowing the account. A credential that STS refuses is no use. */
static enum kl_status add_caller(struct aws *w, struct lines *l, struct error *e) {
    const char *account = NULL, *arn = NULL;
    enum kl_status st = aws_sts_caller(w, l->arena, &account, &arn, e);
    if (st == KL_OK) {
        add(l, arena_printf(l->arena, "account: %s", account));
        add(l, arena_printf(l->arena, "principal: %s", arn));
        return KL_OK;
    }
    if (st != KL_ERR_NETWORK || !credential_chain_used(w->chain))
        return st;
    add(l, arena_printf(l->arena, "account: not known; STS did not answer (%s)", e->message));
    return KL_OK;
}

static enum kl_status describe(struct aws *w, struct lines *l, struct error *e) {
    enum kl_status st = add_caller(w, l, e);
    if (st != KL_OK)
        return st;
    add_region(w, l);
    add(l, arena_printf(l->arena, "endpoint: %s%s", w->endpoint, origin(l->arena, w->endpoint_origin)));
    if (w->prefix[0])
        add(l, arena_printf(l->arena, "names: %s and the name", w->prefix));
    add(l, arena_printf(l->arena, "encryption: %s",
                        w->kms_key ? w->kms_key : "the account's key aws/secretsmanager"));
    return KL_OK;
}

enum kl_status aws_identity(struct vault *v, struct arena *a, struct vault_identity *out, struct error *e) {
    struct aws *w = (struct aws *)v;
    struct lines l = {a, out, 0};
    *out = (struct vault_identity){{NULL}};
    enum kl_status st = describe(w, &l, e);
    if (st == KL_OK && credential_chain_used(w->chain))
        add(&l, arena_printf(a, "credential: %s", credential_chain_used(w->chain)));
    return st;
}

/* A secret of a name that nobody has: "not found" means that one would have been read. */
static void absent_name(const struct aws *w, struct arena *a, const char **out) {
    unsigned char random[8];
    struct buf hex = BUF_INIT(32);
    system_random(random, sizeof random);
    encode_hex(slice_of(random, sizeof random), &hex);
    *out = arena_printf(a, "%skeylift-check-%s", w->prefix, buf_cstr(&hex));
    buf_release(&hex);
}

static const struct probe {
    const char *operation;
    bool names_a_secret;
    const char *what;
} probes[] = {
    {"GetSecretValue", true, "read"},
    {"DescribeSecret", true, "see tags (for --on-conflict version)"},
    {"ListSecrets", false, "list names"},
};

static void ask(struct aws *w, const struct probe *p, const char *absent, struct lines *l) {
    cJSON *body = cJSON_CreateObject(), *answer = NULL;
    struct aws_failure why;
    struct error e = {0};
    if (p->names_a_secret)
        json_add_string(body, "SecretId", absent);
    else
        cJSON_AddNumberToObject(body, "MaxResults", 1);
    enum kl_status st = aws_secrets_send(w, p->operation, p->operation, body, &answer, &why, &e);
    if (st == KL_OK || st == KL_ERR_NOT_FOUND)
        add(l, arena_printf(l->arena, "may %s: yes", p->what));
    else if (st == KL_ERR_PERMISSION)
        add(l, arena_printf(l->arena, "may %s: no, it lacks secretsmanager:%s", p->what, p->operation));
    else
        add(l, arena_printf(l->arena, "may %s: not known; %s", p->what, e.message));
    json_delete_secret(answer);
    json_delete_secret(body);
}

enum kl_status aws_check(struct vault *v, struct arena *a, struct vault_identity *out, struct error *e) {
    struct aws *w = (struct aws *)v;
    struct lines l = {a, out, 0};
    const char *absent;
    *out = (struct vault_identity){{NULL}};
    enum kl_status st = describe(w, &l, e);
    absent_name(w, a, &absent);
    for (size_t i = 0; st == KL_OK && i < KL_ARRAY_LEN(probes); i++)
        ask(w, &probes[i], absent, &l);
    if (st == KL_OK)
        add(&l, "may create: only a real write tells (secretsmanager:CreateSecret, TagResource)");
    /* Also when there is no credential: then above all. */
    credential_chain_describe(w->chain, a, out->lines, &l.count, VAULT_IDENTITY_LINES);
    return st;
}
