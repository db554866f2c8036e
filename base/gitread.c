/* gitread.c: see gitread.h. (git's documentation: git-cat-file.) */
#include "base/gitread.h"

#define ANSWER_MAX ((size_t)512 << 20) /* about sizes */
#define LINE_MAX_BYTES 256u            /* about one object, beside its name */
#define ANSWER_BYTES (64u + 16u)       /* what git says of one, mostly */

static struct git_file *file_at(const struct git_files *files, size_t index) {
    return (struct git_file *)(void *)(files->first + index * files->stride);
}

/* One a line, as git takes them on standard input; the room that its answers need beside the bytes. */
static size_t put_names(const struct git_files *files, size_t first, size_t end, struct buf *out) {
    size_t room = 0;
    for (size_t i = first; i < end; i++) {
        struct slice name = file_at(files, i)->name;
        buf_slice(out, name);
        buf_char(out, '\n');
        room += name.len + LINE_MAX_BYTES;
    }
    return room;
}

static enum kl_status ask(const struct git_place *at, const char *const *args, const struct git_files *files,
                          size_t first, size_t end, size_t bytes, struct process_result *r, struct error *e) {
    struct buf names = BUF_INIT(ANSWER_MAX);
    size_t room = put_names(files, first, end, &names);
    const struct git_output output = {.max = bytes + room, .expected = bytes + (end - first) * ANSWER_BYTES};
    enum kl_status s = buf_ok(&names) ? git_ask_much(at, args, buf_as_slice(&names), output, r, e)
                                      : error_set(e, KL_ERR_LIMIT, "%s: too many files", at->folder);
    buf_release(&names);
    return s;
}

static size_t read_number(struct slice text) {
    size_t value = 0;
    for (size_t i = 0; i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '9'; i++)
        value = value < SIZE_MAX / 16 ? value * 10 + (size_t)(text.ptr[i] - '0') : value;
    return value;
}

/* "<id> blob <size>", or "<name> missing"; a name may have blanks. Moves *at behind the line. */
static size_t next_size(struct slice out, size_t *at) {
    size_t end = slice_find_byte(out, '\n', *at);
    end = end == SIZE_MAX ? out.len : end;
    struct slice line = slice_sub(out, *at, end);
    *at = end + 1;
    bool file = slice_eq_cstr(slice_word(line, 1), "blob") && !slice_ends(line, " missing");
    return file ? read_number(slice_word(line, 2)) : SIZE_MAX;
}

enum kl_status git_read_sizes(const struct git_place *at, const struct git_files *files, struct error *e) {
    static const char *const args[] = {"cat-file", "--batch-check", "--buffer", NULL};
    struct process_result r = {0};
    for (size_t i = 0; i < files->count; i++)
        file_at(files, i)->size = SIZE_MAX;
    if (files->count == 0)
        return KL_OK;
    enum kl_status s = ask(at, args, files, 0, files->count, 0, &r, e);
    struct slice out = buf_as_slice(&r.out);
    for (size_t i = 0, k = 0; s == KL_OK && i < out.len && k < files->count; k++)
        file_at(files, k)->size = next_size(out, &i);
    process_result_release(&r);
    return s;
}

size_t git_group_end(const struct git_files *files, size_t first, size_t max_bytes, size_t max_files) {
    size_t end = first, bytes = 0;
    for (; end < files->count && end - first < max_files; end++) {
        size_t size = file_at(files, end)->size;
        if (end > first && bytes + size > max_bytes)
            break;
        bytes += size;
    }
    return end;
}

enum kl_status git_read_group(const struct git_place *at, const struct git_files *files, size_t first,
                              size_t end, void (*fn)(void *ctx, size_t index, struct slice bytes), void *ctx,
                              struct error *e) {
    static const char *const args[] = {"cat-file", "--batch", "--buffer", NULL};
    struct process_result r = {0};
    size_t bytes = 0;
    for (size_t i = first; i < end; i++)
        bytes += file_at(files, i)->size;
    if (first == end)
        return KL_OK;
    enum kl_status s = ask(at, args, files, first, end, bytes, &r, e);
    struct slice out = buf_as_slice(&r.out);
    for (size_t i = 0; s == KL_OK && first < end; first++) {
        bool cut = i >= out.len;
        size_t size = cut ? 0 : next_size(out, &i);
        if (size == SIZE_MAX) {
            fn(ctx, first, (struct slice){0});
        } else if (cut || i > out.len || size > out.len - i) {
            s = error_set(e, KL_ERR_PARSE, "%s: an answer of git cat-file is cut off", at->folder);
        } else {
            fn(ctx, first, slice_sub(out, i, i + size));
            i += size + 1;
        }
    }
    process_result_release(&r);
    return s;
}

static enum kl_status next_of_stream(void *ctx, size_t want, struct buf *out, struct error *e) {
    return process_stream_next(ctx, want, out, e);
}

enum kl_status git_read_large(const struct git_place *at, struct slice name,
                              void (*fn)(void *ctx, struct byte_source from), void *ctx, struct error *e) {
    struct arena arena = ARENA_INIT;
    const char *const args[] = {"cat-file", "blob", arena_cstr(&arena, name), NULL};
    struct process_stream *stream;
    enum kl_status s = git_stream_open(&stream, at, args, e);
    if (s == KL_OK) {
        fn(ctx, (struct byte_source){.next = next_of_stream, .ctx = stream});
        const char *said = arena_cstr(&arena, slice_trim(process_stream_said(stream)));
        int code = process_stream_close(stream);
        if (code > 0)
            s = error_set(e, KL_ERR_IO, "git cat-file failed in %s: %s", at->folder, said);
    }
    arena_release(&arena);
    return s;
}
