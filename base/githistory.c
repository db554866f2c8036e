/* githistory.c: see githistory.h. (git's documentation: git-rev-list, git-diff-tree,
 * git-cat-file.) */
#include "base/githistory.h"

#define ANSWER_MAX ((size_t)512 << 20) /* of one call */
#define ID_MIN 40u                     /* SHA-1 in hex */
#define LINE_MAX_BYTES 256u            /* of cat-file about one object */

/* KL_OK only when git has done all of it. */
static enum kl_status run(const char *top, const char *const *args, struct slice input, size_t max,
                          struct process_result *r, struct error *e) {
    enum kl_status s = git_run(top, args, input, max, r, e);
    if (s == KL_OK && r->exit_code != 0) {
        s = error_set(e, KL_ERR_IO, "git %s failed in %s: %.*s", args[0], top,
                      SLICE_ARG(slice_trim(buf_as_slice(&r->err))));
        process_result_release(r);
    }
    return s;
}

static bool is_shallow(const char *top) {
    const char *const args[] = {"rev-parse", "--is-shallow-repository", NULL};
    struct process_result r = {0};
    struct error ignored = {0};
    bool shallow = run(top, args, (struct slice){0}, LINE_MAX_BYTES, &r, &ignored) == KL_OK &&
                   slice_eq_cstr(slice_trim(buf_as_slice(&r.out)), "true");
    process_result_release(&r);
    return shallow;
}

enum kl_status git_commits(const char *top, size_t max, struct git_commits *out, struct error *e) {
    struct arena a = ARENA_INIT;
    const char *const args[] = {"rev-list", "--all", "--reverse",
                                arena_printf(&a, "--max-count=%zu", max + 1), NULL};
    struct process_result r = {0};
    *out = (struct git_commits){.ids = BUF_INIT(ANSWER_MAX)};
    enum kl_status s = run(top, args, (struct slice){0}, ANSWER_MAX, &r, e);
    struct slice ids = buf_as_slice(&r.out);
    for (size_t at = 0; s == KL_OK && (at = slice_find_byte(ids, '\n', at)) != SIZE_MAX; at++)
        out->count++;
    out->more = out->count > max;
    if (s == KL_OK && out->more) {
        size_t first = slice_find_byte(ids, '\n', 0);
        ids = slice_sub(ids, first + 1, ids.len);
        out->count--;
    }
    if (s == KL_OK)
        buf_slice(&out->ids, ids);
    out->shallow = s == KL_OK && is_shallow(top);
    process_result_release(&r);
    arena_release(&a);
    return s;
}

/* The next text up to a NUL, without the line ends before it. */
static struct slice next_token(struct slice text, size_t *at) {
    while (*at < text.len && text.ptr[*at] == '\n')
        (*at)++;
    size_t end = slice_find_byte(text, '\0', *at);
    end = end == SIZE_MAX ? text.len : end;
    struct slice token = slice_sub(text, *at, end);
    *at = end + 1;
    return token;
}

static struct slice word(struct slice line, unsigned number) {
    size_t at = 0;
    for (; number > 0; number--) {
        size_t blank = slice_find_byte(line, ' ', at);
        at = blank == SIZE_MAX ? line.len : blank + 1;
    }
    size_t end = slice_find_byte(line, ' ', at);
    return slice_sub(line, at, end);
}

static bool is_file_mode(struct slice mode) {
    return slice_starts(mode, "100");
}

/* "C<commit> <date>", then for each file ":<mode> <mode> <id> <id> <status>" and its path. */
enum kl_status git_changes(const char *top, struct slice ids,
                           void (*fn)(void *ctx, const struct git_change *c), void *ctx, struct error *e) {
    static const char *const args[] = {"diff-tree", "--stdin",     "-r",           "-m", "--root",
                                       "--raw",     "--no-abbrev", "--no-renames", "-z", "--format=C%H %aI",
                                       NULL};
    struct process_result r = {0};
    struct git_change change = {0};
    enum kl_status s = run(top, args, ids, ANSWER_MAX, &r, e);
    struct slice out = buf_as_slice(&r.out);
    for (size_t at = 0; s == KL_OK && at < out.len;) {
        struct slice token = next_token(out, &at);
        if (slice_starts(token, "C")) {
            change.commit = word(slice_sub(token, 1, token.len), 0);
            change.date = word(token, 1);
            continue;
        }
        if (!slice_starts(token, ":"))
            continue;
        change.id = word(token, 3);
        change.path = next_token(out, &at);
        if (is_file_mode(word(token, 1)) && change.id.len < GIT_ID_MAX)
            fn(ctx, &change);
    }
    process_result_release(&r);
    return s;
}

static size_t read_number(struct slice text) {
    size_t value = 0;
    for (size_t i = 0; i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '9'; i++)
        value = value < SIZE_MAX / 16 ? value * 10 + (size_t)(text.ptr[i] - '0') : value;
    return value;
}

/* "<id> blob <size>", or "<id> missing". */
static size_t size_in(struct slice line) {
    return slice_eq_cstr(word(line, 1), "blob") ? read_number(word(line, 2)) : SIZE_MAX;
}

enum kl_status git_sizes(const char *top, struct slice ids, void (*fn)(void *ctx, size_t index, size_t size),
                         void *ctx, struct error *e) {
    static const char *const args[] = {"cat-file", "--batch-check", "--buffer", NULL};
    struct process_result r = {0};
    enum kl_status s = run(top, args, ids, ANSWER_MAX, &r, e);
    struct slice out = buf_as_slice(&r.out);
    size_t index = 0;
    for (size_t at = 0; s == KL_OK && at < out.len;) {
        size_t end = slice_find_byte(out, '\n', at);
        end = end == SIZE_MAX ? out.len : end;
        fn(ctx, index++, size_in(slice_sub(out, at, end)));
        at = end + 1;
    }
    process_result_release(&r);
    return s;
}

enum kl_status git_contents(const char *top, struct slice ids, size_t max_bytes,
                            void (*fn)(void *ctx, size_t index, struct slice bytes), void *ctx,
                            struct error *e) {
    static const char *const args[] = {"cat-file", "--batch", "--buffer", NULL};
    struct process_result r = {0};
    size_t lines = ids.len / ID_MIN + 1;
    enum kl_status s = run(top, args, ids, max_bytes + lines * LINE_MAX_BYTES, &r, e);
    struct slice out = buf_as_slice(&r.out);
    size_t index = 0;
    for (size_t at = 0; s == KL_OK && at < out.len;) {
        size_t end = slice_find_byte(out, '\n', at);
        end = end == SIZE_MAX ? out.len : end;
        size_t size = size_in(slice_sub(out, at, end));
        at = end + 1;
        if (size == SIZE_MAX) {
            fn(ctx, index++, (struct slice){0});
            continue;
        }
        if (at + size > out.len) {
            s = error_set(e, KL_ERR_PARSE, "%s: an answer of git cat-file is cut off", top);
            break;
        }
        fn(ctx, index++, slice_sub(out, at, at + size));
        at += size + 1;
    }
    process_result_release(&r);
    return s;
}
