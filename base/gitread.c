/* gitread.c: see gitread.h. (git's documentation: git-cat-file.) */
#include "base/gitread.h"

#include <stdlib.h>

#include "base/mem.h"

#define ANSWER_MAX ((size_t)512 << 20) /* about sizes */
#define LINE_MAX_BYTES 256u            /* about one object, beside its name */
#define KEEP_BYTES ((size_t)4 << 20)   /* of room for one file that the next one gets, too */

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
    struct buf names = BUF_INIT(ANSWER_MAX);
    size_t room = put_names(files, 0, files->count, &names);
    enum kl_status s = buf_ok(&names) ? git_ask(at, args, buf_as_slice(&names), room, &r, e)
                                      : error_set(e, KL_ERR_LIMIT, "%s: too many files", at->folder);
    buf_release(&names);
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

/* What `cat-file --batch` writes: for each name a line, and behind it the bytes and a line end. */
struct stream {
    const struct git_place *at;
    size_t next, end; /* files that are to come */
    size_t size;      /* of the next one, once its line is read; else SIZE_MAX */
    struct buf held;  /* the beginning of a line, or of a file and its line end */
    void (*fn)(void *ctx, size_t index, struct slice bytes);
    void *ctx;
};

/* The rest of what is held, and all of it. */
static struct slice join_held(struct stream *s, struct slice rest) {
    if (s->held.len == 0)
        return rest;
    buf_slice(&s->held, rest);
    return buf_as_slice(&s->held);
}

static void drop_held(struct stream *s) {
    if (s->held.cap > KEEP_BYTES)
        buf_release(&s->held); /* one huge file must not cost its memory for the whole run */
    s->held.len = 0;
}

/* The line that tells of the next file, as far as it is there. */
static void take_line(struct stream *s, struct slice piece, size_t *at) {
    size_t line_end = slice_find_byte(piece, '\n', *at), unused = 0;
    struct slice part = slice_sub(piece, *at, line_end == SIZE_MAX ? piece.len : line_end + 1);
    *at += part.len;
    if (line_end == SIZE_MAX) {
        buf_slice(&s->held, part);
        return;
    }
    s->size = next_size(join_held(s, part), &unused);
    drop_held(s);
    if (s->size == SIZE_MAX)
        s->fn(s->ctx, s->next++, (struct slice){0});
}

/* Its bytes and the line end behind them, as far as they are there. */
static void take_file(struct stream *s, struct slice piece, size_t *at) {
    size_t missing = s->size - s->held.len + 1;
    bool whole = piece.len - *at >= missing;
    struct slice part = slice_sub(piece, *at, whole ? *at + missing : piece.len);
    *at += part.len;
    if (!whole) {
        buf_slice(&s->held, part);
        return;
    }
    struct slice bytes = join_held(s, part);
    if (buf_ok(&s->held))
        s->fn(s->ctx, s->next++, slice_sub(bytes, 0, s->size));
    drop_held(s);
    s->size = SIZE_MAX;
}

static enum kl_status take_piece(void *ctx, struct slice piece, struct error *e) {
    struct stream *s = ctx;
    for (size_t at = 0; at < piece.len && s->next < s->end && buf_ok(&s->held);) {
        if (s->size == SIZE_MAX)
            take_line(s, piece, &at);
        else
            take_file(s, piece, &at);
    }
    return buf_ok(&s->held)
               ? KL_OK
               : error_set(e, KL_ERR_PARSE, "%s: an answer of git cat-file is too long", s->at->folder);
}

enum kl_status git_read_each(const struct git_place *at, const struct git_files *files, size_t first,
                             size_t end, void (*fn)(void *ctx, size_t index, struct slice bytes), void *ctx,
                             struct error *e) {
    static const char *const args[] = {"cat-file", "--batch", "--buffer", NULL};
    struct buf names = BUF_INIT(ANSWER_MAX);
    struct stream s = {.at = at, .next = first, .end = end, .size = SIZE_MAX, .fn = fn, .ctx = ctx};
    size_t max = put_names(files, first, end, &names);
    for (size_t i = first; i < end; i++)
        max += file_at(files, i)->size;
    buf_init_secret(&s.held, max);
    enum kl_status status = KL_OK;
    if (!buf_ok(&names))
        status = error_set(e, KL_ERR_LIMIT, "%s: too many files", at->folder);
    else if (first < end)
        status =
            git_ask_in_pieces(at, args, buf_as_slice(&names), (struct git_output){max, take_piece, &s}, e);
    if (status == KL_OK && s.next < end)
        status = error_set(e, KL_ERR_PARSE, "%s: an answer of git cat-file is cut off", at->folder);
    buf_release(&names);
    buf_release(&s.held);
    return status;
}

/* A group that is kept until its last file is there. */
struct kept {
    const struct git_files *files;
    size_t first, total; /* bytes that there will be, if the sizes are right */
    size_t *ends;        /* of each in `all`; that of the one before it where there is no such file */
    bool *is_there;
    struct buf all;
};

static void keep(void *ctx, size_t index, struct slice bytes) {
    struct kept *k = ctx;
    if (k->all.cap == 0 && bytes.len == file_at(k->files, index)->size && !buf_reserve(&k->all, k->total))
        return; /* which buf_ok tells */
    buf_slice(&k->all, bytes);
    k->ends[index - k->first] = k->all.len;
    k->is_there[index - k->first] = bytes.ptr != NULL;
}

enum kl_status git_read_group(const struct git_place *at, const struct git_files *files, size_t first,
                              size_t end, void (*fn)(void *ctx, size_t index, struct slice bytes), void *ctx,
                              struct error *e) {
    size_t count = end > first ? end - first : 0;
    struct kept k = {.files = files, .first = first};
    for (size_t i = first; i < end; i++)
        k.total += file_at(files, i)->size;
    buf_init_secret(&k.all, k.total);
    k.ends = mem_calloc(count, sizeof *k.ends);
    k.is_there = mem_calloc(count, sizeof *k.is_there);
    enum kl_status s = git_read_each(at, files, first, end, keep, &k, e);
    if (s == KL_OK && !buf_ok(&k.all))
        s = error_set(e, KL_ERR_LIMIT, "%s: the answer of git cat-file is too long", at->folder);
    for (size_t i = 0, from = 0; i < count && s == KL_OK; from = k.ends[i++]) {
        struct slice all = k.all.len > 0 ? buf_as_slice(&k.all) : slice_of("", 0);
        fn(ctx, first + i, k.is_there[i] ? slice_sub(all, from, k.ends[i]) : (struct slice){0});
    }
    buf_release(&k.all);
    free(k.ends);
    free(k.is_there);
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
