/* notebook_text.c: see notebook_text.h. */
#include "rewriters/notebook_text.h"

#include "base/buf.h"
#include "base/json.h"

#define MAX_MAGICS 200u /* lines in one notebook; the text is lexed again behind each */

/* Cell magics whose body is Python of this very kernel. */
static const char *const python_magics[] = {"%%time", "%%timeit", "%%capture", "%%prun"};

static size_t line_end(struct slice text, size_t at) {
    size_t end = slice_find_byte(text, '\n', at);
    return end == SIZE_MAX ? text.len : end;
}

static size_t cell_end(const struct notebook_cells *cells, size_t cell, struct slice text) {
    return cell + 1 < cells->count ? cells->starts[cell + 1] : text.len;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* `%%time` and what follows in its line: is the rest of the cell Python? */
static bool has_python_body(struct slice line) {
    for (size_t i = 0; i < KL_ARRAY_LEN(python_magics); i++) {
        size_t len = strlen(python_magics[i]);
        if (slice_starts(line, python_magics[i]) && (line.len == len || is_blank(line.ptr[len])))
            return true;
    }
    return false;
}

/* A cell magic stands before all else in its cell. */
static void comment_cell_magics(char *text, size_t len, const struct notebook_cells *cells) {
    struct slice all = slice_of(text, len);
    for (size_t cell = 0; cell < cells->count; cell++) {
        size_t at = cells->starts[cell], end = cell_end(cells, cell, all);
        while (at < end && is_blank(text[at]))
            at++;
        if (at + 1 >= end || text[at] != '%' || text[at + 1] != '%')
            continue;
        bool python = has_python_body(slice_sub(all, at, line_end(all, at)));
        for (; at < end; at = line_end(all, at) + 1) {
            if (text[at] != '\n')
                text[at] = '#';
            if (python)
                break;
        }
    }
}

static bool begins_line(const struct py_tokens *t, size_t i) {
    if (t->items[i].depth > 0)
        return false;
    for (; i > 0; i--) {
        unsigned kind = t->items[i - 1].kind;
        if (kind == PY_NEWLINE || kind == PY_NL)
            return true;
        if (kind != PY_INDENT && kind != PY_DEDENT)
            return false;
    }
    return true;
}

/* `x = !ls` and `x = %env NAME`. */
static bool is_captured(struct slice text, const struct py_tokens *t, size_t i) {
    return i > 0 && t->items[i - 1].kind == PY_OP && t->items[i - 1].op == '=' &&
           (text.ptr[t->items[i].start] == '!' || text.ptr[t->items[i].start] == '%');
}

/* The first byte of the next line that no Python reads; SIZE_MAX: there is none. */
static size_t find_magic(struct slice text, const struct py_tokens *t) {
    for (size_t i = 0; i < t->count; i++) {
        char c = t->items[i].start < text.len ? text.ptr[t->items[i].start] : '\0';
        if ((c != '%' && c != '!' && c != '?') || (t->items[i].kind != PY_OP && t->items[i].kind != PY_ERROR))
            continue;
        bool help = c == '?' && t->items[i].depth == 0;
        if (!help && !begins_line(t, i) && !is_captured(text, t, i))
            continue;
        size_t first = i;
        while (first > 0 && !begins_line(t, first))
            first--;
        return t->items[first].start;
    }
    return SIZE_MAX;
}

struct slice notebook_python(struct slice text, const struct notebook_cells *cells, struct arena *arena) {
    struct py_tokens tokens = PY_TOKENS_INIT;
    char *copy = arena_cstr(arena, text);
    struct slice out = slice_of(copy, text.len);
    comment_cell_magics(copy, text.len, cells);
    for (unsigned n = 0; n < MAX_MAGICS; n++) {
        py_lex(out, &tokens);
        size_t at = find_magic(out, &tokens);
        if (at == SIZE_MAX)
            break;
        copy[at] = '#';
    }
    py_tokens_release(&tokens);
    return out;
}

bool notebook_is_magic(const struct source *s, uint32_t token) {
    const struct py_token *t = &s->tokens.items[token];
    size_t byte = pyfile_byte_offset(&s->file, t->start);
    return s->is_notebook && t->kind == PY_COMMENT && byte < s->file.bytes.len &&
           s->file.bytes.ptr[byte] != '#';
}

const char *notebook_refusal(const struct source *s) {
    if (s->cells.count == 0)
        return "a notebook without code";
    cJSON *json = NULL;
    struct error ignored = {0};
    if (json_parse(s->file.bytes, "the notebook", &json, &ignored) != KL_OK)
        return "the notebook is not valid JSON";
    const cJSON *spec = json_get(json_get(json, "metadata"), "kernelspec");
    const char *language = json_string(spec, "language");
    bool python = !language || strcmp(language, "python") == 0;
    bool old = !json_get(json, "cells");
    json_delete_secret(json);
    if (old)
        return "a notebook of format 3 or older (nbformat converts it)";
    return python ? NULL : "a notebook of another language";
}

/* Behind `from __future__ import x`, which goes before all else. */
static uint32_t skip_future(const struct source *s, uint32_t at) {
    for (;;) {
        uint32_t i = source_token_after(s, at);
        while (s->tokens.items[i].kind == PY_NL || s->tokens.items[i].kind == PY_COMMENT)
            i++;
        uint32_t module = source_next(s, i);
        if (!source_token_is(s, i, "from") || module == SOURCE_NO_TOKEN ||
            !source_token_is(s, module, "__future__"))
            return at;
        while (s->tokens.items[i].kind != PY_NEWLINE && s->tokens.items[i].kind != PY_END)
            i++;
        at = s->tokens.items[i].end;
    }
}

/* Behind `%%time`, which goes before all else in its cell. */
static uint32_t skip_cell_magic(const struct source *s, uint32_t at) {
    uint32_t i = source_token_after(s, at);
    while (s->tokens.items[i].kind == PY_NL)
        i++;
    if (!notebook_is_magic(s, i))
        return at;
    size_t byte = pyfile_byte_offset(&s->file, s->tokens.items[i].start);
    bool cell_magic = slice_starts(slice_sub(s->file.bytes, byte, s->file.bytes.len), "%%");
    return cell_magic ? (uint32_t)line_end(s->text, s->tokens.items[i].start) + 1 : at;
}

void notebook_points(const struct source *s, uint32_t first_statement, struct import_points *out) {
    size_t cell = 0;
    while (cell + 1 < s->cells.count && s->cells.starts[cell + 1] <= first_statement)
        cell++;
    uint32_t at = skip_future(s, skip_cell_magic(s, s->cells.starts[cell]));
    uint32_t next = source_token_after(s, at);
    while (s->tokens.items[next].kind != PY_NAME && s->tokens.items[next].start < first_statement)
        next++;
    bool imports = source_token_is(s, next, "import") || source_token_is(s, next, "from");
    struct import_point point = {.at = at, .blank_after = !imports};
    *out = (struct import_points){.first = point, .last = point};
}

/* What stands between two lines of a "source" list before the string that begins
 * at `byte`: `",\n    "`. Empty where it is no list, or its first line. */
static struct slice line_separator(struct slice json, size_t byte) {
    size_t quote = byte > 0 ? byte - 1 : 0, at = quote;
    if (json.ptr[quote] != '"')
        return slice_of(NULL, 0);
    while (at > 0 && is_blank(json.ptr[at - 1]))
        at--;
    return slice_sub(json, at, quote);
}

static bool is_list_line(struct slice json, size_t byte) {
    struct slice blanks = line_separator(json, byte);
    size_t before = blanks.ptr ? (size_t)(blanks.ptr - json.ptr) : 0;
    return before > 0 && (json.ptr[before - 1] == '[' || json.ptr[before - 1] == ',');
}

/* As json.dumps(ensure_ascii=False) and nbformat write it. */
static void add_escaped(struct buf *out, char c) {
    static const char from[] = "\n\r\t\b\f\"\\", to[] = "nrtbf\"\\";
    const char *known = c ? strchr(from, c) : NULL;
    if (known)
        buf_printf(out, "\\%c", to[known - from]);
    else if ((unsigned char)c < 0x20)
        buf_printf(out, "\\u%04x", (unsigned)(unsigned char)c);
    else
        buf_char(out, c);
}

void notebook_escape(struct slice text, struct buf *out) {
    for (size_t i = 0; i < text.len; i++)
        add_escaped(out, text.ptr[i]);
}

bool notebook_unescape(struct slice escaped, struct buf *out) {
    struct buf quoted = BUF_INIT_SECRET(KL_MAX_REWRITE_BYTES), again = BUF_INIT_SECRET(KL_MAX_REWRITE_BYTES);
    cJSON *json = NULL;
    struct error ignored = {0};
    buf_char(&quoted, '"');
    buf_slice(&quoted, escaped);
    buf_char(&quoted, '"');
    bool good = json_parse(buf_as_slice(&quoted), "a line", &json, &ignored) == KL_OK && cJSON_IsString(json);
    if (good) {
        notebook_escape(slice_cstr(json->valuestring), &again);
        good = buf_ok(&again) && slice_eq(buf_as_slice(&again), escaped);
        buf_str(out, json->valuestring);
    }
    json_delete_secret(json);
    buf_release(&again);
    buf_release(&quoted);
    return good;
}

void notebook_escape_edits(const struct source *s, struct edit_list *edits, struct arena *arena) {
    for (size_t i = 0; i < edits->count; i++) {
        struct edit_item *item = &edits->items[i];
        if (item->in_bytes)
            continue;
        size_t byte = pyfile_byte_offset(&s->file, item->start);
        bool lines = item->start == item->end && is_list_line(s->file.bytes, byte);
        struct slice separator = lines ? line_separator(s->file.bytes, byte) : slice_of(NULL, 0);
        struct buf b = BUF_INIT(KL_MAX_CONFIG_BYTES);
        for (const char *c = item->text; *c; c++) {
            add_escaped(&b, *c);
            if (*c == '\n' && lines)
                buf_printf(&b, "\",%.*s\"", (int)separator.len, separator.ptr);
        }
        item->text = arena_cstr(arena, buf_as_slice(&b));
        buf_release(&b);
    }
}

static void drop_sources(cJSON *json) {
    cJSON *cell;
    cJSON_ArrayForEach(cell, json_get(json, "cells")) {
        const char *type = json_string(cell, "cell_type");
        if (type && strcmp(type, "code") == 0)
            json_delete_secret(cJSON_DetachItemFromObjectCaseSensitive(cell, "source"));
    }
}

/* A name that took a value's place in an output is no code; the bytes around it were compared. */
static bool names_in_outputs(const struct rewrite_request *r) {
    for (size_t i = 0; i < r->site_count; i++)
        if (r->sites[i].rewritten && r->sites[i].is_mention && r->sites[i].context == CONTEXT_TEXT)
            return true;
    return false;
}

bool notebook_same_outside(const struct rewrite_request *r, const struct rewrite_output *out) {
    cJSON *before = NULL, *after = NULL;
    struct error ignored = {0};
    bool same = json_parse(r->bytes, "the notebook", &before, &ignored) == KL_OK &&
                json_parse(out->bytes, "the notebook", &after, &ignored) == KL_OK;
    if (same && !names_in_outputs(r)) {
        drop_sources(before);
        drop_sources(after);
        same = cJSON_Compare(before, after, true);
    }
    json_delete_secret(before);
    json_delete_secret(after);
    return same;
}
