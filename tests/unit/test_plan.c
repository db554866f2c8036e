/* Reading a plan: what it holds comes back, and what is over a bound is said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "rewriters/plan.h"

#define NAME(name) "{\"name\":\"" name "\",\"stored_name\":\"s\",\"state\":\"pending\",\"tag\":\"1f0c\"},"
#define SITE(start, end, name)                                                                               \
    "{\"line\":3,\"column\":11,\"start\":" #start ",\"end\":" #end ",\"rule\":\"r\",\"name\":\"" name "\"}"
#define HASH "0000000000000000000000000000000000000000000000000000000000000000"

/* A plan with these names (with a comma behind each) and these sites of one file of 100 bytes. */
static void make(struct buf *text, const char *names, const char *sites) {
    buf_str(
        text,
        "{\"keylift_plan\":1,\"tool\":\"t\",\"rules\":\"r\",\"root\":\"a/b\",\"uploads\":true,"
        "\"rewrites\":true,\"staged\":false,\"vault\":{\"id\":\"dotenv\",\"options\":{},"
        "\"dotenv_file\":\".env\",\"on_conflict\":\"fail\"},\"options\":{},\"new_files\":[],\"packages\":[],"
        "\"left\":[],\"names\":[");
    buf_bytes(text, names, strlen(names) - (*names != '\0'));
    buf_printf(text,
               "],\"files\":[{\"path\":\"p.py\",\"bytes\":100,\"new_sha256\":\"" HASH "\",\"edits\":[],");
    buf_printf(text, "\"sites\":[%s]}]}", sites);
}

static enum kl_status parse(const char *names, const char *sites, struct plan *plan, struct error *e) {
    struct buf text = BUF_INIT(PLAN_MAX_BYTES);
    make(&text, names, sites);
    enum kl_status s = plan_parse(buf_as_slice(&text), "the plan", plan, e);
    buf_release(&text);
    return s;
}

static void what_it_holds_comes_back(void **state) {
    struct plan p;
    struct error e = {0};
    (void)state;
    if (parse(NAME("B_KEY") NAME("A_KEY"), SITE(1, 9, "A_KEY") "," SITE(9, 100, "B_KEY"), &p, &e) != KL_OK)
        fail_msg("%s", e.message);
    assert_string_equal(p.root, "a/b");
    assert_true(p.uploads && p.rewrites && !p.staged);
    assert_string_equal(p.vault, "dotenv");
    assert_string_equal(p.dotenv_file, ".env");
    assert_int_equal(p.name_count, 2);
    assert_string_equal(plan_find_name(&p, "B_KEY")->state, "pending");
    assert_null(plan_find_name(&p, "C_KEY"));
    assert_int_equal(p.file_count, 1);
    assert_int_equal(p.site_count, 2);
    assert_int_equal(p.sites[1].start, 9);
    assert_int_equal(p.sites[1].line, 3);
    plan_release(&p);
}

static void sites_lie_in_their_file_one_behind_the_other(void **state) {
    static const char *const bad[] = {SITE(9, 9, "A"),
                                      SITE(9, 101, "A"),
                                      SITE(9, 4, "A"),
                                      SITE(-1, 4, "A"),
                                      SITE(1.5, 4, "A"),
                                      SITE(1, 9, "A") "," SITE(8, 10, "A"),
                                      SITE(1, 9, "B"),
                                      SITE(1e300, 1e301, "A"),
                                      "1",
                                      "{}"};
    (void)state;
    for (size_t i = 0; i < KL_ARRAY_LEN(bad); i++) {
        struct plan p;
        struct error e = {0};
        assert_int_equal(parse(NAME("A"), bad[i], &p, &e), KL_ERR_PARSE);
        assert_non_null(strstr(e.message, "the plan"));
        plan_release(&p);
    }
}

static void what_is_too_much_is_said(void **state) {
    struct buf names = BUF_INIT(PLAN_MAX_BYTES);
    struct plan p;
    struct error e = {0};
    (void)state;
    for (unsigned i = 0; i <= PLAN_MAX_ENTRIES; i++)
        buf_printf(&names, "{\"name\":\"N%u\",\"stored_name\":\"s\",\"state\":\"x\",\"tag\":\"1f0c\"},", i);
    assert_int_equal(parse(buf_cstr(&names), "", &p, &e), KL_ERR_LIMIT);
    assert_non_null(strstr(e.message, "more than 100000 names"));
    buf_release(&names);
    char *large = calloc(PLAN_MAX_BYTES + 1, 1);
    assert_non_null(large);
    memset(large, ' ', PLAN_MAX_BYTES + 1);
    assert_int_equal(plan_parse(slice_of(large, PLAN_MAX_BYTES + 1), "the plan", &p, &e), KL_ERR_LIMIT);
    free(large);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_it_holds_comes_back),
                                       cmocka_unit_test(sites_lie_in_their_file_one_behind_the_other),
                                       cmocka_unit_test(what_is_too_much_is_said)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
