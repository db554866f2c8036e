#include "scanner/rule_pattern.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "scanner/checks.h"
#include "scanner/placeholder.h"
#include "scanner/rule_example.h"

/* Steps, backtracking depth and memory of one match: far above what a rule
 * needs, far below what anybody notices. */
#define RULE_MATCH_LIMIT 500000u
#define RULE_DEPTH_LIMIT 5000u
#define RULE_HEAP_LIMIT_KIB 4096u
#define RULE_JIT_STACK_MAX ((size_t)256 << 10)
#define RULE_EXAMPLE_MAX ((size_t)64 << 10)
#define RULE_NAME_MAX ((size_t)4 << 10)

enum kl_status rule_compile(const struct rule *r, pcre2_code **out, struct rule_anchor *anchor,
                            struct error *e) {
    int code = 0;
    PCRE2_SIZE at = 0;
    if (anchor)
        *anchor = (struct rule_anchor){0};
    bool anchored = anchor && !r->is_own && rule_anchor_of(r->pattern, anchor);
    uint32_t options = PCRE2_NEVER_UTF | PCRE2_NEVER_BACKSLASH_C | (r->is_own ? PCRE2_AUTO_CALLOUT : 0) |
                       (anchored ? PCRE2_USE_OFFSET_LIMIT | PCRE2_NO_START_OPTIMIZE : 0);
    *out = pcre2_compile((PCRE2_SPTR)r->pattern, PCRE2_ZERO_TERMINATED, options, &code, &at, NULL);
    if (*out == NULL) {
        PCRE2_UCHAR text[160];
        (void)pcre2_get_error_message(code, text, sizeof text);
        return error_set(e, KL_ERR_PARSE, "rule %s: the pattern is wrong at offset %zu: %s", r->id,
                         (size_t)at, (const char *)text);
    }
    (void)pcre2_jit_compile(*out, PCRE2_JIT_COMPLETE); /* without a JIT the interpreter is used */
    return KL_OK;
}

/* Called before each item of a pattern with callouts. */
static int count_steps(pcre2_callout_block *block, void *ctx) {
    struct rule_steps *s = ctx;
    if (block->start_match != s->attempt) {
        s->attempt = block->start_match;
        s->at = s->attempt;
    }
    s->taken += 1 + (block->current_position > s->at ? block->current_position - s->at : 0);
    s->at = block->current_position;
    return s->taken > s->limit ? PCRE2_ERROR_CALLOUT : 0;
}

void rule_limit_matches(struct rule_scratch *s) {
    (void)pcre2_set_match_limit(s->context, RULE_MATCH_LIMIT);
}

void rule_scratch_init(struct rule_scratch *s, uint32_t pairs) {
    s->steps = mem_calloc(1, sizeof *s->steps);
    s->context = pcre2_match_context_create(NULL);
    s->data = pcre2_match_data_create(pairs, NULL);
    if (s->context == NULL || s->data == NULL)
        mem_die();
    s->stack = pcre2_jit_stack_create((size_t)16 << 10, RULE_JIT_STACK_MAX, NULL);
    if (s->stack != NULL)
        pcre2_jit_stack_assign(s->context, NULL, s->stack);
    rule_limit_matches(s);
    (void)pcre2_set_depth_limit(s->context, RULE_DEPTH_LIMIT);
    (void)pcre2_set_heap_limit(s->context, RULE_HEAP_LIMIT_KIB);
    (void)pcre2_set_callout(s->context, count_steps, s->steps);
}

void rule_scratch_release(struct rule_scratch *s) {
    pcre2_jit_stack_free(s->stack);
    pcre2_match_data_free(s->data);
    pcre2_match_context_free(s->context);
    free(s->steps);
    *s = (struct rule_scratch){0};
}

void rule_steps_begin(struct rule_scratch *s, size_t len) {
    *s->steps = (struct rule_steps){.limit = RULE_STEPS_AT_LEAST + (uint64_t)RULE_STEPS_A_BYTE * len};
}

void rule_plain_name(struct slice name, struct buf *out) {
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c + 32);
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            buf_char(out, c);
    }
}

static bool name_fits(const struct rule *r, struct slice name) {
    if (r->name_words == NULL)
        return true;
    struct buf plain = BUF_INIT(RULE_NAME_MAX);
    rule_plain_name(name, &plain);
    bool fits = false;
    for (size_t i = 0; r->name_words[i] != NULL && !fits; i++)
        fits = slice_find(buf_as_slice(&plain), slice_cstr(r->name_words[i]), 0) != SIZE_MAX;
    buf_release(&plain);
    return fits;
}

/* False: what matched is no secret after all. */
static bool judge(const struct rule *r, struct slice secret, struct rule_match *match) {
    if (r->entropy > 0 && check_entropy(secret) < r->entropy)
        return false;
    if (placeholder_is_masked(secret))
        return false;
    check_fn check = r->check[0] != '\0' ? check_find(r->check) : NULL;
    match->confidence = r->confidence;
    match->note = NULL;
    switch (check != NULL ? check(secret) : CHECK_UNKNOWN) {
    case CHECK_DROP:
        return false;
    case CHECK_RIGHT:
        match->confidence = match->confidence > 0.99 ? match->confidence : 0.99;
        break;
    case CHECK_DAMAGED:
        match->confidence *= 0.6;
        match->note = "made up or damaged: its checksum or structure is wrong";
        break;
    case CHECK_UNKNOWN:
        break;
    }
    return true;
}

static int match_from(const pcre2_code *code, struct rule_scratch *s, struct slice value, size_t at) {
    return pcre2_match(code, (PCRE2_SPTR)(value.len > 0 ? value.ptr : ""), value.len, at, 0, s->data,
                       s->context);
}

/* The first match from `at` on. All of it lies behind the place that it begins at, which is at most the lead
 * before an anchor: the places before each anchor are tried, each once, and what is found first is what would
 * be found first without anchors. */
static int next_match(const pcre2_code *code, const struct rule_anchor *a, struct rule_scratch *s,
                      struct slice value, size_t at) {
    int rc = PCRE2_ERROR_NOMATCH;
    if (!a || a->len == 0)
        return match_from(code, s, value, at);
    for (size_t anchor = at; rc == PCRE2_ERROR_NOMATCH;) {
        anchor = rule_anchor_find(a, value, anchor);
        if (anchor == SIZE_MAX)
            break;
        at = rule_anchor_begin(a, value, anchor, at);
        (void)pcre2_set_offset_limit(s->context, anchor);
        rc = match_from(code, s, value, at);
        at = ++anchor;
    }
    (void)pcre2_set_offset_limit(s->context, PCRE2_UNSET);
    return rc;
}

bool rule_may_match(const pcre2_code *code, const struct rule_anchor *anchor, struct rule_scratch *s,
                    struct slice value) {
    return next_match(code, anchor, s, value, 0) != PCRE2_ERROR_NOMATCH;
}

enum kl_status rule_run(const struct rule *r, const pcre2_code *code, const struct rule_anchor *anchor,
                        struct rule_scratch *s, struct slice value, struct slice name,
                        void (*found)(void *ctx, const struct rule_match *match), void *ctx,
                        struct error *e) {
    if (!name_fits(r, name))
        return KL_OK;
    rule_steps_begin(s, value.len);
    for (size_t at = 0; at <= value.len;) {
        int rc = next_match(code, anchor, s, value, at);
        if (rc == PCRE2_ERROR_NOMATCH)
            return KL_OK;
        if (rc < 0)
            return error_set(e, KL_ERR_LIMIT, "rule %s: a string of %zu bytes took too many steps", r->id,
                             value.len);
        const PCRE2_SIZE *v = pcre2_get_ovector_pointer(s->data);
        bool group = (rc >= 2 || rc == 0) && v[2] != PCRE2_UNSET;
        struct rule_match match = {.rule = r, .start = group ? v[2] : v[0], .end = group ? v[3] : v[1]};
        size_t next = v[1] > at ? v[1] : at + 1;
        if (match.end > match.start && judge(r, slice_sub(value, match.start, match.end), &match))
            found(ctx, &match);
        at = next;
    }
    return KL_OK;
}

bool rule_matches(const pcre2_code *code, struct rule_scratch *s, struct slice value) {
    rule_steps_begin(s, value.len);
    return pcre2_match(code, (PCRE2_SPTR)(value.len > 0 ? value.ptr : ""), value.len, 0, 0, s->data,
                       s->context) != PCRE2_ERROR_NOMATCH;
}

/* ---- examples ---- */

struct example_run {
    struct slice value;
    unsigned matches, with_prefix;
};

static bool holds_nocase(struct slice text, const char *word) {
    size_t len = strlen(word);
    for (size_t i = 0; i + len <= text.len; i++) {
        if (slice_eq_nocase(slice_sub(text, i, i + len), word))
            return true;
    }
    return false;
}

static void example_found(void *ctx, const struct rule_match *match) {
    struct example_run *run = ctx;
    struct slice secret = slice_sub(run->value, match->start, match->end);
    const char *const *prefix = match->rule->prefixes;
    while (*prefix != NULL && !slice_starts(secret, *prefix))
        prefix++;
    run->matches++;
    run->with_prefix += *prefix != NULL;
}

/* The keyword must stand in the whole match, not only in the secret: the filter
 * sees the whole string, of which the match may be any part. */
static bool match_has_keyword(const struct rule *r, const pcre2_code *code, struct rule_scratch *s,
                              struct slice value) {
    if (r->keywords[0] == NULL)
        return true;
    if (pcre2_match(code, (PCRE2_SPTR)value.ptr, value.len, 0, 0, s->data, s->context) < 0)
        return true;
    const PCRE2_SIZE *v = pcre2_get_ovector_pointer(s->data);
    struct slice all = slice_sub(value, v[0], v[1]);
    for (size_t i = 0; r->keywords[i] != NULL; i++) {
        if (holds_nocase(all, r->keywords[i]))
            return true;
    }
    return false;
}

/* An example of a rule with name_words is "name=value". */
static void split_example(const struct rule *r, struct slice text, struct slice *name, struct slice *value) {
    size_t equals = r->name_words != NULL ? slice_find_byte(text, '=', 0) : SIZE_MAX;
    *name = equals == SIZE_MAX ? slice_of("", 0) : slice_sub(text, 0, equals);
    *value = equals == SIZE_MAX ? text : slice_sub(text, equals + 1, text.len);
}

static enum kl_status verify_example(const struct rule *r, const pcre2_code *code, struct rule_scratch *s,
                                     const char *example, bool must_match, struct error *e) {
    struct buf text = BUF_INIT(RULE_EXAMPLE_MAX);
    struct slice name, value;
    enum kl_status status = rule_example_expand(slice_cstr(example), &text, e);
    if (status != KL_OK) {
        (void)error_prefix(e, "rule %s: %s", r->id, example);
        goto done;
    }
    split_example(r, buf_as_slice(&text), &name, &value);
    struct example_run run = {.value = value};
    status = rule_run(r, code, NULL, s, value, name, example_found, &run, e);
    if (status == KL_OK && must_match && run.matches == 0)
        status = error_set(e, KL_ERR_PARSE, "rule %s: does not find its example: %s", r->id, example);
    else if (status == KL_OK && !must_match && run.matches > 0)
        status = error_set(e, KL_ERR_PARSE, "rule %s: finds what it must skip: %s", r->id, example);
    else if (status == KL_OK && must_match && r->prefixes[0] != NULL && run.with_prefix == 0)
        status = error_set(e, KL_ERR_PARSE, "rule %s: no prefix begins the secret of: %s", r->id, example);
    else if (status == KL_OK && must_match && !match_has_keyword(r, code, s, value))
        status = error_set(e, KL_ERR_PARSE, "rule %s: no keyword stands in the match of: %s", r->id, example);
done:
    buf_release(&text);
    return status;
}

enum kl_status rule_verify(const struct rule *r, struct error *e) {
    pcre2_code *code = NULL;
    struct rule_scratch scratch = {0};
    enum kl_status status = rule_compile(r, &code, NULL, e);
    if (status != KL_OK)
        return status;
    rule_scratch_init(&scratch, RULE_PAIRS);
    for (size_t i = 0; status == KL_OK && r->find[i] != NULL; i++)
        status = verify_example(r, code, &scratch, r->find[i], true, e);
    for (size_t i = 0; status == KL_OK && r->skip[i] != NULL; i++)
        status = verify_example(r, code, &scratch, r->skip[i], false, e);
    rule_scratch_release(&scratch);
    pcre2_code_free(code);
    return status;
}
