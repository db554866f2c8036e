/* text_search.c: see text_search.h. */
#include "scanner/text_search.h"

#include "base/encode.h"
#include "scanner/text_rule.h"

/* Both bound what is not counted: from each place at most so many steps back, each over at most a window. */
#define WINDOW_BYTES ((size_t)2 << 10)
#define WINDOW_MATCH_LIMIT 1000u

enum kl_status text_search_compile(const char *pattern, struct text_search *out, struct error *e) {
    enum kl_status status = text_pattern_compile(pattern, &out->counted, e);
    return status == KL_OK ? text_pattern_compile_plain(pattern, &out->plain, e) : status;
}

void text_search_free(struct text_search *t) {
    pcre2_code_free(t->counted);
    pcre2_code_free(t->plain);
}

static int run(const pcre2_code *code, struct rule_scratch *s, struct slice text, size_t at,
               uint32_t options) {
    return pcre2_match(code, (PCRE2_SPTR)(text.len > 0 ? text.ptr : ""), text.len, at,
                       PCRE2_NO_UTF_CHECK | options, s->data, s->context);
}

static int run_window(const pcre2_code *code, struct rule_scratch *s, struct slice text, size_t at,
                      bool is_last) {
    (void)pcre2_set_match_limit(s->context, WINDOW_MATCH_LIMIT);
    int rc = run(code, s, text, at, is_last ? 0 : PCRE2_PARTIAL_HARD);
    rule_limit_matches(s);
    return rc;
}

static size_t window_end(struct slice text, size_t at) {
    size_t end = text.len - at > WINDOW_BYTES ? at + WINDOW_BYTES : text.len;
    while (end < text.len && ((unsigned char)text.ptr[end] & 0xC0) == 0x80)
        end++;
    return end;
}

int text_search_next(const struct text_search *t, struct rule_scratch *s, struct slice text, size_t at) {
    while (true) {
        size_t end = window_end(text, at);
        int rc = run_window(t->plain, s, slice_sub(text, 0, end), at, end == text.len);
        if (rc == PCRE2_ERROR_NOMATCH && end < text.len) {
            at = end;
        } else if (rc == PCRE2_ERROR_PARTIAL) {
            size_t start = pcre2_get_ovector_pointer(s->data)[0];
            if (start > at) {
                at = start;
                continue;
            }
            rc = run(t->counted, s, text, at, PCRE2_ANCHORED);
            if (rc != PCRE2_ERROR_NOMATCH)
                return rc;
            do
                at++;
            while (at < text.len && ((unsigned char)text.ptr[at] & 0xC0) == 0x80);
        } else {
            return rc >= 0 || rc == PCRE2_ERROR_NOMATCH ? rc : run(t->counted, s, text, at, 0);
        }
    }
}
