/* manifest.c: one table of formats; the check of what was made; how it is taken back. */
#include "rewriters/manifest_parts.h"

#include <stdlib.h>

#include "base/encode.h"
#include "base/mem.h"

#define MANIFEST_LIST_MAX 10000u /* packages of one file that are compared */

static const struct format {
    manifest_parser *read;
    manifest_adder *add;
    manifest_checker *check;
} formats[] = {
    [MANIFEST_REQUIREMENTS] = {manifest_read_requirements, manifest_add_requirements, manifest_check_list},
    [MANIFEST_PYPROJECT] = {manifest_read_pyproject, manifest_add_pyproject, manifest_check_pyproject},
    [MANIFEST_PIPFILE] = {manifest_read_pipfile, manifest_add_pipfile, manifest_check_pipfile},
    [MANIFEST_SETUP_CFG] = {manifest_read_setup_cfg, manifest_add_setup_cfg, manifest_check_list},
};

void manifest_insert(struct manifest_output *out, size_t at, struct slice text) {
    struct manifest_insert *last = out->count > 0 ? &out->inserts[out->count - 1] : NULL;
    if (out->count == MANIFEST_INSERTS_MAX || (last && at <= last->at))
        out->left = "it is written in a way that keylift does not change";
    else
        out->inserts[out->count++] = (struct manifest_insert){at, text};
}

void manifest_tell(const struct manifest_reader *reader, const struct requirement *r) {
    if (reader->requirement)
        reader->requirement(reader->ctx, r);
}

void manifest_tell_include(const struct manifest_reader *reader, struct slice path) {
    if (reader->include)
        reader->include(reader->ctx, path);
}

size_t manifest_line_end(struct slice text, size_t at) {
    size_t end = slice_find_byte(text, '\n', at);
    if (end == SIZE_MAX)
        return text.len;
    return end > at && text.ptr[end - 1] == '\r' ? end - 1 : end;
}

void manifest_read(enum manifest_kind kind, struct slice bytes, const struct manifest_reader *reader,
                   struct manifest_facts *out) {
    static const struct manifest_reader nobody;
    *out = (struct manifest_facts){0};
    if (!utf8_valid(bytes) || slice_find_byte(bytes, '\0', 0) != SIZE_MAX)
        out->unclear = "it is not UTF-8 text";
    else
        formats[kind].read(bytes, reader ? reader : &nobody, out);
}

struct list {
    struct arena *arena;
    struct slice *items; /* name and specifier, as one text */
    size_t count, capacity;
};

static void add_to_list(void *ctx, const struct requirement *r) {
    struct list *l = ctx;
    if (l->count >= MANIFEST_LIST_MAX)
        return;
    l->items = mem_grow(l->items, &l->capacity, l->count + 1, sizeof *l->items);
    l->items[l->count++] =
        slice_cstr(arena_printf(l->arena, "%.*s [%.*s] %.*s %d %d", SLICE_ARG(r->name), SLICE_ARG(r->extras),
                                SLICE_ARG(r->specifier), r->conditional, r->elsewhere));
}

/* For formats that are lists of lines. */
bool manifest_check_list(const struct manifest_request *r, struct slice now) {
    struct list before = {.arena = r->arena}, after = {.arena = r->arena};
    const struct manifest_reader old = {.ctx = &before, .requirement = add_to_list},
                                 new = {.ctx = &after, .requirement = add_to_list};
    struct manifest_facts facts;
    manifest_read(r->kind, r->bytes, &old, &facts);
    manifest_read(r->kind, now, &new, &facts);
    bool same = after.count == before.count + r->count;
    for (size_t i = 0; i < before.count && same; i++)
        same = slice_eq(before.items[i], after.items[i]);
    for (size_t i = 0; i < r->count && same; i++) {
        struct requirement wanted;
        same = requirement_parse(slice_cstr(r->requirements[i]), &wanted);
        struct list one = {.arena = r->arena};
        if (same) {
            add_to_list(&one, &wanted);
            same = slice_eq(one.items[0], after.items[before.count + i]);
        }
        free(one.items);
    }
    free(before.items);
    free(after.items);
    return same;
}

static struct slice apply(const struct manifest_request *r, const struct manifest_output *out) {
    struct buf text = BUF_INIT(KL_MAX_REWRITE_BYTES);
    size_t done = 0;
    for (size_t i = 0; i < out->count; i++) {
        buf_slice(&text, slice_sub(r->bytes, done, out->inserts[i].at));
        buf_slice(&text, out->inserts[i].text);
        done = out->inserts[i].at;
    }
    buf_slice(&text, slice_sub(r->bytes, done, r->bytes.len));
    struct slice copy = buf_ok(&text) ? arena_copy(r->arena, buf_as_slice(&text)) : (struct slice){0};
    buf_release(&text);
    return copy;
}

static const char *eol_of(struct slice text) {
    size_t at = slice_find_byte(text, '\n', 0);
    return at != SIZE_MAX && at > 0 && text.ptr[at - 1] == '\r' ? "\r\n" : "\n";
}

void manifest_add(enum manifest_kind kind, struct slice bytes, const char *const *requirements, size_t count,
                  struct arena *a, struct manifest_output *out) {
    const struct manifest_request r = {kind, bytes, requirements, count, a, eol_of(bytes)};
    struct manifest_facts facts;
    *out = (struct manifest_output){0};
    manifest_read(kind, bytes, NULL, &facts);
    out->left = facts.unclear;
    if (!out->left)
        formats[kind].add(&r, out);
    if (!out->left)
        out->bytes = apply(&r, out);
    if (!out->left && (!out->bytes.ptr || !formats[kind].check(&r, out->bytes)))
        out->left = "it is written in a way that keylift does not change";
    if (out->left)
        out->count = 0;
}

cJSON *manifest_undo(const struct manifest_output *out) {
    cJSON *edits = cJSON_CreateArray();
    size_t shift = 0;
    for (size_t i = 0; i < out->count; i++) {
        cJSON *edit = cJSON_CreateObject();
        json_add_count(edit, "at", out->inserts[i].at + shift);
        json_add_count(edit, "bytes", out->inserts[i].text.len);
        json_add_string(edit, "old", "");
        cJSON_AddItemToArray(edits, edit);
        shift += out->inserts[i].text.len;
    }
    return edits;
}
