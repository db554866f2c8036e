/* fuzz_re2.c: any bytes may be a pattern of a configuration, and any the text that it runs over. Bytes are
 * read as a pattern's own signs, so that most of them are one. Where the whole matches, what is left of it
 * without its lead matches no more than the lead's characters behind. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

#include "scanner/re2.h"
#include "scanner/text_rule.h"

static const char signs[] = "abk[]{}(),-^$.|*+?\\:idsUPpQExw<>=!01250\n_";

static struct slice spell(const uint8_t *data, size_t size, struct arena *a) {
    char *text = arena_alloc(a, size + 1);
    for (size_t i = 0; i < size; i++)
        text[i] = signs[data[i] % (sizeof signs - 1)];
    return slice_of(text, size);
}

/* Where the first match is; -1: none, or too many steps. */
static long first(const pcre2_code *code, struct rule_scratch *s, struct slice text, size_t from) {
    rule_steps_begin(s, text.len);
    int rc = pcre2_match(code, (PCRE2_SPTR)text.ptr, text.len, from, PCRE2_NO_UTF_CHECK, s->data, s->context);
    return rc < 0 ? -1 : (long)pcre2_get_ovector_pointer(s->data)[0];
}

static void check_lead(struct slice spelled, const struct re2_facts *facts, const pcre2_code *whole,
                       struct slice text) {
    struct buf rest = BUF_INIT(RE2_MAX_OUT);
    struct rule_scratch s = {0};
    struct error e = {0};
    pcre2_code *code = NULL;
    re2_without_lead(spelled, facts, &rest);
    if (text_pattern_compile(buf_cstr(&rest), &code, &e) != KL_OK)
        abort();
    rule_scratch_init(&s, facts->groups + 1);
    long at = first(whole, &s, text, 0);
    long next = at < 0 ? -1 : first(code, &s, text, (size_t)at);
    if (next >= 0 && next > at + (long)facts->lead_chars * 4)
        abort();
    rule_scratch_release(&s);
    pcre2_code_free(code);
    buf_release(&rest);
}

static void check(struct slice pattern, struct slice text) {
    struct buf spelled = BUF_INIT(RE2_MAX_OUT);
    struct re2_facts facts;
    struct error e = {0};
    pcre2_code *code = NULL;
    if (re2_to_pcre2(pattern, &spelled, &facts, &e) == KL_OK &&
        slice_find_byte(pattern, '\0', 0) == SIZE_MAX &&
        text_pattern_compile(buf_cstr(&spelled), &code, &e) == KL_OK) {
        uint32_t groups = 0;
        (void)pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &groups);
        if (groups != facts.groups)
            abort();
        if (facts.lead_count > 0)
            check_lead(buf_as_slice(&spelled), &facts, code, text);
    }
    pcre2_code_free(code);
    buf_release(&spelled);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena = ARENA_INIT;
    if (size > 1000)
        return 0;
    struct slice raw = slice_of(data, size);
    struct slice spelled = spell(data, size, &arena);
    struct slice text = text_rules_text(raw, &arena);
    check(raw, text);
    check(slice_sub(spelled, 0, size / 2), slice_sub(spelled, size / 2, size));
    arena_release(&arena);
    return 0;
}
