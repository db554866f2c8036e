/* liveness.h: asks providers whether tokens are live, by their probes (base/probe.h).
 *
 *     struct liveness_token tokens[] = {{.probe = p, .token = t}, ...};     each token once
 *     liveness_ask(&options, tokens, count, e)
 *     tokens[i].verdict, tokens[i].why
 *
 * A token goes to https://HOST of its probe and nowhere else, under the rules of http.h:
 * certificate verified, no redirect followed, answers bounded, deadlines. It is sent once:
 * no second attempt but where no connection was made. A host is asked one token at a time
 * and LIVENESS_PAUSE_MS apart; one that cannot be reached or asks to slow down is asked no
 * more. What is not known stays unknown, with the reason. */
#ifndef KEYLIFT_BACKENDS_LIVENESS_H
#define KEYLIFT_BACKENDS_LIVENESS_H

#include "backends/http.h"
#include "base/probe.h"

#define LIVENESS_MAX_TOKENS 1000u /* of one run; those beyond are unknown */
#define LIVENESS_MAX_BYTES 16384u /* of one token */
#define LIVENESS_PAUSE_MS 500u    /* between two questions to one host: two a second */
#define LIVENESS_HOSTS 8u         /* asked at a time */
#define LIVENESS_TOKEN_MS 15000u  /* of one question */
#define LIVENESS_TOTAL_S 300.0    /* of all */
#define LIVENESS_WHY_MAX KL_ERROR_MESSAGE_MAX

struct liveness_token {
    const struct probe *probe;
    struct slice token, with; /* borrowed; `with`: the other half of a pair */
    enum probe_verdict verdict;
    char why[LIVENESS_WHY_MAX]; /* "api.github.com answered 503"; "" of a live one. Never of the token */
};

struct liveness_options {
    struct http_options http;
    double total_seconds; /* 0: LIVENESS_TOTAL_S */
};

/* Sets the verdict and the reason of each. Only what keeps all from being asked is an error:
 * KL_ERR_UNSUPPORTED without the network module. After Ctrl-C what was not asked is unknown. */
enum kl_status liveness_ask(const struct liveness_options *o, struct liveness_token *tokens, size_t count,
                            struct error *e) KL_MUST_USE;

/* What an answer says by the probe. For the tests. */
void liveness_judge(const struct probe *p, const struct http_response *r, struct liveness_token *t);

#endif
