/* liveness_request.h: a probe with a token filled in, as a request. For liveness.c. */
#ifndef KEYLIFT_BACKENDS_LIVENESS_REQUEST_H
#define KEYLIFT_BACKENDS_LIVENESS_REQUEST_H

#include "backends/liveness.h"

struct liveness_request {
    struct http_request request; /* points into what follows: not to be copied */
    struct http_header headers[HTTP_MAX_HEADERS];
    struct http_sigv4 signature;
    struct arena arena; /* wiped */
};

/* False if the token does not go into such a request. Released in every case. */
bool liveness_request_make(const struct liveness_token *t, struct liveness_request *out);
void liveness_request_release(struct liveness_request *r);

#endif
