/* Where a token for a Vault comes from, in the order in which they are tried, and
 * what the ways have in common. */
#include "backends/hcvault.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/system.h"

#define MAX_LOGIN_BYTES ((size_t)256 << 10)

const struct credential_link *const hcvault_links[] = {
    &hcvault_link_environment, &hcvault_link_token_file, &hcvault_link_approle,
    &hcvault_link_kubernetes,  &hcvault_link_jwt,
};
const size_t hcvault_link_count = KL_ARRAY_LEN(hcvault_links);

enum kl_status hcvault_token_text(struct slice text, const char *from, struct secret *out, struct error *e) {
    text = slice_trim(text);
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] <= ' ' || text.ptr[i] > '~')
            return error_set(e, KL_ERR_CREDENTIALS,
                             "%s holds more than one token, or other things than a token", from);
    if (text.len == 0)
        return error_set(e, KL_ERR_NOT_FOUND, "%s is empty", from);
    if (text.len > HCVAULT_MAX_TOKEN_BYTES)
        return error_set(e, KL_ERR_LIMIT, "%s: a token of more than %zu bytes", from,
                         HCVAULT_MAX_TOKEN_BYTES);
    secret_set(out, text);
    return KL_OK;
}

enum kl_status hcvault_token_file(const char *path, struct secret *out, struct error *e) {
    struct buf text = BUF_INIT_SECRET(HCVAULT_MAX_TOKEN_BYTES * 2);
    enum kl_status st = file_read(path, HCVAULT_MAX_TOKEN_BYTES, &text, e);
    if (st == KL_OK)
        st = hcvault_token_text(buf_as_slice(&text), path, out, e);
    buf_release(&text);
    return st;
}

static enum kl_status take_token(struct hcvault *v, const struct http_response *r, const char *mount,
                                 struct credential *out, struct error *e) {
    cJSON *json = NULL;
    enum kl_status st = hcvault_json(r, "the answer to the login", &json, e);
    const cJSON *auth = json_get(json, "auth");
    const char *token = json_string(auth, "client_token");
    double lease = json_number(auth, "lease_duration", 0);
    if (st == KL_OK && cJSON_IsObject(json_get(auth, "mfa_requirement")))
        st = error_set(e, KL_ERR_CREDENTIALS,
                       "auth/%s at %s asks for a second factor, which a program cannot give", mount,
                       v->address);
    else if (st == KL_OK && (!token || !token[0]))
        st = error_set(e, KL_ERR_PROTOCOL, "auth/%s at %s answers without a token", mount, v->address);
    if (st == KL_OK)
        st = hcvault_token_text(slice_cstr(token), "the answer to the login", &out->token, e);
    if (st == KL_OK && lease > 0 && lease < 1e9)
        out->expires = system_unix_time() + (uint64_t)lease;
    json_delete_secret(json);
    return st;
}

static void login_body(const struct hcvault *v, const struct hcvault_login_field *fields, size_t count,
                       struct buf *out) {
    cJSON *json = cJSON_CreateObject();
    if (!json)
        mem_die();
    for (size_t i = 0; i < count; i++) {
        if (!fields[i].value.len)
            continue;
        if (v->learn && strcmp(fields[i].name, "role") != 0)
            v->learn(v->observer, fields[i].value);
        json_add_slice(json, fields[i].name, fields[i].value);
    }
    json_print(json, false, out);
    json_delete_secret(json);
}

enum kl_status hcvault_login(struct hcvault *v, const char *mount, const struct hcvault_login_field *fields,
                             size_t count, struct credential *out, struct error *e) {
    struct buf body = BUF_INIT_SECRET(MAX_LOGIN_BYTES), url = BUF_INIT(HCVAULT_MAX_PATH * 8);
    struct arena a = ARENA_INIT;
    struct http_response r = {0};
    const char *said;
    if (!hcvault_path_is_plain(mount))
        return error_set(e, KL_ERR_USAGE,
                         "the path of a login is letters, digits and \"_.@=:-\" between slashes");
    login_body(v, fields, count, &body);
    buf_str(&url, "auth/");
    hcvault_append_path(&url, mount);
    buf_str(&url, "/login");
    const struct hcvault_request request = {"POST", buf_cstr(&url), buf_as_slice(&body), .anonymous = true,
                                            .repeatable = true};
    enum kl_status st = hcvault_send(v, &request, &r, e);
    if (st == KL_OK && r.status == 200) {
        st = take_token(v, &r, mount, out, e);
    } else if (st == KL_OK && (r.status == 400 || r.status == 403 || r.status == 404)) {
        hcvault_error_text(&r, &a, &said);
        st = error_set(e, KL_ERR_CREDENTIALS, "auth/%s at %s%s%s refuses the login (status %u%s%s)", mount,
                       v->address, v->namespace ? ", namespace " : "", v->namespace ? v->namespace : "",
                       r.status, said[0] ? ": " : "", said);
    } else if (st == KL_OK) {
        st = hcvault_refused(v, &r, "logging in", NULL, e);
    }
    http_response_release(&r);
    arena_release(&a);
    buf_release(&url);
    buf_release(&body);
    return st;
}
