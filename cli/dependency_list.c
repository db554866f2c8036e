/* dependency_list.c: see dependency_list.h. */
#include "cli/dependency_list.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"

#define INCLUDES_MAX 32u
#define ITEMS_MAX 20000u

static void add_item(void *ctx, const struct requirement *r) {
    struct dependency_list *l = ctx;
    if (l->count >= ITEMS_MAX)
        return;
    l->items = mem_grow(l->items, &l->capacity, l->count + 1, sizeof *l->items);
    l->items[l->count++] = (struct requirement){.name = arena_copy(l->arena, r->name),
                                                .extras = arena_copy(l->arena, r->extras),
                                                .specifier = arena_copy(l->arena, r->specifier),
                                                .conditional = r->conditional,
                                                .elsewhere = r->elsewhere};
}

/* The real path of a file in `top`; NULL if it is none. */
static const char *file_in(const char *top, const char *path, struct arena *a) {
    const char *real = path_real(a, path);
    return real && path_is_inside(real, top) && file_is_regular(real) ? real : NULL;
}

struct reading {
    struct dependency_list *list;
    const char *folder;
};

static void add_own_item(void *ctx, const struct requirement *r) {
    add_item(((struct reading *)ctx)->list, r);
}

static void add_include(void *ctx, struct slice path) {
    struct reading *reading = ctx;
    struct dependency_list *l = reading->list;
    const char *named = arena_cstr(l->arena, path);
    const char *real = file_in(l->top, path_join(l->arena, reading->folder, named), l->arena);
    bool known = !real || strcmp(real, l->path) == 0 || l->include_count >= INCLUDES_MAX;
    for (size_t i = 0; i < l->include_count && !known; i++)
        known = strcmp(l->includes[i], real) == 0;
    if (!known)
        l->includes[l->include_count++] = real;
}

static bool read_into(struct dependency_list *l, const char *path, enum manifest_kind kind, struct buf *bytes,
                      struct manifest_facts *facts) {
    struct error ignored = {0};
    struct reading reading = {l, path_dirname(l->arena, path)};
    const struct manifest_reader reader = {&reading, add_own_item, add_include};
    if (file_read(path, KL_MAX_REWRITE_BYTES, bytes, &ignored) != KL_OK)
        return false;
    manifest_read(kind, buf_as_slice(bytes), &reader, facts);
    return true;
}

/* "boto3>=1.28" between quotes. */
static void read_strings(struct dependency_list *l) {
    struct slice text = buf_as_slice(&l->bytes);
    struct requirement r;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != '"' && text.ptr[i] != '\'')
            continue;
        size_t end = slice_find_byte(text, text.ptr[i], i + 1);
        if (end != SIZE_MAX && requirement_parse(slice_sub(text, i + 1, end), &r))
            add_item(l, &r);
    }
}

static void read_dashes(struct dependency_list *l) {
    struct slice text = buf_as_slice(&l->bytes);
    struct requirement r;
    for (size_t at = 0; at < text.len;) {
        size_t end = slice_find_byte(text, '\n', at);
        end = end == SIZE_MAX ? text.len : end;
        struct slice line = slice_trim(slice_sub(text, at, end));
        if (slice_starts(line, "- ") && requirement_parse(slice_sub(line, 2, line.len), &r))
            add_item(l, &r);
        at = end + 1;
    }
}

/* Files that the includes include are included, too. */
static void read_includes(struct dependency_list *l) {
    for (size_t i = 0; i < l->include_count; i++) {
        struct buf bytes = BUF_INIT_SECRET(KL_MAX_REWRITE_BYTES);
        struct manifest_facts facts;
        (void)read_into(l, l->includes[i], MANIFEST_REQUIREMENTS, &bytes, &facts);
        buf_release(&bytes);
    }
}

bool dependency_list_load(struct dependency_list *l, const char *path, enum manifest_kind kind,
                          enum dependency_format format, const char *top, struct arena *a) {
    *l = (struct dependency_list){.kind = kind, .top = top, .arena = a};
    l->path = file_in(top, path, a);
    if (!l->path)
        return false;
    l->includes = arena_calloc(a, INCLUDES_MAX, sizeof *l->includes);
    buf_init_secret(&l->bytes, KL_MAX_REWRITE_BYTES); /* an index's URL may have a password */
    struct error ignored = {0};
    bool read = format == DEPENDENCY_MANIFEST
                    ? read_into(l, l->path, kind, &l->bytes, &l->facts)
                    : file_read(l->path, KL_MAX_REWRITE_BYTES, &l->bytes, &ignored) == KL_OK;
    if (!read) {
        dependency_list_release(l);
        return false;
    }
    if (format == DEPENDENCY_STRINGS)
        read_strings(l);
    else if (format == DEPENDENCY_DASHES)
        read_dashes(l);
    l->own_count = l->count;
    read_includes(l);
    return true;
}

void dependency_list_release(struct dependency_list *l) {
    buf_release(&l->bytes);
    free(l->items);
    l->items = NULL;
}

bool dependency_list_has(const struct dependency_list *l, const struct python_package *p,
                         const char **reason) {
    struct requirement wanted;
    bool conditional = false, older = false, has = false;
    *reason = NULL;
    if (!requirement_parse(slice_cstr(p->requirement), &wanted))
        wanted = (struct requirement){.name = slice_cstr(p->name)};
    size_t digits = 0;
    while (digits < wanted.specifier.len && memchr("<>=~!( ", wanted.specifier.ptr[digits], 7))
        digits++;
    struct slice least = slice_sub(wanted.specifier, digits, wanted.specifier.len);
    for (size_t i = 0; i < l->count && !has; i++) {
        const struct requirement *r = &l->items[i];
        if (!requirement_same_name(r->name, wanted.name))
            continue;
        bool too_old = least.len > 0 && requirement_is_older(r->specifier, least);
        conditional = conditional || r->conditional;
        older = older || too_old;
        has = !r->conditional && !too_old;
    }
    if (!has)
        *reason = older         ? "an older version of it is asked for there"
                  : conditional ? "it is there under a condition"
                                : NULL;
    return has;
}
