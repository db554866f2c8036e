/* aws_credentials.c: the chain, readable at a glance, and what its links share. Source:
 * "Credentials" in the boto3 documentation; "Standardized credential providers" in the
 * AWS SDKs and Tools Reference Guide. */
#include "backends/aws_credentials.h"
#include "backends/aws_time.h"

#include "base/file.h"
#include "base/system.h"

static const struct credential_link *const links[] = {
    &aws_credential_environment, &aws_credential_assume_role, &aws_credential_web_identity,
    &aws_credential_sso,         &aws_credential_shared_file, &aws_credential_login,
    &aws_credential_process,     &aws_credential_config_file, &aws_credential_container,
    &aws_credential_imds,
};

struct credential_chain *aws_credentials_chain(struct aws *w) {
    return credential_chain_new(links, KL_ARRAY_LEN(links), NULL, w, w->learn, w->observer);
}

const char *aws_session_name(struct arena *a) {
    return arena_printf(a, "keylift-%llu", (unsigned long long)system_unix_time());
}

static bool take(const cJSON *j, const char *key, struct secret *out) {
    const char *value = json_string(j, key);
    if (value)
        secret_set(out, slice_cstr(value));
    return value && value[0];
}

enum kl_status aws_credential_from_json(const struct aws *w, struct slice json, const char *token_key,
                                        bool temporary, const char *what, struct credential *out,
                                        struct error *e) {
    cJSON *j = NULL;
    struct error detail;
    const char *missing = NULL;
    /* The parser's own words could quote the text. */
    if (json_parse(json, what, &j, &detail) != KL_OK || !cJSON_IsObject(j)) {
        json_delete_secret(j);
        return error_set(e, KL_ERR_CREDENTIALS, "%s did not answer with a JSON object", what);
    }
    const char *expires = json_string(j, "Expiration");
    if (!take(j, "AccessKeyId", &out->id))
        missing = "AccessKeyId";
    else if (!take(j, "SecretAccessKey", &out->key))
        missing = "SecretAccessKey";
    else if (!take(j, token_key, &out->token) && temporary)
        missing = token_key;
    else if (temporary && !expires)
        missing = "Expiration";
    else if (expires && !aws_time_iso(slice_cstr(expires), &out->expires))
        missing = "valid Expiration";
    aws_learn(w, secret_slice(&out->key));
    aws_learn(w, secret_slice(&out->token));
    json_delete_secret(j);
    if (missing)
        return error_set(e, KL_ERR_CREDENTIALS, "%s answered without a %s", what, missing);
    if (out->expires && out->expires <= system_unix_time())
        return error_set(e, KL_ERR_CREDENTIALS, "%s gave a credential that has run out already", what);
    return KL_OK;
}

enum kl_status aws_read_token(const struct aws *w, const char *path, struct buf *out, struct error *e) {
    struct buf bytes = BUF_INIT_SECRET(AWS_MAX_TOKEN_BYTES);
    enum kl_status st = file_read(path, AWS_MAX_TOKEN_BYTES, &bytes, e);
    struct slice token = slice_trim(buf_as_slice(&bytes));
    if (st == KL_OK &&
        (!token.len || slice_find_byte(token, '\0', 0) != SIZE_MAX ||
         slice_find_byte(token, '\n', 0) != SIZE_MAX || slice_find_byte(token, '\r', 0) != SIZE_MAX))
        st = error_set(e, KL_ERR_CREDENTIALS, "%s: not a token in one line", path);
    else if (st == KL_ERR_NOT_FOUND) /* that would pass the link over */
        st = error_set(e, KL_ERR_CREDENTIALS, "%s: there is no such token file", path);
    if (st == KL_OK) {
        aws_learn(w, token);
        buf_slice(out, token);
    }
    buf_release(&bytes);
    return st;
}

enum kl_status aws_local_get(struct aws *w, const char *method, const char *url,
                             const struct http_header *headers, size_t count, struct http_response *out,
                             struct error *e) {
    const struct http_request request = {
        .method = method,
        .url = url,
        .headers = headers,
        .header_count = count,
        .repeatable = true,
        .metadata = true,
    };
    return http_send(w->http, &request, out, e);
}
