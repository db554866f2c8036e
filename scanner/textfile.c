/* textfile.c: pairs of name and value from text. Which ways of writing a pair a
 * format has is a table; each way is one function over a line or the file. */
#include "scanner/textfile.h"

#include "base/buf.h"
#include "base/encode.h"
#include "base/file.h"
#include "base/mem.h"
#include "scanner/encoded.h"
#include "scanner/textfile_internal.h"

#define MAX_LABEL_DISTANCE ((size_t)200)

static const struct {
    const char *end; /* of the file's name, small letters */
    unsigned ways;
} formats[] = {
    {".json", PAIR_QUOTED},
    {".ipynb", PAIR_QUOTED},
    {".yaml", PAIR_COLON | PAIR_EQUALS | PAIR_QUOTED | PAIR_YAML},
    {".yml", PAIR_COLON | PAIR_EQUALS | PAIR_QUOTED | PAIR_YAML},
    {"netrc", PAIR_WORDS},
    {".toml", PAIR_EQUALS | PAIR_TOML},
    {"pipfile", PAIR_EQUALS | PAIR_TOML},
    {".properties", PAIR_EQUALS | PAIR_COLON | PAIR_CONTINUED},
};

static const char *const key_prefixes[] = {"export ",   "set ", "declare ", "local ",
                                           "readonly ", "ENV ", "ARG ",     "- "};

unsigned text_ways_of(const char *path, enum scan_language language) {
    struct slice name = slice_cstr(path_basename(path));
    for (size_t i = 0; i < KL_ARRAY_LEN(formats); i++) {
        struct slice end = slice_sub(
            name, name.len - (strlen(formats[i].end) < name.len ? strlen(formats[i].end) : name.len),
            name.len);
        if (slice_eq_nocase(end, formats[i].end))
            return formats[i].ways;
    }
    switch (language) {
    case SCAN_DOTENV:
        return PAIR_EQUALS | PAIR_DOTENV;
    case SCAN_SHELL:
        return PAIR_EQUALS | PAIR_SHELL;
    case SCAN_CONFIG:
        return PAIR_EQUALS | PAIR_COLON | PAIR_INDENTED;
    default:
        return 0;
    }
}

/* The last part of a dotted or slashed key: spring.datasource.password. */
static struct slice last_part(struct slice key) {
    for (size_t i = key.len; i-- > 0;)
        if (key.ptr[i] == '.' || key.ptr[i] == '/')
            return slice_sub(key, i + 1, key.len);
    return key;
}

/* - name: DB_PASSWORD, and next to it value: "...": called what the name says. */
static struct slice name_of(struct extraction *x, struct slice key, size_t start) {
    struct slice label = x->label;
    x->label = (struct slice){0};
    if (label.len == 0 || !slice_eq_nocase(key, "value") || start < x->label_end ||
        start - x->label_end > MAX_LABEL_DISTANCE)
        return last_part(key);
    struct slice between = slice_sub(x->text, x->label_end, start);
    bool apart = slice_find_byte(between, '{', 0) != SIZE_MAX || slice_find_byte(between, '}', 0) != SIZE_MAX;
    return last_part(apart ? key : label);
}

void text_add_pair(struct extraction *x, struct slice key, size_t start, size_t end, struct slice value) {
    struct candidates *c = x->out;
    if (value.len == 0 || value.len > KL_MAX_SECRET_BYTES || key.len == 0)
        return;
    c->items = mem_grow(c->items, &c->capacity, c->count + 1, sizeof *c->items);
    c->items[c->count++] = (struct candidate){.start = (uint32_t)start,
                                              .end = (uint32_t)end,
                                              .first_token = UINT32_MAX,
                                              .last_token = UINT32_MAX,
                                              .context = CONTEXT_TEXT,
                                              .name = name_of(x, key, start),
                                              .value = value,
                                              .parts = 1,
                                              .in_test = x->in_test};
    if (slice_eq_nocase(key, "name") || slice_eq_nocase(key, "key")) {
        x->label = value;
        x->label_end = end;
    }
    struct encoded e;
    if (start < x->secret_end && x->data_indent != SIZE_MAX && encoded_base64(value, x->arena, &e)) {
        c->items[c->count - 1].value = e.text;
        c->items[c->count - 1].encoding = e.how;
    }
}

/* Offset behind the closing quote of the string that opens at `at`, or `end`. */
size_t text_quoted_end(struct slice s, size_t at, size_t end, bool *closed) {
    char quote = s.ptr[at];
    for (size_t i = at + 1; i < end; i++) {
        if (s.ptr[i] == '\\' && quote == '"') {
            i++;
        } else if (s.ptr[i] == quote) {
            *closed = true;
            return i + 1;
        }
    }
    *closed = false;
    return end;
}

/* \uXXXX, or a pair of them, at body.ptr[at] == '\\'; moves *at to the last digit. */
static bool unquote_unicode(struct slice body, size_t *at, struct buf *out) {
    uint32_t code, low = 0;
    if (!hex_number(body, *at + 2, 4, &code))
        return false;
    *at += 5;
    bool pair = code >= 0xD800 && code < 0xDC00 && *at + 2 < body.len && body.ptr[*at + 1] == '\\' &&
                body.ptr[*at + 2] == 'u';
    if (pair && hex_number(body, *at + 3, 4, &low) && low >= 0xDC00 && low < 0xE000) {
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        *at += 6;
    }
    buf_utf8(out, code);
    return true;
}

/* What is between quotes, with \" \\ \/ \n \t \uXXXX taken back. */
struct slice text_unquote(struct slice body, char quote, struct arena *arena) {
    static const char from[] = "nrt", to[] = "\n\r\t";
    if (quote != '"' || slice_find_byte(body, '\\', 0) == SIZE_MAX)
        return body;
    struct buf out = BUF_INIT_SECRET(body.len + 1);
    for (size_t i = 0; i < body.len; i++) {
        char c = body.ptr[i];
        if (c == '\\' && i + 1 < body.len) {
            if (body.ptr[i + 1] == 'u' && unquote_unicode(body, &i, &out))
                continue;
            c = body.ptr[++i];
            const char *known = c ? strchr(from, c) : NULL;
            c = known ? to[known - from] : c;
        }
        buf_char(&out, c);
    }
    struct slice value = arena_copy(arena, buf_as_slice(&out));
    buf_release(&out);
    return value;
}

/* The value in text[at, end) of one line; returns what it ends at. */
static size_t add_value(struct extraction *x, struct slice key, size_t at, size_t end, unsigned ways) {
    struct slice s = x->text;
    at = text_skip_blanks(s, at, end);
    if (at >= end || (s.ptr[at] == '#' && (ways & (PAIR_YAML | PAIR_INDENTED)))) {
        text_value_below(x, key, end, ways);
        return end;
    }
    if (text_long_value(x, key, at, end, ways))
        return end;
    if (s.ptr[at] == '"' || s.ptr[at] == '\'') {
        bool closed = false;
        size_t stop = text_quoted_end(s, at, end, &closed);
        if (closed)
            text_add_pair(x, key, at, stop,
                          text_unquote(slice_sub(s, at + 1, stop - 1), s.ptr[at], x->arena));
        return stop;
    }
    size_t stop = at;
    while (stop < end) {
        char c = s.ptr[stop];
        if ((c == '#' && stop > at && text_is_blank(s.ptr[stop - 1])) ||
            ((ways & PAIR_SHELL) && (text_is_blank(c) || c == ';' || c == '&' || c == '|')))
            break;
        stop++;
    }
    while (stop > at && text_is_blank(s.ptr[stop - 1]))
        stop--;
    text_add_pair(x, key, at, stop, slice_sub(s, at, stop));
    return stop;
}

static size_t skip_prefixes(struct slice s, size_t at, size_t end, bool *is_env) {
    for (bool again = true; again;) {
        again = false;
        at = text_skip_blanks(s, at, end);
        for (size_t i = 0; i < KL_ARRAY_LEN(key_prefixes) && !again; i++) {
            if (!slice_starts(slice_sub(s, at, end), key_prefixes[i]))
                continue;
            *is_env = *is_env || strcmp(key_prefixes[i], "ENV ") == 0;
            at += strlen(key_prefixes[i]);
            again = true;
        }
    }
    return at;
}

static size_t line_pair(struct extraction *x, size_t at, size_t end, unsigned ways) {
    struct slice s = x->text;
    bool is_env = false;
    at = skip_prefixes(s, at, end, &is_env);
    char quote = at < end && (s.ptr[at] == '"' || s.ptr[at] == '\'') ? s.ptr[at++] : '\0';
    size_t start = at;
    while (at < end && text_is_key_char(s.ptr[at]))
        at++;
    struct slice key = slice_sub(s, start, at);
    if (quote) {
        if (at >= end || s.ptr[at] != quote)
            return end;
        at++;
    }
    size_t after = text_skip_blanks(s, at, end);
    if (key.len == 0 || after >= end)
        return end;
    char c = s.ptr[after];
    bool yaml_like =
        c == ':' && (after + 1 >= end || text_is_blank(s.ptr[after + 1]) || !(ways & PAIR_QUOTED));
    if (c == '=' && (ways & PAIR_EQUALS))
        return add_value(x, key, after + 1 < end && s.ptr[after + 1] == '=' ? after + 2 : after + 1, end,
                         ways);
    if (yaml_like && (ways & PAIR_COLON))
        return add_value(x, key, after + 1, end, ways);
    if (is_env && after > at)
        return add_value(x, key, after, end, ways & ~PAIR_SHELL);
    return end;
}

/* ENV and export set several at once. */
static void line_pairs(struct extraction *x, size_t at, size_t end, unsigned ways) {
    do
        at = line_pair(x, at, end, ways);
    while (at < end && (ways & PAIR_SHELL) && text_is_blank(x->text.ptr[at]));
}

/* .netrc: words, and the one after "password" is one. */
static void words_pair(struct extraction *x, size_t at, size_t end) {
    struct slice s = x->text, before = x->word;
    while ((at = text_skip_blanks(s, at, end)) < end) {
        size_t stop = at;
        while (stop < end && !text_is_blank(s.ptr[stop]))
            stop++;
        struct slice word = slice_sub(s, at, stop);
        if (slice_eq_cstr(before, "password") || slice_eq_cstr(before, "account"))
            text_add_pair(x, before, at, stop, word);
        before = slice_eq_cstr(before, "password") ? (struct slice){0} : word;
        at = stop;
    }
    x->word = before;
}

/* Every "name": "value" of the text, however it is laid out. */
static void quoted_pairs(struct extraction *x, size_t from, size_t to) {
    struct slice s = slice_sub(x->text, 0, to);
    size_t at = slice_find_byte(s, '"', from);
    while (at != SIZE_MAX) {
        bool closed = false;
        size_t stop = text_quoted_end(s, at, s.len, &closed);
        if (!closed)
            return;
        struct slice key = slice_sub(s, at + 1, stop - 1);
        size_t next = text_skip_blanks(s, stop, s.len);
        if (next < s.len && s.ptr[next] == ':') {
            next = text_skip_blanks(s, next + 1, s.len);
            if (next < s.len && s.ptr[next] == '"') {
                stop = text_quoted_end(s, next, s.len, &closed);
                if (closed)
                    text_add_pair(x, key, next, stop,
                                  text_unquote(slice_sub(s, next + 1, stop - 1), '"', x->arena));
            }
        }
        at = slice_find_byte(s, '"', stop);
    }
}

/* Kubernetes documentation, "Secrets": the values of `data` are base64; those of `stringData` are not. Called
 * at the beginning of a line. */
static void enter_document(struct extraction *x, size_t at) {
    struct slice rest = slice_sub(x->text, at, x->text.len);
    size_t end = slice_find(rest, SLICE_LIT("\n---"), 0);
    end = end == SIZE_MAX ? rest.len : end + 1;
    bool secret = slice_find(slice_sub(rest, 0, end), SLICE_LIT("\nkind: Secret"), 0) != SIZE_MAX ||
                  slice_starts(rest, "kind: Secret");
    x->secret_end = secret ? at + end : 0;
    x->data_indent = SIZE_MAX;
}

/* A line of YAML, from its first byte that is no blank: does it begin or end `data`? */
static void follow_data(struct extraction *x, size_t line, size_t first, size_t end) {
    struct slice text = slice_trim(slice_sub(x->text, first, end));
    if (slice_starts(text, "---")) {
        enter_document(x, end);
    } else if (slice_eq_cstr(text, "data:")) {
        x->data_indent = first - line;
    } else if (text.len > 0 && x->data_indent != SIZE_MAX && first - line <= x->data_indent) {
        x->data_indent = SIZE_MAX;
    }
}

static void collect_line(struct extraction *x, size_t at, size_t end, unsigned ways) {
    struct slice text = x->text;
    size_t first = text_skip_blanks(text, at, end);
    if ((ways & PAIR_SHELL) && at >= x->here_end) {
        text_enter_heredoc(x, first, end, ways);
        if (x->here_ways & PAIR_QUOTED)
            quoted_pairs(x, x->here_start, x->here_end);
    }
    if (at >= x->here_start && at < x->here_end)
        ways = x->here_ways;
    if (ways & PAIR_YAML)
        follow_data(x, at, first, end);
    if (ways & PAIR_WORDS)
        words_pair(x, at, end);
    else if (first < end && text.ptr[first] != '#' && text.ptr[first] != ';')
        line_pairs(x, at, end, ways);
    if ((ways & (PAIR_YAML | PAIR_TOML)) &&
        slice_find_byte(slice_sub(text, first, end), '{', 0) != SIZE_MAX) {
        size_t stop = ways & PAIR_YAML ? text_map_end(x, first, end) : end;
        text_inline_pairs(x, first, stop, ways);
        x->behind = stop > end ? stop : x->behind;
    }
}

void textfile_collect(const char *path, enum scan_language language, struct slice text, bool in_test,
                      struct arena *arena, struct candidates *out) {
    struct extraction x = {.text = text,
                           .arena = arena,
                           .out = out,
                           .in_test = in_test,
                           .data_indent = SIZE_MAX,
                           .ahead = 4 * text.len};
    unsigned ways = text_ways_of(path, language);
    out->count = 0;
    if (ways & PAIR_QUOTED)
        quoted_pairs(&x, 0, text.len);
    if (!(ways & (PAIR_EQUALS | PAIR_COLON | PAIR_WORDS)))
        return;
    x.label = (struct slice){0};
    if (ways & PAIR_YAML)
        enter_document(&x, 0);
    for (size_t at = 0; at < text.len;) {
        size_t end = slice_find_byte(text, '\n', at);
        end = end == SIZE_MAX ? text.len : end;
        collect_line(&x, at, end, ways);
        at = (x.behind > end ? x.behind : end) + 1;
    }
}

bool textfile_is_utf16(struct slice bytes) {
    return slice_starts(bytes, "\xff\xfe") || slice_starts(bytes, "\xfe\xff");
}

struct slice textfile_from_utf16(struct slice bytes, struct arena *arena) {
    bool little = slice_starts(bytes, "\xff\xfe");
    struct buf b = BUF_INIT_SECRET(2 * KL_MAX_FILE_BYTES);
    for (size_t i = 2; i + 1 < bytes.len; i += 2) {
        unsigned char x = (unsigned char)bytes.ptr[i], y = (unsigned char)bytes.ptr[i + 1];
        /* Halves of a pair stay halves, three bytes each: a secret is ASCII, and places stay simple. */
        buf_utf8(&b, little ? (uint32_t)(y << 8 | x) : (uint32_t)(x << 8 | y));
    }
    struct slice text = arena_copy(arena, buf_as_slice(&b));
    buf_release(&b);
    return text;
}

size_t textfile_utf16_offset(struct slice text, size_t offset) {
    size_t units = 0;
    for (size_t i = 0; i < offset && i < text.len; i++)
        units += ((unsigned char)text.ptr[i] & 0xc0u) != 0x80u;
    return 2 + 2 * units;
}
