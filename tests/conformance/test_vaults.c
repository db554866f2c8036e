/* What every vault must do, whatever it is made of. Each case runs for each line
 * of `fixtures`: a new vault gets all of them by one line there (and a function
 * that makes options for an empty place to store into).
 *
 *     test_vaults            the vaults that need no server
 *     test_vaults ID         that one. A vault with a server takes its options from the
 *                            variable KEYLIFT_CONFORMANCE_<ID>:
 *                            "endpoint=https://127.0.0.1:9;ca_file=/tmp/ca.pem;foreign=x"
 *     test_vaults ID names   the names of its cases, one a line, to count what ran
 *
 * Each case gets a prefix of its own, which makes the place empty. `foreign` is the
 * stored name of a secret with the value "foreign-value" that somebody else made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "backends/vault.h"
#include "base/buf.h"
#include "base/encode.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/redact.h"
#include "base/thread.h"

#define FOLDER_TEMPLATE "/tmp/keylift-conformance-XXXXXX"
#define TRACE_MAX ((size_t)1 << 20)

struct place {
    char folder[sizeof FOLDER_TEMPLATE];
    struct arena arena;
    struct vault_options options;
    const char
        *foreign; /* stored name of what somebody else made; NULL: the vault marks nothing as its own */
    struct vault *vault;
    struct mutex *lock;
    struct redactor *known; /* tokens, and the values of the case */
    struct buf trace;
};

struct fixture {
    const char *id;
    void (*make)(struct place *p); /* an empty, private place */
    void (*remove)(struct place *p);
    const char *server; /* the variable that holds its options; NULL: it needs no server */
    bool marks;         /* tells what keylift made from what others made */
};

static void learn(void *ctx, struct slice value) {
    struct place *p = ctx;
    mutex_lock(p->lock);
    redact_add(p->known, value);
    mutex_unlock(p->lock);
}

static void trace(void *ctx, const char *line) {
    struct place *p = ctx;
    mutex_lock(p->lock);
    buf_printf(&p->trace, "%s\n", line);
    mutex_unlock(p->lock);
}

static void make_folder(struct place *p) {
    memcpy(p->folder, FOLDER_TEMPLATE, sizeof FOLDER_TEMPLATE);
    assert_non_null(mkdtemp(p->folder));
    p->options.root = p->folder;
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

static void remove_folder(struct place *p) {
    remove_path(p->folder, "");
    assert_int_equal(access(p->folder, F_OK), -1);
}

/* What KEYLIFT_CONFORMANCE_<ID> may hold. */
static const struct {
    const char *key;
    size_t offset;
} server_keys[] = {
#define KEY(field)                                                                                           \
    { #field, offsetof(struct place, options.field) }
    KEY(endpoint),
    KEY(ca_file),
    KEY(aws_region),
    KEY(aws_profile),
    KEY(aws_kms_key),
    KEY(azure_vault),
    KEY(gcp_project),
    KEY(gcp_locations),
    KEY(vault_addr),
    KEY(azure_credential),
    KEY(vault_mount),
    KEY(vault_field),
    KEY(vault_namespace),
    KEY(bundle),
    KEY(helper),
#undef KEY
    {"foreign", offsetof(struct place, foreign)},
};

static void set_key(struct place *p, struct slice key, struct slice value) {
    for (size_t i = 0; i < KL_ARRAY_LEN(server_keys); i++)
        if (slice_eq_cstr(key, server_keys[i].key)) {
            *(const char **)(void *)((char *)p + server_keys[i].offset) = arena_cstr(&p->arena, value);
            return;
        }
    fail_msg("%.*s: no option of this name", SLICE_ARG(key));
}

static const struct fixture *current;
static unsigned case_number;

static void make_server(struct place *p) {
    struct slice rest = slice_cstr(getenv(current->server));
    make_folder(p);
    while (rest.len) {
        size_t end = slice_find_byte(rest, ';', 0);
        struct slice pair = slice_sub(rest, 0, end);
        size_t equals = slice_find_byte(pair, '=', 0);
        assert_true(equals != SIZE_MAX);
        set_key(p, slice_sub(pair, 0, equals), slice_sub(pair, equals + 1, pair.len));
        rest = end == SIZE_MAX ? slice_of(NULL, 0) : slice_sub(rest, end + 1, rest.len);
    }
    p->options.prefix = arena_printf(&p->arena, "t%d-%u-", (int)getpid(), ++case_number);
}

static const struct fixture fixtures[] = {
    {"dotenv", make_folder, remove_dotenv, NULL, false},
    {"aws", make_server, remove_folder, "KEYLIFT_CONFORMANCE_AWS", true},
    {"azure", make_server, remove_folder, "KEYLIFT_CONFORMANCE_AZURE", true},
    {"gcp", make_server, remove_folder, "KEYLIFT_CONFORMANCE_GCP", true},
    {"vault", make_server, remove_folder, "KEYLIFT_CONFORMANCE_VAULT", true},
    {"exec", make_server, remove_folder, "KEYLIFT_CONFORMANCE_EXEC", false},
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

static void open_place(struct place *p) {
    struct error e = {0};
    const struct vault_kind *kind = vault_kind_find(current->id);
    assert_non_null(kind);
    if (vault_open(kind, &p->options, &p->vault, &e) != KL_OK)
        fail_msg("open: %s", e.message);
    assert_string_equal(p->vault->kind->id, kind->id);
}

static int set_up(void **state) {
    struct place *p = mem_calloc(1, sizeof *p);
    p->lock = mutex_new();
    p->known = redact_new();
    buf_init_secret(&p->trace, TRACE_MAX);
    p->options =
        (struct vault_options){.run_id = "conformance", .learn = learn, .trace = trace, .observer = p};
    current->make(p);
    open_place(p);
    *state = p;
    return 0;
}

/* No error message holds a value or a token, in whatever spelling. */
static void check_message(struct place *p, const struct error *e) {
    mutex_lock(p->lock);
    bool tells = redact_would_change(p->known, slice_cstr(e->message));
    mutex_unlock(p->lock);
    assert_false(tells);
    assert_true(e->message[0] != '\0');
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
        fail_msg("put %s: %s", name, e.message);
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
    p->vault->kind->close(p->vault);
    open_place(p);
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
    learn(p, SLICE_LIT("value-other"));
    learn(p, SLICE_LIT("value-one"));
    check_message(p, &e);
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

/* A put of what is there already is no second version: it says so, or that it is there. */
static void an_equal_put_makes_no_second_version(void **state) {
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

static enum kl_status put_bytes(struct place *p, const char *name, struct slice bytes, bool binary,
                                char version[VAULT_VERSION_MAX], struct error *e) {
    struct secret s = {.binary = binary};
    secret_set(&s, bytes);
    enum kl_status st = p->vault->kind->accepts(p->vault, name, &s, e);
    if (st == KL_OK)
        st = p->vault->kind->put_if_absent(p->vault, name, &s, version, e);
    secret_release(&s);
    return st;
}

/* Bytes come back as bytes where the vault tells them from text, because the code
 * reads them in another way; the others get base64 text from their callers. */
static void bytes_stay_bytes_and_text_stays_text(void **state) {
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

static struct slice letters(struct arena *a, size_t len) {
    char *big = arena_alloc(a, len + 1);
    for (size_t i = 0; i < len; i++)
        big[i] = (char)('a' + i % 26);
    return slice_of(big, len);
}

static bool takes(struct place *p, const char *name, struct slice value, struct error *e) {
    struct secret s = {0};
    secret_set(&s, value);
    enum kl_status st = p->vault->kind->accepts(p->vault, name, &s, e);
    assert_true(st == KL_OK || st == KL_ERR_LIMIT);
    secret_release(&s);
    return st == KL_OK;
}

/* By halving: what `accepts` says must be what the vault then really holds. */
static void the_longest_value_that_is_accepted_is_held(void **state) {
    struct place *p = *state;
    struct error e = {0};
    char version[VAULT_VERSION_MAX] = "";
    size_t fits = 1, not = KL_MAX_SECRET_BYTES + 1;
    struct slice big = letters(&p->arena, not );
    assert_true(takes(p, "KEYLIFT_LONG", slice_sub(big, 0, fits), &e));
    while (not -fits > 1) {
        size_t middle = fits + (not -fits) / 2;
        *(takes(p, "KEYLIFT_LONG", slice_sub(big, 0, middle), &e) ? &fits : &not ) = middle;
    }
    assert_true(fits >= 20000); /* no vault that we know holds less than a certificate with its chain */
    if (put_bytes(p, "KEYLIFT_LONG", slice_sub(big, 0, fits), false, version, &e) != KL_OK)
        fail_msg("%zu bytes were accepted, and not held: %s", fits, e.message);
    expect(p, "KEYLIFT_LONG", NULL, big.ptr, fits);
    expect(p, "KEYLIFT_LONG", version, big.ptr, fits);
    e = (struct error){0};
    assert_int_equal(put_bytes(p, "KEYLIFT_LONGER", slice_sub(big, 0, fits + 1), false, NULL, &e),
                     KL_ERR_LIMIT);
    assert_non_null(strstr(e.message, "KEYLIFT_LONGER"));
    learn(p, slice_sub(big, 0, 64));
    check_message(p, &e);
}

#define MANY 230 /* more than two pages of any vault that we know */

struct seen {
    unsigned times[MANY];
    unsigned others;
};

static void see(void *ctx, const char *name) {
    struct seen *seen = ctx;
    unsigned i;
    if (sscanf(name, "KEYLIFT_N%u", &i) == 1 && i < MANY)
        seen->times[i]++;
    else
        seen->others++;
}

static void list_goes_on_over_all_pages(void **state) {
    struct place *p = *state;
    struct error e = {0};
    struct seen seen = {{0}, 0};
    /* A bundle has no pages, and a limit of its own; nor has a file or a helper's store. */
    size_t many = p->options.bundle || p->vault->kind->parallel <= 1 ? 60 : MANY;
    for (size_t i = 0; i < many; i++) {
        char name[32];
        snprintf(name, sizeof name, "KEYLIFT_N%zu", i);
        put(p, name, "value-one", NULL);
    }
    if (p->vault->kind->list(p->vault, see, &seen, &e) != KL_OK)
        fail_msg("list: %s", e.message);
    for (size_t i = 0; i < many; i++)
        assert_int_equal(seen.times[i], 1);
    assert_int_equal(seen.others, 0);
}

#define RACERS 8

struct racer {
    struct place *p;
    struct mutex *turn; /* for a vault that takes one call at a time */
    char value[32], version[VAULT_VERSION_MAX];
    enum kl_status status;
    struct error e;
};

static void race(void *arg) {
    struct racer *r = arg;
    struct secret s = secret_text(r->value);
    if (r->turn)
        mutex_lock(r->turn);
    r->status = r->p->vault->kind->put_if_absent(r->p->vault, "KEYLIFT_RACE", &s, r->version, &r->e);
    if (r->turn)
        mutex_unlock(r->turn);
    secret_release(&s);
}

static void of_eight_puts_at_once_one_wins(void **state) {
    struct place *p = *state;
    struct racer racers[RACERS];
    struct thread *threads[RACERS];
    struct mutex *turn = p->vault->kind->parallel > 1 ? NULL : mutex_new();
    const struct racer *winner = NULL;
    for (size_t i = 0; i < RACERS; i++) {
        racers[i] = (struct racer){.p = p, .turn = turn};
        snprintf(racers[i].value, sizeof racers[i].value, "racer-value-%zu", i);
        learn(p, slice_cstr(racers[i].value));
        threads[i] = thread_start(race, &racers[i], 0);
    }
    for (size_t i = 0; i < RACERS; i++)
        thread_join(threads[i]);
    for (size_t i = 0; i < RACERS; i++) {
        if (racers[i].status == KL_OK) {
            assert_null(winner);
            winner = &racers[i];
            continue;
        }
        if (racers[i].status != KL_ERR_CONFLICT)
            fail_msg("%s: %s", status_name(racers[i].status), racers[i].e.message);
        check_message(p, &racers[i].e);
    }
    assert_non_null(winner);
    expect(p, "KEYLIFT_RACE", NULL, winner->value, strlen(winner->value));
    expect(p, "KEYLIFT_RACE", winner->version, winner->value, strlen(winner->value));
    if (turn)
        mutex_free(turn);
}

/* Puts of different names at once: none is lost, none is mixed up. */
static void race_apart(void *arg) {
    struct racer *r = arg;
    struct error e = {0};
    struct secret s = secret_text(r->value), got = {0};
    for (unsigned i = 0; i < 4 && r->status == KL_OK; i++) {
        char name[48];
        snprintf(name, sizeof name, "KEYLIFT_%.14s_%u", r->value + 6, i);
        if (r->turn)
            mutex_lock(r->turn);
        r->status = r->p->vault->kind->put_if_absent(r->p->vault, name, &s, r->version, &e);
        if (r->status == KL_OK)
            r->status = r->p->vault->kind->get(r->p->vault, name, r->version, &got, NULL, &e);
        if (r->turn)
            mutex_unlock(r->turn);
        if (r->status == KL_OK && !secret_equal(&s, &got))
            r->status = error_set(&e, KL_ERR_INTERNAL, "another value came back");
    }
    r->e = e;
    secret_release(&got);
    secret_release(&s);
}

static void eight_threads_store_apart(void **state) {
    struct place *p = *state;
    struct racer racers[RACERS];
    struct thread *threads[RACERS];
    struct mutex *turn = p->vault->kind->parallel > 1 ? NULL : mutex_new();
    for (size_t i = 0; i < RACERS; i++) {
        racers[i] = (struct racer){.p = p, .turn = turn};
        snprintf(racers[i].value, sizeof racers[i].value, "racer_%zu", i);
        threads[i] = thread_start(race_apart, &racers[i], 0);
    }
    for (size_t i = 0; i < RACERS; i++)
        thread_join(threads[i]);
    for (size_t i = 0; i < RACERS; i++)
        if (racers[i].status != KL_OK)
            fail_msg("%s: %s", status_name(racers[i].status), racers[i].e.message);
    if (turn)
        mutex_free(turn);
}

static void what_others_made_gets_no_version(void **state) {
    struct place *p = *state;
    struct error e = {0};
    struct secret s = secret_text("value-one");
    if (!p->foreign)
        fail_msg("%s says nothing of a secret that others made: foreign=NAME", current->server);
    p->options.prefix = p->options.bundle = NULL;
    reopen(p);
    expect(p, p->foreign, NULL, "foreign-value", 13);
    assert_int_equal(p->vault->kind->add_version(p->vault, p->foreign, &s, NULL, &e), KL_ERR_REFUSED);
    assert_non_null(strstr(e.message, p->foreign));
    learn(p, SLICE_LIT("foreign-value"));
    learn(p, SLICE_LIT("value-one"));
    check_message(p, &e);
    expect(p, p->foreign, NULL, "foreign-value", 13);
    secret_release(&s);
}

static void a_name_that_is_not_there_gets_no_version(void **state) {
    struct place *p = *state;
    struct error e = {0};
    struct secret s = secret_text("value-one"), got = {0};
    assert_int_equal(p->vault->kind->add_version(p->vault, "KEYLIFT_ABSENT", &s, NULL, &e), KL_ERR_NOT_FOUND);
    assert_non_null(strstr(e.message, "KEYLIFT_ABSENT"));
    learn(p, SLICE_LIT("value-one"));
    check_message(p, &e);
    assert_int_equal(p->vault->kind->get(p->vault, "KEYLIFT_ABSENT", NULL, &got, NULL, &e), KL_ERR_NOT_FOUND);
    secret_release(&s);
}

/* One program a fixture and case would be slow to build; one test each is not. */
static int tear_down(void **state) {
    struct place *p = *state;
    bool tells = redact_would_change(p->known, buf_as_slice(&p->trace));
    p->vault->kind->close(p->vault);
    current->remove(p);
    redact_free(p->known);
    mutex_free(p->lock);
    buf_release(&p->trace);
    arena_release(&p->arena);
    free(p);
    return tells ? -1 : 0; /* a trace with a token or a value fails the case */
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
static const struct CMUnitTest cases[] = {
    CASE(an_absent_name_is_not_found),
    CASE(what_is_put_comes_back_latest_and_by_version),
    CASE(get_tells_the_version_that_put_told),
    CASE(a_second_put_conflicts_and_changes_nothing),
    CASE(an_equal_put_makes_no_second_version),
    CASE(a_version_replaces_and_the_old_one_is_told_apart),
    CASE(a_name_that_is_not_there_gets_no_version),
    CASE(a_version_says_nothing_of_its_value),
    CASE(a_value_is_held_exactly_or_refused_by_name),
    CASE(a_value_beyond_the_limit_is_refused_before_it_is_sent),
    CASE(the_longest_value_that_is_accepted_is_held),
    CASE(bytes_stay_bytes_and_text_stays_text),
    CASE(different_names_are_stored_apart),
    CASE(list_names_each_once),
    CASE(list_goes_on_over_all_pages),
    CASE(of_eight_puts_at_once_one_wins),
    CASE(eight_threads_store_apart),
    CASE(identity_and_check_say_whose_it_is_without_a_value),
};
static const struct CMUnitTest marked_cases[] = {CASE(what_others_made_gets_no_version)};
#undef CASE

static int run_cases(const struct fixture *f) {
    char name[64];
    current = f;
    int failed = cmocka_run_group_tests_name(f->id, cases, NULL, NULL);
    snprintf(name, sizeof name, "%s, marks", f->id);
    if (f->marks)
        failed += cmocka_run_group_tests_name(name, marked_cases, NULL, NULL);
    return failed;
}

static void print_names(const struct fixture *f) {
    for (size_t i = 0; i < KL_ARRAY_LEN(cases); i++)
        puts(cases[i].name);
    for (size_t i = 0; i < KL_ARRAY_LEN(marked_cases) && f->marks; i++)
        puts(marked_cases[i].name);
}

static const struct fixture *find_fixture(const char *id) {
    for (size_t i = 0; i < KL_ARRAY_LEN(fixtures); i++)
        if (strcmp(fixtures[i].id, id) == 0)
            return &fixtures[i];
    fprintf(stderr, "no vault %s here\n", id);
    exit(2);
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

static int run_one(const struct fixture *f) {
    if (f->server && !getenv(f->server)) {
        fprintf(stderr, "%s needs its options in %s\n", f->id, f->server);
        return 2;
    }
    return run_cases(f);
}

int main(int argc, char **argv) {
    const struct CMUnitTest general[] = {
        cmocka_unit_test(every_storing_vault_has_a_fixture),
        cmocka_unit_test(every_vault_tells_python_how_to_read),
        cmocka_unit_test(a_vault_that_stores_nothing_verifies_and_refuses),
    };
    if (argc == 3 && strcmp(argv[2], "names") == 0) {
        print_names(find_fixture(argv[1]));
        return 0;
    }
    if (argc > 1)
        return run_one(find_fixture(argv[1]));
    int failed = cmocka_run_group_tests_name("registry", general, NULL, NULL);
    for (size_t i = 0; i < KL_ARRAY_LEN(fixtures); i++)
        if (!fixtures[i].server)
            failed += run_cases(&fixtures[i]);
    return failed;
}
