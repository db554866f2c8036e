/* --bundle around a vault of the test's own, in which others write at the worst moments. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "backends/bundle.h"
#include "backends/upload.h"
#include "base/mem.h"
#include "base/system.h"

#define VERSIONS 400
#define LIMIT 65536u

/* One secret with its versions; what others write comes from `before` and `behind`. */
struct store {
    struct vault vault;
    struct mutex *lock;
    struct secret versions[VERSIONS];
    size_t count;
    unsigned gets, adds, lag; /* reads of the latest that still show the one before */
    const char *before_us[4]; /* texts that others write just before our writes, in turn */
    const char *behind_us[4]; /* and just after */
    size_t writes;
    bool foreign, slow;
};

static struct store the_store;

static void write_text(struct store *s, struct slice text) {
    assert_true(s->count < VERSIONS);
    secret_set(&s->versions[s->count++], text);
}

static enum kl_status store_open(const struct vault_options *o, struct vault **out, struct error *e) {
    (void)e;
    assert_null(o->bundle);
    *out = &the_store.vault;
    return KL_OK;
}

static enum kl_status store_map(struct vault *v, const char *name, struct arena *a, const char **out,
                                struct error *e) {
    (void)v;
    (void)e;
    *out = arena_printf(a, "shop/%s", name);
    return KL_OK;
}

static enum kl_status store_accepts(struct vault *v, const char *name, const struct secret *value,
                                    struct error *e) {
    (void)v;
    return value->len > LIMIT ? error_set(e, KL_ERR_LIMIT, "%s is longer than %u bytes", name, LIMIT) : KL_OK;
}

static enum kl_status store_get(struct vault *v, const char *name, const char *version, struct secret *out,
                                char version_out[VAULT_VERSION_MAX], struct error *e) {
    struct store *s = (struct store *)v;
    enum kl_status st = KL_OK;
    mutex_lock(s->lock);
    s->gets++;
    size_t n = s->count;
    if (version) {
        n = (size_t)atoi(version);
    } else if (s->lag && n > 0) {
        s->lag--;
        n--;
    }
    if (n == 0 || n > s->count) {
        st = error_set(e, KL_ERR_NOT_FOUND, "no %s", name);
    } else {
        secret_set(out, secret_slice(&s->versions[n - 1]));
        if (version_out)
            snprintf(version_out, VAULT_VERSION_MAX, "%zu", n);
    }
    mutex_unlock(s->lock);
    return st;
}

static enum kl_status store_write(struct store *s, const struct secret *value, bool absent,
                                  char version_out[VAULT_VERSION_MAX], struct error *e) {
    enum kl_status st = KL_OK;
    if (s->slow)
        system_sleep_ms(5); /* as a server is, so that calls gather meanwhile */
    mutex_lock(s->lock);
    size_t turn = s->writes++;
    if (turn < KL_ARRAY_LEN(s->before_us) && s->before_us[turn])
        write_text(s, slice_cstr(s->before_us[turn]));
    if (absent && s->count) {
        st = error_set(e, KL_ERR_CONFLICT, "it is there");
    } else if (s->foreign) {
        st = error_set(e, KL_ERR_REFUSED, "somebody else made it");
    } else {
        write_text(s, secret_slice(value));
        snprintf(version_out, VAULT_VERSION_MAX, "%zu", s->count);
        s->adds++;
    }
    if (turn < KL_ARRAY_LEN(s->behind_us) && s->behind_us[turn])
        write_text(s, slice_cstr(s->behind_us[turn]));
    mutex_unlock(s->lock);
    return st;
}

static enum kl_status store_put(struct vault *v, const char *name, const struct secret *value,
                                char version_out[VAULT_VERSION_MAX], struct error *e) {
    (void)name;
    return store_write((struct store *)v, value, true, version_out, e);
}

static enum kl_status store_add(struct vault *v, const char *name, const struct secret *value,
                                char version_out[VAULT_VERSION_MAX], struct error *e) {
    (void)name;
    return store_write((struct store *)v, value, false, version_out, e);
}

static enum kl_status store_previous(struct vault *v, const char *name, const char *version,
                                     char previous_out[VAULT_VERSION_MAX], struct error *e) {
    (void)v;
    (void)name;
    (void)e;
    int n = atoi(version) - 1;
    previous_out[0] = '\0';
    if (n > 0)
        snprintf(previous_out, VAULT_VERSION_MAX, "%d", n);
    return KL_OK;
}

static enum kl_status store_identity(struct vault *v, struct arena *a, struct vault_identity *out,
                                     struct error *e) {
    (void)v;
    (void)a;
    (void)e;
    *out = (struct vault_identity){{"account: 1234", NULL}};
    return KL_OK;
}

static void store_close(struct vault *v) {
    (void)v;
}

static const struct python_import imports[] = {{"boto3", NULL}, {NULL, NULL}};
static const struct python_access access_data = {
    .vault = "store",
    .imports = imports,
    .read_text = "{client}.get(SecretId={name})[\"SecretString\"]",
    .read_bytes = "{client}.get(SecretId={name})[\"SecretBinary\"]",
    .missing_error = "Gone",
    .client = "boto3.client(\"secretsmanager\")",
};
static const struct vault_kind kind = {
    .id = "store",
    .access = &access_data,
    .stores = true,
    .keeps_versions = true,
    .bundles = true,
    .parallel = 8,
    .open = store_open,
    .identity = store_identity,
    .map_name = store_map,
    .accepts = store_accepts,
    .get = store_get,
    .put_if_absent = store_put,
    .add_version = store_add,
    .previous = store_previous,
    .check = store_identity,
    .close = store_close,
};

struct test {
    struct vault *v;
    struct arena arena;
    struct error e;
};

static int set_up(void **state) {
    struct test *t = mem_calloc(1, sizeof *t);
    const struct vault_options options = {.bundle = "all"};
    the_store = (struct store){.vault = {&kind}, .lock = mutex_new()};
    assert_int_equal(vault_open(&kind, &options, &t->v, &t->e), KL_OK);
    *state = t;
    return 0;
}

static int tear_down(void **state) {
    struct test *t = *state;
    t->v->kind->close(t->v);
    for (size_t i = 0; i < VERSIONS; i++)
        secret_release(&the_store.versions[i]);
    mutex_free(the_store.lock);
    arena_release(&t->arena);
    free(t);
    return 0;
}

static enum kl_status put(struct test *t, const char *name, const char *value) {
    struct secret s = {0};
    secret_set(&s, slice_cstr(value));
    t->e = (struct error){0};
    enum kl_status st = t->v->kind->put_if_absent(t->v, name, &s, NULL, &t->e);
    secret_release(&s);
    return st;
}

static enum kl_status add(struct test *t, const char *name, const char *value) {
    struct secret s = {0};
    secret_set(&s, slice_cstr(value));
    t->e = (struct error){0};
    enum kl_status st = t->v->kind->add_version(t->v, name, &s, NULL, &t->e);
    secret_release(&s);
    return st;
}

/* What the latest version holds for a field; NULL for none. In the arena. */
static const char *latest(struct test *t, const char *name) {
    cJSON *fields;
    struct error e = {0};
    assert_true(the_store.count > 0);
    assert_int_equal(json_parse(secret_slice(&the_store.versions[the_store.count - 1]), "x", &fields, &e),
                     KL_OK);
    const char *value = json_string(fields, name);
    value = value ? arena_cstr(&t->arena, slice_cstr(value)) : NULL;
    json_delete_secret(fields);
    return value;
}

static void names_are_fields_of_one_secret(void **state) {
    struct test *t = *state;
    struct secret got = {0};
    char version[VAULT_VERSION_MAX];
    assert_int_equal(put(t, "A", "one"), KL_OK);
    assert_int_equal(put(t, "B", "t\"w\\o\n\xc3\xa9"), KL_OK);
    assert_int_equal(the_store.count, 2);
    assert_string_equal(latest(t, "A"), "one");
    assert_int_equal(t->v->kind->get(t->v, "B", NULL, &got, version, &t->e), KL_OK);
    assert_true(slice_eq_cstr(secret_slice(&got), "t\"w\\o\n\xc3\xa9"));
    assert_string_equal(version, "2");
    assert_int_equal(t->v->kind->get(t->v, "B", "1", &got, NULL, &t->e), KL_ERR_NOT_FOUND);
    assert_int_equal(put(t, "A", "other"), KL_ERR_CONFLICT);
    assert_int_equal(add(t, "A", "other"), KL_OK);
    assert_int_equal(add(t, "C", "other"), KL_ERR_NOT_FOUND);
    assert_string_equal(latest(t, "A"), "other");
    assert_non_null(latest(t, "B"));
    secret_release(&got);
}

static void what_others_write_between_our_read_and_write_is_kept(void **state) {
    struct test *t = *state;
    write_text(&the_store, SLICE_LIT("{\"OLD\":\"1\",\"GONE\":\"2\"}"));
    the_store.before_us[0] = "{\"OLD\":\"1b\",\"THEIRS\":\"3\",\"N\":5}";
    assert_int_equal(put(t, "OURS", "4"), KL_OK);
    assert_string_equal(latest(t, "OURS"), "4");
    assert_string_equal(latest(t, "THEIRS"), "3");
    assert_string_equal(latest(t, "OLD"), "1b");
    assert_null(latest(t, "GONE"));
    assert_int_equal(the_store.adds, 2);
}

static void it_is_kept_as_often_as_they_come(void **state) {
    struct test *t = *state;
    write_text(&the_store, SLICE_LIT("{\"OLD\":\"1\"}"));
    the_store.before_us[0] = "{\"OLD\":\"1\",\"FIRST\":\"x\"}";
    the_store.before_us[1] = "{\"OLD\":\"1\",\"OURS\":\"4\",\"FIRST\":\"x\",\"SECOND\":\"y\"}";
    assert_int_equal(put(t, "OURS", "4"), KL_OK);
    assert_string_equal(latest(t, "OURS"), "4");
    assert_string_equal(latest(t, "FIRST"), "x");
    assert_string_equal(latest(t, "SECOND"), "y");
}

static void what_others_write_over_us_is_mended(void **state) {
    struct test *t = *state;
    write_text(&the_store, SLICE_LIT("{\"OLD\":\"1\"}"));
    the_store.behind_us[0] = "{\"OLD\":\"1\",\"THEIRS\":\"3\"}";
    assert_int_equal(put(t, "OURS", "4"), KL_OK);
    assert_string_equal(latest(t, "OURS"), "4");
    assert_string_equal(latest(t, "THEIRS"), "3");
    assert_string_equal(latest(t, "OLD"), "1");
}

static void of_two_puts_of_one_name_the_first_stays(void **state) {
    struct test *t = *state;
    write_text(&the_store, SLICE_LIT("{}"));
    the_store.before_us[0] = "{\"A\":\"theirs\"}";
    assert_int_equal(put(t, "A", "ours"), KL_ERR_CONFLICT);
    assert_string_equal(latest(t, "A"), "theirs");
}

static void a_new_version_that_was_asked_for_goes_over_theirs(void **state) {
    struct test *t = *state;
    write_text(&the_store, SLICE_LIT("{\"A\":\"old\"}"));
    the_store.before_us[0] = "{\"A\":\"theirs\",\"B\":\"b\"}";
    assert_int_equal(add(t, "A", "ours"), KL_OK);
    assert_string_equal(latest(t, "A"), "ours");
    assert_string_equal(latest(t, "B"), "b");
}

static void two_who_make_the_secret_at_once_share_it(void **state) {
    struct test *t = *state;
    the_store.before_us[0] = "{\"THEIRS\":\"3\"}";
    assert_int_equal(put(t, "OURS", "4"), KL_OK);
    assert_string_equal(latest(t, "OURS"), "4");
    assert_string_equal(latest(t, "THEIRS"), "3");
}

/* A vault that still shows the version before makes us write from an old base. */
static void a_vault_that_lags_loses_no_field(void **state) {
    struct test *t = *state;
    static const char *const names[] = {"A", "B", "C", "D"};
    for (size_t i = 0; i < KL_ARRAY_LEN(names); i++) {
        the_store.lag = 1;
        assert_int_equal(put(t, names[i], names[i]), KL_OK);
    }
    for (size_t i = 0; i < KL_ARRAY_LEN(names); i++)
        assert_string_equal(latest(t, names[i]), names[i]);
}

static void what_is_no_json_object_is_refused(void **state) {
    static const char *const texts[] = {
        "plain", "[1]", "\"x\"", "{\"A\":\"1\",\"A\":\"2\"}", "{\"A\":\"\\u0000\"}", ""};
    struct test *t = *state;
    struct secret got = {0};
    for (size_t i = 0; i < KL_ARRAY_LEN(texts); i++) {
        write_text(&the_store, slice_cstr(texts[i]));
        assert_int_equal(put(t, "A", "mine"), KL_ERR_REFUSED);
        assert_non_null(strstr(t->e.message, "--bundle"));
        assert_int_equal(t->v->kind->get(t->v, "A", NULL, &got, NULL, &t->e), KL_ERR_REFUSED);
    }
    assert_int_equal(the_store.adds, 0);
    secret_release(&got);
}

static void what_somebody_else_made_stays_as_it_is(void **state) {
    struct test *t = *state;
    write_text(&the_store, SLICE_LIT("{\"A\":\"1\"}"));
    the_store.foreign = true;
    assert_int_equal(put(t, "B", "2"), KL_ERR_REFUSED);
    assert_int_equal(the_store.count, 1);
}

static void a_secret_that_would_be_too_long_refuses_one_name_by_name(void **state) {
    struct test *t = *state;
    char *big = arena_alloc(&t->arena, LIMIT);
    memset(big, 'x', LIMIT);
    big[40000] = '\0';
    assert_int_equal(put(t, "A", big), KL_OK);
    assert_int_equal(put(t, "B", big), KL_ERR_LIMIT);
    assert_non_null(strstr(t->e.message, "B"));
    assert_int_equal(put(t, "C", "short"), KL_OK);
    assert_int_equal(strlen(latest(t, "A")), 40000);
    assert_string_equal(latest(t, "C"), "short");
    struct secret s = {0};
    big[40000] = 'x';
    secret_set(&s, slice_of(big, LIMIT));
    assert_int_equal(t->v->kind->accepts(t->v, "D", &s, &t->e), KL_ERR_LIMIT);
    secret_set(&s, SLICE_LIT("\xff"));
    assert_int_equal(t->v->kind->accepts(t->v, "D", &s, &t->e), KL_ERR_UNSUPPORTED);
    secret_release(&s);
}

/* Many threads share reads and writes: 300 names are not 300 versions. */
static void many_names_are_few_versions(void **state) {
    enum { COUNT = 300 };
    struct test *t = *state;
    struct upload_item *items = arena_calloc(&t->arena, COUNT, sizeof *items);
    the_store.slow = true;
    struct secret *values = arena_calloc(&t->arena, COUNT, sizeof *values);
    for (size_t i = 0; i < COUNT; i++) {
        secret_set(&values[i], slice_cstr(arena_printf(&t->arena, "value-%zu", i)));
        items[i].name = arena_printf(&t->arena, "NAME_%zu", i);
        items[i].value = &values[i];
    }
    assert_int_equal(upload_prepare(t->v, items, COUNT, ON_CONFLICT_FAIL, &t->arena, &t->e), KL_OK);
    assert_int_equal(upload_run(t->v, items, COUNT, NULL, 20000, &t->e), KL_OK);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(items[i].state, UPLOAD_STORED);
        assert_true(slice_eq_cstr(secret_slice(&values[i]), latest(t, items[i].name)));
        secret_release(&values[i]);
    }
    assert_true(the_store.count < COUNT / 2);
}

static void python_reads_a_field(void **state) {
    struct test *t = *state;
    const struct python_access *a = t->v->kind->access;
    assert_string_equal(a->read_text,
                        "json.loads({client}.get(SecretId=\"shop/all\")[\"SecretString\"])[{name}]");
    assert_string_equal(
        a->read_bytes,
        "base64.b64decode(json.loads({client}.get(SecretId=\"shop/all\")[\"SecretString\"])[{name}])");
    assert_true(a->text_only);
    assert_string_equal(a->missing_error, "KeyError");
}

static void identity_names_the_bundle(void **state) {
    struct test *t = *state;
    struct vault_identity id;
    assert_int_equal(t->v->kind->identity(t->v, &t->arena, &id, &t->e), KL_OK);
    assert_string_equal(id.lines[0], "account: 1234");
    assert_non_null(strstr(id.lines[1], "the secret all"));
    assert_null(id.lines[2]);
}

static void a_vault_that_cannot_refuses(void **state) {
    struct test *t = *state;
    const struct vault_options options = {.root = "/", .bundle = "all"};
    struct vault *v = NULL;
    assert_int_equal(vault_open(vault_kind_find("environ"), &options, &v, &t->e), KL_ERR_UNSUPPORTED);
    assert_null(v);
}

int main(void) {
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(names_are_fields_of_one_secret),
        CASE(what_others_write_between_our_read_and_write_is_kept),
        CASE(it_is_kept_as_often_as_they_come),
        CASE(what_others_write_over_us_is_mended),
        CASE(of_two_puts_of_one_name_the_first_stays),
        CASE(a_new_version_that_was_asked_for_goes_over_theirs),
        CASE(two_who_make_the_secret_at_once_share_it),
        CASE(a_vault_that_lags_loses_no_field),
        CASE(what_is_no_json_object_is_refused),
        CASE(what_somebody_else_made_stays_as_it_is),
        CASE(a_secret_that_would_be_too_long_refuses_one_name_by_name),
        CASE(many_names_are_few_versions),
        CASE(python_reads_a_field),
        CASE(identity_names_the_bundle),
        CASE(a_vault_that_cannot_refuses),
    };
#undef CASE
    return cmocka_run_group_tests(tests, NULL, NULL);
}
