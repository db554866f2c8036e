#include "backends/dotenv_project.h"

#include "backends/dotenv_file.h"
#include "base/file.h"
#include "base/git.h"

char *dotenv_path(struct arena *a, const char *root, const char *file) {
    if (!file)
        file = ".env";
    return file[0] == '/' ? arena_cstr(a, slice_cstr(file)) : path_normalize(a, path_join(a, root, file));
}

char *dotenv_example_path(struct arena *a, const char *path) {
    return arena_printf(a, "%s.example", path);
}

char *dotenv_temp_path(struct arena *a, const char *path) {
    return file_replace_temp_path(a, path, DOTENV_TEMP_TAG);
}

/* A path as a pattern that matches only itself. */
static char *as_pattern(struct arena *a, const char *relative) {
    struct buf out = BUF_INIT(2 * KL_MAX_PATH_BYTES);
    size_t len = strlen(relative);
    buf_char(&out, '/');
    for (size_t i = 0; i < len; i++) {
        bool last_blank = relative[i] == ' ' && i + 1 == len;
        if (last_blank || strchr("*?[\\", relative[i]))
            buf_char(&out, '\\');
        buf_char(&out, relative[i]);
    }
    char *pattern = arena_cstr(a, buf_as_slice(&out));
    buf_release(&out);
    return pattern;
}

enum kl_status dotenv_ignore_plan(const char *root, const char *path, struct arena *a,
                                  struct dotenv_ignore *out, struct error *e) {
    enum git_file_state state;
    *out = (struct dotenv_ignore){0};
    enum kl_status st = git_file_state(path, &state, e);
    if (st != KL_OK)
        return st;
    const char *folder = root, *relative = path_relative(a, path, root);
    if (slice_starts(slice_cstr(relative), "../")) {
        folder = path_dirname(a, path);
        relative = path_basename(path);
    }
    out->needed = state == GIT_UNTRACKED;
    out->gitignore = path_join(a, folder, ".gitignore");
    out->pattern = as_pattern(a, relative);
    struct file_info info;
    st = file_lstat(out->gitignore, &info, e);
    if (st == KL_OK && out->needed && info.kind != FILE_MISSING && info.kind != FILE_REGULAR)
        st = error_set(e, KL_ERR_REFUSED,
                       "git does not ignore %s, and does not read %s, which is no regular file; add the line "
                       "%s to .git/info/exclude",
                       relative, out->gitignore, out->pattern);
    return st;
}

/* Lines added to a text whose last line may lack its end: then the new last one
 * lacks it too. */
struct appender {
    struct buf *out;
    const char *newline;
    bool open_end; /* of the old text */
};

static struct appender append_to(struct slice old, struct buf *out) {
    char last = old.len ? old.ptr[old.len - 1] : '\n';
    buf_slice(out, old);
    return (struct appender){
        .out = out, .newline = dotenv_newline(old), .open_end = last != '\n' && last != '\r'};
}

static void append_line(struct appender *to, const char *line, const char *after) {
    if (to->open_end)
        buf_str(to->out, to->newline);
    buf_str(to->out, line);
    buf_str(to->out, after);
    if (!to->open_end)
        buf_str(to->out, to->newline);
}

void dotenv_ignore_text(struct slice old, const char *pattern, struct buf *out) {
    struct appender to = append_to(old, out);
    append_line(&to, pattern, "");
}

enum kl_status dotenv_example_text(struct slice old, const char *const *names, size_t count, struct buf *out,
                                   size_t *added, struct error *e) {
    struct arena a = ARENA_INIT;
    struct dotenv_file f;
    *added = 0;
    enum kl_status st = dotenv_parse(old, DOTENV_STRICT, ".env.example", &a, &f, e);
    if (st == KL_OK) {
        struct appender to = append_to(old, out);
        for (size_t i = 0; i < count; i++) {
            bool twice = false;
            for (size_t k = 0; k < i && !twice; k++)
                twice = strcmp(names[k], names[i]) == 0;
            if (twice || dotenv_find(&f, names[i]))
                continue;
            append_line(&to, names[i], "=");
            ++*added;
        }
    }
    arena_release(&a);
    return st;
}
