/* markdown.c: see markdown.h. */
#include "cli/markdown.h"

#include "cli/output.h"

void markdown_text(const struct redactor *r, const char *text, struct buf *out) {
    struct buf masked = BUF_INIT_SECRET(KL_MAX_CONFIG_BYTES), shown = BUF_INIT_SECRET(KL_MAX_CONFIG_BYTES);
    redact_text(r, slice_cstr(text), &masked);
    out_visible(buf_as_slice(&masked), false, &shown);
    for (size_t i = 0; i < shown.len; i++) {
        if (memchr("\\`*_{}[]<>#|~&!$", shown.ptr[i], strlen("\\`*_{}[]<>#|~&!$")))
            buf_char(out, '\\');
        buf_char(out, shown.ptr[i]);
    }
    buf_release(&masked);
    buf_release(&shown);
}

static size_t longest_run(struct slice text, char c) {
    size_t longest = 0, run = 0;
    for (size_t i = 0; i < text.len; i++) {
        run = text.ptr[i] == c ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    return longest;
}

/* The fence is longer than any run of backticks inside; a blank at both ends is no part
 * of it. In a table, "|" ends the cell even in code. */
void markdown_code(const char *text, struct buf *out) {
    struct buf shown = BUF_INIT(KL_MAX_CONFIG_BYTES);
    out_visible(slice_cstr(text), false, &shown);
    struct slice code = buf_as_slice(&shown);
    size_t fence = longest_run(code, '`') + 1;
    bool padded = code.len == 0 || code.ptr[0] == '`' || code.ptr[code.len - 1] == '`' || code.ptr[0] == ' ';
    for (size_t i = 0; i < fence; i++)
        buf_char(out, '`');
    buf_str(out, padded ? " " : "");
    for (size_t i = 0; i < code.len; i++) {
        if (code.ptr[i] == '|')
            buf_char(out, '\\');
        buf_char(out, code.ptr[i]);
    }
    buf_str(out, padded ? " " : "");
    for (size_t i = 0; i < fence; i++)
        buf_char(out, '`');
    buf_release(&shown);
}
