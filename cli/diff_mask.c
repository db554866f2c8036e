#include "cli/diff_mask.h"

#include "scanner/value_shape.h"

#define DIFF_HEAD_LINES 2u /* the names of the file */

/* What ends a word in code, text and addresses. */
static bool ends_word(char c) {
    return (unsigned char)c <= ' ' || strchr("'\"`()[]{}<>,:;=@&?\\|", c) != NULL;
}

void diff_mask_line(struct slice line, struct buf *out) {
    size_t at = 0;
    while (at < line.len) {
        size_t end = at;
        while (end < line.len && !ends_word(line.ptr[end]))
            end++;
        struct slice word = slice_sub(line, at, end);
        if (word.len > 0 && value_shape(word) == SHAPE_RANDOM)
            buf_str(out, "[redacted]");
        else
            buf_slice(out, word);
        if (end < line.len)
            buf_char(out, line.ptr[end++]);
        at = end;
    }
}

void diff_mask(struct slice diff, struct buf *out) {
    size_t number = 0;
    for (size_t at = 0; at < diff.len; number++) {
        size_t end = slice_find_byte(diff, '\n', at);
        end = end == SIZE_MAX ? diff.len : end + 1;
        struct slice line = slice_sub(diff, at, end);
        if (number >= DIFF_HEAD_LINES && line.ptr[0] != '@')
            diff_mask_line(line, out);
        else
            buf_slice(out, line);
        at = end;
    }
}
