/* name_map.c: see name_map.h. */
#include "cli/name_map.h"

#include "base/file.h"
#include "rewriters/names.h"

static const char head[] =
    "# The names of this project's secrets, for `keylift plan` and `keylift migrate`\n"
    "# with --names and this file.\n"
    "#\n"
    "#     the name that keylift chose = the name that is used\n"
    "#\n"
    "# Change the right side. A name that has no line keeps the one that keylift chose.\n"
    "# A name has letters, digits and \"_\", and does not begin with a digit.\n";

void name_map_begin(struct buf *out) {
    buf_str(out, head);
}

void name_map_add(struct buf *out, const char *place, const char *from, const char *to) {
    buf_printf(out, "\n# %s\n%s = %s\n", place, from, to);
}

struct name_map_line *name_map_find(const struct name_map *m, const char *from) {
    for (size_t i = 0; i < m->count; i++)
        if (strcmp(m->lines[i].from, from) == 0)
            return &m->lines[i];
    return NULL;
}

static enum kl_status parse_line(struct name_map *m, struct slice line, uint32_t number, struct arena *a,
                                 struct error *e) {
    size_t equals = slice_find_byte(line, '=', 0);
    struct slice from = slice_trim(slice_sub(line, 0, equals));
    struct slice to =
        equals == SIZE_MAX ? slice_of(NULL, 0) : slice_trim(slice_sub(line, equals + 1, line.len));
    struct name_map_line read = {arena_cstr(a, from), arena_cstr(a, to), number, false};
    if (equals == SIZE_MAX || from.len == 0 || to.len == 0)
        return error_set(e, KL_ERR_USAGE, "%s:%u: say NAME = NEW_NAME", m->path, number);
    if (!name_is_valid(read.to))
        return error_set(
            e, KL_ERR_USAGE,
            "%s:%u: \"%s\" is no name: letters, digits and \"_\", not beginning with a digit, at "
            "most %u of them",
            m->path, number, read.to, NAMES_MAX_BYTES);
    const struct name_map_line *twin = name_map_find(m, read.from);
    if (twin)
        return error_set(e, KL_ERR_USAGE, "%s:%u: %s stands on line %u already", m->path, number, read.from,
                         twin->line);
    m->lines[m->count++] = read;
    return KL_OK;
}

static size_t count_lines(struct slice text) {
    size_t lines = 1;
    for (size_t i = 0; i < text.len; i++)
        lines += text.ptr[i] == '\n';
    return lines;
}

enum kl_status name_map_parse(struct slice text, const char *path, struct arena *a, struct name_map *out,
                              struct error *e) {
    enum kl_status s = KL_OK;
    uint32_t number = 0;
    *out = (struct name_map){.path = path, .exists = true};
    if (count_lines(text) > NAME_MAP_MAX_LINES)
        return error_set(e, KL_ERR_LIMIT, "%s: more than %u lines", path, NAME_MAP_MAX_LINES);
    out->lines = arena_calloc(a, count_lines(text), sizeof *out->lines);
    for (size_t at = 0; at < text.len && s == KL_OK;) {
        size_t end = slice_find_byte(text, '\n', at);
        struct slice line = slice_sub(text, at, end);
        line = slice_trim(slice_sub(line, 0, slice_find_byte(line, '#', 0)));
        number++;
        if (line.len > 0)
            s = parse_line(out, line, number, a, e);
        at = end == SIZE_MAX ? text.len : end + 1;
    }
    return s;
}

enum kl_status name_map_read(const char *path, struct arena *a, struct name_map *out, struct error *e) {
    struct buf text = BUF_INIT(KL_MAX_CONFIG_BYTES);
    enum kl_status s = file_read(path, KL_MAX_CONFIG_BYTES, &text, e);
    *out = (struct name_map){.path = path};
    if (s == KL_ERR_NOT_FOUND)
        s = KL_OK;
    else if (s == KL_OK)
        s = name_map_parse(buf_as_slice(&text), path, a, out, e);
    buf_release(&text);
    return s;
}
