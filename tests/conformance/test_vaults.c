/* What every vault must do, whatever it is made of. Each case runs for each line
 * of `fixtures`: a new vault gets all of them by one line there (and a function
 * that makes options for an empty place to store into). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "backends/vault.h"
#include "base/file.h"
#include "base/mem.h"

#define FOLDER_TEMPLATE "/tmp/keylift-conformance-XXXXXX"

struct place {
    char folder[sizeof FOLDER_TEMPLATE];
    struct vault_options options;
    struct vault *vault;
};

struct fixture {
    const char *id;
    void (*make)(struct place *p); /* an empty, private place */
    void (*remove)(struct place *p);
};

static void make_folder(struct place *p) {
    memcpy(p->folder, FOLDER_TEMPLATE, sizeof FOLDER_TEMPLATE);
    assert_non_null(mkdtemp(p->folder));
    p->options = (struct vault_options){.root = p->folder, .run_id = "conformance"};
}

static void remove_path(const char *folder, const char *name) {
    struct arena a = ARENA_INIT;
    const char *path = path_join(&a, folder, name);
    if (unlink(path) != 0)
        rmdir(path);
    arena_release(&a);
}

static void remove_dotenv(struct place *p) {
    static const char *const left[] = {".env", ".keylift/dotenv.lock", ".keylift", ""};
    for (size_t i = 0; i < KL_ARRAY_LEN(left); i++)
        remove_path(p->folder, left[i]);
    assert_int_equal(access(p->folder, F_OK), -1); /* nothing else was made there */
}

static const struct fixture fixtures[] = {
    {"dotenv", make_folder, remove_dotenv},
};

/* Values that some vault somewhere has lost or changed. */
static const struct {
    const char *bytes;
    size_t len;
} values[] = {
#define VALUE(text)                                                                                          \
    { text, sizeof(text) - 1 }
    VALUE("plain-value-1"),
    VALUE(""),
    VALUE(" "),
    VALUE(" both ends "),
    VALUE("it's \"quoted\""),
    VALUE("back\\slash\\"),
    VALUE("\\"),
    VALUE("one\ntwo\r\nthree\r"),
    VALUE("${HOME} $HOME $(id) `id` %HOME%"),
    VALUE("{\"json\": [1, null]}"),
    VALUE("<xml attr='1'>&amp;</xml>"),
    VALUE("a=b&c=d;e#f, g"),
    VALUE("\xc3\xa9\xe2\x80\xa8\xf0\x9f\x94\x91"),
    VALUE("e\xcc\x81"),
    VALUE("\xef\xbb\xbf"),
    VALUE("null"),
    VALUE("0123456789"),
    VALUE("dGVzdA=="),
    VALUE("\x01\x1b[31m\x7f"),
    VALUE("nul\0inside"),
    VALUE("\xff\xfe\xfd"),
    VALUE("\xed\xa0\x80"),
#undef VALUE
};

static int set_up(void **state, const struct fixture *f) {
    struct place *p = mem_calloc(1, sizeof *p);
    struct error e = {0};
    f->make(p);
    const struct vault_kind *kind = vault_kind_find(f->id);
    assert_non_null(kind);
    assert_int_equal(kind->open(&p->options, &p->vault, &e), KL_OK);
    assert_ptr_equal(p->vault->kind, kind);
    *state = p;
    return 0;
}

static struct secret secret_from(const char *bytes, size_t len) {
    struct secret s = {0};
    secret_set(&s, slice_of(bytes, len));
    return s;
}

static struct secret secret_text(const char *text) {
    return secret_from(text, strlen(text));
}

static void put(struct place *p, const char *name, const char *text, char version[VAULT_VERSION_MAX]) {
    struct error e = {0};
    struct secret s = secret_text(text);
    enum kl_status st = p->vault->kind->put_if_absent(p->vault, name, &s, version, &e);
    if (st != KL_OK)
        fail_msg("put: %s", e.message);
    secret_release(&s);
}

static void expect(struct place *p, const char *name, const char *version, const char *bytes, size_t len) {
    struct error e = {0};
    struct secret got = {0};
    enum kl_status st = p->vault->kind->get(p->vault, name, version, &got, NULL, &e);
    if (st != KL_OK)
        fail_msg("get: %s", e.message);
    assert_int_equal(got.len, len);
    if (len)
        assert_memory_equal(got.ptr, bytes, len);
    secret_release(&got);
}

static void reopen(struct place *p) {
    struct error e = {0};
    const struct vault_kind *kind = p->vault->kind;
    kind->close(p->vault);
    assert_int_equal(kind->open(&p->options, &p->vault, &e), KL_OK);
}

static void an_absent_name_is_not_found(void **state) {
    struct place *p = *state;
    struct error e = {0};
    struct secret got = {0};
    assert_int_equal(p->vault->kind->get(p->vault, "KEYLIFT_ABSENT", NULL, &got, NULL, &e), KL_ERR_NOT_FOUND);
    assert_non_null(strstr(e.message, "KEYLIFT_ABSENT"));
    assert_null(got.ptr);
}

static void what_is_put_comes_back_latest_and_by_version(void **state) {
    struct place *p = *state;
    char version[VAULT_VERSION_MAX] = "";
    put(p, "KEYLIFT_ONE", "value-one", version);
    assert_true(version[0] != '\0');
    expect(p, "KEYLIFT_ONE", NULL, "value-one", 9);
    expect(p, "KEYLIFT_ONE", version, "value-one", 9);
    reopen(p);
    if (!p->vault->kind->ephemeral) {
        expect(p, "KEYLIFT_ONE", NULL, "value-one", 9);
        expect(p, "KEYLIFT_ONE", version, "value-one", 9);
    }
}

static void get_tells_the_version_that_put_told(void **state) {
    struct place *p = *state;
    struct error e = {0};
    struct secret got = {0};
    char version[VAULT_VERSION_MAX] = "", read[VAULT_VERSION_MAX] = "";
    put(p, "KEYLIFT_ONE", "value-one", version);
    assert_int_equal(p->vault->kind->get(p->vault, "KEYLIFT_ONE", NULL, &got, read, &e), KL_OK);
    assert_string_equal(read, version);
    secret_release(&got);
}

static void a_second_put_conflicts_and_changes_nothing(void **state) {
    struct place *p = *state;
    struct error e = {0};
    struct secret other = secret_text("value-other");
    char version[VAULT_VERSION_MAX];
    put(p, "KEYLIFT_ONE", "value-one", version);
    assert_int_equal(p->vault->kind->put_if_absent(p->vault, "KEYLIFT_ONE", &other, version, &e),
                     KL_ERR_CONFLICT);
    assert_null(strstr(e.message, "value-o"));
    expect(p, "KEYLIFT_ONE", NULL, "value-one", 9);
    secret_release(&other);
}

static void a_version_replaces_and_the_old_one_is_told_apart(void **state) {
    struct place *p = *state;
    struct error e = {0};
    struct secret next = secret_text("value-two"), got = {0};
    char first[VAULT_VERSION_MAX] = "", second[VAULT_VERSION_MAX] = "";
    put(p, "KEYLIFT_ONE", "value-one", first);
    assert_int_equal(p->vault->kind->add_version(p->vault, "KEYLIFT_ONE", &next, second, &e), KL_OK);
    assert_string_not_equal(first, second);
    expect(p, "KEYLIFT_ONE", NULL, "value-two", 9);
    expect(p, "KEYLIFT_ONE", second, "value-two", 9);
    if (p->vault->kind->keeps_versions)
        expect(p, "KEYLIFT_ONE", first, "value-one", 9);
    else
        assert_int_equal(p->vault->kind->get(p->vault, "KEYLIFT_ONE", first, &got, NULL, &e),
                         KL_ERR_CONFLICT);
    assert_null(strstr(e.message, "value-"));
    secret_release(&next);
}

static void a_version_says_nothing_of_its_value(void **state) {
    struct place *p = *state;
    char version[VAULT_VERSION_MAX] = "";
    put(p, "KEYLIFT_ONE", "value-one", version);
    assert_null(strstr(version, "value"));
    /* Server-made numbers and random ids aside, what is made from the value
     * must be too short to confirm a guess. */
    if (!p->vault->kind->keeps_versions)
        assert_true(strlen(version) <= 4);
}

static void a_value_is_held_exactly_or_refused_by_name(void **state) {
    struct place *p = *state;
    for (size_t i = 0; i < KL_ARRAY_LEN(values); i++) {
        struct error e = {0};
        char name[32], version[VAULT_VERSION_MAX] = "";
        snprintf(name, sizeof name, "KEYLIFT_V%zu", i);
        struct secret s = secret_from(values[i].bytes, values[i].len);
        enum kl_status st = p->vault->kind->accepts(p->vault, name, &s, &e);
        if (st == KL_OK) {
            assert_int_equal(p->vault->kind->put_if_absent(p->vault, name, &s, version, &e), KL_OK);
            expect(p, name, NULL, values[i].bytes, values[i].len);
            expect(p, name, version, values[i].bytes, values[i].len);
        } else {
            assert_true(st == KL_ERR_UNSUPPORTED || st == KL_ERR_LIMIT);
            assert_non_null(strstr(e.message, name));
        }
        secret_release(&s);
    }
    /* None of the later puts changed an earlier value. */
    for (size_t i = 0; i < KL_ARRAY_LEN(values); i++) {
        struct error e = {0};
        char name[32];
        struct secret s = secret_from(values[i].bytes, values[i].len);
        snprintf(name, sizeof name, "KEYLIFT_V%zu", i);
        if (p->vault->kind->accepts(p->vault, name, &s, &e) == KL_OK)
            expect(p, name, NULL, values[i].bytes, values[i].len);
        secret_release(&s);
    }
}

static void a_value_beyond_the_limit_is_refused_before_it_is_sent(void **state) {
    struct place *p = *state;
    struct error e = {0};
    size_t len = KL_MAX_SECRET_BYTES + 1;
    char *big = mem_alloc(len);
    memset(big, 'x', len);
    struct secret s = secret_from(big, len);
    assert_int_equal(p->vault->kind->accepts(p->vault, "KEYLIFT_BIG", &s, &e), KL_ERR_LIMIT);
    assert_non_null(strstr(e.message, "KEYLIFT_BIG"));
    assert_null(strstr(e.message, "xxxx"));
    secret_release(&s);
    free(big);
}

static void different_names_are_stored_apart(void **state) {
    static const char *const names[] = {"KEYLIFT_A_B", "KEYLIFT_AB", "KEYLIFT_A__B", "KEYLIFT_A_B_",
                                        "KEYLIFT_A1B"};
    struct place *p = *state;
    struct arena a = ARENA_INIT;
    const char *stored[KL_ARRAY_LEN(names)];
    for (size_t i = 0; i < KL_ARRAY_LEN(names); i++) {
        struct error e = {0};
        assert_int_equal(p->vault->kind->map_name(p->vault, names[i], &a, &stored[i], &e), KL_OK);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(stored[i], stored[k]);
        put(p, names[i], names[i], NULL);
    }
    for (size_t i = 0; i < KL_ARRAY_LEN(names); i++)
        expect(p, names[i], NULL, names[i], strlen(names[i]));
    arena_release(&a);
}

static void count_name(void *ctx, const char *name) {
    *(int *)ctx += strcmp(name, "KEYLIFT_ONE") == 0;
}

static void list_names_each_once(void **state) {
    struct place *p = *state;
    struct error e = {0};
    struct secret next = secret_text("value-two");
    int seen = 0;
    put(p, "KEYLIFT_ONE", "value-one", NULL);
    assert_int_equal(p->vault->kind->add_version(p->vault, "KEYLIFT_ONE", &next, NULL, &e), KL_OK);
    assert_int_equal(p->vault->kind->list(p->vault, count_name, &seen, &e), KL_OK);
    assert_int_equal(seen, 1);
    secret_release(&next);
}

static void identity_and_check_say_whose_it_is_without_a_value(void **state) {
    struct place *p = *state;
    struct arena a = ARENA_INIT;
    struct error e = {0};
    struct vault_identity id;
    put(p, "KEYLIFT_ONE", "value-one", NULL);
    assert_int_equal(p->vault->kind->identity(p->vault, &a, &id, &e), KL_OK);
    assert_non_null(id.lines[0]);
    for (size_t i = 0; i < KL_ARRAY_LEN(id.lines) && id.lines[i]; i++)
        assert_null(strstr(id.lines[i], "value-one"));
    assert_int_equal(p->vault->kind->check(p->vault, &a, &id, &e), KL_OK);
    assert_non_null(id.lines[0]);
    arena_release(&a);
}

/* One program a fixture and case would be slow to build; one test each is not. */
static const struct fixture *current;

static int set_up_current(void **state) {
    return set_up(state, current);
}

static int tear_down_current(void **state) {
    struct place *p = *state;
    p->vault->kind->close(p->vault);
    current->remove(p);
    free(p);
    return 0;
}

static int run_cases(void) {
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up_current, tear_down_current)
    const struct CMUnitTest cases[] = {
        CASE(an_absent_name_is_not_found),
        CASE(what_is_put_comes_back_latest_and_by_version),
        CASE(get_tells_the_version_that_put_told),
        CASE(a_second_put_conflicts_and_changes_nothing),
        CASE(a_version_replaces_and_the_old_one_is_told_apart),
        CASE(a_version_says_nothing_of_its_value),
        CASE(a_value_is_held_exactly_or_refused_by_name),
        CASE(a_value_beyond_the_limit_is_refused_before_it_is_sent),
        CASE(different_names_are_stored_apart),
        CASE(list_names_each_once),
        CASE(identity_and_check_say_whose_it_is_without_a_value),
    };
#undef CASE
    return cmocka_run_group_tests_name(current->id, cases, NULL, NULL);
}

static void every_storing_vault_has_a_fixture(void **state) {
    (void)state;
    for (size_t i = 0; i < vault_kind_count(); i++) {
        bool found = !vault_kind_at(i)->stores;
        for (size_t k = 0; k < KL_ARRAY_LEN(fixtures); k++)
            found = found || strcmp(fixtures[k].id, vault_kind_at(i)->id) == 0;
        if (!found)
            fail_msg("%s has no line in fixtures", vault_kind_at(i)->id);
    }
    assert_null(vault_kind_at(vault_kind_count()));
}

static void every_vault_tells_python_how_to_read(void **state) {
    (void)state;
    for (size_t i = 0; i < vault_kind_count(); i++) {
        const struct vault_kind *k = vault_kind_at(i);
        assert_ptr_equal(vault_kind_find(k->id), k);
        for (const char *const *alias = k->aliases; *alias; alias++)
            assert_ptr_equal(vault_kind_find(*alias), k);
        assert_string_equal(k->access->vault, k->id);
        assert_non_null(strstr(k->access->read_text, "{name}"));
        assert_non_null(strstr(k->access->read_bytes, "{name}"));
        assert_non_null(k->access->imports[0].module);
        assert_non_null(k->access->missing_error);
    }
    assert_null(vault_kind_find("no-such-vault"));
}

static void a_vault_that_stores_nothing_verifies_and_refuses(void **state) {
    (void)state;
    const struct vault_kind *kind = vault_kind_find("environ");
    const struct vault_options options = {.root = "/"};
    struct vault *v;
    struct error e = {0};
    struct secret got = {0}, s = secret_text("value-one");
    assert_false(kind->stores);
    assert_int_equal(kind->open(&options, &v, &e), KL_OK);
    assert_int_equal(setenv("KEYLIFT_CONFORMANCE", "value-one", 1), 0);
    assert_int_equal(kind->get(v, "KEYLIFT_CONFORMANCE", NULL, &got, NULL, &e), KL_OK);
    assert_true(secret_equal(&got, &s));
    assert_int_equal(kind->get(v, "KEYLIFT_ABSENT", NULL, &got, NULL, &e), KL_ERR_NOT_FOUND);
    assert_int_equal(kind->put_if_absent(v, "KEYLIFT_ABSENT", &s, NULL, &e), KL_ERR_REFUSED);
    assert_non_null(strstr(e.message, "KEYLIFT_ABSENT"));
    assert_null(strstr(e.message, "value-one"));
    assert_null(getenv("KEYLIFT_ABSENT"));
    kind->close(v);
    secret_release(&got);
    secret_release(&s);
}

int main(void) {
    const struct CMUnitTest general[] = {
        cmocka_unit_test(every_storing_vault_has_a_fixture),
        cmocka_unit_test(every_vault_tells_python_how_to_read),
        cmocka_unit_test(a_vault_that_stores_nothing_verifies_and_refuses),
    };
    int failed = cmocka_run_group_tests_name("registry", general, NULL, NULL);
    for (size_t i = 0; i < KL_ARRAY_LEN(fixtures); i++) {
        current = &fixtures[i];
        failed += run_cases();
    }
    return failed;
}
