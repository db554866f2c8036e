/* probe.h: how a provider is asked whether a token of its is live, as data: the cheapest
 * request that reads one thing and changes nothing, and what its answers mean.
 *
 * A probe is a [[verify]] of rules/<provider>.toml (docs/ADDING-A-RULE.md), checked and
 * compiled in with the rules. A rule points to it, backends/liveness.h sends it, and
 * neither knows the other. */
#ifndef KEYLIFT_BASE_PROBE_H
#define KEYLIFT_BASE_PROBE_H

#include "base/common.h"

/* What is known of a token. The word in reports is probe_verdict_name's. */
enum probe_verdict { PROBE_NOT_ASKED, PROBE_UNKNOWN, PROBE_NOT_LIVE, PROBE_LIVE };

static inline const char *probe_verdict_name(enum probe_verdict v) {
    static const char *const names[] = {[PROBE_NOT_ASKED] = "",
                                        [PROBE_UNKNOWN] = "unknown",
                                        [PROBE_NOT_LIVE] = "not live",
                                        [PROBE_LIVE] = "live"};
    return names[v];
}

/* One kind of answer. All that is given must fit. */
struct probe_answer {
    enum probe_verdict verdict;
    unsigned status;
    const char *field; /* of the JSON body: "error.code", "errors.0.code", "[]" for a list as the whole body;
                          of XML an element: "<Code>". NULL: whatever the body */
    const char *value; /* what it holds; NULL: it is there, and not null */
};

/* In headers, basic, and path, {token} is the token, and {with} the other half of a pair; in the
 * path, percent-encoded. */
struct probe {
    const char *id;                   /* of the provider: "github"; several probes may share it */
    const char *provider;             /* "GitHub" */
    const char *method, *host, *path; /* to https://HOST and nowhere else */
    const char *const *headers;       /* "Name: value", NULL-terminated */
    const char *basic;                /* "{token}:", for basic authentication; NULL: none */
    const char *body;                 /* JSON or a form; never holds the token; NULL: none */
    const char *sign;                 /* "us-east-1 sts": AWS's signature with the pair; NULL: none */
    const char *const
        *begins;      /* a token that does not begin with one of them is not asked about; may be empty */
    const char *with; /* the rule that finds the other half; NULL: one part is all */
    const char *
        with_prefix; /* or it is no secret, and stands in the file: this, and `with_hex` hexadecimal digits */
    unsigned with_hex;
    const char *with_begins;            /* how that half must begin; NULL: in any way */
    const struct probe_answer *answers; /* the first that fits counts; none: unknown */
    size_t answer_count;
    const char
        *elsewhere; /* where such tokens are valid, too, so that a refusal proves nothing; NULL: nowhere */
    const char *rarely; /* the same, but so seldom that it is only mentioned; NULL: nowhere */
    const char *source; /* title of the provider's documentation of the request */
};

#endif
