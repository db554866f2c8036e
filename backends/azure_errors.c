/* azure_errors.c: what each refusal of the service means, and the next step.
 *
 * The body of an error is {"error": {"code", "message", "innererror": {"code"}}}. */
#include "backends/azure.h"

#define CODE_MAX 64u

struct refusal {
    unsigned status;
    const char *code; /* of the inner error, or the outer one; NULL: every other */
    enum kl_status category;
    const char *text; /* {stored} {vault} {object} {tenant} */
    bool quote;       /* the service's own words say more */
};

#define ROLE_COMMAND                                                                                         \
    "the role \"Key Vault Secrets Officer\" allows it: az role assignment create --role \"Key Vault "        \
    "Secrets Officer\" --assignee {object} --scope \"$(az keyvault show --name {vault} --query id --output " \
    "tsv)\" (it takes some minutes to count)"
#define POLICY_COMMAND                                                                                       \
    "this vault has access policies: az keyvault set-policy --name {vault} --object-id {object} "            \
    "--secret-permissions get list set"
#define ATTRIBUTES_COMMAND "az keyvault secret set-attributes --vault-name {vault} --name {stored}"

/* The first that fits. */
static const struct refusal refusals[] = {
    {403, "SecretDisabled", KL_ERR_REFUSED,
     "the secret is disabled; enable it: " ATTRIBUTES_COMMAND " --enabled true", false},
    {403, "SecretExpired", KL_ERR_REFUSED,
     "the secret has expired; give it a later end: " ATTRIBUTES_COMMAND " --expires 2030-01-01T00:00:00Z",
     false},
    {403, "SecretNotYetValid", KL_ERR_REFUSED,
     "the secret is not valid yet; let it begin earlier: " ATTRIBUTES_COMMAND
     " --not-before 2020-01-01T00:00:00Z",
     false},
    {403, "ForbiddenByFirewall", KL_ERR_PERMISSION,
     "the vault's firewall does not let this machine in; let its address in: az keyvault network-rule add "
     "--name {vault} --ip-address ADDRESS (or run keylift inside the vault's network)",
     true},
    {403, "ForbiddenByConnection", KL_ERR_PERMISSION,
     "the vault is closed to public networks; run keylift inside its private network", false},
    {403, "ForbiddenByRbac", KL_ERR_PERMISSION, ROLE_COMMAND, false},
    {403, "ForbiddenByPolicy", KL_ERR_PERMISSION, POLICY_COMMAND, false},
    {403, "AccessDenied", KL_ERR_PERMISSION, POLICY_COMMAND, false},
    {403, NULL, KL_ERR_PERMISSION, ROLE_COMMAND, true},
    {404, "SecretNotFound", KL_ERR_NOT_FOUND, "there is no secret {stored}", false},
    {409, "ObjectIsDeletedButRecoverable", KL_ERR_REFUSED,
     "the secret was deleted but not for ever, so that its name is taken; take it back: az keyvault secret "
     "recover --vault-name {vault} --name {stored}, or give it up for ever: az keyvault secret purge "
     "--vault-name {vault} --name {stored}, or choose another name",
     false},
    {409, "ObjectIsBeingDeleted", KL_ERR_REFUSED,
     "the secret is being deleted; run keylift again in a minute", false},
    {409, "ObjectIsBeingRecovered", KL_ERR_REFUSED,
     "the secret is being recovered; run keylift again in a minute", false},
    {409, NULL, KL_ERR_CONFLICT, "another program changes the secret at this moment; run keylift again",
     true},
    {401, NULL, KL_ERR_CREDENTIALS,
     "the vault does not accept the token; sign in to its tenant: az login --tenant {tenant} (\"keylift "
     "vaults "
     "check\" shows which credential was used)",
     true},
    {400, NULL, KL_ERR_UNSUPPORTED, "the service does not take this request", true},
    {429, NULL, KL_ERR_THROTTLED, "the vault asks to slow down; run keylift again in a minute", false},
};

void azure_quote(struct buf *out, const char *text) {
    size_t len = strlen(text), end = len < AZURE_TEXT_MAX ? len : AZURE_TEXT_MAX;
    while (end < len && end && ((unsigned char)text[end] & 0xc0) == 0x80)
        end--; /* not through the middle of a character */
    for (size_t i = 0; i < end; i++)
        buf_char(out, (unsigned char)text[i] < 0x20 || text[i] == 0x7f ? ' ' : text[i]);
    if (end < len)
        buf_str(out, "...");
}

struct answer {
    cJSON *json;
    const char *code, *inner, *message;
};

static void read_answer(const struct http_response *r, struct answer *out) {
    struct error ignored = {0};
    *out = (struct answer){0};
    if (json_parse(buf_as_slice(&r->body), "answer", &out->json, &ignored) != KL_OK)
        return;
    const cJSON *error = json_get(out->json, "error"), *inner = json_get(error, "innererror");
    out->code = json_string(error, "code");
    out->message = json_string(error, "message");
    out->inner = json_string(inner ? inner : json_get(error, "innerError"), "code");
}

static bool is_code(const char *given, const char *wanted) {
    return given && strcmp(given, wanted) == 0;
}

static const struct refusal *find(unsigned status, const struct answer *a) {
    static const struct refusal failed = {
        0, NULL, KL_ERR_NETWORK,
        "the service failed; run keylift again (what was not read back is not counted)", true};
    static const struct refusal strange = {
        0, NULL, KL_ERR_PROTOCOL, "that is no answer of an Azure key vault; check the vault's address", true};
    for (size_t i = 0; i < KL_ARRAY_LEN(refusals); i++) {
        const struct refusal *row = &refusals[i];
        if (row->status == status &&
            (!row->code || is_code(a->inner, row->code) || is_code(a->code, row->code)))
            return row;
    }
    return status >= 500 ? &failed : &strange;
}

/* The object id of whoever we are, for a command that can be pasted. */
static void add_object(const struct azure_vault *v, struct buf *out) {
    struct credential c = {0};
    struct azure_claims claims = {0};
    struct error ignored = {0};
    if (v->challenged && credential_get(v->chain, &c, &ignored) == KL_OK)
        azure_claims_read(secret_slice(&c.token), &claims);
    buf_str(out, claims.object[0] ? claims.object : "OBJECT-ID");
    credential_release(&c);
}

static void expand(const struct azure_vault *v, const char *text, const char *name, struct buf *out) {
    char stored[AZURE_NAME_MAX + 1] = "NAME";
    struct error ignored = {0};
    if (name && azure_stored_name(v, name, stored, &ignored) != KL_OK)
        stored[0] = '\0';
    for (const char *at = text; *at;) {
        struct slice rest = slice_cstr(at);
        const char *end = *at == '{' ? strchr(at, '}') : NULL;
        if (!end) {
            buf_char(out, *at++);
            continue;
        }
        if (slice_starts(rest, "{stored}"))
            buf_str(out, stored);
        else if (slice_starts(rest, "{vault}"))
            buf_str(out, v->label);
        else if (slice_starts(rest, "{tenant}"))
            buf_str(out, v->login.tenant ? v->login.tenant : "TENANT");
        else
            add_object(v, out);
        at = end + 1;
    }
}

enum kl_status azure_refusal(const struct azure_vault *v, const struct http_response *r, const char *what,
                             const char *name, bool may_quote, struct error *e) {
    struct answer a;
    struct buf text = BUF_INIT(KL_ERROR_MESSAGE_MAX), code = BUF_INIT(2 * CODE_MAX);
    read_answer(r, &a);
    const struct refusal *row = find(r->status, &a);
    expand(v, row->text, name, &text);
    if (a.inner || a.code)
        buf_printf(&code, " %.*s", (int)CODE_MAX, a.inner ? a.inner : a.code);
    if (may_quote && row->quote && a.message) {
        buf_str(&text, "; Azure says: ");
        azure_quote(&text, a.message);
    }
    enum kl_status st =
        error_set(e, row->category, "%s: cannot %s%s%s (%u%s): %s", v->host, what, name ? " " : "",
                  name ? name : "", r->status, buf_cstr(&code), buf_cstr(&text));
    json_delete_secret(a.json);
    buf_release(&text);
    buf_release(&code);
    return st;
}
