/* backends/liveness.h over a transport of the test's own, with a clock that only sleeping moves. */
#include "base/common.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "backends/liveness.h"
#include "base/mem.h"

static const struct probe_answer answers[] = {
    {PROBE_NOT_LIVE, 200, "data.0.state", "revoked"},
    {PROBE_NOT_LIVE, 401, NULL, NULL},
    {PROBE_NOT_LIVE, 403, "<Code>", "Invalid"},
    {PROBE_LIVE, 200, "data.0.id", NULL},
    {PROBE_LIVE, 200, "[]", NULL},
    {PROBE_LIVE, 200, "ok", "true"},
    {PROBE_LIVE, 200, "count", "12"},
};
static const char *const headers[] = {"Authorization: Bearer {token}", NULL};
static const char *const none[] = {NULL};
#define PROBE(name)                                                                                          \
    {                                                                                                        \
        .id = "test", .provider = "Test", .method = "GET", .host = name, .path = "/me", .headers = headers,  \
        .begins = none, .answers = answers, .answer_count = KL_ARRAY_LEN(answers)                            \
    }
static const struct probe probe = PROBE("api.test.example");

/* ---- answers ---- */

static struct liveness_token judged(const struct probe *p, unsigned status, const char *body) {
    struct liveness_token t = {.probe = p};
    struct http_response r = {.status = status};
    buf_init_secret(&r.body, HTTP_MAX_BODY_BYTES);
    buf_str(&r.body, body);
    liveness_judge(p, &r, &t);
    http_response_release(&r);
    return t;
}

static void every_kind_of_answer(void **state) {
    static const struct {
        unsigned status;
        const char *body;
        enum probe_verdict verdict;
    } rows[] = {
        {200, "{\"data\": [{\"id\": 7}]}", PROBE_LIVE},
        {200, "{\"data\": [{\"id\": 7, \"state\": \"revoked\"}]}", PROBE_NOT_LIVE},
        {200, "{\"data\": [{\"id\": null}]}", PROBE_UNKNOWN},
        {200, "{\"data\": []}", PROBE_UNKNOWN},
        {200, "{\"data\": {\"id\": 7}}", PROBE_UNKNOWN},
        {200, "{\"data\": \"id\"}", PROBE_UNKNOWN},
        {200, "[]", PROBE_LIVE},
        {200, "[1, 2]", PROBE_LIVE},
        {200, "{\"ok\": true}", PROBE_LIVE},
        {200, "{\"ok\": false}", PROBE_UNKNOWN},
        {200, "{\"ok\": \"true\"}", PROBE_LIVE},
        {200, "{\"ok\": {}}", PROBE_UNKNOWN},
        {200, "{\"count\": 12}", PROBE_LIVE},
        {200, "{\"count\": 12.5}", PROBE_UNKNOWN},
        {200, "", PROBE_UNKNOWN},
        {200, "<html>Sign in to the network</html>", PROBE_UNKNOWN},
        {200, "{\"ok\": true", PROBE_UNKNOWN},
        {200, "{\"ok\": true, \"ok\": true}", PROBE_UNKNOWN}, /* keys twice: no JSON that we read */
        {201, "{\"ok\": true}", PROBE_UNKNOWN},
        {401, "", PROBE_NOT_LIVE},
        {401, "not JSON", PROBE_NOT_LIVE},
        {403, "<Error><Code>Invalid</Code></Error>", PROBE_NOT_LIVE},
        {403, "<Error><Code>InvalidSignature</Code></Error>", PROBE_UNKNOWN},
        {403, "<Code>", PROBE_UNKNOWN},
        {403, "{}", PROBE_UNKNOWN},
        {500, "{\"ok\": true}", PROBE_UNKNOWN},
    };
    (void)state;
    for (size_t i = 0; i < KL_ARRAY_LEN(rows); i++) {
        struct liveness_token t = judged(&probe, rows[i].status, rows[i].body);
        if (t.verdict != rows[i].verdict)
            fail_msg("row %zu: %s", i, probe_verdict_name(t.verdict));
        assert_true((t.why[0] == '\0') == (t.verdict == PROBE_LIVE));
    }
}

static void the_reason_names_the_host_and_what_it_said(void **state) {
    struct probe p = probe;
    (void)state;
    assert_string_equal(judged(&p, 401, "").why, "api.test.example does not accept it");
    assert_string_equal(judged(&p, 429, "").why, "api.test.example answered 429: it asks to slow down");
    assert_string_equal(judged(&p, 302, "").why,
                        "api.test.example answered 302, a redirect, which is not followed");
    assert_string_equal(judged(&p, 503, "").why, "api.test.example answered 503");
    assert_string_equal(judged(&p, 404, "").why,
                        "api.test.example answered 404, which says nothing of the token");
}

static void a_refusal_proves_nothing_where_the_token_may_be_of_elsewhere(void **state) {
    struct probe p = probe;
    (void)state;
    p.rarely = "a server of one's own";
    struct liveness_token t = judged(&p, 401, "");
    assert_int_equal(t.verdict, PROBE_NOT_LIVE);
    assert_string_equal(t.why, "api.test.example does not accept it; a server of one's own was not asked");
    p.elsewhere = "another site";
    t = judged(&p, 401, "");
    assert_int_equal(t.verdict, PROBE_UNKNOWN);
    assert_string_equal(t.why, "api.test.example does not accept it; it may be of another site");
    assert_int_equal(judged(&p, 200, "[]").verdict, PROBE_LIVE);
    /* who knows the token knows what became of it */
    assert_int_equal(judged(&p, 200, "{\"data\": [{\"state\": \"revoked\"}]}").verdict, PROBE_NOT_LIVE);
}

/* ---- questions ---- */

static double now;
static unsigned slept_ms;

static double fake_seconds(void) {
    return now;
}

static void fake_sleep(unsigned ms) {
    now += ms / 1e3;
    slept_ms += ms;
}

struct fake {
    struct http_transport base;
    enum kl_status status;
    unsigned code;
    double takes_s;
    size_t asked;
    char seen[256]; /* the last URL, and the last header */
};

static enum kl_status fake_send(struct http_transport *t, const struct http_request *request,
                                struct http_attempt *attempt, struct http_response *out, struct error *e) {
    struct fake *f = (struct fake *)t;
    f->asked++;
    now += f->takes_s;
    attempt->sent = true;
    (void)snprintf(f->seen, sizeof f->seen, "%s %s: %.*s", request->url, request->headers[0].name,
                   SLICE_ARG(request->headers[0].value));
    if (f->status != KL_OK)
        return error_set(e, f->status, "%s is out of reach", attempt->host);
    out->status = f->code;
    buf_str(&out->body, "[]");
    return KL_OK;
}

static void fake_close(struct http_transport *t) {
    (void)t;
}

static void ask(struct fake *f, struct liveness_token *tokens, size_t count, double total_seconds) {
    struct error e = {0};
    f->base = (struct http_transport){fake_send, fake_close};
    struct liveness_options o = {
        .http = {.transport = &f->base, .sleep_ms = fake_sleep, .seconds = fake_seconds},
        .total_seconds = total_seconds,
    };
    now = 1000;
    slept_ms = 0;
    assert_int_equal(liveness_ask(&o, tokens, count, &e), KL_OK);
}

#define TOKEN(p, text)                                                                                       \
    { .probe = (p), .token = SLICE_LIT(text) }

static void a_host_is_asked_one_after_the_other_with_a_pause_between(void **state) {
    struct liveness_token tokens[] = {TOKEN(&probe, "a"), TOKEN(&probe, "b"), TOKEN(&probe, "c")};
    struct fake f = {.code = 200};
    (void)state;
    ask(&f, tokens, 3, 0);
    assert_int_equal(f.asked, 3);
    assert_int_equal(slept_ms, 2 * LIVENESS_PAUSE_MS);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(tokens[i].verdict, PROBE_LIVE);
    assert_string_equal(f.seen, "https://api.test.example/me Authorization: Bearer c");
}

static void a_host_that_fails_is_asked_no_more(void **state) {
    static const struct {
        enum kl_status status;
        unsigned code;
        size_t asked;
    } rows[] = {{KL_OK, 429, 1},
                {KL_ERR_NETWORK, 0, 1},
                {KL_ERR_TLS, 0, 1},
                {KL_OK, 500, 3},
                {KL_ERR_PROTOCOL, 0, 3}};
    (void)state;
    for (size_t i = 0; i < KL_ARRAY_LEN(rows); i++) {
        struct liveness_token tokens[] = {TOKEN(&probe, "a"), TOKEN(&probe, "b"), TOKEN(&probe, "c")};
        struct fake f = {.status = rows[i].status, .code = rows[i].code};
        ask(&f, tokens, 3, 0);
        assert_int_equal(f.asked, rows[i].asked);
        for (size_t k = 0; k < 3; k++) {
            assert_int_equal(tokens[k].verdict, PROBE_UNKNOWN);
            assert_string_equal(tokens[k].why, tokens[0].why);
        }
    }
}

static void the_time_for_all_questions_is_bounded(void **state) {
    struct liveness_token tokens[] = {TOKEN(&probe, "a"), TOKEN(&probe, "b"), TOKEN(&probe, "c")};
    struct fake f = {.code = 200, .takes_s = 8};
    (void)state;
    ask(&f, tokens, 3, 10);
    assert_int_equal(f.asked, 2);
    assert_int_equal(tokens[2].verdict, PROBE_UNKNOWN);
    assert_string_equal(tokens[2].why, "not asked: the time for all questions was over");
}

static void the_number_of_questions_is_bounded(void **state) {
    size_t count = LIVENESS_MAX_TOKENS + 3;
    struct liveness_token *tokens = mem_calloc(count, sizeof *tokens);
    struct fake f = {.code = 200};
    (void)state;
    for (size_t i = 0; i < count; i++)
        tokens[i] = (struct liveness_token)TOKEN(&probe, "a");
    ask(&f, tokens, count, 1e9);
    assert_int_equal(f.asked, LIVENESS_MAX_TOKENS);
    assert_int_equal(tokens[count - 1].verdict, PROBE_UNKNOWN);
    free(tokens);
}

static void a_token_that_would_break_the_request_is_not_sent(void **state) {
    static const char *const bad[] = {"a\r\nX-Other: 1", "a b", "\xc3\xa4", "a\tb", ""};
    (void)state;
    for (size_t i = 0; i < KL_ARRAY_LEN(bad); i++) {
        struct liveness_token t = {.probe = &probe, .token = slice_cstr(bad[i])};
        struct fake f = {.code = 200};
        ask(&f, &t, 1, 0);
        assert_int_equal(f.asked, 0);
        assert_int_equal(t.verdict, PROBE_UNKNOWN);
    }
}

static void in_a_path_the_token_is_encoded(void **state) {
    struct probe p = probe;
    (void)state;
    p.path = "/bot{token}/getMe?x=1";
    struct liveness_token t = {.probe = &p, .token = SLICE_LIT("1:a/../b?c#d%e")};
    struct fake f = {.code = 200};
    ask(&f, &t, 1, 0);
    assert_non_null(strstr(f.seen, "https://api.test.example/bot1:a%2F..%2Fb%3Fc%23d%25e/getMe?x=1 "));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_answer),
        cmocka_unit_test(the_reason_names_the_host_and_what_it_said),
        cmocka_unit_test(a_refusal_proves_nothing_where_the_token_may_be_of_elsewhere),
        cmocka_unit_test(a_host_is_asked_one_after_the_other_with_a_pause_between),
        cmocka_unit_test(a_host_that_fails_is_asked_no_more),
        cmocka_unit_test(the_time_for_all_questions_is_bounded),
        cmocka_unit_test(the_number_of_questions_is_bounded),
        cmocka_unit_test(a_token_that_would_break_the_request_is_not_sent),
        cmocka_unit_test(in_a_path_the_token_is_encoded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
