/* toml.c: see toml.h. tree-sitter-toml gives the syntax; what it does not know
 * (escapes, dotted keys, which table may be opened again) is done here, along
 * TOML 1.0.0. The tree is walked with a cursor, without recursion. */
#include "base/toml.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <tree_sitter/api.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/system.h"

#define TOML_MAX_DEPTH 64u         /* arrays and inline tables in each other */
#define TOML_MAX_KEY_PARTS 32u     /* a.b.c has three */
#define TOML_MAX_KEYS 20000u       /* of a document: cJSON finds a key by looking at each */
#define TOML_MAX_PARSE_SECONDS 5.0 /* a broken document must not hold up a scan */

const TSLanguage *tree_sitter_toml(void);

/* How a table came to be, kept in cJSON's valueint, which objects do not use:
 * TOML forbids to open most tables a second time. */
enum {
    TABLE_IMPLICIT = 0, /* [a.b] made a */
    TABLE_HEADER = 1,   /* [a] */
    TABLE_DOTTED = 2,   /* a.b = 1 made a */
    TABLE_INLINE = 4,   /* {...}, or a plain array: closed */
    ARRAY_OF_TABLES = 8 /* [[a]] */
};

struct key {
    struct buf parts[TOML_MAX_KEY_PARTS];
    unsigned count;
};

struct toml {
    struct slice text;
    const char *what;
    struct error *e;
    TSTreeCursor cursor;
    cJSON *root;
    unsigned keys;
    struct key key; /* the one being read; its buffers are used again */
};

static enum kl_status fail(struct toml *t, enum kl_status status, const char *problem, const char *name) {
    TSPoint at = ts_node_start_point(ts_tree_cursor_current_node(&t->cursor));
    if (name != NULL)
        return error_set(t->e, status, "%s: line %u: %s \"%.100s\"", t->what, at.row + 1, problem, name);
    return error_set(t->e, status, "%s: line %u: %s", t->what, at.row + 1, problem);
}

static struct slice node_text(const struct toml *t, TSNode node) {
    return slice_sub(t->text, ts_node_start_byte(node), ts_node_end_byte(node));
}

static bool node_is(TSNode node, const char *type) {
    return strcmp(ts_node_type(node), type) == 0;
}

/* ---- strings ---- */

/* One escape at s[*at] == '\\'; moves *at behind it. */
static bool decode_escape(struct slice s, size_t *at, bool multiline, struct buf *out) {
    static const char from[] = "btnfr\"\\", to[] = "\b\t\n\f\r\"\\";
    if (*at + 1 >= s.len)
        return false;
    char kind = s.ptr[*at + 1];
    const char *named = kind != '\0' ? strchr(from, kind) : NULL;
    if (named != NULL) {
        buf_char(out, to[named - from]);
        *at += 2;
        return true;
    }
    if (kind == 'u' || kind == 'U') {
        size_t digits = kind == 'u' ? 4 : 8;
        if (s.len - *at - 2 < digits)
            return false;
        char text[9] = {0};
        memcpy(text, s.ptr + *at + 2, digits);
        char *end = NULL;
        unsigned long code = strtoul(text, &end, 16);
        if (*end != '\0' || code == 0 || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
            return false; /* U+0000 cannot be kept in a cJSON string */
        buf_utf8(out, (uint32_t)code);
        *at += 2 + digits;
        return true;
    }
    /* A backslash at the end of a line eats all blanks up to the next word. */
    size_t end = *at + 1;
    bool line_end = false;
    while (end < s.len && memchr(" \t\r\n", s.ptr[end], 4) != NULL)
        line_end |= s.ptr[end++] == '\n';
    *at = end;
    return multiline && line_end;
}

/* The value of a string as written, quotes included. */
static bool decode_string(struct slice s, struct buf *out) {
    char quote = s.len > 0 ? s.ptr[0] : '\0';
    bool multiline = s.len >= 6 && s.ptr[1] == quote && s.ptr[2] == quote;
    size_t quotes = multiline ? 3 : 1;
    if (s.len < 2 * quotes)
        return false;
    struct slice body = slice_sub(s, quotes, s.len - quotes);
    size_t i = 0;
    if (multiline && slice_starts(body, "\r\n"))
        i = 2;
    else if (multiline && slice_starts(body, "\n"))
        i = 1;
    while (i < body.len) {
        if (body.ptr[i] == '\\' && quote == '"') {
            if (!decode_escape(body, &i, multiline, out))
                return false;
            continue;
        }
        if (body.ptr[i] == '\0')
            return false;
        bool crlf = body.ptr[i] == '\r' && i + 1 < body.len && body.ptr[i + 1] == '\n';
        if (!crlf)
            buf_char(out, body.ptr[i]);
        i++;
    }
    return utf8_valid(buf_as_slice(out));
}

/* ---- keys ---- */

/* The end of the key part that starts at `at`: a quoted string or a bare word. */
static size_t key_part_end(struct slice s, size_t at) {
    char quote = s.ptr[at];
    size_t end = at + 1;
    if (quote != '"' && quote != '\'') {
        while (end < s.len && memchr(". \t", s.ptr[end], 3) == NULL)
            end++;
        return end;
    }
    while (end < s.len && s.ptr[end] != quote)
        end += quote == '"' && s.ptr[end] == '\\' ? 2 : 1;
    return end < s.len ? end + 1 : s.len;
}

/* Splits a.'b'."c" into t->key. */
static enum kl_status read_key(struct toml *t, TSNode node) {
    struct slice s = node_text(t, node);
    t->key.count = 0;
    for (size_t at = 0; at < s.len;) {
        if (memchr(". \t", s.ptr[at], 3) != NULL) {
            at++;
            continue;
        }
        if (t->key.count == TOML_MAX_KEY_PARTS)
            return fail(t, KL_ERR_LIMIT, "a key has too many parts", NULL);
        struct buf *part = &t->key.parts[t->key.count++];
        buf_clear(part);
        size_t end = key_part_end(s, at);
        struct slice piece = slice_sub(s, at, end);
        if (piece.ptr[0] != '"' && piece.ptr[0] != '\'')
            buf_slice(part, piece);
        else if (!decode_string(piece, part))
            return fail(t, KL_ERR_PARSE, "a key with a wrong escape, or not in UTF-8", NULL);
        if (!buf_ok(part))
            return fail(t, KL_ERR_LIMIT, "a key is too long", NULL);
        at = end;
    }
    return t->key.count > 0 ? KL_OK : fail(t, KL_ERR_PARSE, "a key is missing", NULL);
}

static cJSON *find_member(const cJSON *table, const char *key) {
    return cJSON_GetObjectItemCaseSensitive(table, key);
}

/* cJSON keeps a number in valuedouble, and of it a copy in valueint that nobody reads; other values use
 * neither, but for the flags of tables above. */
static void set_line(const struct toml *t, cJSON *item) {
    unsigned line = ts_node_start_point(ts_tree_cursor_current_node(&t->cursor)).row + 1;
    if (cJSON_IsNumber(item))
        item->valueint = (int)line;
    else
        item->valuedouble = line;
}

unsigned toml_line(const cJSON *item) {
    return cJSON_IsNumber(item) ? (unsigned)item->valueint : (unsigned)item->valuedouble;
}

static enum kl_status add_member(struct toml *t, cJSON *table, const char *key, cJSON *item) {
    if (item == NULL || !cJSON_AddItemToObject(table, key, item))
        mem_die();
    set_line(t, item);
    if (++t->keys > TOML_MAX_KEYS)
        return fail(t, KL_ERR_LIMIT, "the document has too many keys", NULL);
    return KL_OK;
}

static cJSON *new_container(bool array, int flags) {
    cJSON *made = array ? cJSON_CreateArray() : cJSON_CreateObject();
    if (made == NULL)
        mem_die();
    made->valueint = flags;
    return made;
}

/* Goes down to the table in which the last part of t->key belongs. */
static enum kl_status descend(struct toml *t, cJSON **table, bool header) {
    for (unsigned i = 0; i + 1 < t->key.count; i++) {
        const char *name = buf_cstr(&t->key.parts[i]);
        cJSON *next = find_member(*table, name);
        if (next == NULL) {
            next = new_container(false, header ? TABLE_IMPLICIT : TABLE_DOTTED);
            enum kl_status status = add_member(t, *table, name, next);
            if (status != KL_OK)
                return status;
        } else if (header && cJSON_IsArray(next) && next->valueint == ARRAY_OF_TABLES) {
            next = next->child->prev; /* cJSON: the first element's prev is the last element */
        }
        bool open = cJSON_IsObject(next) &&
                    (header ? (next->valueint & TABLE_INLINE) == 0 : next->valueint == TABLE_DOTTED);
        if (!open)
            return fail(t, KL_ERR_PARSE, "the key is already in use:", name);
        *table = next;
    }
    return KL_OK;
}

/* ---- values ---- */

static bool read_integer(struct slice s, double *out) {
    char text[80];
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '_')
            continue;
        if (n == sizeof text - 1)
            return false;
        text[n++] = s.ptr[i];
    }
    text[n] = '\0';
    int base = 10;
    if (n > 2 && text[0] == '0')
        base = text[1] == 'x' ? 16 : text[1] == 'o' ? 8 : text[1] == 'b' ? 2 : 10;
    char *end = NULL;
    errno = 0;
    long long value = strtoll(text + (base == 10 ? 0 : 2), &end, base);
    *out = (double)value;
    return errno == 0 && *end == '\0';
}

static double read_float(struct slice s) {
    struct buf clean = BUF_INIT(4096);
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] != '_')
            buf_char(&clean, s.ptr[i]);
    }
    double value = strtod(buf_cstr(&clean), NULL);
    buf_release(&clean);
    return value;
}

static enum kl_status read_scalar(struct toml *t, TSNode node, cJSON **out) {
    struct slice s = node_text(t, node);
    double number = 0;
    if (node_is(node, "string")) {
        struct buf value = BUF_INIT_SECRET(KL_MAX_CONFIG_BYTES);
        if (decode_string(s, &value))
            *out = cJSON_CreateString(buf_cstr(&value));
        buf_release(&value);
        if (*out == NULL)
            return fail(t, KL_ERR_PARSE, "a string with a wrong escape or U+0000, or not in UTF-8", NULL);
    } else if (node_is(node, "integer")) {
        if (!read_integer(s, &number))
            return fail(t, KL_ERR_LIMIT, "an integer does not fit in 64 bits", NULL);
        *out = cJSON_CreateNumber(number);
    } else if (node_is(node, "float")) {
        *out = cJSON_CreateNumber(read_float(s));
    } else if (node_is(node, "boolean")) {
        *out = cJSON_CreateBool(slice_eq_cstr(s, "true"));
    } else { /* the four kinds of dates and times */
        struct buf value = BUF_INIT(256);
        buf_slice(&value, s);
        *out = cJSON_CreateString(buf_cstr(&value));
        buf_release(&value);
    }
    if (*out == NULL)
        mem_die();
    return KL_OK;
}

/* Cursor on a pair: goes to its value, and says where that is to be put. */
static enum kl_status enter_pair(struct toml *t, cJSON **table) {
    if (!ts_tree_cursor_goto_first_child(&t->cursor))
        return fail(t, KL_ERR_PARSE, "a key without a value", NULL);
    enum kl_status status = read_key(t, ts_tree_cursor_current_node(&t->cursor));
    if (status == KL_OK)
        status = descend(t, table, false);
    if (status != KL_OK)
        return status;
    const char *name = buf_cstr(&t->key.parts[t->key.count - 1]);
    if (find_member(*table, name) != NULL)
        return fail(t, KL_ERR_PARSE, "the key is already in use:", name);
    do {
        if (!ts_tree_cursor_goto_next_sibling(&t->cursor))
            return fail(t, KL_ERR_PARSE, "a key without a value", NULL);
    } while (!ts_node_is_named(ts_tree_cursor_current_node(&t->cursor)) ||
             node_is(ts_tree_cursor_current_node(&t->cursor), "comment"));
    return KL_OK;
}

/* Moves to the next value (or pair) among the siblings; `here` counts too. */
static bool next_element(struct toml *t, bool here) {
    while (true) {
        if (!here && !ts_tree_cursor_goto_next_sibling(&t->cursor))
            return false;
        here = false;
        TSNode node = ts_tree_cursor_current_node(&t->cursor);
        if (ts_node_is_named(node) && !node_is(node, "comment"))
            return true;
    }
}

/* Makes the value under the cursor and puts it where it belongs. */
static enum kl_status place_value(struct toml *t, cJSON *into, cJSON **made) {
    TSNode node = ts_tree_cursor_current_node(&t->cursor);
    *made = NULL;
    if (node_is(node, "array") || node_is(node, "inline_table")) {
        *made = new_container(node_is(node, "array"), TABLE_INLINE);
    } else {
        enum kl_status status = read_scalar(t, node, made);
        if (status != KL_OK)
            return status;
    }
    if (cJSON_IsObject(into))
        return add_member(t, into, buf_cstr(&t->key.parts[t->key.count - 1]), *made);
    if (!cJSON_AddItemToArray(into, *made))
        mem_die();
    set_line(t, *made);
    return KL_OK;
}

/* Cursor on a pair of a table; on it again afterwards. The open arrays and
 * inline tables stand on `stack`. */
static enum kl_status read_pair(struct toml *t, cJSON *table) {
    cJSON *stack[TOML_MAX_DEPTH];
    unsigned depth = 0;
    cJSON *into = table;
    enum kl_status status = enter_pair(t, &into);
    while (status == KL_OK) {
        cJSON *made = NULL;
        status = place_value(t, into, &made);
        if (status != KL_OK)
            return status;
        bool here = false;
        if (made->valueint == TABLE_INLINE && (cJSON_IsArray(made) || cJSON_IsObject(made))) {
            if (depth == TOML_MAX_DEPTH)
                return fail(t, KL_ERR_LIMIT, "values are nested too deeply", NULL);
            stack[depth++] = made;
            here = ts_tree_cursor_goto_first_child(&t->cursor);
        } else if (depth > 0 && cJSON_IsObject(stack[depth - 1])) {
            (void)ts_tree_cursor_goto_parent(&t->cursor); /* from a value to its pair */
        }
        while (depth > 0 && !next_element(t, here)) {
            (void)ts_tree_cursor_goto_parent(&t->cursor);
            depth--;
            if (depth > 0 && cJSON_IsObject(stack[depth - 1]))
                (void)ts_tree_cursor_goto_parent(&t->cursor);
            here = false;
        }
        if (depth == 0) {
            (void)ts_tree_cursor_goto_parent(&t->cursor);
            return KL_OK;
        }
        into = stack[depth - 1];
        if (cJSON_IsObject(into))
            status = enter_pair(t, &into);
    }
    return status;
}

/* ---- tables ---- */

/* [a.b] or [[a.b]]: finds or makes the table that the pairs below it fill. */
static enum kl_status open_table(struct toml *t, TSNode key, bool array, cJSON **table) {
    *table = t->root;
    enum kl_status status = read_key(t, key);
    if (status == KL_OK)
        status = descend(t, table, true);
    if (status != KL_OK)
        return status;
    const char *name = buf_cstr(&t->key.parts[t->key.count - 1]);
    cJSON *there = find_member(*table, name);
    if (array) {
        if (there == NULL) {
            there = new_container(true, ARRAY_OF_TABLES);
            status = add_member(t, *table, name, there);
        } else if (!cJSON_IsArray(there) || there->valueint != ARRAY_OF_TABLES) {
            return fail(t, KL_ERR_PARSE, "this is no array of tables:", name);
        }
        *table = new_container(false, TABLE_HEADER);
        if (!cJSON_AddItemToArray(there, *table))
            mem_die();
        set_line(t, *table);
        return status;
    }
    if (there == NULL) {
        there = new_container(false, TABLE_HEADER);
        status = add_member(t, *table, name, there);
    } else if (!cJSON_IsObject(there) || there->valueint != TABLE_IMPLICIT) {
        return fail(t, KL_ERR_PARSE, "the table is already defined:", name);
    }
    there->valueint = TABLE_HEADER;
    set_line(t, there);
    *table = there;
    return status;
}

static enum kl_status read_table(struct toml *t, bool array) {
    cJSON *table = NULL;
    enum kl_status status = KL_OK;
    if (!ts_tree_cursor_goto_first_child(&t->cursor))
        return KL_OK;
    do {
        TSNode node = ts_tree_cursor_current_node(&t->cursor);
        if (node_is(node, "pair"))
            status = read_pair(t, table);
        else if (ts_node_is_named(node) && !node_is(node, "comment") && table == NULL)
            status = open_table(t, node, array, &table);
    } while (status == KL_OK && ts_tree_cursor_goto_next_sibling(&t->cursor));
    if (status == KL_OK)
        (void)ts_tree_cursor_goto_parent(&t->cursor);
    return status;
}

static enum kl_status read_document(struct toml *t) {
    enum kl_status status = KL_OK;
    if (!ts_tree_cursor_goto_first_child(&t->cursor))
        return KL_OK;
    do {
        TSNode node = ts_tree_cursor_current_node(&t->cursor);
        if (node_is(node, "pair"))
            status = read_pair(t, t->root);
        else if (node_is(node, "table") || node_is(node, "table_array_element"))
            status = read_table(t, node_is(node, "table_array_element"));
    } while (status == KL_OK && ts_tree_cursor_goto_next_sibling(&t->cursor));
    return status;
}

/* ---- the parse ---- */

/* Leaves the cursor at the first node that is wrong, so that fail() names it. */
static enum kl_status syntax_error(struct toml *t) {
    while (true) {
        TSNode node = ts_tree_cursor_current_node(&t->cursor);
        if (ts_node_is_error(node) || ts_node_is_missing(node))
            break;
        bool moved = ts_node_has_error(node) ? ts_tree_cursor_goto_first_child(&t->cursor)
                                             : ts_tree_cursor_goto_next_sibling(&t->cursor);
        if (!moved)
            break;
    }
    return fail(t, KL_ERR_PARSE, "this is not TOML", NULL);
}

static bool out_of_time(TSParseState *state) {
    return system_cpu_seconds() > *(const double *)state->payload;
}

struct reader {
    struct slice text;
};

static const char *read_piece(void *payload, uint32_t byte, TSPoint position, uint32_t *len) {
    (void)position;
    const struct reader *r = payload;
    *len = byte < r->text.len ? (uint32_t)(r->text.len - byte) : 0;
    return *len > 0 ? r->text.ptr + byte : "";
}

enum kl_status toml_parse(struct slice text, const char *what, cJSON **out, struct error *e) {
    *out = NULL;
    if (text.len > KL_MAX_CONFIG_BYTES)
        return error_set(e, KL_ERR_LIMIT, "%s: more than %zu bytes of TOML", what, KL_MAX_CONFIG_BYTES);
    if (text.len >= 3 && memcmp(text.ptr, "\xEF\xBB\xBF", 3) == 0)
        text = slice_sub(text, 3, text.len);
    struct toml t = {.text = text, .what = what, .e = e};
    for (unsigned i = 0; i < TOML_MAX_KEY_PARTS; i++)
        buf_init(&t.key.parts[i], KL_MAX_PATH_BYTES);
    enum kl_status status = KL_OK;
    double deadline = system_cpu_seconds() + TOML_MAX_PARSE_SECONDS;
    struct reader reader = {text};
    TSInput input = {.payload = &reader, .read = read_piece, .encoding = TSInputEncodingUTF8};
    TSParseOptions options = {.payload = &deadline, .progress_callback = out_of_time};
    TSTree *tree = NULL;
    TSParser *parser = ts_parser_new();
    if (parser == NULL || !ts_parser_set_language(parser, tree_sitter_toml())) {
        status = error_set(e, KL_ERR_INTERNAL, "the TOML grammar does not fit tree-sitter");
        goto done;
    }
    tree = ts_parser_parse_with_options(parser, NULL, input, options);
    if (tree == NULL) {
        status = error_set(e, KL_ERR_LIMIT, "%s: reading the TOML took too long", what);
        goto done;
    }
    t.cursor = ts_tree_cursor_new(ts_tree_root_node(tree));
    t.root = new_container(false, TABLE_HEADER);
    status = ts_node_has_error(ts_tree_root_node(tree)) ? syntax_error(&t) : read_document(&t);
    ts_tree_cursor_delete(&t.cursor);
    if (status == KL_OK)
        *out = t.root;
    else
        json_delete_secret(t.root);
done:
    for (unsigned i = 0; i < TOML_MAX_KEY_PARTS; i++)
        buf_release(&t.key.parts[i]);
    ts_tree_delete(tree);
    ts_parser_delete(parser);
    return status;
}

enum kl_status toml_read_file(const char *path, cJSON **out, struct error *e) {
    *out = NULL;
    struct buf text = BUF_INIT_SECRET(KL_MAX_CONFIG_BYTES);
    enum kl_status status = file_read(path, KL_MAX_CONFIG_BYTES, &text, e);
    if (status == KL_OK)
        status = toml_parse(buf_as_slice(&text), path, out, e);
    buf_release(&text);
    return status;
}
