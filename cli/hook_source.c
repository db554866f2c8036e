/* hook_source.c: see hook_source.h. (githooks(5): pre-push gets "<local ref> <local id> <remote ref> <remote
 * id>" for each ref, pre-receive "<old id> <new id> <ref>"; an id of zeros stands for none.) */
#include "cli/hook_source.h"

#include "base/file.h"
#include "base/git.h"

#define LINES_MAX ((size_t)64 << 20)
#define ID_MIN 40u /* SHA-1 in hex */
#define ID_MAX 64u /* SHA-256 */

/* Which word of a line is what. */
struct hook_line {
    unsigned words, ours, theirs;
    const char *form;
};
static const struct hook_line lines_of[] = {
    [HOOK_PRE_PUSH] = {4, 1, 3, "<local ref> <local id> <remote ref> <remote id>"},
    [HOOK_PRE_RECEIVE] = {3, 1, 0, "<old id> <new id> <ref>"},
};

static const char *const HERE[] = {".", NULL};

struct lines {
    struct cli *c;
    const struct hook_line *form;
    struct buf ids;   /* that come */
    struct buf known; /* that are there already, as far as is said */
    size_t count;
};

static bool is_id(struct slice word) {
    for (size_t i = 0; i < word.len; i++)
        if (!(word.ptr[i] >= '0' && word.ptr[i] <= '9') && !(word.ptr[i] >= 'a' && word.ptr[i] <= 'f'))
            return false;
    return word.len == ID_MIN || word.len == ID_MAX;
}

/* False if the line is not of the form. */
static bool take_line(struct lines *l, struct slice line) {
    struct slice ours = slice_word(line, l->form->ours), theirs = slice_word(line, l->form->theirs);
    bool whole = slice_word(line, l->form->words - 1).len > 0 && slice_word(line, l->form->words).len == 0;
    if (!whole || !is_id(ours) || !is_id(theirs))
        return false;
    if (git_id_is_none(ours))
        return true; /* a ref is deleted */
    buf_printf(&l->ids, "%.*s\n", SLICE_ARG(ours));
    l->count++;
    if (!git_id_is_none(theirs))
        buf_printf(&l->known, "%.*s\n", SLICE_ARG(theirs));
    return true;
}

static enum kl_status read_lines(struct lines *l, struct error *e) {
    struct buf text = BUF_INIT(LINES_MAX);
    enum kl_status s = file_read_fd(0, "standard input", LINES_MAX, &text, e);
    struct slice all = buf_as_slice(&text);
    for (size_t at = 0; at < all.len && s == KL_OK;) {
        size_t end = slice_find_byte(all, '\n', at);
        end = end == SIZE_MAX ? all.len : end;
        if (!take_line(l, slice_sub(all, at, end)))
            s = error_set(e, KL_ERR_USAGE,
                          "standard input has a line that git does not write to this hook: \"%s\"",
                          l->form->form);
        at = end + 1;
    }
    buf_release(&text);
    return s;
}

static enum kl_status ask_git(const char *const *args, struct slice input, struct process_result *r,
                              struct error *e) {
    enum kl_status s = git_run_in(".", GIT_OF_HOOK, args, input, LINES_MAX, r, e);
    if (s == KL_OK && r->exit_code != 0)
        s = error_set(e, KL_ERR_IO, "git %s failed: %.*s", args[0],
                      SLICE_ARG(slice_trim(buf_as_slice(&r->err))));
    return s;
}

/* What the other side has may be unknown here, until it is fetched. */
static enum kl_status leave_out_known(struct lines *l, struct buf *range, struct error *e) {
    static const char *const args[] = {"cat-file", "--batch-check=^%(objectname) %(objecttype)", NULL};
    struct process_result r = {0};
    enum kl_status s = ask_git(args, buf_as_slice(&l->known), &r, e);
    struct slice out = buf_as_slice(&r.out);
    for (size_t at = 0; at < out.len && s == KL_OK;) {
        size_t end = slice_find_byte(out, '\n', at);
        end = end == SIZE_MAX ? out.len : end;
        struct slice line = slice_sub(out, at, end);
        if (slice_starts(line, "^"))
            buf_printf(range, "%.*s\n", SLICE_ARG(slice_sub(line, 0, slice_find_byte(line, ' ', 0))));
        at = end + 1;
    }
    process_result_release(&r);
    return s;
}

/* All that a remote was seen to have; on a server, all that it has. */
static enum kl_status leave_out_refs(struct cli *c, struct buf *range, struct error *e) {
    const char *refs = c->options.hook == HOOK_PRE_RECEIVE ? "refs"
                       : c->options.remote != NULL
                           ? arena_printf(&c->arena, "refs/remotes/%s", c->options.remote)
                           : NULL;
    const char *const args[] = {"for-each-ref", "--format=^%(objectname)", refs, NULL};
    struct process_result r = {0};
    if (refs == NULL)
        return KL_OK;
    enum kl_status s = ask_git(args, (struct slice){0}, &r, e);
    if (s == KL_OK)
        buf_slice(range, buf_as_slice(&r.out));
    process_result_release(&r);
    return s;
}

static const char *const *split_ids(struct cli *c, struct slice ids, size_t count) {
    const char **out = arena_calloc(&c->arena, count + 1, sizeof *out);
    for (size_t i = 0, at = 0; i < count; i++) {
        size_t end = slice_find_byte(ids, '\n', at);
        out[i] = arena_cstr(&c->arena, slice_sub(ids, at, end));
        at = end + 1;
    }
    return out;
}

enum kl_status hook_source(struct cli *c, struct scan_options *o, bool *nothing, struct error *e) {
    if (c->options.hook == HOOK_PRE_COMMIT) {
        o->staged = true;
        o->named = c->options.arguments.count > 0 ? o->paths : NULL;
        o->paths = HERE;
        return KL_OK;
    }
    struct lines l = {
        .c = c, .form = &lines_of[c->options.hook], .ids = BUF_INIT(LINES_MAX), .known = BUF_INIT(LINES_MAX)};
    struct buf range = BUF_INIT(LINES_MAX);
    enum kl_status s = read_lines(&l, e);
    *nothing = l.count == 0;
    buf_slice(&range, buf_as_slice(&l.ids));
    if (s == KL_OK && l.known.len > 0)
        s = leave_out_known(&l, &range, e);
    if (s == KL_OK && l.count > 0)
        s = leave_out_refs(c, &range, e);
    if (s == KL_OK && !buf_ok(&range))
        s = error_set(e, KL_ERR_LIMIT, "too many refs at once for this hook");
    o->history = o->hook = true;
    o->tips = split_ids(c, buf_as_slice(&l.ids), l.count);
    o->range = arena_cstr(&c->arena, buf_as_slice(&range));
    buf_release(&l.ids);
    buf_release(&l.known);
    buf_release(&range);
    return s;
}
