/* edits.h: a list of edits of one file, made in text offsets, applied in bytes.
 *
 *     struct edit_list list = {0};
 *     edits_replace(&list, start, end, "os.environ[...]", true);
 *     edits_insert(&list, at, "import os\n");
 *     if (!edits_sort(&list)) ...            // two replacements overlap
 *     edits_finish(&list, &source->file, arena, out);
 *     edits_release(&list);
 *
 * Insertions at one place stay in the order in which they were made. */
#ifndef KEYLIFT_REWRITERS_EDITS_H
#define KEYLIFT_REWRITERS_EDITS_H

#include "rewriters/rewrite.h"
#include "scanner/pyfile.h"

struct edit_item {
    uint32_t start, end; /* text offsets */
    const char *text;    /* borrowed */
    bool holds_secret;
    bool in_bytes; /* offsets are those of the file: a place that is not in the text */
    size_t order;
    uint32_t literal_start, literal_end; /* see struct rewrite_edit */
};

struct edit_list {
    struct edit_item *items;
    size_t count, capacity;
};

void edits_replace(struct edit_list *l, uint32_t start, uint32_t end, const char *text, bool holds_secret);
/* The same, where the literals in [literal_start, literal_end) lose a part. */
void edits_replace_part(struct edit_list *l, const struct edit_item *item);
void edits_insert(struct edit_list *l, uint32_t at, const char *text);
bool edits_sort(struct edit_list *l) KL_MUST_USE;
/* Edits in bytes of the file, and the new bytes, into the arena. */
void edits_finish(const struct edit_list *l, const struct pyfile *file, struct arena *arena,
                  struct rewrite_output *out);
void edits_release(struct edit_list *l);

#endif
