/* Versions of a text, one after the other by one worker, as a scan of history has them: of each is found what
 * is found of it alone. They are changed at random, with parts of the rules' examples, plain and encoded:
 * halves that a later change joins, ends that it cuts off. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/encode.h"
#include "base/system.h"
#include "scanner/rule_example.h"
#include "scanner/rule_pattern.h"
#include "scanner/scan.h"
#include "scanner/scanfile.h"

#define TEXTS 60u
#define VERSIONS 40u
#define LINES 150u
#define TEXT_MAX ((size_t)1 << 20)

static uint64_t state_of_random;

static size_t pick(size_t count) {
    state_of_random = state_of_random * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(state_of_random >> 33) % count;
}

static void add_example(struct buf *out) {
    const struct rule *r = rule_at(pick(rule_count()));
    struct buf text = BUF_INIT(TEXT_MAX);
    struct error e = {0};
    size_t examples = 0;
    while (r->find[examples])
        examples++;
    assert_int_equal(rule_example_expand(slice_cstr(r->find[pick(examples)]), &text, &e), KL_OK);
    if (pick(4) == 0)
        encode_base64(buf_as_slice(&text), out);
    else
        buf_slice(out, buf_as_slice(&text));
    buf_release(&text);
}

static void add_line(struct buf *out) {
    static const char *const lines[] = {
        "A note on something, and http://example.org/a?b=c&d on a page.",
        "key: value, name = other; password_file: /etc/none",
        "  - pat the re_port st.art postgres://localhost/db at 10:30",
        "-----",
        "",
        "QUJDREVGR0hJSktMTU5PUA",
        "abc.def(\"ghi\") # jkl",
    };
    buf_str(out, lines[pick(KL_ARRAY_LEN(lines))]);
    buf_char(out, '\n');
}

/* What is put in: nothing, a line, an example, a part of one. */
static void add_change(struct buf *out) {
    struct buf example = BUF_INIT(TEXT_MAX);
    size_t kind = pick(6);
    add_example(&example);
    struct slice s = buf_as_slice(&example);
    size_t middle = pick(s.len + 1);
    if (kind == 1)
        add_line(out);
    else if (kind == 2)
        buf_slice(out, s);
    else if (kind == 3)
        buf_slice(out, slice_sub(s, 0, middle));
    else if (kind == 4)
        buf_slice(out, slice_sub(s, middle, s.len));
    buf_release(&example);
}

/* The first half of an example now, and the second one behind it with the next version. */
static struct buf pending = BUF_INIT(TEXT_MAX);
static size_t pending_at;

static void change(struct buf *text) {
    struct slice was = buf_as_slice(text);
    size_t at = pick(was.len + 1), cut = pick(3) ? 0 : pick(200);
    struct buf now = BUF_INIT(TEXT_MAX);
    if (pending.len > 0) {
        at = pending_at;
        cut = 0;
    }
    buf_slice(&now, slice_sub(was, 0, at));
    if (pending.len > 0) {
        buf_slice(&now, buf_as_slice(&pending));
        pending.len = 0;
    } else if (pick(3) == 0) {
        struct buf example = BUF_INIT(TEXT_MAX);
        add_example(&example);
        size_t middle = pick(example.len + 1);
        buf_slice(&now, slice_sub(buf_as_slice(&example), 0, middle));
        buf_slice(&pending, slice_sub(buf_as_slice(&example), middle, example.len));
        pending_at = now.len;
        buf_release(&example);
    } else {
        add_change(&now);
    }
    buf_slice(&now, slice_sub(was, at + cut, was.len));
    assert_true(buf_ok(&now));
    buf_release(text);
    *text = now;
}

/* A match goes away as often as one comes, so that most versions are like one without any. */
static void take_away(struct buf *text, const struct scan_result *r) {
    if (r->finding_count == 0 || pending.len > 0)
        return;
    struct buf now = BUF_INIT(TEXT_MAX);
    struct slice was = buf_as_slice(text);
    size_t from = 0;
    for (size_t i = 0; i < r->finding_count; i++) {
        size_t start = (size_t)r->findings[i].start_byte, end = (size_t)r->findings[i].end_byte;
        if (start >= from)
            buf_slice(&now, slice_sub(was, from, start));
        from = end > from ? end : from;
    }
    buf_slice(&now, slice_sub(was, from, was.len));
    buf_release(text);
    *text = now;
}

static void assert_same(const struct scan_result *a, const struct scan_result *b, uint64_t seed) {
    bool same = a->finding_count == b->finding_count && a->error_count == b->error_count;
    for (size_t i = 0; same && i < a->finding_count; i++) {
        const struct finding *x = &a->findings[i], *y = &b->findings[i];
        same = strcmp(x->rule, y->rule) == 0 && x->start_byte == y->start_byte &&
               x->end_byte == y->end_byte && strcmp(x->message, y->message) == 0;
    }
    if (!same)
        fail_msg("%zu findings after another version, %zu alone (seed %llu)", a->finding_count,
                 b->finding_count, (unsigned long long)seed);
}

static void versions_are_found_as_if_each_stood_alone(void **state) {
    (void)state;
    static const char *const paths[] = {"notes.txt", "settings.yaml", "page.js"};
    struct error e = {0};
    struct rule_set *set = NULL;
    struct scan_worker *worker = NULL;
    size_t found = 0, without = 0;
    assert_int_equal(rule_set_new(&(struct rule_set_options){0}, &set, &e), KL_OK);
    const struct scan_options alone = {.keep_values = true, .rule_set = set},
                              one_of_many = {.keep_values = true, .rule_set = set, .history = true};
    system_random(&state_of_random, sizeof state_of_random);
    uint64_t seed = state_of_random;
    for (unsigned t = 0; t < TEXTS; t++) {
        struct buf text = BUF_INIT(TEXT_MAX);
        const char *path = paths[pick(KL_ARRAY_LEN(paths))];
        pending.len = 0;
        for (unsigned i = 0; i < LINES; i++)
            add_line(&text);
        for (unsigned v = 0; v < VERSIONS; v++) {
            struct scan_result a, b;
            assert_int_equal(scan_bytes_by(&worker, &one_of_many, path, buf_as_slice(&text), &a, &e), KL_OK);
            assert_int_equal(scan_bytes(&alone, path, buf_as_slice(&text), &b, &e), KL_OK);
            assert_same(&a, &b, seed);
            found += b.finding_count;
            without += b.finding_count == 0;
            change(&text);
            take_away(&text, &b);
            scan_result_release(&a);
            scan_result_release(&b);
        }
        buf_release(&text);
    }
    print_message("%zu findings, %zu versions without one\n", found, without);
    assert_true(found > TEXTS && without > TEXTS);
    buf_release(&pending);
    scan_worker_free(worker);
    rule_set_free(set);
}

/* rule.c looks for the words of a text that has changed so far around the change. */
static void no_keyword_is_long(void **state) {
    (void)state;
    for (size_t i = 0; i < rule_count(); i++)
        for (size_t k = 0; rule_at(i)->keywords[k]; k++)
            assert_true(strlen(rule_at(i)->keywords[k]) < 256);
}

static void the_reach_of_a_pattern_is_known(void **state) {
    (void)state;
    assert_int_equal(rule_reach("(?<![a-z]x)(?:ab?|c{2,4})\\.d(?!ef|ghi)"), 2 + 4 + 2 + 3 + 4);
    assert_int_equal(rule_reach("a{2,}"), SIZE_MAX);
    assert_int_equal(rule_reach("a+"), SIZE_MAX);
    assert_int_equal(rule_reach("a(?!b*)"), SIZE_MAX);
    assert_int_equal(rule_reach("(?:[a-z]{100}){50}"), SIZE_MAX);
    assert_int_equal(rule_reach("(a)\\1"), SIZE_MAX);
    assert_int_equal(rule_reach("(?i)a"), SIZE_MAX);
    assert_int_equal(rule_reach("a(?:b{3}c){4}"), 1 + 16 + 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions_are_found_as_if_each_stood_alone),
        cmocka_unit_test(no_keyword_is_long),
        cmocka_unit_test(the_reach_of_a_pattern_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
