/* A kill at any moment leaves every secret in the source, in the vault, or in
 * both, and the next run finishes the work and leaves no litter: the whole
 * transaction (journal, put, read back, apply, finish) runs in a child for every
 * moment that tests/tools/calls.h knows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "backends/upload.h"
#include "base/dir.h"
#include "base/process.h"
#include "rewriters/apply.h"
#include "tests/tools/calls.h"

#define TEMPLATE "/tmp/keylift-kill-XXXXXX"
#define FILES 3
#define MAX_MOMENTS 4000

static const char *const names[FILES] = {"A_KEY", "B_KEY", "C_KEY"};
static const char *const values[FILES] = {"visibly-fake-a", "it's fake \\", "fake\nc"};

struct world {
    char root[sizeof TEMPLATE];
    struct arena arena;
    struct error e;
};

static char *at(struct world *w, const char *name) {
    return path_join(&w->arena, w->root, name);
}
static char *source_path(struct world *w, int i) {
    return at(w, arena_printf(&w->arena, "s%d.py", i));
}
static const char *old_text(struct world *w, int i) {
    return arena_printf(&w->arena, "K = '%s'\n", values[i]);
}
static const char *new_text(struct world *w, int i) {
    return arena_printf(&w->arena, "K = os.environ['%s']\n", names[i]);
}

static void make_world(struct world *w) {
    *w = (struct world){.root = TEMPLATE};
    assert_non_null(mkdtemp(w->root));
    for (int i = 0; i < FILES; i++)
        assert_int_equal(file_write_atomic(source_path(w, i), slice_cstr(old_text(w, i)), 0644, &w->e),
                         KL_OK);
    assert_int_equal(file_write_atomic(at(w, ".env"), SLICE_LIT("# mine\nOTHER=1\n"), 0600, &w->e), KL_OK);
}

static void remove_world(struct world *w) {
    struct process_result r = {0};
    const char *const argv[] = {"rm", "-rf", "--", w->root, NULL};
    const struct process_request req = {.argv = argv, .max_output = 4096};
    assert_int_equal(process_run(&req, &r, &w->e), KL_OK);
    process_result_release(&r);
    arena_release(&w->arena);
}

static bool file_is(struct world *w, const char *path, const char *text) {
    struct buf got = BUF_INIT(65536);
    bool same = file_read(path, 65536, &got, &w->e) == KL_OK && slice_eq_cstr(buf_as_slice(&got), text);
    buf_release(&got);
    return same;
}

static struct vault *open_vault(struct world *w) {
    const struct vault_options o = {.root = w->root, .run_id = "kill"};
    struct vault *v = NULL;
    assert_int_equal(vault_kind_find("dotenv")->open(&o, &v, &w->e), KL_OK);
    return v;
}

static enum kl_status store(struct world *w, struct vault *v) {
    struct secret secrets[FILES] = {{0}};
    struct upload_item items[FILES];
    for (int i = 0; i < FILES; i++) {
        secret_set(&secrets[i], slice_cstr(values[i]));
        items[i] = (struct upload_item){.name = names[i], .value = &secrets[i]};
    }
    enum kl_status st = upload_prepare(v, items, FILES, ON_CONFLICT_FAIL, &w->arena, &w->e);
    for (int i = 0; st == KL_OK && i < FILES; i++)
        if (items[i].state != UPLOAD_PENDING && items[i].state != UPLOAD_PRESENT)
            st = items[i].error.status;
    if (st == KL_OK)
        st = upload_run(v, items, FILES, NULL, 1000, &w->e);
    for (int i = 0; i < FILES; i++)
        secret_release(&secrets[i]);
    return st;
}

/* What migrate does, for the files that still hold their secret. */
static enum kl_status transaction(struct world *w) {
    struct journal j;
    struct apply_file files[FILES];
    size_t count = 0;
    enum kl_status st = journal_begin(&j, w->root, &w->e);
    if (st != KL_OK)
        return st;
    struct vault *v = open_vault(w);
    st = store(w, v);
    v->kind->close(v);
    for (int i = 0; i < FILES; i++)
        if (file_is(w, source_path(w, i), old_text(w, i)))
            files[count++] = (struct apply_file){.path = source_path(w, i),
                                                 .old_bytes = slice_cstr(old_text(w, i)),
                                                 .new_bytes = slice_cstr(new_text(w, i))};
    if (st == KL_OK)
        st = apply_files(&j, files, count, &w->e);
    if (st == KL_OK)
        st = journal_finish(&j, &w->e);
    journal_release(&j);
    return st;
}

static void expect_no_secret_lost(struct world *w, long when) {
    struct vault *v = open_vault(w);
    for (int i = 0; i < FILES; i++) {
        struct secret got = {0};
        bool in_source = file_is(w, source_path(w, i), old_text(w, i));
        bool rewritten = file_is(w, source_path(w, i), new_text(w, i));
        bool in_vault = v->kind->get(v, names[i], NULL, &got, NULL, &w->e) == KL_OK &&
                        slice_eq_cstr(secret_slice(&got), values[i]);
        secret_release(&got);
        if (!in_source && !rewritten)
            fail_msg("moment %ld: s%d.py is neither old nor new", when, i);
        if (!in_source && !in_vault)
            fail_msg("moment %ld: %s is lost", when, names[i]);
    }
    v->kind->close(v);
}

static void expect_no_litter(struct world *w, const char *folder, long when) {
    struct dir *d;
    struct dir_entry entry;
    assert_int_equal(dir_open(&d, -1, folder, &w->e), KL_OK);
    while (dir_next(d, &entry, &w->e) == KL_OK)
        if (slice_ends(slice_cstr(entry.name), FILE_TEMP_SUFFIX))
            fail_msg("moment %ld: %s is left", when, entry.name);
    dir_close(d);
}

static void expect_finished(struct world *w, long when) {
    for (int i = 0; i < FILES; i++)
        if (!file_is(w, source_path(w, i), new_text(w, i)))
            fail_msg("moment %ld: s%d.py is not rewritten by the next run", when, i);
    if (!file_is(w, at(w, ".env"),
                 "# mine\nOTHER=1\nA_KEY=visibly-fake-a\nB_KEY=it's fake \\\nC_KEY=\"fake\\nc\"\n"))
        fail_msg("moment %ld: .env is not what it should be", when);
    expect_no_litter(w, w->root, when);
    expect_no_litter(w, at(w, ".keylift/runs"), when);
}

/* True when the transaction ended before that moment came. */
static bool kill_at(long when) {
    struct world w;
    int status;
    make_world(&w);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        changes = 0;
        moment = when;
        _exit(transaction(&w) == KL_OK ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    bool ended = WIFEXITED(status);
    if (ended && WEXITSTATUS(status) != 0)
        fail_msg("moment %ld: the transaction failed on its own", when);
    if (!ended)
        assert_int_equal(WTERMSIG(status), SIGKILL);
    expect_no_secret_lost(&w, when);
    if (transaction(&w) != KL_OK)
        fail_msg("moment %ld: the next run fails: %s", when, w.e.message);
    expect_finished(&w, when);
    remove_world(&w);
    return ended;
}

/* Each of them, or every so manieth in ./test quick and under the sanitizers, where a fork takes long. */
static void a_kill_at_any_moment_loses_nothing(void **state) {
    (void)state;
    const char *text = getenv("KEYLIFT_TEST_TIMES");
    double times = text ? strtod(text, NULL) : 1;
    long when = 0, step = times > 0 && times < 1 ? (long)(1 / times) : 1;
    while (!kill_at(when)) {
        when += step;
        assert_true(when < MAX_MOMENTS);
    }
    print_message("%ld moments\n", when);
    /* Three puts and three files, each with a write, syncs and a rename: fewer
     * would mean that the calls are not caught. */
    assert_true(when > 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_kill_at_any_moment_loses_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
