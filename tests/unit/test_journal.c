/* The journal: what stands on disk, when, and what the next run makes of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/process.h"
#include "rewriters/journal.h"

#define TEMPLATE "/tmp/keylift-journal-XXXXXX"

struct world {
    char root[sizeof TEMPLATE];
    struct arena arena;
    struct journal journal;
    struct error e;
};

static char *at(struct world *w, const char *name) {
    return path_join(&w->arena, w->root, name);
}

static void run(struct world *w, const char *const *argv) {
    struct process_result r = {0};
    const struct process_request req = {.argv = argv, .cwd = w->root, .max_output = 65536};
    assert_int_equal(process_run(&req, &r, &w->e), KL_OK);
    assert_int_equal(r.exit_code, 0);
    process_result_release(&r);
}

static int set_up(void **state) {
    struct world *w = calloc(1, sizeof *w);
    memcpy(w->root, TEMPLATE, sizeof TEMPLATE);
    assert_non_null(mkdtemp(w->root));
    *state = w;
    return 0;
}

static int tear_down(void **state) {
    struct world *w = *state;
    run(w, (const char *const[]){"rm", "-rf", "--", w->root, NULL});
    arena_release(&w->arena);
    free(w);
    return 0;
}

static void begin(struct world *w) {
    if (journal_begin(&w->journal, w->root, &w->e) != KL_OK)
        fail_msg("%s", w->e.message);
}

static unsigned mode_of(const char *path) {
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    return st.st_mode & 07777u;
}

static void it_lives_in_the_git_directory(void **state) {
    struct world *w = *state;
    char *folder;
    run(w, (const char *const[]){"git", "init", "-q", ".", NULL});
    assert_int_equal(mkdir(at(w, "sub"), 0755), 0);
    assert_int_equal(journal_folder(at(w, "sub"), &w->arena, &folder, &w->e), KL_OK);
    assert_string_equal(folder, at(w, ".git/keylift"));
    assert_int_equal(access(folder, F_OK), -1); /* asking makes nothing */
}

static void without_git_it_lives_beside_the_project(void **state) {
    struct world *w = *state;
    begin(w);
    assert_string_equal(w->journal.folder, at(w, ".keylift"));
    assert_int_equal(mode_of(at(w, ".keylift")), 0700);
    assert_int_equal(mode_of(w->journal.path), 0600);
    journal_release(&w->journal);
}

static void records_come_back_in_order(void **state) {
    struct world *w = *state;
    struct journal_log log;
    begin(w);
    cJSON *record = cJSON_CreateObject();
    journal_add_path(record, "path", "/tmp/caf\xc3\xa9");
    journal_add_path(record, "odd", "/tmp/\xff\n");
    assert_int_equal(journal_record(&w->journal, "one", record, &w->e), KL_OK);
    char *path = arena_cstr(&w->arena, slice_cstr(w->journal.path));
    assert_int_equal(journal_load(path, &log, &w->e), KL_OK);
    assert_false(log.finished);
    assert_false(log.torn);
    assert_int_equal(cJSON_GetArraySize(log.records), 2);
    const cJSON *first = cJSON_GetArrayItem(log.records, 0), *second = cJSON_GetArrayItem(log.records, 1);
    assert_string_equal(json_string(first, "step"), "begin");
    assert_string_equal(json_string(first, "run"), w->journal.run_id);
    assert_string_equal(journal_get_path(first, "root", &w->arena), w->root);
    assert_string_equal(json_string(second, "step"), "one");
    assert_string_equal(journal_get_path(second, "path", &w->arena), "/tmp/caf\xc3\xa9");
    assert_string_equal(journal_get_path(second, "odd", &w->arena), "/tmp/\xff\n");
    assert_null(journal_get_path(second, "none", &w->arena));
    journal_log_release(&log);
    assert_int_equal(journal_finish(&w->journal, &w->e), KL_OK);
    journal_release(&w->journal);
    assert_int_equal(journal_load(path, &log, &w->e), KL_OK);
    assert_true(log.finished);
    journal_log_release(&log);
}

static void lines_held_back_come_with_the_flush(void **state) {
    struct world *w = *state;
    struct journal_log log;
    begin(w);
    journal_hold(&w->journal);
    assert_int_equal(journal_record(&w->journal, "one", cJSON_CreateObject(), &w->e), KL_OK);
    assert_int_equal(journal_record(&w->journal, "two", cJSON_CreateObject(), &w->e), KL_OK);
    assert_int_equal(journal_load(w->journal.path, &log, &w->e), KL_OK);
    assert_int_equal(cJSON_GetArraySize(log.records), 1);
    journal_log_release(&log);
    assert_int_equal(journal_flush(&w->journal, &w->e), KL_OK);
    assert_int_equal(journal_record(&w->journal, "three", cJSON_CreateObject(), &w->e), KL_OK);
    assert_int_equal(journal_flush(&w->journal, &w->e), KL_OK); /* nothing is written twice */
    assert_int_equal(journal_load(w->journal.path, &log, &w->e), KL_OK);
    static const char *const steps[] = {"begin", "one", "two", "three"};
    assert_int_equal(cJSON_GetArraySize(log.records), 4);
    for (int i = 0; i < 4; i++)
        assert_string_equal(json_string(cJSON_GetArrayItem(log.records, i), "step"), steps[i]);
    journal_log_release(&log);
    journal_release(&w->journal);
}

static void a_line_that_was_cut_off_is_left_out(void **state) {
    struct world *w = *state;
    struct journal_log log;
    begin(w);
    assert_int_equal(file_append_synced(w->journal.path, SLICE_LIT("{\"step\":\"hal"), &w->e), KL_OK);
    assert_int_equal(journal_load(w->journal.path, &log, &w->e), KL_OK);
    assert_true(log.torn);
    assert_int_equal(cJSON_GetArraySize(log.records), 1);
    journal_log_release(&log);
    journal_release(&w->journal);
}

static void what_is_no_journal_is_an_error(void **state) {
    struct world *w = *state;
    static const char *const bad[] = {"nonsense\n", "[]\n", "{}\n", "{\"step\":1}\n", "\n"};
    struct journal_log log;
    for (size_t i = 0; i < KL_ARRAY_LEN(bad); i++) {
        assert_int_equal(file_write_atomic(at(w, "bad"), slice_cstr(bad[i]), 0600, &w->e), KL_OK);
        assert_int_equal(journal_load(at(w, "bad"), &log, &w->e), KL_ERR_PARSE);
        assert_null(log.records);
    }
    assert_int_equal(journal_load(at(w, "none"), &log, &w->e), KL_ERR_NOT_FOUND);
}

static void a_second_run_is_told_who_holds_the_lock(void **state) {
    struct world *w = *state;
    char pid[32];
    begin(w);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct journal second;
        struct error e = {0};
        snprintf(pid, sizeof pid, "%d", (int)getppid());
        bool told = journal_begin(&second, w->root, &e) == KL_ERR_LOCKED && strstr(e.message, pid);
        _exit(told ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    journal_release(&w->journal);
    begin(w); /* free again */
    journal_release(&w->journal);
}

/* As a run that was killed leaves it: named temporary files, and no finish. */
static char *leave_run(struct world *w, const char *temp) {
    begin(w);
    cJSON *record = cJSON_CreateObject(), *file = cJSON_CreateObject();
    cJSON_AddItemToArray(cJSON_AddArrayToObject(record, "files"), file);
    journal_add_path(file, "temp", temp);
    assert_int_equal(journal_record(&w->journal, "prepare", record, &w->e), KL_OK);
    assert_int_equal(file_write_atomic(temp, SLICE_LIT("left"), 0600, &w->e), KL_OK);
    char *path = arena_cstr(&w->arena, slice_cstr(w->journal.path));
    journal_release(&w->journal);
    return path;
}

static void the_next_run_removes_what_a_dead_one_left(void **state) {
    struct world *w = *state;
    struct journal_log log;
    char *temp = at(w, ".keylift-x-0123456789abcdef.tmp");
    char *path = leave_run(w, temp);
    begin(w);
    journal_release(&w->journal);
    assert_int_equal(access(temp, F_OK), -1);
    assert_int_equal(journal_load(path, &log, &w->e), KL_OK);
    assert_string_equal(json_string(cJSON_GetArrayItem(log.records, 2), "step"), "swept");
    journal_log_release(&log);
}

static void a_forged_journal_removes_no_other_file(void **state) {
    struct world *w = *state;
    static const char *const precious[] = {"precious.py", ".keylift-precious.py", "x.tmp"};
    for (size_t i = 0; i < KL_ARRAY_LEN(precious); i++) {
        leave_run(w, at(w, precious[i]));
        begin(w);
        journal_release(&w->journal);
        assert_int_equal(access(at(w, precious[i]), F_OK), 0);
    }
    char *link = at(w, ".keylift-x-0.tmp");
    leave_run(w, link);
    assert_int_equal(unlink(link), 0);
    assert_int_equal(mkdir(link, 0700), 0);
    begin(w);
    journal_release(&w->journal);
    assert_int_equal(access(link, F_OK), 0); /* a folder of that name */
}

static void a_broken_old_journal_stops_no_new_run(void **state) {
    struct world *w = *state;
    begin(w);
    char *runs = path_dirname(&w->arena, w->journal.path);
    journal_release(&w->journal);
    assert_int_equal(
        file_write_atomic(path_join(&w->arena, runs, "x.jsonl"), SLICE_LIT("{{{\n"), 0600, &w->e), KL_OK);
    begin(w);
    journal_release(&w->journal);
}

/* A run that stopped, with a last line that was cut off. */
static char *interrupted_run(struct world *w, char **id) {
    begin(w);
    char *path = arena_cstr(&w->arena, slice_cstr(w->journal.path));
    *id = arena_cstr(&w->arena, slice_cstr(w->journal.run_id));
    assert_int_equal(journal_record(&w->journal, "start", cJSON_CreateObject(), &w->e), KL_OK);
    assert_int_equal(file_append_synced(path, SLICE_LIT("{\"step\":\"hal"), &w->e), KL_OK);
    journal_release(&w->journal);
    return path;
}

static void a_run_goes_on_in_its_own_journal(void **state) {
    struct world *w = *state;
    struct journal_log log;
    char *id, *path = interrupted_run(w, &id);
    assert_int_equal(journal_resume(&w->journal, w->root, id, &w->e), KL_OK);
    assert_string_equal(w->journal.path, path);
    assert_string_equal(w->journal.run_id, id);
    assert_int_equal(journal_finish(&w->journal, &w->e), KL_OK);
    journal_release(&w->journal);
    assert_int_equal(journal_load(path, &log, &w->e), KL_OK);
    assert_true(log.finished);
    assert_false(log.torn);
    static const char *const steps[] = {"begin", "start", "resume", "finish"};
    assert_int_equal(cJSON_GetArraySize(log.records), 4);
    for (int i = 0; i < 4; i++)
        assert_string_equal(json_string(cJSON_GetArrayItem(log.records, i), "step"), steps[i]);
    journal_log_release(&log);
    assert_int_equal(mode_of(path), 0600);
}

static void a_finished_run_does_not_go_on(void **state) {
    struct world *w = *state;
    begin(w);
    char *id = arena_cstr(&w->arena, slice_cstr(w->journal.run_id));
    assert_int_equal(journal_finish(&w->journal, &w->e), KL_OK);
    journal_release(&w->journal);
    assert_int_equal(journal_resume(&w->journal, w->root, id, &w->e), KL_ERR_CONFLICT);
    assert_int_equal(journal_resume(&w->journal, w->root, "20260101T000000-000000", &w->e), KL_ERR_NOT_FOUND);
    assert_int_equal(journal_resume(&w->journal, w->root, "a-name-that-is-much-too-long-for-a-run", &w->e),
                     KL_ERR_PARSE);
    begin(w); /* the lock was given back each time */
    journal_release(&w->journal);
}

static void a_run_does_not_go_on_beside_another(void **state) {
    struct world *w = *state;
    struct journal other;
    char *id;
    interrupted_run(w, &id);
    begin(w);
    assert_int_equal(journal_resume(&other, w->root, id, &w->e), KL_ERR_LOCKED);
    journal_release(&w->journal);
}

int main(void) {
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(it_lives_in_the_git_directory),
        CASE(without_git_it_lives_beside_the_project),
        CASE(records_come_back_in_order),
        CASE(lines_held_back_come_with_the_flush),
        CASE(a_line_that_was_cut_off_is_left_out),
        CASE(what_is_no_journal_is_an_error),
        CASE(a_second_run_is_told_who_holds_the_lock),
        CASE(the_next_run_removes_what_a_dead_one_left),
        CASE(a_forged_journal_removes_no_other_file),
        CASE(a_broken_old_journal_stops_no_new_run),
        CASE(a_run_goes_on_in_its_own_journal),
        CASE(a_finished_run_does_not_go_on),
        CASE(a_run_does_not_go_on_beside_another),
    };
#undef CASE
    return cmocka_run_group_tests(tests, NULL, NULL);
}
