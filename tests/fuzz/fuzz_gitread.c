/* fuzz_gitread.c: what git answers: the files out of its packs, sizes, changes, trees and lists of objects.
 * git is not asked: any bytes may be its answer. A file is told of once, in order, with bytes of the answer,
 * and the same wherever the answer is cut into pieces. The first byte says how it is cut, the second how many
 * files were asked for. */
#define git_ask fuzz_git_ask
#define git_run_in fuzz_git_run_in
#define git_ask_in_pieces fuzz_git_ask_in_pieces
/* The readers themselves, so that they ask the functions below. */
#include "base/githistory.c"
#undef ANSWER_MAX
#undef LINE_MAX_BYTES
#include "base/gitread.c"

#include "tests/fuzz/support.h"

#define FILES_MAX 16u

static struct {
    struct slice answer;
    size_t piece;
} git;

enum kl_status fuzz_git_run_in(const char *folder, enum git_repository which, const char *const *args,
                               struct slice input, size_t max_output, struct process_result *out,
                               struct error *e) {
    (void)folder, (void)which, (void)args, (void)input;
    *out = (struct process_result){0};
    if (git.answer.len > max_output)
        return error_set(e, KL_ERR_LIMIT, "too long");
    buf_init(&out->out, max_output);
    buf_slice(&out->out, git.answer);
    return KL_OK;
}

enum kl_status fuzz_git_ask(const struct git_place *at, const char *const *args, struct slice input,
                            size_t max_output, struct process_result *out, struct error *e) {
    return fuzz_git_run_in(at->folder, at->which, args, input, max_output, out, e);
}

enum kl_status fuzz_git_ask_in_pieces(const struct git_place *at, const char *const *args, struct slice input,
                                      struct git_output output, struct error *e) {
    enum kl_status s = KL_OK;
    (void)at, (void)args, (void)input;
    for (size_t i = 0; i < git.answer.len && s == KL_OK; i += git.piece)
        s = i >= output.max ? error_set(e, KL_ERR_LIMIT, "too long")
                            : output.take(output.ctx, slice_sub(git.answer, i, i + git.piece), e);
    return s;
}

/* What was told, one file after the other. */
struct told {
    size_t next;
    struct buf text;
};

static void tell(void *ctx, size_t index, struct slice bytes) {
    struct told *t = ctx;
    if (index != t->next++)
        fuzz_fail("file %zu in the place of file %zu", index, t->next - 1);
    buf_printf(&t->text, "%zu: %s %zu\n", index, bytes.ptr ? "file" : "none", bytes.len);
    buf_slice(&t->text, bytes);
}

static void check_files(struct git_files *files) {
    static const struct git_place place = {.folder = "."};
    struct told pieces = {.text = BUF_INIT(1 << 20)}, whole = {.text = BUF_INIT(1 << 20)},
                group = {.text = BUF_INIT(1 << 20)};
    struct error e = {0}, again = {0}, kept = {0};
    size_t piece = git.piece;
    enum kl_status s = git_read_each(&place, files, 0, files->count, tell, &pieces, &e);
    git.piece = SIZE_MAX / 2;
    enum kl_status t = git_read_each(&place, files, 0, files->count, tell, &whole, &again);
    git.piece = piece;
    if (s != t || !slice_eq(buf_as_slice(&pieces.text), buf_as_slice(&whole.text)))
        fuzz_fail("pieces of %zu bytes tell of other files", piece);
    if (s == KL_OK && whole.next != files->count)
        fuzz_fail("%zu files told of %zu", whole.next, files->count);
    if (git_read_group(&place, files, 0, files->count, tell, &group, &kept) == KL_OK &&
        (s != KL_OK || !slice_eq(buf_as_slice(&group.text), buf_as_slice(&whole.text))))
        fuzz_fail("as a group they are other files");
    if ((s != KL_OK && !e.message[0]) || (kept.status != KL_OK && !kept.message[0]))
        fuzz_fail("an error without a message");
    buf_release(&pieces.text);
    buf_release(&whole.text);
    buf_release(&group.text);
}

static void check_slice(struct slice s) {
    if (s.len > git.answer.len)
        fuzz_fail("more than git has said");
}

static void see_change(void *ctx, const struct git_change *c) {
    (void)ctx;
    check_slice(c->commit);
    check_slice(c->date);
    check_slice(c->path);
    if (c->id.len >= GIT_ID_MAX || c->before.len >= GIT_ID_MAX || c->id.len + c->before.len == 0)
        fuzz_fail("a change with ids of %zu and %zu bytes", c->id.len, c->before.len);
}

static void see_id(void *ctx, struct slice id) {
    (void)ctx;
    if (id.len == 0 || id.len >= GIT_ID_MAX)
        fuzz_fail("an id of %zu bytes", id.len);
}

static void check_history(void) {
    static const struct git_place place = {.folder = "."};
    struct git_commits commits = {0};
    struct buf ids = BUF_INIT(1 << 20);
    struct error e = {0};
    (void)git_is_shallow(&place);
    if (git_commits(&place, slice_of("", 0), 3, &commits, &e) != KL_OK || commits.ids.len > git.answer.len)
        fuzz_fail("%zu commits: %s", commits.count, e.message);
    buf_release(&commits.ids);
    if (git_changes(&place, slice_of("", 0), see_change, NULL, &e) != KL_OK ||
        git_tree(&place, "HEAD", see_id, NULL, &e) != KL_OK ||
        git_objects(&place, &ids, see_id, NULL, &e) != KL_OK)
        fuzz_fail("%s", e.message);
    buf_release(&ids);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2 || size > 60000)
        return 0;
    struct git_file asked[FILES_MAX];
    struct git_files files = {(char *)asked, sizeof *asked, 1u + data[1] % FILES_MAX};
    struct error e = {0};
    static const struct git_place place = {.folder = "."};
    git.answer = slice_of(data + 2, size - 2);
    git.piece = 1u + data[0] % 64;
    for (size_t i = 0; i < files.count; i++)
        asked[i] = (struct git_file){.name = SLICE_LIT(":a name")};
    if (git_read_sizes(&place, &files, &e) != KL_OK && !e.message[0])
        fuzz_fail("an error without a message");
    size_t end = git_group_end(&files, 0, size, 4);
    if (end == 0 || end > 4 || end > files.count)
        fuzz_fail("a group of %zu", end);
    for (size_t i = 0; i < files.count;
         i++) /* as asked for in a second call: what it is, or will turn out not to be */
        asked[i].size = i % 3 == 2 ? 0 : size;
    check_files(&files);
    check_history();
    return 0;
}
