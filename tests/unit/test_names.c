/* Names of secrets: free, readable, and the same on every run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rewriters/names.h"

struct world {
    const char *environment; /* one variable that is set */
    const char *vault_name;  /* one name that the vault has; "*" for all */
    int vault_answer;
};

static bool in_environment(void *ctx, const char *name) {
    const struct world *w = ctx;
    return w->environment && strcmp(w->environment, name) == 0;
}

static int in_vault(void *ctx, const char *name, const struct finding *f) {
    const struct world *w = ctx;
    (void)f;
    bool has = w->vault_name && (strcmp(w->vault_name, "*") == 0 || strcmp(w->vault_name, name) == 0);
    return has ? w->vault_answer : 0;
}

static struct finding finding(const char *path, const char *name, const char *value) {
    struct finding f = {.path = path, .name = name, .rule = "generic-password"};
    secret_set(&f.value, slice_cstr(value));
    return f;
}

struct fixture {
    struct arena arena;
    struct world world;
    struct name_context context;
    struct finding findings[8];
    struct name_request requests[8];
    size_t count;
};

static void begin(struct fixture *x) {
    *x = (struct fixture){0};
    x->context =
        (struct name_context){.project = "web-shop", .in_environment = in_environment, .in_vault = in_vault};
}

static void add(struct fixture *x, const char *path, const char *name, const char *value) {
    x->findings[x->count] = finding(path, name, value);
    x->requests[x->count].finding = &x->findings[x->count];
    x->count++;
}

static void assign(struct fixture *x) {
    x->context.ctx = &x->world;
    struct error e = {0};
    assert_int_equal(names_assign(x->requests, x->count, &x->context, &x->arena, &e), KL_OK);
}

static void end(struct fixture *x) {
    for (size_t i = 0; i < x->count; i++)
        secret_release(&x->findings[i].value);
    arena_release(&x->arena);
}

static void words_become_upper_snake_case(void **state) {
    (void)state;
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"password", "PASSWORD"},       {"apiKey", "API_KEY"},
        {"APIKey", "API_KEY"},          {"api-key", "API_KEY"},
        {"db.password", "DB_PASSWORD"}, {"__token__", "TOKEN"},
        {"key2Secret", "KEY2_SECRET"},  {"X-Auth-Token", "X_AUTH_TOKEN"},
        {"\xc3\xa9t\xc3\xa9", "T"},     {"---", ""},
    };
    struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < KL_ARRAY_LEN(cases); i++)
        assert_string_equal(name_from_words(&arena, slice_cstr(cases[i].in)), cases[i].out);
    arena_release(&arena);
}

static void a_free_name_is_taken_as_it_is(void **state) {
    (void)state;
    struct fixture x;
    begin(&x);
    add(&x, "pay.py", "apiKey", "v1");
    assign(&x);
    assert_string_equal(x.requests[0].name, "API_KEY");
    assert_null(x.requests[0].note);
    end(&x);
}

static void a_vault_in_which_every_name_is_taken_is_an_error(void **state) {
    (void)state;
    struct fixture x;
    struct error e = {0};
    begin(&x);
    add(&x, "pay.py", "apiKey", "v1");
    x.world.vault_name = "*";
    x.world.vault_answer = -1;
    x.context.ctx = &x.world;
    assert_int_equal(names_assign(x.requests, x.count, &x.context, &x.arena, &e), KL_ERR_LIMIT);
    assert_non_null(strstr(e.message, "API_KEY"));
    end(&x);
}

static void one_value_in_many_places_has_one_name(void **state) {
    (void)state;
    struct fixture x;
    begin(&x);
    add(&x, "a.py", "token", "same");
    add(&x, "b.py", "auth", "same");
    assign(&x);
    assert_string_equal(x.requests[0].name, "TOKEN");
    assert_string_equal(x.requests[1].name, "TOKEN");
    end(&x);
}

static void bytes_and_text_of_one_spelling_are_two_secrets(void **state) {
    (void)state;
    struct fixture x;
    begin(&x);
    add(&x, "a.py", "token", "same");
    add(&x, "b.py", "token", "same");
    x.findings[1].is_bytes = true;
    assign(&x);
    assert_string_not_equal(x.requests[0].name, x.requests[1].name);
    end(&x);
}

static void two_values_with_one_name_carry_their_files_names(void **state) {
    (void)state;
    struct fixture x;
    begin(&x);
    add(&x, "app/pay.py", "password", "v1");
    add(&x, "app/mail/__init__.py", "password", "v2");
    assign(&x);
    assert_string_equal(x.requests[0].name, "PAY_PASSWORD");
    assert_string_equal(x.requests[1].name, "MAIL_PASSWORD");
    assert_non_null(strstr(x.requests[0].note, "PASSWORD"));
    end(&x);
}

static void two_values_with_one_name_in_one_file_are_told_apart(void **state) {
    (void)state;
    struct fixture x;
    begin(&x);
    add(&x, "pay.py", "password", "v1");
    add(&x, "pay.py", "password", "v2");
    assign(&x);
    assert_string_equal(x.requests[0].name, "PAY_PASSWORD");
    assert_string_equal(x.requests[1].name, "WEB_SHOP_PAY_PASSWORD");
    end(&x);
}

static void a_name_that_something_else_reads_gets_the_project_before_it(void **state) {
    (void)state;
    static const struct env_read read = {.name = "API_KEY", .path = "other.py", .line = 3};
    struct fixture x;
    begin(&x);
    x.world.environment = "SESSION_KEY";
    x.world.vault_name = "SIGNING_KEY";
    x.world.vault_answer = -1;
    x.context.reads = &read;
    x.context.read_count = 1;
    add(&x, "pay.py", "AWS_SECRET_ACCESS_KEY", "v1");
    add(&x, "pay.py", "api_key", "v2");
    add(&x, "pay.py", "session_key", "v3");
    add(&x, "pay.py", "signing_key", "v4");
    assign(&x);
    assert_string_equal(x.requests[0].name, "WEB_SHOP_AWS_SECRET_ACCESS_KEY");
    assert_string_equal(x.requests[1].name, "WEB_SHOP_API_KEY");
    assert_non_null(strstr(x.requests[1].note, "other.py:3"));
    assert_string_equal(x.requests[2].name, "WEB_SHOP_SESSION_KEY");
    assert_string_equal(x.requests[3].name, "WEB_SHOP_SIGNING_KEY");
    end(&x);
}

static void a_project_whose_own_name_is_read_by_something_still_finds_names(void **state) {
    (void)state;
    static const char *const projects[][2] = {{"flask-shop", "APP_FLASK_SHOP"},
                                              {"python-slugify", "APP_PYTHON_SLUGIFY"},
                                              {"Slack", "APP_SLACK"},
                                              {"flashy", "FLASHY"}};
    for (size_t i = 0; i < KL_ARRAY_LEN(projects); i++) {
        struct fixture x;
        begin(&x);
        x.context.project = projects[i][0];
        add(&x, "app.py", "stripe_key", "one");
        add(&x, "app.py", "token", "two");
        add(&x, "app.py", "token", "three");
        add(&x, "app.py", "token", "four");
        assign(&x);
        assert_string_equal(x.requests[0].name, arena_printf(&x.arena, "%s_STRIPE_KEY", projects[i][1]));
        assert_string_equal(x.requests[1].name, "APP_TOKEN");
        assert_string_equal(x.requests[2].name, arena_printf(&x.arena, "%s_APP_TOKEN", projects[i][1]));
        assert_string_equal(x.requests[3].name, arena_printf(&x.arena, "%s_APP_TOKEN_2", projects[i][1]));
        end(&x);
    }
}

static void a_value_that_the_vault_has_keeps_its_name(void **state) {
    (void)state;
    static const struct env_read read = {.name = "API_KEY", .path = "pay.py", .line = 3};
    struct fixture x;
    begin(&x);
    x.world.vault_name = "API_KEY";
    x.world.vault_answer = 1;
    x.context.reads = &read; /* the sites of an earlier run read it */
    x.context.read_count = 1;
    add(&x, "pay.py", "api_key", "v");
    assign(&x);
    assert_string_equal(x.requests[0].name, "API_KEY");
    end(&x);
}

static void a_literal_without_a_telling_name_is_called_by_its_rule(void **state) {
    (void)state;
    struct fixture x;
    begin(&x);
    add(&x, "pay.py", "", "v1");
    add(&x, "pay.py", "k", "v2");
    x.findings[0].rule = "stripe-live-key";
    assign(&x);
    assert_string_equal(x.requests[1].name, "PASSWORD");
    assert_string_equal(x.requests[0].name, "WEB_SHOP_STRIPE_LIVE_KEY"); /* STRIPE_* is the CLI's */
    end(&x);
}

static void ambient_names_say_who_reads_them(void **state) {
    (void)state;
    const char *why = NULL;
    assert_true(name_is_ambient("PGPASSWORD", &why));
    assert_string_equal(why, "libpq");
    assert_true(name_is_ambient("AWS_SECRET_ACCESS_KEY", NULL));
    assert_true(name_is_ambient("HTTP_API_KEY", &why)); /* a header of that name would be the secret */
    assert_string_equal(why, "CGI");
    assert_true(name_is_ambient("REQUEST_METHOD", NULL) && !name_is_ambient("REQUEST_PASSWORD", NULL));
    assert_false(name_is_ambient("API_KEY", NULL));
    assert_true(name_is_ambient("DJANGO_SUPERUSER_PASSWORD", NULL));
    assert_false(name_is_ambient("DJANGO_SECRET_KEY", NULL)); /* the project's own, by custom */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_become_upper_snake_case),
        cmocka_unit_test(a_free_name_is_taken_as_it_is),
        cmocka_unit_test(a_vault_in_which_every_name_is_taken_is_an_error),
        cmocka_unit_test(one_value_in_many_places_has_one_name),
        cmocka_unit_test(bytes_and_text_of_one_spelling_are_two_secrets),
        cmocka_unit_test(two_values_with_one_name_carry_their_files_names),
        cmocka_unit_test(two_values_with_one_name_in_one_file_are_told_apart),
        cmocka_unit_test(a_name_that_something_else_reads_gets_the_project_before_it),
        cmocka_unit_test(a_project_whose_own_name_is_read_by_something_still_finds_names),
        cmocka_unit_test(a_value_that_the_vault_has_keeps_its_name),
        cmocka_unit_test(a_literal_without_a_telling_name_is_called_by_its_rule),
        cmocka_unit_test(ambient_names_say_who_reads_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
