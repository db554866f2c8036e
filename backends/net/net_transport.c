/* net_transport.c: the transport of http.h on libcurl: a pool of easy handles, each
 * with its open connections and TLS sessions, one a request at a time. */
#include "backends/net/net.h"

#include "base/mem.h"
#include "base/thread.h"

#define IDLE_MAX 16 /* handles that are kept: more than vaults run in parallel */

struct transport {
    struct http_transport base;
    struct http_options options;
    bool (*interrupted)(void);
    struct mutex *lock; /* of the pool */
    CURL *idle[IDLE_MAX];
    size_t idle_count;
};

static CURL *take(struct transport *t) {
    CURL *curl = NULL;
    mutex_lock(t->lock);
    if (t->idle_count)
        curl = t->idle[--t->idle_count];
    mutex_unlock(t->lock);
    if (!curl)
        curl = curl_easy_init();
    if (!curl)
        mem_die();
    return curl;
}

static void give(struct transport *t, CURL *curl) {
    bool kept = false;
    curl_easy_reset(curl); /* the request's own data go; connections stay */
    mutex_lock(t->lock);
    if (t->idle_count < IDLE_MAX) {
        t->idle[t->idle_count++] = curl;
        kept = true;
    }
    mutex_unlock(t->lock);
    if (!kept)
        curl_easy_cleanup(curl);
}

static enum kl_status transport_send(struct http_transport *base, const struct http_request *request,
                                     struct http_attempt *attempt, struct http_response *out,
                                     struct error *e) {
    struct transport *t = (struct transport *)base;
    struct net_exchange x = {.curl = take(t),
                             .options = &t->options,
                             .request = request,
                             .attempt = attempt,
                             .interrupted_by_user = t->interrupted,
                             .out = out};
    long status_code = 0;
    attempt->sent = false;
    net_prepare(&x);
    CURLcode code = x.lacking ? CURLE_BAD_FUNCTION_ARGUMENT : curl_easy_perform(x.curl);
    curl_easy_getinfo(x.curl, CURLINFO_RESPONSE_CODE, &status_code);
    enum kl_status status = KL_OK;
    if (code != CURLE_OK)
        status = net_explain(&x, code, e);
    else if (status_code < 200 || status_code > 599)
        status =
            error_set(e, KL_ERR_PROTOCOL, "%s answered with a status that HTTP does not have", attempt->host);
    out->status = status == KL_OK ? (unsigned)status_code : 0;
    give(t, x.curl);
    curl_slist_free_all(x.headers);
    curl_slist_free_all(x.connect_to);
    mem_wipe(x.detail, sizeof(x.detail));
    return status;
}

static void transport_close(struct http_transport *base) {
    struct transport *t = (struct transport *)base;
    for (size_t i = 0; i < t->idle_count; i++)
        curl_easy_cleanup(t->idle[i]);
    mutex_free(t->lock);
    free(t);
}

enum kl_status net_transport_new(const struct http_options *o, bool (*interrupted)(void),
                                 struct http_transport **out, struct error *e) {
    (void)e;
    net_memory_init();
    struct transport *t = mem_calloc(1, sizeof(*t));
    t->base = (struct http_transport){.send = transport_send, .close = transport_close};
    t->options = *o;
    t->interrupted = interrupted;
    t->lock = mutex_new();
    *out = &t->base;
    return KL_OK;
}
