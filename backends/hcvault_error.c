/* What a refusal of a Vault means, for a person. */
#include "backends/hcvault.h"

#define TEXT_MAX_BYTES 200
#define LARGER "the secret is larger than the server takes"

/* Errors come nested and laid out for a terminal: "1 error occurred:\n\t* permission
 * denied\n\n". The lines of the layout are dropped, the others joined. */
static bool is_layout(struct slice line) {
    return line.len == 0 || slice_ends(line, "error occurred:") || slice_ends(line, "errors occurred:");
}

static void append_line(struct buf *out, struct slice line) {
    line = slice_trim(line);
    if (slice_starts(line, "* "))
        line = slice_trim(slice_sub(line, 2, line.len));
    if (is_layout(line))
        return;
    if (out->len)
        buf_str(out, "; ");
    for (size_t i = 0; i < line.len; i++) {
        unsigned char c = (unsigned char)line.ptr[i];
        buf_char(out, c < 0x20 || c == 0x7f ? ' ' : (char)c);
    }
}

static void append_lines(struct buf *out, const char *text) {
    struct slice all = slice_cstr(text);
    for (size_t at = 0; at < all.len;) {
        size_t end = slice_find_byte(all, '\n', at);
        end = end == SIZE_MAX ? all.len : end;
        append_line(out, slice_sub(all, at, end));
        at = end + 1;
    }
}

void hcvault_error_text(const struct http_response *r, struct arena *a, const char **out) {
    struct buf text = BUF_INIT(HTTP_MAX_BODY_BYTES * 2);
    struct error ignored = {0};
    cJSON *json = NULL;
    *out = "";
    if (r->body.len && json_parse(buf_as_slice(&r->body), "errors", &json, &ignored) == KL_OK) {
        const cJSON *item;
        cJSON_ArrayForEach(item, json_get(json, "errors")) {
            if (cJSON_IsString(item))
                append_lines(&text, item->valuestring);
        }
    }
    if (text.len > TEXT_MAX_BYTES) {
        size_t cut = TEXT_MAX_BYTES;
        while (cut && ((unsigned char)text.ptr[cut] & 0xC0) == 0x80)
            cut--;
        *out = arena_printf(a, "%.*s...", (int)cut, text.ptr);
    } else if (text.len) {
        *out = arena_cstr(a, buf_as_slice(&text));
    }
    json_delete_secret(json);
    buf_release(&text);
}

/* Statuses that have one meaning here. (HTTP API and /sys/health, API reference.) */
static const struct {
    unsigned status;
    enum kl_status category;
    const char *meaning;
} meanings[] = {
    {307, KL_ERR_PROTOCOL,
     "this node is on standby and sends its clients on; keylift does not follow with a token: set "
     "VAULT_ADDR to the active node"},
    {400, KL_ERR_PROTOCOL, "the server does not accept the request"},
    {404, KL_ERR_NOT_FOUND, "there is nothing at that path"},
    {405, KL_ERR_UNSUPPORTED,
     "the server does not know this operation there; keylift needs a KV version 2 mount and Vault 1.11 or "
     "OpenBao 2"},
    {412, KL_ERR_THROTTLED, "this node has not caught up with the active one yet; try again"},
    {413, KL_ERR_LIMIT, LARGER},
    {429, KL_ERR_THROTTLED, "the server asks to slow down (a rate limit quota)"},
    {472, KL_ERR_NETWORK,
     "this node is a disaster recovery secondary and serves nobody; set VAULT_ADDR to the primary"},
    {473, KL_ERR_NETWORK,
     "this node is a performance standby and does not answer; set VAULT_ADDR to the active node"},
    {501, KL_ERR_NETWORK, "the server is not initialised; an operator has to run: vault operator init"},
    {503, KL_ERR_NETWORK,
     "the server is sealed or in maintenance; an operator has to run: vault operator unseal"},
};

enum kl_status hcvault_refused(const struct hcvault *v, const struct http_response *r, const char *what,
                               const char *policy, struct error *e) {
    struct arena a = ARENA_INIT;
    const char *said, *meaning = r->status >= 500 ? "the server failed" : "an unexpected answer";
    enum kl_status category = r->status >= 500 ? KL_ERR_NETWORK : KL_ERR_PROTOCOL;
    hcvault_error_text(r, &a, &said);
    for (size_t i = 0; i < KL_ARRAY_LEN(meanings); i++)
        if (meanings[i].status == r->status) {
            category = meanings[i].category;
            meaning = meanings[i].meaning;
        }
    /* Storage says so with 500 (raft), the limits of JSON with 400. */
    if (strstr(said, "too large") || strstr(said, "exceeded maximum") || strstr(said, "exceeds")) {
        category = KL_ERR_LIMIT;
        meaning = LARGER;
    }
    const char *quoted = said[0] ? arena_printf(&a, ": \"%s\"", said) : "";
    if (r->status == 403 && policy)
        error_set(e, KL_ERR_PERMISSION, "%s: the token's policies do not allow it (403%s); they lack: %s",
                  what, quoted, policy);
    else if (r->status == 403)
        error_set(e, KL_ERR_PERMISSION, "%s: %s does not allow it (403%s)", what, v->address, quoted);
    else
        error_set(e, category, "%s: %s (%s, status %u%s)", what, meaning, v->address, r->status, quoted);
    arena_release(&a);
    return e->status;
}
