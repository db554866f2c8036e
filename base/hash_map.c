/* hash_map.c: open addressing, at most half full; the size is a power of two. */
#include "base/hash_map.h"

#include <stdlib.h>

#include "base/mem.h"

#define SIZE_MIN 1024u
#define NOT_EMPTY 1u /* a key of 0 marks a free place: the lowest bit of all others is set */

static size_t slot_of(const struct hash_map *m, uint64_t key) {
    size_t slot = (size_t)(key ^ key >> 32) & (m->size - 1);
    while (m->keys[slot] != 0 && m->keys[slot] != key)
        slot = (slot + 1) & (m->size - 1);
    return slot;
}

static void grow(struct hash_map *m) {
    struct hash_map old = *m;
    m->size = old.size ? old.size * 2 : SIZE_MIN;
    m->keys = mem_calloc(m->size, sizeof *m->keys);
    m->values = mem_calloc(m->size, sizeof *m->values);
    for (size_t i = 0; i < old.size; i++) {
        if (old.keys[i] == 0)
            continue;
        size_t slot = slot_of(m, old.keys[i]);
        m->keys[slot] = old.keys[i];
        m->values[slot] = old.values[i];
    }
    free(old.keys);
    free(old.values);
}

bool hash_map_put(struct hash_map *m, uint64_t key, uint32_t *value) {
    if ((m->count + 1) * 2 > m->size)
        grow(m);
    size_t slot = slot_of(m, key | NOT_EMPTY);
    bool is_new = m->keys[slot] == 0;
    if (is_new) {
        m->keys[slot] = key | NOT_EMPTY;
        m->values[slot] = *value;
        m->count++;
    }
    *value = m->values[slot];
    return is_new;
}

bool hash_map_add(struct hash_map *m, uint64_t key) {
    uint32_t unused = 0;
    return hash_map_put(m, key, &unused);
}

bool hash_map_get(const struct hash_map *m, uint64_t key, uint32_t *value) {
    size_t slot = m->size > 0 ? slot_of(m, key | NOT_EMPTY) : 0;
    bool found = m->size > 0 && m->keys[slot] != 0;
    if (found && value)
        *value = m->values[slot];
    return found;
}

bool hash_map_has(const struct hash_map *m, uint64_t key) {
    return hash_map_get(m, key, NULL);
}

void hash_map_release(struct hash_map *m) {
    free(m->keys);
    free(m->values);
    *m = (struct hash_map){0};
}
