/* apply: many files as one step. What a kill leaves is in test_kill.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/dir.h"
#include "base/encode.h"
#include "base/process.h"
#include "rewriters/apply.h"

#define TEMPLATE "/tmp/keylift-apply-XXXXXX"
#define OLD "KEY = 'visibly-fake-old'\n"
#define NEW "KEY = os.environ['KEY']\n"

struct world {
    char root[sizeof TEMPLATE];
    struct arena arena;
    struct journal journal;
    struct error e;
};

static char *at(struct world *w, const char *name) {
    return path_join(&w->arena, w->root, name);
}

static int set_up(void **state) {
    struct world *w = calloc(1, sizeof *w);
    memcpy(w->root, TEMPLATE, sizeof TEMPLATE);
    assert_non_null(mkdtemp(w->root));
    assert_int_equal(journal_begin(&w->journal, w->root, &w->e), KL_OK);
    *state = w;
    return 0;
}

static int tear_down(void **state) {
    struct world *w = *state;
    struct process_result r = {0};
    const char *const argv[] = {"rm", "-rf", "--", w->root, NULL};
    const struct process_request req = {.argv = argv, .max_output = 4096};
    assert_int_equal(process_run(&req, &r, &w->e), KL_OK);
    process_result_release(&r);
    journal_release(&w->journal);
    arena_release(&w->arena);
    free(w);
    return 0;
}

static void write_file(struct world *w, const char *name, const char *text) {
    assert_int_equal(file_write_atomic(at(w, name), slice_cstr(text), 0644, &w->e), KL_OK);
}

static void expect_file(struct world *w, const char *name, const char *text) {
    struct buf got = BUF_INIT(65536);
    assert_int_equal(file_read(at(w, name), 65536, &got, &w->e), KL_OK);
    assert_string_equal(buf_cstr(&got), text);
    buf_release(&got);
}

static unsigned temps_left(struct world *w) {
    struct dir *d;
    struct dir_entry entry;
    unsigned found = 0;
    assert_int_equal(dir_open(&d, -1, w->root, &w->e), KL_OK);
    while (dir_next(d, &entry, &w->e) == KL_OK)
        found += slice_ends(slice_cstr(entry.name), FILE_TEMP_SUFFIX);
    dir_close(d);
    return found;
}

static void expect_steps(struct world *w, const char *const *steps) {
    struct journal_log log;
    int i = 0;
    assert_int_equal(journal_load(w->journal.path, &log, &w->e), KL_OK);
    for (; steps[i]; i++)
        assert_string_equal(json_string(cJSON_GetArrayItem(log.records, i), "step"), steps[i]);
    assert_int_equal(cJSON_GetArraySize(log.records), i);
    journal_log_release(&log);
}

static struct apply_file change(struct world *w, const char *name) {
    write_file(w, name, OLD);
    return (struct apply_file){.path = at(w, name), .old_bytes = SLICE_LIT(OLD), .new_bytes = SLICE_LIT(NEW)};
}

static struct apply_file create(struct world *w, const char *name) {
    return (struct apply_file){.path = at(w, name), .new_bytes = SLICE_LIT(NEW), .create = true};
}

static void all_files_are_replaced_and_the_journal_says_so(void **state) {
    struct world *w = *state;
    struct apply_file files[] = {change(w, "a.py"), change(w, "b.py"), create(w, "c.py")};
    assert_int_equal(chmod(at(w, "a.py"), 0750), 0);
    assert_int_equal(apply_files(&w->journal, files, 3, &w->e), KL_OK);
    for (size_t i = 0; i < 3; i++) {
        assert_true(files[i].written);
        expect_file(w, path_basename(files[i].path), NEW);
    }
    struct stat st;
    assert_int_equal(stat(at(w, "a.py"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0750);
    assert_int_equal(temps_left(w), 0);
    expect_steps(w, (const char *const[]){"begin", "prepare", "commit", "applied", NULL});
}

static void a_symbolic_link_stays_one(void **state) {
    struct world *w = *state;
    struct apply_file file = change(w, "real.py");
    assert_int_equal(symlink("real.py", at(w, "link.py")), 0);
    file.path = at(w, "link.py");
    assert_int_equal(apply_files(&w->journal, &file, 1, &w->e), KL_OK);
    struct stat st;
    assert_int_equal(lstat(at(w, "link.py"), &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    expect_file(w, "real.py", NEW);
}

static void a_file_that_changed_stops_all(void **state) {
    struct world *w = *state;
    struct apply_file files[] = {change(w, "a.py"), change(w, "b.py")};
    write_file(w, "b.py", "edited\n");
    assert_int_equal(apply_files(&w->journal, files, 2, &w->e), KL_ERR_CONFLICT);
    assert_false(files[0].written);
    assert_false(files[1].written);
    assert_int_equal(files[0].error.status, KL_OK);
    assert_int_equal(files[1].error.status, KL_ERR_CONFLICT);
    expect_file(w, "a.py", OLD);
    expect_file(w, "b.py", "edited\n");
    assert_int_equal(temps_left(w), 0);
}

static void a_file_that_vanished_or_appeared_stops_all(void **state) {
    struct world *w = *state;
    struct apply_file files[] = {change(w, "a.py"), create(w, "b.py")};
    write_file(w, "b.py", "mine\n");
    assert_int_equal(apply_files(&w->journal, files, 2, &w->e), KL_ERR_CONFLICT);
    expect_file(w, "a.py", OLD);
    expect_file(w, "b.py", "mine\n");
    assert_int_equal(unlink(at(w, "a.py")), 0);
    assert_int_equal(apply_files(&w->journal, files, 1, &w->e), KL_ERR_CONFLICT);
    assert_int_equal(access(at(w, "a.py"), F_OK), -1);
}

static void a_folder_that_is_missing_stops_all(void **state) {
    struct world *w = *state;
    struct apply_file files[] = {change(w, "a.py"), create(w, "none/b.py")};
    assert_int_not_equal(apply_files(&w->journal, files, 2, &w->e), KL_OK);
    assert_true(w->e.message[0] != '\0');
    expect_file(w, "a.py", OLD);
    assert_int_equal(temps_left(w), 0);
}

static void what_cannot_be_prepared_stops_all(void **state) {
    struct world *w = *state;
    struct apply_file files[] = {change(w, "a.py"), change(w, "b.py")};
    /* Somebody sits on the second temporary file's name. */
    assert_int_equal(mkdir(file_replace_temp_path(&w->arena, files[1].path, w->journal.run_id), 0700), 0);
    assert_int_not_equal(apply_files(&w->journal, files, 2, &w->e), KL_OK);
    expect_file(w, "a.py", OLD);
    expect_file(w, "b.py", OLD);
    assert_int_equal(temps_left(w), 1); /* the folder */
    expect_steps(w, (const char *const[]){"begin", "prepare", "stopped", NULL});
}

static void more_files_than_descriptors_are_no_problem(void **state) {
    struct world *w = *state;
    enum { count = 200 };
    static struct apply_file files[count];
    struct rlimit before, few;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    few = before;
    few.rlim_cur = 32;
    for (int i = 0; i < count; i++)
        files[i] = change(w, arena_printf(&w->arena, "f%d.py", i));
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    enum kl_status st = apply_files(&w->journal, files, count, &w->e);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    if (st != KL_OK)
        fail_msg("%s", w->e.message);
    for (int i = 0; i < count; i++)
        assert_true(files[i].written);
}

static void the_journal_holds_nothing_of_the_files(void **state) {
    struct world *w = *state;
    struct apply_file file = change(w, "a.py");
    struct buf text = BUF_INIT(65536);
    char hash[65];
    assert_int_equal(apply_files(&w->journal, &file, 1, &w->e), KL_OK);
    assert_int_equal(file_read(w->journal.path, 65536, &text, &w->e), KL_OK);
    assert_null(strstr(buf_cstr(&text), "visibly-fake"));
    sha256_hex(SLICE_LIT(OLD), hash);
    hash[8] = '\0'; /* a whole hash of the old bytes would confirm a guess */
    assert_null(strstr(buf_cstr(&text), hash));
    buf_release(&text);
}

int main(void) {
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(all_files_are_replaced_and_the_journal_says_so),
        CASE(a_symbolic_link_stays_one),
        CASE(a_file_that_changed_stops_all),
        CASE(a_file_that_vanished_or_appeared_stops_all),
        CASE(a_folder_that_is_missing_stops_all),
        CASE(what_cannot_be_prepared_stops_all),
        CASE(more_files_than_descriptors_are_no_problem),
        CASE(the_journal_holds_nothing_of_the_files),
    };
#undef CASE
    return cmocka_run_group_tests(tests, NULL, NULL);
}
