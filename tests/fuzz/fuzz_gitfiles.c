/* fuzz_gitfiles.c: the small files of git's: its configuration, .gitignore and CODEOWNERS. Up to the first
 * NUL the bytes are the file, behind it the path that is asked for. Of the patterns the last that says
 * something decides, as if each stood alone; a path is covered that is ignored itself. */
#include "cli/codeowners.h"
#include "scanner/gitconfig.h"
#include "tests/fuzz/support.h"

static void check_config(struct slice text, struct arena *arena) {
    struct git_config c = {0};
    gitconfig_parse(text, arena, &c);
    if (c.excludes_file && strlen(c.excludes_file) > text.len)
        fuzz_fail("a value that is longer than the file");
}

static enum ignore_verdict decide_by_lines(struct slice text, struct slice path, bool folder,
                                           struct arena *arena) {
    enum ignore_verdict verdict = IGNORE_UNDECIDED;
    for (size_t at = 0; at < text.len;) {
        size_t end = slice_find_byte(text, '\n', at);
        struct buf line = BUF_INIT(1 << 20);
        buf_char(&line, '\n'); /* a byte order mark counts at the start of the file alone */
        buf_slice(&line, slice_sub(text, at, end));
        const struct ignore_list *one =
            gitignore_parse(buf_as_slice(&line), slice_of("", 0), false, NULL, arena);
        buf_release(&line);
        enum ignore_verdict v = one ? gitignore_decide(one, path, folder) : IGNORE_UNDECIDED;
        verdict = v == IGNORE_UNDECIDED ? verdict : v;
        at = end == SIZE_MAX ? text.len : end + 1;
    }
    return verdict;
}

static void check_ignore(struct slice text, struct slice path, struct arena *arena) {
    const struct ignore_list *all = gitignore_parse(text, slice_of("", 0), false, NULL, arena);
    struct slice lines = text; /* a byte order mark is the file's, not the first line's */
    if (lines.len >= 3 && memcmp(lines.ptr, "\xef\xbb\xbf", 3) == 0)
        lines = slice_sub(lines, 3, lines.len);
    for (int folder = 0; folder < 2; folder++) {
        enum ignore_verdict v = all ? gitignore_decide(all, path, folder) : IGNORE_UNDECIDED;
        if (v != decide_by_lines(lines, path, folder, arena))
            fuzz_fail("the patterns decide otherwise than each alone");
        if (v == IGNORE_YES && !gitignore_covers(all, path, folder))
            fuzz_fail("what is ignored is not covered");
    }
}

static void check_owners(struct slice text, struct slice path, struct arena *arena) {
    struct codeowners c = {0};
    struct buf owners = BUF_INIT(1 << 20);
    codeowners_parse(text, &c);
    codeowners_of(&c, arena_cstr(arena, path), &owners);
    if (owners.len > 2 * text.len)
        fuzz_fail("more owners than the file has");
    buf_release(&owners);
    codeowners_release(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size > 4000)
        return 0;
    struct arena arena = ARENA_INIT;
    struct slice all = slice_of(data, size);
    size_t nul = slice_find_byte(all, '\0', 0);
    struct slice text = slice_sub(all, 0, nul), path = SLICE_LIT("a/b.py");
    if (nul != SIZE_MAX && nul + 1 < size)
        path = slice_sub(all, nul + 1, slice_find_byte(all, '\0', nul + 1));
    check_config(text, &arena);
    if (path.len > 0) {
        check_ignore(text, path, &arena);
        check_owners(text, path, &arena);
    }
    arena_release(&arena);
    return 0;
}
