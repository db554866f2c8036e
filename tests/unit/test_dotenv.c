/* The dotenv vault on real files, and what goes with a .env in a project. The
 * grammar itself is compared with python-dotenv in tests/property. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "backends/dotenv_file.h"
#include "backends/dotenv_project.h"
#include "backends/vault.h"
#include "base/file.h"
#include "base/process.h"

#define TEMPLATE "/tmp/keylift-dotenv-XXXXXX"

struct world {
    char root[sizeof TEMPLATE];
    struct arena arena;
    struct vault_options options;
    struct vault *vault;
};

static char *at(struct world *w, const char *name) {
    return path_join(&w->arena, w->root, name);
}

static void run(struct world *w, const char *const *argv) {
    struct process_result r = {0};
    struct error e = {0};
    const struct process_request req = {.argv = argv, .cwd = w->root, .max_output = 65536};
    assert_int_equal(process_run(&req, &r, &e), KL_OK);
    assert_int_equal(r.exit_code, 0);
    process_result_release(&r);
}

static void git_init(struct world *w) {
    run(w, (const char *const[]){"git", "init", "-q", ".", NULL});
}

static void write_file(struct world *w, const char *name, const char *text, unsigned mode) {
    struct error e = {0};
    assert_int_equal(file_write_atomic(at(w, name), slice_cstr(text), mode, &e), KL_OK);
    assert_int_equal(chmod(at(w, name), (mode_t)mode), 0);
}

static void expect_file(struct world *w, const char *name, const char *text) {
    struct error e = {0};
    struct buf got = BUF_INIT(65536);
    assert_int_equal(file_read(at(w, name), 65536, &got, &e), KL_OK);
    assert_string_equal(buf_cstr(&got), text);
    buf_release(&got);
}

static unsigned mode_of(struct world *w, const char *name) {
    struct stat st;
    assert_int_equal(lstat(at(w, name), &st), 0);
    return st.st_mode & 07777u;
}

static int set_up(void **state) {
    struct world *w = calloc(1, sizeof *w);
    struct error e = {0};
    memcpy(w->root, TEMPLATE, sizeof TEMPLATE);
    assert_non_null(mkdtemp(w->root));
    w->options = (struct vault_options){.root = w->root, .run_id = "run"};
    assert_int_equal(vault_kind_find("dotenv")->open(&w->options, &w->vault, &e), KL_OK);
    *state = w;
    return 0;
}

static int tear_down(void **state) {
    struct world *w = *state;
    w->vault->kind->close(w->vault);
    run(w, (const char *const[]){"rm", "-rf", "--", w->root, NULL});
    arena_release(&w->arena);
    free(w);
    return 0;
}

static enum kl_status put(struct world *w, const char *name, const char *value, struct error *e) {
    struct secret s = {0};
    secret_set(&s, slice_cstr(value));
    enum kl_status st = w->vault->kind->put_if_absent(w->vault, name, &s, NULL, e);
    secret_release(&s);
    return st;
}

static enum kl_status change(struct world *w, const char *name, const char *value, struct error *e) {
    struct secret s = {0};
    secret_set(&s, slice_cstr(value));
    enum kl_status st = w->vault->kind->add_version(w->vault, name, &s, NULL, e);
    secret_release(&s);
    return st;
}

static bool identity_says(struct world *w, const char *text) {
    struct vault_identity id;
    struct error e = {0};
    assert_int_equal(w->vault->kind->identity(w->vault, &w->arena, &id, &e), KL_OK);
    for (size_t i = 0; i < KL_ARRAY_LEN(id.lines) && id.lines[i]; i++)
        if (strstr(id.lines[i], text))
            return true;
    return false;
}

static void a_new_file_is_for_its_owner_alone(void **state) {
    struct world *w = *state;
    struct error e = {0};
    assert_true(identity_says(w, "(new"));
    assert_int_equal(put(w, "A_KEY", "it's one", &e), KL_OK);
    assert_int_equal(mode_of(w, ".env"), 0600);
    expect_file(w, ".env", "A_KEY='it\\'s one'\n");
    assert_true(identity_says(w, "exists, 1 name)"));
}

static void an_existing_file_keeps_its_mode_order_comments_and_line_ends(void **state) {
    struct world *w = *state;
    struct error e = {0};
    write_file(w, ".env", "# head\r\nB = 2 # two\r\n\r\nnot a binding at all\r\nexport A='1'", 0640);
    assert_true(identity_says(w, "chmod 600"));
    assert_int_equal(put(w, "C", "three", &e), KL_OK);
    assert_int_equal(change(w, "B", "a b", &e), KL_OK);
    expect_file(w, ".env",
                "# head\r\nB = 'a b' # two\r\n\r\nnot a binding at all\r\nexport A='1'\r\nC=three\r\n");
    assert_int_equal(mode_of(w, ".env"), 0640);
}

static void a_symbolic_link_stays_one(void **state) {
    struct world *w = *state;
    struct error e = {0};
    write_file(w, "real", "A=1\n", 0600);
    assert_int_equal(symlink("real", at(w, ".env")), 0);
    assert_int_equal(put(w, "B", "2", &e), KL_OK);
    struct stat st;
    assert_int_equal(lstat(at(w, ".env"), &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    expect_file(w, "real", "A=1\nB=2\n");
}

static void a_tracked_file_is_refused_before_and_at_the_write(void **state) {
    struct world *w = *state;
    struct error e = {0};
    git_init(w);
    write_file(w, ".env", "A=1\n", 0600);
    run(w, (const char *const[]){"git", "add", ".env", NULL});
    assert_true(identity_says(w, "TRACKED"));
    struct secret value = {0};
    secret_set(&value, SLICE_LIT("2"));
    assert_int_equal(w->vault->kind->accepts(w->vault, "B", &value, &e), KL_ERR_REFUSED);
    secret_release(&value);
    assert_int_equal(put(w, "B", "2", &e), KL_ERR_REFUSED);
    assert_non_null(strstr(e.message, "git rm --cached"));
    expect_file(w, ".env", "A=1\n");
}

static void a_repository_cannot_make_git_run_a_program(void **state) {
    struct world *w = *state;
    git_init(w);
    write_file(w, "monitor", "#!/bin/sh\ntouch ran\n", 0700);
    run(w, (const char *const[]){"git", "config", "core.fsmonitor", "./monitor", NULL});
    assert_true(identity_says(w, "not ignored yet"));
    assert_int_equal(access(at(w, "ran"), F_OK), -1);
}

static void a_second_writer_is_told_who_holds_the_lock(void **state) {
    struct world *w = *state;
    struct error e = {0};
    struct file_lock held = {.fd = -1};
    assert_int_equal(file_make_folder(at(w, ".keylift"), 0700, &e), KL_OK);
    assert_int_equal(file_lock_take(&held, at(w, ".keylift/dotenv.lock"), &e), KL_OK);
    assert_int_equal(put(w, "A", "1", &e), KL_ERR_LOCKED);
    assert_int_equal(access(at(w, ".env"), F_OK), -1);
    file_lock_release(&held);
    assert_int_equal(put(w, "A", "1", &e), KL_OK);
}

static void what_a_killed_write_left_is_removed_by_the_next(void **state) {
    struct world *w = *state;
    struct error e = {0};
    char *temp = file_replace_temp_path(&w->arena, at(w, ".env"), "dotenv");
    assert_int_equal(file_create_private(temp, SLICE_LIT("A=left over\n"), &e), KL_OK);
    assert_int_equal(put(w, "A", "1", &e), KL_OK);
    assert_int_equal(access(temp, F_OK), -1);
    expect_file(w, ".env", "A=1\n");
}

static void a_name_that_the_environment_sets_otherwise_is_refused(void **state) {
    struct world *w = *state;
    struct error e = {0};
    struct secret got = {0};
    assert_int_equal(setenv("KEYLIFT_TEST_SET", "from outside", 1), 0);
    assert_int_equal(put(w, "KEYLIFT_TEST_SET", "other", &e), KL_ERR_REFUSED);
    assert_null(strstr(e.message, "from outside"));
    assert_int_equal(put(w, "KEYLIFT_TEST_SET", "from outside", &e), KL_OK);
    write_file(w, ".env", "KEYLIFT_TEST_SET=of the file\n", 0600);
    /* What a program would get, not what the file says. */
    assert_int_equal(w->vault->kind->get(w->vault, "KEYLIFT_TEST_SET", NULL, &got, NULL, &e), KL_OK);
    assert_true(slice_eq_cstr(secret_slice(&got), "from outside"));
    unsetenv("KEYLIFT_TEST_SET");
    assert_int_equal(w->vault->kind->get(w->vault, "KEYLIFT_TEST_SET", NULL, &got, NULL, &e), KL_OK);
    assert_true(slice_eq_cstr(secret_slice(&got), "of the file"));
    secret_release(&got);
}

static void a_name_without_a_value_is_absent(void **state) {
    struct world *w = *state;
    struct error e = {0};
    struct secret got = {0};
    write_file(w, ".env", "A\n", 0600);
    assert_int_equal(w->vault->kind->get(w->vault, "A", NULL, &got, NULL, &e), KL_ERR_NOT_FOUND);
    assert_int_equal(put(w, "A", "1", &e), KL_OK);
    expect_file(w, ".env", "A\nA=1\n");
}

static void a_value_that_versions_read_differently_is_no_value(void **state) {
    struct world *w = *state;
    struct error e = {0};
    struct secret got = {0};
    write_file(w, ".env", "A= # note\n", 0600);
    assert_int_equal(w->vault->kind->get(w->vault, "A", NULL, &got, NULL, &e), KL_ERR_CONFLICT);
    assert_non_null(strstr(e.message, "line 1"));
    assert_int_equal(put(w, "A", "1", &e), KL_ERR_CONFLICT);
    assert_int_equal(change(w, "A", "1", &e), KL_ERR_UNSUPPORTED);
    expect_file(w, ".env", "A= # note\n");
}

static void gitignore_gains_the_file_only_when_git_would_take_it(void **state) {
    struct world *w = *state;
    struct error e = {0};
    struct dotenv_ignore plan;
    assert_int_equal(dotenv_ignore_plan(w->root, at(w, ".env"), &w->arena, &plan, &e), KL_OK);
    assert_false(plan.needed); /* no repository */
    git_init(w);
    assert_int_equal(dotenv_ignore_plan(w->root, at(w, ".env"), &w->arena, &plan, &e), KL_OK);
    assert_true(plan.needed);
    assert_string_equal(plan.gitignore, at(w, ".gitignore"));
    assert_string_equal(plan.pattern, "/.env");
    write_file(w, ".gitignore", "/.env\n", 0644);
    assert_int_equal(dotenv_ignore_plan(w->root, at(w, ".env"), &w->arena, &plan, &e), KL_OK);
    assert_false(plan.needed);
}

static void the_line_in_gitignore_means_just_that_file(void **state) {
    struct world *w = *state;
    struct error e = {0};
    struct dotenv_ignore plan;
    git_init(w);
    assert_int_equal(mkdir(at(w, "conf"), 0755), 0);
    char *odd = at(w, "conf/[a]*?.env ");
    assert_int_equal(dotenv_ignore_plan(w->root, odd, &w->arena, &plan, &e), KL_OK);
    struct buf text = BUF_INIT(4096);
    dotenv_ignore_text(SLICE_LIT("!*"), plan.pattern, &text);
    assert_int_equal(file_write_atomic(plan.gitignore, buf_as_slice(&text), 0644, &e), KL_OK);
    buf_release(&text);
    assert_int_equal(dotenv_ignore_plan(w->root, odd, &w->arena, &plan, &e), KL_OK);
    assert_false(plan.needed);
    assert_int_equal(dotenv_ignore_plan(w->root, at(w, "conf/a.env"), &w->arena, &plan, &e), KL_OK);
    assert_true(plan.needed);
}

static void added_lines_end_as_the_old_ones_do(void **state) {
    (void)state;
    static const struct {
        const char *old, *after;
    } cases[] = {{"", "/.env\n"},
                 {"a\n", "a\n/.env\n"},
                 {"a", "a\n/.env"},
                 {"a\r\nb\r\n", "a\r\nb\r\n/.env\r\n"},
                 {"a\r\nb", "a\r\nb\r\n/.env"},
                 {"a\r", "a\r/.env\r"}};
    for (size_t i = 0; i < KL_ARRAY_LEN(cases); i++) {
        struct buf out = BUF_INIT(4096);
        dotenv_ignore_text(slice_cstr(cases[i].old), "/.env", &out);
        assert_string_equal(buf_cstr(&out), cases[i].after);
        buf_release(&out);
    }
}

static void the_example_gains_names_that_it_lacks(void **state) {
    (void)state;
    static const char *const names[] = {"NEW", "OLD", "NEW", "BARE"};
    struct error e = {0};
    struct buf out = BUF_INIT(4096);
    size_t added;
    assert_int_equal(
        dotenv_example_text(SLICE_LIT("# set these\nexport OLD=\nBARE"), names, 4, &out, &added, &e), KL_OK);
    assert_string_equal(buf_cstr(&out), "# set these\nexport OLD=\nBARE\nNEW=");
    assert_int_equal(added, 1);
    buf_release(&out);
}

static void names_that_no_shell_knows_are_refused(void **state) {
    (void)state;
    static const char *const bad[] = {"", "1A", "A-B", "A B", "A=B", "\xc3\x89", "A.B"};
    for (size_t i = 0; i < KL_ARRAY_LEN(bad); i++) {
        struct error e = {0};
        assert_int_equal(dotenv_accepts_name(bad[i], &e), KL_ERR_UNSUPPORTED);
    }
}

#define NAMES 600

/* Many names, one write: the values that need quotes or escapes among them. */
static void many_names_are_one_write(void **state) {
    struct world *w = *state;
    static const char *const values[] = {"plain",        "it's $5", "ends in \\", "${NOT} a variable",
                                         "one\ntwo\r\n", "#",       " spaced ",   ""};
    struct secret secrets[NAMES] = {{0}};
    struct error errors[NAMES] = {{0}}, e = {0};
    struct vault_put puts[NAMES];
    char versions[NAMES][VAULT_VERSION_MAX], version[VAULT_VERSION_MAX];
    write_file(w, ".env", "# ours\r\nOLD=1\r\nLAST=2", 0600);
    for (size_t i = 0; i < NAMES; i++) {
        secret_set(&secrets[i],
                   slice_cstr(arena_printf(&w->arena, "%zu%s", i, values[i % KL_ARRAY_LEN(values)])));
        puts[i] = (struct vault_put){.name = arena_printf(&w->arena, "NAME_%zu", i),
                                     .value = &secrets[i],
                                     .version = versions[i],
                                     .error = &errors[i]};
    }
    w->vault->kind->put_many(w->vault, puts, NAMES);
    for (size_t i = 0; i < NAMES; i++) {
        struct secret back = {0};
        assert_int_equal(puts[i].status, KL_OK);
        assert_int_equal(w->vault->kind->get(w->vault, puts[i].name, versions[i], &back, version, &e), KL_OK);
        assert_true(secret_equal(&back, &secrets[i]));
        assert_string_equal(version, versions[i]);
        secret_release(&back);
        secret_release(&secrets[i]);
    }
    struct buf got = BUF_INIT(65536);
    assert_int_equal(file_read(at(w, ".env"), 65536, &got, &e), KL_OK);
    assert_true(slice_starts(buf_as_slice(&got), "# ours\r\nOLD=1\r\nLAST=2\r\nNAME_0=0plain\r\nNAME_1="));
    buf_release(&got);
}

/* What one name cannot be, the others are; and it says why. */
static void of_many_names_each_has_its_own_answer(void **state) {
    struct world *w = *state;
    static const struct {
        const char *name, *value;
        enum kl_status status;
    } rows[] = {{"A", "1", KL_OK},
                {"TAKEN", "other", KL_ERR_CONFLICT},
                {"B", "2", KL_OK},
                {"TWICE", "first", KL_OK},
                {"NOT-ONE", "x", KL_ERR_UNSUPPORTED},
                {"C", "3", KL_OK},
                {"TWICE", "second", KL_ERR_CONFLICT},
                {"HOME", "x", KL_ERR_REFUSED},
                {"D", "4", KL_OK}};
    struct secret secrets[KL_ARRAY_LEN(rows)] = {{0}};
    struct error errors[KL_ARRAY_LEN(rows)] = {{0}};
    struct vault_put puts[KL_ARRAY_LEN(rows)];
    write_file(w, ".env", "TAKEN=mine\n", 0600);
    for (size_t i = 0; i < KL_ARRAY_LEN(rows); i++) {
        secret_set(&secrets[i], slice_cstr(rows[i].value));
        puts[i] = (struct vault_put){.name = rows[i].name, .value = &secrets[i], .error = &errors[i]};
    }
    w->vault->kind->put_many(w->vault, puts, KL_ARRAY_LEN(rows));
    for (size_t i = 0; i < KL_ARRAY_LEN(rows); i++) {
        assert_int_equal(puts[i].status, rows[i].status);
        if (rows[i].status != KL_OK)
            assert_non_null(strstr(errors[i].message, rows[i].name));
        secret_release(&secrets[i]);
    }
    expect_file(w, ".env", "TAKEN=mine\nA=1\nB=2\nTWICE=first\nC=3\nD=4\n");
}

/* A quote that is never closed would swallow what is added behind it. */
static void many_names_are_not_written_behind_an_open_quote(void **state) {
    struct world *w = *state;
    struct secret secret = {0};
    struct error errors[2] = {{0}};
    secret_set(&secret, SLICE_LIT("it's"));
    struct vault_put puts[] = {{.name = "A", .value = &secret, .error = &errors[0]},
                               {.name = "B", .value = &secret, .error = &errors[1]}};
    write_file(w, ".env", "OPEN='never closed\n", 0600);
    w->vault->kind->put_many(w->vault, puts, 2);
    assert_int_equal(puts[0].status, KL_ERR_UNSUPPORTED);
    assert_int_equal(puts[1].status, KL_ERR_UNSUPPORTED);
    expect_file(w, ".env", "OPEN='never closed\n");
    secret_release(&secret);
}

/* get remembers what it parsed, never what the file was. */
static void a_value_is_read_from_the_file_as_it_is_now(void **state) {
    struct world *w = *state;
    struct error e = {0};
    struct secret back = {0};
    write_file(w, ".env", "A=1\n", 0600);
    assert_int_equal(w->vault->kind->get(w->vault, "A", NULL, &back, NULL, &e), KL_OK);
    assert_true(slice_eq_cstr(secret_slice(&back), "1"));
    write_file(w, ".env", "A=2\n", 0600);
    assert_int_equal(w->vault->kind->get(w->vault, "A", NULL, &back, NULL, &e), KL_OK);
    assert_true(slice_eq_cstr(secret_slice(&back), "2"));
    secret_release(&back);
    write_file(w, ".env", "A=\xff\n", 0600);
    assert_int_equal(w->vault->kind->get(w->vault, "A", NULL, &back, NULL, &e), KL_ERR_PARSE);
    assert_int_equal(w->vault->kind->get(w->vault, "A", NULL, &back, NULL, &e), KL_ERR_PARSE);
    assert_int_equal(unlink(at(w, ".env")), 0);
    assert_int_equal(w->vault->kind->get(w->vault, "A", NULL, &back, NULL, &e), KL_ERR_NOT_FOUND);
}

int main(void) {
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(a_new_file_is_for_its_owner_alone),
        CASE(an_existing_file_keeps_its_mode_order_comments_and_line_ends),
        CASE(a_symbolic_link_stays_one),
        CASE(a_tracked_file_is_refused_before_and_at_the_write),
        CASE(a_repository_cannot_make_git_run_a_program),
        CASE(a_second_writer_is_told_who_holds_the_lock),
        CASE(what_a_killed_write_left_is_removed_by_the_next),
        CASE(a_name_that_the_environment_sets_otherwise_is_refused),
        CASE(many_names_are_one_write),
        CASE(of_many_names_each_has_its_own_answer),
        CASE(many_names_are_not_written_behind_an_open_quote),
        CASE(a_value_is_read_from_the_file_as_it_is_now),
        CASE(a_name_without_a_value_is_absent),
        CASE(a_value_that_versions_read_differently_is_no_value),
        CASE(gitignore_gains_the_file_only_when_git_would_take_it),
        CASE(the_line_in_gitignore_means_just_that_file),
        cmocka_unit_test(added_lines_end_as_the_old_ones_do),
        cmocka_unit_test(the_example_gains_names_that_it_lacks),
        cmocka_unit_test(names_that_no_shell_knows_are_refused),
    };
#undef CASE
    return cmocka_run_group_tests(tests, NULL, NULL);
}
