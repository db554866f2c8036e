/* source.c: see source.h. */
#include "base/bisect.h"
#include "rewriters/notebook_text.h"
#include "rewriters/source.h"

static const char *line_end_of(struct slice text) {
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\n')
            return "\n";
        if (text.ptr[i] == '\r')
            return i + 1 < text.len && text.ptr[i + 1] == '\n' ? "\r\n" : "\r";
    }
    return "\n";
}

/* Noted once: each site may have to ask for what is compared by identity. */
static void note_identity(struct source *s, struct arena *arena) {
    for (int pass = 0; pass < 2; pass++) {
        uint32_t *to = pass ? arena_calloc(arena, s->identity_count + 1, sizeof *to) : NULL;
        s->identity_count = 0;
        for (uint32_t i = 0; i < s->tokens.count; i++) {
            if (s->tokens.items[i].kind != PY_NAME || s->tokens.items[i].op != KW_IS)
                continue;
            if (to)
                to[s->identity_count] = i;
            s->identity_count++;
        }
        s->identity = to;
    }
}

bool rewrite_is_notebook(const char *path) {
    return path && slice_ends(slice_cstr(path), ".ipynb");
}

static enum kl_status check_size(struct slice bytes, struct error *e) {
    if (bytes.len > KL_MAX_REWRITE_BYTES)
        return error_set(e, KL_ERR_LIMIT, "the file is larger than what is rewritten (%zu MB)",
                         KL_MAX_REWRITE_BYTES >> 20);
    return KL_OK;
}

/* out->file is there. */
static enum kl_status open_text(struct source *out, struct arena *arena, struct error *e) {
    out->text = out->file.text;
    out->eol = line_end_of(out->text);
    pylines_build(&out->lines, out->text, arena);
    py_lex(out->text, &out->tokens);
    note_identity(out, arena);
    return pytree_parse(out->text, &out->tree, e);
}

enum kl_status source_open(struct slice bytes, struct arena *arena, struct source *out, struct error *e) {
    *out = (struct source){.tokens = PY_TOKENS_INIT};
    enum kl_status s = check_size(bytes, e);
    if (s != KL_OK)
        return s;
    pyfile_decode(&out->file, bytes, arena);
    return open_text(out, arena, e);
}

enum kl_status source_open_notebook(struct slice bytes, struct arena *arena, struct source *out,
                                    struct error *e) {
    *out = (struct source){.tokens = PY_TOKENS_INIT, .is_notebook = true};
    enum kl_status s = check_size(bytes, e);
    if (s != KL_OK)
        return s;
    notebook_code(&out->file, bytes, arena, &out->cells);
    out->file.text = notebook_python(out->file.text, &out->cells, arena);
    return open_text(out, arena, e);
}

enum kl_status source_open_path(const char *path, struct slice bytes, struct arena *arena, struct source *out,
                                struct error *e) {
    return rewrite_is_notebook(path) ? source_open_notebook(bytes, arena, out, e)
                                     : source_open(bytes, arena, out, e);
}

void source_release(struct source *s) {
    py_tokens_release(&s->tokens);
    pytree_release(&s->tree);
}

static bool is_inside_character(struct slice text, size_t at) {
    return at < text.len && ((unsigned char)text.ptr[at] & 0xc0) == 0x80;
}

/* Only where a character begins does an offset of the text have a byte of a
 * transcoded file. */
size_t source_text_offset(const struct source *s, uint64_t byte) {
    size_t low = 0, high = s->text.len;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        while (middle > low && is_inside_character(s->text, middle))
            middle--;
        if (pyfile_byte_offset(&s->file, middle) >= byte) {
            high = middle;
            continue;
        }
        low = middle + 1;
        while (low < s->text.len && is_inside_character(s->text, low))
            low++;
    }
    return pyfile_byte_offset(&s->file, low) == byte ? low : SIZE_MAX;
}

uint32_t source_line(const struct source *s, size_t text_offset) {
    uint32_t line = 0, column = 0;
    pylines_position(&s->lines, s->text, text_offset, &line, &column);
    return line;
}

uint32_t source_token_after(const struct source *s, size_t offset) {
    struct bisection b = {.high = s->tokens.count - 1};
    while (bisect(&b))
        bisect_tell(&b, s->tokens.items[b.middle].end <= offset);
    return (uint32_t)b.low;
}

static bool is_layout(const struct py_token *t) {
    return t->kind == PY_COMMENT || t->kind == PY_NL || t->kind == PY_INDENT || t->kind == PY_DEDENT;
}

uint32_t source_next(const struct source *s, uint32_t token) {
    for (uint32_t i = token + 1; i < s->tokens.count; i++)
        if (!is_layout(&s->tokens.items[i]))
            return i;
    return SOURCE_NO_TOKEN;
}

uint32_t source_previous(const struct source *s, uint32_t token) {
    for (uint32_t i = token; i-- > 0;)
        if (!is_layout(&s->tokens.items[i]))
            return i;
    return SOURCE_NO_TOKEN;
}

bool source_has_name(const struct source *s, const char *name) {
    for (uint32_t i = 0; i < s->tokens.count; i++)
        if (s->tokens.items[i].kind == PY_NAME && source_token_is(s, i, name))
            return true;
    return false;
}

/* Folders that hold code of other people, to be replaced by its next release. */
static const char *const vendored_folders[] = {"site-packages", "dist-packages", "node_modules",
                                               "_vendor",       "vendor",        "vendored",
                                               "third_party",   "thirdparty"};

static bool is_vendored(const char *path) {
    while (*path) {
        size_t len = strcspn(path, "/");
        for (size_t i = 0; path[len] && i < KL_ARRAY_LEN(vendored_folders); i++)
            if (slice_eq_cstr(slice_of(path, len), vendored_folders[i]))
                return true;
        path += len + (path[len] == '/');
    }
    return false;
}

static bool contains_nocase(struct slice s, const char *word) {
    size_t len = strlen(word);
    for (size_t i = 0; i + len <= s.len; i++)
        if (slice_eq_nocase(slice_sub(s, i, i + len), word))
            return true;
    return false;
}

/* Generators say so in the comments (or the docstring) that a file begins with. */
static bool is_generated(const struct source *s) {
    static const char *const marks[] = {"@generated", "do not edit", "autogenerated file"};
    for (uint32_t i = 0; i < s->tokens.count; i++) {
        const struct py_token *t = &s->tokens.items[i];
        if (t->kind == PY_NL || t->kind == PY_NEWLINE)
            continue;
        if (t->kind != PY_COMMENT && t->kind != PY_STRING)
            return false;
        for (size_t k = 0; k < KL_ARRAY_LEN(marks); k++)
            if (contains_nocase(source_token_text(s, i), marks[k]))
                return true;
    }
    return false;
}

const char *source_refusal(const struct source *s, const char *path) {
    struct slice name = slice_cstr(path);
    if (slice_ends(name, ".pyi"))
        return "a stub file: its values are never evaluated";
    const char *notebook = s->is_notebook ? notebook_refusal(s) : NULL;
    if (notebook)
        return notebook;
    if (is_vendored(path))
        return "vendored code: its next release would bring the literal back";
    if (!s->file.decodable)
        return "the file's bytes do not fit its declared encoding";
    if (is_generated(s))
        return "a generated file: change what it is generated from";
    const char *reason = python2_refusal(s);
    if (reason)
        return reason;
    if (s->tokens.has_error)
        return "the file is not valid Python (it does not lex)";
    /* Of a file that did not parse, nothing is certain: where an error ends is
     * the parser's guess. */
    return s->tree.has_error ? "the file did not parse" : invalid_refusal(s);
}
