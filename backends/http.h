/* http.h: HTTP for the vaults: what every call obeys, over a transport that tests
 * replace.
 *
 *     struct http *h;
 *     http_open(&options, &h, e)         no connection yet
 *     http_send(h, &request, &response, e)
 *     http_response_release(&response)
 *     http_close(h)
 *
 * http_send keeps the rules that no vault may forget: HTTPS only, verified, but for
 * loopback and the metadata addresses that providers fix; no redirects; deadlines;
 * bounded answers; another attempt, after a pause with full jitter or the one that
 * Retry-After asks for, only for what may be repeated. It returns KL_OK for every
 * status that the server gave: what 404 means is the vault's business.
 *
 * All of it may be called from several threads at once.
 *
 * The transport is libcurl, in a module of its own (backends/net/), which is opened
 * when the first http_open needs it: a scan never loads it. */
#ifndef KEYLIFT_BACKENDS_HTTP_H
#define KEYLIFT_BACKENDS_HTTP_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

#define HTTP_MAX_BODY_BYTES (4u << 20)    /* of an answer: a page of 100 secrets of 25 KB, and some */
#define HTTP_MAX_HEADER_BYTES (64u << 10) /* of an answer, all of them */
#define HTTP_MAX_HEADERS 32               /* of a request */
#define HTTP_MAX_URL_BYTES 8192
#define HTTP_ATTEMPTS 5
#define HTTP_CONNECT_MS 10000u
#define HTTP_ATTEMPT_MS 30000u
#define HTTP_TOTAL_MS 60000u   /* of all attempts and pauses */
#define HTTP_METADATA_MS 1000u /* to connect to a metadata address, which most machines do not have */
/* The pause before attempt n + 1 is random in 0 to HTTP_PAUSE_MS * 2^(n - 1), at most
 * HTTP_PAUSE_MAX_MS ("Exponential Backoff And Jitter", AWS Architecture Blog). */
#define HTTP_PAUSE_MS 500u
#define HTTP_PAUSE_MAX_MS 8000u

struct http_header {
    const char *name;
    struct slice value; /* may be a secret */
};

/* AWS Signature Version 4, made by the transport. All borrowed. */
struct http_sigv4 {
    const char *region, *service;
    struct slice access_key_id, secret_key;
    struct slice session_token; /* empty: none */
};

struct http_response;

struct http_request {
    const char *method; /* "GET" */
    const char *url;    /* absolute; holds no secret, but for url_is_secret */
    const struct http_header *headers;
    size_t header_count;
    struct slice body;
    const struct http_sigv4 *sigv4; /* NULL: not signed */
    /* Sending it twice is as good as once: a read, or a write with its idempotency
     * key. Others are sent again only when no connection was made. */
    bool repeatable;
    /* A credential's source on this machine or its host: never through a proxy, with
     * short deadlines, one attempt. Plain HTTP is then allowed to the fixed addresses. */
    bool metadata;
    bool url_is_secret;  /* its path or query is: a trace shows the host alone */
    unsigned timeout_ms; /* of one attempt; 0: HTTP_ATTEMPT_MS (HTTP_METADATA_MS * 3 for metadata) */
    /* Says of an answer that is no 429 or 5xx whether it asks to slow down all the
     * same (AWS: 400 ThrottlingException). NULL: none does. */
    bool (*is_throttled)(const struct http_response *r);
};

struct http_response {
    unsigned status;    /* 200 */
    struct buf body;    /* wiped on release */
    struct buf headers; /* "name: value\n" each, names in lower case; wiped on release */
};

/* The value of a header, without case; of several the first. False if absent. */
bool http_response_header(const struct http_response *r, const char *name, struct slice *value);
void http_response_release(struct http_response *r); /* may be called twice, and on {0} */

/* One attempt. Sets the status, and appends to the body and the headers, which come
 * empty and with their maxima set; or fails with KL_ERR_NETWORK (connection refused,
 * reset, timed out), KL_ERR_TLS, KL_ERR_LIMIT (answer too large), KL_ERR_PROTOCOL,
 * KL_ERR_INTERRUPTED. Thread-safe. */
struct http_attempt {
    unsigned connect_ms, total_ms;
    bool use_proxy;   /* the one that the environment names, if it names one */
    const char *host; /* of the URL, for messages */
    bool sent;        /* out: the request may have reached the server */
};
struct http_transport {
    enum kl_status (*send)(struct http_transport *t, const struct http_request *request,
                           struct http_attempt *attempt, struct http_response *out, struct error *e);
    void (*close)(struct http_transport *t);
};

/* What the pointers name is borrowed until http_close, the struct itself is copied; NULL
 * and zero are the defaults. */
struct http_options {
    const char *ca_file;                     /* --ca-file: trusted besides nothing else */
    const char *client_cert, *client_key;    /* PEM files: TLS client authentication */
    const char *tls_server_name;             /* expected in the certificate instead of the URL's host */
    struct http_transport *transport;        /* NULL: libcurl. Closed by http_close. */
    unsigned connect_ms, total_ms;           /* 0: HTTP_CONNECT_MS, HTTP_TOTAL_MS */
    void (*sleep_ms)(unsigned milliseconds); /* NULL: system_sleep_ms. For tests, as is the next: */
    double (*seconds)(void);                 /* NULL: system_seconds */
    /* A line an attempt for -vv: method, host, path, status, time. No header, no body,
     * no query. NULL: none. May be called from several threads. */
    void (*trace)(void *ctx, const char *line);
    void *trace_ctx;
};

struct http;

/* KL_ERR_UNSUPPORTED without the network module, KL_ERR_NOT_FOUND without the CA file. */
enum kl_status http_open(const struct http_options *o, struct http **out, struct error *e) KL_MUST_USE;
/* *out is set in every case, and may be released. KL_ERR_REFUSED for a URL that the
 * rules above forbid, KL_ERR_USAGE for a header that would break the request; else as
 * http_transport.send. */
enum kl_status http_send(struct http *h, const struct http_request *request, struct http_response *out,
                         struct error *e) KL_MUST_USE;
void http_close(struct http *h); /* NULL is fine */

/* Whether the URL's host is this very machine: 127.0.0.0/8, ::1, localhost. */
bool http_url_is_loopback(const char *url);
/* The host of an absolute http or https URL, lower case, without port, into the arena; NULL if it is none. */
const char *http_url_host(const char *url, struct arena *a);

/* RS256 of RFC 7518: RSASSA-PKCS1-v1_5 with SHA-256, by OpenSSL in the same module.
 * `pem` is a private key, PKCS#8 or PKCS#1, not encrypted. Appends 256 to 512 raw bytes. */
enum kl_status http_sign_rs256(struct slice pem, struct slice message, struct buf *out,
                               struct error *e) KL_MUST_USE;
/* The SHA-1 and SHA-256 fingerprints of the first certificate in `pem`: the x5t and
 * x5t#S256 of a client assertion (RFC 7515). */
enum kl_status http_certificate_thumbprints(struct slice pem, unsigned char sha1[20],
                                            unsigned char sha256_out[32], struct error *e) KL_MUST_USE;

#endif
