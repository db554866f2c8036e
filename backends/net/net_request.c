/* net_request.c: a request as libcurl's options, and its answer as libcurl hands it
 * over. Whatever is not set here is libcurl's default: no redirects, no cookies, no
 * netrc, no decompression, no verbose output. */
#include "backends/net/net.h"

#include <openssl/ssl.h>

#include "base/mem.h"

#define MAX_HEADER_LINE_BYTES ((size_t)256 << 10) /* of a request; http.c bounds values far below */

/* An option that cannot be set would leave a rule unkept: then nothing is sent. */
#define SET(x, option, value)                                                                                \
    ((x)->lacking = curl_easy_setopt((x)->curl, option, value) != CURLE_OK || (x)->lacking)

static size_t on_header(char *bytes, size_t size, size_t count, void *ctx) {
    struct net_exchange *x = ctx;
    struct slice line = slice_of(bytes, size * count), all = line;
    x->answered = true;
    x->header_bytes += all.len;
    if (x->header_bytes > HTTP_MAX_HEADER_BYTES) {
        x->too_large = true;
        return 0;
    }
    if (slice_starts(line, "HTTP/")) { /* a block of its own, as after "100 Continue" */
        buf_clear(&x->out->headers);
        return all.len;
    }
    line = slice_trim(line);
    size_t colon = slice_find_byte(line, ':', 0);
    if (colon == SIZE_MAX)
        return all.len;
    for (size_t i = 0; i < colon; i++)
        buf_char(&x->out->headers,
                 line.ptr[i] >= 'A' && line.ptr[i] <= 'Z' ? (char)(line.ptr[i] - 'A' + 'a') : line.ptr[i]);
    buf_str(&x->out->headers, ": ");
    buf_slice(&x->out->headers, slice_trim(slice_sub(line, colon + 1, line.len)));
    buf_char(&x->out->headers, '\n');
    x->too_large = !buf_ok(&x->out->headers);
    return x->too_large ? 0 : all.len;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *ctx) {
    struct net_exchange *x = ctx;
    buf_bytes(&x->out->body, bytes, size * count);
    x->too_large = !buf_ok(&x->out->body);
    return x->too_large ? 0 : size * count;
}

static int on_progress(void *ctx, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d) {
    struct net_exchange *x = ctx;
    (void)a;
    (void)b;
    (void)c;
    (void)d;
    x->interrupted = x->interrupted_by_user();
    return x->interrupted;
}

/* The connection stands, TLS included; the request goes out now. */
static int on_request(void *ctx, char *there, char *here, int port_there, int port_here) {
    struct net_exchange *x = ctx;
    (void)there;
    (void)here;
    (void)port_there;
    (void)port_here;
    x->attempt->sent = true;
    return CURL_PREREQFUNC_OK;
}

/* What OpenSSL's verification found in this thread's handshake. Not in the exchange: a
 * server may have a kept connection verify again, when that exchange is gone. */
static _Thread_local int verify_error;

int net_verify_error(void) {
    return verify_error;
}

/* Only listens: curl reports some refusals (a CA of the right name with another key) as
 * if the handshake had failed for no known reason. */
static int on_verify(int ok, X509_STORE_CTX *store) {
    if (!ok)
        verify_error = X509_STORE_CTX_get_error(store);
    return ok;
}

/* What was decrypted is wiped from OpenSSL's own buffers. */
static CURLcode on_ssl_ctx(CURL *curl, void *ctx, void *user) {
    SSL_CTX *c = ctx;
    (void)curl;
    (void)user;
    SSL_CTX_set_options(c, SSL_OP_CLEANSE_PLAINTEXT);
    SSL_CTX_set_verify(c, SSL_CTX_get_verify_mode(c), on_verify);
    return CURLE_OK;
}

static void add(struct curl_slist **list, const char *line) {
    struct curl_slist *longer = curl_slist_append(*list, line); /* a copy, in memory that is wiped */
    if (!longer)
        mem_die();
    *list = longer;
}

static void set_headers(struct net_exchange *x) {
    const struct http_request *r = x->request;
    struct buf line = BUF_INIT_SECRET(MAX_HEADER_LINE_BYTES);
    bool has_type = false;
    for (size_t i = 0; i < r->header_count; i++) {
        const struct http_header *h = &r->headers[i];
        has_type = has_type || slice_eq_nocase(slice_cstr(h->name), "content-type");
        buf_clear(&line);
        buf_str(&line, h->name);
        buf_str(&line, h->value.len ? ": " : ";"); /* curl's way to say: empty */
        buf_slice(&line, h->value);
        add(&x->headers, buf_cstr(&line));
    }
    /* curl would name a form as the type, and pause before a large body. Not with SigV4: it
     * signs what is left out here as if it were sent. */
    if (!has_type && !r->sigv4)
        add(&x->headers, "Content-Type:");
    if (!r->sigv4)
        add(&x->headers, "Expect:");
    if (r->sigv4 && r->sigv4->session_token.len) {
        buf_clear(&line);
        buf_str(&line, "X-Amz-Security-Token: ");
        buf_slice(&line, r->sigv4->session_token);
        add(&x->headers, buf_cstr(&line));
    }
    buf_release(&line);
}

static void set_body(struct net_exchange *x) {
    const struct http_request *r = x->request;
    bool sends = strcmp(r->method, "POST") == 0 || strcmp(r->method, "PUT") == 0 ||
                 strcmp(r->method, "PATCH") == 0 || r->body.len > 0;
    if (sends) {
        SET(x, CURLOPT_POST, 1L);
        SET(x, CURLOPT_POSTFIELDS, r->body.len ? r->body.ptr : ""); /* not copied */
        SET(x, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.len);
    } else if (strcmp(r->method, "HEAD") == 0) {
        SET(x, CURLOPT_NOBODY, 1L);
    }
    SET(x, CURLOPT_CUSTOMREQUEST, r->method);
}

static void set_sigv4(struct net_exchange *x) {
    const struct http_sigv4 *s = x->request->sigv4;
    if (!s)
        return;
    struct buf text = BUF_INIT_SECRET(MAX_HEADER_LINE_BYTES);
    buf_printf(&text, "aws:amz:%s:%s", s->region, s->service);
    SET(x, CURLOPT_AWS_SIGV4, buf_cstr(&text));
    buf_clear(&text);
    buf_slice(&text, s->access_key_id);
    SET(x, CURLOPT_USERNAME, buf_cstr(&text));
    buf_clear(&text);
    buf_slice(&text, s->secret_key);
    SET(x, CURLOPT_PASSWORD, buf_cstr(&text));
    buf_release(&text);
}

/* The URL; with a server name of its own, that name in the URL, so that TLS expects it,
 * but the connection and the Host header as before. */
static void set_url(struct net_exchange *x) {
    const char *name = x->options->tls_server_name;
    SET(x, CURLOPT_URL, x->request->url);
    if (!name || strncmp(x->request->url, "https", 5) != 0)
        return;
    CURLU *url = curl_url();
    char *host = NULL, *port = NULL, *renamed = NULL;
    struct buf line = BUF_INIT(HTTP_MAX_URL_BYTES * 2);
    if (!url || curl_url_set(url, CURLUPART_URL, x->request->url, CURLU_PATH_AS_IS) != CURLUE_OK ||
        curl_url_get(url, CURLUPART_HOST, &host, 0) != CURLUE_OK ||
        curl_url_get(url, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) != CURLUE_OK ||
        curl_url_set(url, CURLUPART_HOST, name, 0) != CURLUE_OK ||
        curl_url_get(url, CURLUPART_URL, &renamed, 0) != CURLUE_OK)
        goto done; /* then the certificate is checked against the URL's own host */
    buf_printf(&line, "::%s:%s", host, port);
    add(&x->connect_to, buf_cstr(&line));
    buf_clear(&line);
    buf_printf(&line, strcmp(port, "443") == 0 ? "Host: %s" : "Host: %s:%s", host, port);
    add(&x->headers, buf_cstr(&line));
    SET(x, CURLOPT_URL, renamed);
    SET(x, CURLOPT_CONNECT_TO, x->connect_to);
done:
    buf_release(&line);
    curl_free(host);
    curl_free(port);
    curl_free(renamed);
    curl_url_cleanup(url);
}

static void set_connection(struct net_exchange *x) {
    SET(x, CURLOPT_PROTOCOLS_STR, "https,http");
    SET(x, CURLOPT_FOLLOWLOCATION, 0L);
    /* SigV4 is about the path in its shortest form; curl refuses to sign another. */
    SET(x, CURLOPT_PATH_AS_IS, x->request->sigv4 ? 0L : 1L);
    SET(x, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(x, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    /* curl sends a request again by itself when a connection that it had kept turns out
     * to be closed; a new connection is not one of those. */
    SET(x, CURLOPT_FRESH_CONNECT, x->request->repeatable ? 0L : 1L);
    if (!x->attempt->use_proxy)
        SET(x, CURLOPT_PROXY, ""); /* whatever the environment says */
    SET(x, CURLOPT_CONNECTTIMEOUT_MS, (long)x->attempt->connect_ms);
    SET(x, CURLOPT_TIMEOUT_MS, (long)x->attempt->total_ms);
    SET(x, CURLOPT_NOSIGNAL, 1L);
    SET(x, CURLOPT_QUICK_EXIT, 1L); /* a look-up that hangs must not outlast the deadline */
}

static void set_tls(struct net_exchange *x) {
    SET(x, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(x, CURLOPT_SSL_VERIFYPEER, 1L);
    SET(x, CURLOPT_SSL_VERIFYHOST, 2L);
    SET(x, CURLOPT_PROXY_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(x, CURLOPT_PROXY_SSL_VERIFYPEER, 1L);
    SET(x, CURLOPT_PROXY_SSL_VERIFYHOST, 2L);
    SET(x, CURLOPT_SSL_CTX_FUNCTION, on_ssl_ctx);
    if (x->options->client_cert)
        SET(x, CURLOPT_SSLCERT, x->options->client_cert);
    if (x->options->client_key)
        SET(x, CURLOPT_SSLKEY, x->options->client_key);
    x->lacking = !net_set_trust(x->curl, x->options) || x->lacking;
}

void net_prepare(struct net_exchange *x) {
    verify_error = X509_V_OK;
    SET(x, CURLOPT_ERRORBUFFER, x->detail);
    SET(x, CURLOPT_USERAGENT, "keylift/" KEYLIFT_VERSION);
    set_connection(x);
    set_tls(x);
    set_headers(x);
    set_url(x);
    SET(x, CURLOPT_HTTPHEADER, x->headers);
    set_body(x);
    set_sigv4(x);
    SET(x, CURLOPT_PREREQFUNCTION, on_request);
    SET(x, CURLOPT_PREREQDATA, x);
    SET(x, CURLOPT_HEADERFUNCTION, on_header);
    SET(x, CURLOPT_HEADERDATA, x);
    SET(x, CURLOPT_WRITEFUNCTION, on_body);
    SET(x, CURLOPT_WRITEDATA, x);
    SET(x, CURLOPT_NOPROGRESS, 0L);
    SET(x, CURLOPT_XFERINFOFUNCTION, on_progress);
    SET(x, CURLOPT_XFERINFODATA, x);
}
