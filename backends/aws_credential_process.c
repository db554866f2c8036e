/* aws_credential_process.c: credential_process: a program of the user's prints a
 * credential as JSON. Source: "Process credential provider" in the AWS SDKs and Tools
 * Reference Guide. It is run without a shell, and nothing that it prints is shown: a
 * broken one may print anything. */
#include "backends/aws_credentials.h"

#include "base/process.h"

#define PROCESS_TIMEOUT_MS 60000u /* it may ask an identity provider */
#define PROCESS_MAX_WORDS 64

/* A path relative to the working directory would be a program of the scanned tree. */
static enum kl_status check_program(const char *program, const char *profile, struct error *e) {
    if (!strchr(program, '/') || program[0] == '/')
        return KL_OK;
    return error_set(e, KL_ERR_REFUSED,
                     "the credential_process of profile \"%s\" is a relative path; write the absolute one",
                     profile);
}

static enum kl_status run(const char *command, const char *profile, struct process_result *out,
                          struct error *e) {
    struct arena words_arena = ARENA_INIT;
    const char *words[PROCESS_MAX_WORDS + 1];
    size_t count = 0;
    enum kl_status st = aws_ini_words(command, &words_arena, words, PROCESS_MAX_WORDS, &count, e);
    if (st == KL_OK && !count)
        st = error_set(e, KL_ERR_CREDENTIALS, "it is empty");
    if (st != KL_OK) {
        error_prefix(e, "credential_process of profile \"%s\"", profile);
        goto done;
    }
    st = check_program(words[0], profile, e);
    const struct process_request request = {
        .argv = words, .max_output = AWS_MAX_TOKEN_BYTES, .timeout_ms = PROCESS_TIMEOUT_MS};
    if (st == KL_OK)
        st = process_run(&request, out, e);
    if (st == KL_ERR_NOT_FOUND)
        st = error_set(e, KL_ERR_CREDENTIALS, "the credential_process of profile \"%s\", %s, was not found",
                       profile, words[0]);
    if (st == KL_OK && out->exit_code != 0)
        st = error_set(
            e, KL_ERR_CREDENTIALS,
            "the credential_process of profile \"%s\" ended with %d; run it yourself to see why: %s ...",
            profile, out->exit_code, words[0]);
done:
    arena_release(&words_arena);
    return st;
}

static enum kl_status check_version(struct slice json, const char *what, struct error *e) {
    cJSON *j = NULL;
    struct error ignored;
    bool right = json_parse(json, what, &j, &ignored) == KL_OK && json_number(j, "Version", 0) == 1.0;
    json_delete_secret(j);
    return right ? KL_OK : error_set(e, KL_ERR_CREDENTIALS, "%s did not answer with \"Version\": 1", what);
}

enum kl_status aws_profile_process(struct aws *w, const char *profile, struct credential *out,
                                   struct error *e) {
    const char *command = aws_config_get(&w->config, profile, "credential_process");
    struct process_result result = {0};
    struct arena scratch = ARENA_INIT;
    if (!command)
        return error_set(e, KL_ERR_NOT_FOUND, "profile \"%s\" has no credential_process", profile);
    const char *what = arena_printf(&scratch, "the credential_process of profile \"%s\"", profile);
    enum kl_status st = run(command, profile, &result, e);
    if (st == KL_OK)
        st = check_version(buf_as_slice(&result.out), what, e);
    if (st == KL_OK)
        st = aws_credential_from_json(w, buf_as_slice(&result.out), "SessionToken", false, what, out, e);
    snprintf(out->owner, sizeof out->owner, "profile %.200s", profile);
    process_result_release(&result);
    arena_release(&scratch);
    return st;
}

static enum kl_status find(const struct credential_link *link, void *ctx, struct credential *out,
                           struct error *e) {
    struct aws *w = ctx;
    (void)link;
    return aws_profile_process(w, w->config.profile, out, e);
}

const struct credential_link aws_credential_process = {"credential-process", find};
