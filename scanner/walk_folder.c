/* walk_folder.c: see walk_folder.h. */
#include "scanner/walk_folder.h"

#include <stdlib.h>

#include "base/mem.h"

static bool is_here(const struct walk_folder *f) {
    return !f->above && strcmp(f->name, ".") == 0;
}

static size_t below_len(const struct walk_folder *f, const char *entry) {
    bool ends = f->path_len > 0 && !f->above && f->name[f->path_len - 1] == '/';
    return is_here(f) ? strlen(entry) : f->path_len + !ends + strlen(entry);
}

struct walk_folder *walk_folder_new(struct walk_folder *above, const char *name) {
    size_t len = strlen(name) + 1;
    struct walk_folder *f = mem_alloc(sizeof *f + len);
    *f = (struct walk_folder){.above = above, .users = 1, .fd = -1};
    memcpy(f->name, name, len);
    f->path_len = len - 1;
    if (above) {
        f->path_len = below_len(above, name);
        f->repo = above->repo;
        f->chain = above->chain;
        above->users++;
    }
    return f;
}

void walk_folder_close(struct walk_folder *f) {
    dir_drop(f->fd);
    f->fd = -1;
    if (f->held)
        *f->held = NULL;
    f->held = NULL;
}

/* What goes wrong from there is tried once more by the path, which is then what the message names. */
enum kl_status walk_folder_open(struct walk_folder *f, const char *path, struct error *e) {
    struct error unseen = {0};
    int above = f->above ? f->above->fd : -1;
    if (f->above && f->above->listing)
        above = dir_fd(f->above->listing);
    if (above >= 0 && dir_open(&f->listing, above, f->name, &unseen) == KL_OK)
        return KL_OK;
    return dir_open(&f->listing, -1, path, e);
}

void walk_folder_leave(struct walk_folder *f) {
    while (f && --f->users == 0) {
        struct walk_folder *above = f->above;
        walk_folder_close(f);
        dir_close(f->listing);
        arena_release(&f->arena);
        free(f);
        f = above;
    }
}

/* Puts `name` and a slash behind it before *at, which is the end of what there is already. */
static void prepend(char *text, size_t *at, size_t end, const char *name) {
    size_t len = strlen(name);
    if (len == 0)
        return;
    if (*at < end && name[len - 1] != '/')
        text[--*at] = '/';
    *at -= len;
    memcpy(text + *at, name, len);
}

/* The names from `f` up to below `top`, and before them `first`; `len` in all. */
static void join(const struct walk_folder *f, const struct walk_folder *top, const char *first, size_t len,
                 struct buf *out) {
    size_t at = len;
    out->len = 0;
    char *text = buf_reserve(out, len);
    if (!text)
        return;
    for (; f != top; f = f->above)
        prepend(text, &at, len, f->name);
    prepend(text, &at, len, first);
    out->len = len;
}

void walk_folder_path(const struct walk_folder *f, struct buf *out) {
    const struct walk_folder *top = f;
    while (top->above)
        top = top->above;
    join(f, top, is_here(top) ? "" : top->name, is_here(f) ? 0 : f->path_len, out);
}

void walk_folder_rel(const struct walk_folder *f, struct buf *out) {
    const struct walk_folder *top = f;
    size_t len = 0;
    for (; !top->rel && top->above; top = top->above)
        len += strlen(top->name) + 1;
    size_t first = top->rel ? strlen(top->rel) : 0;
    join(f, top, first > 0 ? top->rel : "", first > 0 ? first + len : len - (len > 0), out);
}

void walk_entry_path(struct buf *out, size_t len, const char *name) {
    out->len = len;
    if (len > 0 && out->ptr[len - 1] != '/')
        buf_char(out, '/');
    buf_bytes(out, name, strlen(name));
}
