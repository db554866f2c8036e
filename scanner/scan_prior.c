/* scan_prior.c: see scan_prior.h. */
#include "scanner/scan_prior.h"

#include "scanner/scanfile.h"

#define KEEP_MAX_BYTES ((size_t)4 << 20)
#define KEEP_MIN_BYTES ((size_t)1 << 10) /* less is as fast to scan */
#define BLOCK_BYTES 256u

static size_t same_start(struct slice a, struct slice b) {
    size_t most = a.len < b.len ? a.len : b.len, at = 0;
    while (most - at >= BLOCK_BYTES && memcmp(a.ptr + at, b.ptr + at, BLOCK_BYTES) == 0)
        at += BLOCK_BYTES;
    while (at < most && a.ptr[at] == b.ptr[at])
        at++;
    return at;
}

/* At most `most` bytes. */
static size_t same_end(struct slice a, struct slice b, size_t most) {
    const char *x = a.ptr + a.len, *y = b.ptr + b.len;
    size_t len = 0;
    while (most - len >= BLOCK_BYTES &&
           memcmp(x - len - BLOCK_BYTES, y - len - BLOCK_BYTES, BLOCK_BYTES) == 0)
        len += BLOCK_BYTES;
    while (len < most && x[-1 - (ptrdiff_t)len] == y[-1 - (ptrdiff_t)len])
        len++;
    return len;
}

static const struct rule_change unknown = {0, SIZE_MAX};

static struct rule_change changed_part(struct slice before, struct slice now) {
    size_t start = same_start(before, now), shorter = before.len < now.len ? before.len : now.len;
    size_t end = now.len - same_end(before, now, shorter - start);
    bool alike = end - start <= now.len / 4 * 3;
    return alike ? (struct rule_change){start, end} : unknown;
}

void scan_prior_begin(struct scan_worker *w, struct slice text) {
    struct scan_prior *p = &w->prior;
    bool known = p->no_match && p->text.len > 0 && text.len > 0;
    p->is_used = w->shared->options->history && !w->shared->options->rules.exhaustive;
    p->change = known ? changed_part(buf_as_slice(&p->text), text) : unknown;
    p->was_without_encoded = p->change.end != SIZE_MAX && p->no_encoded;
    p->no_match = p->no_encoded = false;
}

void scan_prior_end(struct scan_worker *w, struct slice text) {
    struct scan_prior *p = &w->prior;
    if (!p->is_used)
        return;
    p->is_used = false;
    p->text.len = 0; /* wiped when the worker goes, as the bytes of its files are */
    if (p->no_match && text.len >= KEEP_MIN_BYTES && text.len <= KEEP_MAX_BYTES)
        buf_slice(&p->text, text);
}

struct slice scan_prior_lines(const struct scan_prior *p, struct slice text) {
    size_t start = p->change.start, end = p->change.end;
    if (!p->is_used || !p->was_without_encoded)
        return text;
    while (start > 0 && text.ptr[start - 1] != '\n')
        start--;
    end = slice_find_byte(text, '\n', end);
    return slice_sub(text, start, end == SIZE_MAX ? text.len : end);
}
