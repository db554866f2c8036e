/* What a pattern needs: that of some patterns, and that no string without it matches, among the examples of
 * all rules and what they become when bytes of them change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "scanner/rule_example.h"
#include "scanner/rule_pattern.h"

#define DRAW_SEED 11
#include "tests/unit/draw.h"

#define CHANGED 60u /* strings an example */

static void check(const char *pattern, size_t length, char byte, bool digit) {
    const struct rule r = {.id = "x", .pattern = pattern};
    pcre2_code *code = NULL;
    struct error e;
    assert_int_equal(rule_compile(&r, &code, NULL, &e), KL_OK);
    struct rule_needs needs = rule_needs_of(pattern, code);
    assert_int_equal(needs.length, length);
    assert_int_equal(needs.byte, byte);
    assert_int_equal(needs.digit, digit);
    pcre2_code_free(code);
}

static void patterns_tell_what_they_need(void **state) {
    (void)state;
    check("^(?=[^0-9]*[0-9])([A-Za-z0-9]{20,128})$", 20, '\0', true);
    check("^(?=[^a]*[a-z])(?=[^0-9]*[0-9])([a-z0-9]{8})$", 8, '\0', true);
    check("^([0-9a-f]{32})$", 32, '\0', false);
    check("^(?=[0-9]|a)([a-z0-9]{8})$", 8, '\0', false);
    check("^(?=a?[0-9]?)([a-z0-9]{8})$", 8, '\0', false);
    check("[a-z]{4}://[^@]{1,9}@[a-z]", 10, '@', false);
    check("(?i)[0-9]{3}x[0-9]", 5, '\0', false); /* a letter in either case */
}

static bool has_digit(struct slice s) {
    bool found = false;
    for (size_t i = 0; i < s.len && !found; i++)
        found = s.ptr[i] >= '0' && s.ptr[i] <= '9';
    return found;
}

static void what_lacks_it_does_not_match(void **state) {
    struct rule_scratch scratch;
    size_t matches = 0, unmet = 0;
    (void)state;
    rule_scratch_init(&scratch, RULE_PAIRS);
    for (size_t i = 0; i < rule_count(); i++) {
        const struct rule *r = rule_at(i);
        pcre2_code *code = NULL;
        struct error e;
        assert_int_equal(rule_compile(r, &code, NULL, &e), KL_OK);
        struct rule_needs needs = rule_needs_of(r->pattern, code);
        for (size_t k = 0; r->find[k]; k++) {
            struct buf text = BUF_INIT(1 << 16);
            assert_int_equal(rule_example_expand(slice_cstr(r->find[k]), &text, &e), KL_OK);
            struct slice value = buf_as_slice(&text);
            size_t equals = r->name_words ? slice_find_byte(value, '=', 0) : SIZE_MAX;
            value = slice_sub(value, equals == SIZE_MAX ? 0 : equals + 1, value.len);
            for (uint32_t round = 0; round < CHANGED && value.len > 0; round++) {
                bool met = rule_needs_met(needs, value) && (!needs.digit || has_digit(value));
                bool match = rule_matches(code, &scratch, value);
                assert_true(met || !match);
                matches += match;
                unmet += !met;
                text.ptr[(size_t)(value.ptr - text.ptr) + draw((uint32_t)value.len)] = "a0Z-@_= ."[draw(9)];
                value.len -= draw(8) == 0;
            }
            buf_release(&text);
        }
        pcre2_code_free(code);
    }
    assert_true(matches > rule_count() && unmet > rule_count());
    rule_scratch_release(&scratch);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_tell_what_they_need),
        cmocka_unit_test(what_lacks_it_does_not_match),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
