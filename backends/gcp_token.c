/* gcp_token.c: what all ways to a token share: the request, its answer, and what
 * is said when it is refused. */
#include "backends/gcp_auth.h"

#include "base/encode.h"
#include "base/mem.h"
#include "base/system.h"

#define LONGEST_LIFE_S 43200.0

void gcp_learn(const struct gcp_auth *a, struct slice value) {
    if (a->learn && value.len)
        a->learn(a->observer, value);
}

void gcp_know(struct gcp_auth *a, const char *project, const char *number, const char *quota_project) {
    if (a->known)
        return;
    a->known = true;
    a->project = project ? arena_cstr(&a->arena, slice_cstr(project)) : NULL;
    a->number = number ? arena_cstr(&a->arena, slice_cstr(number)) : NULL;
    a->quota_project = quota_project ? arena_cstr(&a->arena, slice_cstr(quota_project)) : NULL;
}

const char *gcp_clean(struct slice text, struct arena *a) {
    struct buf out = BUF_INIT(GCP_TEXT_MAX + 8);
    for (size_t i = 0; i < text.len && out.len < GCP_TEXT_MAX;) {
        uint32_t code = 0;
        unsigned len = utf8_sequence(text.ptr + i, text.len - i, &code);
        bool printable = len && code >= 0x20 && code != 0x7F && (code < 0x80 || code > 0x9F);
        if (printable)
            buf_bytes(&out, text.ptr + i, len);
        else
            buf_char(&out, ' ');
        i += len ? len : 1;
    }
    if (out.len >= GCP_TEXT_MAX)
        buf_str(&out, "...");
    const char *clean = arena_cstr(a, slice_trim(buf_as_slice(&out)));
    buf_release(&out);
    return clean;
}

void gcp_form_add(struct buf *form, const char *name, const char *value) {
    if (form->len)
        buf_char(form, '&');
    buf_str(form, name);
    buf_char(form, '=');
    encode_percent(slice_cstr(value), form);
}

void gcp_basic(const char *id, const char *secret, struct buf *out) {
    struct buf pair = BUF_INIT_SECRET(GCP_TOKEN_MAX_BYTES);
    buf_str(&pair, id);
    buf_char(&pair, ':');
    buf_str(&pair, secret);
    buf_str(out, "Basic ");
    encode_base64(buf_as_slice(&pair), out);
    buf_release(&pair);
}

/* OAuth says {"error": "invalid_grant", "error_description": "..."}, Google's APIs say
 * {"error": {"status": "PERMISSION_DENIED", "message": "..."}}. */
enum kl_status gcp_token_refused(const struct gcp_token_request *r, const struct http_response *answer,
                                 struct error *e) {
    struct arena a = ARENA_INIT;
    struct error ignored = {0};
    cJSON *json = NULL;
    const char *code = NULL, *text = NULL;
    if (json_parse(buf_as_slice(&answer->body), "the answer", &json, &ignored) == KL_OK) {
        const cJSON *inner = json_get(json, "error");
        code = cJSON_IsObject(inner) ? json_string(inner, "status") : json_string(json, "error");
        text = cJSON_IsObject(inner) ? json_string(inner, "message") : json_string(json, "error_description");
    }
    enum kl_status st = answer->status == 429   ? KL_ERR_THROTTLED
                        : answer->status >= 500 ? KL_ERR_NETWORK
                        : answer->status == 403 ? KL_ERR_PERMISSION
                                                : KL_ERR_CREDENTIALS;
    const char *mend = answer->status == 429 || answer->status >= 500 ? "try again later" : r->mend;
    error_set(e, st, "%s gave no token (%u%s%s%s%s); %s", http_url_host(r->url, &a), answer->status,
              code ? " " : "", code ? gcp_clean(slice_cstr(code), &a) : "", text ? ": " : "",
              text ? gcp_clean(slice_cstr(text), &a) : "", mend);
    json_delete_secret(json);
    arena_release(&a);
    return e->status;
}

/* A number, or (Google's STS is said to do so) a string of digits. */
static double seconds_of(const cJSON *json) {
    const cJSON *item = json_get(json, "expires_in");
    double seconds = cJSON_IsNumber(item) ? item->valuedouble : 0;
    if (cJSON_IsString(item))
        for (const char *p = item->valuestring; *p >= '0' && *p <= '9' && seconds < LONGEST_LIFE_S; p++)
            seconds = seconds * 10 + (*p - '0');
    return seconds > 0 && seconds <= LONGEST_LIFE_S ? seconds : 0;
}

/* The e-mail in an id_token's payload. The token came from Google itself over TLS,
 * so its signature need not be checked (OpenID Connect Core, 3.1.3.7); it is only shown. */
static void take_email(const char *id_token, char *out, size_t size) {
    struct slice s = slice_cstr(id_token);
    size_t first = slice_find_byte(s, '.', 0);
    size_t second = first == SIZE_MAX ? SIZE_MAX : slice_find_byte(s, '.', first + 1);
    struct buf payload = BUF_INIT_SECRET(GCP_TOKEN_MAX_BYTES);
    struct error ignored = {0};
    cJSON *json = NULL;
    if (second != SIZE_MAX && decode_base64(slice_sub(s, first + 1, second), &payload) &&
        json_parse(buf_as_slice(&payload), "id_token", &json, &ignored) == KL_OK &&
        json_string(json, "email"))
        snprintf(out, size, "%s", json_string(json, "email"));
    json_delete_secret(json);
    buf_release(&payload);
}

static enum kl_status take_token(struct gcp_auth *a, const struct gcp_token_request *r,
                                 const struct http_response *answer, struct credential *out,
                                 struct error *e) {
    struct arena scratch = ARENA_INIT;
    cJSON *json = NULL;
    const char *host = http_url_host(r->url, &scratch);
    enum kl_status st = json_parse(buf_as_slice(&answer->body), "the answer", &json, e);
    const char *token = json_string(json, "access_token"), *id_token = json_string(json, "id_token");
    if (st != KL_OK || !token || !token[0]) {
        st = error_set(e, KL_ERR_PROTOCOL, "%s gave an answer without a token; is it the right address?",
                       host);
    } else {
        double seconds = seconds_of(json);
        gcp_learn(a, slice_cstr(token));
        gcp_learn(a, slice_cstr(id_token));
        secret_set(&out->token, slice_cstr(token));
        out->expires = seconds > 0 ? system_unix_time() + (uint64_t)seconds : 0;
        if (id_token && !out->owner[0])
            take_email(id_token, out->owner, sizeof out->owner);
    }
    json_delete_secret(json);
    arena_release(&scratch);
    return st;
}

enum kl_status gcp_token_post(struct gcp_auth *a, const struct gcp_token_request *r, struct credential *out,
                              struct error *e) {
    const struct http_header headers[] = {
        {"Content-Type", slice_cstr(r->content_type)},
        {"Accept", SLICE_LIT("application/json")},
        {"Authorization", r->authorization},
    };
    const struct http_request request = {
        .method = "POST",
        .url = r->url,
        .headers = headers,
        .header_count = r->authorization.len ? KL_ARRAY_LEN(headers) : KL_ARRAY_LEN(headers) - 1,
        .body = r->body,
        .repeatable = true, /* a second token does no harm */
    };
    struct http_response answer = {0};
    enum kl_status st = http_send(a->http, &request, &answer, e);
    if (st == KL_OK)
        st = answer.status == 200 ? take_token(a, r, &answer, out, e) : gcp_token_refused(r, &answer, e);
    http_response_release(&answer);
    return st;
}
