/* Patterns as Go writes them (regexp/syntax, "Syntax accepted by package regexp"): what they match when PCRE2
 * runs them, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "scanner/re2.h"
#include "scanner/text_rule.h"

struct found {
    long start, end; /* -1: no match */
};

static struct found match(const char *pattern, struct slice text) {
    struct buf spelled = BUF_INIT(RE2_MAX_OUT);
    struct error e = {0};
    struct re2_facts facts;
    pcre2_code *code = NULL;
    struct found f = {-1, -1};
    if (re2_to_pcre2(slice_cstr(pattern), &spelled, &facts, &e) != KL_OK ||
        text_pattern_compile(buf_cstr(&spelled), &code, &e) != KL_OK)
        fail_msg("%s: %s", pattern, e.message);
    struct rule_scratch s = {0};
    rule_scratch_init(&s, facts.groups + 1);
    rule_steps_begin(&s, text.len);
    if (pcre2_match(code, (PCRE2_SPTR)text.ptr, text.len, 0, PCRE2_NO_UTF_CHECK, s.data, s.context) >= 0) {
        const PCRE2_SIZE *v = pcre2_get_ovector_pointer(s.data);
        f = (struct found){(long)v[0], (long)v[1]};
    }
    rule_scratch_release(&s);
    pcre2_code_free(code);
    buf_release(&spelled);
    return f;
}

static void patterns_mean_what_they_mean_in_go(void **state) {
    (void)state;
    static const struct {
        const char *pattern, *text;
        long start, end;
    } cases[] = {
        /* `$` and `^` */
        {"ab$", "ab\n", -1, -1},
        {"ab\\z", "ab\n", -1, -1},
        {"(?m)ab$", "ab\ncd", 0, 2},
        {"(?m)^cd", "ab\ncd", 3, 5},
        {"^cd", "ab\ncd", -1, -1},
        {"ab\n(?m:^)", "ab\n", 0, 3},
        {"(?m)a$", "a\r\n", -1, -1},
        {"(?:^)*a", "ba", 1, 2},
        {"^*a", "ba", 1, 2},
        {"\\b+a", " a", 1, 2},
        /* the dot */
        {"a.b", "a\nb", -1, -1},
        {"a.b", "a\rb", 0, 3},
        {"(?s)a.b", "a\nb", 0, 3},
        {"(?s:a.b).c", "a\nb\nc", -1, -1},
        {"a.b",
         "a\xC3\xA9"
         "b",
         0, 4},
        {"a.{2}b",
         "a\xC3\xA9"
         "b",
         -1, -1},
        /* escapes */
        {"\\v", "\x0B", 0, 1},
        {"\\v", "\n", -1, -1},
        {"\\s", "\x0B", -1, -1},
        {"\\S", "\x0B", 0, 1},
        {"[\\S]", "\x0B", 0, 1},
        {"[\\s]", "\f", 0, 1},
        {"[^\\s]", "\x0B", 0, 1},
        {"\\a\\f\\t\\n\\r", "\a\f\t\n\r", 0, 5},
        {"\\012", "\n", 0, 1},
        {"\\12", "\n", 0, 1},
        {"\\101b", "Ab", 0, 2},
        {"\\x41\\x{42}", "AB", 0, 2},
        {"\\x{e9}", "\xC3\xA9", 0, 2},
        {"\\_\\-\\/\\\"", "_-/\"", 0, 4},
        {"\\Qa.b*\\E+", "a.b**", 0, 5},
        {"\\Qa.b", "a.b", 0, 3},
        /* repetition */
        {"a{,3}", "a{,3}", 0, 5},
        {"a{,3}", "aaa", -1, -1},
        {"a{x}", "a{x}", 0, 4},
        {"a{01}", "a{01}", 0, 5},
        {"a{2}", "aaa", 0, 2},
        {"a{2,}", "aaaa", 0, 4},
        {"a{2,3}?", "aaaa", 0, 2},
        {"(?U)a+", "aaa", 0, 1},
        {"(?U)a+?", "aaa", 0, 3},
        {"(?U:a+)a+", "aaa", 0, 3},
        /* groups and flags */
        {"(?P<key>a)(?<b2>b)(?:c)", "abc", 0, 3},
        {"(?P<2x>a)", "a", 0, 1},
        {"a(?i)b|c", "C", 0, 1},
        {"(a(?i)b)c", "aBC", -1, -1},
        {"(?i)a(?-i)b", "AB", -1, -1},
        {"(?i)a(?-i:b)c", "AbC", 0, 3},
        {"(?is-m:a.c)$", "A\nC", 0, 3},
        {"(?i)\xC3\xA9", "\xC3\x89", 0, 2},
        {"(?:)a", "a", 0, 1},
        {"a||b", "b", 0, 0},
        /* classes */
        {"[]a]+", "]a", 0, 2},
        {"[^]a]", "b", 0, 1},
        {"[a-]+", "a-b", 0, 2},
        {"[\\w-.]+", "a-.", 0, 3},
        {"[a-b-c]+", "a-c", 0, 3},
        {"[[a]+", "[a", 0, 2},
        {"[[:alpha:]_]+", "a_1", 0, 2},
        {"[[:^digit:]]", "1a", 1, 2},
        {"[[:word:]]+", "a_1", 0, 3},
        {"[a&&b]+", "&", 0, 1},
        {"[#-']+", "$&", 0, 2},
        {"[\\x00-\\x{10FFFF}]", "\xF0\x9F\x98\x80", 0, 4},
        {"[\\d\\-x]+", "1-x", 0, 3},
        {"[^a]", "\xC3\xA9", 0, 2},
        {"\\pL+",
         "a\xC3\xA9"
         "1",
         0, 3},
        {"\\PL", "a1", 1, 2},
        {"\\p{Greek}", "a\xCE\xB1", 1, 3},
        {"\\p{^Greek}",
         "\xCE\xB1"
         "a",
         2, 3},
        {"[\\p{Lu}\\d]+", "A1a", 0, 2},
        {"(?i)\\p{Ll}", "A", 0, 1},
        {"(?i)a[\\P{Lu}]", "a1", 0, 2},
        {"(?i)\\P{Lu}", "a", -1, -1},
        {"\\w", "\xC3\xA9", -1, -1},
        {"(?i)K", "\xE2\x84\xAA", 0, 3},
        /* what is something else in PCRE2 */
        {"a#b c", "a#b c", 0, 5},
        {"a]b}c", "a]b}c", 0, 5},
        {"\\{\\}", "{}", 0, 2},
        {"", "a", 0, 0},
    };
    for (size_t i = 0; i < KL_ARRAY_LEN(cases); i++) {
        struct found f = match(cases[i].pattern, slice_cstr(cases[i].text));
        if (f.start != cases[i].start || f.end != cases[i].end)
            fail_msg("%s: %ld to %ld, not %ld to %ld", cases[i].pattern, f.start, f.end, cases[i].start,
                     cases[i].end);
    }
}

static void what_go_refuses_is_refused_with_its_place(void **state) {
    (void)state;
    static const struct {
        const char *pattern, *message;
    } cases[] = {
        {"ab(?=c)", "at offset 2: look-ahead"},
        {"(?!c)", "at offset 0: look-ahead"},
        {"(?<=c)", "look-behind"},
        {"(?<!c)", "look-behind"},
        {"(?>c)", "an atomic group"},
        {"(?#c)", "a comment"},
        {"(?|a|b)", "a kind of group"},
        {"(?x)a", "an unknown flag"},
        {"(?-)a", "an unknown flag"},
        {"(?i", "an unknown flag"},
        {"(?P<n", "the name of a group is missing"},
        {"(?P<a-b>c)", "only letters"},
        {"(?P=n)", "an unknown flag"},
        {"(a)\\1", "at offset 3: a back-reference"},
        {"\\8", "an escape that RE2 does not have"},
        {"a\\Z", "an escape that RE2 does not have"},
        {"\\Ga", "an escape that RE2 does not have"},
        {"a\\Kb", "an escape that RE2 does not have"},
        {"\\h", "an escape that RE2 does not have"},
        {"\\R", "an escape that RE2 does not have"},
        {"\\ca", "an escape that RE2 does not have"},
        {"a\\", "a backslash at the end"},
        {"\\x4", "a wrong hexadecimal escape"},
        {"\\x{110000}", "a wrong hexadecimal escape"},
        {"a**", "a repetition cannot be repeated"},
        {"a++", "a repetition cannot be repeated"},
        {"a{2}{3}", "a repetition cannot be repeated"},
        {"a???", "a repetition cannot be repeated"},
        {"*a", "there is nothing to repeat"},
        {"(*UTF)a", "there is nothing to repeat"},
        {"a|+", "there is nothing to repeat"},
        {"a{1001}", "not over 1000"},
        {"a{3,2}", "must be in order"},
        {"[a", "a \"]\" is missing"},
        {"[]", "a \"]\" is missing"},
        {"[b-a]", "out of order"},
        {"[a-\\d]", "an escape that RE2 does not have"},
        {"[[:alpa:]]", "an unknown class"},
        {"\\p{}", "the name of a Unicode class"},
        {"\\pL\\p{Gr", "the name of a Unicode class"},
        {"(a", "a \")\" is missing"},
        {"a)", "closes nothing"},
    };
    for (size_t i = 0; i < KL_ARRAY_LEN(cases); i++) {
        struct buf spelled = BUF_INIT(RE2_MAX_OUT);
        struct error e = {0};
        struct re2_facts facts;
        if (re2_to_pcre2(slice_cstr(cases[i].pattern), &spelled, &facts, &e) == KL_OK)
            fail_msg("%s: taken as %s", cases[i].pattern, buf_cstr(&spelled));
        if (strstr(e.message, cases[i].message) == NULL)
            fail_msg("%s: %s", cases[i].pattern, e.message);
        buf_release(&spelled);
    }
}

/* What is left of each when its lead is taken away; NULL: it has none. */
static void a_lead_is_known_where_it_is_one(void **state) {
    (void)state;
    static const struct {
        const char *pattern, *rest;
        unsigned chars;
    } cases[] = {
        {"[a-c]{0,50}?key", "key", 50},
        {"(?i)[a-c]{0,50}key", "(?i)key", 50},
        {"(?i:[a]?[b]{0,2}k)", "(?i:k)", 3},
        {"[a]{0,2}(?i:[b]{0,3}(?:x|y))z", "(?i:(?:x|y))z", 5},
        {"([a]{0,2}x|y)(?:z)+", "(x|y)(?:z)+", 2},
        {"[a]{0,2}x|[b]{0,2}y", "x|[b]{0,2}y", 2},
        {"(?:[a]{0,2}x)+", NULL, 0},
        {"(?:(?:[a]{0,2}x)y){2}", NULL, 0},
        {"(?:[a]{0,2}x)", "(?:x)", 2},
        {"[a]{1,2}x", NULL, 0},
        {"[a]*x", NULL, 0},
        {"[a]+x", NULL, 0},
        {"x[a]{0,2}", NULL, 0},
        {"\\b[a]{0,2}x", NULL, 0},
        {"(x)[a]{0,2}", NULL, 0},
        {"a{0,2}x", NULL, 0},
    };
    for (size_t i = 0; i < KL_ARRAY_LEN(cases); i++) {
        struct buf spelled = BUF_INIT(RE2_MAX_OUT), rest = BUF_INIT(RE2_MAX_OUT);
        struct re2_facts facts;
        struct error e = {0};
        assert_int_equal(re2_to_pcre2(slice_cstr(cases[i].pattern), &spelled, &facts, &e), KL_OK);
        re2_without_lead(buf_as_slice(&spelled), &facts, &rest);
        if (facts.lead_chars != cases[i].chars ||
            (cases[i].rest != NULL && strcmp(buf_cstr(&rest), cases[i].rest) != 0))
            fail_msg("%s: %u, %s", cases[i].pattern, facts.lead_chars, buf_cstr(&rest));
        buf_release(&spelled);
        buf_release(&rest);
    }
}

static void deep_groups_are_an_error(void **state) {
    (void)state;
    struct buf pattern = BUF_INIT(RE2_MAX_PATTERN), spelled = BUF_INIT(RE2_MAX_OUT);
    struct error e = {0};
    struct re2_facts facts;
    for (unsigned i = 0; i <= RE2_MAX_DEPTH; i++)
        buf_char(&pattern, '(');
    assert_int_equal(re2_to_pcre2(buf_as_slice(&pattern), &spelled, &facts, &e), KL_ERR_PARSE);
    assert_non_null(strstr(e.message, "nested too deeply"));
    buf_release(&pattern);
    buf_release(&spelled);
}

static void bytes_that_are_no_utf8_keep_their_places(void **state) {
    (void)state;
    struct arena a = ARENA_INIT;
    struct slice text = SLICE_LIT("a\xFF"
                                  "b\xC3");
    struct slice plain = text_rules_text(text, &a);
    assert_int_equal(plain.len, text.len);
    assert_memory_equal(plain.ptr,
                        "a\x7F"
                        "b\x7F",
                        4);
    struct slice good = SLICE_LIT("a\xC3\xA9");
    assert_ptr_equal(text_rules_text(good, &a).ptr, good.ptr);
    assert_int_equal(match("a.b", plain).end, 3);
    arena_release(&a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_mean_what_they_mean_in_go),
        cmocka_unit_test(what_go_refuses_is_refused_with_its_place),
        cmocka_unit_test(a_lead_is_known_where_it_is_one),
        cmocka_unit_test(deep_groups_are_an_error),
        cmocka_unit_test(bytes_that_are_no_utf8_keep_their_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
