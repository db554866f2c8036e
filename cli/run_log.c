/* run_log.c: see run_log.h. */
#include "cli/run_log.h"

#include <stdlib.h>

#include "base/dir.h"
#include "base/mem.h"

#define RUN_SUFFIX ".jsonl"

static const char *const state_names[] = {
    [RUN_FINISHED] = "finished",       [RUN_UNDONE] = "undone",         [RUN_TOOK_BACK] = "an undo",
    [RUN_INTERRUPTED] = "interrupted", [RUN_UNREADABLE] = "unreadable",
};
_Static_assert(KL_ARRAY_LEN(state_names) == RUN_STATE_COUNT, "a name for each state");

const char *run_state_name(enum run_state s) {
    return (size_t)s < KL_ARRAY_LEN(state_names) ? state_names[s] : "unknown";
}

static bool is_step(const cJSON *record, const char *step) {
    const char *is = json_string(record, "step");
    return is && strcmp(is, step) == 0;
}

static void read_begin(struct run *r, const cJSON *record, struct arena *a) {
    const char *time = json_string(record, "time");
    r->time = time ? time : "";
    r->root = journal_get_path(record, "root", a);
}

static void read_start(struct run *r, const cJSON *record) {
    r->vault = json_string(record, "vault");
    r->dotenv_file = json_string(record, "dotenv_file");
    r->vault_options = json_get(record, "vault_options");
    r->undoes = json_string(record, "undoes");
    r->with_values = json_string(record, "with_values");
    r->staged = json_bool(record, "staged", false);
    r->plan = json_get(record, "plan");
}

bool run_can_resume(const struct run *r) {
    return r->state == RUN_INTERRUPTED && !r->undoes && r->plan;
}

const cJSON *run_staging(const struct run *r) {
    const cJSON *record, *found = NULL;
    cJSON_ArrayForEach(record, r->log.records) {
        found = !found && is_step(record, "stage") ? record : found;
    }
    return found;
}

static void read_run(struct run *r, const char *path, struct arena *a) {
    const cJSON *record;
    r->time = "";
    r->state = RUN_UNREADABLE;
    if (journal_load(path, &r->log, &r->error) != KL_OK)
        return;
    r->state = r->log.finished ? RUN_FINISHED : RUN_INTERRUPTED;
    cJSON_ArrayForEach(record, r->log.records) {
        if (is_step(record, "begin"))
            read_begin(r, record, a);
        else if (is_step(record, "start"))
            read_start(r, record);
        else if (is_step(record, "resume"))
            r->resumed = true;
    }
    if (r->undoes && r->log.finished)
        r->state = RUN_TOOK_BACK;
}

#define RUN_TIME_LENGTH strlen("20260131T120000")

struct run_name {
    const char *id;
    int64_t ended; /* its last line; runs of one second are in order, since each held the lock */
};

static int by_time(const void *left, const void *right) {
    const struct run_name *a = left, *b = right;
    int order = strncmp(a->id, b->id, RUN_TIME_LENGTH);
    return order ? order : (a->ended > b->ended) - (a->ended < b->ended);
}

static enum kl_status list_names(struct run_log *l, const char *folder, struct run_name **names,
                                 size_t *count, struct error *e) {
    struct dir *d = NULL;
    struct dir_entry entry;
    size_t cap = 0;
    enum kl_status s = dir_open(&d, -1, folder, e);
    while (s == KL_OK && (s = dir_next(d, &entry, e)) == KL_OK) {
        struct slice name = slice_cstr(entry.name);
        if (!slice_ends(name, RUN_SUFFIX))
            continue;
        struct file_info info = {0};
        struct error ignored = {0};
        if (file_stat(path_join(&l->arena, folder, entry.name), &info, &ignored) != KL_OK)
            continue;
        *names = mem_grow(*names, &cap, *count + 1, sizeof **names);
        (*names)[(*count)++] =
            (struct run_name){.id = arena_cstr(&l->arena, slice_sub(name, 0, name.len - strlen(RUN_SUFFIX))),
                              .ended = info.mtime_ns};
    }
    if (d)
        dir_close(d);
    if (*count > 0)
        qsort(*names, *count, sizeof **names, by_time);
    return s == KL_ERR_NOT_FOUND ? KL_OK : s;
}

/* A run is undone when a later, finished one says so. */
static void mark_undone(struct run_log *l) {
    for (size_t i = 0; i < l->count; i++)
        for (size_t k = 0; k < l->count && l->runs[i].state == RUN_TOOK_BACK; k++)
            if (strcmp(l->runs[k].id, l->runs[i].undoes) == 0 && l->runs[k].state != RUN_UNREADABLE)
                l->runs[k].state = RUN_UNDONE;
}

enum kl_status run_log_read(struct run_log *l, const struct project *p, struct error *e) {
    char *folder = NULL;
    struct run_name *names = NULL;
    size_t count = 0;
    enum kl_status s = journal_folder(p->root, &l->arena, &folder, e);
    if (s != KL_OK)
        return s;
    const char *runs = path_join(&l->arena, folder, "runs");
    s = list_names(l, runs, &names, &count, e);
    if (s == KL_OK && count > 0) {
        size_t first = count > RUN_LOG_MAX ? count - RUN_LOG_MAX : 0;
        l->runs = mem_calloc(count - first, sizeof *l->runs);
        for (size_t i = first; i < count; i++) {
            struct run *r = &l->runs[l->count++];
            r->id = names[i].id;
            read_run(r, path_join(&l->arena, runs, arena_printf(&l->arena, "%s" RUN_SUFFIX, r->id)),
                     &l->arena);
        }
        mark_undone(l);
    }
    free(names);
    return s;
}

void run_log_release(struct run_log *l) {
    for (size_t i = 0; i < l->count; i++)
        journal_log_release(&l->runs[i].log);
    free(l->runs);
    arena_release(&l->arena);
    *l = (struct run_log){0};
}

/* A run that was resumed says again what it had not done the first time. */
static bool comes_again(const struct run *r, const cJSON *record, const cJSON *file) {
    const cJSON *later, *other;
    struct arena a = ARENA_INIT;
    bool again = false;
    const char *path = journal_get_path(file, "path", &a);
    for (later = record->next; r->resumed && path && later && !again; later = later->next) {
        if (!is_step(later, "prepare"))
            continue;
        cJSON_ArrayForEach(other, json_get(later, "files")) {
            const char *its = journal_get_path(other, "path", &a);
            again = again || (its && strcmp(its, path) == 0);
        }
    }
    arena_release(&a);
    return again;
}

void run_each_file(const struct run *r, void (*fn)(void *ctx, const cJSON *file), void *ctx) {
    const cJSON *record, *file;
    cJSON_ArrayForEach(record, r->log.records) {
        if (!is_step(record, "prepare"))
            continue;
        cJSON_ArrayForEach(file, json_get(record, "files")) {
            if (!comes_again(r, record, file))
                fn(ctx, file);
        }
    }
}

static const char *stored_name_of(const cJSON *item) {
    const char *stored = json_string(item, "stored_name");
    return stored ? stored : json_string(item, "name");
}

typedef void (*name_fn)(void *ctx, const char *name, const char *stored_name, const char *version);

/* Of a run that was resumed, a name that was stored first is there already then: only
 * what stands in the last of these records counts. */
static bool is_present_later(const struct run *r, const cJSON *record, const char *name) {
    const cJSON *later, *item;
    for (later = record->next; r->resumed && later; later = later->next) {
        if (!is_step(later, "present"))
            continue;
        cJSON_ArrayForEach(item, json_get(later, "names")) {
            const char *its = json_string(item, "name");
            if (its && strcmp(its, name) == 0)
                return true;
        }
    }
    return false;
}

static void tell_name(const struct run *r, const cJSON *record, const cJSON *item, name_fn fn, void *ctx) {
    const char *name = json_string(item, "name");
    if (name && !is_present_later(r, record, name))
        fn(ctx, name, stored_name_of(item), json_string(item, "version"));
}

void run_each_name(const struct run *r, name_fn fn, void *ctx) {
    const cJSON *record, *item;
    cJSON_ArrayForEach(record, r->log.records) {
        const char *state = json_string(record, "state");
        if (is_step(record, "stored") && state && strcmp(state, "stored") == 0)
            tell_name(r, record, record, fn, ctx);
        if (!is_step(record, "present"))
            continue;
        cJSON_ArrayForEach(item, json_get(record, "names")) {
            tell_name(r, record, item, fn, ctx);
        }
    }
}

static bool is_stored_later(const cJSON *record, const char *name) {
    for (const cJSON *later = record->next; later; later = later->next) {
        const char *its = json_string(later, "name"), *state = json_string(later, "state");
        if (is_step(later, "stored") && its && state && strcmp(its, name) == 0 &&
            strcmp(state, "stored") == 0)
            return true;
    }
    return false;
}

void run_each_begun(const struct run *r, void (*fn)(void *ctx, const char *name), void *ctx) {
    const cJSON *record;
    cJSON_ArrayForEach(record, r->log.records) {
        const char *name = is_step(record, "put") ? json_string(record, "name") : NULL;
        if (name && !is_stored_later(record, name))
            fn(ctx, name);
    }
}
