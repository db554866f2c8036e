/* The vault gcp without a server: its options, its credential files, and each request
 * and answer over a transport of the test's own. The double (tests/vaults) has the rest. */
#include "base/common.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "backends/gcp_file.h"
#include "backends/gcp_gcloud.h"
#include "backends/http.h"
#include "backends/vault_kinds.h"
#include "base/mem.h"

#define SEEN_MAX 16

struct step {
    unsigned status;
    const char *body;
};

struct fake {
    struct http_transport base;
    const struct step *steps;
    size_t count, asked;
    char seen[SEEN_MAX][1024]; /* "METHOD url\nname: value\n...\n\nbody" */
};

static enum kl_status fake_send(struct http_transport *t, const struct http_request *r,
                                struct http_attempt *attempt, struct http_response *out, struct error *e) {
    struct fake *f = (struct fake *)t;
    struct buf text = BUF_INIT(1024);
    attempt->sent = true;
    if (f->asked >= f->count)
        fail_msg("%s %s was not expected", r->method, r->url);
    buf_printf(&text, "%s %s\n", r->method, r->url);
    for (size_t i = 0; i < r->header_count; i++)
        buf_printf(&text, "%s: %.*s\n", r->headers[i].name, SLICE_ARG(r->headers[i].value));
    buf_printf(&text, "\n%.*s", SLICE_ARG(r->body));
    snprintf(f->seen[f->asked % SEEN_MAX], sizeof f->seen[0], "%s", buf_cstr(&text));
    buf_release(&text);
    const struct step *s = &f->steps[f->asked++];
    if (!s->status)
        return error_set(e, KL_ERR_NETWORK, "the connection broke");
    out->status = s->status;
    buf_str(&out->headers, "content-type: application/json\n");
    buf_str(&out->body, s->body);
    return KL_OK;
}

static void fake_close(struct http_transport *t) {
    (void)t;
}

static void no_sleep(unsigned milliseconds) {
    (void)milliseconds;
}

static struct vault *open_fake(struct fake *f, struct vault_options *o, const struct step *steps,
                               size_t count) {
    struct error e = {0};
    struct vault *v = NULL;
    *f = (struct fake){.base = {fake_send, fake_close}, .steps = steps, .count = count};
    const struct http_options http = {.transport = &f->base, .sleep_ms = no_sleep};
    assert_int_equal(http_open(&http, &o->http, &e), KL_OK);
    if (vault_kind_gcp.open(o, &v, &e) != KL_OK)
        fail_msg("%s", e.message);
    return v;
}

static void close_fake(struct vault *v, struct vault_options *o) {
    v->kind->close(v);
    http_close(o->http);
}

/* No credential can be found, and no gcloud be run. */
static int set_up(void **state) {
    static const char *const unset[] = {
        "GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT",
        "GOOGLE_CLOUD_QUOTA_PROJECT",     "CLOUDSDK_CONFIG",      "CLOUDSDK_CORE_PROJECT"};
    (void)state;
    for (size_t i = 0; i < KL_ARRAY_LEN(unset); i++)
        unsetenv(unset[i]);
    setenv("HOME", "/nonexistent", 1);
    setenv("PATH", "/nonexistent", 1);
    setenv("NO_GCE_CHECK", "true", 1);
    return 0;
}

#define STEPS(...) (const struct step[]){__VA_ARGS__}, KL_ARRAY_LEN(((const struct step[]){__VA_ARGS__}))
#define EMULATOR .endpoint = "http://127.0.0.1:9/", .gcp_project = "shop"

static void a_put_is_two_requests_with_a_checksum(void **state) {
    (void)state;
    struct fake f;
    struct error e = {0};
    struct secret s = {0};
    char version[VAULT_VERSION_MAX];
    struct vault_options o = {EMULATOR, .run_id = "Run.1", .prefix = "p-", .gcp_locations = "eu-a1, eu-b2"};
    struct vault *v = open_fake(&f, &o,
                                STEPS({200, "{\"name\":\"projects/7/secrets/p-KEY\"}"},
                                      {200, "{\"name\":\"projects/7/secrets/p-KEY/versions/1\"}"}));
    secret_set(&s, SLICE_LIT("123456789"));
    assert_int_equal(v->kind->put_if_absent(v, "KEY", &s, version, &e), KL_OK);
    assert_string_equal(version, "1");
    assert_string_equal(f.seen[0],
                        "POST http://127.0.0.1:9/v1/projects/shop/secrets?secretId=p-KEY\n"
                        "Accept: application/json\nContent-Type: application/json\n\n"
                        "{\"replication\":{\"userManaged\":{\"replicas\":[{\"location\":\"eu-a1\"},"
                        "{\"location\":\"eu-b2\"}]}},"
                        "\"labels\":{\"managed-by\":\"keylift\",\"keylift-run\":\"run-1\"}}");
    assert_string_equal(f.seen[1], "POST http://127.0.0.1:9/v1/projects/shop/secrets/p-KEY:addVersion\n"
                                   "Accept: application/json\nContent-Type: application/json\n\n"
                                   "{\"payload\":{\"data\":\"MTIzNDU2Nzg5\",\"dataCrc32c\":\"3808858755\"}}");
    secret_release(&s);
    close_fake(v, &o);
}

static void a_read_checks_name_version_and_checksum(void **state) {
#define ANSWER(name, data, sum)                                                                              \
    "{\"name\":\"" name "\",\"payload\":{\"data\":\"" data "\",\"dataCrc32c\":\"" sum "\"}}"
    static const struct {
        const char *version, *body;
        enum kl_status status;
    } rows[] = {
        {NULL, ANSWER("projects/7/secrets/KEY/versions/3", "MTIzNDU2Nzg5", "3808858755"), KL_OK},
        {"3", ANSWER("projects/7/secrets/KEY/versions/3", "MTIzNDU2Nzg5", "3808858755"), KL_OK},
        {"2", ANSWER("projects/7/secrets/KEY/versions/3", "MTIzNDU2Nzg5", "3808858755"), KL_ERR_PROTOCOL},
        {NULL, ANSWER("projects/7/secrets/KEY2/versions/3", "MTIzNDU2Nzg5", "3808858755"), KL_ERR_PROTOCOL},
        {NULL, ANSWER("projects/7/secrets/KEY/versions/", "MTIzNDU2Nzg5", "3808858755"), KL_ERR_PROTOCOL},
        {NULL, ANSWER("folders/7/secrets/KEY/versions/3", "MTIzNDU2Nzg5", "3808858755"), KL_ERR_PROTOCOL},
        {NULL, ANSWER("projects/7/secrets/KEY/versions/3", "MTIzNDU2Nzg5", "3808858756"), KL_ERR_PROTOCOL},
        {NULL, ANSWER("projects/7/secrets/KEY/versions/3", "MTIz*", "3808858755"), KL_ERR_PROTOCOL},
        {NULL, "{\"name\":\"projects/7/secrets/KEY/versions/3\",\"payload\":{}}", KL_ERR_PROTOCOL},
        {NULL, "{}", KL_ERR_PROTOCOL},
        {NULL, "[]", KL_ERR_PROTOCOL},
        {NULL, "", KL_ERR_PROTOCOL},
    };
    (void)state;
    for (size_t i = 0; i < KL_ARRAY_LEN(rows); i++) {
        struct fake f;
        struct error e = {0};
        struct secret got = {0};
        char version[VAULT_VERSION_MAX];
        struct vault_options o = {EMULATOR};
        struct vault *v = open_fake(&f, &o, STEPS({200, rows[i].body}, {200, rows[i].body}));
        assert_int_equal(v->kind->get(v, "KEY", rows[i].version, &got, version, &e), rows[i].status);
        assert_true((got.len == 9) == (rows[i].status == KL_OK));
        assert_true(rows[i].status == KL_OK || strstr(e.message, "KEY"));
        secret_release(&got);
        close_fake(v, &o);
    }
#undef ANSWER
}

static void a_refusal_has_a_category_and_a_next_step(void **state) {
#define ERROR(code, details)                                                                                 \
    "{\"error\":{\"status\":\"" code "\",\"message\":\"words\",\"details\":[" details "]}}"
#define INFO(reason, permission)                                                                             \
    "{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":\"" reason                           \
    "\",\"metadata\":{\"permission\":\"" permission "\"}}"
    static const struct {
        unsigned status;
        const char *body;
        enum kl_status category;
        const char *says;
    } rows[] = {
        {400, ERROR("INVALID_ARGUMENT", ""), KL_ERR_PROTOCOL, "--endpoint"},
        {401, ERROR("UNAUTHENTICATED", ""), KL_ERR_CREDENTIALS, "gcloud auth application-default login"},
        {403, ERROR("PERMISSION_DENIED", INFO("IAM_PERMISSION_DENIED", "secretmanager.secrets.list")),
         KL_ERR_PERMISSION, "roles/secretmanager.viewer"},
        {403, "{\"error\":{\"message\":\"Permission 'secretmanager.secrets.list' denied on it\"}}",
         KL_ERR_PERMISSION, "permission secretmanager.secrets.list is missing"},
        {403, ERROR("PERMISSION_DENIED", INFO("SERVICE_DISABLED", "")), KL_ERR_PERMISSION,
         "gcloud services enable secretmanager.googleapis.com --project shop"},
        {403, ERROR("PERMISSION_DENIED", INFO("BILLING_DISABLED", "")), KL_ERR_PERMISSION, "billing"},
        {403, ERROR("PERMISSION_DENIED", INFO("ACCESS_TOKEN_SCOPE_INSUFFICIENT", "")), KL_ERR_PERMISSION,
         "cloud-platform"},
        {403, "<html>", KL_ERR_PERMISSION, "add-iam-policy-binding shop"},
        {404, ERROR("NOT_FOUND", ""), KL_ERR_NOT_FOUND, "project shop"},
        {409, ERROR("ABORTED", ""), KL_ERR_CONFLICT, "run keylift again"},
        {413, "", KL_ERR_LIMIT, "size"},
        {418, "", KL_ERR_PROTOCOL, "418"},
    };
    (void)state;
    for (size_t i = 0; i < KL_ARRAY_LEN(rows); i++) {
        struct fake f;
        struct error e = {0};
        struct vault_options o = {EMULATOR};
        struct vault *v = open_fake(&f, &o, STEPS({rows[i].status, rows[i].body}));
        assert_int_equal(v->kind->list(v, NULL, NULL, &e), rows[i].category);
        if (!strstr(e.message, rows[i].says))
            fail_msg("%s: not in: %s", rows[i].says, e.message);
        close_fake(v, &o);
    }
#undef INFO
#undef ERROR
}

static void every_option_is_checked_when_the_vault_is_opened(void **state) {
    static const struct {
        struct vault_options o;
        const char *wrong; /* a word of the message; NULL: fine */
    } rows[] = {
        {{.gcp_project = "shop-1"}, NULL},
        {{.gcp_project = "123456"}, NULL},
        {{.gcp_project = "example.com:shop"}, NULL},
        {{.gcp_project = "projects/shop/locations/europe-west3"}, NULL},
        {{.gcp_project = "Shop"}, "--gcp-project"},
        {{.gcp_project = ""}, "--gcp-project"},
        {{.gcp_project = "shop/x"}, "--gcp-project"},
        {{.gcp_project = "shop\"x"}, "--gcp-project"},
        {{.gcp_project = "projects/shop/locations/"}, "--gcp-project"},
        {{.gcp_project = "projects/shop/locations/a/b"}, "--gcp-project"},
        {{.gcp_locations = "europe-west3"}, NULL},
        {{.gcp_locations = ""}, "--gcp-locations"},
        {{.gcp_locations = "europe-west3,"}, "--gcp-locations"},
        {{.gcp_locations = "a\"b"}, "--gcp-locations"},
        {{.gcp_project = "projects/shop/locations/europe-west3", .gcp_locations = "a1"}, "regional"},
        {{.endpoint = "https://secretmanager.europe-west3.rep.googleapis.com"}, NULL},
        {{.endpoint = "https://secretmanager.googleapis.com/"}, NULL},
        {{.endpoint = "secretmanager.googleapis.com"}, "--endpoint"},
        {{.endpoint = "https://secretmanager.googleapis.com/v1"}, "--endpoint"},
        {{.endpoint = "https://secretmanager.googleapis.com?x"}, "--endpoint"},
        {{.endpoint = "https://secretmanager.googleapis.com", .gcp_project = "projects/a/locations/b"},
         "one place"},
        {{.endpoint = "https://secretmanager.c1.rep.googleapis.com",
          .gcp_project = "projects/a/locations/b1"},
         "one place"},
        {{.endpoint = "https://secretmanager.c1.rep.googleapis.com", .gcp_locations = "c1"}, "regional"},
    };
    (void)state;
    for (size_t i = 0; i < KL_ARRAY_LEN(rows); i++) {
        struct fake f = {.base = {fake_send, fake_close}};
        struct error e = {0};
        struct vault *v = NULL;
        struct vault_options o = rows[i].o;
        const struct http_options http = {.transport = &f.base};
        assert_int_equal(http_open(&http, &o.http, &e), KL_OK);
        enum kl_status st = vault_kind_gcp.open(&o, &v, &e);
        if ((st == KL_OK) != !rows[i].wrong || (rows[i].wrong && !strstr(e.message, rows[i].wrong)))
            fail_msg("row %zu: %s", i, e.message);
        if (st == KL_OK)
            v->kind->close(v);
        http_close(o.http);
    }
}

static void a_regional_secret_has_no_replication(void **state) {
    (void)state;
    struct fake f;
    struct error e = {0};
    struct secret s = {0};
    struct vault_options o = {.endpoint = "http://127.0.0.1:9",
                              .gcp_project = "projects/shop/locations/europe-west3"};
    struct vault *v = open_fake(&f, &o, STEPS({403, "{}"}));
    secret_set(&s, SLICE_LIT("x"));
    assert_int_equal(v->kind->put_if_absent(v, "KEY", &s, NULL, &e), KL_ERR_PERMISSION);
    assert_non_null(strstr(f.seen[0], "/v1/projects/shop/locations/europe-west3/secrets?secretId=KEY\n"));
    assert_null(strstr(f.seen[0], "replication"));
    secret_release(&s);
    close_fake(v, &o);
}

static void only_this_machine_is_asked_without_a_token(void **state) {
    (void)state;
    struct fake f;
    struct error e = {0};
    struct secret got = {0};
    struct vault_options o = {.endpoint = "https://secrets.example.net", .gcp_project = "shop"};
    struct vault *v = open_fake(&f, &o, NULL, 0);
    assert_int_equal(v->kind->get(v, "KEY", NULL, &got, NULL, &e), KL_ERR_CREDENTIALS);
    assert_int_equal(f.asked, 0);
    close_fake(v, &o);
}

static void only_googles_own_hosts_are_trusted(void **state) {
    static const struct {
        const char *url;
        bool trusted;
    } rows[] = {
        {"https://oauth2.googleapis.com/token", true},
        {"https://accounts.google.com/o/oauth2/token", true},
        {"https://sts.googleapis.com:443/v1/token", true},
        {"https://127.0.0.1:9/token", true},
        {"http://localhost:9/token", true},
        {"http://oauth2.googleapis.com/token", false},
        {"https://googleapis.com.example.net/token", false},
        {"https://xgoogleapis.com/token", false},
        {"https://accounts.google.com.example.net/", false},
        {"https://oauth2.googleapis.com@example.net/", false},
        {"https://example.net/oauth2.googleapis.com", false},
        {"https://example.net\\.googleapis.com/", false},
        {"https://example.net#.googleapis.com", false},
        {"oauth2.googleapis.com/token", false},
        {"", false},
    };
    (void)state;
    for (size_t i = 0; i < KL_ARRAY_LEN(rows); i++)
        if (gcp_url_is_trusted(rows[i].url) != rows[i].trusted)
            fail_msg("%s", rows[i].url);
}

static void a_credential_file_is_complete_or_refused(void **state) {
#define SA(more) "{\"type\":\"service_account\",\"client_email\":\"a@b\",\"private_key\":\"k\"" more "}"
#define TOKEN_URI ",\"token_uri\":\"https://oauth2.googleapis.com/token\""
#define EXT(more) "{\"type\":\"external_account\",\"audience\":\"a\",\"subject_token_type\":\"t\"" more "}"
#define IMP(url, source)                                                                                     \
    "{\"type\":\"impersonated_service_account\",\"service_account_impersonation_url\":\"" url "\"" source "}"
#define IAM "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/"
    static const struct {
        const char *text;
        enum kl_status status;
    } rows[] = {
        {SA(TOKEN_URI), KL_OK},
        {SA(""), KL_ERR_CREDENTIALS},
        {SA(",\"token_uri\":7"), KL_ERR_CREDENTIALS},
        {SA(",\"token_uri\":\"https://example.net/\""), KL_ERR_REFUSED},
        {SA(TOKEN_URI ",\"universe_domain\":\"googleapis.com\""), KL_OK},
        {SA(TOKEN_URI ",\"universe_domain\":\"example.net\""), KL_ERR_CREDENTIALS},
        {SA(TOKEN_URI ",\"client_email\":\"twice\""), KL_ERR_CREDENTIALS},
        {"{\"type\":\"authorized_user\",\"client_id\":\"i\",\"client_secret\":\"s\",\"refresh_token\":\"r\"}",
         KL_OK},
        {"{\"type\":\"authorized_user\",\"client_id\":\"i\",\"client_secret\":\"s\",\"refresh_token\":\"\"}",
         KL_ERR_CREDENTIALS},
        {EXT(",\"credential_source\":{\"file\":\"/f\"}"), KL_OK},
        {EXT(",\"credential_source\":{\"url\":\"http://127.0.0.1/\"}"), KL_OK},
        {EXT(",\"credential_source\":{\"url\":\"http://a/\",\"file\":\"/f\"}"), KL_ERR_CREDENTIALS},
        {EXT(",\"credential_source\":{\"file\":\"/f\",\"format\":{\"type\":\"json\"}}"), KL_ERR_CREDENTIALS},
        {EXT(",\"credential_source\":{\"file\":\"/f\",\"format\":{\"type\":\"xml\"}}"), KL_ERR_CREDENTIALS},
        {EXT(",\"credential_source\":{\"file\":\"/f\"},\"token_url\":\"https://example.net/\""),
         KL_ERR_REFUSED},
        {EXT(""), KL_ERR_CREDENTIALS},
        {IMP(IAM "a@b:generateAccessToken", ",\"source_credentials\":{}"), KL_OK},
        {IMP(IAM "a@b:generateAccessToken", ""), KL_ERR_CREDENTIALS},
        {IMP(IAM "a@b:signBlob", ",\"source_credentials\":{}"), KL_ERR_CREDENTIALS},
        {IMP("https://example.net/a@b:generateAccessToken", ",\"source_credentials\":{}"), KL_ERR_REFUSED},
        {"{\"type\":\"gdch_service_account\"}", KL_ERR_CREDENTIALS},
        {"{}", KL_ERR_CREDENTIALS},
        {"[]", KL_ERR_CREDENTIALS},
        {"", KL_ERR_CREDENTIALS},
    };
    (void)state;
    for (size_t i = 0; i < KL_ARRAY_LEN(rows); i++) {
        struct gcp_file file;
        struct error e = {0};
        if (gcp_file_parse(slice_cstr(rows[i].text), "key.json", &file, &e) != rows[i].status)
            fail_msg("row %zu: %s", i, e.message);
        assert_true(rows[i].status == KL_OK || strstr(e.message, "key.json"));
        gcp_file_release(&file);
    }
}

static void an_impersonation_within_another_is_refused(void **state) {
    static const char text[] =
        IMP(IAM "a@b:generateAccessToken",
            ",\"source_credentials\":" IMP(IAM "c@d:generateAccessToken", ",\"source_credentials\":{}"));
    struct gcp_file file, source;
    struct error e = {0};
    (void)state;
    assert_int_equal(gcp_file_parse(slice_cstr(text), "key.json", &file, &e), KL_OK);
    assert_int_equal(gcp_file_source(&file, "key.json", &source, &e), KL_ERR_CREDENTIALS);
    assert_non_null(strstr(e.message, "delegates"));
    gcp_file_release(&file);
}

static void gclouds_settings_are_read_as_it_writes_them(void **state) {
    static const struct {
        const char *text, *project;
    } rows[] = {
        {"[core]\nproject = shop\n", "shop"},
        {"[core]\r\nproject=shop\r\n", "shop"},
        {"[ core ]\n  project   =  shop  ", "shop"},
        {"[compute]\nproject = wrong\n[core]\naccount = x\nproject = shop\n", "shop"},
        {"[core]\nproject = first\nproject = shop\n", "shop"},
        {"[core]\n# project = a\n; project = b\n", NULL},
        {"[core]\nproject =\n", NULL},
        {"[corex]\nproject = a\n", NULL},
        {"[core\nproject = a\n", NULL},
        {"project = a\n", NULL},
        {"[core]\nprojects = a\n", NULL},
        {"", NULL},
    };
    (void)state;
    for (size_t i = 0; i < KL_ARRAY_LEN(rows); i++) {
        struct arena a = ARENA_INIT;
        const char *got = gcp_ini_find(slice_cstr(rows[i].text), "core", "project", &a);
        if (!got != !rows[i].project || (got && strcmp(got, rows[i].project) != 0))
            fail_msg("row %zu: %s", i, got ? got : "none");
        arena_release(&a);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_put_is_two_requests_with_a_checksum),
        cmocka_unit_test(a_read_checks_name_version_and_checksum),
        cmocka_unit_test(a_refusal_has_a_category_and_a_next_step),
        cmocka_unit_test(every_option_is_checked_when_the_vault_is_opened),
        cmocka_unit_test(a_regional_secret_has_no_replication),
        cmocka_unit_test(only_this_machine_is_asked_without_a_token),
        cmocka_unit_test(only_googles_own_hosts_are_trusted),
        cmocka_unit_test(a_credential_file_is_complete_or_refused),
        cmocka_unit_test(an_impersonation_within_another_is_refused),
        cmocka_unit_test(gclouds_settings_are_read_as_it_writes_them),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
