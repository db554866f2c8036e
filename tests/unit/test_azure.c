/* Azure's parts that ask nobody, and its messages over a transport of the test's own. */
#include "base/common.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "backends/azure.h"
#include "base/encode.h"

#define URL "https://shop.vault.azure.net"

/* ---- the challenge ---- */

static void a_challenge_names_tenant_and_resource(void **state) {
    static const struct {
        const char *header, *tenant, *resource; /* NULL: an error */
    } rows[] = {
        {"Bearer authorization=\"https://login.windows.net/t-1\", resource=\"https://vault.azure.net\"",
         "t-1", "https://vault.azure.net"},
        {"bearer authorization_uri=\"https://l.example/t1/x\",scope=\"https://vault.azure.cn/.default\"",
         "t1", "https://vault.azure.cn"},
        {"Bearer   resource=https://vault.azure.net , authorization=https://l/t.example", "t.example",
         "https://vault.azure.net"},
        {"Bearer error=\"a, b\", authorization=\"https://l/t\", resource=\"https://r\"", "t", "https://r"},
        {"Bearer", NULL, NULL},
        {"Bearer ", NULL, NULL},
        {"PoP authorization=\"https://l/t\", resource=\"https://r\"", NULL, NULL},
        {"Bearer authorization=\"https://l\", resource=\"https://r\"", NULL, NULL},
        {"Bearer authorization=\"https://l/\", resource=\"https://r\"", NULL, NULL},
        {"Bearer authorization=\"https://l/..\", resource=\"https://r\"", NULL, NULL},
        {"Bearer authorization=\"https://l/%2e\", resource=\"https://r\"", NULL, NULL},
        {"Bearer authorization=\"https://l/t\", resource=\"https://r:1\"", NULL, NULL},
        {"Bearer authorization=\"https://l/t\", resource=\"https://u@r\"", NULL, NULL},
        {"Bearer authorization=\"https://l/t\", resource=\"https://\"", NULL, NULL},
        {"Bearer authorization=\"https://l/t\", resource=\"https://.r\"", NULL, NULL},
        {"Bearer authorization=\"https://l/t, resource=\"https://r\"", NULL, NULL},
    };
    (void)state;
    for (size_t i = 0; i < KL_ARRAY_LEN(rows); i++) {
        struct arena a = ARENA_INIT;
        struct azure_challenge c;
        struct error e = {0};
        enum kl_status st = azure_challenge_parse(slice_cstr(rows[i].header), &a, &c, &e);
        if (rows[i].tenant) {
            assert_int_equal(st, KL_OK);
            assert_string_equal(c.tenant, rows[i].tenant);
            assert_string_equal(c.resource, rows[i].resource);
        } else {
            assert_int_equal(st, KL_ERR_PROTOCOL);
            assert_true(e.message[0] != '\0');
        }
        arena_release(&a);
    }
}

static void a_resource_must_be_a_parent_domain_of_the_vault(void **state) {
    static const struct {
        const char *resource, *host;
        bool allowed;
    } rows[] = {
        {"https://vault.azure.net", "shop.vault.azure.net", true},
        {"https://VAULT.azure.net", "shop.vault.azure.net", true},
        {"https://vault.azure.cn", "shop.vault.azure.cn", true},
        {"https://vault.azure.net", "vault.azure.net", false},
        {"https://vault.azure.net", "shopvault.azure.net", false},
        {"https://vault.azure.net", "shop.vault.azure.net.evil.example", false},
        {"https://vault.azure.net", "shop.vault.azure.cn", false},
        {"https://management.azure.com", "shop.vault.azure.net", false},
        {"https://vault.azure.net", "127.0.0.1", false},
        {"https://vault.azure.net", "", false},
    };
    (void)state;
    for (size_t i = 0; i < KL_ARRAY_LEN(rows); i++) {
        const struct azure_challenge c = {"tenant", rows[i].resource};
        struct error e = {0};
        assert_int_equal(azure_challenge_check(&c, rows[i].host, &e),
                         rows[i].allowed ? KL_OK : KL_ERR_REFUSED);
    }
}

/* ---- where a list goes on ---- */

static void a_list_goes_on_at_the_vaults_own_host(void **state) {
    static const struct {
        const char *vault, *link, *path; /* NULL: refused */
    } rows[] = {
        {URL, URL "/secrets?x=1", "/secrets?x=1"},
        {URL, URL ":443/secrets?x=1", "/secrets?x=1"},
        {URL ":443", URL "/secrets/A/versions?x", "/secrets/A/versions?x"},
        {"https://127.0.0.1:9", "https://127.0.0.1:9/secrets", "/secrets"},
        {URL, "https://SHOP.vault.azure.net/secrets", "/secrets"},
        {URL, URL "/keys", NULL},
        {URL, URL, NULL},
        {URL, URL ":8443/secrets", NULL},
        {URL, "http://shop.vault.azure.net/secrets", NULL},
        {URL, "https://evil.example/secrets?" URL, NULL},
        {URL, "https://shop.vault.azure.net@evil.example/secrets", NULL},
        {URL, URL "/secrets\r\nX: y", NULL},
        {URL, URL "/secrets#x", NULL},
        {URL, "/secrets", NULL},
        {URL, "", NULL},
    };
    (void)state;
    for (size_t i = 0; i < KL_ARRAY_LEN(rows); i++) {
        const struct azure_vault v = {.url = rows[i].vault};
        const char *path = azure_same_host(&v, rows[i].link);
        if (rows[i].path)
            assert_string_equal(path, rows[i].path);
        else
            assert_null(path);
    }
}

/* ---- names ---- */

static void every_upper_snake_name_comes_back_out_of_its_stored_name(void **state) {
    static const char alphabet[] = "AZ09_";
    const struct azure_vault v = {.prefix = "Shop-"};
    (void)state;
    for (unsigned n = 0; n < 5 * 5 * 5 * 5; n++) {
        const char name[] = {alphabet[n % 5], alphabet[n / 5 % 5], alphabet[n / 25 % 5], alphabet[n / 125],
                             '\0'};
        char stored[AZURE_NAME_MAX + 1], back[AZURE_NAME_MAX + 1];
        struct error e = {0};
        assert_int_equal(azure_stored_name(&v, name, stored, &e), KL_OK);
        assert_null(strchr(stored, '_'));
        for (char *p = stored; *p; p++) /* as the service may spell it */
            *p = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;
        assert_true(azure_logical_name(&v, slice_cstr(stored), back));
        assert_string_equal(back, name);
    }
}

/* ---- what a token says of its owner ---- */

static void a_token_s_claims_are_read_but_not_trusted(void **state) {
    static const struct {
        const char *payload, *object, *user;
        uint64_t expires;
    } rows[] = {
        {"{\"oid\":\"o-1\",\"upn\":\"pat@shop.example\",\"exp\":1700000000}", "o-1", "pat@shop.example",
         1700000000},
        {"{\"oid\":\"o 1\",\"unique_name\":\"pat\"}", "", "pat", 0},
        {"{\"oid\":\"\\u001b[31m\"}", "", "", 0},
        {"{\"oid\":[1],\"exp\":-5}", "", "", 0},
        {"{\"oid\":\"a\",\"oid\":\"b\"}", "", "", 0},
        {"{\"exp\":1e300}", "", "", 0},
        {"[]", "", "", 0},
        {"", "", "", 0},
    };
    (void)state;
    for (size_t i = 0; i < KL_ARRAY_LEN(rows); i++) {
        struct azure_claims claims;
        struct buf token = BUF_INIT(4096);
        buf_str(&token, "e30.");
        encode_base64(slice_cstr(rows[i].payload), &token);
        buf_str(&token, ".c2ln");
        azure_claims_read(buf_as_slice(&token), &claims);
        assert_string_equal(claims.object, rows[i].object);
        assert_string_equal(claims.user, rows[i].user);
        assert_int_equal(claims.expires, rows[i].expires);
        buf_release(&token);
    }
    struct azure_claims none;
    azure_claims_read(SLICE_LIT("opaque"), &none);
    assert_string_equal(none.object, "");
}

static void a_token_with_a_line_break_is_none(void **state) {
    struct credential c = {0};
    struct error e = {0};
    (void)state;
    assert_int_equal(azure_token_take(SLICE_LIT("abc\r\nX: y"), 0, &c, &e), KL_ERR_PROTOCOL);
    assert_int_equal(azure_token_take(SLICE_LIT(""), 0, &c, &e), KL_ERR_PROTOCOL);
    assert_int_equal(azure_token_take(SLICE_LIT("abc"), 0, &c, &e), KL_OK);
    assert_true(c.expires != 0); /* never kept for ever */
    credential_release(&c);
}

static void a_token_s_answer_is_read_strictly(void **state) {
    static const struct {
        const char *json;
        enum kl_status status;
        uint64_t expires; /* 0: not looked at */
    } rows[] = {
        {"{\"access_token\":\"abc\",\"expires_on\":\"1700000000\"}", KL_OK, 1700000000},
        {"{\"access_token\":\"abc\",\"expires_on\":1700000000,\"expires_in\":5}", KL_OK, 1700000000},
        {"{\"access_token\":\"abc\",\"expires_in\":3599}", KL_OK, 0},
        {"{\"access_token\":\"abc\"}", KL_OK, 0},
        {"{\"access_token\":\"abc\",\"access_token\":\"def\"}", KL_ERR_PROTOCOL, 0},
        {"{\"access_token\":\"a\\u0000b\"}", KL_ERR_PROTOCOL, 0},
        {"{\"access_token\":5}", KL_ERR_PROTOCOL, 0},
        {"{}", KL_ERR_PROTOCOL, 0},
        {"", KL_ERR_PROTOCOL, 0},
        {"<html>", KL_ERR_PROTOCOL, 0},
    };
    (void)state;
    for (size_t i = 0; i < KL_ARRAY_LEN(rows); i++) {
        struct credential c = {0};
        struct error e = {0};
        assert_int_equal(azure_token_parse(slice_cstr(rows[i].json), "the authority", &c, &e),
                         rows[i].status);
        if (rows[i].status != KL_OK)
            assert_non_null(strstr(e.message, "the authority"));
        else if (rows[i].expires)
            assert_int_equal(c.expires, rows[i].expires);
        credential_release(&c);
    }
}

/* ---- the service's words ---- */

static void what_the_service_says_is_bounded_and_plain(void **state) {
    char text[1000];
    struct buf out = BUF_INIT(4096);
    (void)state;
    azure_quote(&out, "a\x1b[31m\r\nb\x7f");
    assert_string_equal(buf_cstr(&out), "a [31m  b ");
    buf_clear(&out);
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    memcpy(text + AZURE_TEXT_MAX - 1, "\xc3\xa9", 2); /* a character over the end */
    azure_quote(&out, text);
    assert_int_equal(out.len, AZURE_TEXT_MAX - 1 + 3);
    assert_true(utf8_valid(buf_as_slice(&out)));
    buf_release(&out);
}

/* ---- messages over a transport of our own: what the double cannot be made to say ---- */

struct script {
    struct http_transport base;
    const char *const *answers; /* "STATUS|HEADERS|BODY", one a request */
    size_t count, asked;
    char urls[8][256];
};

static enum kl_status script_send(struct http_transport *t, const struct http_request *request,
                                  struct http_attempt *attempt, struct http_response *out, struct error *e) {
    struct script *s = (struct script *)t;
    attempt->sent = true;
    if (s->asked >= s->count)
        return error_set(e, KL_ERR_TLS, "nothing more was expected");
    snprintf(s->urls[s->asked % 8], sizeof s->urls[0], "%s", request->url);
    struct slice line = slice_cstr(s->answers[s->asked++]);
    size_t first = slice_find_byte(line, '|', 0), second = slice_find_byte(line, '|', first + 1);
    out->status = (unsigned)strtoul(line.ptr, NULL, 10);
    buf_slice(&out->headers, slice_sub(line, first + 1, second));
    buf_slice(&out->body, slice_sub(line, second + 1, line.len));
    return KL_OK;
}

static void script_close(struct http_transport *t) {
    (void)t;
}

#define CHALLENGE                                                                                            \
    "401|www-authenticate: Bearer authorization=\"https://login.windows.net/tenant-1\", "                    \
    "resource=\"https://vault.azure.net\"\n|{}"
#define TOKEN "200||{\"access_token\":\"abc\",\"expires_in\":3600}"

static enum kl_status get_with(struct script *s, const char *const *answers, size_t count, struct error *e) {
    struct http *http = NULL;
    struct vault *v = NULL;
    struct secret value = {0};
    *s = (struct script){.base = {script_send, script_close}, .answers = answers, .count = count};
    const struct http_options options = {.transport = &s->base};
    assert_int_equal(setenv("AZURE_TENANT_ID", "tenant-1", 1), 0);
    assert_int_equal(setenv("AZURE_CLIENT_ID", "client-1", 1), 0);
    assert_int_equal(setenv("AZURE_CLIENT_SECRET", "visibly-fake", 1), 0);
    unsetenv("AZURE_AUTHORITY_HOST");
    unsetenv("AZURE_TOKEN_CREDENTIALS");
    assert_int_equal(http_open(&options, &http, e), KL_OK);
    const struct vault_options o = {.azure_vault = "shop", .http = http};
    const struct vault_kind *kind = vault_kind_find("azure");
    assert_int_equal(kind->open(&o, &v, e), KL_OK);
    enum kl_status st = kind->get(v, "API_KEY", NULL, &value, NULL, e);
    secret_release(&value);
    kind->close(v);
    http_close(http);
    return st;
}
#define GET_WITH(s, e, ...)                                                                                  \
    get_with(s, (const char *const[]){__VA_ARGS__}, KL_ARRAY_LEN(((const char *const[]){__VA_ARGS__})), e)

static void a_real_vault_is_asked_at_its_real_addresses(void **state) {
    struct script s;
    struct error e = {0};
    (void)state;
    assert_int_equal(
        GET_WITH(&s, &e, CHALLENGE, TOKEN, "200||{\"id\":\"" URL "/secrets/api-key/0123\",\"value\":\"x\"}"),
        KL_OK);
    assert_string_equal(s.urls[0], URL "/secrets?api-version=7.4&maxresults=1");
    assert_string_equal(s.urls[1], "https://login.microsoftonline.com/tenant-1/oauth2/v2.0/token");
    assert_string_equal(s.urls[2], URL "/secrets/API-KEY?api-version=7.4");
}

static void each_message_says_what_where_and_what_to_do(void **state) {
    static const struct {
        const char *answer;
        enum kl_status status;
        const char *words[4];
    } rows[] = {
        {"404||{\"error\":{\"code\":\"SecretNotFound\"}}",
         KL_ERR_NOT_FOUND,
         {"shop.vault.azure.net", "API_KEY", "no secret API-KEY", NULL}},
        {"404||{}", KL_ERR_PROTOCOL, {"API_KEY", "404", "check the vault's address", NULL}},
        {"403||{\"error\":{\"code\":\"Forbidden\",\"innererror\":{\"code\":\"ForbiddenByRbac\"}}}",
         KL_ERR_PERMISSION,
         {"API_KEY", "az role assignment create", "--name shop", "--assignee OBJECT-ID"}},
        {"403||{\"error\":{\"code\":\"Forbidden\",\"innererror\":{\"code\":\"AccessDenied\"}}}",
         KL_ERR_PERMISSION,
         {"API_KEY", "az keyvault set-policy --name shop", "get list set", NULL}},
        {"403||{\"error\":{\"code\":\"Forbidden\",\"innerError\":{\"code\":\"SecretDisabled\"}}}",
         KL_ERR_REFUSED,
         {"API_KEY", "az keyvault secret set-attributes --vault-name shop --name API-KEY --enabled true",
          NULL, NULL}},
        {"403||<html>", KL_ERR_PERMISSION, {"API_KEY", "403", "az role assignment", NULL}},
        {"418||{\"error\":{\"code\":\"Teapot\",\"message\":\"short\\nand stout\"}}",
         KL_ERR_PROTOCOL,
         {"API_KEY", "418 Teapot", "Azure says: short and stout", NULL}},
    };
    (void)state;
    for (size_t i = 0; i < KL_ARRAY_LEN(rows); i++) {
        struct script s;
        struct error e = {0};
        assert_int_equal(GET_WITH(&s, &e, CHALLENGE, TOKEN, rows[i].answer), rows[i].status);
        for (size_t k = 0; k < KL_ARRAY_LEN(rows[i].words) && rows[i].words[k]; k++)
            if (!strstr(e.message, rows[i].words[k]))
                fail_msg("\"%s\" is not in: %s", rows[i].words[k], e.message);
        assert_null(strstr(e.message, "abc"));
    }
}

static void each_refusal_of_the_authority_says_what_to_do(void **state) {
    static const struct {
        const char *answer, *words;
    } rows[] = {
        {"401||{\"error_description\":\"AADSTS7000215: Invalid client secret. Trace ID: 1\"}",
         "client secret is wrong"},
        {"401||{\"error_description\":\"AADSTS7000222: The keys are expired.\"}",
         "az ad app credential reset"},
        {"400||{\"error_description\":\"AADSTS700016: Application not found.\"}",
         "no application AZURE_CLIENT_ID"},
        {"400||{\"error_description\":\"AADSTS90002: Tenant not found.\"}", "check AZURE_TENANT_ID"},
        {"400||{\"error_description\":\"AADSTS1: What?\"}", "AADSTS1: What?"},
        {"400||<html>", "check the credential's settings"},
    };
    (void)state;
    for (size_t i = 0; i < KL_ARRAY_LEN(rows); i++) {
        struct script s;
        struct error e = {0};
        assert_int_equal(GET_WITH(&s, &e, CHALLENGE, rows[i].answer), KL_ERR_CREDENTIALS);
        if (!strstr(e.message, rows[i].words))
            fail_msg("\"%s\" is not in: %s", rows[i].words, e.message);
        assert_null(strstr(e.message, "Trace ID"));
        assert_null(strstr(e.message, "visibly-fake"));
        assert_int_equal(s.asked, 2); /* no other link took over */
    }
}

static void a_vault_that_asks_for_no_token_is_none(void **state) {
    struct script s;
    struct error e = {0};
    (void)state;
    assert_int_equal(GET_WITH(&s, &e, "200||{\"value\":[]}"), KL_ERR_PROTOCOL);
    assert_non_null(strstr(e.message, "without asking for a token"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_challenge_names_tenant_and_resource),
        cmocka_unit_test(a_resource_must_be_a_parent_domain_of_the_vault),
        cmocka_unit_test(a_list_goes_on_at_the_vaults_own_host),
        cmocka_unit_test(every_upper_snake_name_comes_back_out_of_its_stored_name),
        cmocka_unit_test(a_token_s_claims_are_read_but_not_trusted),
        cmocka_unit_test(a_token_with_a_line_break_is_none),
        cmocka_unit_test(a_token_s_answer_is_read_strictly),
        cmocka_unit_test(what_the_service_says_is_bounded_and_plain),
        cmocka_unit_test(a_real_vault_is_asked_at_its_real_addresses),
        cmocka_unit_test(each_message_says_what_where_and_what_to_do),
        cmocka_unit_test(each_refusal_of_the_authority_says_what_to_do),
        cmocka_unit_test(a_vault_that_asks_for_no_token_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
