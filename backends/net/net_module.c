/* net_module.c: the one function that the module shows. */
#include "backends/net/net.h"

net_module_fn keylift_net_module;

#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
const struct net_module *
keylift_net_module(void) {
    static const struct net_module module = {
        .interface = NET_MODULE_INTERFACE,
        .version = KEYLIFT_VERSION,
        .transport_new = net_transport_new,
        .sign_rs256 = net_sign_rs256,
        .thumbprints = net_thumbprints,
    };
    return &module;
}
