/* http_policy.h: the parts of HTTP's policy that decide alone: which URL may be asked,
 * and how long to wait before another attempt. For http.c and its tests. */
#ifndef KEYLIFT_BACKENDS_HTTP_POLICY_H
#define KEYLIFT_BACKENDS_HTTP_POLICY_H

#include "backends/http.h"

#define HTTP_HOST_MAX 254 /* RFC 1035: 253, and the NUL */

struct http_url {
    bool tls;
    char host[HTTP_HOST_MAX]; /* lower case; of IPv6 without the brackets */
    unsigned port;
    struct slice path;   /* of the URL given; "/" if it has none */
    bool loopback;       /* 127.0.0.0/8, ::1, localhost */
    bool metadata_fixed; /* one of the addresses at which providers serve metadata */
};

/* Absolute http or https, of printable ASCII, without user, password or fragment: so
 * strict that no two parsers can read it in two ways. NULL when it is that, else what
 * is wrong, for "the address URL ...". */
const char *http_url_parse(const char *url, struct http_url *out);

/* What an answer's Retry-After asks for (RFC 9110, 10.2.3): seconds or an HTTP date,
 * in milliseconds from `now` (Unix seconds). False when there is none that is valid. */
bool http_retry_after(const struct http_response *r, uint64_t now, uint64_t *milliseconds);
/* The time of an HTTP date (RFC 9110, 5.6.7: the preferred form). False if it is none. */
bool http_date(struct slice text, uint64_t *unix_time);
/* The random pause after attempt `n`, counted from 1. */
unsigned http_jitter_ms(unsigned n);

#endif
