/* fuzz_ownrules.c: rule files of the user, ours and gitleaks', and what they find. Up to the first NUL the
 * bytes are the file, behind it the text, which is Python where its length is odd. A file that is no rule
 * file is an error with a message; else the same is found with the words that patterns need and without a
 * look at these. */
#include "tests/fuzz/support.h"

static struct rule_set *make_rules(const char *path, bool exhaustive, bool *good) {
    const char *files[] = {path, NULL};
    struct rule_set_options o = {.files = files, .exhaustive = exhaustive};
    struct rule_set *rules = NULL;
    struct error e = {0};
    *good = rule_set_new(&o, &rules, &e) == KL_OK;
    if (!*good && !e.message[0])
        fuzz_fail("an error without a message");
    return rules;
}

/* A pattern may take too many steps: which, and so what is found, is another thing when fewer run. */
static bool is_whole(const struct scan_result *r) {
    return r->error_count == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size > 20000)
        return 0;
    struct slice all = slice_of(data, size);
    size_t nul = slice_find_byte(all, '\0', 0);
    struct slice file = slice_sub(all, 0, nul),
                 text = nul == SIZE_MAX ? slice_of("", 0) : slice_sub(all, nul + 1, size);
    const char *name = text.len % 2 ? "settings.py" : "notes.txt";
    bool good, also;
    const char *path = fuzz_file(0, file);
    struct rule_set *quick = make_rules(path, false, &good), *every = make_rules(path, true, &also);
    if (good != also)
        fuzz_fail("a rule file for one way alone");
    if (good) {
        struct scan_result fast = {0}, slow = {0};
        fuzz_scan(&(struct scan_options){.rule_set = quick}, name, text, &fast);
        fuzz_scan(&(struct scan_options){.rule_set = every, .rules = {.exhaustive = true}}, name, text,
                  &slow);
        fuzz_check_findings(&fast, text);
        if (is_whole(&fast) && is_whole(&slow))
            fuzz_same(&fast, &slow);
        scan_result_release(&fast);
        scan_result_release(&slow);
    }
    rule_set_free(quick);
    rule_set_free(every);
    return 0;
}
