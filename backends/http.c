/* http.c: the rules that every request obeys, over a transport that does one attempt. */
#include "backends/http.h"

#include "backends/http_module.h"
#include "backends/http_policy.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/system.h"

#define WAIT_STEP_MS 100u /* how soon a wait notices Ctrl-C in whichever thread it waits */
#define METADATA_ATTEMPT_MS (HTTP_METADATA_MS * 3)

struct http {
    struct http_options o;
    struct http_transport *transport;
};

enum kl_status http_open(const struct http_options *o, struct http **out, struct error *e) {
    struct http_transport *transport = o->transport;
    struct file_info ca = {.kind = FILE_REGULAR};
    *out = NULL;
    if (o->ca_file && file_stat(o->ca_file, &ca, e) != KL_OK)
        return e->status;
    if (ca.kind != FILE_REGULAR)
        return error_set(e, KL_ERR_NOT_FOUND, "--ca-file: there is no file %s", o->ca_file);
    if (!transport && http_module_transport(o, &transport, e) != KL_OK)
        return e->status;
    *out = mem_calloc(1, sizeof(**out));
    (*out)->o = *o;
    (*out)->transport = transport;
    if (!o->sleep_ms)
        (*out)->o.sleep_ms = system_sleep_ms;
    if (!o->seconds)
        (*out)->o.seconds = system_seconds;
    return KL_OK;
}

void http_close(struct http *h) {
    if (!h)
        return;
    h->transport->close(h->transport);
    free(h);
}

bool http_response_header(const struct http_response *r, const char *name, struct slice *value) {
    struct slice all = buf_as_slice(&r->headers);
    for (size_t at = 0; at < all.len;) {
        size_t end = slice_find_byte(all, '\n', at), colon = slice_find_byte(all, ':', at);
        if (end == SIZE_MAX)
            end = all.len;
        if (colon < end && slice_eq_nocase(slice_sub(all, at, colon), name)) {
            *value = slice_trim(slice_sub(all, colon + 1, end));
            return true;
        }
        at = end + 1;
    }
    return false;
}

void http_response_release(struct http_response *r) {
    buf_release(&r->body);
    buf_release(&r->headers);
    r->status = 0;
}

/* --- what may be sent ------------------------------------------------------------ */

static enum kl_status check_url(const struct http_request *request, struct http_url *url, struct error *e) {
    const char *wrong = http_url_parse(request->url, url);
    if (wrong) /* not shown: what is wrong may be that it holds a password */
        return error_set(e, KL_ERR_REFUSED, "the URL that is to be asked %s", wrong);
    if (!url->tls && !url->loopback && !(request->metadata && url->metadata_fixed))
        return error_set(e, KL_ERR_REFUSED,
                         "http://%s is not encrypted; use https:// (http:// is for this machine alone)",
                         url->host);
    return KL_OK;
}

static bool is_token(const char *name) {
    static const char allowed[] = "!#$%&'*+-.^_`|~0123456789" /* RFC 9110, 5.6.2 */
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    size_t len = strspn(name, allowed);
    return len > 0 && name[len] == '\0';
}

static enum kl_status check_headers(const struct http_request *request, struct error *e) {
    if (request->header_count > HTTP_MAX_HEADERS)
        return error_set(e, KL_ERR_LIMIT, "more than %d headers", HTTP_MAX_HEADERS);
    for (size_t i = 0; i < request->header_count; i++) {
        const struct http_header *h = &request->headers[i];
        if (!is_token(h->name))
            return error_set(e, KL_ERR_USAGE, "a header has no valid name");
        if (h->value.len > HTTP_MAX_HEADER_BYTES)
            return error_set(e, KL_ERR_LIMIT, "the value of the header %s is longer than %u bytes", h->name,
                             HTTP_MAX_HEADER_BYTES);
        for (size_t k = 0; k < h->value.len; k++)
            if ((unsigned char)h->value.ptr[k] < ' ' && h->value.ptr[k] != '\t')
                return error_set(e, KL_ERR_USAGE,
                                 "the value of the header %s holds a line break or another control "
                                 "character; look for one in the setting or file that it comes from",
                                 h->name);
    }
    return is_token(request->method) ? KL_OK : error_set(e, KL_ERR_USAGE, "a request has no valid method");
}

/* --- attempts -------------------------------------------------------------------- */

static bool asks_to_wait(const struct http_request *request, const struct http_response *r) {
    static const unsigned statuses[] = {429, 500, 502, 503, 504};
    for (size_t i = 0; i < KL_ARRAY_LEN(statuses); i++)
        if (r->status == statuses[i])
            return true;
    return request->is_throttled && request->is_throttled(r);
}

static void trace(struct http *h, const struct http_request *request, const struct http_url *url,
                  enum kl_status status, const struct http_response *r, double seconds) {
    struct buf line = BUF_INIT(HTTP_MAX_URL_BYTES * 2);
    if (!h->o.trace)
        return;
    buf_printf(&line, "%s %s ", request->method, url->host);
    buf_slice(&line, request->url_is_secret ? SLICE_LIT("/...") : url->path);
    if (status == KL_OK)
        buf_printf(&line, " %u", r->status);
    else
        buf_printf(&line, " failed (%s)", status_name(status));
    buf_printf(&line, " in %.0f ms", seconds * 1e3);
    h->o.trace(h->o.trace_ctx, buf_cstr(&line));
    buf_release(&line);
}

static enum kl_status interrupted(struct error *e, const struct http_url *url) {
    return error_set(e, KL_ERR_INTERRUPTED, "interrupted while waiting for %s", url->host);
}

static enum kl_status wait_ms(struct http *h, unsigned ms, const struct http_url *url, struct error *e) {
    while (ms > 0 && !system_interrupted()) {
        unsigned step = ms < WAIT_STEP_MS ? ms : WAIT_STEP_MS;
        h->o.sleep_ms(step);
        ms -= step;
    }
    return system_interrupted() ? interrupted(e, url) : KL_OK;
}

static unsigned least(unsigned a, double b) {
    return b < (double)a ? (unsigned)b : a;
}

static enum kl_status attempt_once(struct http *h, const struct http_request *request,
                                   const struct http_url *url, double left_ms, bool *sent,
                                   struct http_response *out, struct error *e) {
    unsigned connect = h->o.connect_ms ? h->o.connect_ms : HTTP_CONNECT_MS;
    unsigned total = request->metadata ? METADATA_ATTEMPT_MS : HTTP_ATTEMPT_MS;
    if (request->metadata && connect > HTTP_METADATA_MS)
        connect = HTTP_METADATA_MS;
    if (request->timeout_ms)
        total = request->timeout_ms;
    total = least(total, left_ms);
    if (total == 0)
        total = 1; /* 0 would be no deadline at all */
    struct http_attempt attempt = {
        .connect_ms = least(connect, total),
        .total_ms = total,
        .use_proxy = !request->metadata && !url->loopback && !url->metadata_fixed,
        .host = url->host,
    };
    buf_init_secret(&out->body, HTTP_MAX_BODY_BYTES);
    buf_init_secret(&out->headers, HTTP_MAX_HEADER_BYTES);
    double start = h->o.seconds();
    enum kl_status status = h->transport->send(h->transport, request, &attempt, out, e);
    trace(h, request, url, status, out, h->o.seconds() - start);
    *sent = attempt.sent;
    if (status != KL_OK)
        http_response_release(out);
    return status;
}

/* Whether another attempt may be made, and after which pause. */
static bool may_try_again(const struct http_request *request, enum kl_status status, bool sent, unsigned n,
                          const struct http_response *r, double left_ms, unsigned *pause_ms) {
    uint64_t asked;
    if (request->metadata || n >= HTTP_ATTEMPTS || (sent && !request->repeatable))
        return false;
    if (status != KL_OK && status != KL_ERR_NETWORK)
        return false;
    *pause_ms = http_jitter_ms(n);
    if (status == KL_OK && http_retry_after(r, system_unix_time(), &asked))
        *pause_ms = (unsigned)asked;
    return (double)*pause_ms < left_ms;
}

enum kl_status http_send(struct http *h, const struct http_request *request, struct http_response *out,
                         struct error *e) {
    struct http_url url;
    *out = (struct http_response){0};
    if (check_url(request, &url, e) != KL_OK || check_headers(request, e) != KL_OK)
        return e->status;
    double total = (double)(h->o.total_ms ? h->o.total_ms : HTTP_TOTAL_MS);
    double deadline = h->o.seconds() + total / 1e3;
    for (unsigned n = 1;; n++) {
        bool sent = false;
        unsigned pause = 0;
        if (system_interrupted())
            return interrupted(e, &url);
        enum kl_status status =
            attempt_once(h, request, &url, (deadline - h->o.seconds()) * 1e3, &sent, out, e);
        if (status == KL_OK && !asks_to_wait(request, out))
            return KL_OK;
        /* An answer means that the request was there, whatever the transport says. */
        sent = sent || status == KL_OK;
        if (!may_try_again(request, status, sent, n, out, (deadline - h->o.seconds()) * 1e3, &pause))
            return status;
        http_response_release(out);
        if (wait_ms(h, pause, &url, e) != KL_OK)
            return e->status;
    }
}
