/* http_module.h: the way from http.h to the network module, which is opened on first
 * use. For http.c. */
#ifndef KEYLIFT_BACKENDS_HTTP_MODULE_H
#define KEYLIFT_BACKENDS_HTTP_MODULE_H

#include "backends/http.h"

/* A new transport of the module. KL_ERR_UNSUPPORTED, with what to install, when there
 * is no module, it does not load, or it is of another version. */
enum kl_status http_module_transport(const struct http_options *o, struct http_transport **out,
                                     struct error *e) KL_MUST_USE;

#endif
