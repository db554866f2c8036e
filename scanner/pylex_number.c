/* pylex_number.c: numeric literals. One that CPython rejects (0x, 1__0, 012,
 * 5abc) is one error token with all the letters and digits that touch it. */
#include "scanner/pylex_internal.h"

static bool is_digit(unsigned char c) {
    return c >= '0' && c <= '9';
}
static bool is_hex(unsigned char c) {
    return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}
static bool is_octal(unsigned char c) {
    return c >= '0' && c <= '7';
}
static bool is_binary(unsigned char c) {
    return c == '0' || c == '1';
}

static unsigned char at(const struct lexer *lx, const unsigned char *p) {
    return p < lx->end ? *p : 0;
}

/* Digits with single underscores between them; NULL after a stray underscore. */
static const unsigned char *digits(const struct lexer *lx, const unsigned char *p,
                                   bool (*is)(unsigned char)) {
    for (;;) {
        while (is(at(lx, p)))
            p++;
        if (at(lx, p) != '_')
            return p;
        if (!is(at(lx, p + 1)))
            return NULL;
        p++;
    }
}

/* What may touch a number from behind: `1if x else 2` is old but legal. Only
 * these beginnings are compared, as CPython does. */
static bool keyword_follows(const struct lexer *lx, const unsigned char *p) {
    static const char *const starts[] = {"and", "else", "for", "if", "in", "is", "or", "not"};
    for (size_t i = 0; i < KL_ARRAY_LEN(starts); i++) {
        size_t len = strlen(starts[i]);
        if ((size_t)(lx->end - p) >= len && memcmp(p, starts[i], len) == 0)
            return true;
    }
    return false;
}

static const unsigned char *radix(const struct lexer *lx, const unsigned char *p, bool (*is)(unsigned char)) {
    p += 2;
    if (at(lx, p) == '_')
        p++;
    return is(at(lx, p)) ? digits(lx, p, is) : NULL;
}

static const unsigned char *exponent(const struct lexer *lx, const unsigned char *p) {
    if ((at(lx, p) | 0x20) != 'e')
        return p;
    unsigned char sign = at(lx, p + 1);
    if (sign == '+' || sign == '-')
        return is_digit(at(lx, p + 2)) ? digits(lx, p + 2, is_digit) : NULL;
    return is_digit(sign) ? digits(lx, p + 1, is_digit) : p;
}

static const unsigned char *decimal(const struct lexer *lx, const unsigned char *p) {
    const unsigned char *start = p;
    bool zeros = true; /* 0, 00, 0_0 are integers; 012 is none, but 012.5 and 012j are numbers */
    if (*p != '.') {
        p = digits(lx, p, is_digit);
        for (const unsigned char *d = start; p && d < p && zeros; d++)
            zeros = *d == '0' || *d == '_';
    }
    if (!p)
        return NULL;
    const unsigned char *integer_end = p;
    if (at(lx, p) == '.') {
        p++;
        if (is_digit(at(lx, p)))
            p = digits(lx, p, is_digit);
    }
    if (p)
        p = exponent(lx, p);
    if (p && (at(lx, p) | 0x20) == 'j')
        p++;
    if (p == integer_end && *start == '0' && !zeros)
        return NULL;
    return p;
}

const unsigned char *pylex_number(struct lexer *lx, const unsigned char *start) {
    const unsigned char *p;
    unsigned char second = (unsigned char)(at(lx, start + 1) | 0x20);
    if (*start != '0')
        p = decimal(lx, start);
    else if (second == 'x')
        p = radix(lx, start, is_hex);
    else if (second == 'o')
        p = radix(lx, start, is_octal);
    else if (second == 'b')
        p = radix(lx, start, is_binary);
    else
        p = decimal(lx, start);
    if (p && (p == lx->end || *p >= 0x80 || !pylex_is_word(*p) || keyword_follows(lx, p))) {
        pylex_emit(lx, PY_NUMBER, start, p);
        return p;
    }
    p = start + 1;
    while (p < lx->end && *p < 0x80 && (pylex_is_word(*p) || *p == '.'))
        p++;
    return pylex_error(lx, start, p);
}
