/* history.c: see history.h. Commits are taken oldest first, some thousand at a time: the
 * first hit of a value is its first commit, and when every value has one, the rest need
 * not be read. A file that many commits have is read once, by its id. */
#include "cli/history.h"

#include <stdlib.h>

#include "base/encode.h"
#include "base/githistory.h"
#include "base/gitread.h"
#include "base/hash_map.h"
#include "base/mem.h"
#include "base/system.h"
#include "base/thread.h"

#define COMMITS_AT_ONCE 2000u
#define BYTES_AT_ONCE ((size_t)32 << 20)
#define BINARY_LOOK_BYTES 8000u

struct version {
    struct git_file git;
    const char *commit, *date, *path;
};

struct content {
    const struct version *version;
    struct slice bytes;
    bool hit;
};

struct search {
    struct history *out;
    const struct value_search *values;
    struct git_place at;
    struct hash_map seen;     /* ids of files that were looked at already */
    struct version *versions; /* of the commits at hand */
    size_t version_count, version_cap;
    struct content *contents; /* of the files at hand */
    struct arena arena;       /* of the commits at hand */
    uint64_t bytes;
    double until;
    bool too_large, missing;
};

static void take_change(void *ctx, const struct git_change *c) {
    struct search *s = ctx;
    if (c->id.len == 0 || !hash_map_add(&s->seen, hash64(c->id)))
        return;
    s->versions = mem_grow(s->versions, &s->version_cap, s->version_count + 1, sizeof *s->versions);
    s->versions[s->version_count++] = (struct version){.git.name = arena_copy(&s->arena, c->id),
                                                       .commit = arena_cstr(&s->arena, c->commit),
                                                       .date = arena_cstr(&s->arena, c->date),
                                                       .path = arena_cstr(&s->arena, c->path)};
}

/* ---- looking ---- */

static bool is_binary(struct slice bytes) {
    return slice_find_byte(slice_sub(bytes, 0, BINARY_LOOK_BYTES), '\0', 0) != SIZE_MAX;
}

static void look_at(void *ctx, size_t index) {
    struct search *s = ctx;
    struct content *c = &s->contents[index];
    c->hit = c->bytes.len > 0 && !is_binary(c->bytes) && value_search_any(s->values, c->bytes);
}

struct found_in {
    struct search *search;
    const struct version *version;
};

static void found(void *ctx, size_t value, uint32_t line, struct slice text) {
    struct found_in *in = ctx;
    struct history *h = in->search->out;
    struct history_entry *entry = &h->entries[value];
    (void)text;
    if (entry->commit)
        return;
    *entry = (struct history_entry){
        .commit = arena_cstr(&h->arena, slice_cstr(in->version->commit)),
        .date = arena_cstr(&h->arena, slice_cstr(in->version->date)),
        .path = arena_cstr(&h->arena, slice_cstr(in->version->path)),
        .line = line,
    };
    h->found++;
}

struct reading {
    struct search *search;
    size_t first, end; /* versions */
};

/* The bytes live only until the group is read: all are looked at when the last one comes. */
static void take_and_look(void *ctx, size_t index, struct slice bytes) {
    const struct reading *reading = ctx;
    struct search *s = reading->search;
    s->contents[index - reading->first] = (struct content){.version = &s->versions[index], .bytes = bytes};
    s->bytes += bytes.len;
    if (index + 1 < reading->end)
        return;
    size_t count = reading->end - reading->first;
    thread_each(system_processors(), count, look_at, s);
    for (size_t i = 0; i < count; i++) {
        const struct content *c = &s->contents[i];
        struct found_in in = {s, c->version};
        if (c->hit)
            value_search_text(s->values, c->bytes, found, &in);
    }
}

static enum kl_status read_some(struct search *s, const struct git_files *files, size_t first, size_t end,
                                struct error *e) {
    struct reading reading = {s, first, end};
    s->contents = mem_calloc(end - first + 1, sizeof *s->contents);
    enum kl_status st = git_read_group(&s->at, files, first, end, take_and_look, &reading, e);
    free(s->contents);
    s->contents = NULL;
    return st;
}

/* Drops what is missing, and what is too large. */
static enum kl_status find_sizes(struct search *s, struct error *e) {
    const struct git_files files = GIT_FILES(s->versions, s->version_count, git);
    enum kl_status st = git_read_sizes(&s->at, &files, e);
    size_t kept = 0;
    for (size_t i = 0; st == KL_OK && i < s->version_count; i++) {
        size_t size = s->versions[i].git.size;
        s->missing = s->missing || size == SIZE_MAX;
        s->too_large = s->too_large || (size != SIZE_MAX && size > HISTORY_MAX_FILE_BYTES);
        if (size <= HISTORY_MAX_FILE_BYTES)
            s->versions[kept++] = s->versions[i];
    }
    s->version_count = kept;
    return st;
}

static const char *limit_reached(const struct search *s) {
    return system_interrupted()           ? "interrupted"
           : system_seconds() > s->until  ? "it takes too long"
           : s->bytes > HISTORY_MAX_BYTES ? "it is too large"
                                          : NULL;
}

/* All files that some commits brought, in pieces of BYTES_AT_ONCE. */
static enum kl_status look_at_versions(struct search *s, struct error *e) {
    enum kl_status st = find_sizes(s, e);
    const struct git_files files = GIT_FILES(s->versions, s->version_count, git);
    for (size_t end, i = 0; i < files.count && st == KL_OK && s->out->found < s->out->count; i = end) {
        end = git_group_end(&files, i, BYTES_AT_ONCE, SIZE_MAX);
        if ((s->out->cut = limit_reached(s)))
            return KL_OK;
        st = read_some(s, &files, i, end, e);
    }
    return st;
}

static enum kl_status look_at_commits(struct search *s, const struct git_commits *commits, struct error *e) {
    struct slice ids = buf_as_slice(&commits->ids);
    enum kl_status st = KL_OK;
    for (size_t at = 0; at < ids.len && st == KL_OK && s->out->found < s->out->count && !s->out->cut;) {
        size_t end = at, count = 0;
        while (end < ids.len && count < COMMITS_AT_ONCE) {
            size_t eol = slice_find_byte(ids, '\n', end);
            end = eol == SIZE_MAX ? ids.len : eol + 1;
            count++;
        }
        s->version_count = 0;
        arena_clear(&s->arena);
        st = git_changes(&s->at, slice_sub(ids, at, end), take_change, s, e);
        if (st == KL_OK)
            st = look_at_versions(s, e);
        s->out->commits += count;
        at = end;
    }
    return st;
}

static const char *why_not_all(const struct search *s, const struct git_commits *commits) {
    return commits->more      ? "older commits were not looked at"
           : commits->shallow ? "this clone is shallow: older commits are elsewhere"
           : s->missing       ? "this clone is partial: some files are elsewhere"
           : s->too_large     ? "large files were not looked at"
                              : NULL;
}

void history_find(struct history *h, const struct value_search *search, size_t values, const char *top) {
    struct search s = {.out = h,
                       .values = search,
                       .at = {top, GIT_OF_FOLDER},
                       .until = system_seconds() + HISTORY_MAX_SECONDS};
    struct git_commits commits;
    struct error e = {0};
    h->entries = arena_calloc(&h->arena, values + 1, sizeof *h->entries);
    h->count = values;
    h->searched = true;
    enum kl_status st = git_commits(&s.at, (struct slice){0}, HISTORY_MAX_COMMITS, &commits, &e);
    if (st == KL_OK)
        st = look_at_commits(&s, &commits, &e);
    if (st != KL_OK)
        h->failed = arena_cstr(&h->arena, slice_cstr(e.message));
    if (st == KL_OK && !h->cut && h->found < h->count)
        h->cut = why_not_all(&s, &commits);
    buf_release(&commits.ids);
    arena_release(&s.arena);
    free(s.versions);
    hash_map_release(&s.seen);
}

void history_release(struct history *h) {
    arena_release(&h->arena);
    *h = (struct history){0};
}
