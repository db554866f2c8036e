/* shared_text.h: texts that come again and again (rules, messages, names) are kept once. A memory of the last
 * ones, of a fixed size: a text may be kept twice, and is compared with one other at most. */
#ifndef KEYLIFT_BASE_SHARED_TEXT_H
#define KEYLIFT_BASE_SHARED_TEXT_H

#include "base/arena.h"

#define SHARED_TEXT_SLOTS 512u

struct shared_texts {
    const char *slots[SHARED_TEXT_SLOTS]; /* by hash; NULL: none */
};

/* `text` in the arena, the same each time, which is the one that they all lie in. */
const char *shared_text(struct shared_texts *t, struct arena *a, struct slice text);
/* When the arena goes elsewhere. */
void shared_texts_forget(struct shared_texts *t);

#endif
