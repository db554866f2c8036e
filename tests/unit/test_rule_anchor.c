/* What is known of a pattern's anchor, and that a rule finds the same around anchors as everywhere: on texts
 * made of parts of its examples, of its anchor and of what may stand before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/encode.h"
#include "base/system.h"
#include "scanner/rule_example.h"
#include "scanner/rule_pattern.h"

#define TEXTS_A_RULE 3000u
#define PARTS_MAX 12u

static void check_anchor(const char *pattern, const char *bytes, size_t lead, const char *alike) {
    struct rule_anchor a;
    assert_true(rule_anchor_of(pattern, &a));
    assert_int_equal(a.len, strlen(bytes));
    assert_memory_equal(a.bytes, bytes, a.len);
    assert_int_equal(a.lead, lead);
    size_t count = 0;
    for (unsigned c = 0; c < 256; c++)
        count += byte_set_has(&a.alike, (char)c);
    assert_int_equal(count, strlen(alike));
    assert_true(byte_set_spells(&a.alike, alike));
}

static void a_pattern_tells_its_anchor(void **state) {
    (void)state;
    check_anchor("(?:https?|ftp)://[a-z]+", "://", 5, "htpsf");
    check_anchor("(?<![A-Z+])(?:ab?|c{2,4})(?:\\+[0-3]{1,2})?://x", "://x", 7, "abc+0123");
    check_anchor("(?<!x)([0-2]{3,5}:AA[a-z]{33})(?!y)", ":AA", 5, "012");
    check_anchor("[\\x41-C\\]]{2}=\\x2e", "=.", 2, "ABC]");
    check_anchor("(?=z)[ab]-c", "-c", 1, "ab");
    check_anchor("[ab]-c?--", "--", 3, "ab-c");
}

static void a_pattern_without_an_anchor_is_known(void **state) {
    (void)state;
    static const char *const none[] = {
        "://x",            /* PCRE2 looks for that as fast */
        "(?<!a)(x://y)",   /* the same */
        "^[a-z]{3}://",    /* at one place only */
        "\\A[a-z]{3}://",  /* the same */
        "[a-z]+://",       /* anywhere before it */
        "[a-z]{3,}://",    /* the same */
        "[a-z]{300}://",   /* too far */
        "[a-z]://|[0-9]#", /* not in every match */
        "[a-z](?:://|#)",  /* the same */
        "[a-z](://)?",     /* the same */
        "[a-z](?!://)",    /* the same */
        "[a-z]:",          /* one byte says little */
        "[a-z]abc",        /* nothing that is rare in a text */
        "(?i)[a-z]://",    /* not understood */
        "([a-z])\\1://",   /* the same */
        "[[:alpha:]]://",  /* the same */
        "[a-z]{,3}://",    /* the same */
        "(?<n>[a-z])://",  /* the same */
        "((((((((([a-z]://)))))))))",
        "[a-z",
        "[a-z]://(",
        "[a-z]://)",
        "[a-z]://\\",
        "",
    };
    struct rule_anchor a;
    for (size_t i = 0; i < KL_ARRAY_LEN(none); i++)
        if (rule_anchor_of(none[i], &a))
            fail_msg("%s: '%.*s'", none[i], (int)a.len, a.bytes);
}

/* ---- the same is found ---- */

struct matches {
    uint64_t digest;
    size_t count;
};

static void note(void *ctx, const struct rule_match *m) {
    struct matches *seen = ctx;
    uint64_t parts[3] = {seen->digest, m->start, m->end};
    seen->digest = hash64(slice_of(parts, sizeof parts));
    seen->count++;
}

struct pair {
    const struct rule *rule;
    struct rule_anchor anchor;
    pcre2_code *around, *everywhere;
    struct rule_scratch scratch;
    uint64_t random;
};

static size_t pick(struct pair *p, size_t count) {
    p->random = p->random * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(p->random >> 33) % count;
}

static void add_part_of(struct pair *p, struct slice s, struct buf *out) {
    size_t from = pick(p, 3) ? 0 : pick(p, s.len + 1), to = pick(p, 3) ? s.len : pick(p, s.len + 1);
    buf_slice(out, slice_sub(s, from, to));
}

static void add_alike(struct pair *p, struct buf *out) {
    for (size_t left = pick(p, p->anchor.lead + 3); left > 0;) {
        char c = (char)pick(p, 128);
        if (!byte_set_has(&p->anchor.alike, c))
            continue;
        buf_char(out, c);
        left--;
    }
}

static void add_part(struct pair *p, struct buf *out) {
    static const char *const between[] = {"",  " ", "\n", "\"",  "=",     ":",   "@",
                                          "/", "-", "x",  "://", "a:b@c", "\xff"};
    const struct rule *r = p->rule;
    size_t examples = 0, skips = 0;
    struct error e = {0};
    while (r->find[examples])
        examples++;
    while (r->skip[skips])
        skips++;
    switch (pick(p, 5)) {
    case 0:
        add_part_of(p, slice_of(p->anchor.bytes, p->anchor.len), out);
        break;
    case 1:
        add_alike(p, out);
        break;
    case 2:
        buf_str(out, between[pick(p, KL_ARRAY_LEN(between))]);
        break;
    default: {
        struct buf text = BUF_INIT(1 << 16);
        size_t number = pick(p, examples + skips);
        const char *example = number < examples ? r->find[number] : r->skip[number - examples];
        assert_int_equal(rule_example_expand(slice_cstr(example), &text, &e), KL_OK);
        add_part_of(p, buf_as_slice(&text), out);
        buf_release(&text);
    }
    }
}

static struct matches matches_of(struct pair *p, const pcre2_code *code, const struct rule_anchor *anchor,
                                 struct slice text) {
    struct matches seen = {0};
    struct error e = {0};
    struct slice name = p->rule->name_words ? slice_cstr(p->rule->name_words[0]) : slice_cstr("");
    if (rule_run(p->rule, code, anchor, &p->scratch, text, name, note, &seen, &e) != KL_OK)
        fail_msg("%s", e.message);
    return seen;
}

static size_t compare(struct pair *p) {
    size_t found = 0;
    struct buf text = BUF_INIT(1 << 20);
    for (unsigned i = 0; i < TEXTS_A_RULE; i++) {
        buf_clear(&text);
        for (size_t parts = pick(p, PARTS_MAX); parts > 0; parts--)
            add_part(p, &text);
        struct slice s = buf_as_slice(&text);
        struct matches around = matches_of(p, p->around, &p->anchor, s),
                       everywhere = matches_of(p, p->everywhere, NULL, s);
        if (around.count != everywhere.count || around.digest != everywhere.digest)
            fail_msg("%s: %zu matches around anchors, %zu everywhere in a text of %zu bytes", p->rule->id,
                     around.count, everywhere.count, s.len);
        found += everywhere.count;
    }
    buf_release(&text);
    return found;
}

static void rules_find_the_same_around_anchors(void **state) {
    (void)state;
    size_t rules = 0;
    struct error e = {0};
    uint64_t seed;
    system_random(&seed, sizeof seed);
    print_message("seed %llu\n", (unsigned long long)seed);
    for (size_t i = 0; i < rule_count(); i++) {
        struct pair p = {.rule = rule_at(i), .random = seed};
        assert_int_equal(rule_compile(p.rule, &p.around, &p.anchor, &e), KL_OK);
        assert_int_equal(rule_compile(p.rule, &p.everywhere, NULL, &e), KL_OK);
        rule_scratch_init(&p.scratch, RULE_PAIRS);
        if (p.anchor.len > 0) {
            rules++;
            assert_true(compare(&p) > 0);
        }
        rule_scratch_release(&p.scratch);
        pcre2_code_free(p.around);
        pcre2_code_free(p.everywhere);
    }
    assert_true(rules > 0);
}

/* A user's rule is counted in steps over all of a string. */
static void a_rule_of_a_user_has_no_anchor(void **state) {
    (void)state;
    const struct rule r = {.id = "own", .pattern = "(?:https?|ftp)://[a-z]+", .is_own = true};
    struct rule_anchor a;
    pcre2_code *code = NULL;
    struct error e = {0};
    assert_int_equal(rule_compile(&r, &code, &a, &e), KL_OK);
    assert_int_equal(a.len, 0);
    pcre2_code_free(code);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pattern_tells_its_anchor),
        cmocka_unit_test(a_pattern_without_an_anchor_is_known),
        cmocka_unit_test(rules_find_the_same_around_anchors),
        cmocka_unit_test(a_rule_of_a_user_has_no_anchor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
