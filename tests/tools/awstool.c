/* awstool.c: a vault's calls from a test in Python, a JSON object a line in and out.
 *
 *     awstool aws endpoint=http://127.0.0.1:9 prefix=p/
 *     {"do": "put", "name": "KEY", "value": "<base64>", "binary": false}
 *     {"status": "ok", "version": "..."}
 *
 * "do" is put, add, get (with "version" or without), list, identity or check. `status`
 * is the category of base/error.h, "message" what a person would read, "leaks" whether
 * that holds the value or a token that the vault learned. */
#include "backends/vault.h"
#include "base/encode.h"
#include "base/file.h"
#include "base/json.h"
#include "base/redact.h"
#include "base/thread.h"

#define INPUT_MAX ((size_t)256 << 20)

static const struct {
    const char *key;
    size_t offset;
} option_keys[] = {
#define KEY(field)                                                                                           \
    { #field, offsetof(struct vault_options, field) }
    KEY(root),   KEY(run_id),     KEY(endpoint),    KEY(ca_file),
    KEY(prefix), KEY(aws_region), KEY(aws_profile), KEY(aws_kms_key),
#undef KEY
};

struct tool {
    struct vault *vault;
    struct redactor *known;
    struct mutex *lock;
    struct arena arena;
};

static void learn(void *ctx, struct slice value) {
    struct tool *t = ctx;
    mutex_lock(t->lock);
    redact_add(t->known, value);
    mutex_unlock(t->lock);
}

static bool set_option(struct tool *t, struct vault_options *o, const char *text) {
    size_t len = strcspn(text, "=");
    for (size_t i = 0; i < KL_ARRAY_LEN(option_keys); i++)
        if (text[len] == '=' && slice_eq_cstr(slice_of(text, len), option_keys[i].key)) {
            *(const char **)(void *)((char *)o + option_keys[i].offset) =
                arena_cstr(&t->arena, slice_cstr(text + len + 1));
            return true;
        }
    return false;
}

static void add_name(void *ctx, const char *name) {
    cJSON_AddItemToArray(ctx, cJSON_CreateString(name));
}

static enum kl_status write_secret(struct tool *t, const cJSON *in, cJSON *out, bool add, struct error *e) {
    struct buf bytes = BUF_INIT_SECRET(INPUT_MAX);
    struct secret s = {.binary = json_bool(in, "binary", false)};
    char version[VAULT_VERSION_MAX] = "";
    const struct vault_kind *k = t->vault->kind;
    enum kl_status st = decode_base64(slice_cstr(json_string(in, "value")), &bytes) ? KL_OK : KL_ERR_PARSE;
    secret_set(&s, buf_as_slice(&bytes));
    learn(t, secret_slice(&s));
    if (st == KL_OK)
        st = (add ? k->add_version : k->put_if_absent)(t->vault, json_string(in, "name"), &s, version, e);
    json_add_string(out, "version", version);
    secret_release(&s);
    buf_release(&bytes);
    return st;
}

static enum kl_status read_secret(struct tool *t, const cJSON *in, cJSON *out, struct error *e) {
    struct buf text = BUF_INIT_SECRET(INPUT_MAX);
    struct secret s = {0};
    char version[VAULT_VERSION_MAX] = "";
    enum kl_status st =
        t->vault->kind->get(t->vault, json_string(in, "name"), json_string(in, "version"), &s, version, e);
    if (st == KL_OK) {
        encode_base64(secret_slice(&s), &text);
        json_add_slice(out, "value", buf_as_slice(&text));
        cJSON_AddBoolToObject(out, "binary", s.binary);
        json_add_string(out, "version", version);
    }
    secret_release(&s);
    buf_release(&text);
    return st;
}

static enum kl_status describe(struct tool *t, cJSON *out, bool check, struct error *e) {
    struct vault_identity id = {{NULL}};
    const struct vault_kind *k = t->vault->kind;
    enum kl_status st = (check ? k->check : k->identity)(t->vault, &t->arena, &id, e);
    cJSON *lines = cJSON_AddArrayToObject(out, "lines");
    for (size_t i = 0; i < VAULT_IDENTITY_LINES && id.lines[i]; i++)
        add_name(lines, id.lines[i]);
    return st;
}

static void answer(struct tool *t, const cJSON *in) {
    struct error e = {0};
    struct buf line = BUF_INIT_SECRET(INPUT_MAX);
    const char *what = json_string(in, "do");
    cJSON *out = cJSON_CreateObject();
    enum kl_status st = KL_ERR_USAGE;
    if (strcmp(what, "put") == 0 || strcmp(what, "add") == 0)
        st = write_secret(t, in, out, what[0] == 'a', &e);
    else if (strcmp(what, "get") == 0)
        st = read_secret(t, in, out, &e);
    else if (strcmp(what, "list") == 0)
        st = t->vault->kind->list(t->vault, add_name, cJSON_AddArrayToObject(out, "names"), &e);
    else
        st = describe(t, out, strcmp(what, "check") == 0, &e);
    json_add_string(out, "status", status_name(st));
    json_add_string(out, "message", st == KL_OK ? "" : e.message);
    cJSON_AddBoolToObject(out, "leaks", redact_would_change(t->known, slice_cstr(e.message)));
    json_print(out, false, &line);
    fwrite(line.ptr, 1, line.len, stdout);
    fflush(stdout);
    json_delete_secret(out);
    buf_release(&line);
}

static int run(struct tool *t, struct error *e) {
    struct buf input = BUF_INIT_SECRET(INPUT_MAX);
    enum kl_status st = file_read_fd(0, "standard input", INPUT_MAX, &input, e);
    struct slice text = buf_as_slice(&input);
    for (size_t at = 0; st == KL_OK && at < text.len;) {
        size_t end = slice_find_byte(text, '\n', at);
        cJSON *in = NULL;
        end = end == SIZE_MAX ? text.len : end;
        st = json_parse(slice_sub(text, at, end), "request", &in, e);
        if (st == KL_OK)
            answer(t, in);
        json_delete_secret(in);
        at = end + 1;
    }
    buf_release(&input);
    return st == KL_OK ? 0 : 2;
}

int main(int argc, char **argv) {
    struct tool t = {.known = redact_new(), .lock = mutex_new()};
    struct vault_options o = {.root = "/", .run_id = "tool", .learn = learn, .observer = &t};
    struct error e = {0};
    int status = 2;
    const struct vault_kind *kind = argc > 1 ? vault_kind_find(argv[1]) : NULL;
    bool valid = kind != NULL;
    for (int i = 2; i < argc; i++)
        valid = valid && set_option(&t, &o, argv[i]);
    if (!valid)
        snprintf(e.message, sizeof e.message, "usage: awstool VAULT KEY=VALUE...");
    else if (vault_open(kind, &o, &t.vault, &e) == KL_OK)
        status = run(&t, &e);
    if (status)
        fprintf(stderr, "%s\n", e.message);
    if (t.vault)
        t.vault->kind->close(t.vault);
    arena_release(&t.arena);
    redact_free(t.known);
    mutex_free(t.lock);
    return status;
}
