/* place.c: see place.h. */
#include "place.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/mem.h"

void learn(void *ctx, struct slice value) {
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

const struct fixture *current;
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

const struct fixture fixtures[] = {
    {"dotenv", make_folder, remove_dotenv, NULL, false},
    {"aws", make_server, remove_folder, "KEYLIFT_CONFORMANCE_AWS", true},
    {"azure", make_server, remove_folder, "KEYLIFT_CONFORMANCE_AZURE", true},
    {"gcp", make_server, remove_folder, "KEYLIFT_CONFORMANCE_GCP", true},
    {"vault", make_server, remove_folder, "KEYLIFT_CONFORMANCE_VAULT", true},
    {"exec", make_server, remove_folder, "KEYLIFT_CONFORMANCE_EXEC", false},
    {NULL, NULL, NULL, NULL, false},
};

static void open_place(struct place *p) {
    struct error e = {0};
    const struct vault_kind *kind = vault_kind_find(current->id);
    assert_non_null(kind);
    if (vault_open(kind, &p->options, &p->vault, &e) != KL_OK)
        fail_msg("open: %s", e.message);
    assert_string_equal(p->vault->kind->id, kind->id);
}

int set_up(void **state) {
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

void check_message(struct place *p, const struct error *e) {
    mutex_lock(p->lock);
    bool tells = redact_would_change(p->known, slice_cstr(e->message));
    mutex_unlock(p->lock);
    assert_false(tells);
    assert_true(e->message[0] != '\0');
}

struct secret secret_from(const char *bytes, size_t len) {
    struct secret s = {0};
    secret_set(&s, slice_of(bytes, len));
    return s;
}

struct secret secret_text(const char *text) {
    return secret_from(text, strlen(text));
}

void put(struct place *p, const char *name, const char *text, char version[VAULT_VERSION_MAX]) {
    struct error e = {0};
    struct secret s = secret_text(text);
    enum kl_status st = p->vault->kind->put_if_absent(p->vault, name, &s, version, &e);
    if (st != KL_OK)
        fail_msg("put %s: %s", name, e.message);
    secret_release(&s);
}

void expect(struct place *p, const char *name, const char *version, const char *bytes, size_t len) {
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

void reopen(struct place *p) {
    p->vault->kind->close(p->vault);
    open_place(p);
}

enum kl_status put_bytes(struct place *p, const char *name, struct slice bytes, bool binary,
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
int tear_down(void **state) {
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
