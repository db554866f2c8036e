/* redact_name.c: names that are secrets themselves. */
#include "base/redact.h"

const char *redact_name(const struct redactor *r, const char *name, struct buf *scratch) {
    static const struct slice mask = {"[redacted]", 10};
    buf_clear(scratch);
    redact_text(r, slice_cstr(name), scratch);
    struct slice masked = buf_as_slice(scratch);
    size_t hidden = strlen(name);
    for (size_t at = slice_find(masked, mask, 0); at != SIZE_MAX;
         at = slice_find(masked, mask, at + mask.len))
        hidden += mask.len;
    hidden -= hidden < masked.len ? hidden : masked.len;
    return hidden >= 16 || (hidden > 0 && hidden == strlen(name)) ? buf_cstr(scratch) : name;
}
