/* gitconfig.c: a reader of git's configuration syntax: sections, values with
 * quotes, escapes and continued lines. What it does not understand it skips:
 * git itself would refuse the whole file, and then nothing works at all. */
#include "scanner/gitconfig.h"

#include "base/buf.h"

struct config_reader {
    struct slice text;
    size_t at;
};

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

static int peek(const struct config_reader *r) {
    return r->at < r->text.len ? (unsigned char)r->text.ptr[r->at] : -1;
}

static void skip_line(struct config_reader *r) {
    size_t end = slice_find_byte(r->text, '\n', r->at);
    r->at = end == SIZE_MAX ? r->text.len : end;
}

static void append_lower(struct buf *b, int c) {
    buf_char(b, ascii_lower((char)c));
}

/* "[section]" or "[section "sub"]": the key's start, "section." or
 * "section.sub.", goes into *key. */
static void read_section(struct config_reader *r, struct buf *key) {
    bool quoted = false;
    buf_clear(key);
    for (r->at++; peek(r) >= 0 && peek(r) != '\n'; r->at++) {
        int c = peek(r);
        if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && c == ']') {
            r->at++;
            break;
        } else if (!quoted && is_blank((char)c)) {
            buf_char(key, '.');
        } else {
            append_lower(key, c);
        }
    }
    buf_char(key, '.');
}

static void read_escape(struct config_reader *r, struct buf *out, size_t *solid) {
    static const char from[] = "ntb", to[] = "\n\t\b";
    int c = peek(r);
    if (c == '\n')
        return; /* the value goes on in the next line */
    const char *known = c > 0 ? strchr(from, c) : NULL;
    buf_char(out, known ? to[known - from] : (char)c);
    *solid = out->len;
}

/* The value behind '=': blanks at its ends and comments do not count. */
static void read_value(struct config_reader *r, struct buf *out) {
    bool quoted = false;
    size_t solid = 0; /* length without trailing blanks */
    buf_clear(out);
    for (; peek(r) >= 0 && peek(r) != '\n'; r->at++) {
        char c = (char)peek(r);
        if (c == '\\' && r->at + 1 < r->text.len) {
            r->at++;
            read_escape(r, out, &solid);
        } else if (c == '"') {
            quoted = !quoted;
            solid = out->len;
        } else if (!quoted && (c == '#' || c == ';')) {
            skip_line(r);
            break;
        } else if (!quoted && is_blank(c)) {
            if (out->len > 0)
                buf_char(out, c);
        } else {
            buf_char(out, c);
            solid = out->len;
        }
    }
    out->len = solid;
}

static bool is_true(struct slice v) {
    return slice_eq_nocase(v, "true") || slice_eq_nocase(v, "yes") || slice_eq_nocase(v, "on") ||
           (v.len == 1 && v.ptr[0] >= '1' && v.ptr[0] <= '9');
}

void gitconfig_set(struct slice key, struct slice value, struct arena *arena, struct git_config *out) {
    if (slice_eq_cstr(key, "core.excludesfile"))
        out->excludes_file = arena_cstr(arena, value);
    else if (slice_eq_cstr(key, "core.ignorecase"))
        out->ignore_case = is_true(value);
    else if (slice_eq_cstr(key, "extensions.objectformat"))
        out->sha256 = slice_eq_nocase(value, "sha256");
    else if (slice_eq_cstr(key, "extensions.worktreeconfig"))
        out->worktree_config = is_true(value);
    else if (slice_eq_cstr(key, "include.path") || slice_starts(key, "includeif."))
        out->has_include = true;
}

static void read_variable(struct config_reader *r, const struct buf *section, struct arena *arena,
                          struct git_config *out) {
    struct buf key = BUF_INIT(KL_MAX_CONFIG_BYTES), value = BUF_INIT(KL_MAX_CONFIG_BYTES);
    buf_slice(&key, buf_as_slice(section));
    for (; peek(r) >= 0 && !is_blank((char)peek(r)) && peek(r) != '=' && peek(r) != '\n'; r->at++)
        append_lower(&key, peek(r));
    while (peek(r) >= 0 && is_blank((char)peek(r)))
        r->at++;
    if (peek(r) == '=') {
        r->at++;
        read_value(r, &value);
    } else {
        buf_str(&value, "true"); /* a name alone */
        skip_line(r);
    }
    gitconfig_set(buf_as_slice(&key), buf_as_slice(&value), arena, out);
    buf_release(&key);
    buf_release(&value);
}

void gitconfig_parse(struct slice text, struct arena *arena, struct git_config *out) {
    if (slice_starts(text, "\xef\xbb\xbf"))
        text = slice_sub(text, 3, text.len);
    struct config_reader r = {.text = text};
    struct buf section = BUF_INIT(KL_MAX_CONFIG_BYTES);
    while (r.at < text.len) {
        int c = peek(&r);
        if (c == '\n' || is_blank((char)c))
            r.at++;
        else if (c == '#' || c == ';')
            skip_line(&r);
        else if (c == '[')
            read_section(&r, &section);
        else
            read_variable(&r, &section, arena, out);
    }
    buf_release(&section);
}
