/* Helpers that misbehave in every way, and what the protocol promises them. The helpers
 * are small sh scripts; real ones are tested in tests/vaults/test_exec.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "backends/exec.h"
#include "backends/vault_kinds.h"
#include "base/file.h"
#include "base/mem.h"

#define FOLDER_TEMPLATE "/tmp/keylift-exec-XXXXXX"
#define OK_HEAD "{\"keylift\":1,\"status\":\"ok\""
/* In two parts, so that it stands nowhere as a whole. */
#define VALUE                                                                                                \
    "open"                                                                                                   \
    "sesame-4711"

struct place {
    char folder[sizeof FOLDER_TEMPLATE];
    struct arena a;
    const char *script;
    struct vault *vault;
};

static int set_up(void **state) {
    struct place *p = mem_calloc(1, sizeof *p);
    memcpy(p->folder, FOLDER_TEMPLATE, sizeof FOLDER_TEMPLATE);
    assert_non_null(mkdtemp(p->folder));
    p->script = path_join(&p->a, p->folder, "helper");
    *state = p;
    return 0;
}

static int tear_down(void **state) {
    static const char *const left[] = {"helper", "stored", "seen", "count"};
    struct place *p = *state;
    if (p->vault)
        p->vault->kind->close(p->vault);
    for (size_t i = 0; i < KL_ARRAY_LEN(left); i++)
        unlink(path_join(&p->a, p->folder, left[i]));
    assert_int_equal(rmdir(p->folder), 0);
    arena_release(&p->a);
    free(p);
    return 0;
}

/* A helper whose body is sh; $here is its folder. */
static void helper(struct place *p, const char *body) {
    struct error e = {0};
    const char *text = arena_printf(&p->a, "#!/bin/sh\nhere=%s\n%s\n", p->folder, body);
    assert_int_equal(file_create_private(p->script, slice_cstr(text), &e), KL_OK);
    assert_int_equal(chmod(p->script, 0700), 0);
    const struct vault_options o = {.root = "/nonexistent", .helper = p->script};
    if (vault_kind_exec.open(&o, &p->vault, &e) != KL_OK)
        fail_msg("%s", e.message);
}

static enum kl_status get(struct place *p, struct error *e) {
    struct secret got = {0};
    enum kl_status st = vault_kind_exec.get(p->vault, "NAME", NULL, &got, NULL, e);
    secret_release(&got);
    return st;
}

static enum kl_status put(struct place *p, struct error *e) {
    struct secret value = {0};
    char version[VAULT_VERSION_MAX];
    secret_set(&value, slice_cstr(VALUE));
    enum kl_status st = vault_kind_exec.put_if_absent(p->vault, "NAME", &value, version, e);
    secret_release(&value);
    assert_null(strstr(e->message, VALUE));
    return st;
}

static const char *seen(struct place *p, const char *file) {
    struct buf text = BUF_INIT(1 << 20);
    struct error e = {0};
    assert_int_equal(file_read(path_join(&p->a, p->folder, file), 1 << 20, &text, &e), KL_OK);
    const char *copy = arena_cstr(&p->a, buf_as_slice(&text));
    buf_release(&text);
    return copy;
}

static void the_request_is_one_json_object_on_standard_input_alone(void **state) {
    struct place *p = *state;
    struct error e = {0};
    helper(p, "cat >$here/stored; { echo \"$#\"; env; pwd; } >$here/seen; echo '" OK_HEAD "}'");
    assert_int_equal(setenv("KEYLIFT_TEST_SECRET", "must-not-travel", 1), 0);
    assert_int_equal(setenv("KEYLIFT_HELPER_COLOUR", "blue", 1), 0);
    assert_int_equal(put(p, &e), KL_OK);
    assert_string_equal(seen(p, "stored"),
                        "{\"keylift\":1,\"operation\":\"put\",\"name\":\"NAME\",\"value\":\"" VALUE "\"}\n");
    const char *around = seen(p, "seen");
    assert_null(strstr(around, VALUE));
    assert_null(strstr(around, "must-not-travel"));
    assert_non_null(strstr(around, "KEYLIFT_HELPER_COLOUR=blue"));
    assert_non_null(strstr(around, "PATH="));
    assert_true(slice_starts(slice_cstr(around), "0\n"));
    assert_true(slice_ends(slice_cstr(around), "\n/\n"));
}

static void a_helper_that_hangs_is_ended(void **state) {
    struct place *p = *state;
    struct error e = {0};
    helper(p, "exec sleep 1000");
    exec_set_timeout(p->vault, 300);
    assert_int_equal(get(p, &e), KL_ERR_IO);
    assert_non_null(strstr(e.message, "did not end within 300 ms"));
    assert_int_equal(put(p, &e), KL_ERR_IO);
}

/* The answer was lost, the value was not: reading tells. */
static void a_put_that_breaks_off_after_storing_is_stored(void **state) {
    static const char *const ends[] = {"kill -9 $$", "echo garbage", "exit 3", "echo '{}'"};
    struct place *p = *state;
    struct error e = {0};
    for (size_t i = 0; i < KL_ARRAY_LEN(ends); i++) {
        helper(p,
               arena_printf(&p->a,
                            "read -r line\ncase $line in\n"
                            "*'\"put\"'*) touch $here/stored; %s;;\n"
                            "*'\"get\"'*) if [ -e $here/stored ]; then echo '" OK_HEAD ",\"value\":\"" VALUE
                            "\"}'; else echo '{\"keylift\":1,\"status\":\"not-found\"}'; fi;;\nesac",
                            ends[i]));
        assert_int_equal(put(p, &e), KL_OK);
        p->vault->kind->close(p->vault);
        p->vault = NULL;
        unlink(p->script);
        unlink(path_join(&p->a, p->folder, "stored"));
    }
}

static void a_put_that_breaks_off_before_storing_is_an_error(void **state) {
    struct place *p = *state;
    struct error e = {0};
    helper(p, "read -r line\ncase $line in\n*'\"put\"'*) kill -9 $$;;\nesac\n"
              "echo '{\"keylift\":1,\"status\":\"not-found\"}'");
    assert_int_equal(put(p, &e), KL_ERR_IO);
    assert_non_null(strstr(e.message, "signal 9"));
}

static const struct {
    const char *body;
    enum kl_status status;
    const char *message;
} answers[] = {
    {"echo garbage", KL_ERR_PROTOCOL, "one JSON object"},
    {"", KL_ERR_PROTOCOL, "one JSON object"},
    {"printf '" OK_HEAD ",\"value\":'", KL_ERR_PROTOCOL, "one JSON object"},
    {"echo '" OK_HEAD ",\"value\":\"a\\u0000b\"}'", KL_ERR_PROTOCOL, "U+0000"},
    {"echo '" OK_HEAD ",\"value\":\"a\",\"value\":\"b\"}'", KL_ERR_PROTOCOL, "twice"},
    {"echo '{\"status\":\"ok\",\"value\":\"a\"}'", KL_ERR_PROTOCOL, "version 1"},
    {"echo '{\"keylift\":2,\"status\":\"ok\",\"value\":\"a\"}'", KL_ERR_PROTOCOL, "version 1"},
    {"echo '[1]'", KL_ERR_PROTOCOL, "version 1"},
    {"echo '{\"keylift\":1,\"status\":\"fine\"}'", KL_ERR_PROTOCOL, "no status"},
    {"echo '{\"keylift\":1}'", KL_ERR_PROTOCOL, "no status"},
    {"echo '" OK_HEAD "}'", KL_ERR_PROTOCOL, "gives no value"},
    {"echo '" OK_HEAD ",\"value\":7}'", KL_ERR_PROTOCOL, "gives no value"},
    {"echo '" OK_HEAD ",\"value\":\"a\",\"version\":\"two words\"}'", KL_ERR_PROTOCOL, "\"version\""},
    {"head -c 10000000 /dev/zero", KL_ERR_LIMIT, "wrote more than"},
    {"head -c 10000000 /dev/zero >&2", KL_ERR_LIMIT, "wrote more than"},
    {"echo 'the store is locked' >&2; exit 7", KL_ERR_IO,
     "ended with status 7 (helper: the store is locked)"},
    {"kill -15 $$", KL_ERR_IO, "signal 15"},
    {"echo '{\"keylift\":1,\"status\":\"not-found\"}'", KL_ERR_NOT_FOUND, "no such name"},
    {"echo '{\"keylift\":1,\"status\":\"credentials\",\"message\":\"unlock it\\u001b[31m first\"}'",
     KL_ERR_CREDENTIALS, "unlock it [31m first"},
};

static void every_wrong_answer_is_an_error_that_says_what(void **state) {
    struct place *p = *state;
    for (size_t i = 0; i < KL_ARRAY_LEN(answers); i++) {
        struct error e = {0};
        helper(p, answers[i].body);
        assert_int_equal(get(p, &e), answers[i].status);
        if (!strstr(e.message, answers[i].message) || !strstr(e.message, "NAME"))
            fail_msg("%s: %s", answers[i].body, e.message);
        p->vault->kind->close(p->vault);
        p->vault = NULL;
        unlink(p->script);
    }
}

static void what_a_helper_says_is_shown_short_and_without_the_value(void **state) {
    struct place *p = *state;
    struct error e = {0};
    helper(p, "echo 'cannot store " VALUE " b3BlbnNlc2FtZS00NzEx' >&2\n"
              "head -c 3000 /dev/zero | tr '\\0' x >&2; exit 1");
    assert_int_equal(put(p, &e), KL_ERR_IO);
    assert_non_null(strstr(e.message, "[redacted]"));
    assert_null(strstr(e.message, "b3BlbnNlc2FtZS00NzEx")); /* base64 of it */
    assert_true(strlen(e.message) < 400);
}

static void a_large_value_is_given_to_a_helper_that_reads_nothing(void **state) {
    struct place *p = *state;
    struct error e = {0};
    struct secret value = {0};
    char *big = mem_alloc(KL_MAX_SECRET_BYTES);
    memset(big, 'x', KL_MAX_SECRET_BYTES);
    secret_set(&value, slice_of(big, KL_MAX_SECRET_BYTES));
    helper(p, "echo '{\"keylift\":1,\"status\":\"limit\"}'");
    assert_int_equal(vault_kind_exec.accepts(p->vault, "NAME", &value, &e), KL_OK);
    assert_int_equal(vault_kind_exec.put_if_absent(p->vault, "NAME", &value, NULL, &e), KL_ERR_LIMIT);
    secret_release(&value);
    free(big);
}

static void the_project_does_not_choose_its_helper(void **state) {
    struct place *p = *state;
    struct error e = {0};
    struct vault *v = NULL;
    helper(p, "exit 1");
    const struct vault_options inside = {.root = p->folder, .helper = p->script};
    assert_int_equal(vault_kind_exec.open(&inside, &v, &e), KL_ERR_REFUSED);
    const struct vault_options missing = {.root = "/nonexistent", .helper = "no-such-keylift-helper"};
    assert_int_equal(vault_kind_exec.open(&missing, &v, &e), KL_ERR_NOT_FOUND);
    const struct vault_options none = {.root = "/nonexistent"};
    assert_int_equal(vault_kind_exec.open(&none, &v, &e), KL_ERR_USAGE);
}

static void a_version_of_the_helper_is_handed_back_to_it(void **state) {
    struct place *p = *state;
    struct error e = {0};
    struct secret got = {0};
    char version[VAULT_VERSION_MAX] = "";
    helper(p, "cat >$here/seen; echo '" OK_HEAD ",\"value\":\"a\",\"version\":\"7\"}'");
    assert_int_equal(vault_kind_exec.get(p->vault, "NAME", "7", &got, version, &e), KL_OK);
    assert_string_equal(version, "7");
    assert_non_null(strstr(seen(p, "seen"), "\"version\":\"7\""));
    assert_int_equal(vault_kind_exec.get(p->vault, "NAME", "6", &got, version, &e), KL_ERR_CONFLICT);
    secret_release(&got);
}

static const struct {
    const char *python;
    enum kl_status status;
} python_answers[] = {
    {"null", KL_OK},
    {"{\"imports\":[{\"module\":\"a.b\",\"symbol\":\"c\"}],\"read_text\":\"c({name})\"}", KL_OK},
    {"{\"imports\":[{\"module\":\"os\"}],\"read_text\":\"os.x\"}", KL_ERR_PROTOCOL},
    {"{\"imports\":[{\"module\":\"os\"}],\"read_text\":\"a({name})\\nimport b\"}", KL_ERR_PROTOCOL},
    {"{\"imports\":[{\"module\":\"os; import x\"}],\"read_text\":\"a({name})\"}", KL_ERR_PROTOCOL},
    {"{\"imports\":[{\"module\":\"os\",\"symbol\":\"a.b\"}],\"read_text\":\"a({name})\"}", KL_ERR_PROTOCOL},
    {"{\"imports\":[],\"read_text\":\"a({name})\",\"missing_error\":\"a b\"}", KL_ERR_PROTOCOL},
    {"{\"imports\":[],\"read_text\":\"a({name})\",\"packages\":[{\"requirement\":\"x\"}]}", KL_ERR_PROTOCOL},
    {"{\"read_text\":\"a({name})\"}", KL_ERR_PROTOCOL},
    {"\"text\"", KL_ERR_PROTOCOL},
};

static void what_code_says_is_checked_before_it_is_written(void **state) {
    struct place *p = *state;
    for (size_t i = 0; i < KL_ARRAY_LEN(python_answers); i++) {
        struct error e = {0};
        struct python_access access;
        helper(p, arena_printf(&p->a, "cat <<'X'\n" OK_HEAD ",\"python\":%s}\nX", python_answers[i].python));
        enum kl_status st = vault_kind_exec.python(p->vault, &p->a, &access, &e);
        if (st != python_answers[i].status)
            fail_msg("%s: %s", python_answers[i].python, e.message);
        if (i == 0)
            assert_string_equal(access.read_text, "os.environ[{name}]");
        if (i == 1) {
            assert_string_equal(access.read_text, "c({name})");
            assert_string_equal(access.read_bytes, "base64.b64decode(c({name}))");
            assert_string_equal(access.imports[0].symbol, "c");
        }
        p->vault->kind->close(p->vault);
        p->vault = NULL;
        unlink(p->script);
    }
}

int main(void) {
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(the_request_is_one_json_object_on_standard_input_alone),
        CASE(a_helper_that_hangs_is_ended),
        CASE(a_put_that_breaks_off_after_storing_is_stored),
        CASE(a_put_that_breaks_off_before_storing_is_an_error),
        CASE(every_wrong_answer_is_an_error_that_says_what),
        CASE(what_a_helper_says_is_shown_short_and_without_the_value),
        CASE(a_large_value_is_given_to_a_helper_that_reads_nothing),
        CASE(the_project_does_not_choose_its_helper),
        CASE(a_version_of_the_helper_is_handed_back_to_it),
        CASE(what_code_says_is_checked_before_it_is_written),
    };
#undef CASE
    return cmocka_run_group_tests(tests, NULL, NULL);
}
