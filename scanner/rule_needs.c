/* rule_needs.c: see rule_needs.h and rule_pattern.h. Length and byte are PCRE2's own knowledge
 * (pcre2_pattern_info). */
#include "scanner/rule_pattern.h"

static uint32_t info(const pcre2_code *code, uint32_t what) {
    uint32_t number = 0;
    (void)pcre2_pattern_info(code, what, &number);
    return number;
}

static bool is_letter(uint32_t c) {
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* Does the pattern begin with lookaheads of which one ends with a digit: `^(?=[^0-9]*[0-9])`? */
static bool begins_with_digit_ahead(const char *pattern) {
    if (*pattern == '^')
        pattern++;
    while (slice_starts(slice_cstr(pattern), "(?=")) {
        const char *end = strpbrk(pattern + 3, "()|");
        if (end == NULL || *end != ')')
            return false;
        if (slice_ends(slice_of(pattern, (size_t)(end - pattern)), "[0-9]"))
            return true;
        pattern = end + 1;
    }
    return false;
}

/* In which case a letter stands is not told. */
struct rule_needs rule_needs_of(const char *pattern, const pcre2_code *code) {
    uint32_t length = info(code, PCRE2_INFO_MINLENGTH), last = info(code, PCRE2_INFO_LASTCODEUNIT);
    bool known = info(code, PCRE2_INFO_LASTCODETYPE) == 1 && !is_letter(last);
    return (struct rule_needs){
        .length = (uint16_t)(length > UINT16_MAX ? UINT16_MAX : length),
        .byte = (uint8_t)(known ? last : 0),
        .digit = begins_with_digit_ahead(pattern),
    };
}
