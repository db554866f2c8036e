/* fuzz_liveness.c: what a provider answers, by every probe. Any bytes have a verdict, and a reason unless
 * they say that the token is live; a status that says nothing is never more than unknown. */
#include "tests/fuzz/fuzz.h"

#include "backends/liveness.h"
#include "scanner/rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const unsigned statuses[] = {200, 400, 401, 403, 302, 429, 503};
    if (size < 2 || size > 60000)
        return 0;
    struct liveness_token t = {.probe = rule_probe_at(data[0] % rule_probe_count())};
    struct http_response r = {.status = statuses[data[1] % KL_ARRAY_LEN(statuses)]};
    buf_init_secret(&r.body, HTTP_MAX_BODY_BYTES);
    buf_bytes(&r.body, data + 2, size - 2);
    liveness_judge(t.probe, &r, &t);
    bool says_nothing = r.status == 302 || r.status == 429 || r.status == 503;
    if (t.verdict == PROBE_NOT_ASKED || (t.why[0] == '\0') != (t.verdict == PROBE_LIVE) ||
        (says_nothing && t.verdict != PROBE_UNKNOWN))
        abort();
    http_response_release(&r);
    return 0;
}
