/* liveness.c: many tokens to many hosts: each host in a thread of its own, politely. */
#include "backends/liveness.h"

#include <stdlib.h>

#include "backends/liveness_request.h"
#include "base/mem.h"
#include "base/system.h"
#include "base/thread.h"

struct asking {
    struct http *http;
    struct liveness_token **tokens; /* sorted by host */
    size_t *first;                  /* of each host; one more at the end */
    size_t hosts;
    void (*sleep_ms)(unsigned milliseconds);
    double (*seconds)(void);
    double deadline;
};

static int by_host(const void *a, const void *b) {
    const struct liveness_token *x = *(struct liveness_token *const *)a,
                                *y = *(struct liveness_token *const *)b;
    int order = strcmp(x->probe->host, y->probe->host);
    return order != 0 ? order : (x > y) - (x < y); /* they lie in one array */
}

static void unknown(struct liveness_token *t, const char *why) {
    t->verdict = PROBE_UNKNOWN;
    (void)snprintf(t->why, sizeof t->why, "%s", why);
}

/* False when the host is to be left alone from now on. */
static bool ask_one(struct asking *s, struct liveness_token *t) {
    struct liveness_request request;
    struct http_response response = {0};
    struct error e = {0};
    bool goes_on = true;
    if (!liveness_request_make(t, &request)) {
        unknown(t, "it holds characters that no request can carry");
    } else if (http_send(s->http, &request.request, &response, &e) == KL_OK) {
        liveness_judge(t->probe, &response, t);
        goes_on = response.status != 429;
    } else {
        unknown(t, e.message);
        goes_on = e.status != KL_ERR_NETWORK && e.status != KL_ERR_TLS;
    }
    http_response_release(&response);
    liveness_request_release(&request);
    return goes_on;
}

static void ask_host(void *ctx, size_t host) {
    struct asking *s = ctx;
    bool goes_on = true;
    for (size_t i = s->first[host]; i < s->first[host + 1]; i++) {
        struct liveness_token *t = s->tokens[i];
        if (i > s->first[host] && goes_on && !system_interrupted())
            s->sleep_ms(LIVENESS_PAUSE_MS);
        if (system_interrupted()) {
            unknown(t, "interrupted before it was asked about");
        } else if (s->seconds() > s->deadline) {
            unknown(t, "not asked: the time for all questions was over");
        } else if (!goes_on) { /* the reason is that of the one before */
            unknown(t, s->tokens[i - 1]->why);
        } else {
            goes_on = ask_one(s, t);
        }
    }
}

static void group(struct asking *s, struct liveness_token *tokens, size_t count) {
    s->tokens = mem_calloc(count + 1, sizeof *s->tokens);
    s->first = mem_calloc(count + 1, sizeof *s->first);
    for (size_t i = 0; i < count; i++)
        s->tokens[i] = &tokens[i];
    qsort((void *)s->tokens, count, sizeof *s->tokens, by_host);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || strcmp(s->tokens[i]->probe->host, s->tokens[i - 1]->probe->host) != 0)
            s->first[s->hosts++] = i;
    s->first[s->hosts] = count;
}

enum kl_status liveness_ask(const struct liveness_options *o, struct liveness_token *tokens, size_t count,
                            struct error *e) {
    struct http_options http = o->http;
    struct asking s = {0};
    size_t asked = count < LIVENESS_MAX_TOKENS ? count : LIVENESS_MAX_TOKENS;
    http.total_ms = LIVENESS_TOKEN_MS;
    for (size_t i = asked; i < count; i++)
        unknown(&tokens[i], "not asked: too many tokens for one run");
    if (asked == 0)
        return KL_OK;
    if (http_open(&http, &s.http, e) != KL_OK)
        return e->status;
    s.sleep_ms = http.sleep_ms != NULL ? http.sleep_ms : system_sleep_ms;
    s.seconds = http.seconds != NULL ? http.seconds : system_seconds;
    s.deadline = s.seconds() + (o->total_seconds > 0 ? o->total_seconds : LIVENESS_TOTAL_S);
    group(&s, tokens, asked);
    thread_each(LIVENESS_HOSTS, s.hosts, ask_host, &s);
    free((void *)s.tokens);
    free(s.first);
    http_close(s.http);
    return KL_OK;
}
