/* codeowners.c: see codeowners.h. */
#include "cli/codeowners.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"

/* The first that is there counts. */
static const char *const places[] = {".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS",
                                     ".gitlab/CODEOWNERS"};

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

/* Length of the first word; a backslash keeps the blank behind it in the word. */
static size_t word_length(struct slice s) {
    size_t i = 0;
    while (i < s.len && !is_blank(s.ptr[i]))
        i += s.ptr[i] == '\\' && i + 1 < s.len ? 2 : 1;
    return i;
}

/* The owners behind a pattern or a section, up to a comment. */
static struct slice owners_in(struct slice rest) {
    for (size_t i = 0; i < rest.len; i++)
        if (rest.ptr[i] == '#' && (i == 0 || is_blank(rest.ptr[i - 1])))
            return slice_trim(slice_sub(rest, 0, i));
    return slice_trim(rest);
}

/* "[Docs][2] @writers", "^[Docs]": false where it is no section but a pattern. */
static bool section_line(struct slice line, struct slice *owners) {
    size_t from = line.ptr[0] == '^';
    size_t end = line.len > from && line.ptr[from] == '[' ? slice_find_byte(line, ']', from) : SIZE_MAX;
    if (end == SIZE_MAX)
        return false;
    if (end + 1 < line.len && line.ptr[end + 1] == '[')
        end = slice_find_byte(line, ']', end + 1);
    *owners = end == SIZE_MAX ? slice_of(NULL, 0) : owners_in(slice_sub(line, end + 1, line.len));
    return true;
}

static void add_line(struct codeowners *out, struct slice line, uint32_t section, struct slice otherwise) {
    size_t len = word_length(line);
    struct slice pattern = slice_sub(line, 0, len), owners = owners_in(slice_sub(line, len, line.len));
    struct codeowners_line made = {
        .pattern = gitignore_parse(pattern, slice_of(NULL, 0), false, NULL, &out->arena),
        .files_alone = pattern.len > 2 && memcmp(pattern.ptr + pattern.len - 2, "/*", 2) == 0,
        .section = section,
        .owners = owners.len > 0 ? owners : otherwise,
    };
    if (made.pattern == NULL)
        return;
    out->lines = mem_grow(out->lines, &out->capacity, out->count + 1, sizeof *out->lines);
    out->lines[out->count++] = made;
}

void codeowners_parse(struct slice text, struct codeowners *out) {
    struct slice rest = arena_copy(&out->arena, text), otherwise = {0};
    uint32_t section = 0;
    while (rest.len > 0) {
        size_t end = slice_find_byte(rest, '\n', 0);
        struct slice line = slice_trim(slice_sub(rest, 0, end == SIZE_MAX ? rest.len : end));
        rest = end == SIZE_MAX ? slice_of(NULL, 0) : slice_sub(rest, end + 1, rest.len);
        if (line.len == 0 || line.ptr[0] == '#')
            continue;
        if (section_line(line, &otherwise))
            section++;
        else
            add_line(out, line, section, otherwise);
    }
}

void codeowners_read(const char *top, struct codeowners *out) {
    *out = (struct codeowners){0};
    struct buf text = BUF_INIT(CODEOWNERS_MAX_BYTES);
    for (size_t i = 0; i < KL_ARRAY_LEN(places); i++) {
        struct error unread = {0};
        buf_clear(&text);
        if (file_read(path_join(&out->arena, top, places[i]), CODEOWNERS_MAX_BYTES, &text, &unread) ==
            KL_OK) {
            codeowners_parse(buf_as_slice(&text), out);
            break;
        }
    }
    buf_release(&text);
}

void codeowners_release(struct codeowners *c) {
    free(c->lines);
    arena_release(&c->arena);
    *c = (struct codeowners){0};
}

static bool matches(const struct codeowners_line *line, struct slice path) {
    return line->files_alone ? gitignore_decide(line->pattern, path, false) == IGNORE_YES
                             : gitignore_covers(line->pattern, path, false);
}

void codeowners_of(const struct codeowners *c, const char *path, struct buf *out) {
    buf_clear(out);
    for (size_t i = c->count; i-- > 0;) { /* sections come one after the other: the last match of each */
        if (!matches(&c->lines[i], slice_cstr(path)))
            continue;
        if (c->lines[i].owners.len > 0) {
            buf_str(out, out->len > 0 ? " " : "");
            buf_slice(out, c->lines[i].owners);
        }
        uint32_t section = c->lines[i].section;
        while (i > 0 && c->lines[i - 1].section == section)
            i--;
    }
}
