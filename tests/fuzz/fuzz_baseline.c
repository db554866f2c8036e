/* fuzz_baseline.c: any bytes may be a baseline. What is read is written so that the same is read, one entry a
 * line; united with itself it is itself, and so it is where only one side has it and the base has not. Of two
 * baselines (parted by a NUL) what both sides add is there, whichever side is ours. */
#include "scanner/baseline.h"
#include "tests/fuzz/support.h"

static bool parse(struct slice text, struct baseline *out) {
    struct error e = {0};
    bool good = baseline_parse(text, "fuzz", out, &e) == KL_OK;
    if (!good && !e.message[0])
        fuzz_fail("an error without a message");
    return good;
}

static void check_entries(const struct baseline *b) {
    if (b->count > BASELINE_MAX_ENTRIES || b->salt_count > BASELINE_MAX_SALTS)
        fuzz_fail("too much");
    for (size_t i = 0; i < b->count; i++) {
        const struct baseline_entry *x = &b->entries[i];
        bool salted = false;
        for (size_t k = 0; k < b->salt_count; k++)
            salted |= strcmp(b->salts[k].id, x->salt) == 0;
        if (!x->rule || !x->name || !x->context || !x->path || !x->reason || strlen(x->tag) != 4 || !salted)
            fuzz_fail("entry %zu is not whole", i);
        if (x->expires && !baseline_is_date(x->expires))
            fuzz_fail("entry %zu expires on %s", i, x->expires);
    }
}

static void check_lines(struct slice printed, size_t entries) {
    size_t lines = 0;
    for (size_t at = 0; (at = slice_find(printed, SLICE_LIT("\"tag\""), at)) != SIZE_MAX; at++)
        lines++;
    if (lines < entries)
        fuzz_fail("%zu entries on %zu lines", entries, lines);
}

/* How many entries that has. */
static size_t unite(const struct baseline *base, const struct baseline *ours, const struct baseline *theirs,
                    struct buf *out) {
    struct baseline united = {0};
    struct error e = {0};
    if (baseline_unite(base, ours, theirs, &united, &e) == KL_OK)
        baseline_print(&united, out);
    else if (!e.message[0])
        fuzz_fail("an error without a message");
    size_t count = united.count;
    baseline_release(&united);
    return count;
}

static void check_written(const struct baseline *b) {
    struct buf first = BUF_INIT(1 << 22), second = BUF_INIT(1 << 22);
    struct baseline again = {0};
    baseline_print(b, &first);
    if (!parse(buf_as_slice(&first), &again))
        fuzz_fail("what was written is not read");
    baseline_print(&again, &second);
    if (!slice_eq(buf_as_slice(&first), buf_as_slice(&second)) || again.count != b->count)
        fuzz_fail("what was written is read as something else");
    check_lines(buf_as_slice(&first), b->count);
    buf_clear(&second);
    (void)unite(b, b, b, &second);
    if (!slice_eq(buf_as_slice(&first), buf_as_slice(&second)))
        fuzz_fail("united with itself it is something else");
    baseline_release(&again);
    buf_release(&first);
    buf_release(&second);
}

static void check_two(const struct baseline *a, const struct baseline *b) {
    const struct baseline none = {0};
    struct buf ours = BUF_INIT(1 << 22), theirs = BUF_INIT(1 << 22);
    size_t count = unite(&none, a, b, &ours);
    if (unite(&none, b, a, &theirs) != count) /* of an entry that both have, what ours says of it stands */
        fuzz_fail("%zu entries, or not, by the side", count);
    buf_release(&ours);
    buf_release(&theirs);
}

static void check_prune(struct baseline *b) {
    size_t count = b->count;
    if (baseline_prune(b) != count || b->count != 0)
        fuzz_fail("entries stay that no finding answers");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size > 60000)
        return 0;
    struct slice all = slice_of(data, size);
    size_t nul = slice_find_byte(all, '\0', 0);
    struct baseline a = {0}, b = {0};
    bool first = parse(slice_sub(all, 0, nul), &a);
    if (first) {
        check_entries(&a);
        check_written(&a);
    }
    if (nul != SIZE_MAX && parse(slice_sub(all, nul + 1, size), &b) && first)
        check_two(&a, &b);
    if (first)
        check_prune(&a);
    baseline_release(&a);
    baseline_release(&b);
    return 0;
}
