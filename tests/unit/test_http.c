/* The policy of backends/http.h over a transport of the test's own, with a clock that
 * only sleeping moves. */
#include "base/common.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <signal.h>

#include "backends/http_policy.h"
#include "base/system.h"

#define MAX_ATTEMPTS 16

struct answer {
    enum kl_status status; /* KL_OK: `code` with `headers` */
    bool sent;
    unsigned code;
    const char *headers;
};

struct fake {
    struct http_transport base;
    const struct answer *answers; /* the last one again and again */
    size_t count, asked;
    struct http_attempt seen[MAX_ATTEMPTS];
    unsigned takes_ms; /* of each attempt */
    bool closed;
};

/* What the hooks of http_options, which have no context, work on. */
static double now;
static unsigned slept_ms;
static bool interrupt_when_asleep;

static double fake_seconds(void) {
    return now;
}

static void fake_sleep(unsigned ms) {
    now += ms / 1e3;
    slept_ms += ms;
    if (interrupt_when_asleep)
        raise(SIGTERM);
}

static enum kl_status fake_send(struct http_transport *t, const struct http_request *request,
                                struct http_attempt *attempt, struct http_response *out, struct error *e) {
    struct fake *f = (struct fake *)t;
    (void)request;
    assert_in_range(f->asked, 0, MAX_ATTEMPTS - 1);
    assert_int_equal(out->body.len + out->headers.len, 0);
    assert_true(out->body.wipe && out->headers.wipe);
    const struct answer *a = &f->answers[f->asked < f->count ? f->asked : f->count - 1];
    f->seen[f->asked++] = *attempt;
    now += f->takes_ms / 1e3;
    attempt->sent = a->sent;
    buf_str(&out->body, "partial");
    if (a->status != KL_OK)
        return error_set(e, a->status, "%s failed", attempt->host);
    out->status = a->code;
    buf_str(&out->headers, a->headers ? a->headers : "");
    return KL_OK;
}

static void fake_close(struct http_transport *t) {
    ((struct fake *)t)->closed = true;
}

struct run {
    struct fake fake;
    struct http_options options;
    struct http_request request;
    struct http_response response;
    struct error error;
    enum kl_status status;
};

static void go(struct run *r, const struct answer *answers, size_t count) {
    struct http *h = NULL;
    r->fake.base = (struct http_transport){fake_send, fake_close};
    r->fake.answers = answers;
    r->fake.count = count;
    r->options.transport = &r->fake.base;
    r->options.sleep_ms = fake_sleep;
    r->options.seconds = fake_seconds;
    if (!r->request.method)
        r->request.method = "GET";
    if (!r->request.url)
        r->request.url = "https://vault.example/v1/secret?x=1";
    now = 1000;
    slept_ms = 0;
    assert_int_equal(http_open(&r->options, &h, &r->error), KL_OK);
    r->status = http_send(h, &r->request, &r->response, &r->error);
    http_close(h);
    assert_true(r->fake.closed);
}

#define GO(r, ...)                                                                                           \
    go(r, (const struct answer[]){__VA_ARGS__}, KL_ARRAY_LEN(((const struct answer[]){__VA_ARGS__})))

static void every_url_rule(void **state) {
    static const struct {
        const char *url;
        bool metadata, allowed;
    } rows[] = {
        {"https://vault.example/x", false, true},
        {"HTTPS://Vault.Example:8200", false, true},
        {"https://[2001:db8::1]:8200/x", false, true},
        {"http://vault.example/x", false, false},
        {"http://vault.example/x", true, false},
        {"http://127.0.0.1:8200/x", false, true},
        {"http://127.255.0.9/x", false, true},
        {"http://[::1]:8200/x", false, true},
        {"http://localhost:8200", false, true},
        {"http://127.0.0.1.evil.example/", false, false},
        {"http://127.1/", false, false},
        {"http://127.0.0.256/", false, false},
        {"http://127.0.0.01/", false, false},
        {"http://0x7f.0.0.1/", false, false},
        {"http://localhost.evil.example/", false, false},
        {"http://169.254.169.254/latest", true, true},
        {"http://169.254.170.2/creds", true, true},
        {"http://169.254.170.23/creds", true, true},
        {"http://[fd00:ec2::254]/latest", true, true},
        {"http://[fd00:ec2::23]/latest", true, true},
        {"http://metadata.google.internal/x", true, true},
        {"http://METADATA.google.internal:80/x", true, true},
        {"http://169.254.169.254/latest", false, false},
        {"http://169.254.169.253/latest", true, false},
        {"http://169.254.129.2:8081/msi/token", true, true},
        {"http://169.254.129.2:8081/msi/token", false, false},
        {"http://169.254.129.2/msi/token", true, false},
        {"http://169.254.evil.example:8081/msi/token", true, false},
        {"http://169.254.1:8081/msi/token", true, false},
        {"http://10.0.0.2:8081/msi/token", true, false},
        {"http://metadata.google.internal.evil.example/", true, false},
        {"https://user:hush@vault.example/", false, false},
        {"https://user@vault.example/", false, false},
        {"https://vault.example@127.0.0.1/", false, false},
        {"https://vault.example/a b", false, false},
        {"https://vault.example/a\r\nX: y", false, false},
        {"https://vault.example\\@evil.example/", false, false},
        {"https://vault.example/#frag", false, false},
        {"https://vault.ex\xc3\xa4mple/", false, false},
        {"https://vault%2eexample/", false, false},
        {"https://vault.example:0/", false, false},
        {"https://vault.example:65536/", false, false},
        {"https://vault.example:/", false, false},
        {"https://vault.example:8200x/", false, false},
        {"https://[::1/", false, false},
        {"https://[::1]x/", false, false},
        {"https:///x", false, false},
        {"https://", false, false},
        {"ftp://vault.example/", false, false},
        {"file:///etc/passwd", false, false},
        {"vault.example", false, false},
        {"", false, false},
    };
    (void)state;
    for (size_t i = 0; i < KL_ARRAY_LEN(rows); i++) {
        struct run r = {.request = {.url = rows[i].url, .metadata = rows[i].metadata}};
        GO(&r, {.code = 200});
        if ((r.status == KL_OK) != rows[i].allowed || r.fake.asked != rows[i].allowed)
            fail_msg("%s: %s", rows[i].url, status_name(r.status));
        if (!rows[i].allowed) {
            assert_int_equal(r.status, KL_ERR_REFUSED);
            assert_null(strstr(r.error.message, "hush"));
        }
        http_response_release(&r.response);
    }
}

static void a_url_longer_than_its_maximum_is_refused(void **state) {
    char url[HTTP_MAX_URL_BYTES + 64] = "https://vault.example/";
    struct run r = {.request = {.url = url}};
    (void)state;
    for (size_t i = strlen(url); i < HTTP_MAX_URL_BYTES + 1; i++)
        url[i] = 'a';
    GO(&r, {.code = 200});
    assert_int_equal(r.status, KL_ERR_REFUSED);
}

static void the_host_of_a_url_is_told(void **state) {
    struct arena a = ARENA_INIT;
    (void)state;
    assert_string_equal(http_url_host("https://Vault.Example:8200/x", &a), "vault.example");
    assert_string_equal(http_url_host("http://[::1]:8200", &a), "::1");
    assert_null(http_url_host("vault.example", &a));
    assert_null(http_url_host("https://u@vault.example/", &a));
    assert_true(http_url_is_loopback("https://localhost/"));
    assert_false(http_url_is_loopback("https://vault.example/"));
    arena_release(&a);
}

/* Whether `answer` is followed by another attempt. */
static size_t attempts_after(struct answer answer, bool repeatable, bool metadata) {
    struct run r = {.request = {.repeatable = repeatable, .metadata = metadata}};
    GO(&r, answer, {.code = 200});
    http_response_release(&r.response);
    return r.fake.asked;
}

static void what_asks_for_patience_is_repeated_if_it_may_be(void **state) {
    static const unsigned waits[] = {429, 500, 502, 503, 504},
                          stays[] = {200, 204, 301, 400, 401, 403, 404, 409, 412, 501};
    (void)state;
    for (size_t i = 0; i < KL_ARRAY_LEN(waits); i++) {
        assert_int_equal(attempts_after((struct answer){.code = waits[i]}, true, false), 2);
        assert_int_equal(attempts_after((struct answer){.code = waits[i]}, false, false), 1);
        assert_int_equal(attempts_after((struct answer){.code = waits[i]}, true, true), 1);
    }
    for (size_t i = 0; i < KL_ARRAY_LEN(stays); i++)
        assert_int_equal(attempts_after((struct answer){.code = stays[i]}, true, false), 1);
}

static void a_lost_connection_is_repeated_if_it_may_be(void **state) {
    (void)state;
    const struct answer unsent = {KL_ERR_NETWORK, false, 0, NULL}, sent = {KL_ERR_NETWORK, true, 0, NULL};
    assert_int_equal(attempts_after(unsent, true, false), 2);
    assert_int_equal(attempts_after(unsent, false, false), 2); /* no connection was made */
    assert_int_equal(attempts_after(sent, true, false), 2);
    assert_int_equal(attempts_after(sent, false, false), 1);
    assert_int_equal(attempts_after(unsent, true, true), 1);
}

static void no_other_failure_is_repeated(void **state) {
    static const enum kl_status ends[] = {KL_ERR_TLS, KL_ERR_PROTOCOL, KL_ERR_LIMIT, KL_ERR_INTERRUPTED,
                                          KL_ERR_CREDENTIALS};
    (void)state;
    for (size_t i = 0; i < KL_ARRAY_LEN(ends); i++) {
        struct run r = {.request = {.repeatable = true}};
        GO(&r, {.status = ends[i]}, {.code = 200});
        assert_int_equal(r.status, ends[i]);
        assert_int_equal(r.fake.asked, 1);
        assert_null(r.response.body.ptr); /* nothing of half an answer is left */
    }
}

static bool says_slow_down(const struct http_response *r) {
    return r->status == 400;
}

static void a_vault_may_name_its_own_way_of_throttling(void **state) {
    struct run r = {.request = {.repeatable = true, .is_throttled = says_slow_down}};
    (void)state;
    GO(&r, {.code = 400}, {.code = 200});
    assert_int_equal(r.fake.asked, 2);
    assert_int_equal(r.response.status, 200);
    http_response_release(&r.response);
}

static void attempts_end_and_the_last_answer_is_given(void **state) {
    struct run r = {.request = {.repeatable = true}};
    (void)state;
    GO(&r, {.code = 503, .headers = "x-id: 7\n"});
    assert_int_equal(r.status, KL_OK);
    assert_int_equal(r.response.status, 503);
    assert_int_equal(r.fake.asked, HTTP_ATTEMPTS);
    assert_in_range(slept_ms, 0, HTTP_PAUSE_MS * (1 + 2 + 4 + 8));
    struct slice id;
    assert_true(http_response_header(&r.response, "X-ID", &id) && slice_eq_cstr(id, "7"));
    http_response_release(&r.response);
    http_response_release(&r.response);
    struct run lost = {.request = {.repeatable = true}};
    GO(&lost, {.status = KL_ERR_NETWORK, .sent = true});
    assert_int_equal(lost.status, KL_ERR_NETWORK);
    assert_int_equal(lost.fake.asked, HTTP_ATTEMPTS);
}

static void pauses_are_random_and_bounded(void **state) {
    unsigned most = 0;
    (void)state;
    for (unsigned n = 1; n < 40; n++)
        for (int i = 0; i < 50; i++) {
            unsigned pause = http_jitter_ms(n), bound = n < 5 ? HTTP_PAUSE_MS << (n - 1) : HTTP_PAUSE_MAX_MS;
            assert_in_range(pause, 0, bound);
            most = pause > most ? pause : most;
        }
    assert_in_range(most, HTTP_PAUSE_MAX_MS / 2, HTTP_PAUSE_MAX_MS);
}

static void retry_after_is_honoured(void **state) {
    struct run r = {.request = {.repeatable = true}};
    (void)state;
    GO(&r, {.code = 429, .headers = "retry-after: 7\n"}, {.code = 200});
    assert_int_equal(slept_ms, 7000);
    assert_int_equal(r.response.status, 200);
    http_response_release(&r.response);
}

static void retry_after_beyond_the_deadline_ends_the_call_at_once(void **state) {
    struct run r = {.request = {.repeatable = true}, .options = {.total_ms = 5000}};
    (void)state;
    GO(&r, {.code = 429, .headers = "retry-after: 6\n"}, {.code = 200});
    assert_int_equal(slept_ms, 0);
    assert_int_equal(r.response.status, 429);
    http_response_release(&r.response);
}

static bool after(const char *value, uint64_t unix_now, uint64_t *ms) {
    struct http_response r = {.headers = BUF_INIT(1000)};
    buf_printf(&r.headers, "retry-after: %s\n", value);
    bool valid = http_retry_after(&r, unix_now, ms);
    http_response_release(&r);
    return valid;
}

static void retry_after_is_seconds_or_a_date(void **state) {
    uint64_t ms = 0, when = 0;
    (void)state;
    assert_true(after("0", 0, &ms) && ms == 0);
    assert_true(after("120", 0, &ms) && ms == 120000);
    assert_true(after("99999999999999999999999", 0, &ms) && ms == 86400000);
    assert_true(after("Sun, 06 Nov 1994 08:49:37 GMT", 784111777 - 5, &ms) && ms == 5000);
    assert_true(after("Sun, 06 Nov 1994 08:49:37 GMT", 784111777 + 5, &ms) && ms == 0);
    static const char *const wrong[] = {"-1",
                                        "1.5",
                                        "soon",
                                        "",
                                        "Sun, 06 Nox 1994 08:49:37 GMT",
                                        "Sun, 06 Nov 1994 25:49:37 GMT",
                                        "Sunday, 06-Nov-94 08:49:37 GMT"};
    for (size_t i = 0; i < KL_ARRAY_LEN(wrong); i++)
        assert_false(after(wrong[i], 0, &ms));
    assert_true(http_date(SLICE_LIT("Thu, 29 Feb 2024 23:59:59 GMT"), &when) && when == 1709251199);
    assert_true(http_date(SLICE_LIT("Fri, 01 Mar 2024 00:00:00 GMT"), &when) && when == 1709251200);
    assert_true(http_date(SLICE_LIT("Thu, 01 Jan 1970 00:00:00 GMT"), &when) && when == 0);
}

static void deadlines_shrink_with_what_is_left(void **state) {
    struct run r = {
        .request = {.repeatable = true}, .options = {.total_ms = 1000}, .fake = {.takes_ms = 700}};
    (void)state;
    GO(&r, {.code = 503, .headers = "retry-after: 0\n"});
    assert_int_equal(r.fake.asked, 2);
    assert_int_equal(r.fake.seen[0].total_ms, 1000);
    assert_in_range(r.fake.seen[1].total_ms, 299, 300);
    assert_int_equal(r.response.status, 503);
    http_response_release(&r.response);
}

static void every_kind_of_call_has_its_deadlines(void **state) {
    static const struct {
        bool metadata;
        unsigned timeout_ms, connect, total;
    } rows[] = {
        {false, 0, HTTP_CONNECT_MS, HTTP_ATTEMPT_MS},
        {true, 0, HTTP_METADATA_MS, HTTP_METADATA_MS * 3},
        {false, 5000, 5000, 5000},
        {true, 500, 500, 500},
        {false, 90000, HTTP_CONNECT_MS, HTTP_TOTAL_MS},
    };
    (void)state;
    for (size_t i = 0; i < KL_ARRAY_LEN(rows); i++) {
        struct run r = {.request = {.metadata = rows[i].metadata, .timeout_ms = rows[i].timeout_ms}};
        GO(&r, {.code = 200});
        assert_int_equal(r.fake.seen[0].connect_ms, rows[i].connect);
        assert_int_equal(r.fake.seen[0].total_ms, rows[i].total);
        http_response_release(&r.response);
    }
}

static void loopback_and_metadata_never_go_through_a_proxy(void **state) {
    static const struct {
        const char *url;
        bool metadata, proxy;
    } rows[] = {
        {"https://vault.example/", false, true},       {"https://localhost/", false, false},
        {"https://127.0.0.1/", false, false},          {"http://[::1]:8200/", false, false},
        {"http://169.254.169.254/x", true, false},     {"https://169.254.169.254/x", false, false},
        {"https://sts.example/identity", true, false},
    };
    (void)state;
    for (size_t i = 0; i < KL_ARRAY_LEN(rows); i++) {
        struct run r = {.request = {.url = rows[i].url, .metadata = rows[i].metadata}};
        GO(&r, {.code = 200});
        assert_int_equal(r.fake.seen[0].use_proxy, rows[i].proxy);
        http_response_release(&r.response);
    }
}

static void a_header_cannot_smuggle_another(void **state) {
    static const struct {
        const char *name, *value;
        enum kl_status status;
    } rows[] = {
        {"X-Token", "fine value\twith tab", KL_OK},
        {"X-Empty", "", KL_OK},
        {"X-Token", "a\r\nX-Other: b", KL_ERR_USAGE},
        {"X-Token", "a\n", KL_ERR_USAGE},
        {"X Token", "a", KL_ERR_USAGE},
        {"X-Token:", "a", KL_ERR_USAGE},
        {"", "a", KL_ERR_USAGE},
    };
    (void)state;
    for (size_t i = 0; i < KL_ARRAY_LEN(rows); i++) {
        struct http_header header = {rows[i].name, slice_cstr(rows[i].value)};
        struct run r = {.request = {.headers = &header, .header_count = 1}};
        GO(&r, {.code = 200});
        assert_int_equal(r.status, rows[i].status);
        assert_null(r.status == KL_OK ? NULL : strstr(r.error.message, "Other"));
        http_response_release(&r.response);
    }
    struct http_header nul = {"X-Token", slice_of("a\0b", 3)}, many[HTTP_MAX_HEADERS + 1];
    struct run r = {.request = {.headers = &nul, .header_count = 1}};
    GO(&r, {.code = 200});
    assert_int_equal(r.status, KL_ERR_USAGE);
    for (size_t i = 0; i < KL_ARRAY_LEN(many); i++)
        many[i] = (struct http_header){"X", SLICE_LIT("y")};
    struct run over = {.request = {.headers = many, .header_count = KL_ARRAY_LEN(many)}};
    GO(&over, {.code = 200});
    assert_int_equal(over.status, KL_ERR_LIMIT);
    struct run method = {.request = {.method = "GET / HTTP/1.1\r\nX:"}};
    GO(&method, {.code = 200});
    assert_int_equal(method.status, KL_ERR_USAGE);
}

static void headers_of_an_answer_are_found_without_case(void **state) {
    struct http_response r = {.headers = BUF_INIT(1000)};
    struct slice value;
    (void)state;
    buf_str(&r.headers, "etag: \"1\"\nempty: \nlocation: https://a.example/x:y\netag: \"2\"\n");
    assert_true(http_response_header(&r, "ETag", &value) && slice_eq_cstr(value, "\"1\""));
    assert_true(http_response_header(&r, "Location", &value) &&
                slice_eq_cstr(value, "https://a.example/x:y"));
    assert_true(http_response_header(&r, "empty", &value) && value.len == 0);
    assert_false(http_response_header(&r, "tag", &value));
    assert_false(http_response_header(&r, "https", &value));
    http_response_release(&r);
}

static void collect(void *ctx, const char *line) {
    struct buf *lines = ctx;
    buf_str(lines, line);
    buf_char(lines, '\n');
}

static void a_trace_has_a_line_an_attempt_without_query_header_or_body(void **state) {
    struct buf lines = BUF_INIT(4096);
    struct http_header header = {"Authorization", SLICE_LIT("Bearer hush")};
    struct run r = {.request = {.repeatable = true,
                                .url = "https://vault.example/v1/secret?token=hush",
                                .headers = &header,
                                .header_count = 1,
                                .body = SLICE_LIT("hush")},
                    .options = {.trace = collect, .trace_ctx = &lines},
                    .fake = {.takes_ms = 12}};
    (void)state;
    GO(&r, {.status = KL_ERR_NETWORK, .sent = true}, {.code = 200});
    assert_string_equal(buf_cstr(&lines), "GET vault.example /v1/secret failed (network) in 12 ms\n"
                                          "GET vault.example /v1/secret 200 in 12 ms\n");
    http_response_release(&r.response);
    buf_release(&lines);
}

static void a_ca_file_that_is_not_there_is_told_before_any_request(void **state) {
    struct fake f = {.base = {fake_send, fake_close}};
    struct http_options o = {.ca_file = "/nonexistent/ca.pem", .transport = &f.base};
    struct http *h = NULL;
    struct error e = {0};
    (void)state;
    assert_int_equal(http_open(&o, &h, &e), KL_ERR_NOT_FOUND);
    assert_null(h);
    assert_non_null(strstr(e.message, "--ca-file: there is no file /nonexistent/ca.pem"));
    http_close(NULL);
}

/* The last test: a signal that was caught stays so. */
static void an_interrupt_ends_a_pause(void **state) {
    struct run r = {.request = {.repeatable = true}};
    (void)state;
    system_catch_interrupts();
    interrupt_when_asleep = true;
    GO(&r, {.code = 503, .headers = "retry-after: 30\n"}, {.code = 200});
    assert_int_equal(r.status, KL_ERR_INTERRUPTED);
    assert_int_equal(r.fake.asked, 1);
    assert_in_range(slept_ms, 1, 1000);
    struct run next = {.request = {.repeatable = true}};
    GO(&next, {.code = 200});
    assert_int_equal(next.status, KL_ERR_INTERRUPTED);
    assert_int_equal(next.fake.asked, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_url_rule),
        cmocka_unit_test(a_url_longer_than_its_maximum_is_refused),
        cmocka_unit_test(the_host_of_a_url_is_told),
        cmocka_unit_test(what_asks_for_patience_is_repeated_if_it_may_be),
        cmocka_unit_test(a_lost_connection_is_repeated_if_it_may_be),
        cmocka_unit_test(no_other_failure_is_repeated),
        cmocka_unit_test(a_vault_may_name_its_own_way_of_throttling),
        cmocka_unit_test(attempts_end_and_the_last_answer_is_given),
        cmocka_unit_test(pauses_are_random_and_bounded),
        cmocka_unit_test(retry_after_is_honoured),
        cmocka_unit_test(retry_after_beyond_the_deadline_ends_the_call_at_once),
        cmocka_unit_test(retry_after_is_seconds_or_a_date),
        cmocka_unit_test(deadlines_shrink_with_what_is_left),
        cmocka_unit_test(every_kind_of_call_has_its_deadlines),
        cmocka_unit_test(loopback_and_metadata_never_go_through_a_proxy),
        cmocka_unit_test(a_header_cannot_smuggle_another),
        cmocka_unit_test(headers_of_an_answer_are_found_without_case),
        cmocka_unit_test(a_trace_has_a_line_an_attempt_without_query_header_or_body),
        cmocka_unit_test(a_ca_file_that_is_not_there_is_told_before_any_request),
        cmocka_unit_test(an_interrupt_ends_a_pause),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
