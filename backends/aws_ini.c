/* aws_ini.c: the line reader of AWS's files. One pass; a line that is indented
 * deeper than the option before it continues that option's value. */
#include "backends/aws_ini.h"

#include "base/buf.h"
#include "base/encode.h"

#define BLANKS " \t\v\f\x1c\x1d\x1e\x1f"

struct reader {
    const char *what;
    struct arena *arena;
    struct aws_ini *ini;
    struct aws_ini_section *section; /* NULL before the first header */
    struct aws_ini_option *option;   /* NULL when no value may be continued */
    struct buf value;                /* of `option`, so far */
    size_t indent;                   /* of the last header or option */
    uint32_t line;
};

static bool is_blank(char c) {
    return c && strchr(BLANKS, c);
}

static struct slice trim(struct slice s) {
    while (s.len && is_blank(s.ptr[0]))
        s = slice_sub(s, 1, s.len);
    while (s.len && is_blank(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

/* An arena has no realloc: the outgrown array stays in it until the end. */
static void *grow(struct arena *a, void *items, size_t count, size_t *cap, size_t elem) {
    if (count < *cap)
        return items;
    size_t wider = *cap ? *cap * 2 : 8;
    void *moved = arena_calloc(a, wider, elem);
    if (count)
        memcpy(moved, items, count * elem);
    *cap = wider;
    return moved;
}

static enum kl_status bad_line(const struct reader *r, struct error *e, const char *why) {
    return error_set(e, KL_ERR_PARSE, "%s:%u: %s", r->what, (unsigned)r->line, why);
}

/* configparser drops blank lines at the end of a value, and the blanks of its last line. */
static void finish_value(struct reader *r) {
    if (!r->option)
        return;
    struct slice text = buf_as_slice(&r->value);
    while (text.len && (text.ptr[text.len - 1] == '\n' || is_blank(text.ptr[text.len - 1])))
        text.len--;
    r->option->value = arena_cstr(r->arena, text);
    r->option = NULL;
    buf_clear(&r->value);
}

static enum kl_status begin_section(struct reader *r, struct slice name, struct error *e) {
    struct aws_ini *ini = r->ini;
    const char *text = arena_cstr(r->arena, name);
    finish_value(r);
    if (strcmp(text, "DEFAULT") == 0) {
        r->section = &ini->defaults;
        return KL_OK;
    }
    if (aws_ini_find(ini, text))
        return bad_line(r, e, "this section is there already; boto3 takes each one once, so join the two");
    if (ini->count == AWS_INI_MAX_SECTIONS)
        return error_set(e, KL_ERR_LIMIT, "%s: more than %u sections", r->what, AWS_INI_MAX_SECTIONS);
    ini->sections = grow(r->arena, ini->sections, ini->count, &ini->cap, sizeof *ini->sections);
    r->section = &ini->sections[ini->count++];
    *r->section = (struct aws_ini_section){.name = text};
    return KL_OK;
}

static char *lower(struct arena *a, struct slice s) {
    char *text = arena_cstr(a, s);
    for (char *p = text; *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p + ('a' - 'A'));
    return text;
}

static enum kl_status begin_option(struct reader *r, struct slice line, struct error *e) {
    struct aws_ini_section *s = r->section;
    size_t at = 0;
    while (at < line.len && line.ptr[at] != '=' && line.ptr[at] != ':')
        at++;
    struct slice key = trim(slice_sub(line, 0, at));
    if (at == line.len || !key.len)
        return bad_line(r, e, "neither a [section] nor a \"key = value\"");
    const char *name = lower(r->arena, key);
    finish_value(r);
    for (size_t i = 0; i < s->count; i++)
        if (strcmp(s->options[i].key, name) == 0)
            return bad_line(r, e, "this key is in the section already; boto3 takes each one once");
    if (s->count == AWS_INI_MAX_OPTIONS)
        return error_set(e, KL_ERR_LIMIT, "%s: more than %u keys in one section", r->what,
                         AWS_INI_MAX_OPTIONS);
    s->options = grow(r->arena, s->options, s->count, &s->cap, sizeof *s->options);
    r->option = &s->options[s->count++];
    *r->option = (struct aws_ini_option){name, ""};
    buf_slice(&r->value, trim(slice_sub(line, at + 1, line.len)));
    return KL_OK;
}

static enum kl_status read_line(struct reader *r, struct slice line, struct error *e) {
    struct slice text = trim(line);
    if (!text.len) {
        if (r->option)
            buf_char(&r->value, '\n'); /* inside a value, or at its end, where it is dropped */
        return KL_OK;
    }
    if (text.ptr[0] == '#' || text.ptr[0] == ';')
        return KL_OK;
    size_t indent = (size_t)(text.ptr - line.ptr);
    if (r->option && indent > r->indent) {
        buf_char(&r->value, '\n');
        buf_slice(&r->value, text);
        return KL_OK;
    }
    r->indent = indent;
    size_t close = text.len;
    while (close > 0 && text.ptr[close - 1] != ']')
        close--;
    if (text.ptr[0] == '[' && close > 2)
        return begin_section(r, slice_sub(text, 1, close - 1), e);
    if (!r->section)
        return bad_line(r, e, "a [section] must come first");
    return begin_option(r, text, e);
}

/* A block is lines of "key = value": boto3 rejects the whole file otherwise. */
static enum kl_status check_blocks(const struct aws_ini_section *s, const char *what, struct error *e) {
    for (size_t i = 0; i < s->count; i++) {
        struct slice v = slice_cstr(s->options[i].value);
        if (!v.len || v.ptr[0] != '\n')
            continue;
        for (size_t from = 0; from < v.len;) {
            size_t end = slice_find_byte(v, '\n', from);
            struct slice line = trim(slice_sub(v, from, end == SIZE_MAX ? v.len : end));
            if (line.len && slice_find_byte(line, '=', 0) == SIZE_MAX)
                return error_set(e, KL_ERR_PARSE, "%s: a line of the block \"%s\" is not \"key = value\"",
                                 what, s->options[i].key);
            from = end == SIZE_MAX ? v.len : end + 1;
        }
    }
    return KL_OK;
}

/* One line, without its end: LF, CRLF or CR. */
static struct slice next_line(struct slice text, size_t *at) {
    size_t from = *at, end = from;
    while (end < text.len && text.ptr[end] != '\n' && text.ptr[end] != '\r')
        end++;
    bool crlf = end + 1 < text.len && text.ptr[end] == '\r' && text.ptr[end + 1] == '\n';
    *at = end + (crlf ? 2 : 1);
    return slice_sub(text, from, end);
}

enum kl_status aws_ini_parse(struct slice text, const char *what, struct arena *a, struct aws_ini *out,
                             struct error *e) {
    struct reader r = {.what = what, .arena = a, .ini = out};
    enum kl_status st = KL_OK;
    *out = (struct aws_ini){.defaults = {.name = "DEFAULT"}};
    buf_init_secret(&r.value, AWS_INI_MAX_BYTES);
    if (text.len > AWS_INI_MAX_BYTES)
        st = error_set(e, KL_ERR_LIMIT, "%s: larger than %zu bytes", what, AWS_INI_MAX_BYTES);
    else if (!utf8_valid(text) || slice_find_byte(text, '\0', 0) != SIZE_MAX)
        st = error_set(e, KL_ERR_PARSE, "%s: not text in UTF-8", what);
    else if (slice_starts(text, "\xef\xbb\xbf"))
        st = error_set(e, KL_ERR_PARSE,
                       "%s: begins with a byte order mark, which boto3 rejects; save it without one", what);
    for (size_t at = 0; st == KL_OK && at < text.len;) {
        r.line++;
        st = read_line(&r, next_line(text, &at), e);
    }
    finish_value(&r);
    buf_release(&r.value);
    for (size_t i = 0; st == KL_OK && i < out->count; i++)
        st = check_blocks(&out->sections[i], what, e);
    return st == KL_OK && out->count ? check_blocks(&out->defaults, what, e) : st;
}

const struct aws_ini_section *aws_ini_find(const struct aws_ini *ini, const char *section) {
    for (size_t i = 0; i < ini->count; i++)
        if (strcmp(ini->sections[i].name, section) == 0)
            return &ini->sections[i];
    return NULL;
}

const char *aws_ini_get(const struct aws_ini *ini, const struct aws_ini_section *section, const char *key) {
    const struct aws_ini_section *const places[] = {section, &ini->defaults};
    for (size_t p = 0; section && p < KL_ARRAY_LEN(places); p++)
        for (size_t i = 0; i < places[p]->count; i++)
            if (strcmp(places[p]->options[i].key, key) == 0)
                return places[p]->options[i].value;
    return NULL;
}

const char *aws_ini_nested(const char *block, const char *key, struct arena *a) {
    struct slice text = slice_cstr(block), found = {0};
    if (!text.len || text.ptr[0] != '\n')
        return NULL;
    for (size_t at = 0; at < text.len;) {
        struct slice line = next_line(text, &at);
        size_t equals = slice_find_byte(line, '=', 0);
        if (equals != SIZE_MAX && slice_eq_cstr(trim(slice_sub(line, 0, equals)), key))
            found = trim(slice_sub(line, equals + 1, line.len)); /* the last one counts */
    }
    return found.ptr ? arena_cstr(a, found) : NULL;
}
