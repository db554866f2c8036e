/* arena.c: chunks in a list. The newest standard chunk is at the head and is
 * filled front to back; an item larger than a chunk gets one of its own behind
 * the head, so that the head's free room is not lost. */
#include "base/arena.h"

#include <stdarg.h>

#include "base/mem.h"

#define ARENA_ALIGN ((size_t)16)
#define ARENA_CHUNK_BYTES ((size_t)64 << 10)

struct arena_chunk {
    struct arena_chunk *next;
    size_t size; /* of data */
    size_t used;
    size_t padding; /* keeps data aligned to 16 on 64-bit machines */
    unsigned char data[];
};

_Static_assert(offsetof(struct arena_chunk, data) % 16 == 0 || sizeof(void *) < 8, "data is aligned");

static struct arena_chunk *chunk_new(size_t size) {
    if (size > SIZE_MAX / 2)
        mem_die();
    struct arena_chunk *c = mem_alloc(sizeof(*c) + size);
    c->next = NULL;
    c->size = size;
    c->used = 0;
    return c;
}

static void *chunk_take(struct arena_chunk *c, size_t size) {
    void *ptr = c->data + c->used;
    c->used += size;
    return ptr;
}

void *arena_alloc(struct arena *a, size_t size) {
    if (size > SIZE_MAX / 2)
        mem_die();
    size = size ? (size + ARENA_ALIGN - 1) & ~(ARENA_ALIGN - 1) : ARENA_ALIGN;
    a->used += size;
    if (a->head && a->head->size - a->head->used >= size)
        return chunk_take(a->head, size);
    if (size > ARENA_CHUNK_BYTES / 4 && a->head) {
        struct arena_chunk *own = chunk_new(size);
        own->next = a->head->next;
        a->head->next = own;
        return chunk_take(own, size);
    }
    struct arena_chunk *fresh = chunk_new(size > ARENA_CHUNK_BYTES ? size : ARENA_CHUNK_BYTES);
    fresh->next = a->head;
    a->head = fresh;
    return chunk_take(fresh, size);
}

void *arena_calloc(struct arena *a, size_t count, size_t size) {
    if (size != 0 && count > SIZE_MAX / 2 / size)
        mem_die();
    void *ptr = arena_alloc(a, count * size);
    return memset(ptr, 0, count * size);
}

char *arena_cstr(struct arena *a, struct slice s) {
    if (s.len > SIZE_MAX / 2)
        mem_die();
    char *copy = arena_alloc(a, s.len + 1);
    if (s.len)
        memcpy(copy, s.ptr, s.len);
    copy[s.len] = '\0';
    return copy;
}

struct slice arena_copy(struct arena *a, struct slice s) {
    return slice_of(arena_cstr(a, s), s.len);
}

char *arena_printf(struct arena *a, const char *fmt, ...) {
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (len < 0)
        mem_die(); /* only a bad multibyte conversion or INT_MAX bytes get here */
    char *text = arena_alloc(a, (size_t)len + 1);
    vsnprintf(text, (size_t)len + 1, fmt, again);
    va_end(again);
    return text;
}

void arena_adopt(struct arena *to, struct arena *from) {
    struct arena_chunk **end = &to->head;
    while (*end)
        end = &(*end)->next;
    *end = from->head;
    to->used += from->used;
    *from = (struct arena){0};
}

static void free_chunks(struct arena_chunk *c) {
    while (c) {
        struct arena_chunk *next = c->next;
        mem_wipe(c->data, c->used);
        free(c);
        c = next;
    }
}

void arena_clear(struct arena *a) {
    struct arena_chunk *keep = a->head;
    a->used = 0;
    if (!keep)
        return;
    if (keep->size > ARENA_CHUNK_BYTES) { /* one huge file must not cost its memory for the whole run */
        arena_release(a);
        return;
    }
    free_chunks(keep->next);
    keep->next = NULL;
    mem_wipe(keep->data, keep->used);
    keep->used = 0;
}

void arena_release(struct arena *a) {
    free_chunks(a->head);
    a->head = NULL;
    a->used = 0;
}
