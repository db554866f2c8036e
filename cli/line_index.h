/* line_index.h: where a line of one version of a file stands in another. Lines are git's: they end at "\n".
 */
#ifndef KEYLIFT_CLI_LINE_INDEX_H
#define KEYLIFT_CLI_LINE_INDEX_H

#include "base/hash_map.h"
#include "base/slice.h"

struct line_index {
    struct slice text; /* borrowed */
    size_t *starts;
    size_t count, cap;
    struct hash_map numbers; /* of the first such */
    struct hash_map alike;   /* there is another one */
};

/* index->text is set. */
void line_index_make(struct line_index *index);
/* The number of the line there: its own if it is the same, else that of the only one like it; 0 for none. */
uint64_t line_index_find(const struct line_index *index, struct slice line, size_t number);
void line_index_release(struct line_index *index);

/* The line that begins at `at`, without its end. */
struct slice line_at(struct slice text, size_t at);

struct line_place {
    size_t number, begin; /* of the line: from 1, and in bytes; {.number = 1} is the first one */
    size_t at;            /* how far the text was looked through */
};
/* Moves on to the line that has the byte `to`. */
void line_place_move(struct line_place *place, struct slice text, size_t to);

#endif
