/* liveness_request.c: see liveness_request.h. */
#include "backends/liveness_request.h"

#include "base/encode.h"

#define MAX_FILLED_BYTES ((size_t)4 * LIVENESS_MAX_BYTES) /* percent-encoding makes three of one */

static const struct {
    const char *word;
    size_t offset;
} places[] = {{"{token}", offsetof(struct liveness_token, token)},
              {"{with}", offsetof(struct liveness_token, with)}};

/* For a path or a query. A colon may stand there as it is (RFC 3986, 3.3), and in a bot's path of Telegram
 * does. */
static void encode(struct slice value, struct buf *out) {
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] == ':')
            buf_char(out, ':');
        else
            encode_percent(slice_sub(value, i, i + 1), out);
    }
}

/* `text` with {token} and {with} filled in; `encoded`: for a URL. */
static struct slice fill(const char *text, const struct liveness_token *t, bool encoded, struct arena *a) {
    struct buf out = BUF_INIT_SECRET(MAX_FILLED_BYTES);
    while (*text != '\0') {
        size_t i = 0;
        while (i < KL_ARRAY_LEN(places) && strncmp(text, places[i].word, strlen(places[i].word)) != 0)
            i++;
        if (i == KL_ARRAY_LEN(places)) {
            buf_char(&out, *text++);
            continue;
        }
        struct slice value = *(const struct slice *)(const void *)((const char *)t + places[i].offset);
        if (encoded)
            encode(value, &out);
        else
            buf_slice(&out, value);
        text += strlen(places[i].word);
    }
    struct slice filled = arena_copy(a, buf_as_slice(&out));
    buf_release(&out);
    return filled;
}

static void add_header(struct liveness_request *r, const char *name, struct slice value) {
    r->headers[r->request.header_count++] = (struct http_header){name, value};
}

/* RFC 7617 */
static void add_basic(struct liveness_request *r, const struct liveness_token *t) {
    struct buf line = BUF_INIT_SECRET(MAX_FILLED_BYTES * 2);
    buf_str(&line, "Basic ");
    encode_base64(fill(t->probe->basic, t, false, &r->arena), &line);
    add_header(r, "Authorization", arena_copy(&r->arena, buf_as_slice(&line)));
    buf_release(&line);
}

static void sign(struct liveness_request *r, const struct liveness_token *t) {
    const char *sign = t->probe->sign, *service = strchr(sign, ' ');
    r->signature = (struct http_sigv4){
        .region = arena_cstr(&r->arena, slice_of(sign, (size_t)(service - sign))),
        .service = service + 1,
        .access_key_id = t->with,
        .secret_key = t->token,
    };
    r->request.sigv4 = &r->signature;
}

static bool is_printable(struct slice s) {
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] <= ' ' || s.ptr[i] > '~')
            return false;
    return s.len > 0 && s.len <= LIVENESS_MAX_BYTES;
}

bool liveness_request_make(const struct liveness_token *t, struct liveness_request *out) {
    const struct probe *p = t->probe;
    *out = (struct liveness_request){.request = {.method = p->method, .headers = out->headers}};
    bool pair = p->with != NULL || p->with_prefix != NULL;
    if (!is_printable(t->token) || (pair && !is_printable(t->with)))
        return false;
    struct slice path = fill(p->path, t, true, &out->arena);
    out->request.url = arena_printf(&out->arena, "https://%s%s", p->host, path.ptr);
    out->request.url_is_secret = strcmp(path.ptr, p->path) != 0;
    for (size_t i = 0; p->headers[i] != NULL; i++) {
        size_t name = strcspn(p->headers[i], ":");
        add_header(out, arena_cstr(&out->arena, slice_of(p->headers[i], name)),
                   fill(p->headers[i] + name + 2, t, false, &out->arena));
    }
    if (p->basic != NULL)
        add_basic(out, t);
    if (p->sign != NULL)
        sign(out, t);
    if (p->body != NULL)
        out->request.body = slice_cstr(p->body);
    return true;
}

void liveness_request_release(struct liveness_request *r) {
    arena_release(&r->arena);
}
