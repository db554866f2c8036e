/* fuzz_scan.c: any bytes under any kind of name go through the whole scan, the
 * fast way (with the skimmer, where it is Python) and the exhaustive one, which must find the same. The first
 * byte chooses the name. */
#include "tests/fuzz/support.h"

static const char *const NAMES[] = {
    "a.py",   "test_a.py", "a.pyi",  ".env",        "a.toml",      "a.yaml", "a.json",
    "a.ini",  "a.sh",      ".netrc", "Dockerfile",  "a.ipynb",     "a.txt",  "a.properties",
    "id_rsa", ".pypirc",   "a.cfg",  "compose.yml", "settings.py",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1 || size > 60000)
        return 0;
    const char *name = NAMES[data[0] % KL_ARRAY_LEN(NAMES)];
    struct slice bytes = slice_of(data + 1, size - 1);
    struct scan_result fast = {0}, slow = {0};
    fuzz_scan(&(struct scan_options){0}, name, bytes, &fast);
    fuzz_scan(&(struct scan_options){.rules = {.exhaustive = true}}, name, bytes, &slow);
    fuzz_same(&fast, &slow);
    fuzz_check_findings(&fast, bytes);
    scan_result_release(&fast);
    scan_result_release(&slow);
    return 0;
}
