/* fuzz_reported.c: the reader of other scanners' reports. Any bytes are a list of places or an error with a
 * message; a place has a path, and a line, a value, or the reason why nothing can be looked for. */
#include "tests/fuzz/fuzz.h"

#include "cli/reported.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena = ARENA_INIT;
    struct reported report;
    struct error e = {0};
    if (size > 60000)
        return 0;
    enum kl_status s = reported_parse(slice_of(data, size), "fuzz", &arena, &report, &e);
    if (s != KL_OK && e.message[0] == '\0')
        abort();
    for (size_t i = 0; i < report.count; i++) {
        const struct reported_place *p = &report.items[i];
        bool known = p->site.line > 0 || p->site.value.len > 0 || p->site.sha1 || p->reason;
        if (!p->paths[0] || p->paths[0][0] == '\0' || !known)
            abort();
    }
    free(report.items);
    arena_release(&arena);
    return 0;
}
