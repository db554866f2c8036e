/* The skimmer: its look at 64 bytes at once against that at one; that it is told of every word which may
 * begin a telling name; and that it passes over no example of any rule, wherever that stands. test_skim.py
 * draws programs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/mem.h"
#include "scanner/rule.h"
#include "scanner/rule_example.h"
#include "scanner/scan.h"
#include "scanner/skim_blocks.h"

#define DRAW_SEED 7
#include "tests/unit/draw.h"

#define ROUNDS 4000u
#define TEXT 300u

static void blocks_are_the_same_on_every_machine(void **state) {
    static const char pieces[] = "\"'#\\\n\r()[]{}pasPWdkeyenvtok://imp \t\x80\xff";
    struct skim_hints hints;
    (void)state;
    skim_hints_init(&hints);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        char *text = mem_calloc(TEXT, 1);
        size_t len = draw(TEXT);
        for (size_t i = 0; i < len; i++)
            text[i] = draw(3) ? pieces[draw(sizeof pieces - 1)] : (char)draw(256);
        struct skim_block quick[TEXT / SKIM_BLOCK + 1], plain[TEXT / SKIM_BLOCK + 1];
        memset(quick, 0, sizeof quick);
        memset(plain, 0, sizeof plain);
        skim_blocks_fill(&hints, slice_of(text, len), quick);
        skim_blocks_fill_plain(&hints, slice_of(text, len), plain);
        assert_memory_equal(quick, plain, sizeof quick);
        for (size_t i = 0; i < len; i++) {
            const struct skim_block *b = &plain[i / SKIM_BLOCK];
            uint64_t bit = (uint64_t)1 << (i % SKIM_BLOCK);
            assert_int_equal((b->quote & bit) != 0, text[i] == '"');
            assert_int_equal((b->apostrophe & bit) != 0, text[i] == '\'');
            assert_int_equal((b->hash & bit) != 0, text[i] == '#');
            assert_int_equal((b->backslash & bit) != 0, text[i] == '\\');
            assert_int_equal((b->high & bit) != 0, (unsigned char)text[i] >= 0x80);
            assert_int_equal((b->dark & bit) != 0, text[i] != ' ' && (text[i] < '\t' || text[i] > '\r'));
            assert_int_equal((b->field & bit) != 0, text[i] == '%' || text[i] == '{');
            assert_int_equal((b->line & bit) != 0, text[i] == '\n' || text[i] == '\r');
            assert_int_equal((b->open & bit) != 0, text[i] == '(' || text[i] == '[' || text[i] == '{');
            assert_int_equal((b->close & bit) != 0, text[i] == ')' || text[i] == ']' || text[i] == '}');
        }
        free(text);
    }
}

/* Every word that name_words.c calls the root of a telling name; and those that skim.c looks for. */
static void roots_are_hinted_at(void **state) {
    static const char *const words[] = {"password", "PASSWD",      "pwd",   "pw_",  "pat",    "Pepper",
                                        "secret",   "salt",        "token", "KEY",  "cred",   "auth",
                                        "jwt",      "bearer",      "otp",   "env",  "import", "def ",
                                        "lambda",   "private key", "://",   "npg_", "sic "};
    struct skim_hints hints;
    (void)state;
    skim_hints_init(&hints);
    for (size_t i = 0; i < KL_ARRAY_LEN(words); i++) {
        struct skim_block block;
        skim_blocks_fill(&hints, slice_cstr(words[i]), &block);
        assert_true(block.hint & 1);
    }
}

static size_t findings_of(struct slice text, const struct rule_set *rules) {
    struct scan_options options = {.rule_set = rules};
    struct scan_result result;
    struct error e;
    assert_int_equal(scan_bytes(&options, "a.py", text, &result, &e), KL_OK);
    size_t count = result.finding_count;
    scan_result_release(&result);
    return count;
}

static struct rule_set *make_rules(bool exhaustive) {
    struct rule_set_options options = {.exhaustive = exhaustive};
    struct rule_set *rules = NULL;
    struct error e;
    assert_int_equal(rule_set_new(&options, &rules, &e), KL_OK);
    return rules;
}

/* The example in all places; in how many of them there is something to be found. */
static size_t check_example(const struct rule *r, const char *find, const struct rule_set *quick,
                            const struct rule_set *all) {
    static const char *const places[][3] = {{"", " = r\"\"\"", "\"\"\"\n"},
                                            {"x = f(a, ", "=r\'\'\'", "\'\'\', b=1)\n"},
                                            {"x = {\n    '", "': \'\'\'", "\'\'\',\n}\n"},
                                            {"def ", "():\n    return ['a', \'\'\'", "\'\'\']\n"},
                                            {"x = [(\"", "\", r\'\'\'see ", ", and more\'\'\')]\n"},
                                            {"if ", " == \'\'\'", "\'\'\': pass\n"}};
    struct buf example = BUF_INIT(1 << 16), text = BUF_INIT(1 << 16);
    struct error e;
    size_t found = 0;
    assert_int_equal(rule_example_expand(slice_cstr(find), &example, &e), KL_OK);
    struct slice whole = buf_as_slice(&example), name = SLICE_LIT("value"), value = whole;
    size_t equals = r->name_words ? slice_find_byte(whole, '=', 0) : SIZE_MAX;
    if (equals != SIZE_MAX) {
        name = slice_sub(whole, 0, equals);
        value = slice_sub(whole, equals + 1, whole.len);
    }
    for (size_t p = 0; p < KL_ARRAY_LEN(places); p++) {
        text.len = 0;
        buf_printf(&text, "%s%.*s%s", places[p][0], SLICE_ARG(name), places[p][1]);
        buf_slice(&text, value);
        buf_printf(&text, "%s", places[p][2]);
        size_t expected = findings_of(buf_as_slice(&text), all);
        if (findings_of(buf_as_slice(&text), quick) != expected)
            fail_msg("rule %s: %s", r->id, buf_cstr(&text));
        found += expected > 0;
    }
    buf_release(&example);
    buf_release(&text);
    return found;
}

static void examples_of_rules_are_never_passed_over(void **state) {
    struct rule_set *quick = make_rules(false), *all = make_rules(true);
    size_t found = 0;
    (void)state;
    for (size_t i = 0; i < rule_count(); i++)
        for (size_t k = 0; rule_at(i)->find[k]; k++)
            found += check_example(rule_at(i), rule_at(i)->find[k], quick, all);
    assert_true(found > 9 * rule_count());
    rule_set_free(quick);
    rule_set_free(all);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_the_same_on_every_machine),
        cmocka_unit_test(roots_are_hinted_at),
        cmocka_unit_test(examples_of_rules_are_never_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
