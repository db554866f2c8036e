/* Lines that set environment variables. Each shell's quoting is from its own manual;
 * what a shell cannot say exactly is refused by name, never written nearly right. */
#include "backends/setting_lines.h"

#include <stdlib.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/git.h"
#include "base/mem.h"

#define LINE_MAX_BYTES (KL_MAX_SECRET_BYTES * 5)
#define CMD_LINE_MAX 8191u /* "Command prompt line string limitation", Microsoft */

typedef const char *quoter(struct slice value, struct buf *out); /* NULL, or what the shell cannot say */

/* POSIX.1-2017, Shell Command Language, 2.2.2: between single quotes all is literal,
 * and a single quote cannot stand there. */
static const char *quote_sh(struct slice value, struct buf *out) {
    buf_char(out, '\'');
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] == '\'')
            buf_str(out, "'\\''");
        else
            buf_char(out, value.ptr[i]);
    }
    buf_char(out, '\'');
    return NULL;
}

/* fish, "Quotes": between single quotes only \' and \\ are escapes. */
static const char *quote_fish(struct slice value, struct buf *out) {
    buf_char(out, '\'');
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] == '\'' || value.ptr[i] == '\\')
            buf_char(out, '\\');
        buf_char(out, value.ptr[i]);
    }
    buf_char(out, '\'');
    return NULL;
}

/* about_Quoting_Rules: a quote is doubled; PowerShell also takes the typographic quotes
 * U+2018 to U+201B for single ones (about_Special_Characters). */
static const char *quote_powershell(struct slice value, struct buf *out) {
    if (!value.len)
        return "an empty value (PowerShell would remove the variable)";
    buf_char(out, '\'');
    for (size_t i = 0; i < value.len;) {
        uint32_t c;
        unsigned len = utf8_sequence(value.ptr + i, value.len - i, &c);
        if (c == '\'' || (c >= 0x2018 && c <= 0x201B))
            buf_bytes(out, value.ptr + i, len);
        buf_bytes(out, value.ptr + i, len);
        i += len;
    }
    buf_char(out, '\'');
    return NULL;
}

/* "set /?" and "cmd /?": between quotes all is literal but the percent sign, which a
 * batch file doubles. A quote inside would end them, a line end would end the line, and
 * other characters depend on the code page. */
static const char *quote_cmd(struct slice value, struct buf *out) {
    if (!value.len)
        return "an empty value (cmd would remove the variable)";
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.ptr[i];
        if (c < 0x20 || c == 0x7f)
            return "line ends and control characters";
        if (c == '"')
            return "a double quote";
        if (c > 0x7f)
            return "characters beyond ASCII (they depend on the code page)";
        if (c == '%')
            buf_char(out, '%');
        buf_char(out, (char)c);
    }
    return out->len > CMD_LINE_MAX ? "a line of more than 8191 characters" : NULL;
}

static const struct shell {
    const char *ending, *name;
    const char *head; /* of the file */
    const char *before, *between, *after;
    quoter *quote;
} shells[] = {
    {".sh", "sh", "", "export ", "=", "\n", quote_sh},
    {".fish", "fish", "", "set -gx ", " ", "\n", quote_fish},
    /* Windows PowerShell 5 takes a file without a byte order mark for another encoding. */
    {".ps1", "PowerShell", "\xef\xbb\xbf", "$env:", " = ", "\r\n", quote_powershell},
    /* "@" keeps the line off the screen. */
    {".cmd", "cmd", "", "@set \"", "=", "\"\r\n", quote_cmd},
    {".bat", "cmd", "", "@set \"", "=", "\"\r\n", quote_cmd},
};

static const struct shell *shell_of(const char *path) {
    for (size_t i = 0; i < KL_ARRAY_LEN(shells); i++)
        if (slice_ends(slice_cstr(path), shells[i].ending))
            return &shells[i];
    return NULL;
}

static enum kl_status unknown_ending(const char *path, struct error *e) {
    return error_set(e, KL_ERR_USAGE,
                     "--setting-lines %s: the file's ending says for which shell: .sh, .fish, .ps1 "
                     "(PowerShell), .cmd or .bat",
                     path);
}

static bool is_variable(const char *name) {
    for (size_t i = 0; name[i]; i++) {
        char c = name[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && (i == 0 || c < '0' || c > '9'))
            return false;
    }
    return name[0] != '\0';
}

enum kl_status setting_line(const char *path, const char *name, struct slice value, struct buf *out,
                            struct error *e) {
    const struct shell *shell = shell_of(path);
    if (!shell)
        return unknown_ending(path, e);
    if (!is_variable(name))
        return error_set(e, KL_ERR_UNSUPPORTED, "%s: a shell's variable is letters, digits and \"_\"", name);
    if (slice_find_byte(value, '\0', 0) != SIZE_MAX || !utf8_valid(value))
        return error_set(e, KL_ERR_UNSUPPORTED, "%s: no shell can set text that has NUL or is not UTF-8",
                         name);
    buf_printf(out, "%s%s%s", shell->before, name, shell->between);
    const char *problem = shell->quote(value, out);
    if (problem)
        return error_set(e, KL_ERR_UNSUPPORTED, "%s: %s cannot set %s exactly; choose another shell's file",
                         name, shell->name, problem);
    buf_str(out, shell->after);
    return buf_ok(out) ? KL_OK : error_set(e, KL_ERR_LIMIT, "%s: the value is too long for a line", name);
}

struct setting_lines {
    const struct shell *shell;
    struct arena arena;
    const char *path;
    bool made;
    const char **names; /* written already */
    size_t count, cap;
};

static enum kl_status check_place(const char *path, struct error *e) {
    enum git_file_state state = GIT_NO_REPOSITORY;
    struct file_info there;
    enum kl_status st = file_lstat(path, &there, e);
    if (st == KL_OK && there.kind != FILE_MISSING)
        return error_set(e, KL_ERR_CONFLICT,
                         "--setting-lines %s: the file is there already; keylift makes a new one", path);
    if (st == KL_OK)
        st = git_file_state(path, &state, e);
    if (st == KL_OK && (state == GIT_TRACKED || state == GIT_UNTRACKED))
        return error_set(e, KL_ERR_REFUSED,
                         "--setting-lines %s: secrets would lie in a git repository that does not ignore the "
                         "file; choose a place outside of it",
                         path);
    return st;
}

enum kl_status setting_lines_open(const char *path, struct setting_lines **out, struct error *e) {
    struct arena a = ARENA_INIT;
    const struct shell *shell = shell_of(path);
    const char *folder = path_real(&a, path_dirname(&a, path));
    enum kl_status st = KL_OK;
    if (!shell)
        st = unknown_ending(path, e);
    else if (!folder)
        st = error_set(e, KL_ERR_NOT_FOUND, "--setting-lines %s: there is no folder %s", path,
                       path_dirname(&a, path));
    else
        st = check_place(path_join(&a, folder, path_basename(path)), e);
    if (st == KL_OK) {
        struct setting_lines *s = mem_calloc(1, sizeof *s);
        s->shell = shell;
        s->path = path_join(&s->arena, folder, path_basename(path));
        *out = s;
    }
    arena_release(&a);
    return st;
}

enum kl_status setting_lines_add(struct setting_lines *s, const char *name, struct slice value,
                                 struct error *e) {
    struct buf line = BUF_INIT_SECRET(LINE_MAX_BYTES), text = BUF_INIT_SECRET(LINE_MAX_BYTES);
    for (size_t i = 0; i < s->count; i++)
        if (strcmp(s->names[i], name) == 0)
            return KL_OK;
    enum kl_status st = setting_line(s->path, name, value, &line, e);
    buf_str(&text, s->made ? "" : s->shell->head);
    buf_slice(&text, buf_as_slice(&line));
    if (st == KL_OK)
        st = s->made ? file_append_synced(s->path, buf_as_slice(&text), e)
                     : file_create_private(s->path, buf_as_slice(&text), e);
    if (st == KL_OK) {
        s->made = true;
        s->names = mem_grow(s->names, &s->cap, s->count + 1, sizeof *s->names);
        s->names[s->count++] = arena_cstr(&s->arena, slice_cstr(name));
    }
    buf_release(&line);
    buf_release(&text);
    return st;
}

void setting_lines_close(struct setting_lines *s) {
    if (!s)
        return;
    free(s->names);
    arena_release(&s->arena);
    free(s);
}
