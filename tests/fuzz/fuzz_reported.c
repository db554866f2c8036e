/* fuzz_reported.c: the reader of other scanners' reports. Any bytes are a list of places or an error with a
 * message; a place has a path and a line. */
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
    for (size_t i = 0; i < report.count; i++)
        if (report.items[i].path[0] == '\0' || report.items[i].site.line == 0)
            abort();
    free(report.items);
    arena_release(&arena);
    return 0;
}
