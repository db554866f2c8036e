/* shared_text.c: see shared_text.h. */
#include "base/shared_text.h"

#include "base/encode.h"

const char *shared_text(struct shared_texts *t, struct arena *a, struct slice text) {
    const char **slot = &t->slots[hash64(text) % SHARED_TEXT_SLOTS];
    if (!*slot || !slice_eq_cstr(text, *slot))
        *slot = arena_cstr(a, text);
    return *slot;
}

void shared_texts_forget(struct shared_texts *t) {
    *t = (struct shared_texts){0};
}
