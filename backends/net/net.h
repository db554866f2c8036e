/* net.h: what the files of the network module share. */
#ifndef KEYLIFT_BACKENDS_NET_NET_H
#define KEYLIFT_BACKENDS_NET_NET_H

#include <curl/curl.h>

#include "backends/net/net_module.h"

/* One request on its way. */
struct net_exchange {
    CURL *curl;
    const struct http_options *options;
    const struct http_request *request;
    struct http_attempt *attempt;
    bool (*interrupted_by_user)(void);
    struct http_response *out;
    struct curl_slist *headers, *connect_to;
    size_t header_bytes; /* received, of all header blocks */
    bool too_large, interrupted, answered;
    bool lacking;                 /* this libcurl does not know an option that keylift needs */
    char detail[CURL_ERROR_SIZE]; /* curl's words: not for show, they may hold a proxy's password */
};

/* Once a process, from any thread: libcurl and OpenSSL, with memory that is wiped when
 * it is freed. */
void net_memory_init(void);

enum kl_status net_transport_new(const struct http_options *o, bool (*interrupted)(void),
                                 struct http_transport **out, struct error *e);

/* Which certificates are trusted. False if libcurl does not take them. */
bool net_set_trust(CURL *curl, const struct http_options *o);

/* Fills in curl's handle from the request: URL, headers, body, TLS, proxy, deadlines. */
void net_prepare(struct net_exchange *x);
/* X509_V_OK, or why the server's certificate was not accepted in this thread's last handshake. */
int net_verify_error(void);
/* The failure in words for a person, with its category. */
enum kl_status net_explain(const struct net_exchange *x, CURLcode code, struct error *e);

enum kl_status net_sign_rs256(struct slice pem, struct slice message, struct buf *out, struct error *e);
enum kl_status net_thumbprints(struct slice pem, unsigned char sha1[20], unsigned char sha256_out[32],
                               struct error *e);

#endif
