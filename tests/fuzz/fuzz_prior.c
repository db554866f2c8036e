/* fuzz_prior.c: versions of a text as a scan of history has them, each looked at where it is not the one
 * before: of each the same is found as of it alone. The first byte chooses the name; then three bytes are a
 * change: how much is cut out, where, and what is put there. */
#include <stdlib.h>

#include "scanner/scanfile.h"
#include "tests/fuzz/support.h"

#define TEXT_MAX ((size_t)1 << 16)
#define VERSIONS_MAX 60u
#define COMMON_LINES 40u

static const char *const NAMES[] = {"notes.txt", "settings.yaml", "page.js", "a.py"};
/* Tokens and halves of them, plain and in base64 (of "AKIA" and sixteen letters there). */
static const char *const PARTS[] = {
    "",
    "\n",
    "\1",
    "AKIA",
    "QUIETLY7QUIETLY7",
    "key: ",
    "password: \2\n",
    "password",
    "QUtJQVFVSUVU",
    "TFk3UVVJRVRMWTc=",
    " ",
    "= ",
    "'",
    "# keylift: ignore",
    "ghp_",
    "-----BEGIN ",
    "RSA PRIVATE KEY-----\n",
    "postgres://me:",
    "\2",
    "@db.example/x",
    "Bearer ",
    "token = \"",
};

static void change(struct buf *text, const uint8_t *how) {
    struct buf now = BUF_INIT(TEXT_MAX);
    struct slice was = buf_as_slice(text);
    size_t at = was.len * how[0] / 255, cut = how[1] % 4 ? 0 : how[1];
    buf_slice(&now, slice_sub(was, 0, at));
    fuzz_spell(PARTS, KL_ARRAY_LEN(PARTS), how + 2, 1, &now);
    buf_slice(&now, slice_sub(was, at + cut < was.len ? at + cut : was.len, was.len));
    buf_release(text);
    *text = now;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct rule_set *rules;
    struct scan_worker *worker = NULL;
    struct buf text = BUF_INIT(TEXT_MAX);
    struct error e = {0};
    if (size < 4)
        return 0;
    if (!rules && rule_set_new(&(struct rule_set_options){0}, &rules, &e) != KL_OK)
        fuzz_fail("%s", e.message);
    const char *name = NAMES[data[0] % KL_ARRAY_LEN(NAMES)], *paths[] = {name, NULL};
    const struct scan_options of_history = {
        .paths = paths, .jobs = 1, .keep_values = true, .rule_set = rules, .history = true};
    for (unsigned i = 0; i < COMMON_LINES; i++) /* enough to be kept */
        buf_printf(&text, "# a line of some words, the %u. of them\n", i);
    for (size_t i = 1, versions = 0; i + 3 <= size && versions < VERSIONS_MAX && buf_ok(&text);
         i += 3, versions++) {
        struct scan_result after = {0}, alone = {0};
        change(&text, data + i);
        if (scan_bytes_by(&worker, &of_history, name, buf_as_slice(&text), &after, &e) != KL_OK)
            fuzz_fail("%s", e.message);
        fuzz_scan(&(struct scan_options){0}, name, buf_as_slice(&text), &alone);
        alone.read_count = 0; /* of a history they are not told */
        fuzz_same(&alone, &after);
        scan_result_release(&after);
        scan_result_release(&alone);
    }
    scan_worker_free(worker);
    buf_release(&text);
    return 0;
}
