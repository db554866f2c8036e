/* json.c: see json.h. cJSON keeps the tree; the checks before it (a strict scan
 * of RFC 8259 with a bounded depth) and the printing are ours, because cJSON
 * cuts strings at U+0000, keeps the first of two equal keys, gives no place of
 * an error, recurses, and indents with tabs. */
#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/mem.h"

#define JSON_MAX_DEPTH 200u       /* cJSON's own recursion stays within it */
#define JSON_MAX_NUMBER_BYTES 60u /* cJSON copies a number into 64 bytes */

/* ---- the strict scan ---- */

struct json_scan {
    const char *ptr;
    size_t len, at;
    const char *problem; /* static; NULL while all is well */
    enum kl_status status;
};

static bool scan_fail(struct json_scan *s, enum kl_status status, const char *problem) {
    s->problem = problem;
    s->status = status;
    return false;
}

static int scan_peek(const struct json_scan *s) {
    return s->at < s->len ? (unsigned char)s->ptr[s->at] : -1;
}

static void scan_blanks(struct json_scan *s) {
    while (s->at < s->len && memchr(" \t\r\n", s->ptr[s->at], 4) != NULL)
        s->at++;
}

/* The four digits after "\u"; -1 if they are none. */
static int scan_hex4(struct json_scan *s) {
    int value = 0;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit((char)scan_peek(s));
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
        s->at++;
    }
    return value;
}

static bool scan_unicode_escape(struct json_scan *s) {
    int unit = scan_hex4(s);
    if (unit < 0)
        return scan_fail(s, KL_ERR_PARSE, "four hexadecimal digits must follow \\u");
    if (unit == 0)
        return scan_fail(s, KL_ERR_UNSUPPORTED, "the character U+0000 is not supported in a string");
    if (unit < 0xD800 || unit > 0xDFFF)
        return true;
    if (unit > 0xDBFF || s->len - s->at < 6 || s->ptr[s->at] != '\\' || s->ptr[s->at + 1] != 'u')
        return scan_fail(s, KL_ERR_PARSE, "half a surrogate pair");
    s->at += 2;
    int low = scan_hex4(s);
    return low >= 0xDC00 && low <= 0xDFFF ? true : scan_fail(s, KL_ERR_PARSE, "half a surrogate pair");
}

static bool scan_string(struct json_scan *s) {
    s->at++; /* the quote */
    while (s->at < s->len) {
        unsigned char c = (unsigned char)s->ptr[s->at];
        if (c == '"') {
            s->at++;
            return true;
        }
        if (c < 0x20)
            return scan_fail(s, KL_ERR_PARSE, "a control character in a string");
        if (c == '\\') {
            s->at++;
            int kind = scan_peek(s);
            if (kind < 0 || kind == 0 || strchr("\"\\/bfnrtu", kind) == NULL)
                return scan_fail(s, KL_ERR_PARSE, "an unknown escape in a string");
            s->at++;
            if (kind == 'u' && !scan_unicode_escape(s))
                return false;
            continue;
        }
        uint32_t code = 0;
        unsigned bytes = c < 0x80 ? 1 : utf8_sequence(s->ptr + s->at, s->len - s->at, &code);
        if (bytes == 0)
            return scan_fail(s, KL_ERR_PARSE, "a string is not UTF-8");
        s->at += bytes;
    }
    return scan_fail(s, KL_ERR_PARSE, "a string does not end");
}

static bool scan_digits(struct json_scan *s) {
    size_t start = s->at;
    while (s->at < s->len && s->ptr[s->at] >= '0' && s->ptr[s->at] <= '9')
        s->at++;
    return s->at > start;
}

static bool scan_number(struct json_scan *s) {
    size_t start = s->at;
    if (scan_peek(s) == '-')
        s->at++;
    bool good = scan_peek(s) == '0' ? (s->at++, true) : scan_digits(s);
    if (good && scan_peek(s) == '.') {
        s->at++;
        good = scan_digits(s);
    }
    if (good && (scan_peek(s) == 'e' || scan_peek(s) == 'E')) {
        s->at++;
        if (scan_peek(s) == '+' || scan_peek(s) == '-')
            s->at++;
        good = scan_digits(s);
    }
    if (!good)
        return scan_fail(s, KL_ERR_PARSE, "a value was expected");
    if (s->at - start > JSON_MAX_NUMBER_BYTES)
        return scan_fail(s, KL_ERR_LIMIT, "a number has too many digits");
    return true;
}

static bool scan_scalar(struct json_scan *s) {
    static const struct slice words[] = {{"true", 4}, {"false", 5}, {"null", 4}};
    if (scan_peek(s) == '"')
        return scan_string(s);
    for (size_t i = 0; i < KL_ARRAY_LEN(words); i++) {
        if (s->len - s->at >= words[i].len && memcmp(s->ptr + s->at, words[i].ptr, words[i].len) == 0) {
            s->at += words[i].len;
            return true;
        }
    }
    return scan_number(s);
}

/* "key" and the colon behind it. */
static bool scan_key(struct json_scan *s) {
    scan_blanks(s);
    if (scan_peek(s) != '"')
        return scan_fail(s, KL_ERR_PARSE, "a key in double quotes was expected");
    if (!scan_string(s))
        return false;
    scan_blanks(s);
    if (scan_peek(s) != ':')
        return scan_fail(s, KL_ERR_PARSE, "a colon was expected");
    s->at++;
    return true;
}

/* After a value: closes what ends here. True when another value follows. */
static bool scan_after_value(struct json_scan *s, const char *closers, unsigned *depth) {
    while (*depth > 0) {
        scan_blanks(s);
        int c = scan_peek(s);
        if (c == ',') {
            s->at++;
            return closers[*depth - 1] == ']' || scan_key(s);
        }
        if (c != closers[*depth - 1]) {
            return scan_fail(s, KL_ERR_PARSE,
                             c < 0 ? "the document ends too early"
                                   : "a comma or a closing bracket was expected");
        }
        s->at++;
        (*depth)--;
    }
    return false;
}

/* One document, with the open brackets on a stack of our own. */
static bool scan_document(struct json_scan *s) {
    char closers[JSON_MAX_DEPTH];
    unsigned depth = 0;
    if (s->len >= 3 && memcmp(s->ptr, "\xEF\xBB\xBF", 3) == 0)
        s->at = 3;
    bool more = true;
    while (more) {
        scan_blanks(s);
        int c = scan_peek(s);
        if (c == '{' || c == '[') {
            if (depth == JSON_MAX_DEPTH)
                return scan_fail(s, KL_ERR_LIMIT, "values are nested too deeply");
            char closer = c == '{' ? '}' : ']';
            s->at++;
            scan_blanks(s);
            closers[depth++] = closer;
            if (scan_peek(s) != closer) {
                if (c == '{' && !scan_key(s))
                    return false;
                continue;
            }
        } else if (c < 0) {
            return scan_fail(s, KL_ERR_PARSE, "the document ends too early");
        } else if (!scan_scalar(s)) {
            return false;
        }
        more = scan_after_value(s, closers, &depth);
    }
    if (s->problem != NULL)
        return false;
    scan_blanks(s);
    return s->at == s->len || scan_fail(s, KL_ERR_PARSE, "something stands behind the document's end");
}

static enum kl_status scan_report(const struct json_scan *s, const char *what, struct error *e) {
    size_t line = 1, line_start = 0;
    for (size_t i = 0; i < s->at && i < s->len; i++) {
        if (s->ptr[i] == '\n') {
            line++;
            line_start = i + 1;
        }
    }
    return error_set(e, s->status, "%s: line %zu, column %zu: %s", what, line, s->at - line_start + 1,
                     s->problem);
}

/* ---- the tree ---- */

static int compare_keys(const void *a, const void *b) {
    const char *const *x = a, *const *y = b;
    return strcmp(*x, *y);
}

/* The first key that an object has twice, or NULL. */
static const char *object_twin(const cJSON *object, const char ***keys, size_t *cap) {
    size_t count = 0;
    for (const cJSON *item = object->child; item != NULL; item = item->next) {
        *keys = mem_grow(*keys, cap, count + 1, sizeof **keys);
        (*keys)[count++] = item->string;
    }
    if (count < 2)
        return NULL;
    qsort(*keys, count, sizeof **keys, compare_keys);
    for (size_t i = 1; i < count; i++) {
        if (strcmp((*keys)[i - 1], (*keys)[i]) == 0)
            return (*keys)[i];
    }
    return NULL;
}

/* Steps through a tree without recursion: `path` holds the way down. */
struct json_walk {
    const cJSON *path[JSON_MAX_DEPTH + 1];
    unsigned depth;
};

static const cJSON *walk_next(struct json_walk *w, const cJSON *at) {
    if (at->child != NULL && w->depth < JSON_MAX_DEPTH) {
        w->path[w->depth++] = at;
        return at->child;
    }
    while (at->next == NULL || w->depth == 0) {
        if (w->depth == 0)
            return NULL;
        at = w->path[--w->depth];
    }
    return at->next;
}

static enum kl_status check_twins(const cJSON *root, const char *what, struct error *e) {
    struct json_walk walk = {.depth = 0};
    const char **keys = NULL;
    size_t cap = 0;
    enum kl_status status = KL_OK;
    for (const cJSON *j = root; j != NULL && status == KL_OK; j = walk_next(&walk, j)) {
        const char *twin = cJSON_IsObject(j) ? object_twin(j, &keys, &cap) : NULL;
        if (twin != NULL)
            status =
                error_set(e, KL_ERR_PARSE, "%s: the key \"%.100s\" stands twice in one object", what, twin);
    }
    free(keys);
    return status;
}

enum kl_status json_parse(struct slice text, const char *what, cJSON **out, struct error *e) {
    *out = NULL;
    if (text.len > KL_MAX_CONFIG_BYTES * 4)
        return error_set(e, KL_ERR_LIMIT, "%s: more than %zu bytes of JSON", what, KL_MAX_CONFIG_BYTES * 4);
    struct json_scan scan = {.ptr = text.ptr, .len = text.len, .status = KL_ERR_PARSE};
    if (!scan_document(&scan))
        return scan_report(&scan, what, e);
    cJSON *root = cJSON_ParseWithLength(text.ptr, text.len);
    if (root == NULL)
        return error_set(e, KL_ERR_PARSE, "%s: the JSON could not be read", what);
    enum kl_status status = check_twins(root, what, e);
    if (status != KL_OK)
        json_delete_secret(root);
    else
        *out = root;
    return status;
}

enum kl_status json_read_file(const char *path, cJSON **out, struct error *e) {
    *out = NULL;
    struct buf text = BUF_INIT_SECRET(KL_MAX_CONFIG_BYTES);
    enum kl_status status = file_read(path, KL_MAX_CONFIG_BYTES, &text, e);
    if (status == KL_OK)
        status = json_parse(buf_as_slice(&text), path, out, e);
    buf_release(&text);
    return status;
}

void json_delete_secret(cJSON *j) {
    if (j == NULL)
        return;
    struct json_walk walk = {.depth = 0};
    for (const cJSON *at = j; at != NULL; at = walk_next(&walk, at)) {
        if (at->valuestring != NULL)
            mem_wipe(at->valuestring, strlen(at->valuestring));
    }
    cJSON_Delete(j);
}

const cJSON *json_get(const cJSON *object, const char *key) {
    return cJSON_IsObject(object) ? cJSON_GetObjectItemCaseSensitive(object, key) : NULL;
}

const char *json_string(const cJSON *object, const char *key) {
    const cJSON *item = json_get(object, key);
    return cJSON_IsString(item) ? item->valuestring : NULL;
}

bool json_bool(const cJSON *object, const char *key, bool otherwise) {
    const cJSON *item = json_get(object, key);
    return cJSON_IsBool(item) ? cJSON_IsTrue(item) != 0 : otherwise;
}

double json_number(const cJSON *object, const char *key, double otherwise) {
    const cJSON *item = json_get(object, key);
    return cJSON_IsNumber(item) ? item->valuedouble : otherwise;
}

/* ---- building ---- */

static void add_item(cJSON *object, const char *key, cJSON *item) {
    if (item == NULL || !cJSON_AddItemToObject(object, key, item))
        mem_die();
}

void json_add_string(cJSON *object, const char *key, const char *value) {
    if (value == NULL)
        add_item(object, key, cJSON_CreateNull());
    else
        json_add_slice(object, key, slice_cstr(value));
}

void json_add_slice(cJSON *object, const char *key, struct slice value) {
    struct buf clean = BUF_INIT_SECRET(SIZE_MAX / 4);
    for (size_t i = 0; i < value.len;) {
        uint32_t code = 0;
        unsigned bytes = value.ptr[i] == '\0' ? 0 : utf8_sequence(value.ptr + i, value.len - i, &code);
        if (bytes == 0) {
            buf_utf8(&clean, 0xFFFD);
            i++;
        } else {
            buf_bytes(&clean, value.ptr + i, bytes);
            i += bytes;
        }
    }
    add_item(object, key, cJSON_CreateString(buf_cstr(&clean)));
    buf_release(&clean);
}

void json_add_count(cJSON *object, const char *key, uint64_t value) {
    add_item(object, key, cJSON_CreateNumber((double)value));
}

cJSON *json_document(unsigned version) {
    cJSON *j = cJSON_CreateObject();
    json_add_count(j, "version", version);
    json_add_string(j, "tool", "keylift " KEYLIFT_VERSION);
    return j;
}

/* ---- printing ---- */

static void print_string(const char *s, struct buf *out) {
    static const char *const named[32] = {[8] = "\\b", [9] = "\\t", [10] = "\\n", [12] = "\\f", [13] = "\\r"};
    buf_char(out, '"');
    size_t start = 0, i = 0;
    for (; s[i] != '\0'; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        buf_bytes(out, s + start, i - start);
        start = i + 1;
        if (c >= 0x20) {
            buf_char(out, '\\');
            buf_char(out, (char)c);
        } else if (named[c] != NULL) {
            buf_str(out, named[c]);
        } else {
            buf_printf(out, "\\u%04x", c);
        }
    }
    buf_bytes(out, s + start, i - start);
    buf_char(out, '"');
}

static void print_number(double value, struct buf *out) {
    if (!isfinite(value)) { /* JSON has no word for them */
        buf_str(out, "null");
        return;
    }
    if (value == floor(value) && fabs(value) <= 9007199254740992.0) {
        buf_printf(out, "%.0f", value);
        return;
    }
    char text[32];
    (void)snprintf(text, sizeof text, "%.15g", value);
    if (strtod(text, NULL) < value || strtod(text, NULL) > value)
        (void)snprintf(text, sizeof text, "%.17g", value);
    buf_str(out, text);
}

static void print_scalar(const cJSON *j, struct buf *out) {
    if (cJSON_IsString(j) || cJSON_IsRaw(j))
        print_string(j->valuestring != NULL ? j->valuestring : "", out);
    else if (cJSON_IsNumber(j))
        print_number(j->valuedouble, out);
    else if (cJSON_IsArray(j) || cJSON_IsObject(j))
        buf_str(out, cJSON_IsArray(j) ? "[]" : "{}");
    else
        buf_str(out, cJSON_IsTrue(j) ? "true" : cJSON_IsFalse(j) ? "false" : "null");
}

static void print_break(bool indented, unsigned depth, struct buf *out) {
    if (!indented)
        return;
    buf_char(out, '\n');
    for (unsigned i = 0; i < depth; i++)
        buf_str(out, "  ");
}

static void print_key(const char *key, bool indented, struct buf *out) {
    print_string(key, out);
    buf_str(out, indented ? ": " : ":");
}

static void print_tree(const cJSON *j, bool indented, unsigned outside, struct buf *out) {
    struct json_walk walk = {.depth = 0};
    for (const cJSON *at = j; at != NULL;) {
        if (walk.depth > 0) {
            if (walk.path[walk.depth - 1]->child != at)
                buf_char(out, ',');
            print_break(indented, outside + walk.depth, out);
            if (cJSON_IsObject(walk.path[walk.depth - 1]))
                print_key(at->string != NULL ? at->string : "", indented, out);
        }
        bool enters = at->child != NULL && walk.depth < JSON_MAX_DEPTH;
        if (enters)
            buf_char(out, cJSON_IsArray(at) ? '[' : '{');
        else
            print_scalar(at, out);
        unsigned before = walk.depth;
        const cJSON *next = walk_next(&walk, at);
        unsigned left = before + (enters ? 1 : 0); /* brackets open behind `at` */
        for (; left > walk.depth; left--) {
            print_break(indented, outside + left - 1, out);
            buf_char(out, cJSON_IsArray(walk.path[left - 1]) ? ']' : '}');
        }
        at = next;
    }
}

void json_print(const cJSON *j, bool indented, struct buf *out) {
    print_tree(j, indented, 0, out);
    buf_char(out, '\n');
}

void json_print_inside(const cJSON *j, const char *key, bool indented, unsigned depth, struct buf *out) {
    if (depth > 0)
        print_break(indented, depth, out);
    if (key != NULL)
        print_key(key, indented, out);
    print_tree(j, indented, depth, out);
}
