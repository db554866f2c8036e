/* gittop.c: the top of a work tree. Starting git costs more than the scan of a file, so what lies there is
 * looked at first; whatever is not the plain case is left to git. (gitrepository-layout(5).) */
#include <unistd.h>

#include "base/file.h"
#include "base/gitblob.h"
#include "base/system.h"

static char *ask_git(const char *folder, struct arena *arena) {
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

static struct file_info look(struct arena *arena, const char *folder, const char *name) {
    struct file_info info = {.kind = FILE_MISSING};
    struct error unseen = {0};
    if (file_stat(path_join(arena, folder, name), &info, &unseen) != KL_OK)
        info.kind = FILE_OTHER;
    return info;
}

/* A configuration that may say of another work tree, or of none. */
static bool is_plain(struct arena *arena, const char *git_dir) {
    static const char *const words[] = {"worktree", "include", "bare = true", "bare=true",
                                        "repositoryformatversion = 1"};
    struct buf text = BUF_INIT(KL_MAX_CONFIG_BYTES);
    struct error unseen = {0};
    bool plain = file_read(path_join(arena, git_dir, "config"), KL_MAX_CONFIG_BYTES, &text, &unseen) == KL_OK;
    for (size_t i = 0; i < text.len; i++)
        text.ptr[i] = ascii_lower(text.ptr[i]);
    for (size_t i = 0; plain && i < KL_ARRAY_LEN(words); i++)
        plain = slice_find(buf_as_slice(&text), slice_cstr(words[i]), 0) == SIZE_MAX;
    buf_release(&text);
    return plain;
}

/* False if only git can tell. */
static bool find_plain(const char *folder, struct arena *arena, char **top) {
    char *real = path_real(arena, folder);
    const char *at = real;
    if (!at || system_getenv("GIT_CEILING_DIRECTORIES"))
        return false;
    const struct file_info start = look(arena, at, ".");
    for (;; at = path_dirname(arena, at)) {
        struct file_info here = look(arena, at, "."), git = look(arena, at, ".git");
        if (here.device != start.device || look(arena, at, "HEAD").kind != FILE_MISSING)
            return false;
        if (git.kind != FILE_MISSING) {
            const char *dir = path_join(arena, at, ".git");
            *top = arena_cstr(arena, slice_cstr(at));
            return git.kind == FILE_FOLDER && here.owner == geteuid() && git.owner == geteuid() &&
                   look(arena, dir, "HEAD").kind == FILE_REGULAR &&
                   look(arena, dir, "objects").kind == FILE_FOLDER &&
                   look(arena, dir, "refs").kind == FILE_FOLDER && is_plain(arena, dir);
        }
        if (strcmp(at, "/") == 0) {
            *top = NULL;
            return true;
        }
    }
}

char *git_top_folder(const char *folder, struct arena *arena) {
    char *top = NULL;
    return find_plain(folder, arena, &top) ? top : ask_git(folder, arena);
}
