/* The engine on documents from memory and on small trees: what is found once,
 * where it stands, what is kept of it. Values are made here, at run time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/system.h"
#include "scanner/scan.h"

/* A token with a provider's shape, without one in this file. */
static void put_token(struct buf *b) {
    buf_str(b, "AKIA");
    buf_str(b, "Q3EG5RWPNZ7XKTJ2");
}

static struct scan_result scan_text_as(const struct scan_options *o, const char *path, const char *before,
                                       const char *after) {
    struct buf text = BUF_INIT(1 << 20);
    struct scan_result r;
    struct error e = {0};
    buf_str(&text, before);
    put_token(&text);
    buf_str(&text, after);
    assert_int_equal(scan_bytes(o, path, buf_as_slice(&text), &r, &e), KL_OK);
    buf_release(&text);
    return r;
}

static void a_literal_is_one_finding_with_its_whole_span(void **state) {
    (void)state;
    const struct scan_options o = {.keep_values = true};
    struct scan_result r = scan_text_as(&o, "a.py", "# \xc3\xa9\n\xc3\xa9 = 1; key = b'", "'\n");
    assert_int_equal(r.finding_count, 1);
    const struct finding *f = &r.findings[0];
    assert_int_equal(f->line, 2);
    assert_int_equal(f->column, 14); /* code points, not bytes */
    assert_int_equal(f->start_byte, 5 + 14);
    assert_int_equal(f->end_byte - f->start_byte, 20 + 3);
    assert_int_equal(f->end_column - f->column, 20 + 3);
    assert_string_equal(f->name, "key");
    assert_true(f->is_bytes);
    assert_true(f->fixable);
    assert_int_equal(f->value.len, 20);
    assert_non_null(strstr(f->redacted, "AKIA"));
    assert_null(strstr(f->redacted, "AKIAQ"));
    scan_result_release(&r);
}

static void what_is_stored_is_all_of_a_literal_that_can_be_replaced(void **state) {
    (void)state;
    const struct scan_options o = {.keep_values = true};
    struct scan_result r = scan_text_as(&o, "a.py", "header = 'Key ", " x'\n");
    assert_int_equal(r.finding_count, 1);
    assert_true(r.findings[0].fixable);
    assert_int_equal(r.findings[0].value.len, 4 + 20 + 2);
    scan_result_release(&r);
    r = scan_text_as(&o, "a.py", "# header = 'Key ", " x'\n");
    assert_int_equal(r.finding_count, 1);
    assert_false(r.findings[0].fixable);
    assert_int_equal(r.findings[0].value.len, 20);
    scan_result_release(&r);
}

static void values_are_kept_only_when_asked_for_but_always_masked(void **state) {
    (void)state;
    struct redactor *redactor = redact_new();
    const struct scan_options o = {.redactor = redactor};
    struct scan_result r = scan_text_as(&o, "a.py", "header = 'Key ", " x'\n");
    struct buf token = BUF_INIT(100);
    put_token(&token);
    assert_int_equal(r.finding_count, 1);
    assert_int_equal(r.findings[0].value.len, 0);
    assert_true(redact_would_change(redactor, buf_as_slice(&token)));
    buf_release(&token);
    scan_result_release(&r);
    redact_free(redactor);
}

static void text_and_windows_files_are_found_at_their_bytes(void **state) {
    (void)state;
    const struct scan_options o = {0};
    struct scan_result r = scan_text_as(&o, "notes.txt", "one\ntwo ", " three\n");
    assert_int_equal(r.finding_count, 1);
    assert_int_equal(r.findings[0].start_byte, 8);
    assert_int_equal(r.findings[0].line, 2);
    assert_false(r.findings[0].fixable);
    scan_result_release(&r);
    struct buf token = BUF_INIT(100), wide = BUF_INIT(1000);
    struct error e = {0};
    put_token(&token);
    buf_str(&wide, "\xff\xfe");
    for (size_t i = 0; i < token.len; i++) {
        buf_char(&wide, token.ptr[i]);
        buf_char(&wide, '\0');
    }
    assert_int_equal(scan_bytes(&o, "a.txt", buf_as_slice(&wide), &r, &e), KL_OK);
    assert_int_equal(r.finding_count, 1);
    assert_int_equal(r.findings[0].start_byte, 2);
    assert_int_equal(r.findings[0].end_byte, 42);
    scan_result_release(&r);
    buf_release(&token);
    buf_release(&wide);
}

static void a_binary_file_is_counted_not_scanned(void **state) {
    (void)state;
    const struct scan_options o = {0};
    struct scan_result r;
    struct error e = {0};
    assert_int_equal(scan_bytes(&o, "a.bin", SLICE_LIT("a\0b"), &r, &e), KL_OK);
    assert_int_equal(r.stats.skipped[SKIP_BINARY], 1);
    assert_int_equal(r.stats.files, 0);
    scan_result_release(&r);
    assert_int_equal(scan_bytes(&o, "a.py", SLICE_LIT("a\0b"), &r, &e), KL_OK);
    assert_int_equal(r.stats.python_files, 1);
    scan_result_release(&r);
}

static void silencing_is_by_the_lines_of_the_literal(void **state) {
    (void)state;
    static const struct {
        const char *before, *after;
        enum suppression expected;
    } cases[] = {
        {"key = '", "'  # keylift: ignore\n", SUPPRESSED_COMMENT},
        {"key = ('", "'\n'')  # keylift: ignore\n", SUPPRESSED_COMMENT},
        {"# keylift: ignore\nkey = '", "'\n", SUPPRESSED_NO},
        {"key = '", "'\n# keylift: ignore\n", SUPPRESSED_NO},
        {"note = '# keylift: ignore'; key = '", "'\n", SUPPRESSED_NO},
    };
    struct scan_options o = {0};
    for (size_t i = 0; i < KL_ARRAY_LEN(cases); i++) {
        struct scan_result r = scan_text_as(&o, "a.py", cases[i].before, cases[i].after);
        assert_int_equal(r.finding_count, 1);
        if (r.findings[0].suppressed != cases[i].expected)
            fail_msg("case %zu", i);
        scan_result_release(&r);
    }
    o.no_suppressions = true;
    struct scan_result r = scan_text_as(&o, "a.py", cases[0].before, cases[0].after);
    assert_int_equal(r.findings[0].suppressed, SUPPRESSED_NO);
    scan_result_release(&r);
}

static void fingerprints_do_not_move_with_lines_or_values(void **state) {
    (void)state;
    const struct scan_options o = {0};
    struct scan_result a = scan_text_as(&o, "x/a.py", "key = '", "'\n");
    struct scan_result b = scan_text_as(&o, "y/a.py", "\n\n\nkey = '", "'\n");
    struct scan_result c = scan_text_as(&o, "x/a.py", "other = '", "'\n");
    assert_string_equal(a.findings[0].fingerprint, b.findings[0].fingerprint);
    assert_string_not_equal(a.findings[0].fingerprint, c.findings[0].fingerprint);
    assert_int_equal(strlen(a.findings[0].fingerprint), 32);
    scan_result_release(&a);
    scan_result_release(&b);
    scan_result_release(&c);
}

struct tree {
    struct arena arena;
    char *folder;
};

static void make_tree(struct tree *t, unsigned files) {
    struct error e = {0};
    t->folder = arena_printf(&t->arena, "/tmp/keylift-test-scan-%d", system_pid());
    assert_int_equal(file_make_folder(t->folder, 0700, &e), KL_OK);
    struct buf text = BUF_INIT(1 << 16);
    buf_str(&text, "import os\nkey = '");
    put_token(&text);
    buf_str(&text, "'\nother = os.environ['HOME_OF_TEST']\n");
    for (unsigned i = 0; i < files; i++)
        assert_int_equal(
            file_write_atomic(arena_printf(&t->arena, "%s/f%u.py", t->folder, i), buf_as_slice(&text), 0, &e),
            KL_OK);
    buf_release(&text);
}

static void remove_tree(struct tree *t, unsigned files) {
    struct error e = {0};
    for (unsigned i = 0; i < files; i++)
        (void)!file_remove(arena_printf(&t->arena, "%s/f%u.py", t->folder, i), &e);
    (void)!rmdir(t->folder);
    arena_release(&t->arena);
}

static void the_result_does_not_depend_on_threads_or_the_filter(void **state) {
    (void)state;
    enum { FILES = 300 };
    struct tree t = {0};
    make_tree(&t, FILES);
    const char *const paths[] = {t.folder, NULL};
    struct scan_result one, many, slow;
    struct error e = {0};
    struct scan_options o = {.paths = paths, .jobs = 1};
    assert_int_equal(scan_run(&o, &one, &e), KL_OK);
    o.jobs = 7;
    assert_int_equal(scan_run(&o, &many, &e), KL_OK);
    o.rules.exhaustive = true;
    assert_int_equal(scan_run(&o, &slow, &e), KL_OK);
    assert_int_equal(one.finding_count, FILES);
    assert_int_equal(one.read_count, FILES);
    assert_int_equal(one.error_count, 0);
    const struct scan_result *others[] = {&many, &slow};
    for (size_t k = 0; k < 2; k++) {
        assert_int_equal(others[k]->finding_count, one.finding_count);
        assert_int_equal(others[k]->read_count, one.read_count);
        assert_int_equal(others[k]->stats.bytes, one.stats.bytes);
        for (size_t i = 0; i < one.finding_count; i++) {
            assert_string_equal(others[k]->findings[i].path, one.findings[i].path);
            assert_string_equal(others[k]->findings[i].fingerprint, one.findings[i].fingerprint);
            assert_string_equal(others[k]->reads[i].name, "HOME_OF_TEST");
        }
    }
    scan_result_release(&one);
    scan_result_release(&many);
    scan_result_release(&slow);
    remove_tree(&t, FILES);
}

static bool at_once(void) {
    return true;
}

static void an_interrupted_scan_says_so(void **state) {
    (void)state;
    struct tree t = {0};
    make_tree(&t, 3);
    const char *const paths[] = {t.folder, NULL};
    const struct scan_options o = {.paths = paths, .interrupted = at_once};
    struct scan_result r;
    struct error e = {0};
    assert_int_equal(scan_run(&o, &r, &e), KL_OK);
    assert_true(r.interrupted);
    assert_int_equal(r.stats.files, 0);
    scan_result_release(&r);
    remove_tree(&t, 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_literal_is_one_finding_with_its_whole_span),
        cmocka_unit_test(what_is_stored_is_all_of_a_literal_that_can_be_replaced),
        cmocka_unit_test(values_are_kept_only_when_asked_for_but_always_masked),
        cmocka_unit_test(text_and_windows_files_are_found_at_their_bytes),
        cmocka_unit_test(a_binary_file_is_counted_not_scanned),
        cmocka_unit_test(silencing_is_by_the_lines_of_the_literal),
        cmocka_unit_test(fingerprints_do_not_move_with_lines_or_values),
        cmocka_unit_test(the_result_does_not_depend_on_threads_or_the_filter),
        cmocka_unit_test(an_interrupted_scan_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
