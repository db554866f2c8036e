/* fragment.h: the secret in a string that holds more: which bytes of which
 * literal spell it. A literal that is put together with other values at run time
 * (an f-string, a template, a sum) keeps its other characters when its secret
 * moves; so do URLs when their password is to move alone. */
#ifndef KEYLIFT_SCANNER_FRAGMENT_H
#define KEYLIFT_SCANNER_FRAGMENT_H

#include "scanner/scanfile.h"

struct fragment {
    uint32_t start, end; /* in the text, as spelled; both 0: the whole literal moves */
    struct slice value;
};

/* What moves of a hit. False: a secret that is spelled by several literals, or
 * that begins or ends inside an escape. */
bool fragment_of(const struct scan_hit *hit, struct slice text, const struct py_tokens *tokens,
                 bool split_urls, struct arena *arena, struct fragment *out) KL_MUST_USE;

#endif
