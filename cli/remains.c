/* remains.c: see remains.h. The walk lists the files; then all processors read them. */
#include "cli/remains.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/system.h"
#include "base/thread.h"
#include "scanner/candidate.h"
#include "scanner/scan.h"
#include "scanner/walk.h"

struct hunt {
    struct remains *out;
    const struct value_search *search;
    const char *skip;
    const char **paths;
    size_t count, capacity;
    struct mutex *lock;
    _Atomic uint64_t bytes;
    double until;
};

/* ---- what to do ---- */

#define IN_TEST "a test: use a made-up value, or move it (--include-tests)"
#define IN_COMMENT "a comment: take it out"
#define IN_CODE "code that keylift left: move it by hand; it is stored as NAME"
#define IN_NOTEBOOK "a notebook: take it out of the cell, and clear the output"
#define IN_IMAGE "an image keeps it for ever: give NAME at run time (--env-file), or as a build secret"
#define IN_COMPOSE "write ${NAME} there, and set NAME where compose runs"
#define IN_CI "use a secret variable of the CI system"
#define IN_VARIABLES "a file of variables: keep it out of git, or take the line out"
#define IN_CONFIG "take it out; let the program read NAME where it loads this file"
#define IN_SHELL "write \"$NAME\" there, and set NAME where the script runs"
#define IN_TEXT "write a made-up value in its place"

/* By name first, then by what the scan takes the file for. */
static const struct named {
    const char *part;
    const char *advice;
} named[] = {
    {"dockerfile", IN_IMAGE},      {"containerfile", IN_IMAGE}, {"compose", IN_COMPOSE},
    {".github/workflows/", IN_CI}, {".gitlab-ci", IN_CI},       {".circleci/", IN_CI},
    {"azure-pipelines", IN_CI},    {"jenkinsfile", IN_CI},      {"bitbucket-pipelines", IN_CI},
};

static bool is_comment(struct slice line) {
    return slice_starts(line, "#") || slice_starts(line, "//") || slice_starts(line, ";");
}

static bool is_prose(const char *path) {
    static const char *const endings[] = {".md", ".rst", ".txt", ".adoc", ".html"};
    for (size_t i = 0; i < KL_ARRAY_LEN(endings); i++)
        if (slice_ends(slice_cstr(path), endings[i]))
            return true;
    return false;
}

static const char *advice_by_name(const char *path) {
    char low[256];
    size_t len = strlen(path), from = len < sizeof low ? 0 : len - sizeof low + 1;
    for (size_t i = from; i <= len; i++)
        low[i - from] = ascii_lower(path[i]);
    for (size_t i = 0; i < KL_ARRAY_LEN(named); i++)
        if (slice_find(slice_cstr(low), slice_cstr(named[i].part), 0) != SIZE_MAX)
            return named[i].advice;
    return NULL;
}

static const char *advice_for(const char *path, struct slice bytes, struct slice line) {
    static const char *const by_language[] = {
        [SCAN_PYTHON] = IN_CODE,   [SCAN_NOTEBOOK] = IN_NOTEBOOK, [SCAN_DOTENV] = IN_VARIABLES,
        [SCAN_CONFIG] = IN_CONFIG, [SCAN_SHELL] = IN_SHELL,       [SCAN_TEXT] = IN_TEXT,
        [SCAN_BINARY] = IN_TEXT,
    };
    enum scan_language language = scan_language_of(path, bytes);
    if (is_prose(path))
        return IN_TEXT;
    if (language != SCAN_TEXT && is_comment(line))
        return IN_COMMENT;
    const char *advice = advice_by_name(path);
    if (advice)
        return is_comment(line) ? IN_COMMENT : advice;
    return language == SCAN_PYTHON && path_in_test(path) ? IN_TEST : by_language[language];
}

/* ---- looking ---- */

struct look {
    struct hunt *hunt;
    const char *path;
    struct slice bytes;
};

static void found(void *ctx, size_t value, uint32_t line, struct slice text) {
    struct look *look = ctx;
    struct remains *r = look->hunt->out;
    mutex_lock(look->hunt->lock);
    if (r->count < REMAINS_MAX) {
        r->items = mem_grow(r->items, &r->capacity, r->count + 1, sizeof *r->items);
        r->items[r->count++] = (struct remain){
            .path = look->path,
            .line = line,
            .value = value,
            .advice = advice_for(look->path, look->bytes, text),
            .common = value_search_is_common(look->hunt->search, value),
        };
    } else {
        r->more = true;
    }
    mutex_unlock(look->hunt->lock);
}

static bool is_text(const char *path, struct slice head) {
    return scan_language_of(path, head) != SCAN_BINARY;
}

static void look_into(void *ctx, size_t index) {
    struct hunt *h = ctx;
    struct look look = {.hunt = h, .path = h->paths[index]};
    struct buf bytes = BUF_INIT_SECRET(REMAINS_MAX_FILE_BYTES);
    struct error ignored = {0};
    bool whole = false, read = false;
    if (system_interrupted() || atomic_load(&h->bytes) > REMAINS_MAX_BYTES || system_seconds() > h->until)
        goto done;
    read = file_read_wanted(look.path, REMAINS_MAX_FILE_BYTES, is_text, &bytes, &whole, &ignored) == KL_OK;
    if (!read || !whole)
        goto done;
    atomic_fetch_add(&h->bytes, bytes.len);
    look.bytes = buf_as_slice(&bytes);
    value_search_text(h->search, look.bytes, found, &look);
done:
    mutex_lock(h->lock);
    h->out->files += read && whole;
    h->out->unread += !read;
    mutex_unlock(h->lock);
    buf_release(&bytes);
}

static void take_path(void *ctx, const char *path, bool is_named) {
    struct hunt *h = ctx;
    (void)is_named;
    struct arena a = ARENA_INIT;
    const char *real = h->skip ? path_real(&a, path) : NULL;
    if (!real || strcmp(real, h->skip) != 0) {
        h->paths = mem_grow(h->paths, &h->capacity, h->count + 1, sizeof *h->paths);
        h->paths[h->count++] = arena_cstr(&h->out->arena, slice_cstr(path_normalize(&a, path)));
    }
    arena_release(&a);
}

static void count_error(void *ctx, const char *path, const char *message) {
    (void)path;
    (void)message;
    ((struct hunt *)ctx)->out->unread++;
}

static bool stops(void *ctx) {
    (void)ctx;
    return system_interrupted();
}

static int by_place(const void *left, const void *right) {
    const struct remain *a = left, *b = right;
    int order = strcmp(a->path, b->path);
    if (order == 0)
        order = (a->line > b->line) - (a->line < b->line);
    return order ? order : (a->value > b->value) - (a->value < b->value);
}

void remains_find(struct remains *r, const struct value_search *search, const char *root, const char *skip) {
    const char *const paths[] = {root, NULL};
    struct hunt h = {.out = r, .search = search, .skip = skip, .lock = mutex_new()};
    const struct walk_options walk = {.paths = paths};
    const struct walk_sink sink = {.ctx = &h, .file = take_path, .error = count_error, .stop = stops};
    walk_run(&walk, &sink);
    h.until = system_seconds() + REMAINS_MAX_SECONDS;
    thread_each(system_processors(), h.count, look_into, &h);
    if (r->count > 0)
        qsort(r->items, r->count, sizeof *r->items, by_place);
    r->interrupted = system_interrupted();
    mutex_free(h.lock);
    free(h.paths);
}

void remains_release(struct remains *r) {
    free(r->items);
    arena_release(&r->arena);
    *r = (struct remains){0};
}
