/* fuzz_archive.c: any bytes as an archive of any kind, and what it holds through the whole scan: it ends,
 * within its budget, and every finding lies in a member. The first byte chooses the kind. */
#include "tests/fuzz/fuzz.h"

#include "scanner/scan.h"
#include "scanner/scan_archive.h"

#define BUDGET_BYTES ((uint64_t)1 << 20)

static const char *const NAMES[] = {"a.zip", "a.tar", "a.tar.gz", "a.gz"};

static void read_members(const char *name, struct slice bytes) {
    struct archive a;
    struct archive_member member;
    struct buf read = BUF_INIT_SECRET((size_t)BUDGET_BYTES + 1);
    uint64_t budget = BUDGET_BYTES, taken = 0;
    archive_open(&a, archive_kind_of(name), name, archive_in_memory(bytes), &budget);
    while (archive_next(&a, &member) == ARCHIVE_OK) {
        if (member.name.len > KL_MAX_PATH_BYTES || slice_find_byte(member.name, '\0', 0) != SIZE_MAX)
            abort();
        if (member.kind == MEMBER_FILE && archive_read(&a, 10, &read) == ARCHIVE_OK &&
            archive_read(&a, (size_t)BUDGET_BYTES - 10, &read) == ARCHIVE_TOO_MUCH && budget > 0)
            abort(); /* the budget is not spent */
        taken += read.len;
        if (taken > BUDGET_BYTES)
            abort();
        buf_clear(&read);
    }
    archive_close(&a);
    buf_release(&read);
}

static void scan_members(const char *name, struct slice bytes) {
    struct error e = {0};
    struct scan_result found = {0};
    const char *paths[] = {name, NULL};
    struct scan_options options = {.paths = paths, .jobs = 1, .archives = true};
    if (scan_bytes(&options, name, bytes, &found, &e) != KL_OK)
        abort(); /* one document is never a reason to fail */
    for (size_t i = 0; i < found.finding_count; i++) {
        bool inside = strchr(found.findings[i].path, '!') != NULL;
        if (inside ? found.findings[i].fixable : found.stats.archives > 0)
            abort();
    }
    scan_result_release(&found);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1 || size > 60000)
        return 0;
    const char *name = NAMES[data[0] % KL_ARRAY_LEN(NAMES)];
    struct slice bytes = slice_of(data + 1, size - 1);
    read_members(name, bytes);
    scan_members(name, bytes);
    return 0;
}
