/* manifest_ini.c: install_requires of setup.cfg, as Python's configparser and setuptools
 * read it. (setuptools: Configuring setuptools using setup.cfg files.) A package is added
 * as one more line of the value. */
#include "rewriters/manifest_parts.h"

#define SECTION "options"
#define KEY "install_requires"
#define INDENT "    "

struct value {
    bool found;
    struct slice first;  /* behind the "=" */
    size_t end;          /* of its last line that says something */
    struct slice indent; /* of that line */
    unsigned more_lines; /* behind the first */
};

static size_t indent_of(struct slice line) {
    size_t n = 0;
    while (n < line.len && (line.ptr[n] == ' ' || line.ptr[n] == '\t'))
        n++;
    return n;
}

static bool is_comment(struct slice trimmed) {
    return trimmed.len > 0 && (trimmed.ptr[0] == '#' || trimmed.ptr[0] == ';');
}

static bool begins_value(struct slice line, struct slice *value) {
    size_t sign = 0;
    while (sign < line.len && line.ptr[sign] != '=' && line.ptr[sign] != ':')
        sign++;
    if (sign == line.len || !slice_eq_nocase(slice_trim(slice_sub(line, 0, sign)), KEY))
        return false;
    *value = slice_trim(slice_sub(line, sign + 1, line.len));
    return true;
}

/* Calls fn for each line of the value. */
static struct value find_value(struct slice text, void (*fn)(void *ctx, struct slice line), void *ctx) {
    struct value v = {0};
    bool in_section = false, in_value = false;
    for (size_t at = slice_starts(text, "\xEF\xBB\xBF") ? 3 : 0; at < text.len;) {
        size_t end = manifest_line_end(text, at), next = slice_find_byte(text, '\n', at);
        struct slice line = slice_sub(text, at, end), trimmed = slice_trim(line);
        size_t start = at;
        at = next == SIZE_MAX ? text.len : next + 1;
        if (trimmed.len == 0 || is_comment(trimmed))
            continue;
        size_t indent = indent_of(line);
        if (in_value && indent > 0) {
            v.end = end;
            v.indent = slice_sub(text, start, start + indent);
            v.more_lines++;
            fn(ctx, trimmed);
            continue;
        }
        in_value = false;
        if (line.ptr[0] == '[') {
            in_section = slice_eq_cstr(trimmed, "[" SECTION "]");
        } else if (in_section && indent == 0 && !v.found && begins_value(line, &v.first)) {
            v.found = in_value = true;
            v.end = end;
            if (v.first.len > 0)
                fn(ctx, v.first);
        }
    }
    return v;
}

struct reading {
    const struct manifest_reader *reader;
    struct manifest_facts *facts;
};

static void read_files(struct slice names, const struct manifest_reader *reader) {
    for (size_t at = 0; at < names.len;) {
        size_t end = slice_find_byte(names, ',', at);
        end = end == SIZE_MAX ? names.len : end;
        manifest_tell_include(reader, slice_trim(slice_sub(names, at, end)));
        at = end + 1;
    }
}

static void read_value_line(void *ctx, struct slice line) {
    struct reading *reading = ctx;
    struct requirement r;
    if (slice_starts(line, "file:")) {
        reading->facts->in_other_files = true;
        read_files(slice_sub(line, strlen("file:"), line.len), reading->reader);
    } else if (requirement_parse(line, &r)) {
        manifest_tell(reading->reader, &r);
    }
}

void manifest_read_setup_cfg(struct slice bytes, const struct manifest_reader *reader,
                             struct manifest_facts *out) {
    struct reading reading = {reader, out};
    struct value v = find_value(bytes, read_value_line, &reading);
    out->lists = v.found && !out->in_other_files;
    /* Alone in its line, a ";" parts requirements and begins a marker. */
    if (v.more_lines == 0 && slice_find_byte(v.first, ';', 0) != SIZE_MAX)
        out->unclear = "its list is one line with a \";\" in it";
}

static void nothing(void *ctx, struct slice line) {
    (void)ctx;
    (void)line;
}

void manifest_add_setup_cfg(const struct manifest_request *r, struct manifest_output *out) {
    struct buf text = BUF_INIT(KL_MAX_CONFIG_BYTES);
    struct value v = find_value(r->bytes, nothing, NULL);
    struct slice indent = v.more_lines > 0 ? v.indent : SLICE_LIT(INDENT);
    if (!v.found)
        out->left = "it has no install_requires";
    for (size_t i = 0; i < r->count; i++)
        buf_printf(&text, "%s%.*s%s", r->eol, SLICE_ARG(indent), r->requirements[i]);
    if (v.found)
        manifest_insert(out, v.end, arena_copy(r->arena, buf_as_slice(&text)));
    buf_release(&text);
}
