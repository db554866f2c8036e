/* line_index.c: see line_index.h. */
#include "cli/line_index.h"

#include <stdlib.h>

#include "base/encode.h"
#include "base/mem.h"

struct slice line_at(struct slice text, size_t at) {
    size_t end = slice_find_byte(text, '\n', at);
    struct slice line = slice_sub(text, at, end == SIZE_MAX ? text.len : end);
    return slice_ends(line, "\r") ? slice_sub(line, 0, line.len - 1) : line;
}

void line_place_move(struct line_place *place, struct slice text, size_t to) {
    for (; place->at < to && place->at < text.len; place->at++) {
        if (text.ptr[place->at] == '\n') {
            place->number++;
            place->begin = place->at + 1;
        }
    }
}

void line_index_make(struct line_index *c) {
    for (size_t at = 0; at < c->text.len && c->count < UINT32_MAX;) {
        uint64_t key = hash64(line_at(c->text, at));
        c->starts = mem_grow(c->starts, &c->cap, c->count + 1, sizeof *c->starts);
        c->starts[c->count++] = at;
        uint32_t number = (uint32_t)c->count;
        if (!hash_map_put(&c->numbers, key, &number)) {
            hash_map_add(&c->alike, key);
        }
        size_t end = slice_find_byte(c->text, '\n', at);
        at = end == SIZE_MAX ? c->text.len : end + 1;
    }
}

uint64_t line_index_find(const struct line_index *c, struct slice line, size_t number) {
    uint32_t found = 0;
    if (number > 0 && number <= c->count && slice_eq(line_at(c->text, c->starts[number - 1]), line)) {
        return number;
    }
    uint64_t key = hash64(line);
    bool alone = hash_map_get(&c->numbers, key, &found) && !hash_map_has(&c->alike, key);
    return alone && slice_eq(line_at(c->text, c->starts[found - 1]), line) ? found : 0;
}

void line_index_release(struct line_index *c) {
    free(c->starts);
    hash_map_release(&c->numbers);
    hash_map_release(&c->alike);
}
