/* fuzz_vault.c: any bytes may come from a Vault, lie in a token file, or be a helper's
 * answer. What is taken for a token could stand in a header; what is shown is one
 * short line; what is a value has no NUL. */
#include "tests/fuzz/fuzz.h"

#include "backends/exec.h"
#include "backends/hcvault.h"

#define SHOWN_MAX_BYTES 210

static void check_token(struct slice bytes) {
    struct secret token = {0};
    struct error e = {0};
    if (hcvault_token_text(bytes, "fuzz", &token, &e) == KL_OK) {
        if (token.len == 0)
            abort();
        for (size_t i = 0; i < token.len; i++)
            if (token.ptr[i] <= ' ' || token.ptr[i] > '~')
                abort();
    }
    secret_release(&token);
}

static void check_shown(const char *text) {
    if (strlen(text) > SHOWN_MAX_BYTES)
        abort();
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            abort();
}

static void check_answer(struct slice bytes, unsigned status, struct arena *a) {
    struct http_response r = {.status = status};
    struct hcvault_secret s = {0};
    struct error e = {0};
    const char *said;
    buf_init_secret(&r.body, HTTP_MAX_BODY_BYTES);
    buf_slice(&r.body, bytes);
    hcvault_error_text(&r, a, &said);
    check_shown(said);
    if (hcvault_secret_parse(&r, "value", "NAME", &s, &e) == KL_OK) {
        if (s.is_text && memchr(s.value.ptr ? s.value.ptr : (unsigned char *)"", 0, s.value.len))
            abort();
        if ((s.presence == HCVAULT_ABSENT) != (s.version == 0))
            abort();
    }
    hcvault_secret_release(&s);
    buf_release(&r.body);
}

static void check_python(struct slice bytes, struct arena *a) {
    struct python_access access = {.read_text = "{name}", .missing_error = "KeyError"};
    struct error e = {0};
    cJSON *json = NULL;
    if (json_parse(bytes, "fuzz", &json, &e) != KL_OK)
        return;
    if (exec_python_parse(json, a, &access, &e) == KL_OK &&
        (!strstr(access.read_text, "{name}") || strchr(access.read_text, '\n')))
        abort();
    json_delete_secret(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena = ARENA_INIT;
    struct slice bytes = slice_of(data, size);
    if (size > 20000)
        return 0;
    check_token(bytes);
    check_answer(bytes, 200, &arena);
    check_answer(bytes, 404, &arena);
    check_python(bytes, &arena);
    arena_release(&arena);
    return 0;
}
