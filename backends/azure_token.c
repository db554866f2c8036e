/* azure_token.c: tokens: asking the authority for one, reading the answer, and what a
 * token says of its owner. */
#include "backends/azure_credentials.h"

#include <stdlib.h>

#include "backends/azure.h"
#include "base/encode.h"
#include "base/system.h"

#define FORM_TYPE "application/x-www-form-urlencoded"
#define EXPIRES_MAX 4102444800.0 /* 2100: what is later is no time */

void azure_learn(const struct azure_login *login, struct slice value) {
    if (login->learn && value.len)
        login->learn(login->observer, value);
}

/* ---- whose token it is ---- */

/* A claim is shown, so only what is printable ASCII is taken. */
static void take_claim(const cJSON *payload, const char *key, char *out, size_t size) {
    const char *s = json_string(payload, key);
    size_t len = s ? strlen(s) : 0;
    if (out[0] || len == 0 || len >= size)
        return;
    for (size_t i = 0; i < len; i++)
        if (s[i] <= ' ' || s[i] >= 0x7f)
            return;
    memcpy(out, s, len + 1);
}

void azure_claims_read(struct slice token, struct azure_claims *out) {
    struct buf text = BUF_INIT_SECRET(AZURE_TOKEN_MAX);
    struct error ignored = {0};
    cJSON *payload = NULL;
    *out = (struct azure_claims){{0}, {0}, {0}, {0}, 0};
    size_t first = slice_find_byte(token, '.', 0);
    size_t second = first == SIZE_MAX ? SIZE_MAX : slice_find_byte(token, '.', first + 1);
    if (second != SIZE_MAX && decode_base64(slice_sub(token, first + 1, second), &text) && buf_ok(&text) &&
        json_parse(buf_as_slice(&text), "token", &payload, &ignored) == KL_OK) {
        take_claim(payload, "oid", out->object, sizeof out->object);
        take_claim(payload, "appid", out->application, sizeof out->application);
        take_claim(payload, "azp", out->application, sizeof out->application);
        take_claim(payload, "tid", out->tenant, sizeof out->tenant);
        take_claim(payload, "upn", out->user, sizeof out->user);
        take_claim(payload, "unique_name", out->user, sizeof out->user);
        take_claim(payload, "preferred_username", out->user, sizeof out->user);
        double exp = json_number(payload, "exp", 0);
        out->expires = exp > 0 && exp < EXPIRES_MAX ? (uint64_t)exp : 0;
    }
    json_delete_secret(payload);
    buf_release(&text);
}

enum kl_status azure_token_take(struct slice token, uint64_t expires, struct credential *out,
                                struct error *e) {
    struct azure_claims claims;
    if (token.len == 0 || token.len > AZURE_TOKEN_MAX)
        return error_set(e, KL_ERR_PROTOCOL, "the token is empty or too long");
    for (size_t i = 0; i < token.len; i++)
        if ((unsigned char)token.ptr[i] <= ' ' || (unsigned char)token.ptr[i] >= 0x7f)
            return error_set(e, KL_ERR_PROTOCOL, "the token has characters that no token has");
    azure_claims_read(token, &claims);
    secret_set(&out->token, token);
    out->expires = expires ? expires : claims.expires;
    /* Without any end it is asked for again after a while, not kept for ever. */
    if (!out->expires)
        out->expires = system_unix_time() + 2 * CREDENTIAL_EARLY_S;
    struct buf owner = BUF_INIT(sizeof out->owner - 1);
    const char *const parts[][2] = {
        {"", claims.user}, {"application ", claims.application}, {"object ", claims.object}};
    for (size_t i = 0; i < KL_ARRAY_LEN(parts); i++)
        if (parts[i][1][0])
            buf_printf(&owner, "%s%s%s", owner.len ? ", " : "", parts[i][0], parts[i][1]);
    snprintf(out->owner, sizeof out->owner, "%s", buf_cstr(&owner));
    buf_release(&owner);
    return KL_OK;
}

/* Numbers come as numbers or as text, from one endpoint so, from another so. */
static double number_of(const cJSON *json, const char *key) {
    const char *text = json_string(json, key);
    double n = text ? strtod(text, NULL) : json_number(json, key, 0);
    return n > 0 && n < EXPIRES_MAX ? n : 0;
}

enum kl_status azure_token_parse(struct slice json, const char *whose, struct credential *out,
                                 struct error *e) {
    cJSON *answer = NULL;
    enum kl_status st = json_parse(json, whose, &answer, e);
    const char *token = json_string(answer, "access_token");
    if (st != KL_OK)
        e->status = st = KL_ERR_PROTOCOL;
    else if (!token)
        st = error_set(e, KL_ERR_PROTOCOL, "%s answered without a token", whose);
    if (st == KL_OK) {
        double at = number_of(answer, "expires_on"), in = number_of(answer, "expires_in");
        uint64_t expires = at > 0 ? (uint64_t)at : in > 0 ? system_unix_time() + (uint64_t)in : 0;
        st = azure_token_take(slice_cstr(token), expires, out, e);
    }
    json_delete_secret(answer);
    return st;
}

/* ---- asking the authority ---- */

/* The authority's own numbers, and what to do. */
static const struct {
    const char *code, *next;
} authority_errors[] = {
    {"AADSTS7000215", "the client secret is wrong (it is the secret's value, not its id)"},
    {"AADSTS7000222",
     "the client secret has run out; make a new one: az ad app credential reset --id CLIENT-ID"},
    {"AADSTS700016", "there is no application AZURE_CLIENT_ID in this tenant"},
    {"AADSTS700027", "the certificate is not registered with the application, or has run out"},
    {"AADSTS700213", "the application has no federated credential for this token's subject"},
    {"AADSTS70021", "the application has no federated credential for this token"},
    {"AADSTS700024", "the assertion has run out, or this machine's clock is wrong"},
    {"AADSTS90002", "there is no tenant of this id; check AZURE_TENANT_ID and AZURE_AUTHORITY_HOST"},
    {"AADSTS900023", "the tenant's id is malformed; check AZURE_TENANT_ID"},
    {"AADSTS53003", "a conditional access policy of the tenant forbids it"},
};

static enum kl_status authority_refusal(const struct http_response *r, const char *authority,
                                        struct error *e) {
    cJSON *answer = NULL;
    struct error ignored = {0};
    struct buf text = BUF_INIT(KL_ERROR_MESSAGE_MAX);
    const char *next = "check the credential's settings", *said = NULL;
    if (json_parse(buf_as_slice(&r->body), "answer", &answer, &ignored) == KL_OK)
        said = json_string(answer, "error_description");
    for (size_t i = 0; said && i < KL_ARRAY_LEN(authority_errors); i++) {
        const char *code = authority_errors[i].code;
        if (slice_starts(slice_cstr(said), code) && said[strlen(code)] == ':')
            next = authority_errors[i].next;
    }
    if (said) {
        struct arena a = ARENA_INIT;
        struct slice words = slice_cstr(said); /* what follows is for the service's own people */
        words = slice_sub(words, 0, slice_find(words, SLICE_LIT(" Trace ID: "), 0));
        buf_str(&text, "; Azure says: ");
        azure_quote(&text, arena_cstr(&a, words));
        arena_release(&a);
    }
    bool failed = r->status >= 500;
    enum kl_status st = r->status == 429 ? KL_ERR_THROTTLED : failed ? KL_ERR_NETWORK : KL_ERR_CREDENTIALS;
    error_set(e, st, "%s gave no token (%u): %s%s", authority, r->status,
              failed ? "the service failed; run keylift again" : next, buf_cstr(&text));
    json_delete_secret(answer);
    buf_release(&text);
    return st;
}

static void add_field(struct buf *form, const char *name, const char *value) {
    buf_printf(form, "%s%s=", form->len ? "&" : "", name);
    encode_percent(slice_cstr(value), form);
}

void azure_assertion_form(struct slice assertion, struct buf *form) {
    add_field(form, "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    buf_str(form, "&client_assertion=");
    encode_percent(assertion, form);
}

enum kl_status azure_token_request(const struct azure_login *login, const char *tenant, const char *client,
                                   struct slice proof, struct credential *out, struct error *e) {
    struct arena a = ARENA_INIT;
    struct buf form = BUF_INIT_SECRET(4 * AZURE_TOKEN_MAX);
    struct http_response r = {0};
    const struct http_header headers[] = {{"Content-Type", SLICE_LIT(FORM_TYPE)},
                                          {"Accept", SLICE_LIT("application/json")}};
    add_field(&form, "grant_type", "client_credentials");
    add_field(&form, "client_id", client);
    add_field(&form, "scope", arena_printf(&a, "%s/.default", login->resource));
    buf_char(&form, '&');
    buf_slice(&form, proof);
    const struct http_request request = {
        .method = "POST",
        .url = arena_printf(&a, "%s/%s/oauth2/v2.0/token", login->authority, tenant),
        .headers = headers,
        .header_count = KL_ARRAY_LEN(headers),
        .body = buf_as_slice(&form),
        .repeatable = true, /* asking for a token changes nothing */
    };
    enum kl_status st =
        buf_ok(&form) ? http_send(login->http, &request, &r, e)
                      : error_set(e, KL_ERR_LIMIT, "the credential is longer than any that Azure makes");
    if (st == KL_OK)
        st = r.status == 200 ? azure_token_parse(buf_as_slice(&r.body), login->authority, out, e)
                             : authority_refusal(&r, login->authority, e);
    http_response_release(&r);
    buf_release(&form);
    arena_release(&a);
    return st;
}

static bool is_tenant(const char *s) {
    for (size_t i = 0; s[i]; i++)
        if (!((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z') || (s[i] >= '0' && s[i] <= '9') ||
              s[i] == '-' || s[i] == '.'))
            return false;
    return s[0] != '\0';
}

/* As azure-identity: a credential of one tenant gets no token of another, and the two are
 * compared as they are written: what only we would take, the program could not use. */
enum kl_status azure_tenant_for(const struct azure_login *login, const char *configured, const char **out,
                                struct error *e) {
    const char *single = system_getenv("AZURE_IDENTITY_DISABLE_MULTITENANTAUTH");
    if (!is_tenant(configured))
        return error_set(e, KL_ERR_CREDENTIALS,
                         "AZURE_TENANT_ID is no tenant's id: letters, digits, \"-\", \".\"");
    if (!(single && single[0]) && strcmp(configured, login->tenant) != 0)
        return error_set(
            e, KL_ERR_CREDENTIALS,
            "the vault belongs to tenant %s, and AZURE_TENANT_ID is %s; set AZURE_TENANT_ID to the "
            "vault's, with a client of that tenant",
            login->tenant, configured);
    *out = configured;
    return KL_OK;
}
