/* manifest_lines.c: pip's requirements files. (pip's documentation: Requirements File
 * Format.) A package is added as a line at the end. */
#include "rewriters/manifest_parts.h"

/* One logical line: a backslash at the end of a line joins it to the next. The text is
 * still that of the file: see join. */
static struct slice next_line(struct slice text, size_t *at) {
    size_t start = *at, end = start;
    for (;;) {
        size_t eol = slice_find_byte(text, '\n', end);
        if (eol == SIZE_MAX) {
            *at = text.len;
            return slice_sub(text, start, text.len);
        }
        size_t last = eol > start && text.ptr[eol - 1] == '\r' ? eol - 1 : eol;
        end = eol + 1;
        if (last == start || text.ptr[last - 1] != '\\') {
            *at = end;
            return slice_sub(text, start, last);
        }
    }
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct slice join(struct slice line, struct buf *joined) {
    if (slice_find_byte(line, '\n', 0) == SIZE_MAX)
        return line;
    buf_clear(joined);
    for (size_t i = 0; i < line.len; i++) {
        bool end = line.ptr[i] == '\\' && i + 1 < line.len && is_blank(line.ptr[i + 1]);
        buf_char(joined, end || is_blank(line.ptr[i]) ? ' ' : line.ptr[i]);
    }
    return buf_as_slice(joined);
}

/* A "#" begins a comment at the start of a line and after a blank. */
static struct slice without_comment(struct slice line) {
    for (size_t i = 0; i < line.len; i++)
        if (line.ptr[i] == '#' && (i == 0 || is_blank(line.ptr[i - 1])))
            return slice_trim(slice_sub(line, 0, i));
    return slice_trim(line);
}

/* What stands behind "-r", "--requirement" or "--requirement=". */
static bool option_value(struct slice line, const char *name, struct slice *value) {
    size_t len = strlen(name);
    if (!slice_starts(line, name) || line.len == len)
        return false;
    char next = line.ptr[len];
    if (name[1] == '-' && next != '=' && !is_blank(next))
        return false;
    *value = slice_trim(slice_sub(line, len + (next == '='), line.len));
    return true;
}

/* "-e .", "./", "file:.": the project of this very folder, with what it needs. */
static bool is_this_project(struct slice target) {
    return slice_eq_cstr(target, ".") || slice_eq_cstr(target, "./") || slice_starts(target, ".[") ||
           slice_eq_cstr(target, "file:.");
}

/* git+https://host/repository@v1#egg=name */
static void read_url(struct slice line, const struct manifest_reader *reader) {
    size_t egg = slice_find(line, SLICE_LIT("#egg="), 0);
    struct requirement r;
    if (egg == SIZE_MAX || !requirement_parse(slice_sub(line, egg + strlen("#egg="), line.len), &r))
        return;
    r.elsewhere = true;
    manifest_tell(reader, &r);
}

/* Options of one requirement stand behind it: "name==1 --hash=sha256:...". */
static struct slice without_options(struct slice line) {
    for (size_t i = 1; i + 1 < line.len; i++)
        if (line.ptr[i] == '-' && line.ptr[i + 1] == '-' && is_blank(line.ptr[i - 1])) {
            size_t end = i;
            while (end > 0 && is_blank(line.ptr[end - 1]))
                end--;
            return slice_sub(line, 0, end);
        }
    return line;
}

static void read_option(struct slice line, const struct manifest_reader *reader, struct manifest_facts *out) {
    static const char *const includes[] = {"--requirement", "-r"}, *const editables[] = {"--editable", "-e"};
    struct slice value;
    if (slice_starts(line, "--require-hashes"))
        out->unclear = "its packages have hashes";
    for (size_t i = 0; i < KL_ARRAY_LEN(includes); i++)
        if (option_value(line, includes[i], &value)) {
            manifest_tell_include(reader, value);
            return;
        }
    for (size_t i = 0; i < KL_ARRAY_LEN(editables); i++)
        if (option_value(line, editables[i], &value)) {
            out->installs_itself = out->installs_itself || is_this_project(value);
            read_url(value, reader);
            return;
        }
}

static void read_line(struct slice line, const struct manifest_reader *reader, struct manifest_facts *out) {
    struct requirement r;
    if (line.len == 0)
        return;
    if (slice_find(line, SLICE_LIT("--hash"), 0) != SIZE_MAX)
        out->unclear = "its packages have hashes";
    if (line.ptr[0] == '-')
        read_option(line, reader, out);
    else if (is_this_project(line))
        out->installs_itself = true;
    else if (requirement_parse(without_options(line), &r))
        manifest_tell(reader, &r);
    else
        read_url(line, reader);
}

void manifest_read_requirements(struct slice bytes, const struct manifest_reader *reader,
                                struct manifest_facts *out) {
    size_t at = slice_starts(bytes, "\xEF\xBB\xBF") ? 3 : 0;
    struct buf joined = BUF_INIT(KL_MAX_CONFIG_BYTES);
    out->lists = true;
    while (at < bytes.len) {
        struct slice line = next_line(bytes, &at);
        /* "# This file is autogenerated by pip-compile", "... was autogenerated by uv" */
        if (slice_starts(line, "#") && slice_find(line, SLICE_LIT("autogenerated by"), 0) != SIZE_MAX)
            out->compiled = true;
        read_line(without_comment(join(line, &joined)), reader, out);
    }
    buf_release(&joined);
}

/* As the file ends now, with or without a line end, it ends then. */
void manifest_add_requirements(const struct manifest_request *r, struct manifest_output *out) {
    struct buf text = BUF_INIT(KL_MAX_CONFIG_BYTES);
    size_t end = r->bytes.len;
    bool ended = end == 0 || r->bytes.ptr[end - 1] == '\n';
    if (!ended && r->bytes.ptr[end - 1] == '\\')
        out->left = "its last line goes on";
    for (size_t i = 0; i < r->count; i++)
        buf_printf(&text, "%s%s%s", ended ? "" : r->eol, r->requirements[i], ended ? r->eol : "");
    if (!out->left)
        manifest_insert(out, end, arena_copy(r->arena, buf_as_slice(&text)));
    buf_release(&text);
}
