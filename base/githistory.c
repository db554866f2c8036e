/* githistory.c: see githistory.h. (git's documentation: git-rev-list, git-diff-tree, git-cat-file.) */
#include "base/githistory.h"

#define ANSWER_MAX ((size_t)512 << 20) /* of one call */
#define LINE_MAX_BYTES 256u            /* a word or two */

/* Both with one question: whether the clone has not all commits, and whether there is a stash. */
static void ask_state(const struct git_place *at, bool *shallow, bool *stashed) {
    const char *const args[] = {"rev-parse", "--is-shallow-repository", "--glob=refs/stas[h]", NULL};
    struct process_result r = {0};
    struct error ignored = {0};
    bool told = git_ask(at, args, (struct slice){0}, LINE_MAX_BYTES, &r, &ignored) == KL_OK;
    struct slice out = told ? slice_trim(buf_as_slice(&r.out)) : (struct slice){0};
    *shallow = slice_starts(out, "true");
    *stashed = slice_find_byte(out, '\n', 0) != SIZE_MAX;
    process_result_release(&r);
}

bool git_is_shallow(const struct git_place *at) {
    bool shallow, unused;
    ask_state(at, &shallow, &unused);
    return shallow;
}

/* Those that `git stash list` has: refs/stash is the newest alone. */
static void add_stashes(const struct git_place *at, struct buf *revisions) {
    static const char *const args[] = {"reflog", "show", "--format=%H", "refs/stash", NULL};
    struct process_result r = {0};
    struct error ignored = {0};
    if (git_run_in(at->folder, at->which, args, (struct slice){0}, ANSWER_MAX, &r, &ignored) == KL_OK &&
        r.exit_code == 0)
        buf_slice(revisions, buf_as_slice(&r.out));
    process_result_release(&r);
}

enum kl_status git_commits(const struct git_place *at, struct slice revisions, size_t max,
                           struct git_commits *out, struct error *e) {
    struct arena a = ARENA_INIT;
    const char *const args[] = {"rev-list",
                                "--reverse",
                                "--topo-order", /* dates may lie */
                                arena_printf(&a, "--max-count=%zu", max + 1),
                                "--stdin",
                                revisions.len > 0 ? NULL : "--all",
                                NULL};
    struct process_result r = {0};
    struct buf input = BUF_INIT(ANSWER_MAX);
    buf_slice(&input, revisions);
    *out = (struct git_commits){.ids = BUF_INIT(ANSWER_MAX)};
    bool stashed;
    ask_state(at, &out->shallow, &stashed);
    if (revisions.len == 0 && stashed)
        add_stashes(at, &input);
    enum kl_status s = git_ask(at, args, buf_as_slice(&input), ANSWER_MAX, &r, e);
    struct slice ids = buf_as_slice(&r.out);
    for (size_t i = 0; s == KL_OK && (i = slice_find_byte(ids, '\n', i)) != SIZE_MAX; i++)
        out->count++;
    out->more = out->count > max;
    if (s == KL_OK && out->more) {
        size_t first = slice_find_byte(ids, '\n', 0);
        ids = slice_sub(ids, first + 1, ids.len);
        out->count--;
    }
    if (s == KL_OK)
        buf_slice(&out->ids, ids);
    process_result_release(&r);
    buf_release(&input);
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

/* The id, where the mode is that of a file. */
static struct slice file_id(struct slice mode, struct slice id) {
    return slice_starts(mode, "100") && id.len < GIT_ID_MAX ? id : (struct slice){0};
}

static unsigned count_colons(struct slice token) {
    unsigned n = 0;
    while (n < token.len && token.ptr[n] == ':')
        n++;
    return n;
}

/* ":<mode> <mode> <id> <id> <status>": before and after; of a merge, a colon, a mode and an id for each
 * parent. */
static void tell_change(struct slice token, struct git_change *change,
                        void (*fn)(void *ctx, const struct git_change *c), void *ctx) {
    unsigned parents = count_colons(token);
    token = slice_sub(token, parents, token.len);
    change->id = file_id(slice_word(token, parents), slice_word(token, 2 * parents + 1));
    for (unsigned i = 0; i < parents; i++) {
        change->before = file_id(slice_word(token, i), slice_word(token, parents + 1 + i));
        if (change->before.len + change->id.len > 0)
            fn(ctx, change);
    }
}

/* "C<commit> <date>", then what changed. Of a merge, that is what all of its parents have otherwise. */
enum kl_status git_changes(const struct git_place *at, struct slice ids,
                           void (*fn)(void *ctx, const struct git_change *c), void *ctx, struct error *e) {
    static const char *const args[] = {
        "diff-tree",   "--stdin",      "-r", "-c",         "--root",           "--raw",
        "--no-abbrev", "--no-renames", "-z", "--relative", "--format=C%H %aI", NULL};
    struct process_result r = {0};
    struct git_change change = {0};
    enum kl_status s = git_ask(at, args, ids, ANSWER_MAX, &r, e);
    struct slice out = buf_as_slice(&r.out);
    for (size_t i = 0; s == KL_OK && i < out.len;) {
        struct slice token = next_token(out, &i);
        if (slice_starts(token, "C")) {
            change.commit = slice_word(slice_sub(token, 1, token.len), 0);
            change.date = slice_word(token, 1);
        } else if (slice_starts(token, ":")) {
            change.path = next_token(out, &i);
            tell_change(token, &change, fn, ctx);
        }
    }
    process_result_release(&r);
    return s;
}

/* "<mode> blob <id>" TAB path NUL. */
enum kl_status git_tree(const struct git_place *at, const char *commit,
                        void (*fn)(void *ctx, struct slice id), void *ctx, struct error *e) {
    const char *const args[] = {"ls-tree", "-r", "-z", commit, NULL};
    struct process_result r = {0};
    enum kl_status s = git_run_in(at->folder, at->which, args, (struct slice){0}, ANSWER_MAX, &r, e);
    struct slice out = s == KL_OK && r.exit_code == 0 ? buf_as_slice(&r.out) : (struct slice){0};
    for (size_t i = 0; i < out.len;) {
        struct slice line = next_token(out, &i), head = slice_sub(line, 0, slice_find_byte(line, '\t', 0));
        struct slice id = file_id(head, slice_word(head, 2));
        if (id.len > 0)
            fn(ctx, id);
    }
    process_result_release(&r);
    return s;
}

/* "<id> <type>". */
enum kl_status git_objects(const struct git_place *at, struct buf *commits,
                           void (*fn)(void *ctx, struct slice id), void *ctx, struct error *e) {
    static const char *const args[] = {"cat-file",
                                       "--batch-all-objects",
                                       "--unordered",
                                       "--buffer",
                                       "--batch-check=%(objectname) %(objecttype)",
                                       NULL};
    struct process_result r = {0};
    enum kl_status s = git_ask(at, args, (struct slice){0}, ANSWER_MAX, &r, e);
    struct slice out = s == KL_OK ? buf_as_slice(&r.out) : (struct slice){0};
    for (size_t i = 0; i < out.len;) {
        size_t end = slice_find_byte(out, '\n', i);
        struct slice line = slice_sub(out, i, end), id = slice_word(line, 0), type = slice_word(line, 1);
        if (commits && slice_eq_cstr(type, "commit")) {
            buf_slice(commits, id);
            buf_char(commits, '\n');
        } else if (fn && slice_eq_cstr(type, "blob") && id.len > 0 && id.len < GIT_ID_MAX) {
            fn(ctx, id);
        }
        i = end == SIZE_MAX ? out.len : end + 1;
    }
    if (s == KL_OK && commits && !buf_ok(commits))
        s = error_set(e, KL_ERR_LIMIT, "%s: too many commits", at->folder);
    process_result_release(&r);
    return s;
}
