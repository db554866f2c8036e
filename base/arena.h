/* arena.h: memory that is given back all at once: an arena for a file, one for
 * a run. Everything in an arena is wiped when it is cleared, because evaluated
 * string literals live in arenas and any of them may be a secret. */
#ifndef KEYLIFT_BASE_ARENA_H
#define KEYLIFT_BASE_ARENA_H

#include "base/common.h"
#include "base/slice.h"

struct arena_chunk;

struct arena {
    struct arena_chunk *head;
    size_t used; /* bytes handed out since the last clear */
};

#define ARENA_INIT                                                                                           \
    { 0 }

void *arena_alloc(struct arena *a, size_t size) KL_MUST_USE; /* 16-byte aligned, not zeroed */
void *arena_calloc(struct arena *a, size_t count, size_t size) KL_MUST_USE;
struct slice arena_copy(struct arena *a, struct slice s); /* also NUL-terminated */
char *arena_cstr(struct arena *a, struct slice s);
char *arena_printf(struct arena *a, const char *fmt, ...) KL_PRINTF(2, 3);
/* What `from` has is then in `to`, where it stands. */
void arena_adopt(struct arena *to, struct arena *from);
void arena_clear(struct arena *a);   /* wipes; keeps one chunk for the next file */
void arena_release(struct arena *a); /* wipes; frees everything */

#endif
