/* Ignore patterns. What git does with the same is asked of git itself in
 * tests/property/test_gitignore_git.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "scanner/gitconfig.h"
#include "scanner/gitignore.h"
#include "scanner/glob.h"

struct glob_case {
    const char *pattern, *text;
    bool matches;
};

static const struct glob_case glob_cases[] = {
    {"", "", true},
    {"a", "", false},
    {"*", "", true},
    {"*", "abc", true},
    {"*", "a/b", false},
    {"a*c", "abbbc", true},
    {"a*c*e", "abcde", true},
    {"a*c*e", "abcd", false},
    {"*.py", "a.py", true},
    {"**", "a/b/c", true},
    {"**/c", "c", true},
    {"**/c", "a/b/c", true},
    {"**/c", "a/bc", false},
    {"a/**/b*c", "a/x/bd/bec", true},
    {"a/**/b*c", "a/x/bd/be", false},
    {"a/**", "a/b/c", true},
    {"a/**", "a", false},
    {"?", "/", false},
    {"[!a]", "/", false},
    {"[a-c]x", "bx", true},
    {"[]a]", "]", true},
    {"[!]a]", "]", false},
    {"[[:digit:]]", "7", true},
    {"[[:digit:]]", "x", false},
    {"[[:unknown:]]", "x", false},
    {"[a", "a", false},
    {"\\*", "*", true},
    {"\\*", "a", false},
    {"a\\", "a", false},
    {"a\\", "a\\", false},
};

static void glob_matches_as_the_table_says(void **state) {
    (void)state;
    for (size_t i = 0; i < KL_ARRAY_LEN(glob_cases); i++) {
        const struct glob_case *c = &glob_cases[i];
        if (glob_match(slice_cstr(c->pattern), slice_cstr(c->text), 0) != c->matches)
            fail_msg("%s on %s is not %d", c->pattern, c->text, c->matches);
    }
}

static void glob_folds_case_only_when_asked(void **state) {
    (void)state;
    assert_false(glob_match(SLICE_LIT("*.PY"), SLICE_LIT("a.py"), 0));
    assert_true(glob_match(SLICE_LIT("*.PY"), SLICE_LIT("a.py"), GLOB_FOLD_CASE));
    assert_true(glob_match(SLICE_LIT("[A-C]"), SLICE_LIT("b"), GLOB_FOLD_CASE));
}

/* A pattern made to be slow: stars that all nearly match. */
static void glob_ends_soon_on_hostile_patterns(void **state) {
    (void)state;
    char pattern[401], text[4001];
    for (size_t i = 0; i < 400; i += 2) {
        pattern[i] = '*';
        pattern[i + 1] = 'a';
    }
    pattern[399] = 'b';
    memset(text, 'a', 4000);
    assert_false(glob_match(slice_of(pattern, 400), slice_of(text, 4000), 0));
}

struct ignore_case {
    const char *patterns, *path;
    bool is_folder;
    enum ignore_verdict verdict;
};

static const struct ignore_case ignore_cases[] = {
    {"a\n", "a", false, IGNORE_YES},
    {"a\n", "d/a", false, IGNORE_YES},
    {"/a\n", "d/a", false, IGNORE_UNDECIDED},
    {"d/a\n", "d/a", false, IGNORE_YES},
    {"d/a\n", "x/d/a", false, IGNORE_UNDECIDED},
    {"a/\n", "a", false, IGNORE_UNDECIDED},
    {"a/\n", "a", true, IGNORE_YES},
    {"*.py\n!b.py\n", "b.py", false, IGNORE_NO},
    {"!b.py\n*.py\n", "b.py", false, IGNORE_YES},
    {"#a\n\\#b\n", "#b", false, IGNORE_YES},
    {"#a\n", "#a", false, IGNORE_UNDECIDED},
    {"a  \n", "a", false, IGNORE_YES},
    {"a\\ \n", "a ", false, IGNORE_YES},
    {"a\r\n", "a", false, IGNORE_YES},
    {"/\n", "a", true, IGNORE_UNDECIDED},
};

static void lines_are_read_as_git_reads_them(void **state) {
    (void)state;
    struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < KL_ARRAY_LEN(ignore_cases); i++) {
        const struct ignore_case *c = &ignore_cases[i];
        const struct ignore_list *list =
            gitignore_parse(slice_cstr(c->patterns), (struct slice){0}, false, NULL, &arena);
        if (gitignore_decide(list, slice_cstr(c->path), c->is_folder) != c->verdict)
            fail_msg("case %zu: %s", i, c->path);
    }
    arena_release(&arena);
}

static void the_deeper_list_decides_first(void **state) {
    (void)state;
    struct arena arena = ARENA_INIT;
    const struct ignore_list *top =
        gitignore_parse(SLICE_LIT("*.py\n"), (struct slice){0}, false, NULL, &arena);
    const struct ignore_list *deep =
        gitignore_parse(SLICE_LIT("!a.py\n"), SLICE_LIT("d"), false, top, &arena);
    assert_int_equal(gitignore_decide(deep, SLICE_LIT("d/a.py"), false), IGNORE_NO);
    assert_int_equal(gitignore_decide(deep, SLICE_LIT("d/b.py"), false), IGNORE_YES);
    assert_int_equal(gitignore_decide(deep, SLICE_LIT("da/a.py"), false), IGNORE_YES);
    assert_true(gitignore_covers(gitignore_parse(SLICE_LIT("x/\n"), (struct slice){0}, false, NULL, &arena),
                                 SLICE_LIT("a/x/b"), false));
    arena_release(&arena);
}

static void configuration_values_are_unquoted(void **state) {
    (void)state;
    struct arena arena = ARENA_INIT;
    struct git_config c = {0};
    gitconfig_parse(SLICE_LIT("# x\n[other]\nexcludesFile = no\n[Core]\n  ExcludesFile = \"a b\" # c\n"
                              "ignorecase\n[extensions] objectformat = SHA256\n"),
                    &arena, &c);
    assert_string_equal(c.excludes_file, "a b");
    assert_true(c.ignore_case);
    assert_true(c.sha256);
    assert_false(c.has_include);
    gitconfig_parse(SLICE_LIT("[core]\nexcludesfile = a\\\nb\\\"c ; d\n[includeIf \"gitdir:x\"]\npath=y\n"),
                    &arena, &c);
    assert_string_equal(c.excludes_file, "ab\"c");
    assert_true(c.has_include);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(glob_matches_as_the_table_says),
        cmocka_unit_test(glob_folds_case_only_when_asked),
        cmocka_unit_test(glob_ends_soon_on_hostile_patterns),
        cmocka_unit_test(lines_are_read_as_git_reads_them),
        cmocka_unit_test(the_deeper_list_decides_first),
        cmocka_unit_test(configuration_values_are_unquoted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
