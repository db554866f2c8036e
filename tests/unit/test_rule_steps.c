/* Every rule matches in linear time. PCRE2's own limits hold for one starting place each, so they are no
 * proof: a pattern that eats to the end of the text from every place stays below them. Here the steps of a
 * whole string are counted, by the callouts that bound a user's rule (rule_pattern.h), on bad inputs made
 * from each rule: its keywords and prefixes, what its character classes take, and its examples, cut off at
 * many places, repeated, and never ended. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/system.h"
#include "scanner/rule_example.h"
#include "scanner/rule_pattern.h"

/* Steps of a rule on an input, at sizes that are this much apart. What grows by the square grows by 16. */
#define TIMES_LARGER 4u
#define MAX_GROWTH 6u
#define MAX_CLASSES 24u

struct input {
    struct slice start, again; /* start, then again and again */
};

struct inputs {
    struct input *items;
    size_t count, cap;
    struct arena arena;
};

static void ignore_match(void *ctx, const struct rule_match *m) {
    (void)ctx;
    (void)m;
}

static void add(struct inputs *in, struct slice start, struct slice again) {
    if (again.len == 0)
        return;
    for (size_t i = 0; i < in->count; i++) {
        if (slice_eq(in->items[i].start, start) && slice_eq(in->items[i].again, again))
            return;
    }
    in->items = mem_grow(in->items, &in->cap, in->count + 1, sizeof *in->items);
    in->items[in->count++] = (struct input){start, again};
}

static struct slice join(struct arena *a, struct slice x, struct slice y) {
    return slice_cstr(arena_printf(a, "%.*s%.*s", SLICE_ARG(x), SLICE_ARG(y)));
}

/* ---- what the character classes of a pattern take ---- */

/* From one byte that the class takes to some, spread over the class. */
static struct slice members_of(struct slice class, struct arena *a) {
    struct error e = {0};
    struct rule r = {.id = "class", .pattern = arena_cstr(a, class)};
    pcre2_code *code = NULL;
    struct rule_scratch scratch = {0};
    char members[256];
    size_t count = 0;
    if (rule_compile(&r, &code, NULL, &e) != KL_OK)
        return (struct slice){0};
    rule_scratch_init(&scratch, RULE_PAIRS);
    for (unsigned byte = 1; byte < 127; byte++) {
        char c = (char)byte;
        if (pcre2_match(code, (PCRE2_SPTR)&c, 1, 0, 0, scratch.data, scratch.context) > 0)
            members[count++] = c;
    }
    rule_scratch_release(&scratch);
    pcre2_code_free(code);
    return arena_copy(a, slice_of(members, count));
}

/* The class that begins at pattern[at], or an escape that stands for one; its length, 0 for none. */
static size_t class_length(struct slice pattern, size_t at) {
    if (pattern.ptr[at] == '\\')
        return at + 1 < pattern.len && strchr("dswDSW", pattern.ptr[at + 1]) != NULL ? 2 : 0;
    if (pattern.ptr[at] == '.')
        return 1;
    if (pattern.ptr[at] != '[')
        return 0;
    size_t i = at + 1;
    i += i < pattern.len && pattern.ptr[i] == '^';
    i += i < pattern.len && pattern.ptr[i] == ']';
    while (i < pattern.len && pattern.ptr[i] != ']')
        i += pattern.ptr[i] == '\\' ? 2 : 1;
    return i < pattern.len ? i + 1 - at : 0;
}

static size_t classes_of(struct slice pattern, struct arena *a, struct slice members[MAX_CLASSES]) {
    size_t count = 0;
    for (size_t i = 0; i < pattern.len && count < MAX_CLASSES;) {
        size_t length = class_length(pattern, i);
        if (length == 0) {
            i += pattern.ptr[i] == '\\' ? 2 : 1;
            continue;
        }
        struct slice found = members_of(slice_sub(pattern, i, i + length), a);
        bool known = found.len == 0;
        for (size_t k = 0; k < count; k++)
            known = known || slice_eq(members[k], found);
        if (!known)
            members[count++] = found;
        i += length;
    }
    return count;
}

/* ---- inputs ---- */

static void add_word(struct inputs *in, const char *word, const struct slice *members, size_t classes) {
    struct slice none = {"", 0}, w = slice_cstr(word);
    add(in, none, w);
    add(in, none, join(&in->arena, w, slice_cstr("\n")));
    for (size_t i = 0; i < classes; i++) {
        add(in, w, members[i]);
        add(in, w, slice_sub(members[i], 0, 1));
        add(in, none, join(&in->arena, w, members[i]));
        add(in, none, join(&in->arena, w, slice_sub(members[i], 0, 1)));
    }
}

static bool is_cut(size_t at, size_t length) {
    return at == length || at == length - 1 || at <= 4 || at % (length / 6 + 1) == 0;
}

/* The example with its end cut off at many places: repeated; and what it ends in repeated behind it. */
static void add_example(struct inputs *in, struct slice text) {
    static const size_t tails[] = {1, 2, 5, 16};
    struct slice none = {"", 0};
    for (size_t cut = 1; cut <= text.len; cut++) {
        struct slice head = slice_sub(text, 0, cut);
        if (!is_cut(cut, text.len))
            continue;
        add(in, none, head);
        add(in, none, join(&in->arena, head, slice_cstr("\x01")));
        for (size_t i = 0; i < KL_ARRAY_LEN(tails); i++) {
            if (tails[i] < cut)
                add(in, head, slice_sub(text, cut - tails[i], cut));
        }
    }
}

/* What a pattern that wants a capital or a digit somewhere looks for in vain. */
static struct slice without_capitals(struct slice text, struct arena *a) {
    char *copy = arena_cstr(a, text);
    for (size_t i = 0; i < text.len; i++)
        copy[i] = copy[i] >= 'A' && copy[i] <= 'Z' ? (char)(copy[i] + 32) : copy[i];
    return slice_of(copy, text.len);
}

static struct slice without_digits(struct slice text, struct arena *a) {
    char *copy = arena_cstr(a, text);
    for (size_t i = 0; i < text.len; i++)
        copy[i] = copy[i] >= '0' && copy[i] <= '9' ? 'b' : copy[i];
    return slice_of(copy, text.len);
}

static void make_inputs(const struct rule *r, struct inputs *in) {
    struct slice members[MAX_CLASSES], none = {"", 0};
    size_t classes = classes_of(slice_cstr(r->pattern), &in->arena, members);
    for (size_t i = 0; i < classes; i++) {
        add(in, none, members[i]);
        add(in, none, slice_sub(members[i], 0, 1));
        add(in, none, slice_sub(members[i], members[i].len - 1, members[i].len));
    }
    for (size_t i = 0; r->keywords[i] != NULL; i++)
        add_word(in, r->keywords[i], members, classes);
    for (size_t i = 0; r->prefixes[i] != NULL; i++)
        add_word(in, r->prefixes[i], members, classes);
    for (size_t i = 0; r->find[i] != NULL; i++) {
        struct buf text = BUF_INIT(1 << 20);
        struct error e = {0};
        assert_int_equal(rule_example_expand(slice_cstr(r->find[i]), &text, &e), KL_OK);
        struct slice example = buf_as_slice(&text);
        size_t equals = r->name_words != NULL ? slice_find_byte(example, '=', 0) : SIZE_MAX;
        example = slice_sub(example, equals == SIZE_MAX ? 0 : equals + 1, example.len);
        example = arena_copy(&in->arena, example);
        add_example(in, example);
        add_example(in, without_capitals(example, &in->arena));
        add_example(in, without_digits(example, &in->arena));
        buf_release(&text);
    }
}

/* ---- counting ---- */

struct counter {
    struct rule rule;
    pcre2_code *code;
    struct rule_scratch scratch;
    struct buf text;
};

static uint64_t steps_on(struct counter *c, const struct input *in, size_t size) {
    struct error e = {0};
    struct slice name = {"", 0};
    if (c->rule.name_words != NULL)
        name = slice_cstr(c->rule.name_words[0]);
    c->text.len = 0;
    buf_bytes(&c->text, in->start.ptr, in->start.len);
    while (c->text.len < in->start.len + size)
        buf_bytes(&c->text, in->again.ptr, in->again.len);
    enum kl_status status =
        rule_run(&c->rule, c->code, NULL, &c->scratch, buf_as_slice(&c->text), name, ignore_match, NULL, &e);
    return status == KL_OK ? c->scratch.steps->taken : UINT64_MAX;
}

struct effort {
    size_t size, stride; /* of the smaller inputs; every so manieth input */
};

/* True if the rule takes linear time on its inputs from number `first` on; else tells one. */
static bool is_linear(const struct rule *r, size_t first, const struct effort *effort) {
    size_t size = effort->size;
    struct error e = {0};
    struct inputs in = {0};
    struct counter c = {.rule = *r, .text = BUF_INIT((size_t)8 << 20)};
    bool good = true;
    c.rule.is_own = true; /* so that its steps are counted, and limited */
    /* In a short text PCRE2 looks first for a byte that every match has; in a long one it does not. */
    c.rule.pattern = arena_printf(&in.arena, "(*NO_START_OPT)%s", r->pattern);
    assert_int_equal(rule_compile(&c.rule, &c.code, NULL, &e), KL_OK);
    rule_scratch_init(&c.scratch, RULE_PAIRS);
    make_inputs(r, &in);
    for (size_t i = first; i < in.count && good; i += effort->stride) {
        uint64_t small = steps_on(&c, &in.items[i], size);
        uint64_t large = steps_on(&c, &in.items[i], size * TIMES_LARGER);
        good = large <= small * MAX_GROWTH + size && large != UINT64_MAX && small != UINT64_MAX;
        if (!good)
            print_error(
                "%s: %.1f steps a byte of %zu, %.1f of %zu: \"%.*s\", then \"%.*s\" again and again\n", r->id,
                (double)small / (double)size, size, (double)large / (double)size / TIMES_LARGER,
                size * TIMES_LARGER, SLICE_ARG(in.items[i].start), SLICE_ARG(in.items[i].again));
    }
    rule_scratch_release(&c.scratch);
    pcre2_code_free(c.code);
    buf_release(&c.text);
    free(in.items);
    arena_release(&in.arena);
    return good;
}

static void check_all(const struct effort *effort) {
    size_t wrong = 0;
    for (size_t i = 0; i < rule_count(); i++)
        wrong += !is_linear(rule_at(i), i % effort->stride, effort);
    assert_int_equal(wrong, 0);
}

/* Of 2 and 8 KiB: each eighth input; in ./test quick fewer; in ./test soak all, and some of 256 KiB and 1
 * MiB. */
static void every_rule_takes_linear_time(void **state) {
    (void)state;
    const char *text = system_getenv("KEYLIFT_TEST_TIMES");
    double times = text != NULL ? strtod(text, NULL) : 1;
    bool soak = times > 1;
    check_all(&(struct effort){(size_t)2 << 10, soak ? 1 : times > 0 ? (size_t)(8 / times) : 8});
    if (soak)
        check_all(&(struct effort){(size_t)256 << 10, 16});
}

/* 1 MiB of its own prefix, for each rule and as the scan runs it: without callouts. */
static void no_rule_reaches_the_limit_on_its_own_prefix(void **state) {
    (void)state;
    struct buf text = BUF_INIT((size_t)2 << 20);
    struct rule_scratch scratch = {0};
    struct error e = {0};
    rule_scratch_init(&scratch, RULE_PAIRS);
    for (size_t i = 0; i < rule_count(); i++) {
        const struct rule *r = rule_at(i);
        const char *word = r->prefixes[0] != NULL   ? r->prefixes[0]
                           : r->keywords[0] != NULL ? r->keywords[0]
                                                    : "ab/";
        struct slice name = slice_cstr(r->name_words != NULL ? r->name_words[0] : "token");
        pcre2_code *code = NULL;
        text.len = 0;
        while (text.len < (size_t)1 << 20)
            buf_str(&text, word);
        assert_int_equal(rule_compile(r, &code, NULL, &e), KL_OK);
        if (rule_run(r, code, NULL, &scratch, buf_as_slice(&text), name, ignore_match, NULL, &e) != KL_OK)
            fail_msg("%s", e.message);
        pcre2_code_free(code);
    }
    rule_scratch_release(&scratch);
    buf_release(&text);
}

/* What PCRE2's limits let pass: from each place few items are tried, but one of them eats to the end. */
static void a_users_rule_that_is_not_linear_is_ended(void **state) {
    (void)state;
    static const char *const patterns[] = {"a(?=[^X]*X)b", "(a+)+$", "[a-z]+@", "(?=.*(?=.*(?=.*Z)))a"};
    struct buf text = BUF_INIT((size_t)1 << 20);
    struct rule_scratch scratch = {0};
    rule_scratch_init(&scratch, RULE_PAIRS);
    while (text.len < (size_t)128 << 10)
        buf_str(&text, "aaaaaaaaaaaaaaab");
    buf_str(&text, "-XZ@");
    for (size_t i = 0; i < KL_ARRAY_LEN(patterns); i++) {
        struct rule r = {.id = "own", .pattern = patterns[i], .check = "", .is_own = true};
        struct error e = {0};
        pcre2_code *code = NULL;
        assert_int_equal(rule_compile(&r, &code, NULL, &e), KL_OK);
        assert_int_equal(
            rule_run(&r, code, NULL, &scratch, buf_as_slice(&text), slice_cstr(""), ignore_match, NULL, &e),
            KL_ERR_LIMIT);
        assert_non_null(strstr(e.message, "rule own: a string of 131076 bytes took too many steps"));
        pcre2_code_free(code);
    }
    rule_scratch_release(&scratch);
    buf_release(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_takes_linear_time),
        cmocka_unit_test(no_rule_reaches_the_limit_on_its_own_prefix),
        cmocka_unit_test(a_users_rule_that_is_not_linear_is_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
