/* fuzz_reports.c: `keylift report`: any two files (parted by a NUL) as reports to merge and to compare, the
 * older one also of another scanner. A report that is merged with itself has its own findings, environment
 * and errors; on the HTML page no report ends the script that it stands in. */
#include "base/json.h"
#include "cli/report_entries.h"
#include "tests/fuzz/support.h"

/* main.c's: what a person is told. */
static size_t failures;
int cli_fail(struct cli *c, const struct error *e) {
    (void)c;
    if (!e->message[0])
        fuzz_fail("an error without a message");
    failures++;
    return STATUS_TROUBLE;
}

/* Of commands that are linked and not run. */
const char *cli_advice(enum kl_status s) {
    fuzz_fail("advice on %d", (int)s);
}
int cli_usage(struct cli *c, const char *fmt, ...) {
    (void)c;
    fuzz_fail("%s", fmt);
}
bool cli_ask(struct cli *c, const char *question) {
    (void)c;
    fuzz_fail("%s", question);
}

static struct cli make_cli(enum option_format format) {
    struct cli c = {0};
    c.redactor = redact_new();
    c.options.format = (int)format;
    out_init(&c.out, -1, COLOR_NEVER, c.redactor);
    out_init(&c.err, -1, COLOR_NEVER, c.redactor);
    return c;
}

static void drop_cli(struct cli *c) {
    out_release(&c->out);
    out_release(&c->err);
    redact_free(c->redactor);
    arena_release(&c->arena);
}

/* What merging prints; empty where a file is no report. */
static bool merge(const char *const *paths, size_t count, enum option_format format, struct buf *out) {
    struct cli c = make_cli(format);
    size_t before = failures;
    int status = report_merge(&c, paths, count);
    struct slice printed = buf_as_slice(&c.out.pending);
    if (printed.len == 0 && (status != STATUS_TROUBLE || failures == before))
        fuzz_fail("neither a report nor an error");
    buf_slice(out, printed);
    drop_cli(&c);
    return buf_ok(out) && out->len > 0;
}

static void check_same_lists(struct slice once, struct slice twice) {
    static const char *const lists[] = {"findings", "environment", "errors"};
    cJSON *a = NULL, *b = NULL;
    struct error e = {0};
    if (json_parse(once, "once", &a, &e) != KL_OK || json_parse(twice, "twice", &b, &e) != KL_OK)
        fuzz_fail("%s", e.message);
    for (size_t i = 0; i < KL_ARRAY_LEN(lists); i++)
        if (!cJSON_Compare(json_get(a, lists[i]), json_get(b, lists[i]), true))
            fuzz_fail("merged with itself it has other %s", lists[i]);
    cJSON_Delete(a);
    cJSON_Delete(b);
}

static void check_merge(const char *path, const char *other) {
    struct buf once = BUF_INIT(1 << 24), twice = BUF_INIT(1 << 24), page = BUF_INIT(1 << 24);
    const char *const both[] = {path, path}, *const two[] = {path, other};
    if (merge(both, 1, FORMAT_JSON, &once) && merge(both, 2, FORMAT_JSON, &twice))
        check_same_lists(buf_as_slice(&once), buf_as_slice(&twice));
    buf_clear(&twice);
    (void)merge(two, 2, FORMAT_JSON, &twice);
    if (once.len > 0 && merge(both, 1, FORMAT_HTML, &page)) {
        size_t scripts = 0;
        for (size_t at = 0; (at = slice_find(buf_as_slice(&page), SLICE_LIT("</script"), at)) != SIZE_MAX;
             at++)
            scripts++;
        if (scripts > 2)
            fuzz_fail("%zu scripts end on the page", scripts);
    }
    buf_release(&once);
    buf_release(&twice);
    buf_release(&page);
}

static void check_difference(const char *old, const char *now) {
    struct cli c = make_cli(FORMAT_TEXT);
    size_t before = failures;
    if (report_diff(&c, old, now) == STATUS_TROUBLE && failures == before)
        fuzz_fail("trouble that nobody is told of");
    drop_cli(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size > 60000)
        return 0;
    struct slice all = slice_of(data, size);
    size_t nul = slice_find_byte(all, '\0', 0);
    const char *first = fuzz_file(0, slice_sub(all, 0, nul)),
               *second = nul == SIZE_MAX ? first : fuzz_file(1, slice_sub(all, nul + 1, size));
    check_merge(first, second);
    check_difference(first, second);
    check_difference(second, first);
    return 0;
}
