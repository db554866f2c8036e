/* gitblob.c: see gitblob.h. */
#include "base/gitblob.h"

#include "base/file.h"
#include "base/gitread.h"

#define GROUP_BYTES ((size_t)64 << 20) /* of files that are asked for at once */

struct asked {
    struct git_file git;
    struct git_blob *blob;
};

static void take_bytes(void *ctx, size_t index, struct slice bytes) {
    struct git_blob *blob = ((struct asked *)ctx)[index].blob;
    blob->found = bytes.ptr != NULL;
    buf_slice(&blob->bytes, bytes);
}

/* Sizes are asked for where there are many, so that they can be read in groups. One may have as many bytes as
 * are allowed. */
static enum kl_status find_sizes(const struct git_place *at, struct git_files *files, struct asked *asked,
                                 size_t max_bytes, struct error *e) {
    size_t kept = 0;
    asked[0].git.size = max_bytes;
    enum kl_status s = files->count > 1 ? git_read_sizes(at, files, e) : KL_OK;
    for (size_t i = 0; i < files->count && s == KL_OK; i++) {
        if (asked[i].git.size == SIZE_MAX)
            continue;
        buf_init_secret(&asked[i].blob->bytes, max_bytes);
        asked[kept++] = asked[i];
    }
    files->count = kept;
    return s;
}

enum kl_status git_index_blobs(const char *top, struct git_blob *blobs, size_t count, size_t max_bytes,
                               struct error *e) {
    struct arena arena = ARENA_INIT;
    struct asked *asked = arena_calloc(&arena, count + 1, sizeof *asked);
    const struct git_place at = {top, GIT_OF_FOLDER};
    struct git_files files = GIT_FILES(asked, count, git);
    enum kl_status s = KL_OK;
    for (size_t i = 0; i < count && s == KL_OK; i++) {
        blobs[i].found = false;
        asked[i].blob = &blobs[i];
        asked[i].git.name = slice_cstr(arena_printf(&arena, ":%s", blobs[i].path));
        if (strchr(blobs[i].path, '\n'))
            s = error_set(e, KL_ERR_UNSUPPORTED, "%s: git cannot be asked about a name with a line end",
                          blobs[i].path);
    }
    if (s == KL_OK)
        s = find_sizes(&at, &files, asked, max_bytes, e);
    for (size_t end, i = 0; i < files.count && s == KL_OK; i = end) {
        end = git_group_end(&files, i, GROUP_BYTES, SIZE_MAX);
        s = git_read_each(&at, &files, i, end, take_bytes, asked, e);
    }
    for (size_t i = 0; i < files.count && s == KL_OK; i++)
        if (!buf_ok(&asked[i].blob->bytes))
            s = error_set(e, KL_ERR_LIMIT, "what git has of %s is larger than %zu bytes", asked[i].blob->path,
                          max_bytes);
    arena_release(&arena);
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
