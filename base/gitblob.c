/* gitblob.c: see gitblob.h. */
#include "base/gitblob.h"

#include "base/file.h"
#include "base/mem.h"

char *git_top_folder(const char *folder, struct arena *arena) {
    struct process_result r = {0};
    struct error ignored = {0};
    const char *args[] = {"rev-parse", "--show-toplevel", NULL};
    char *top = NULL;
    if (git_run(folder, args, slice_cstr(""), KL_MAX_PATH_BYTES, &r, &ignored) == KL_OK && r.exit_code == 0) {
        struct slice line = buf_as_slice(&r.out);
        if (line.len > 0 && line.ptr[line.len - 1] == '\n')
            line.len--;
        if (line.len > 0)
            top = path_real(arena, arena_cstr(arena, line));
    }
    process_result_release(&r);
    return top;
}

/* Reads one answer of cat-file: "<id> blob <size>\n<bytes>\n", or
 * "<question> missing\n". Returns the offset after it, 0 if it makes no sense. */
static size_t read_answer(struct slice out, size_t at, struct git_blob *blob, size_t max_bytes) {
    size_t end = slice_find_byte(out, '\n', at);
    if (end == SIZE_MAX)
        return 0;
    struct slice head = slice_sub(out, at, end);
    if (slice_ends(head, " missing"))
        return end + 1;
    size_t kind = slice_find(head, SLICE_LIT(" blob "), 0);
    if (kind == SIZE_MAX)
        return 0;
    size_t size = 0;
    for (size_t i = kind + strlen(" blob "); i < head.len; i++) {
        if (head.ptr[i] < '0' || head.ptr[i] > '9' || size > max_bytes)
            return 0;
        size = size * 10 + (size_t)(head.ptr[i] - '0');
    }
    if (size > max_bytes || out.len - (end + 1) < size + 1)
        return 0;
    buf_init_secret(&blob->bytes, max_bytes);
    buf_slice(&blob->bytes, slice_sub(out, end + 1, end + 1 + size));
    blob->found = true;
    return end + 1 + size + 1;
}

enum kl_status git_index_blobs(const char *top, struct git_blob *blobs, size_t count, size_t max_bytes,
                               struct error *e) {
    struct buf questions = BUF_INIT(KL_MAX_FILE_BYTES);
    struct process_result r = {0};
    enum kl_status s = KL_OK;
    for (size_t i = 0; i < count; i++) {
        blobs[i].found = false;
        if (strchr(blobs[i].path, '\n')) {
            s = error_set(e, KL_ERR_UNSUPPORTED, "%s: git cannot be asked about a name with a line end",
                          blobs[i].path);
            goto done;
        }
        buf_printf(&questions, ":%s\n", blobs[i].path);
    }
    const char *args[] = {"cat-file", "--batch", NULL};
    s = git_run(top, args, buf_as_slice(&questions), KL_MAX_FILE_BYTES, &r, e);
    if (s != KL_OK)
        goto done;
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        at = read_answer(buf_as_slice(&r.out), at, &blobs[i], max_bytes);
        if (at == 0) {
            s = error_set(e, KL_ERR_PARSE, "%s: git's answer about %s could not be read", top, blobs[i].path);
            goto done;
        }
    }
done:
    process_result_release(&r);
    buf_release(&questions);
    return s;
}

void git_blobs_release(struct git_blob *blobs, size_t count) {
    for (size_t i = 0; i < count; i++)
        buf_release(&blobs[i].bytes);
}

/* One git command whose first line of output matters. */
static enum kl_status first_line(const char *top, const char *const *args, struct slice input,
                                 struct buf *line, struct error *e) {
    struct process_result r = {0};
    enum kl_status s = git_run(top, args, input, KL_MAX_PATH_BYTES + 256, &r, e);
    if (s == KL_OK && r.exit_code != 0)
        s = error_set(e, KL_ERR_IO, "git %s failed in %s: %.*s", args[0], top,
                      SLICE_ARG(slice_trim(buf_as_slice(&r.err))));
    if (s == KL_OK) {
        struct slice out = buf_as_slice(&r.out);
        size_t end = slice_find_byte(out, '\n', 0);
        buf_slice(line, slice_sub(out, 0, end));
    }
    process_result_release(&r);
    return s;
}

#define GIT_MODE_NEW "100644"

/* "100644 <id> 0\t<path>" */
enum kl_status git_index_entry(const char *top, struct git_entry *entry, struct error *e) {
    struct buf line = BUF_INIT(KL_MAX_PATH_BYTES + 256);
    struct arena arena = ARENA_INIT;
    const char *list[] = {"ls-files", "--stage", "--", arena_printf(&arena, ":(literal)%s", entry->path),
                          NULL};
    enum kl_status s = first_line(top, list, slice_cstr(""), &line, e);
    struct slice text = buf_as_slice(&line);
    size_t blank = slice_find_byte(text, ' ', GIT_MODE_BYTES);
    bool there = s == KL_OK && blank != SIZE_MAX && blank - GIT_MODE_BYTES < GIT_ID_BYTES;
    (void)snprintf(entry->mode, sizeof entry->mode, "%.*s", GIT_MODE_BYTES - 1,
                   there ? text.ptr : GIT_MODE_NEW);
    (void)snprintf(entry->id, sizeof entry->id, "%.*s", there ? (int)(blank - GIT_MODE_BYTES) : 0,
                   there ? text.ptr + GIT_MODE_BYTES : "");
    arena_release(&arena);
    buf_release(&line);
    return s;
}

enum kl_status git_store_bytes(const char *top, struct slice bytes, struct git_entry *entry,
                               struct error *e) {
    const char *hash[] = {"hash-object", "-w", "--stdin", "--no-filters", NULL};
    struct buf id = BUF_INIT(256);
    enum kl_status s = first_line(top, hash, bytes, &id, e);
    if (s == KL_OK)
        (void)snprintf(entry->id, sizeof entry->id, "%s", buf_cstr(&id));
    buf_release(&id);
    return s;
}

bool git_has_object(const char *top, const char *id) {
    const char *ask[] = {"cat-file", "-e", id, NULL};
    struct buf nothing = BUF_INIT(256);
    struct error ignored = {0};
    bool has = first_line(top, ask, slice_cstr(""), &nothing, &ignored) == KL_OK;
    buf_release(&nothing);
    return has;
}

enum kl_status git_stage_entries(const char *top, const struct git_entry *entries, size_t count,
                                 struct error *e) {
    struct buf input = BUF_INIT(KL_MAX_FILE_BYTES), nothing = BUF_INIT(KL_MAX_PATH_BYTES);
    const char *update[] = {"update-index", "-z", "--index-info", NULL};
    for (size_t i = 0; i < count; i++) {
        buf_printf(&input, "%s %s\t%s", entries[i].mode, entries[i].id, entries[i].path);
        buf_char(&input, '\0');
    }
    enum kl_status s = count > 0 ? first_line(top, update, buf_as_slice(&input), &nothing, e) : KL_OK;
    buf_release(&input);
    buf_release(&nothing);
    return s;
}
