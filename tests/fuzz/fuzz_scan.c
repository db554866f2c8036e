/* fuzz_scan.c: any bytes under any kind of name go through the whole scan, the
 * fast way and the exhaustive one, which must find the same. The first byte
 * chooses the name. */
#include "tests/fuzz/fuzz.h"

#include "base/redact.h"
#include "scanner/scan.h"

static const char *const NAMES[] = {
    "a.py",   "test_a.py", "a.pyi",  ".env",        "a.toml",      "a.yaml", "a.json",
    "a.ini",  "a.sh",      ".netrc", "Dockerfile",  "a.ipynb",     "a.txt",  "a.properties",
    "id_rsa", ".pypirc",   "a.cfg",  "compose.yml", "settings.py",
};

static void scan(const char *name, struct slice bytes, bool exhaustive, struct scan_result *out) {
    struct error e = {0};
    const char *paths[] = {name, NULL};
    struct scan_options options = {
        .paths = paths, .jobs = 1, .rules = {.exhaustive = exhaustive}, .keep_values = true};
    if (scan_bytes(&options, name, bytes, out, &e) != KL_OK)
        abort(); /* one document is never a reason to fail */
}

static void check_finding(const struct finding *f, struct slice bytes) {
    if (f->end_byte > bytes.len || f->start_byte > f->end_byte || f->line == 0 || f->column == 0)
        abort();
    struct redactor *r = redact_new();
    redact_add(r, secret_slice(&f->value));
    if (f->value.len >= 8 && redact_would_change(r, slice_cstr(f->redacted)))
        abort();
    redact_free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1 || size > 60000)
        return 0;
    const char *name = NAMES[data[0] % KL_ARRAY_LEN(NAMES)];
    struct slice bytes = slice_of(data + 1, size - 1);
    struct scan_result fast = {0}, slow = {0};
    scan(name, bytes, false, &fast);
    scan(name, bytes, true, &slow);
    if (fast.finding_count != slow.finding_count)
        abort();
    for (size_t i = 0; i < fast.finding_count; i++) {
        const struct finding *f = &fast.findings[i];
        if (strcmp(f->rule, slow.findings[i].rule) != 0 || f->start_byte != slow.findings[i].start_byte)
            abort();
        check_finding(f, bytes);
    }
    scan_result_release(&fast);
    scan_result_release(&slow);
    return 0;
}
