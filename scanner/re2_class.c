/* re2_class.c: sets of characters, and escapes of one. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/encode.h"
#include "scanner/re2_internal.h"

/* In a class, and outside. \s of RE2 has no vertical tab. */
static const struct {
    char letter;
    const char *inside, *outside;
} perl_classes[] = {
    {'d', "\\d", "\\d"},
    {'D', "\\D", "\\D"},
    {'w', "\\w", "\\w"},
    {'W', "\\W", "\\W"},
    {'s', "\\t\\n\\f\\r\\x20", "[\\t\\n\\f\\r\\x20]"},
    {'S', "\\S\\x0b", "[\\S\\x0b]"},
};

/* From PCRE2 10.40 on, a script alone means its extensions, too. */
static const char *script_prefix(struct slice name) {
    bool is_script = name.len > 2 && !slice_eq_cstr(name, "Any");
    return is_script && (PCRE2_MAJOR > 10 || PCRE2_MINOR >= 40) ? "sc:" : "";
}

/* \pL, \p{Greek}, \PL, \p{^Greek}. */
static enum kl_status property(struct re2 *r) {
    bool negated = r->in.ptr[r->at + 1] == 'P';
    size_t start = r->at + 2, end = start + 1, next = end;
    if (start < r->in.len && r->in.ptr[start] == '{') {
        start++;
        end = slice_find_byte(r->in, '}', start);
        next = end + 1;
    }
    struct slice name = end == SIZE_MAX ? (struct slice){0} : slice_sub(r->in, start, end);
    if (slice_starts(name, "^")) {
        negated = !negated;
        name = slice_sub(name, 1, name.len);
    }
    bool good = name.len > 0;
    for (size_t i = 0; i < name.len; i++) {
        char c = ascii_lower(name.ptr[i]);
        good = good && ((c >= 'a' && c <= 'z') || c == '_');
    }
    if (!good)
        return re2_wrong(r, r->at, "the name of a Unicode class is missing or wrong");
    /* Without regard to case, a small letter is a large one; to PCRE2, only as "cased letter". */
    if ((r->flags & FLAG_FOLD) != 0 && (slice_eq_cstr(name, "Lu") || slice_eq_cstr(name, "Ll")))
        name = SLICE_LIT("L&");
    buf_printf(r->out, "\\%c{%s%.*s}", negated ? 'P' : 'p', script_prefix(name), SLICE_ARG(name));
    r->at = next;
    return KL_OK;
}

enum kl_status re2_class_escape(struct re2 *r, bool inside, bool *is_class) {
    char c = r->at + 1 < r->in.len ? r->in.ptr[r->at + 1] : '\0';
    *is_class = true;
    if (c == 'p' || c == 'P')
        return property(r);
    for (size_t i = 0; i < KL_ARRAY_LEN(perl_classes); i++) {
        if (perl_classes[i].letter == c) {
            buf_str(r->out, inside ? perl_classes[i].inside : perl_classes[i].outside);
            r->at += 2;
            return KL_OK;
        }
    }
    *is_class = false;
    return KL_OK;
}

/* \x7F, \x{10FFFF}; r->at is behind the x. */
static enum kl_status hexadecimal(struct re2 *r, size_t start, uint32_t *c) {
    bool braces = r->at < r->in.len && r->in.ptr[r->at] == '{';
    size_t digits = 0;
    *c = 0;
    for (r->at += braces; r->at < r->in.len && hex_digit(r->in.ptr[r->at]) >= 0 && digits < (braces ? 8 : 2);
         r->at++, digits++)
        *c = *c << 4 | (uint32_t)hex_digit(r->in.ptr[r->at]);
    bool closed = !braces || (r->at < r->in.len && r->in.ptr[r->at] == '}');
    if (digits == 0 || (!braces && digits < 2) || !closed || *c > 0x10FFFF)
        return re2_wrong(r, start, "a wrong hexadecimal escape");
    r->at += braces;
    return KL_OK;
}

/* \012, \12, \0: octal. \1 alone would be a back-reference. */
static enum kl_status octal(struct re2 *r, size_t start, uint32_t *c) {
    bool more = r->at < r->in.len && r->in.ptr[r->at] >= '0' && r->in.ptr[r->at] <= '7';
    if (*c != '0' && !more)
        return re2_wrong(r, start, "a back-reference, which RE2 does not have");
    *c -= '0';
    for (unsigned i = 0; i < 2 && r->at < r->in.len && r->in.ptr[r->at] >= '0' && r->in.ptr[r->at] <= '7';
         i++)
        *c = *c * 8 + (uint32_t)(r->in.ptr[r->at++] - '0');
    return KL_OK;
}

enum kl_status re2_char_escape(struct re2 *r, uint32_t *c) {
    static const char letters[] = "aftnrv", codes[] = "\a\f\t\n\r\v";
    size_t start = r->at++;
    if (r->at == r->in.len)
        return re2_wrong(r, start, "a backslash at the end");
    char kind = r->in.ptr[r->at];
    const char *named = kind != '\0' ? strchr(letters, kind) : NULL;
    *c = (unsigned char)kind;
    r->at++;
    if (named != NULL)
        *c = (unsigned char)codes[named - letters];
    else if (kind == 'x')
        return hexadecimal(r, start, c);
    else if (kind >= '0' && kind <= '7')
        return octal(r, start, c);
    else if (*c >= 0x80 || (kind >= '8' && kind <= '9') ||
             (ascii_lower(kind) >= 'a' && ascii_lower(kind) <= 'z'))
        return re2_wrong(r, start, "an escape that RE2 does not have");
    return KL_OK;
}

/* One end of a range. */
static enum kl_status class_char(struct re2 *r, uint32_t *c) {
    if (r->at == r->in.len)
        return re2_wrong(r, r->at, "a \"]\" is missing");
    if (r->in.ptr[r->at] == '\\')
        return re2_char_escape(r, c);
    return re2_next_char(r, c) ? KL_OK : re2_wrong(r, r->at, "this is not UTF-8");
}

static bool is_known_name(struct slice name) {
    static const char *const names[] = {"alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph",
                                        "lower", "print", "punct", "space", "upper", "word",  "xdigit"};
    if (slice_starts(name, "^"))
        name = slice_sub(name, 1, name.len);
    for (size_t i = 0; i < KL_ARRAY_LEN(names); i++)
        if (slice_eq_cstr(name, names[i]))
            return true;
    return false;
}

/* [:alpha:], inside of a class. *done is false where it is text. */
static enum kl_status named_class(struct re2 *r, bool *done) {
    struct slice rest = slice_sub(r->in, r->at, r->in.len);
    size_t end = slice_starts(rest, "[:") ? slice_find(rest, SLICE_LIT(":]"), 2) : SIZE_MAX;
    *done = end != SIZE_MAX;
    if (!*done)
        return KL_OK;
    if (!is_known_name(slice_sub(rest, 2, end)))
        return re2_wrong(r, r->at, "an unknown class of characters");
    buf_slice(r->out, slice_sub(rest, 0, end + 2));
    r->at += end + 2;
    return KL_OK;
}

/* A character, or a range. */
static enum kl_status class_range(struct re2 *r) {
    size_t start = r->at;
    uint32_t low = 0, high = 0;
    enum kl_status status = class_char(r, &low);
    if (status != KL_OK)
        return status;
    re2_put_char(r, low);
    if (r->at + 1 >= r->in.len || r->in.ptr[r->at] != '-' || r->in.ptr[r->at + 1] == ']')
        return KL_OK;
    r->at++;
    status = class_char(r, &high);
    if (status == KL_OK && high < low)
        status = re2_wrong(r, start, "a range that is out of order");
    buf_char(r->out, '-');
    re2_put_char(r, high);
    return status;
}

enum kl_status re2_class(struct re2 *r) {
    size_t start = r->at++;
    enum kl_status status = KL_OK;
    buf_char(r->out, '[');
    if (r->at < r->in.len && r->in.ptr[r->at] == '^') {
        buf_char(r->out, '^');
        r->at++;
    }
    for (bool first = true; status == KL_OK; first = false) {
        bool done = false;
        if (r->at == r->in.len)
            return re2_wrong(r, start, "a \"]\" is missing");
        if (r->in.ptr[r->at] == ']' && !first)
            break;
        status = named_class(r, &done);
        if (status == KL_OK && !done && r->in.ptr[r->at] == '\\')
            status = re2_class_escape(r, true, &done);
        if (status == KL_OK && !done)
            status = class_range(r);
    }
    r->at++;
    buf_char(r->out, ']');
    return status;
}
