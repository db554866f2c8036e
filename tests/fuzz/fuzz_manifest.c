/* fuzz_manifest.c: any bytes may be a file that lists packages. What is added is added
 * between the old bytes, of which none is lost, and is read there. */
#include "tests/fuzz/fuzz.h"

#include "rewriters/manifest.h"

#define KINDS 4u
#define NEW "new-package>=2.1"

struct count {
    size_t all, new;
};

static void tell(void *ctx, const struct requirement *r) {
    struct count *c = ctx;
    c->all++;
    c->new += requirement_same_name(r->name, SLICE_LIT("new.package"));
}

static void check_kind(enum manifest_kind kind, struct slice bytes) {
    static const char *const wanted[] = {NEW};
    struct arena a = ARENA_INIT;
    struct count before = {0}, after = {0};
    struct manifest_facts facts;
    struct manifest_output out;
    manifest_read(kind, bytes, &(struct manifest_reader){.ctx = &before, .requirement = tell}, &facts);
    manifest_add(kind, bytes, wanted, 1, &a, &out);
    if (!out.left && before.new == 0) {
        manifest_read(kind, out.bytes, &(struct manifest_reader){.ctx = &after, .requirement = tell}, &facts);
        if (after.new != 1 || after.all != before.all + 1)
            abort();
        size_t at = 0, done = 0;
        for (size_t i = 0; i < out.count; i++) {
            size_t len = out.inserts[i].at - done;
            if (!slice_eq(slice_sub(out.bytes, at, at + len), slice_sub(bytes, done, done + len)))
                abort();
            at += len + out.inserts[i].text.len;
            done += len;
        }
        if (!slice_eq(slice_sub(out.bytes, at, out.bytes.len), slice_sub(bytes, done, bytes.len)))
            abort();
    }
    arena_release(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1 || size > 20000)
        return 0;
    check_kind((enum manifest_kind)(data[0] % KINDS), slice_of(data + 1, size - 1));
    return 0;
}
