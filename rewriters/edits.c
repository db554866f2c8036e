/* edits.c: see edits.h. */
#include "rewriters/edits.h"

#include <stdlib.h>

#include "base/mem.h"

void edits_replace(struct edit_list *l, uint32_t start, uint32_t end, const char *text, bool holds_secret) {
    edits_replace_part(l, &(struct edit_item){.start = start,
                                              .end = end,
                                              .text = text,
                                              .holds_secret = holds_secret,
                                              .literal_start = start,
                                              .literal_end = end});
}

void edits_replace_part(struct edit_list *l, const struct edit_item *item) {
    l->items = mem_grow(l->items, &l->capacity, l->count + 1, sizeof *l->items);
    l->items[l->count] = *item;
    l->items[l->count].order = l->count;
    l->count++;
}

void edits_insert(struct edit_list *l, uint32_t at, const char *text) {
    edits_replace(l, at, at, text, false);
}

static int by_place(const void *a, const void *b) {
    const struct edit_item *x = a, *y = b;
    if (x->in_bytes != y->in_bytes)
        return x->in_bytes ? 1 : -1;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    if (x->end != y->end)
        return x->end < y->end ? -1 : 1; /* an insertion goes before what is replaced */
    return x->order < y->order ? -1 : 1;
}

bool edits_sort(struct edit_list *l) {
    if (l->count > 1)
        qsort(l->items, l->count, sizeof *l->items, by_place);
    for (size_t i = 1; i < l->count; i++)
        if (l->items[i].in_bytes == l->items[i - 1].in_bytes && l->items[i].start < l->items[i - 1].end)
            return false;
    return true;
}

/* Both kinds of offsets, in the order of the file. */
static int by_byte(const void *a, const void *b) {
    const struct rewrite_edit *x = a, *y = b;
    return x->start_byte < y->start_byte ? -1 : x->start_byte > y->start_byte;
}

static size_t byte_of(const struct edit_item *item, const struct pyfile *file, uint32_t offset) {
    return item->in_bytes ? offset : pyfile_byte_offset(file, offset);
}

void edits_finish(const struct edit_list *l, const struct pyfile *file, struct arena *arena,
                  struct rewrite_output *out) {
    size_t size = file->bytes.len;
    out->edits = arena_calloc(arena, l->count ? l->count : 1, sizeof *out->edits);
    out->edit_count = l->count;
    for (size_t i = 0; i < l->count; i++) {
        struct rewrite_edit *e = &out->edits[i];
        e->start_byte = byte_of(&l->items[i], file, l->items[i].start);
        e->end_byte = byte_of(&l->items[i], file, l->items[i].end);
        e->text = l->items[i].text;
        e->text_len = strlen(e->text);
        e->holds_secret = l->items[i].holds_secret;
        e->literal_start_byte = byte_of(&l->items[i], file, l->items[i].literal_start);
        e->literal_end_byte = byte_of(&l->items[i], file, l->items[i].literal_end);
        size += e->text_len - (size_t)(e->end_byte - e->start_byte);
    }
    if (l->count > 0 && l->items[l->count - 1].in_bytes)
        qsort(out->edits, l->count, sizeof *out->edits, by_byte);
    char *to = arena_alloc(arena, size + 1);
    size_t used = 0, from = 0;
    for (size_t i = 0; i <= l->count; i++) {
        size_t until = i < l->count ? (size_t)out->edits[i].start_byte : file->bytes.len;
        if (until > from) {
            memcpy(to + used, file->bytes.ptr + from, until - from);
            used += until - from;
        }
        if (i == l->count)
            break;
        memcpy(to + used, out->edits[i].text, out->edits[i].text_len);
        used += out->edits[i].text_len;
        from = (size_t)out->edits[i].end_byte;
    }
    to[used] = '\0';
    out->bytes = slice_of(to, used);
}

void edits_release(struct edit_list *l) {
    free(l->items);
    *l = (struct edit_list){0};
}
