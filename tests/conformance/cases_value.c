/* cases_value.c: what goes in comes out. */
#include "cases.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/mem.h"
#include "place.h"

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

void an_absent_name_is_not_found(void **state) {
    struct place *p = *state;
    struct error e = {0};
    struct secret got = {0};
    assert_int_equal(p->vault->kind->get(p->vault, "KEYLIFT_ABSENT", NULL, &got, NULL, &e), KL_ERR_NOT_FOUND);
    assert_non_null(strstr(e.message, "KEYLIFT_ABSENT"));
    assert_null(got.ptr);
}

void what_is_put_comes_back_latest_and_by_version(void **state) {
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

void get_tells_the_version_that_put_told(void **state) {
    struct place *p = *state;
    struct error e = {0};
    struct secret got = {0};
    char version[VAULT_VERSION_MAX] = "", read[VAULT_VERSION_MAX] = "";
    put(p, "KEYLIFT_ONE", "value-one", version);
    assert_int_equal(p->vault->kind->get(p->vault, "KEYLIFT_ONE", NULL, &got, read, &e), KL_OK);
    assert_string_equal(read, version);
    secret_release(&got);
}

void a_second_put_conflicts_and_changes_nothing(void **state) {
    struct place *p = *state;
    struct error e = {0};
    struct secret other = secret_text("value-other");
    char version[VAULT_VERSION_MAX];
    put(p, "KEYLIFT_ONE", "value-one", version);
    assert_int_equal(p->vault->kind->put_if_absent(p->vault, "KEYLIFT_ONE", &other, version, &e),
                     KL_ERR_CONFLICT);
    learn(p, SLICE_LIT("value-other"));
    learn(p, SLICE_LIT("value-one"));
    check_message(p, &e);
    expect(p, "KEYLIFT_ONE", NULL, "value-one", 9);
    secret_release(&other);
}

void a_version_replaces_and_the_old_one_is_told_apart(void **state) {
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

void a_version_says_nothing_of_its_value(void **state) {
    struct place *p = *state;
    char version[VAULT_VERSION_MAX] = "";
    put(p, "KEYLIFT_ONE", "value-one", version);
    assert_null(strstr(version, "value"));
    /* Server-made numbers and random ids aside, what is made from the value
     * must be too short to confirm a guess. */
    if (!p->vault->kind->keeps_versions)
        assert_true(strlen(version) <= 4);
}

void a_value_is_held_exactly_or_refused_by_name(void **state) {
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

void a_value_beyond_the_limit_is_refused_before_it_is_sent(void **state) {
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

void different_names_are_stored_apart(void **state) {
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

void list_names_each_once(void **state) {
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

void identity_and_check_say_whose_it_is_without_a_value(void **state) {
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

/* A put of what is there already is no second version: it says so, or that it is there. */
void an_equal_put_makes_no_second_version(void **state) {
    struct place *p = *state;
    struct error e = {0};
    struct secret same = secret_text("value-one"), got = {0};
    char first[VAULT_VERSION_MAX] = "", second[VAULT_VERSION_MAX] = "", read[VAULT_VERSION_MAX] = "";
    put(p, "KEYLIFT_ONE", "value-one", first);
    enum kl_status st = p->vault->kind->put_if_absent(p->vault, "KEYLIFT_ONE", &same, second, &e);
    assert_true(st == KL_OK || st == KL_ERR_CONFLICT);
    if (st == KL_OK)
        assert_string_equal(second, first);
    assert_int_equal(p->vault->kind->get(p->vault, "KEYLIFT_ONE", NULL, &got, read, &e), KL_OK);
    assert_string_equal(read, first);
    secret_release(&got);
    secret_release(&same);
}

void bytes_stay_bytes_and_text_stays_text(void **state) {
    struct place *p = *state;
    const struct vault_kind *kind = p->vault->kind;
    struct error e = {0};
    struct secret got = {0};
    char bytes[256], version[VAULT_VERSION_MAX] = "";
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)i;
    struct buf text = BUF_INIT(1024);
    encode_base64(slice_of(bytes, sizeof bytes), &text);
    struct slice stored = kind->access->text_only ? buf_as_slice(&text) : slice_of(bytes, sizeof bytes);
    bool binary = !kind->access->text_only;
    if (put_bytes(p, "KEYLIFT_BYTES", stored, binary, version, &e) != KL_OK)
        fail_msg("%s", e.message);
    put(p, "KEYLIFT_TEXT", "value-one", NULL);
    for (int i = 0; i < 2; i++) {
        got.binary = !binary && !kind->access->text_only; /* get says so, whatever was there */
        assert_int_equal(kind->get(p->vault, "KEYLIFT_BYTES", i ? version : NULL, &got, NULL, &e), KL_OK);
        assert_true(slice_eq(secret_slice(&got), stored));
        assert_int_equal(got.binary, binary);
    }
    got.binary = !kind->access->text_only;
    assert_int_equal(kind->get(p->vault, "KEYLIFT_TEXT", NULL, &got, NULL, &e), KL_OK);
    assert_false(got.binary);
    buf_release(&text);
    secret_release(&got);
}
