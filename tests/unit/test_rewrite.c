/* Tests of the rewriter's pieces: what the golden cases cannot show well (one
 * function's corner, damage done on purpose, very deep or very long input). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/mem.h"
#include "base/redact.h"
#include "rewriters/edits.h"
#include "rewriters/rewrite.h"
#include "rewriters/source.h"
#include "rewriters/style.h"

static const struct python_import os_import[] = {{"os", NULL}, {NULL, NULL}};
static const struct python_access environ_access = {
    .vault = "environ",
    .imports = os_import,
    .read_text = "os.environ[{name}]",
    .read_bytes = "os.environb[{name}.encode()]",
    .missing_error = "KeyError",
};

/* A rewrite of one site, found by its spelling (its first occurrence). */
struct one {
    struct arena arena;
    struct rewrite_site site;
    struct rewrite_request request;
    struct rewrite_output out;
    struct error error;
};

static void prepare(struct one *t, const char *source, const char *literal) {
    *t = (struct one){0};
    size_t at = slice_find(slice_cstr(source), slice_cstr(literal), 0);
    assert_true(at != SIZE_MAX);
    t->site = (struct rewrite_site){.start_byte = at, .end_byte = at + strlen(literal), .name = "KEY"};
    t->request = (struct rewrite_request){.path = "app.py",
                                          .bytes = slice_cstr(source),
                                          .sites = &t->site,
                                          .site_count = 1,
                                          .access = &environ_access,
                                          .target_minor = 8};
}

static void rewrite_one(struct one *t, const char *source, const char *literal) {
    prepare(t, source, literal);
    assert_int_equal(rewrite_file(&t->request, &t->arena, &t->out, &t->error), KL_OK);
}

static void expect(const char *source, const char *literal, const char *expected) {
    struct one t;
    rewrite_one(&t, source, literal);
    assert_null(t.site.reason);
    assert_true(t.site.rewritten);
    assert_int_equal(t.out.rewritten, 1);
    assert_string_equal(arena_cstr(&t.arena, t.out.bytes), expected);
    arena_release(&t.arena);
}

static void expect_left(const char *source, const char *literal, const char *reason) {
    struct one t;
    rewrite_one(&t, source, literal);
    assert_false(t.site.rewritten);
    assert_non_null(t.site.reason);
    assert_non_null(strstr(t.site.reason, reason));
    assert_int_equal(t.out.edit_count, 0);
    assert_true(slice_eq(t.out.bytes, t.request.bytes));
    arena_release(&t.arena);
}

static void test_a_literal_becomes_a_read(void **state) {
    (void)state;
    expect("key = \"alpha\"\n", "\"alpha\"", "import os\n\nkey = os.environ[\"KEY\"]\n");
    expect("import os\nkey = 'alpha'", "'alpha'", "import os\nkey = os.environ[\"KEY\"]");
}

static void test_words_are_kept_apart(void **state) {
    (void)state;
    expect("import os\nx = 1 if 2 else'a'\n", "'a'", "import os\nx = 1 if 2 else os.environ[\"KEY\"]\n");
    expect("import os\nx = 'a'if 2 else 1\n", "'a'", "import os\nx = os.environ[\"KEY\"]if 2 else 1\n");
}

static void test_spans_that_are_no_literal_are_left(void **state) {
    (void)state;
    expect_left("key = \"alpha\"\n", "alpha", "inside another string");
    expect_left("key = \"alpha\"\n", "key", "not a string literal");
    expect_left("key = \"alpha\"\n", "= \"alpha\"", "not a string literal");
    expect_left("key = \"alpha\" + x\n", "\"alpha\" + x", "not a string literal");
    expect_left("f(\"a\")(\"b\")\n", "\"a\")(\"b\"", "not a string literal");
    expect_left("x = 1 # \"alpha\"\n", "\"alpha\"", "comment");
}

static void test_the_value_must_be_the_one_stored(void **state) {
    (void)state;
    struct one t;
    struct secret value = {0};
    prepare(&t, "key = \"al\" 'pha'\n", "\"al\" 'pha'");
    t.site.value = &value;
    secret_set(&value, SLICE_LIT("alpha"));
    assert_int_equal(rewrite_file(&t.request, &t.arena, &t.out, &t.error), KL_OK);
    assert_true(t.site.rewritten);
    secret_set(&value, SLICE_LIT("alphabet"));
    assert_int_equal(rewrite_file(&t.request, &t.arena, &t.out, &t.error), KL_OK);
    assert_false(t.site.rewritten);
    assert_non_null(strstr(t.site.reason, "not the one"));
    secret_release(&value);
    arena_release(&t.arena);
}

static void test_one_literal_found_twice_is_edited_once(void **state) {
    (void)state;
    struct one t;
    prepare(&t, "key = \"alpha\"\n", "\"alpha\"");
    struct rewrite_site sites[] = {t.site, t.site, t.site};
    sites[2].name = "OTHER";
    t.request.sites = sites;
    t.request.site_count = 3;
    assert_int_equal(rewrite_file(&t.request, &t.arena, &t.out, &t.error), KL_OK);
    assert_true(sites[0].rewritten && sites[1].rewritten);
    assert_false(sites[2].rewritten);
    assert_non_null(strstr(sites[2].reason, "overlaps"));
    assert_int_equal(t.out.edit_count, 2); /* the import, and the read */
    arena_release(&t.arena);
}

static void test_expressions_that_are_no_primary_get_parentheses(void **state) {
    (void)state;
    struct arena arena = ARENA_INIT;
    struct style_plan plan = {.read_text = "get({name}) or fail({name})",
                              .read_bytes = "a[\"x y\"].b({name})"};
    assert_string_equal(style_expression(&plan, "K", false, &arena), "(get(\"K\") or fail(\"K\"))");
    assert_string_equal(style_expression(&plan, "K", true, &arena), "a[\"x y\"].b(\"K\")");
    arena_release(&arena);
}

static void test_names_are_quoted(void **state) {
    (void)state;
    struct arena arena = ARENA_INIT;
    assert_string_equal(style_quote("a\"b\\c", &arena), "\"a\\\"b\\\\c\"");
    arena_release(&arena);
}

/* Verification. */

static void test_verify_finds_damage(void **state) {
    (void)state;
    struct one t;
    rewrite_one(&t, "import os\nkey = \"alpha\"; other = 'beta'\n", "\"alpha\"");
    assert_int_equal(rewrite_verify(&t.request, &t.out, &t.error), KL_OK);
    /* A byte outside of the edits. */
    struct slice good = t.out.bytes;
    char *bytes = arena_cstr(&t.arena, good);
    bytes[good.len - 3] = 'X';
    t.out.bytes = slice_of(bytes, good.len);
    assert_int_equal(rewrite_verify(&t.request, &t.out, &t.error), KL_ERR_REFUSED);
    t.out.bytes = slice_sub(good, 0, good.len - 1);
    assert_int_equal(rewrite_verify(&t.request, &t.out, &t.error), KL_ERR_REFUSED);
    arena_release(&t.arena);
}

static enum kl_status verify_edit(const char *source, const char *old, const char *new, const char *value) {
    struct one t;
    struct secret secret = {0};
    prepare(&t, source, old);
    secret_set(&secret, slice_cstr(value));
    t.site.value = &secret;
    t.site.rewritten = true;
    struct pyfile file;
    struct edit_list list = {0};
    pyfile_decode(&file, t.request.bytes, &t.arena);
    edits_replace(&list, (uint32_t)t.site.start_byte, (uint32_t)t.site.end_byte, new, true);
    assert_true(edits_sort(&list));
    edits_finish(&list, &file, &t.arena, &t.out);
    edits_release(&list);
    enum kl_status status = rewrite_verify(&t.request, &t.out, &t.error);
    secret_release(&secret);
    arena_release(&t.arena);
    return status;
}

static void test_verify_finds_bad_edits(void **state) {
    (void)state;
    assert_int_equal(verify_edit("x = 'a'\n", "'a'", "os", "a"), KL_OK);
    assert_int_equal(verify_edit("x = 1 if 2 else'a'\n", "'a'", "os", "a"), KL_ERR_REFUSED); /* elseos */
    assert_int_equal(verify_edit("x = 'a'\n", "'a'", "os[", "a"), KL_ERR_REFUSED);           /* no Python */
    assert_int_equal(verify_edit("x = 'a'\n", "'a'", "'''", "a"), KL_ERR_REFUSED);     /* eats the rest */
    assert_int_equal(verify_edit("x = 'a' # b\n", "'a'", "1 #", "a"), KL_ERR_REFUSED); /* so does this */
    assert_int_equal(verify_edit("x = 'a'\n", "'a'", "f('a')", "a"), KL_ERR_REFUSED);  /* the value */
    assert_int_equal(
        verify_edit("x = 'longer-value'\n", "'longer-value'", "f('my-longer-value')", "longer-value"),
        KL_ERR_REFUSED);
    assert_int_equal(verify_edit("x = 'a' 'b'\n", "'a'", "os", "a"), KL_ERR_REFUSED);
}

/* Diffs. */

static void test_diff_masks_old_and_context(void **state) {
    (void)state;
    struct one t;
    rewrite_one(&t, "import os\na = 1\n# hidden-value here\nkey = \"\"\"al\npha\"\"\"\nlast = 2",
                "\"\"\"al\npha\"\"\"");
    struct redactor *redactor = redact_new();
    redact_add(redactor, SLICE_LIT("hidden-value"));
    struct buf diff = BUF_INIT(KL_MAX_CONFIG_BYTES);
    rewrite_diff("app.py", t.request.bytes, &t.out, redactor, &diff);
    assert_string_equal(buf_cstr(&diff), "--- a/app.py\n"
                                         "+++ b/app.py\n"
                                         "@@ -1,6 +1,5 @@\n"
                                         " import os\n"
                                         " a = 1\n"
                                         " # [redacted] here\n"
                                         "-key = [redacted]\n"
                                         "-[redacted]\n"
                                         "+key = os.environ[\"KEY\"]\n"
                                         " last = 2\n"
                                         "\\ No newline at end of file\n");
    buf_release(&diff);
    redact_free(redactor);
    arena_release(&t.arena);
}

static void test_diff_has_a_hunk_for_each_place(void **state) {
    (void)state;
    struct one t;
    rewrite_one(&t, "import sys\n1\n2\n3\n4\n5\n6\n7\n8\nkey = \"alpha\"\n", "\"alpha\"");
    struct buf diff = BUF_INIT(KL_MAX_CONFIG_BYTES);
    rewrite_diff("app.py", t.request.bytes, &t.out, NULL, &diff);
    assert_string_equal(buf_cstr(&diff), "--- a/app.py\n"
                                         "+++ b/app.py\n"
                                         "@@ -1,3 +1,4 @@\n"
                                         "+import os\n"
                                         " import sys\n"
                                         " 1\n"
                                         " 2\n"
                                         "@@ -7,4 +8,4 @@\n"
                                         " 6\n"
                                         " 7\n"
                                         " 8\n"
                                         "-key = [redacted]\n"
                                         "+key = os.environ[\"KEY\"]\n");
    buf_release(&diff);
    arena_release(&t.arena);
}

/* Input that chooses its own depth and length. */

static void repeat(struct buf *b, const char *text, size_t count) {
    while (count-- > 0)
        buf_str(b, text);
}

static void test_deep_nesting_neither_crashes_nor_lies(void **state) {
    (void)state;
    static const size_t depths[] = {50, 900, 100000};
    for (size_t i = 0; i < KL_ARRAY_LEN(depths); i++) {
        struct buf b = BUF_INIT(KL_MAX_REWRITE_BYTES);
        buf_str(&b, "import os\nx = ");
        repeat(&b, "(", depths[i]);
        buf_str(&b, "'alpha'");
        repeat(&b, ")", depths[i]);
        buf_str(&b, "\n");
        struct one t;
        rewrite_one(&t, buf_cstr(&b), "'alpha'");
        assert_true(t.site.rewritten == (t.site.reason == NULL));
        assert_true(t.site.rewritten || t.out.edit_count == 0);
        if (depths[i] == 50)
            assert_true(t.site.rewritten);
        arena_release(&t.arena);
        buf_release(&b);
    }
}

static void test_many_sites_in_one_list(void **state) {
    (void)state;
    enum { COUNT = 20000 };
    struct one t = {0};
    struct buf b = BUF_INIT(KL_MAX_REWRITE_BYTES);
    struct rewrite_site *sites = mem_calloc(COUNT, sizeof *sites);
    buf_str(&b, "import os\nx = [\n");
    for (size_t i = 0; i < COUNT; i++) {
        sites[i] = (struct rewrite_site){.start_byte = b.len + 4, .end_byte = b.len + 11, .name = "KEY"};
        buf_str(&b, "    'alpha',\n");
    }
    buf_str(&b, "]\n");
    t.request = (struct rewrite_request){.path = "app.py",
                                         .bytes = buf_as_slice(&b),
                                         .sites = sites,
                                         .site_count = COUNT,
                                         .access = &environ_access};
    assert_int_equal(rewrite_file(&t.request, &t.arena, &t.out, &t.error), KL_OK);
    assert_int_equal(t.out.rewritten, COUNT);
    assert_null(strstr(arena_cstr(&t.arena, t.out.bytes), "alpha"));
    arena_release(&t.arena);
    buf_release(&b);
    free(sites);
}

/* The tree. */

static void test_seek_finds_the_smallest_node(void **state) {
    (void)state;
    struct pytree tree;
    struct error e = {0};
    assert_int_equal(pytree_parse(SLICE_LIT("f(1, [22, 3], 4)\n"), &tree, &e), KL_OK);
    struct pytree_walker w;
    pytree_walk(&tree, &w);
    pytree_seek(&w, 2, 3);
    assert_string_equal(w.steps[w.count - 1].type, "integer");
    pytree_seek(&w, 6, 8);
    assert_string_equal(w.steps[w.count - 1].type, "integer");
    assert_string_equal(w.steps[w.count - 2].type, "list");
    pytree_seek(&w, 6, 11);
    assert_string_equal(w.steps[w.count - 1].type, "list");
    pytree_seek(&w, 14, 15);
    assert_string_equal(w.steps[w.count - 1].type, "integer");
    assert_string_equal(w.steps[w.count - 2].type, "argument_list");
    pytree_walker_release(&w);
    assert_int_equal(pytree_error_count(&tree), 0);
    pytree_release(&tree);
    assert_int_equal(pytree_parse(SLICE_LIT("x = = 1\n"), &tree, &e), KL_OK);
    assert_true(pytree_error_count(&tree) > 0);
    pytree_release(&tree);
}

static void test_edits_keep_their_order_and_refuse_overlap(void **state) {
    (void)state;
    struct arena arena = ARENA_INIT;
    struct pyfile file;
    struct edit_list list = {0};
    struct rewrite_output out;
    pyfile_decode(&file,
                  SLICE_LIT("\xef\xbb\xbf"
                            "abcdef"),
                  &arena);
    edits_replace(&list, 2, 4, "X", true);
    edits_insert(&list, 2, "1");
    edits_insert(&list, 2, "2");
    edits_insert(&list, 6, "!");
    assert_true(edits_sort(&list));
    edits_finish(&list, &file, &arena, &out);
    assert_string_equal(arena_cstr(&arena, out.bytes), "\xef\xbb\xbf"
                                                       "ab12Xef!");
    edits_replace(&list, 3, 5, "Y", true);
    assert_false(edits_sort(&list));
    edits_release(&list);
    arena_release(&arena);
}

static void test_offsets_of_transcoded_files(void **state) {
    (void)state;
    struct arena arena = ARENA_INIT;
    struct source s;
    struct error e = {0};
    struct slice bytes = SLICE_LIT("# coding: cp1252\nx = '\x80\x80'; y = 'b'\n");
    assert_int_equal(source_open(bytes, &arena, &s, &e), KL_OK);
    for (size_t byte = 0; byte <= bytes.len; byte++) {
        size_t at = source_text_offset(&s, byte);
        assert_true(at != SIZE_MAX);
        assert_int_equal(pyfile_byte_offset(&s.file, at), byte);
    }
    source_release(&s);
    arena_release(&arena);
}

static void test_the_dotenv_module(void **state) {
    (void)state;
    struct arena arena = ARENA_INIT;
    const char *text = rewrite_dotenv_module(&arena, "../.env");
    assert_non_null(strstr(text, "\nload_dotenv(os.path.join(os.path.dirname(os.path.realpath(__file__)), "
                                 "\"..\", \".env\"))\n"));
    assert_non_null(strstr(text, "\nfrom os import environ\n"));
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_literal_becomes_a_read),
        cmocka_unit_test(test_words_are_kept_apart),
        cmocka_unit_test(test_spans_that_are_no_literal_are_left),
        cmocka_unit_test(test_the_value_must_be_the_one_stored),
        cmocka_unit_test(test_one_literal_found_twice_is_edited_once),
        cmocka_unit_test(test_expressions_that_are_no_primary_get_parentheses),
        cmocka_unit_test(test_names_are_quoted),
        cmocka_unit_test(test_verify_finds_damage),
        cmocka_unit_test(test_verify_finds_bad_edits),
        cmocka_unit_test(test_diff_masks_old_and_context),
        cmocka_unit_test(test_diff_has_a_hunk_for_each_place),
        cmocka_unit_test(test_deep_nesting_neither_crashes_nor_lies),
        cmocka_unit_test(test_many_sites_in_one_list),
        cmocka_unit_test(test_seek_finds_the_smallest_node),
        cmocka_unit_test(test_edits_keep_their_order_and_refuse_overlap),
        cmocka_unit_test(test_offsets_of_transcoded_files),
        cmocka_unit_test(test_the_dotenv_module),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
