#include "scanner/placeholder.h"

#include "scanner/byte_set.h"

/* Anywhere in a value: nobody's secret holds these. */
static const char *const telling[] = {
    "changeme",    "change_me",  "change-me",  "change me",    "changethis",   "change-this",  "change_this",
    "placeholder", "replaceme",  "replace_me", "replace-me",   "replace_with", "replace-with", "insert_your",
    "insert-your", "your_",      "your-",      "yourapi",      "yourkey",      "yoursecret",   "yourtoken",
    "yourpass",    "<your",      "my-api-key", "my_api_key",   "put_your",     "put-your",     "enter_your",
    "enter-your",  "todo",       "fixme",      "redacted",     "example",      "dummy",        "not-a-real",
    "notarealkey", "not_a_real", "...",        "\xE2\x80\xA6", "to_be_",       "generate-a-",  "some-secret",
    "sample",
};

/* Only as the whole value. */
static const char *const exact[] = {
    "none",       "null",      "nil",      "undefined", "unset",     "empty",   "default",     "required",
    "optional",   "true",      "false",    "yes",       "no",        "on",      "off",         "n/a",
    "na",         "tbd",       "unknown",  "hidden",    "masked",    "secret",  "password",    "passwd",
    "passphrase", "token",     "key",      "apikey",    "api_key",   "api-key", "value",       "string",
    "str",        "text",      "bytes",    "int",       "bool",      "foo",     "bar",         "baz",
    "foobar",     "foo-bar",   "test",     "testing",   "fake",      "mock",    "xxx",         "abc",
    "abcd",       "abcdef",    "a",        "b",         "c",         "x",       "y",           "z",
    "username",   "user",      "login",    "auth",      "bearer",    "basic",   "digest",      "oauth",
    "oauth2",     "anonymous", "public",   "private",   "self",      "env",     "environment", "file",
    "prompt",     "ask",       "stdin",    "keyring",   "vault",     "auto",    "any",         "all",
    "other",      "invalid",   "valid",    "wrong",     "incorrect", "bad",     "good",        "new",
    "old",        "current",   "previous",
};

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

#define PLACEHOLDER_MAX_BYTES 256u /* longer values are none as a whole */

static bool holds(const char *text, size_t len, const char *word) {
    return slice_find(slice_of(text, len), slice_cstr(word), 0) != SIZE_MAX;
}

bool placeholder_is_monotone(struct slice value) {
    if (value.len == 0)
        return true;
    bool one = true, two = value.len >= 6;
    for (size_t i = 1; i < value.len; i++) {
        one = one && value.ptr[i] == value.ptr[0];
        two = two && (i < 2 || value.ptr[i] == value.ptr[i - 2]);
    }
    return one || two;
}

bool placeholder_is_masked(struct slice value) {
    size_t run = 0;
    for (size_t i = 0; i < value.len && run < 6; i++) {
        char c = lower(value.ptr[i]);
        bool mask = c == 'x' || c == '*' || c == '.' || c == '0';
        run = !mask ? 0 : i > 0 && lower(value.ptr[i - 1]) == c ? run + 1 : 1;
    }
    return run >= 6;
}

/* The byte after an opening of a field; the field must be closed by `close`. */
static bool field_at(struct slice v, size_t at, const char *open, char close) {
    struct slice rest = slice_sub(v, at, v.len);
    size_t start = strlen(open);
    if (!slice_starts(rest, open))
        return false;
    size_t end = slice_find_byte(rest, close, start);
    return end != SIZE_MAX && end - start <= 80 &&
           slice_find_byte(slice_sub(rest, 0, end), '\n', 0) == SIZE_MAX;
}

bool placeholder_has_field(struct slice v) {
    for (size_t i = 0; i < v.len; i++) {
        switch (v.ptr[i]) {
        case '$':
            if (field_at(v, i, "${", '}') || field_at(v, i, "$(", ')'))
                return true;
            break;
        case '{':
            if (field_at(v, i, "{", '}'))
                return true;
            break;
        case '<':
            if (field_at(v, i, "<", '>'))
                return true;
            break;
        case '%':
            if (field_at(v, i, "%(", ')') || (i + 1 < v.len && (v.ptr[i + 1] == 's' || v.ptr[i + 1] == 'r')))
                return true;
            break;
        default:
            break;
        }
    }
    return false;
}

bool placeholder_is_worded(struct slice value) {
    struct slice v = slice_trim(value);
    if (v.len > PLACEHOLDER_MAX_BYTES) /* documentation marks long tokens so */
        return slice_find(v, SLICE_LIT("EXAMPLE"), 0) != SIZE_MAX;
    if (placeholder_is_monotone(v))
        return true;
    char text[PLACEHOLDER_MAX_BYTES];
    size_t mask = 0;
    for (size_t i = 0; i < v.len; i++) {
        text[i] = lower(v.ptr[i]);
        mask += text[i] == 'x' || text[i] == '*' || text[i] == '.';
    }
    if (mask * 10 >= v.len * 8 || holds(text, v.len, "xxxx") || holds(text, v.len, "****"))
        return true;
    struct byte_set bytes = byte_set_of(slice_of(text, v.len));
    for (size_t i = 0; i < KL_ARRAY_LEN(telling); i++) {
        if (byte_set_spells(&bytes, telling[i]) && holds(text, v.len, telling[i]))
            return true;
    }
    for (size_t i = 0; i < KL_ARRAY_LEN(exact); i++) {
        if (exact[i][0] == text[0] && slice_eq_cstr(slice_of(text, v.len), exact[i]))
            return true;
    }
    return false;
}

bool placeholder_is(struct slice value) {
    struct slice v = slice_trim(value);
    if (placeholder_is_worded(v))
        return true;
    if (v.len > PLACEHOLDER_MAX_BYTES)
        return false;
    char first = v.ptr[0], last = v.ptr[v.len - 1];
    return (first == '<' && last == '>') || (first == '[' && last == ']') || (first == '{' && last == '}') ||
           first == '$' || (first == '%' && last == '%') || (first == '(' && last == ')');
}
