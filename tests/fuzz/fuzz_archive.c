/* fuzz_archive.c: any bytes as an archive of any kind, and what it holds through the whole scan: it ends,
 * within its budget, and every finding lies in a member. The same members are there whether archives in it
 * are kept or unpacked where they are asked for. The first byte chooses the kind. */
#include "scanner/scan_archive.h"
#include "tests/fuzz/support.h"

#define BUDGET_BYTES ((uint64_t)1 << 20)
#define PIECE_BYTES 200u /* and what is larger is not kept */
#define PIECES_MAX_BYTES 20000u

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
    struct scan_result kept = {0}, replayed = {0};
    fuzz_scan(&(struct scan_options){.archives = true}, name, bytes, &kept);
    for (size_t i = 0; i < kept.finding_count; i++) {
        bool inside = strchr(kept.findings[i].path, '!') != NULL;
        if (inside ? kept.findings[i].fixable : kept.stats.archives > 0)
            fuzz_fail("a finding in %s", kept.findings[i].path);
    }
    if (kept.stats.bytes <= PIECES_MAX_BYTES) {
        fuzz_scan(&(struct scan_options){.archives = true, .piece_bytes = PIECE_BYTES}, name, bytes,
                  &replayed);
        if (replayed.stats.files != kept.stats.files || replayed.stats.archives != kept.stats.archives ||
            memcmp(replayed.stats.skipped, kept.stats.skipped, sizeof kept.stats.skipped) != 0)
            fuzz_fail("other members");
    }
    scan_result_release(&kept);
    scan_result_release(&replayed);
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
