/* net_module.h: what keylift-net.so gives to keylift: one function, which returns a
 * table. The module brings libcurl and OpenSSL, and copies of what it uses of base/;
 * nothing that has state is shared, so what depends on the process's state (signals)
 * is handed in. */
#ifndef KEYLIFT_BACKENDS_NET_NET_MODULE_H
#define KEYLIFT_BACKENDS_NET_NET_MODULE_H

#include "backends/http.h"

#define NET_MODULE_INTERFACE 2u /* raised when a struct of http.h or of this file changes */
#define NET_MODULE_SYMBOL "keylift_net_module"

struct net_module {
    unsigned interface;
    const char *version;
    /* `interrupted`: system_interrupted. */
    enum kl_status (*transport_new)(const struct http_options *o, bool (*interrupted)(void),
                                    struct http_transport **out, struct error *e);
    enum kl_status (*sign_rs256)(struct slice pem, struct slice message, struct buf *out, struct error *e);
    enum kl_status (*thumbprints)(struct slice pem, unsigned char sha1[20], unsigned char sha256_out[32],
                                  struct error *e);
};

/* The table, static. Its interface and version tell whether the rest may be used. */
typedef const struct net_module *net_module_fn(void);

#endif
