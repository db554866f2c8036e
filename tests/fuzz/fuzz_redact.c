/* fuzz_redact.c: whatever the values and the text are, what came out of the
 * filter holds no value, and a text without one comes out as it was. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

#include "base/redact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1 || size > 20000) {
        return 0;
    }
    /* The first byte says how many lines are values; the rest is the text. */
    struct slice rest = slice_of(data + 1, size - 1);
    struct redactor *r = redact_new();
    struct buf values[8];
    unsigned count = data[0] % 8;
    for (unsigned i = 0; i < count; i++) {
        size_t end = slice_find_byte(rest, '\n', 0);
        end = end == SIZE_MAX ? rest.len : end;
        buf_init(&values[i], 1 << 20);
        buf_slice(&values[i], slice_sub(rest, 0, end));
        redact_add(r, buf_as_slice(&values[i]));
        rest = slice_sub(rest, end + 1, rest.len);
    }
    struct buf out = BUF_INIT(1 << 20);
    redact_text(r, rest, &out);
    bool changed = !slice_eq(buf_as_slice(&out), rest);
    if (changed && !redact_would_change(r, rest)) {
        abort();
    }
    for (unsigned i = 0; i < count; i++) {
        struct slice value = buf_as_slice(&values[i]);
        /* A value that is a piece of the mask, or holds one, stands in every mask. */
        bool in_mask =
            slice_find(SLICE_LIT("[redacted]"), slice_sub(value, 0, 1), 0) != SIZE_MAX ||
            (value.len > 0 &&
             slice_find(SLICE_LIT("[redacted]"), slice_sub(value, value.len - 1, value.len), 0) != SIZE_MAX);
        if (value.len >= 8 && !in_mask && slice_find(buf_as_slice(&out), value, 0) != SIZE_MAX) {
            abort();
        }
        buf_release(&values[i]);
    }
    buf_release(&out);
    redact_free(r);
    return 0;
}
