/* What every vault must do, whatever it is made of. Each case runs for each line
 * of `fixtures`: a new vault gets all of them by one line there (and a function
 * that makes options for an empty place to store into).
 *
 *     test_vaults            the vaults that need no server
 *     test_vaults ID         that one. A vault with a server takes its options from the
 *                            variable KEYLIFT_CONFORMANCE_<ID>:
 *                            "endpoint=https://127.0.0.1:9;ca_file=/tmp/ca.pem;foreign=x"
 *     test_vaults ID names   the names of its cases, one a line, to count what ran
 *
 * Each case gets a prefix of its own, which makes the place empty. `foreign` is the
 * stored name of a secret with the value "foreign-value" that somebody else made. */
#include "place.h"

#include <stdio.h>
#include <stdlib.h>

#include "cases.h"

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
static const struct CMUnitTest cases[] = {
    CASE(an_absent_name_is_not_found),
    CASE(what_is_put_comes_back_latest_and_by_version),
    CASE(get_tells_the_version_that_put_told),
    CASE(a_second_put_conflicts_and_changes_nothing),
    CASE(an_equal_put_makes_no_second_version),
    CASE(a_version_replaces_and_the_old_one_is_told_apart),
    CASE(a_name_that_is_not_there_gets_no_version),
    CASE(a_version_says_nothing_of_its_value),
    CASE(a_value_is_held_exactly_or_refused_by_name),
    CASE(a_value_beyond_the_limit_is_refused_before_it_is_sent),
    CASE(the_longest_value_that_is_accepted_is_held),
    CASE(bytes_stay_bytes_and_text_stays_text),
    CASE(different_names_are_stored_apart),
    CASE(list_names_each_once),
    CASE(list_goes_on_over_all_pages),
    CASE(many_names_are_asked_at_once),
    CASE(of_eight_puts_at_once_one_wins),
    CASE(eight_threads_store_apart),
    CASE(identity_and_check_say_whose_it_is_without_a_value),
};
static const struct CMUnitTest marked_cases[] = {CASE(what_others_made_gets_no_version)};
#undef CASE

static int run_cases(const struct fixture *f) {
    char name[64];
    current = f;
    int failed = cmocka_run_group_tests_name(f->id, cases, NULL, NULL);
    snprintf(name, sizeof name, "%s, marks", f->id);
    if (f->marks)
        failed += cmocka_run_group_tests_name(name, marked_cases, NULL, NULL);
    return failed;
}

static void print_names(const struct fixture *f) {
    for (size_t i = 0; i < KL_ARRAY_LEN(cases); i++)
        puts(cases[i].name);
    for (size_t i = 0; i < KL_ARRAY_LEN(marked_cases) && f->marks; i++)
        puts(marked_cases[i].name);
}

static const struct fixture *find_fixture(const char *id) {
    for (size_t i = 0; fixtures[i].id; i++)
        if (strcmp(fixtures[i].id, id) == 0)
            return &fixtures[i];
    fprintf(stderr, "no vault %s here\n", id);
    exit(2);
}

static void every_storing_vault_has_a_fixture(void **state) {
    (void)state;
    for (size_t i = 0; i < vault_kind_count(); i++) {
        bool found = !vault_kind_at(i)->stores;
        for (size_t k = 0; fixtures[k].id; k++)
            found = found || strcmp(fixtures[k].id, vault_kind_at(i)->id) == 0;
        if (!found)
            fail_msg("%s has no line in fixtures", vault_kind_at(i)->id);
    }
    assert_null(vault_kind_at(vault_kind_count()));
}

static void every_vault_tells_python_how_to_read(void **state) {
    (void)state;
    for (size_t i = 0; i < vault_kind_count(); i++) {
        const struct vault_kind *k = vault_kind_at(i);
        assert_ptr_equal(vault_kind_find(k->id), k);
        for (const char *const *alias = k->aliases; *alias; alias++)
            assert_ptr_equal(vault_kind_find(*alias), k);
        assert_string_equal(k->access->vault, k->id);
        assert_non_null(strstr(k->access->read_text, "{name}"));
        assert_non_null(strstr(k->access->read_bytes, "{name}"));
        assert_non_null(k->access->imports[0].module);
        assert_non_null(k->access->missing_error);
    }
    assert_null(vault_kind_find("no-such-vault"));
}

static void a_vault_that_stores_nothing_verifies_and_refuses(void **state) {
    (void)state;
    const struct vault_kind *kind = vault_kind_find("environ");
    const struct vault_options options = {.root = "/"};
    struct vault *v;
    struct error e = {0};
    struct secret got = {0}, s = secret_text("value-one");
    assert_false(kind->stores);
    assert_int_equal(kind->open(&options, &v, &e), KL_OK);
    assert_int_equal(setenv("KEYLIFT_CONFORMANCE", "value-one", 1), 0);
    assert_int_equal(kind->get(v, "KEYLIFT_CONFORMANCE", NULL, &got, NULL, &e), KL_OK);
    assert_true(secret_equal(&got, &s));
    assert_int_equal(kind->get(v, "KEYLIFT_ABSENT", NULL, &got, NULL, &e), KL_ERR_NOT_FOUND);
    assert_int_equal(kind->put_if_absent(v, "KEYLIFT_ABSENT", &s, NULL, &e), KL_ERR_REFUSED);
    assert_non_null(strstr(e.message, "KEYLIFT_ABSENT"));
    assert_null(strstr(e.message, "value-one"));
    assert_null(getenv("KEYLIFT_ABSENT"));
    kind->close(v);
    secret_release(&got);
    secret_release(&s);
}

static int run_one(const struct fixture *f) {
    if (f->server && !getenv(f->server)) {
        fprintf(stderr, "%s needs its options in %s\n", f->id, f->server);
        return 2;
    }
    return run_cases(f);
}

int main(int argc, char **argv) {
    const struct CMUnitTest general[] = {
        cmocka_unit_test(every_storing_vault_has_a_fixture),
        cmocka_unit_test(every_vault_tells_python_how_to_read),
        cmocka_unit_test(a_vault_that_stores_nothing_verifies_and_refuses),
    };
    if (argc == 3 && strcmp(argv[2], "names") == 0) {
        print_names(find_fixture(argv[1]));
        return 0;
    }
    if (argc > 1)
        return run_one(find_fixture(argv[1]));
    int failed = cmocka_run_group_tests_name("registry", general, NULL, NULL);
    for (size_t i = 0; fixtures[i].id; i++)
        if (!fixtures[i].server)
            failed += run_cases(&fixtures[i]);
    return failed;
}
