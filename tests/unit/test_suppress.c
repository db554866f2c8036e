/* What silences a finding, and what only looks like it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "scanner/suppress.h"

struct comment_case {
    const char *comment;
    const char *by; /* NULL: nothing */
};

static const struct comment_case comment_cases[] = {
    {"# keylift: ignore", "keylift: ignore"},
    {"#keylift:ignore", "keylift: ignore"},
    {"# why not -- keylift: ignore, made up", "keylift: ignore"},
    {"# keylift: ignore[some-rule]", "keylift: ignore[rule]"},
    {"# keylift: ignore[other, some-rule]", "keylift: ignore[rule]"},
    {"# keylift: ignore[other]", NULL},
    {"# keylift: ignore[]", NULL},
    {"# keylift: ignored", NULL},
    {"# keylift", NULL},
    {"# gitleaks:allow", "gitleaks:allow"},
    {"# pragma: allowlist secret", "pragma: allowlist secret"},
    {"# pragma: no cover", NULL},
    {"# nosec", "nosec"},
    {"#nosec", "nosec"},
    {"# nosec made up for the test", "nosec"},
    {"# nosec B105", "nosec"},
    {"# nosec: B101,B107", "nosec"},
    {"# nosec B101", NULL},
    {"# nosec B101 B608", NULL},
    {"# nosecond", NULL},
    {"# the nosec marker", NULL},
    {"# noqa: S105", "noqa"},
    {"# NOQA:E501, s107", "noqa"},
    {"# noqa: E501", NULL},
    {"# noqa", NULL},
    {"# text # noqa: S106", "noqa"},
    {"", NULL},
};

static void comments_silence_as_the_table_says(void **state) {
    (void)state;
    for (size_t i = 0; i < KL_ARRAY_LEN(comment_cases); i++) {
        const char *by = suppress_by_comment(slice_cstr(comment_cases[i].comment), "some-rule");
        if (!by != !comment_cases[i].by || (by && strcmp(by, comment_cases[i].by) != 0))
            fail_msg("%s: %s", comment_cases[i].comment, by ? by : "nothing");
    }
}

static void configuration_pairs_go_by_path_and_rule(void **state) {
    (void)state;
    struct arena arena = ARENA_INIT;
    const struct scan_ignore items[] = {{"tests/", NULL}, {"*.md", "r1"}, {NULL, "r2"}};
    const struct suppress_rules *r = suppress_rules_new(items, KL_ARRAY_LEN(items), &arena);
    assert_non_null(suppress_by_config(r, "a/tests/x.py", "r1"));
    assert_non_null(suppress_by_config(r, "doc/a.md", "r1"));
    assert_null(suppress_by_config(r, "doc/a.md", "r3"));
    assert_non_null(suppress_by_config(r, "a.py", "r2"));
    assert_null(suppress_by_config(r, "tests.py", "r1"));
    assert_null(suppress_by_config(suppress_rules_new(NULL, 0, &arena), "a.py", "r1"));
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comments_silence_as_the_table_says),
        cmocka_unit_test(configuration_pairs_go_by_path_and_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
