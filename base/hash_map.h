/* hash_map.h: from 64-bit hashes to numbers, or a set of such hashes. What is hashed is not kept: who
 * cannot live with two things that look the same compares them, or seeds the hash. */
#ifndef KEYLIFT_BASE_HASH_MAP_H
#define KEYLIFT_BASE_HASH_MAP_H

#include "base/common.h"

struct hash_map { /* {0} is empty */
    uint64_t *keys;
    uint32_t *values;
    size_t count, size;
};

/* True if the key is new, and gets *value; else *value becomes what it has. */
bool hash_map_put(struct hash_map *m, uint64_t key, uint32_t *value);
/* The same for a set. */
bool hash_map_add(struct hash_map *m, uint64_t key);
/* True if the key is there; then *value, unless NULL, becomes what it has. */
bool hash_map_get(const struct hash_map *m, uint64_t key, uint32_t *value);
bool hash_map_has(const struct hash_map *m, uint64_t key);
void hash_map_release(struct hash_map *m);

#endif
