/* net_explain.c: libcurl's errors as categories and words for a person. curl's own text
 * is searched but never shown, but for what OpenSSL said: it may hold the address of a
 * proxy, password included. */
#include "backends/net/net.h"

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "base/system.h"

static bool says(const struct net_exchange *x, const char *word) {
    return strstr(x->detail, word) != NULL;
}

static enum kl_status timed_out(const struct net_exchange *x, struct error *e) {
    if (!x->attempt->sent)
        return error_set(e, KL_ERR_NETWORK,
                         "no connection to %s within %u ms; check the address and the network",
                         x->attempt->host, x->attempt->connect_ms);
    return error_set(e, KL_ERR_NETWORK, "%s did not %s within %u ms", x->attempt->host,
                     x->answered ? "finish its answer" : "answer", x->attempt->total_ms);
}

static enum kl_status cannot_connect(const struct net_exchange *x, struct error *e) {
    long os_error = 0;
    curl_easy_getinfo(x->curl, CURLINFO_OS_ERRNO, &os_error);
    if (os_error)
        return error_set_errno(e, KL_ERR_NETWORK, (int)os_error, "cannot connect to %s%s", x->attempt->host,
                               x->attempt->use_proxy ? " (or to the proxy on the way)" : "");
    return error_set(e, KL_ERR_NETWORK, "cannot connect to %s", x->attempt->host);
}

static enum kl_status certificate(const struct net_exchange *x, struct error *e) {
    const char *host = x->attempt->host;
    int verify = net_verify_error();
    char now[21];
    system_format_time(system_unix_time(), now);
    if (verify == X509_V_OK)
        return error_set(e, KL_ERR_TLS, "the certificate of %s is for another host; is the address right?",
                         host);
    if (verify == X509_V_ERR_CERT_HAS_EXPIRED || verify == X509_V_ERR_CERT_NOT_YET_VALID)
        return error_set(e, KL_ERR_TLS,
                         "the certificate of %s was not accepted: %s; if its dates are right, this machine's "
                         "clock is wrong: it says %s",
                         host, X509_verify_cert_error_string(verify), now);
    return error_set(
        e, KL_ERR_TLS,
        "the certificate of %s was not accepted: %s; if it is your own, name its CA with --ca-file", host,
        X509_verify_cert_error_string(verify));
}

/* The reason in "error:0A00010B:SSL routines::wrong version number". */
static const char *ssl_reason(const struct net_exchange *x) {
    const char *at = strstr(x->detail, "routines:");
    at = at ? strchr(at + strlen("routines:"), ':') : NULL;
    return at ? at + 1 : "no reason given";
}

/* The connection was lost while TLS was being set up: nobody refused anybody. */
static bool is_lost_handshake(const struct net_exchange *x) {
    static const char *const words[] = {"SSL_ERROR_SYSCALL", "SSL_ERROR_ZERO_RETURN", "unexpected eof",
                                        "Connection reset", "Broken pipe"};
    for (size_t i = 0; i < KL_ARRAY_LEN(words); i++)
        if (says(x, words[i]))
            return true;
    return false;
}

static enum kl_status handshake(const struct net_exchange *x, struct error *e) {
    if (net_verify_error() != X509_V_OK)
        return certificate(x, e);
    if (is_lost_handshake(x))
        return error_set(e, KL_ERR_NETWORK, "the connection to %s broke while TLS was being set up",
                         x->attempt->host);
    return error_set(e, KL_ERR_TLS, "no TLS connection to %s: %s", x->attempt->host, ssl_reason(x));
}

static enum kl_status broken(const struct net_exchange *x, struct error *e) {
    if (says(x, " alert ")) /* TLS 1.3: the server judges our certificate after the handshake */
        return error_set(e, KL_ERR_TLS, "%s refused the TLS connection: %s", x->attempt->host, ssl_reason(x));
    return error_set(e, KL_ERR_NETWORK, "the connection to %s broke %s", x->attempt->host,
                     x->answered ? "in the middle of the answer" : "before the answer");
}

static enum kl_status too_large(const struct net_exchange *x, struct error *e) {
    return error_set(e, KL_ERR_LIMIT, "%s answered with more than keylift takes (%u MiB, headers %u KiB)",
                     x->attempt->host, HTTP_MAX_BODY_BYTES >> 20, HTTP_MAX_HEADER_BYTES >> 10);
}

static enum kl_status not_http(const struct net_exchange *x, struct error *e) {
    return error_set(e, KL_ERR_PROTOCOL, "what %s answered is not HTTP; is the address right?",
                     x->attempt->host);
}

static enum kl_status no_address(const struct net_exchange *x, struct error *e) {
    return error_set(e, KL_ERR_NETWORK, "cannot find the address of %s; check its name and the network",
                     x->attempt->host);
}

static enum kl_status no_proxy_address(const struct net_exchange *x, struct error *e) {
    (void)x;
    return error_set(e, KL_ERR_NETWORK,
                     "cannot find the address of the proxy; check https_proxy in the environment");
}

static enum kl_status client_certificate(const struct net_exchange *x, struct error *e) {
    return error_set(
        e, KL_ERR_CREDENTIALS,
        "cannot use the client certificate %s with its key: not PEM, or they do not belong together",
        x->options->client_cert ? x->options->client_cert : "");
}

static enum kl_status ca_file(const struct net_exchange *x, struct error *e) {
    const char *file = x->options->ca_file;
    return error_set(e, KL_ERR_TLS, "cannot read CA certificates from %s",
                     file ? file : "the system's file of them");
}

static const struct {
    CURLcode code;
    enum kl_status (*explain)(const struct net_exchange *x, struct error *e);
} explanations[] = {
    {CURLE_COULDNT_RESOLVE_HOST, no_address},
    {CURLE_COULDNT_RESOLVE_PROXY, no_proxy_address},
    {CURLE_COULDNT_CONNECT, cannot_connect},
    {CURLE_OPERATION_TIMEDOUT, timed_out},
    {CURLE_GOT_NOTHING, broken},
    {CURLE_SEND_ERROR, broken},
    {CURLE_RECV_ERROR, broken},
    {CURLE_PARTIAL_FILE, broken},
    {CURLE_PEER_FAILED_VERIFICATION, certificate},
    {CURLE_SSL_ISSUER_ERROR, certificate},
    {CURLE_SSL_CONNECT_ERROR, handshake},
    {CURLE_SSL_CIPHER, handshake},
    {CURLE_SSL_CERTPROBLEM, client_certificate},
    {CURLE_SSL_CACERT_BADFILE, ca_file},
    {CURLE_WEIRD_SERVER_REPLY, not_http},
    {CURLE_UNSUPPORTED_PROTOCOL, not_http}, /* HTTP/0.9: bytes without a status line */
    {CURLE_HTTP2, not_http},
    {CURLE_OUT_OF_MEMORY, too_large}, /* memory cannot run out here (net_memory.c): curl's own maxima */
#if LIBCURL_VERSION_NUM >= 0x080600
    {CURLE_TOO_LARGE, too_large},
#endif
};

enum kl_status net_explain(const struct net_exchange *x, CURLcode code, struct error *e) {
    long proxy_status = 0;
    if (x->lacking)
        return error_set(
            e, KL_ERR_UNSUPPORTED,
            "this libcurl (%s) does not know an option that keylift needs; install 7.85 or later, "
            "with HTTPS and AWS signatures",
            curl_version_info(CURLVERSION_NOW)->version);
    if (x->interrupted)
        return error_set(e, KL_ERR_INTERRUPTED, "interrupted while waiting for %s", x->attempt->host);
    if (x->too_large)
        return too_large(x, e);
    curl_easy_getinfo(x->curl, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
    if (proxy_status >= 300 && !x->attempt->sent)
        return error_set(
            e, KL_ERR_NETWORK,
            "the proxy does not let keylift connect to %s: it answered %ld; check https_proxy and "
            "no_proxy in the environment",
            x->attempt->host, proxy_status);
    for (size_t i = 0; i < KL_ARRAY_LEN(explanations); i++)
        if (explanations[i].code == code)
            return explanations[i].explain(x, e);
    return error_set(e, KL_ERR_PROTOCOL, "asking %s failed: %s", x->attempt->host, curl_easy_strerror(code));
}
