/* The generic classifier: what other tools' users complain about is not found,
 * what a person would call a secret is, and how bad it is said to be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "scanner/classify.h"
#include "scanner/name_words.h"
#include "scanner/value_shape.h"

static bool classify(const char *name, const char *value, enum context context, struct classification *out) {
    struct candidate c = {
        .name = slice_cstr(name), .value = slice_cstr(value), .context = context, .parts = 1};
    return classify_value(&c, out);
}

static void finds(const char *name, const char *value, enum severity severity, const char *rule) {
    struct classification k = {0};
    if (!classify(name, value, CONTEXT_ASSIGNMENT, &k))
        fail_msg("%s = \"%s\" is not found", name, value);
    if (k.severity != severity || strcmp(k.rule, rule) != 0)
        fail_msg("%s = \"%s\": severity %d, rule %s", name, value, (int)k.severity, k.rule);
    assert_true(k.probability > 0 && k.probability <= 1);
    assert_non_null(k.message);
}

static void skips(const char *name, const char *value) {
    struct classification k = {0};
    static const enum context contexts[] = {CONTEXT_ASSIGNMENT, CONTEXT_DICT_VALUE, CONTEXT_KEYWORD,
                                            CONTEXT_COMPARISON, CONTEXT_ELEMENT};
    for (size_t i = 0; i < KL_ARRAY_LEN(contexts); i++) {
        if (classify(name, value, contexts[i], &k))
            fail_msg("%s = \"%s\" is found as %s", name, value, k.rule);
    }
}

#define RANDOM40                                                                                             \
    "q7Rk2Vx9Lm4Tn8"                                                                                         \
    "Bw3Zc6Yd1Hf5Js0Pe2Aq9Xv7Nb"

static void users_complaints_are_not_found(void **state) {
    (void)state;
    skips("public_key", RANDOM40);
    skips("monkey", RANDOM40);
    skips("token_url", "https://auth.acme.io/oauth/token");
    skips("token_url", RANDOM40);
    skips("password", "Password");
    skips("password", "None");
    skips("password", "");
    skips("PASSWORD", "PASSWORD");
    skips("max_tokens", "4096");
    skips("password_label", "Tr0ub4dor&3");
    skips("keyboard", RANDOM40);
    skips("compass", RANDOM40);
    skips("passenger", RANDOM40);
    skips("author", RANDOM40);
}

static void names_of_things_about_secrets_hold_none(void **state) {
    (void)state;
    static const char *const names[] = {
        "password_file",  "secret_name",     "tokenFile",      "password_field",  "auth_header",
        "PASSWORD_REGEX", "key_type",        "access_key_id",  "password_length", "token_help",
        "secretPath",     "password_prompt", "csrf_token",     "primary_key",     "cache_key",
        "pad_token",      "tokenizer",       "token_type",     "secret_arn",      "passwordHasher",
        "sort_key",       "api_key_name",    "api-key-header", "next_token",      "PasswordResetForm"};
    for (size_t i = 0; i < KL_ARRAY_LEN(names); i++)
        skips(names[i], RANDOM40);
}

static void values_that_stand_for_a_secret_are_none(void **state) {
    (void)state;
    static const char *const values[] = {"<your-password>",
                                         "changeme",
                                         "xxxxxxxx",
                                         "${DB_PASSWORD}",
                                         "{{ password }}",
                                         "{password}",
                                         "%(password)s",
                                         "your_api_key_here",
                                         "example",
                                         "dummy-value",
                                         "DB_PASSWORD",
                                         "password_hash",
                                         "user.password",
                                         "/run/secrets/db",
                                         "./secret.pem",
                                         "secret.json",
                                         "https://acme.io/x",
                                         "1.2.3.4",
                                         "^3.188.0",
                                         ">=2.1.0 <3",
                                         "2024-01-31",
                                         "the password of the user",
                                         "SELECT secret FROM t",
                                         "<input type=password>",
                                         "application/json",
                                         "X-Api-Key",
                                         "--password",
                                         "************",
                                         "da39a3ee5e6b4b0d3255bfef95601890afd80709",
                                         "$2",
                                         "[a-z0-9]{8}",
                                         "os.environ",
                                         "django.contrib.auth",
                                         "string"};
    static const char *const names[] = {"password", "api_key", "secret", "token"};
    for (size_t n = 0; n < KL_ARRAY_LEN(names); n++) {
        for (size_t i = 0; i < KL_ARRAY_LEN(values); i++)
            skips(names[n], values[i]);
    }
}

/* Each kind of value that only looks random, and next to it one that is. */
static void machine_made_values_that_are_no_secrets_are_none(void **state) {
    (void)state;
    skips("PASSWORD_SYMBOLS", "ABCDEFGHJKLMNPQRSTUVWXYZ");
    skips("token", "0123456789ABCDEFGHJKMNPQRSTVWXYZ");
    skips("secret", "ybndrfg8ejkmcpqxot1uwisza345h769");
    skips("api_key", "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz");
    skips("GITHUB_RSA_KEY_API_KEY", "AAAAB3NzaC1yc2EAAAABIwAAAQEAq2A7hRGmdnm9tUDb");
    skips("signing_key", "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEk3");
    skips("api_token", "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAu1");
    skips("token", "UFVUCgp0ZXh0L3BsYWluCjIwMjAtMDEtMDEKL2J1Y2tldC9rZXk=");
    skips("dkim_token", "vvjuipp74whm76gqoni7qmwwn4w4qusj");
    finds("dkim_private_key", "vvjuipp74whm76gqoni7qmwwn4w4qusj", SEVERITY_HIGH, "generic-api-key");
    finds("secret", "ybndrfg8ejkmcpqxot1uwiszay3yy769", SEVERITY_HIGH, "generic-secret");
    finds("token", "UFVUCgp0ZXh0L3BsYWluCjIwMjAtMDEtMDEKL2J1Y2tldC9r/5k=", SEVERITY_HIGH, "generic-token");
    finds("signing_key", "MFkwEwYHq83nVpz0CAQYIKo2Izj0DAQcDQgAEk3", SEVERITY_HIGH, "generic-api-key");
}

static void random_values_with_telling_names_are_high(void **state) {
    (void)state;
    finds("password", RANDOM40, SEVERITY_HIGH, "generic-password");
    finds("DB_PASSWORD", "xK9$mQ2v!pL7wR4z", SEVERITY_HIGH, "generic-password");
    finds("SECRET_KEY",
          "django-insecure-"
          "4$k)2v&(x9=q!m7w#t@e1_z^p-b+8r*s6y%d3u0fghjklnac5i",
          SEVERITY_HIGH, "generic-secret");
    finds("apiKey", RANDOM40, SEVERITY_HIGH, "generic-api-key");
    finds("API_KEY",
          "0f8fad5b9d2c4e6a"
          "b7c1d3e5f7a9b0c2",
          SEVERITY_HIGH, "generic-api-key");
    finds("signingKey", RANDOM40, SEVERITY_HIGH, "generic-api-key");
    finds("access_token", RANDOM40, SEVERITY_HIGH, "generic-token");
    finds("Authorization", "Bearer " RANDOM40, SEVERITY_HIGH, "generic-token");
    finds("client_secret", RANDOM40, SEVERITY_HIGH, "generic-secret");
    finds("x-api-key", RANDOM40, SEVERITY_HIGH, "generic-api-key");
    skips("rbd_secret_uuid", "7c9e6679-7425-40de-944b-e07fc1f90ae7"); /* the id of a secret */
    skips("private_key_uuid", "7c9e6679-7425-40de-944b-e07fc1f90ae7");
    finds("secret_id", "7c9e6679-7425-40de-944b-e07fc1f90ae7", SEVERITY_HIGH, "generic-secret");
    finds("password2", RANDOM40, SEVERITY_HIGH, "generic-password");
}

static void weak_but_real_passwords_are_found(void **state) {
    (void)state;
    finds("password", "hunter2", SEVERITY_MEDIUM, "generic-password");
    finds("db_pass", "s3cr3t!", SEVERITY_MEDIUM, "generic-password");
    finds("passwd", "P@ssw0rd", SEVERITY_MEDIUM, "generic-password");
    finds("PGPASSWORD", "Tr0ub4dor&3", SEVERITY_MEDIUM, "generic-password");
    finds("password", "swordfish", SEVERITY_LOW, "generic-password");
    finds("password", "12345678", SEVERITY_LOW, "generic-password");
    finds("db_password", "supersecret", SEVERITY_LOW, "generic-password");
    finds("SECRET_KEY", "topsecret", SEVERITY_LOW, "generic-secret");
}

static void tests_and_mock_names_lower_the_severity(void **state) {
    (void)state;
    struct candidate c = {.name = SLICE_LIT("password"),
                          .value = SLICE_LIT("hunter2"),
                          .context = CONTEXT_KEYWORD,
                          .in_test = true};
    struct classification k = {0};
    assert_true(classify_value(&c, &k));
    assert_int_equal(k.severity, SEVERITY_LOW);
    finds("wrong_password", "hunter2", SEVERITY_LOW, "generic-password");
    finds("fake_api_key", RANDOM40, SEVERITY_LOW, "generic-api-key");
}

static void known_functions_need_no_name(void **state) {
    (void)state;
    struct candidate c = {.callee = SLICE_LIT("requests.auth.HTTPBasicAuth"),
                          .argument = 1,
                          .value = SLICE_LIT("hunter2"),
                          .context = CONTEXT_ARGUMENT};
    struct classification k = {0};
    assert_true(classify_value(&c, &k));
    c.argument = 0;
    assert_false(classify_value(&c, &k));
    c.argument = 1;
    c.callee = SLICE_LIT("jwt.encode");
    c.value = SLICE_LIT("topsecretvalue");
    assert_true(classify_value(&c, &k));
    c.callee = SLICE_LIT("encode");
    assert_false(classify_value(&c, &k));
    c.callee = SLICE_LIT("print");
    assert_false(classify_value(&c, &k));
}

static bool is_random(const char *name, const char *value, enum context context) {
    struct candidate c = {
        .name = slice_cstr(name), .value = slice_cstr(value), .context = context, .parts = 1};
    struct classification k = {0};
    bool found = classify_random(&c, &k);
    if (found && (k.severity != SEVERITY_LOW || strcmp(k.rule, "generic-random") != 0))
        fail_msg("%s: severity %d, rule %s", name, (int)k.severity, k.rule);
    return found;
}

static void what_is_random_enough_needs_no_name(void **state) {
    (void)state;
    assert_true(is_random("value", RANDOM40, CONTEXT_ASSIGNMENT));
    assert_true(is_random("", RANDOM40, CONTEXT_ARGUMENT));
    assert_true(is_random("items", RANDOM40, CONTEXT_ELEMENT));
    assert_true(is_random("value", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c", CONTEXT_RETURN));
    assert_false(is_random("value", RANDOM40, CONTEXT_DOCSTRING));
    assert_false(is_random("", "V1alpha3WorkloadList", CONTEXT_ELEMENT));
    assert_false(is_random("", "CbsCmnMemSpeedDdr47xx2", CONTEXT_ELEMENT));
    assert_true(is_random("", "V7xKq2Lm9TzR4wPb8NcY", CONTEXT_ELEMENT));
    assert_false(is_random("value", RANDOM40, CONTEXT_TEXT));
    static const char *const other_names[] = {"public_key", "monkey", "token_url", "file_sha256", "commit"};
    for (size_t i = 0; i < KL_ARRAY_LEN(other_names); i++)
        assert_false(is_random(other_names[i], RANDOM40, CONTEXT_ASSIGNMENT));
    static const char *const others[] = {
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", /* a hash */
        "7c9e6679-7425-40de-944b-e07fc1f90ae7",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        "heightOfGeoidAboveWGS84Ellipsoid",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
        ("QPZRY9X8GF2TVDW0"
         "S3JN54KHCE6MUA7L"), /* BIP 173 */
        "two words and some more of them 1234",
        "2026-11-26T20:39:42+00:00",
        "x86_64-linux-gnu-gcc-12.2.0",
    };
    for (size_t i = 0; i < KL_ARRAY_LEN(others); i++)
        if (is_random("value", others[i], CONTEXT_ASSIGNMENT))
            fail_msg("\"%s\" is found", others[i]);
}

static void a_fallback_has_the_name_of_its_result(void **state) {
    (void)state;
    struct candidate c = {.name = SLICE_LIT("SETTING"),
                          .given_to = SLICE_LIT("db_password"),
                          .value = SLICE_LIT("Kw8#mVz2pQ"),
                          .context = CONTEXT_ENV_DEFAULT,
                          .parts = 1};
    struct classification k = {0};
    assert_true(classify_value(&c, &k));
    assert_string_equal(k.rule, "generic-password");
    c.given_to = SLICE_LIT("db_host");
    assert_false(classify_value(&c, &k));
}

static void the_second_of_a_login_pair_is_a_password(void **state) {
    (void)state;
    struct candidate c = {.name = SLICE_LIT("auth"),
                          .value = SLICE_LIT("Kw8#mVz2pQ"),
                          .context = CONTEXT_ELEMENT,
                          .argument = 1,
                          .parts = 1};
    struct classification k = {0};
    assert_true(classify_value(&c, &k));
    assert_string_equal(k.rule, "generic-password");
    assert_int_equal(k.severity, SEVERITY_MEDIUM);
}

static void each_finding_says_what_it_goes_by(void **state) {
    (void)state;
    struct classification k = {0};
    struct buf b = BUF_INIT(256);
    assert_true(classify("test_password", RANDOM40, CONTEXT_ASSIGNMENT, &k));
    classify_explain(&k, &b);
    assert_string_equal(buf_cstr(&b), "called a password, a random value: 0.95; a name for tests: × 0.50");
    buf_release(&b);
}

static void dictionary_keys_are_names(void **state) {
    (void)state;
    struct classification k = {0};
    assert_false(classify("password", "hunter2", CONTEXT_DICT_KEY, &k));
}

static void names_of_variables_tell_secrets_from_settings(void **state) {
    (void)state;
    static const char *const secrets[] = {"DB_PASSWORD",    "AWS_SECRET_ACCESS_KEY",
                                          "GITHUB_TOKEN",   "STRIPE_API_KEY",
                                          "SECRET_KEY",     "PGPASSWORD",
                                          "JWT_SECRET",     "DJANGO_SECRET_KEY",
                                          "CLIENT_SECRET",  "SMTP_PASS",
                                          "OPENAI_API_KEY", "FERNET_KEY"};
    static const char *const settings[] = {"DEBUG",
                                           "PATH",
                                           "HOME",
                                           "TOKEN_URL",
                                           "PUBLIC_KEY",
                                           "PASSWORD_FILE",
                                           "AWS_REGION",
                                           "MAX_TOKENS",
                                           "AUTHOR",
                                           "KEYBOARD",
                                           "AWS_ACCESS_KEY_ID",
                                           "SECRET_NAME",
                                           "TOKENIZERS_PARALLELISM",
                                           "",
                                           "COMPASS",
                                           "KEY"};
    for (size_t i = 0; i < KL_ARRAY_LEN(secrets); i++) {
        if (!classify_name_is_secret(slice_cstr(secrets[i])))
            fail_msg("%s is a secret", secrets[i]);
    }
    for (size_t i = 0; i < KL_ARRAY_LEN(settings); i++) {
        if (classify_name_is_secret(slice_cstr(settings[i])))
            fail_msg("%s is a setting", settings[i]);
    }
}

static void names_are_split_by_case_and_signs(void **state) {
    (void)state;
    static const struct {
        const char *name, *words;
    } cases[] = {{"dbUserPassword2", "db user password"},
                 {"HTTPServer", "http server"},
                 {"API_KEY", "api key"},
                 {"x-api-key", "x api key"},
                 {"a.b c", "a b c"},
                 {"SHA256Key", "sha key"}};
    for (size_t i = 0; i < KL_ARRAY_LEN(cases); i++) {
        struct name_words w;
        char joined[200] = "";
        assert_true(name_split(slice_cstr(cases[i].name), &w));
        size_t at = 0;
        for (unsigned k = 0; k < w.count; k++) {
            size_t len = strlen(w.text[k]);
            memcpy(joined + at, w.text[k], len);
            joined[at + len] = k + 1 < w.count ? ' ' : '\0';
            at += len + 1;
        }
        assert_string_equal(joined, cases[i].words);
    }
}

/* Any bytes, as name and as value: no crash, and only shapes that exist. */
static void any_bytes_are_valid(void **state) {
    (void)state;
    uint32_t x = 7;
    char bytes[300];
    for (int round = 0; round < 20000; round++) {
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (char)((x = x * 1664525u + 1013904223u) >> 24);
        size_t cut = x % 200;
        struct candidate c = {.name = slice_of(bytes, cut % 40),
                              .value = slice_of(bytes + cut, (x >> 8) % 100)};
        struct classification k = {0};
        (void)classify_value(&c, &k);
        c.name = SLICE_LIT("password");
        (void)classify_value(&c, &k);
        assert_true(value_shape(c.value) <= SHAPE_RANDOM);
    }
}

/* Text drawn from what code holds: whatever value_is_wordy turns away, value_shape takes for no more than a
 * word. */
static void wordy_values_are_at_most_plain(void **state) {
    static const char alphabet[] = "aeinors_-./tAENS :019%{$é";
    (void)state;
    uint32_t x = 11;
    char bytes[80];
    size_t wordy = 0;
    for (int round = 0; round < 200000; round++) {
        size_t letters = round % 3 == 0 ? 11 : round % 3 == 1 ? 18 : sizeof alphabet - 1;
        x = x * 1664525u + 1013904223u;
        size_t len = (x >> 9) % (round % 2 ? 14 : sizeof bytes);
        for (size_t i = 0; i < len; i++)
            bytes[i] = alphabet[((x = x * 1664525u + 1013904223u) >> 16) % letters];
        if (len > 0 && round % 5 == 0)
            bytes[0] = 'N';
        struct slice v = slice_of(bytes, len);
        if (!value_is_wordy(v))
            continue;
        wordy++;
        if (value_shape(v) > SHAPE_PLAIN)
            fail_msg("'%.*s' has shape %d", SLICE_ARG(v), (int)value_shape(v));
    }
    assert_in_range(wordy, 20000, 200000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(users_complaints_are_not_found),
        cmocka_unit_test(names_of_things_about_secrets_hold_none),
        cmocka_unit_test(values_that_stand_for_a_secret_are_none),
        cmocka_unit_test(machine_made_values_that_are_no_secrets_are_none),
        cmocka_unit_test(random_values_with_telling_names_are_high),
        cmocka_unit_test(weak_but_real_passwords_are_found),
        cmocka_unit_test(tests_and_mock_names_lower_the_severity),
        cmocka_unit_test(known_functions_need_no_name),
        cmocka_unit_test(wordy_values_are_at_most_plain),
        cmocka_unit_test(what_is_random_enough_needs_no_name),
        cmocka_unit_test(a_fallback_has_the_name_of_its_result),
        cmocka_unit_test(the_second_of_a_login_pair_is_a_password),
        cmocka_unit_test(each_finding_says_what_it_goes_by),
        cmocka_unit_test(dictionary_keys_are_names),
        cmocka_unit_test(names_of_variables_tell_secrets_from_settings),
        cmocka_unit_test(names_are_split_by_case_and_signs),
        cmocka_unit_test(any_bytes_are_valid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
