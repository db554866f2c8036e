/* One call of a helper: what it is given, how long it may take, and what is shown of
 * what it says. */
#include "backends/exec.h"

#include "base/encode.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/process.h"
#include "base/redact.h"
#include "base/system.h"

#define SHOWN_MAX_BYTES 200
#define ENVIRONMENT_MAX 64
#define OWN_VARIABLES "KEYLIFT_HELPER_"

/* What programs that keep secrets need to find their store and to ask their owner.
 * Everything else stays behind: it may hold secrets that are not the helper's. */
static const char *const passed_on[] = {
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "TMPDIR",
    "XDG_RUNTIME_DIR",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "DBUS_SESSION_BUS_ADDRESS",
    "GNUPGHOME",
    "GPG_TTY",
    "PASSWORD_STORE_DIR",
    "PYTHON_KEYRING_BACKEND",
};

struct environment {
    struct arena *a;
    const char *vars[ENVIRONMENT_MAX + 1];
    size_t count;
};

static void pass_on(void *ctx, const char *name, const char *value) {
    struct environment *env = ctx;
    bool wanted = slice_starts(slice_cstr(name), OWN_VARIABLES);
    for (size_t i = 0; i < KL_ARRAY_LEN(passed_on) && !wanted; i++)
        wanted = strcmp(name, passed_on[i]) == 0;
    if (wanted && env->count < ENVIRONMENT_MAX)
        env->vars[env->count++] = arena_printf(env->a, "%s=%s", name, value);
}

static void write_request(const struct exec_call *call, struct buf *out) {
    cJSON *json = cJSON_CreateObject();
    if (!json)
        mem_die();
    json_add_count(json, "keylift", EXEC_PROTOCOL);
    json_add_string(json, "operation", call->operation);
    if (call->name)
        json_add_string(json, "name", call->name);
    if (call->version)
        json_add_string(json, "version", call->version);
    if (call->value)
        json_add_slice(json, "value", secret_slice(call->value));
    json_print(json, false, out);
    json_delete_secret(json);
}

const char *exec_shown(struct arena *a, const char *text) {
    struct buf out = BUF_INIT(SHOWN_MAX_BYTES + 8);
    struct slice s = slice_trim(slice_cstr(text ? text : ""));
    for (size_t i = 0; i < s.len;) {
        uint32_t c;
        unsigned len = utf8_sequence(s.ptr + i, s.len - i, &c);
        if (out.len + len > SHOWN_MAX_BYTES) {
            buf_str(&out, "...");
            break;
        }
        if (len == 0 || c < 0x20 || c == 0x7f)
            buf_char(&out, ' ');
        else
            buf_bytes(&out, s.ptr + i, len);
        i += len ? len : 1;
    }
    const char *shown = arena_cstr(a, buf_as_slice(&out));
    buf_release(&out);
    return shown;
}

/* What a helper says may hold the value that it was given. */
static const char *masked(struct arena *a, const struct exec_call *call, struct slice text) {
    struct redactor *known = redact_new();
    struct buf out = BUF_INIT_SECRET(EXEC_MAX_OUTPUT_BYTES * 2);
    if (call->value)
        redact_add(known, secret_slice(call->value));
    redact_text(known, text, &out);
    const char *shown = exec_shown(a, buf_cstr(&out));
    buf_release(&out);
    redact_free(known);
    return shown;
}

/* The helper's words for what went wrong. */
static const struct {
    const char *word;
    enum kl_status status;
    const char *meaning;
} words[] = {
    {"ok", KL_OK, ""},
    {"not-found", KL_ERR_NOT_FOUND, "the helper has no such name"},
    {"conflict", KL_ERR_CONFLICT, "the helper has a value under this name already"},
    {"unsupported", KL_ERR_UNSUPPORTED, "the helper cannot do or hold that"},
    {"limit", KL_ERR_LIMIT, "larger or longer than the helper takes"},
    {"credentials", KL_ERR_CREDENTIALS, "the helper could not open its store"},
    {"permission", KL_ERR_PERMISSION, "the helper may not do that"},
    {"throttled", KL_ERR_THROTTLED, "the helper was asked to slow down"},
    {"network", KL_ERR_NETWORK, "the helper could not reach its store"},
    {"error", KL_ERR_IO, "the helper failed"},
};

static enum kl_status say(const struct exec_vault *v, const struct exec_call *call, enum kl_status status,
                          struct error *e, const char *problem, const char *detail) {
    const char *subject = call->name ? call->name : call->operation;
    return error_set(e, status, "%s: %s (%s%s%s)", subject, problem, path_basename(v->program),
                     detail[0] ? ": " : "", detail);
}

static enum kl_status read_answer(const struct exec_vault *v, struct exec_call *call, struct slice out,
                                  struct arena *a, struct error *e) {
    struct error why = {0};
    if (json_parse(out, "its answer", &call->answer, &why) != KL_OK)
        return say(v, call, KL_ERR_PROTOCOL, e, "the helper did not answer with one JSON object",
                   why.message);
    if (json_number(call->answer, "keylift", 0) != (double)EXEC_PROTOCOL)
        return say(v, call, KL_ERR_PROTOCOL, e, "the helper does not speak version 1 of the protocol", "");
    const char *status = json_string(call->answer, "status"), *message = json_string(call->answer, "message");
    for (size_t i = 0; status && i < KL_ARRAY_LEN(words); i++) {
        if (strcmp(status, words[i].word) != 0)
            continue;
        call->unsure = false;
        if (words[i].status == KL_OK)
            return KL_OK;
        return say(v, call, words[i].status, e, words[i].meaning, masked(a, call, slice_cstr(message)));
    }
    return say(v, call, KL_ERR_PROTOCOL, e, "the helper's answer has no status that keylift knows", "");
}

static enum kl_status judge(const struct exec_vault *v, struct exec_call *call,
                            const struct process_result *result, struct arena *a, struct error *e) {
    const char *said = masked(a, call, buf_as_slice(&result->err));
    if (result->exit_code > 128)
        return say(v, call, KL_ERR_IO, e,
                   arena_printf(a, "the helper was ended by signal %d", result->exit_code - 128), said);
    if (result->exit_code != 0)
        return say(v, call, KL_ERR_IO, e,
                   arena_printf(a, "the helper ended with status %d", result->exit_code), said);
    return read_answer(v, call, buf_as_slice(&result->out), a, e);
}

static void report(const struct exec_vault *v, const struct exec_call *call, double seconds,
                   enum kl_status status) {
    char line[200];
    if (!v->trace)
        return;
    (void)snprintf(line, sizeof line, "%.100s %s: %s, %.3f s", path_basename(v->program), call->operation,
                   status == KL_OK ? "ok" : status_name(status), seconds);
    v->trace(v->observer, line);
}

enum kl_status exec_run(struct exec_vault *v, struct exec_call *call, struct error *e) {
    struct arena a = ARENA_INIT;
    struct environment env = {.a = &a};
    struct buf input = BUF_INIT_SECRET(EXEC_MAX_OUTPUT_BYTES);
    struct process_result result = {0};
    const char *const argv[] = {v->program, NULL};
    double started = system_seconds();
    system_each_env(pass_on, &env);
    write_request(call, &input);
    const struct process_request request = {
        .argv = argv,
        .env = env.vars,
        .cwd = "/",
        .input = buf_as_slice(&input),
        .max_output = EXEC_MAX_OUTPUT_BYTES,
        .timeout_ms = v->timeout_ms,
    };
    call->unsure = true;
    call->answer = NULL;
    enum kl_status st = process_run(&request, &result, e);
    if (st == KL_OK)
        st = judge(v, call, &result, &a, e);
    else
        error_prefix(e, "%s", call->name ? call->name : call->operation);
    if (st != KL_OK) {
        json_delete_secret(call->answer);
        call->answer = NULL;
    }
    report(v, call, system_seconds() - started, st);
    process_result_release(&result);
    buf_release(&input);
    arena_release(&a);
    return st;
}
