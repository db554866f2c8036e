/* azure_credential_cli.c: whoever is signed in to the Azure CLI. It is run without a shell,
 * from a folder that no project owns, and for a bounded time. */
#include "backends/azure.h"
#include "backends/azure_credentials.h"
#include "base/process.h"

#define CLI_TIMEOUT_MS 10000u
#define CLI_FOLDER "/"

/* {"accessToken": "...", "expires_on": 1767225600, "expiresOn": "2026-01-01 00:00:00.000000"}:
 * the last one is local time, and is passed over: the token says it, too. */
static enum kl_status take_output(struct slice output, struct credential *out, struct error *e) {
    cJSON *json = NULL;
    struct error why = {0};
    if (json_parse(output, "az", &json, &why) != KL_OK || !json_string(json, "accessToken")) {
        json_delete_secret(json);
        return error_set(e, KL_ERR_NOT_FOUND, "az answered something that holds no token");
    }
    double expires = json_number(json, "expires_on", 0);
    enum kl_status st = azure_token_take(slice_cstr(json_string(json, "accessToken")),
                                         expires > 0 && expires < 1e11 ? (uint64_t)expires : 0, out, e);
    json_delete_secret(json);
    return st;
}

/* The last line of what az complained; it never prints a token there. */
static void add_complaint(struct slice text, struct buf *out) {
    struct arena a = ARENA_INIT;
    text = slice_trim(text);
    for (size_t i = text.len; i > 0; i--)
        if (text.ptr[i - 1] == '\n') {
            text = slice_sub(text, i, text.len);
            break;
        }
    azure_quote(out, arena_cstr(&a, text));
    arena_release(&a);
}

static enum kl_status find(const struct credential_link *link, void *ctx, struct credential *out,
                           struct error *e) {
    const struct azure_login *login = ctx;
    const char *const argv[] = {"az",         "account",       "get-access-token", "--output",    "json",
                                "--resource", login->resource, "--tenant",         login->tenant, NULL};
    const struct process_request request = {
        .argv = argv, .cwd = CLI_FOLDER, .max_output = AZURE_TOKEN_MAX, .timeout_ms = CLI_TIMEOUT_MS};
    struct process_result result = {0};
    struct error why = {0};
    (void)link;
    enum kl_status st = process_run(&request, &result, &why);
    if (st == KL_ERR_NOT_FOUND)
        st = error_set(e, KL_ERR_NOT_FOUND, "there is no program az in PATH");
    else if (st != KL_OK)
        st = error_set(e, KL_ERR_NOT_FOUND, "az: %.300s", why.message);
    else if (result.exit_code == 127)
        st = error_set(e, KL_ERR_NOT_FOUND, "there is no program az in PATH");
    else if (result.exit_code != 0) {
        struct buf text = BUF_INIT(KL_ERROR_MESSAGE_MAX);
        add_complaint(buf_as_slice(&result.err), &text);
        st = error_set(e, KL_ERR_NOT_FOUND, "az gave no token; sign in: az login --tenant %s (az says: %s)",
                       login->tenant, buf_cstr(&text));
        buf_release(&text);
    } else
        st = take_output(buf_as_slice(&result.out), out, e);
    process_result_release(&result);
    return st;
}

const struct credential_link azure_link_cli = {.name = "cli", .find = find};
