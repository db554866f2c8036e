#include "rewriters/journal.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/dir.h"
#include "base/encode.h"
#include "base/git.h"
#include "base/mem.h"
#include "base/system.h"

#define JOURNAL_MAX_BYTES ((size_t)64 << 20)
#define JOURNAL_MAX_RUNS 10000u /* looked at for leftovers */
#define JOURNAL_FORMAT 1u
#define RUN_SUFFIX ".jsonl"
#define STATE_FOLDER ".keylift" /* where there is no git directory */

enum kl_status journal_folder(const char *root, struct arena *a, char **out, struct error *e) {
    char *git = NULL;
    struct file_info info = {0};
    enum kl_status st = git_directory(root, a, &git, e);
    if (st != KL_OK)
        return st;
    *out = git ? path_join(a, git, "keylift") : path_join(a, root, STATE_FOLDER);
    /* The folder may come with a tree of somebody else's: it leads nowhere. */
    st = file_lstat(*out, &info, e);
    if (st == KL_OK && info.kind != FILE_MISSING && info.kind != FILE_FOLDER)
        st = error_set(e, KL_ERR_REFUSED, "%s is no folder, and keylift keeps its journal there; remove it",
                       *out);
    return st;
}

/* cJSON holds text; a path is bytes. */
void journal_add_path(cJSON *object, const char *key, const char *path) {
    struct arena a = ARENA_INIT;
    struct buf coded = BUF_INIT(3 * KL_MAX_PATH_BYTES);
    if (utf8_valid(slice_cstr(path))) {
        json_add_string(object, key, path);
    } else {
        encode_percent(slice_cstr(path), &coded);
        json_add_string(object, arena_printf(&a, "%s_percent", key), buf_cstr(&coded));
    }
    buf_release(&coded);
    arena_release(&a);
}

char *journal_get_path(const cJSON *object, const char *key, struct arena *a) {
    const char *plain = json_string(object, key);
    if (plain)
        return arena_cstr(a, slice_cstr(plain));
    const char *coded = json_string(object, arena_printf(a, "%s_percent", key));
    struct buf path = BUF_INIT(KL_MAX_PATH_BYTES);
    char *out = coded && decode_percent(slice_cstr(coded), &path) ? arena_cstr(a, buf_as_slice(&path)) : NULL;
    buf_release(&path);
    return out;
}

/* Every whole line is one object. Only the last one may be cut off, by a kill
 * in the middle of an append. */
static enum kl_status parse_lines(struct slice text, const char *path, struct journal_log *out,
                                  struct error *e) {
    size_t pos = 0;
    while (pos < text.len) {
        size_t end = slice_find_byte(text, '\n', pos);
        cJSON *record = NULL;
        if (end == SIZE_MAX) {
            out->torn = true;
            break;
        }
        enum kl_status st = json_parse(slice_sub(text, pos, end), path, &record, e);
        if (st != KL_OK)
            return st;
        if (!cJSON_IsObject(record) || !json_string(record, "step")) {
            cJSON_Delete(record);
            return error_set(e, KL_ERR_PARSE, "%s: a line at byte %zu is no journal record", path, pos);
        }
        if (strcmp(json_string(record, "step"), "finish") == 0)
            out->finished = true;
        cJSON_AddItemToArray(out->records, record);
        pos = end + 1;
    }
    return KL_OK;
}

enum kl_status journal_load(const char *path, struct journal_log *out, struct error *e) {
    struct buf bytes = BUF_INIT(JOURNAL_MAX_BYTES);
    *out = (struct journal_log){.records = cJSON_CreateArray()};
    enum kl_status st = file_read(path, JOURNAL_MAX_BYTES, &bytes, e);
    if (st == KL_OK)
        st = parse_lines(buf_as_slice(&bytes), path, out, e);
    if (st != KL_OK)
        journal_log_release(out);
    buf_release(&bytes);
    return st;
}

void journal_log_release(struct journal_log *log) {
    cJSON_Delete(log->records);
    *log = (struct journal_log){0};
}

/* A journal lies where the scanned tree may have put one: only a name that
 * this program gives to its temporary files is ever removed. */
static bool is_temp_name(const char *path) {
    struct slice name = slice_cstr(path_basename(path));
    return slice_starts(name, FILE_TEMP_PREFIX) && slice_ends(name, FILE_TEMP_SUFFIX);
}

static enum kl_status remove_temps(const struct journal_log *log, struct error *e) {
    struct arena a = ARENA_INIT;
    const cJSON *record, *file;
    enum kl_status st = KL_OK;
    cJSON_ArrayForEach(record, log->records) {
        cJSON_ArrayForEach(file, json_get(record, "files")) {
            const char *temp = journal_get_path(file, "temp", &a);
            struct file_info info;
            if (!temp || !is_temp_name(temp) || file_lstat(temp, &info, e) != KL_OK ||
                info.kind != FILE_REGULAR)
                continue;
            st = file_remove(temp, e);
            if (st != KL_OK)
                goto done;
        }
    }
done:
    arena_release(&a);
    return st;
}

/* A run that neither finished nor was swept before was killed. */
static enum kl_status sweep_run(const char *path, struct error *e) {
    struct journal_log log;
    struct error unreadable = {0};
    if (journal_load(path, &log, &unreadable) != KL_OK)
        return KL_OK; /* `runs` names it; it must not stop every later run */
    const cJSON *last = cJSON_GetArrayItem(log.records, cJSON_GetArraySize(log.records) - 1);
    const char *step = last ? json_string(last, "step") : NULL;
    enum kl_status st = KL_OK;
    if (!log.finished && !(step && strcmp(step, "swept") == 0)) {
        st = remove_temps(&log, e);
        /* A torn last line would swallow the record. */
        if (st == KL_OK && !log.torn)
            st = file_append_synced(path, SLICE_LIT("{\"step\":\"swept\"}\n"), e);
    }
    journal_log_release(&log);
    return st;
}

static enum kl_status sweep(const char *runs, struct error *e) {
    struct arena a = ARENA_INIT;
    struct dir *d = NULL;
    struct dir_entry entry;
    enum kl_status st = dir_open(&d, -1, runs, e);
    for (unsigned i = 0; st == KL_OK && i < JOURNAL_MAX_RUNS; i++) {
        st = dir_next(d, &entry, e);
        if (st == KL_OK && slice_ends(slice_cstr(entry.name), RUN_SUFFIX))
            st = sweep_run(path_join(&a, runs, entry.name), e);
        else if (st == KL_OK &&
                 is_temp_name(entry.name)) /* of a journal that was never begun: we hold the lock */
            st = file_remove(path_join(&a, runs, entry.name), e);
    }
    if (d)
        dir_close(d);
    arena_release(&a);
    return st == KL_ERR_NOT_FOUND ? KL_OK : st;
}

/* Sorts by time; the random part keeps two runs of one second apart. */
static void make_run_id(char out[24]) {
    char time[21];
    unsigned char random[3];
    size_t len = 0;
    system_format_time(system_unix_time(), time);
    system_random(random, sizeof random);
    for (const char *p = time; *p; p++)
        if (*p != '-' && *p != ':' && *p != 'Z')
            out[len++] = *p;
    out[len++] = '-';
    for (size_t i = 0; i < sizeof random; i++) {
        out[len++] = "0123456789abcdef"[random[i] >> 4];
        out[len++] = "0123456789abcdef"[random[i] & 15];
    }
    out[len] = '\0';
}

static cJSON *first_record(const struct journal *j, const char *root) {
    char time[21];
    cJSON *o = cJSON_CreateObject();
    system_format_time(system_unix_time(), time);
    json_add_count(o, "format", JOURNAL_FORMAT);
    json_add_string(o, "tool", "keylift " KEYLIFT_VERSION);
    json_add_string(o, "run", j->run_id);
    json_add_string(o, "time", time);
    journal_add_path(o, "root", root);
    return o;
}

/* A folder in the project itself must not get into a repository that is made
 * later: paths and names would be published. */
static enum kl_status hide_from_git(const char *folder, struct error *e) {
    struct arena a = ARENA_INIT;
    enum kl_status st = KL_OK;
    if (strcmp(path_basename(folder), STATE_FOLDER) == 0) {
        st = file_create_private(path_join(&a, folder, ".gitignore"), SLICE_LIT("*\n"), e);
        if (st == KL_ERR_CONFLICT) {
            *e = (struct error){0};
            st = KL_OK;
        }
    }
    arena_release(&a);
    return st;
}

/* Makes the folders and takes the lock. */
static enum kl_status take(struct journal *j, const char *root, struct arena *a, const char **runs,
                           struct error *e) {
    char *folder = NULL;
    *j = (struct journal){.lock = {.fd = -1}, .waiting = BUF_INIT(JOURNAL_MAX_BYTES)};
    enum kl_status st = journal_folder(root, a, &folder, e);
    if (st != KL_OK)
        return st;
    *runs = path_join(a, folder, "runs");
    st = file_make_folder(folder, 0700, e);
    if (st == KL_OK)
        st = hide_from_git(folder, e);
    if (st == KL_OK)
        st = file_make_folder(*runs, 0700, e);
    if (st == KL_OK)
        st = file_lock_take(&j->lock, path_join(a, folder, "lock"), e);
    if (st == KL_OK)
        j->folder = mem_strdup(folder);
    return st;
}

static void use_file(struct journal *j, const char *runs, struct arena *a) {
    j->path = mem_strdup(path_join(a, runs, arena_printf(a, "%s" RUN_SUFFIX, j->run_id)));
    j->open = true;
}

enum kl_status journal_begin(struct journal *j, const char *root, struct error *e) {
    struct arena a = ARENA_INIT;
    const char *runs = NULL;
    enum kl_status st = take(j, root, &a, &runs, e);
    if (st != KL_OK)
        goto done;
    make_run_id(j->run_id);
    use_file(j, runs, &a);
    st = sweep(runs, e);
    if (st == KL_OK)
        st = file_create_private(j->path, (struct slice){0}, e);
    if (st == KL_OK)
        st = journal_record(j, "begin", first_record(j, root), e);
    if (st != KL_OK)
        journal_release(j);
done:
    arena_release(&a);
    return st;
}

/* A line that is cut off would swallow the next one. */
static enum kl_status cut_torn_line(const char *path, struct error *e) {
    struct buf bytes = BUF_INIT(JOURNAL_MAX_BYTES);
    enum kl_status st = file_read(path, JOURNAL_MAX_BYTES, &bytes, e);
    size_t whole = bytes.len;
    while (whole > 0 && bytes.ptr[whole - 1] != '\n')
        whole--;
    if (st == KL_OK)
        st = file_write_atomic(path, slice_sub(buf_as_slice(&bytes), 0, whole), 0600, e);
    buf_release(&bytes);
    return st;
}

static enum kl_status go_on(struct journal *j, const char *runs, struct error *e) {
    struct journal_log log;
    enum kl_status st = journal_load(j->path, &log, e);
    if (st != KL_OK)
        return st;
    if (log.finished)
        st = error_set(e, KL_ERR_CONFLICT, "the run %s is finished", j->run_id);
    if (st == KL_OK)
        st = sweep(runs, e);
    if (st == KL_OK && log.torn)
        st = cut_torn_line(j->path, e);
    journal_log_release(&log);
    return st;
}

enum kl_status journal_resume(struct journal *j, const char *root, const char *run_id, struct error *e) {
    struct arena a = ARENA_INIT;
    const char *runs = NULL;
    enum kl_status st = take(j, root, &a, &runs, e);
    if (st == KL_OK && strlen(run_id) >= sizeof j->run_id)
        st = error_set(e, KL_ERR_PARSE, "%s is no name of a run", run_id);
    if (st == KL_OK) {
        memcpy(j->run_id, run_id, strlen(run_id) + 1);
        use_file(j, runs, &a);
        st = go_on(j, runs, e);
    }
    if (st == KL_OK)
        st = journal_record(j, "resume", first_record(j, root), e);
    if (st != KL_OK)
        journal_release(j);
    arena_release(&a);
    return st;
}

/* What stands behind half of a line would be lost with it, and make the journal unreadable. */
static enum kl_status append_to_file(struct journal *j, struct slice lines, struct error *e) {
    if (j->broken)
        return error_set(e, KL_ERR_IO, "cannot write %s any more", j->path);
    enum kl_status st = file_append_synced(j->path, lines, e);
    j->broken = st != KL_OK;
    return st;
}

static enum kl_status append(struct journal *j, struct slice line, struct error *e) {
    if (!j->held)
        return append_to_file(j, line, e);
    buf_slice(&j->waiting, line);
    return buf_ok(&j->waiting)
               ? KL_OK
               : error_set(e, KL_ERR_LIMIT, "the journal would be larger than %zu bytes", JOURNAL_MAX_BYTES);
}

enum kl_status journal_record(struct journal *j, const char *step, cJSON *record, struct error *e) {
    struct buf line = BUF_INIT(JOURNAL_MAX_BYTES);
    enum kl_status st;
    json_add_string(record, "step", step);
    json_print(record, false, &line);
    if (!j->open)
        st = error_set(e, KL_ERR_INTERNAL, "a step was recorded without a journal");
    else if (!buf_ok(&line))
        st = error_set(e, KL_ERR_LIMIT, "a journal record would be larger than %zu bytes", JOURNAL_MAX_BYTES);
    else
        st = append(j, buf_as_slice(&line), e);
    cJSON_Delete(record);
    buf_release(&line);
    return st;
}

void journal_hold(struct journal *j) {
    j->held = true;
}

enum kl_status journal_flush(struct journal *j, struct error *e) {
    enum kl_status st = j->waiting.len ? append_to_file(j, buf_as_slice(&j->waiting), e) : KL_OK;
    j->held = false;
    buf_clear(&j->waiting);
    return st;
}

enum kl_status journal_finish(struct journal *j, struct error *e) {
    return journal_record(j, "finish", cJSON_CreateObject(), e);
}

void journal_release(struct journal *j) {
    file_lock_release(&j->lock);
    buf_release(&j->waiting);
    free(j->path);
    free(j->folder);
    *j = (struct journal){.lock = {.fd = -1}};
}
