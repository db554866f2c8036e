/* gitrepo.c: finds a repository's parts. */
#include "scanner/gitrepo.h"

#include "base/file.h"
#include "base/git.h"
#include "base/mem.h"
#include "base/system.h"
#include "scanner/gitconfig.h"

#define MAX_GIT_OUTPUT ((size_t)1 << 30)

/* The text of a small file; empty when there is none. */
static struct slice read_small(const char *path, struct arena *arena) {
    struct error e = {0};
    struct buf b = BUF_INIT(KL_MAX_CONFIG_BYTES);
    struct slice text = {0};
    if (path && file_read(path, KL_MAX_CONFIG_BYTES, &b, &e) == KL_OK)
        text = arena_copy(arena, buf_as_slice(&b));
    buf_release(&b);
    return text;
}

static bool is_kind(const char *path, enum file_kind kind) {
    struct error e = {0};
    struct file_info info;
    return file_stat(path, &info, &e) == KL_OK && info.kind == kind;
}

static const char *resolve(struct arena *arena, const char *folder, struct slice path) {
    path = slice_trim(path);
    const char *text = arena_cstr(arena, path);
    return text[0] == '/' ? text : path_join(arena, folder, text);
}

/* gitrepository-layout(5): `.git` is a folder, or a file that names one. */
static bool find_git_dir(const char *folder, struct arena *arena, struct git_repo *out) {
    const char *dot_git = path_join(arena, folder, ".git");
    struct error e = {0};
    struct file_info info;
    if (file_stat(dot_git, &info, &e) != KL_OK || (info.kind != FILE_FOLDER && info.kind != FILE_REGULAR))
        return false;
    out->git_dir = dot_git;
    if (info.kind == FILE_REGULAR) {
        struct slice text = read_small(dot_git, arena);
        if (!slice_starts(text, "gitdir:"))
            return false;
        out->git_dir = resolve(arena, folder, slice_sub(text, 7, text.len));
    }
    struct slice common = read_small(path_join(arena, out->git_dir, "commondir"), arena);
    out->common_dir = common.len > 0 ? resolve(arena, out->git_dir, common) : out->git_dir;
    const char *head = path_join(arena, out->git_dir, "HEAD");
    return (file_lstat(head, &info, &e) == KL_OK && info.kind != FILE_MISSING) &&
           is_kind(path_join(arena, out->common_dir, "objects"), FILE_FOLDER);
}

static const char *home_path(struct arena *arena, const char *below) {
    const char *home = system_getenv("HOME");
    return home && home[0] ? path_join(arena, home, below) : NULL;
}

static const char *xdg_path(struct arena *arena, const char *below) {
    const char *xdg = system_getenv("XDG_CONFIG_HOME");
    return xdg && xdg[0] ? path_join(arena, xdg, below)
                         : home_path(arena, arena_printf(arena, ".config/%s", below));
}

static void parse_config_file(const char *path, struct arena *arena, struct git_config *out) {
    gitconfig_parse(read_small(path, arena), arena, out);
}

/* GIT_CONFIG_COUNT, GIT_CONFIG_KEY_n, GIT_CONFIG_VALUE_n. */
static void parse_config_env(struct arena *arena, struct git_config *out) {
    const char *count = system_getenv("GIT_CONFIG_COUNT");
    for (unsigned i = 0; count && i < 1000; i++) {
        const char *key = system_getenv(arena_printf(arena, "GIT_CONFIG_KEY_%u", i));
        const char *value = system_getenv(arena_printf(arena, "GIT_CONFIG_VALUE_%u", i));
        if (!key || !value)
            return;
        char *low = arena_cstr(arena, slice_cstr(key));
        for (char *c = low; *c; c++)
            *c = ascii_lower(*c);
        gitconfig_set(slice_cstr(low), slice_cstr(value), arena, out);
    }
}

/* An include may stand under a condition: git evaluates it. */
static void ask_git_for_config(const char *folder, struct arena *arena, struct git_config *out) {
    static const char *const arguments[] = {"config", "-z", "--get-regexp",
                                            "^core\\.(excludesfile|ignorecase)$", NULL};
    struct process_result answer = {0};
    struct error e = {0};
    if (git_run(folder, arguments, (struct slice){0}, KL_MAX_CONFIG_BYTES, &answer, &e) == KL_OK &&
        answer.exit_code == 0) {
        struct slice text = buf_as_slice(&answer.out);
        for (size_t at = 0; at < text.len;) {
            size_t end = slice_find_byte(text, '\0', at);
            end = end == SIZE_MAX ? text.len : end;
            size_t line = slice_find_byte(text, '\n', at);
            if (line < end)
                gitconfig_set(slice_sub(text, at, line), slice_sub(text, line + 1, end), arena, out);
            at = end + 1;
        }
    }
    process_result_release(&answer);
}

static struct git_config read_config(const struct git_repo *r, struct arena *arena) {
    struct git_config c = {0};
    const char *system_file = system_getenv("GIT_CONFIG_SYSTEM"),
               *global = system_getenv("GIT_CONFIG_GLOBAL");
    if (!system_getenv("GIT_CONFIG_NOSYSTEM"))
        parse_config_file(system_file ? system_file : "/etc/gitconfig", arena, &c);
    if (global) {
        parse_config_file(global, arena, &c);
    } else {
        parse_config_file(xdg_path(arena, "git/config"), arena, &c);
        parse_config_file(home_path(arena, ".gitconfig"), arena, &c);
    }
    parse_config_file(path_join(arena, r->common_dir, "config"), arena, &c);
    if (c.worktree_config)
        parse_config_file(path_join(arena, r->git_dir, "config.worktree"), arena, &c);
    if (c.has_include)
        ask_git_for_config(r->top, arena, &c);
    parse_config_env(arena, &c);
    return c;
}

static const char *expand_excludes_file(const struct git_repo *r, const char *written, struct arena *arena) {
    if (!written)
        return xdg_path(arena, "git/ignore");
    if (written[0] == '\0')
        return NULL;
    if (written[0] == '~' && written[1] == '/')
        return home_path(arena, written + 2);
    return resolve(arena, r->top, slice_cstr(written));
}

bool gitrepo_open(const char *folder, struct arena *arena, struct git_repo *out) {
    *out = (struct git_repo){.top = arena_cstr(arena, slice_cstr(folder)), .arena = arena};
    if (!find_git_dir(folder, arena, out))
        return false;
    struct git_config c = read_config(out, arena);
    out->oid_len = c.sha256 ? 32 : 20;
    out->index.oid_len = out->oid_len;
    out->fold_case = c.ignore_case;
    out->excludes_file = expand_excludes_file(out, c.excludes_file, arena);
    struct slice top = {0};
    out->ignores = gitignore_parse(read_small(out->excludes_file, arena), top, out->fold_case, NULL, arena);
    struct slice own = read_small(path_join(arena, out->common_dir, "info/exclude"), arena);
    out->ignores = gitignore_parse(own, top, out->fold_case, out->ignores, arena);
    return true;
}

bool gitrepo_discover(const char *folder, struct arena *arena, struct git_repo *out) {
    for (const char *at = folder;; at = path_dirname(arena, at)) {
        if (gitrepo_open(at, arena, out))
            return true;
        if (strcmp(at, "/") == 0 || strcmp(at, ".") == 0 || at[0] != '/')
            return false;
    }
}

static enum kl_status ask_git_for_index(struct git_repo *r, struct error *e) {
    static const char *const arguments[] = {"ls-files", "--stage", "-z", NULL};
    struct process_result answer = {0};
    enum kl_status s = git_run(r->top, arguments, (struct slice){0}, MAX_GIT_OUTPUT, &answer, e);
    if (s == KL_OK && answer.exit_code != 0)
        s = error_set(e, KL_ERR_IO, "git ls-files failed with status %d", answer.exit_code);
    if (s == KL_OK)
        s = gitindex_parse_ls_files(buf_as_slice(&answer.out), r->oid_len, r->arena, &r->index, e);
    process_result_release(&answer);
    return s;
}

enum kl_status gitrepo_read_index(struct git_repo *r, struct error *e) {
    if (r->index_read)
        return KL_OK;
    r->index_read = true;
    struct buf bytes = BUF_INIT(KL_MAX_INDEX_BYTES);
    enum kl_status s = file_read(path_join(r->arena, r->git_dir, "index"), KL_MAX_INDEX_BYTES, &bytes, e);
    if (s == KL_OK)
        s = gitindex_parse(buf_as_slice(&bytes), r->oid_len, r->arena, &r->index, e);
    else if (s == KL_ERR_NOT_FOUND)
        s = KL_OK; /* nothing was ever added */
    buf_release(&bytes);
    if (s == KL_ERR_UNSUPPORTED || s == KL_ERR_PARSE)
        s = ask_git_for_index(r, e);
    if (s != KL_OK)
        r->index.count = 0;
    return s;
}
