/* The rules, through the engine that a scan uses: every example of every rule,
 * the keyword filter against running everything, limits, checks, own rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/system.h"
#include "scanner/checks.h"
#include "scanner/placeholder.h"
#include "scanner/rule.h"
#include "scanner/rule_example.h"

struct seen {
    const char *want; /* an id; NULL: any */
    unsigned count;
    struct rule_match last;
    uint64_t digest; /* of all matches, in order */
};

static void note(void *ctx, const struct rule_match *m) {
    struct seen *s = ctx;
    s->digest = s->digest * 31 + hash64(slice_cstr(m->rule->id)) + m->start * 7 + m->end;
    if (s->want != NULL && strcmp(m->rule->id, s->want) != 0)
        return;
    s->count++;
    s->last = *m;
}

struct engine {
    struct rule_set *set;
    struct rule_matcher *matcher;
};

static struct engine engine_open(const struct rule_set_options *o) {
    struct error e = {0};
    struct engine g = {0};
    if (rule_set_new(o, &g.set, &e) != KL_OK)
        fail_msg("%s", e.message);
    g.matcher = rule_matcher_new(g.set);
    return g;
}

static void engine_close(struct engine *g) {
    rule_matcher_free(g->matcher);
    rule_set_free(g->set);
}

static struct seen run(struct engine *g, const char *want, struct slice value, struct slice name) {
    struct error e = {0};
    struct seen s = {.want = want};
    if (rule_match_value(g->matcher, value, name, note, &s, &e) != KL_OK)
        fail_msg("%s", e.message);
    return s;
}

static struct seen run_example(struct engine *g, const struct rule *r, const char *example) {
    struct buf text = BUF_INIT(1 << 20);
    struct error e = {0};
    assert_int_equal(rule_example_expand(slice_cstr(example), &text, &e), KL_OK);
    struct slice value = buf_as_slice(&text), name = {"", 0};
    size_t equals = r->name_words != NULL ? slice_find_byte(value, '=', 0) : SIZE_MAX;
    if (equals != SIZE_MAX) {
        name = slice_sub(value, 0, equals);
        value = slice_sub(value, equals + 1, value.len);
    }
    struct seen s = run(g, r->id, value, name);
    buf_release(&text);
    return s;
}

static void every_example_of_every_rule_holds(void **state) {
    (void)state;
    struct engine fast = engine_open(&(struct rule_set_options){0});
    struct engine slow = engine_open(&(struct rule_set_options){.exhaustive = true});
    assert_true(rule_count() >= 60);
    for (size_t i = 0; i < rule_count(); i++) {
        const struct rule *r = rule_at(i);
        for (size_t k = 0; r->find[k] != NULL; k++) {
            struct seen a = run_example(&fast, r, r->find[k]), b = run_example(&slow, r, r->find[k]);
            if (a.count == 0)
                fail_msg("%s does not find %s", r->id, r->find[k]);
            assert_true(a.digest == b.digest);
        }
        for (size_t k = 0; r->skip[k] != NULL; k++) {
            struct seen a = run_example(&fast, r, r->skip[k]), b = run_example(&slow, r, r->skip[k]);
            if (a.count != 0)
                fail_msg("%s finds %s", r->id, r->skip[k]);
            assert_true(a.digest == b.digest);
        }
    }
    engine_close(&fast);
    engine_close(&slow);
}

static void ids_are_sorted_and_found(void **state) {
    (void)state;
    for (size_t i = 0; i < rule_count(); i++) {
        assert_ptr_equal(rule_find(rule_at(i)->id), rule_at(i));
        assert_true(i == 0 || strcmp(rule_at(i - 1)->id, rule_at(i)->id) < 0);
    }
    assert_null(rule_find("no-such-rule"));
}

static void only_and_skip_choose_rules(void **state) {
    (void)state;
    const char *const only[] = {"npm-token", NULL}, *const skip[] = {"npm-token", NULL};
    struct engine one = engine_open(&(struct rule_set_options){.only = only});
    struct engine rest = engine_open(&(struct rule_set_options){.skip = skip});
    const struct rule *npm = rule_find("npm-token"), *gh = rule_find("github-pat");
    assert_int_equal(run_example(&one, npm, npm->find[0]).count, 1);
    assert_int_equal(run_example(&one, gh, gh->find[0]).count, 0);
    assert_int_equal(run_example(&rest, npm, npm->find[0]).count, 0);
    assert_int_equal(run_example(&rest, gh, gh->find[0]).count, 1);
    engine_close(&one);
    engine_close(&rest);
}

/* CRC-32 as in zlib, by its definition over bits: not the code under test. */
static void append_checksum(struct buf *token, size_t body) {
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    uint64_t crc = 0xFFFFFFFF;
    for (size_t i = body; i < token->len; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            unsigned in = ((unsigned char)token->ptr[i] >> bit & 1) ^ (unsigned)(crc & 1);
            crc = (crc >> 1) ^ (in ? 0xEDB88320u : 0);
        }
    }
    crc ^= 0xFFFFFFFF;
    char sum[7] = {0};
    for (int i = 5; i >= 0; i--, crc /= 62)
        sum[i] = digits[crc % 62];
    buf_str(token, sum);
}

static void a_wrong_checksum_lowers_the_confidence_but_is_found(void **state) {
    (void)state;
    struct engine g = engine_open(&(struct rule_set_options){0});
    struct buf token = BUF_INIT(100);
    buf_str(&token, "ghp");
    buf_str(&token, "_q7Rk2Vx9Lm4Tn8Bw3Zc6Yd1Hf5Js0P");
    assert_int_equal(token.len, 3 + 1 + 30);
    append_checksum(&token, 4);
    struct seen good = run(&g, "github-pat", buf_as_slice(&token), slice_cstr(""));
    assert_int_equal(good.count, 1);
    assert_true(good.last.confidence >= 0.99);
    assert_null(good.last.note);
    token.ptr[10] = token.ptr[10] == 'a' ? 'b' : 'a';
    struct seen bad = run(&g, "github-pat", buf_as_slice(&token), slice_cstr(""));
    assert_int_equal(bad.count, 1);
    assert_true(bad.last.confidence < 0.7);
    assert_non_null(strstr(bad.last.note, "made up or damaged"));
    buf_release(&token);
    engine_close(&g);
}

static void a_match_is_placed_in_its_string(void **state) {
    (void)state;
    struct engine g = engine_open(&(struct rule_set_options){0});
    static const char text[] = "see postgresql:"
                               "//shop:Zk3-9qLw@db.acme.io/shop for more, and "
                               "redis:"
                               "//:Rr7_2xQp@cache.acme.io:6379/0";
    struct seen s = run(&g, "database-url-password", slice_cstr(text), slice_cstr(""));
    assert_int_equal(s.count, 2);
    assert_int_equal(s.last.start, strstr(text, "redis:") - text);
    assert_int_equal(s.last.end, strlen(text));
    engine_close(&g);
}

static void any_bytes_are_searched(void **state) {
    (void)state;
    struct engine g = engine_open(&(struct rule_set_options){0});
    struct engine all = engine_open(&(struct rule_set_options){.exhaustive = true});
    unsigned char bytes[4096];
    uint32_t x = 1;
    for (int round = 0; round < 20; round++) {
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (unsigned char)((x = x * 1664525u + 1013904223u) >> 24);
        struct slice value = slice_of(bytes, sizeof bytes);
        assert_true(run(&g, NULL, value, slice_cstr("k")).digest ==
                    run(&all, NULL, value, slice_cstr("k")).digest);
    }
    assert_int_equal(run(&all, NULL, slice_of(NULL, 0), slice_of(NULL, 0)).count, 0);
    engine_close(&g);
    engine_close(&all);
}

/* Every keyword and prefix, repeated to 64 KiB, must not run into the limit. */
static void no_rule_reaches_its_limit_on_its_own_prefix(void **state) {
    (void)state;
    struct engine g = engine_open(&(struct rule_set_options){.exhaustive = true});
    for (size_t i = 0; i < rule_count(); i++) {
        const char *word = rule_at(i)->keywords[0] != NULL ? rule_at(i)->keywords[0] : "ab/";
        struct buf text = BUF_INIT(1 << 20);
        while (text.len < 64u << 10)
            buf_str(&text, word);
        struct error e = {0};
        struct seen s = {0};
        enum kl_status status =
            rule_match_value(g.matcher, buf_as_slice(&text), slice_cstr("token"), note, &s, &e);
        if (status != KL_OK)
            fail_msg("prefix of %s: %s", rule_at(i)->id, e.message);
        buf_release(&text);
    }
    engine_close(&g);
}

/* What backtracks most: many half matches behind a keyword. */
static void hard_inputs_stay_within_the_limits(void **state) {
    (void)state;
    static const struct {
        const char *start, *again;
    } cases[] = {{"-----BEGIN "
                  "PRIVATE KEY-----",
                  "a: b "},
                 {"-----BEGIN "
                  "PRIVATE KEY-----",
                  "a: b\n"},
                 {"", "-----BEGIN "
                      "PRIVATE KEY-----\n"},
                 {"", "sv=se=sp=&sig="},
                 {"eyJ", "aaaaaaaaaaa.eyJ"},
                 {"", "postgres://a:b@c/d@e:"},
                 {"host=x ", "password= server= "},
                 {"", "\"private_key\": \"-----BEGIN PRIVATE KEY-----"},
                 {"", "https://hooks.slack.com/services/T"},
                 {"dp.st.", "a."},
                 {"", "://a:"},
                 {"$6$", "rounds=1"}};
    struct engine g = engine_open(&(struct rule_set_options){.exhaustive = true});
    for (size_t i = 0; i < KL_ARRAY_LEN(cases); i++) {
        struct buf text = BUF_INIT(1 << 20);
        buf_str(&text, cases[i].start);
        while (text.len < 200u << 10)
            buf_str(&text, cases[i].again);
        struct error e = {0};
        struct seen s = {0};
        if (rule_match_value(g.matcher, buf_as_slice(&text), slice_cstr("token"), note, &s, &e) != KL_OK)
            fail_msg("%s: %s", cases[i].again, e.message);
        buf_release(&text);
    }
    engine_close(&g);
}

static const char own_rule[] =
    "[[rule]]\nid = \"acme-key\"\nprovider = \"Acme\"\ndescription = \"Acme key\"\n"
    "severity = \"high\"\nkeywords = ['acme_']\npattern = 'acme_[0-9]{8}'\n"
    "revoke = \"ask\"\nsource = \"wiki\"\nfind = ['acme_{digit:8}', 'acme_{digit:9}', 'x acme_{digit:8}']\n"
    "skip = ['acme_1', 'acme-2', 'acme_x']\n";

static enum kl_status open_own(const char *text, struct rule_set **set, struct error *e) {
    struct arena a = ARENA_INIT;
    const char *dir = system_getenv("TMPDIR") != NULL ? system_getenv("TMPDIR") : "/tmp";
    const char *path = arena_printf(&a, "%s/keylift-test-rule-%d.toml", dir, system_pid());
    const char *const files[] = {path, NULL};
    assert_int_equal(file_write_atomic(path, slice_cstr(text), 0600, e), KL_OK);
    enum kl_status status = rule_set_new(&(struct rule_set_options){.files = files}, set, e);
    struct error ignored = {0};
    assert_int_equal(file_remove(path, &ignored), KL_OK);
    arena_release(&a);
    return status;
}

static void own_rules_are_read_at_run_time(void **state) {
    (void)state;
    struct error e = {0};
    struct engine g = {0};
    if (open_own(own_rule, &g.set, &e) != KL_OK)
        fail_msg("%s", e.message);
    g.matcher = rule_matcher_new(g.set);
    assert_int_equal(run(&g, "acme-key", slice_cstr("x ACME acme_12345678"), slice_cstr("")).count, 1);
    assert_int_equal(run(&g, "acme-key", slice_cstr("acme_1234567"), slice_cstr("")).count, 0);
    const struct rule *npm = rule_find("npm-token");
    assert_int_equal(run_example(&g, npm, npm->find[0]).count, 1);
    engine_close(&g);
}

static void wrong_rules_are_named(void **state) {
    (void)state;
    static const struct {
        const char *from, *to, *message;
    } cases[] = {
        {"keywords", "keywrods", "unknown key \"keywrods\"; did you mean \"keywords\"?"},
        {"[0-9]{8}", "[0-9{8} ", "rule acme-key: the pattern is wrong at offset"},
        {"\"high\"", "\"hihg\"", "a severity is low, medium or high"},
        {"acme-key", "Acme key", "an id has only lower-case letters"},
        {"'acme_']", "'ac'   ]", "three characters or more"},
        {", 'acme_x']", "]          ", "at least three examples"},
        {"acme-key", "npm-token", "the id is already in use"},
        {"revoke = \"ask\"\n", "", "missing: \"revoke\""},
    };
    for (size_t i = 0; i < KL_ARRAY_LEN(cases); i++) {
        struct buf text = BUF_INIT(4096);
        const char *at = strstr(own_rule, cases[i].from);
        assert_non_null(at);
        buf_bytes(&text, own_rule, (size_t)(at - own_rule));
        buf_str(&text, cases[i].to);
        buf_str(&text, at + strlen(cases[i].from));
        struct error e = {0};
        struct rule_set *set = NULL;
        assert_int_not_equal(open_own(buf_cstr(&text), &set, &e), KL_OK);
        if (strstr(e.message, cases[i].message) == NULL)
            fail_msg("\"%s\" is not in \"%s\"", cases[i].message, e.message);
        buf_release(&text);
    }
}

static void placeholders_are_known(void **state) {
    (void)state;
    static const char *const yes[] = {"<your-key>", "changeme",    "xxxxxxxx", "${TOKEN}",    "{{ token }}",
                                      "$TOKEN",     "********",    "your_key", "EXAMPLE-key", "none",
                                      "%TOKEN%",    "password",    "aaaaaaaa", "12121212",    "REPLACE_ME",
                                      "...",        "dummy-token", ""};
    static const char *const no[] = {"hunter2", "s3cr3t-p4ss", "Tr0ub4dor&3", "correct horse battery staple"};
    for (size_t i = 0; i < KL_ARRAY_LEN(yes); i++) {
        if (!placeholder_is(slice_cstr(yes[i])))
            fail_msg("no placeholder: %s", yes[i]);
    }
    for (size_t i = 0; i < KL_ARRAY_LEN(no); i++) {
        if (placeholder_is(slice_cstr(no[i])))
            fail_msg("a placeholder: %s", no[i]);
    }
}

static void urls_without_a_real_password_are_dropped(void **state) {
    (void)state;
    check_fn check = check_find("url-password");
    static const char *const none[] = {"http://host/a:b@c",     "http://u@h/",
                                       "http://u:p@h/",         "redis://:{pw}@h",
                                       "http://scott:tiger@h/", "http://a:b1c2d3@example.com/"};
    for (size_t i = 0; i < KL_ARRAY_LEN(none); i++)
        assert_int_equal(check(slice_cstr(none[i])), CHECK_DROP);
    assert_int_equal(check(slice_cstr("redis:"
                                      "//:k9_2Lq@cache/0")),
                     CHECK_UNKNOWN);
    assert_int_equal(check(slice_cstr("http:"
                                      "//u:k9@2Lq@cache/0")),
                     CHECK_UNKNOWN);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_example_of_every_rule_holds),
        cmocka_unit_test(ids_are_sorted_and_found),
        cmocka_unit_test(only_and_skip_choose_rules),
        cmocka_unit_test(a_wrong_checksum_lowers_the_confidence_but_is_found),
        cmocka_unit_test(a_match_is_placed_in_its_string),
        cmocka_unit_test(any_bytes_are_searched),
        cmocka_unit_test(no_rule_reaches_its_limit_on_its_own_prefix),
        cmocka_unit_test(hard_inputs_stay_within_the_limits),
        cmocka_unit_test(own_rules_are_read_at_run_time),
        cmocka_unit_test(wrong_rules_are_named),
        cmocka_unit_test(placeholders_are_known),
        cmocka_unit_test(urls_without_a_real_password_are_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
