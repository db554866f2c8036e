/* fuzz_diff.c: the reader of diffs. Of any bytes each line is part of a hunk, or of a diff's own lines, or it
 * is in the rest at the same number; the texts of hunks hold no more than the text. */
#include "tests/fuzz/fuzz.h"

#include "scanner/diff.h"

static size_t count_lines(struct slice s) {
    size_t lines = 0;
    for (size_t i = 0; i < s.len; i++) {
        lines += s.ptr[i] == '\n';
    }
    return lines;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct slice text = slice_of((const char *)data, size);
    struct diff_reader r;
    struct diff_hunk h;
    size_t after = 0, hunks = 0;
    diff_open(&r, text);
    while (diff_next(&r, &h)) {
        after += h.after.len;
        hunks++;
        if (h.line == 0 || h.before.len > size) {
            abort();
        }
    }
    size_t lines = count_lines(text), rest = count_lines(buf_as_slice(&r.rest));
    bool cut = size > 0 && text.ptr[size - 1] != '\n'; /* the last line may end in the rest alone */
    if (r.at != size || after > size + hunks || rest < lines || rest > lines + cut || !buf_ok(&r.rest)) {
        abort();
    }
    diff_close(&r);
    (void)diff_is(text);
    return 0;
}
