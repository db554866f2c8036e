/* text_rule.c: see text_rule.h. Keywords are a condition here, not only a filter: a rule that has any runs
 * over the files that hold one. */
#include "scanner/text_rule.h"

#include <stdlib.h>

#include "base/encode.h"
#include "base/mem.h"
#include "scanner/checks.h"
#include "scanner/keyword.h"
#include "scanner/text_search.h"

struct text_item {
    const struct rule *rule;
    struct text_search regex, rest; /* empty: none */
    pcre2_code *path;               /* NULL: none */
    bool enabled;
};

struct text_rules {
    struct text_item *items;
    size_t count;
    struct keyword_builder *builder;
    struct keyword_table keywords;
    uint32_t groups; /* of the pattern that has most */
};

/* ---- one pattern ---- */

static enum kl_status compile(const char *pattern, uint32_t options, uint32_t modes, pcre2_code **out,
                              struct error *e) {
    int code = 0;
    PCRE2_SIZE at = 0;
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    if (context == NULL)
        mem_die();
    (void)pcre2_set_newline(context, PCRE2_NEWLINE_LF);
    *out = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
                         PCRE2_UTF | PCRE2_ALT_CIRCUMFLEX | PCRE2_NEVER_BACKSLASH_C | options, &code, &at,
                         context);
    pcre2_compile_context_free(context);
    if (*out == NULL) {
        PCRE2_UCHAR text[160];
        (void)pcre2_get_error_message(code, text, sizeof text);
        return error_set(e, KL_ERR_PARSE, "keylift cannot run this pattern: %s", (const char *)text);
    }
    (void)pcre2_jit_compile(*out, modes);
    return KL_OK;
}

enum kl_status text_pattern_compile(const char *pattern, pcre2_code **out, struct error *e) {
    return compile(pattern, PCRE2_AUTO_CALLOUT, PCRE2_JIT_COMPLETE, out, e);
}

enum kl_status text_pattern_compile_plain(const char *pattern, pcre2_code **out, struct error *e) {
    return compile(pattern, 0, PCRE2_JIT_COMPLETE | PCRE2_JIT_PARTIAL_HARD, out, e);
}

static int match_at(const pcre2_code *code, struct rule_scratch *s, struct slice text, size_t at) {
    return pcre2_match(code, (PCRE2_SPTR)(text.len > 0 ? text.ptr : ""), text.len, at, PCRE2_NO_UTF_CHECK,
                       s->data, s->context);
}

enum kl_status text_pattern_matches(const pcre2_code *code, struct rule_scratch *s, struct slice text,
                                    bool *out, struct error *e) {
    rule_steps_begin(s, text.len);
    int rc = match_at(code, s, text, 0);
    *out = rc >= 0;
    if (rc < 0 && rc != PCRE2_ERROR_NOMATCH)
        return error_set(e, KL_ERR_LIMIT, "a string of %zu bytes took too many steps", text.len);
    return KL_OK;
}

struct slice text_rules_text(struct slice text, struct arena *arena) {
    if (utf8_valid(text))
        return text;
    char *copy = arena_alloc(arena, text.len);
    uint32_t unused;
    for (size_t i = 0; i < text.len;) {
        unsigned len = utf8_sequence(text.ptr + i, text.len - i, &unused);
        if (len == 0)
            copy[i++] = 0x7F;
        for (unsigned k = 0; k < len; k++, i++)
            copy[i] = text.ptr[i];
    }
    return slice_of(copy, text.len);
}

struct slice text_rules_path(const char *path, struct arena *arena) {
    struct slice s = slice_cstr(path);
    while (slice_starts(s, "./"))
        s = slice_sub(s, 2, s.len);
    return text_rules_text(s, arena);
}

/* ---- all of them ---- */

static enum kl_status compile_item(struct text_item *item, struct error *e) {
    const struct text_rule *rule = item->rule->text;
    enum kl_status status = KL_OK;
    const char *what = "regex";
    if (rule->regex != NULL)
        status = text_search_compile(rule->regex, &item->regex, e);
    if (status == KL_OK && rule->rest != NULL)
        status = text_search_compile(rule->rest, &item->rest, e);
    if (status == KL_OK && rule->path != NULL) {
        what = "path";
        status = text_pattern_compile(rule->path, &item->path, e);
    }
    return status == KL_OK ? status : error_prefix(e, "%s: %s", rule->where, what);
}

static void free_item(struct text_item *item) {
    text_search_free(&item->regex);
    text_search_free(&item->rest);
    pcre2_code_free(item->path);
}

enum kl_status text_rule_verify(const struct rule *r, struct error *e) {
    struct text_item item = {.rule = r};
    enum kl_status status = compile_item(&item, e);
    free_item(&item);
    return status;
}

static enum kl_status take_item(struct text_rules *t, size_t number, struct error *e) {
    struct text_item *item = &t->items[number];
    uint32_t groups = 0;
    enum kl_status status = compile_item(item, e);
    if (status != KL_OK)
        return status;
    if (item->rule->text->regex != NULL)
        (void)pcre2_pattern_info(item->regex.counted, PCRE2_INFO_CAPTURECOUNT, &groups);
    t->groups = groups > t->groups ? groups : t->groups;
    for (size_t k = 0; item->rule->keywords[k] != NULL; k++)
        if (!keyword_builder_add(t->builder, item->rule->keywords[k], (uint16_t)number))
            return error_set(e, KL_ERR_LIMIT,
                             "%s: too many keywords, or too many different characters in them",
                             item->rule->text->where);
    return KL_OK;
}

enum kl_status text_rules_new(const struct rule_list *list, struct text_rules **out, struct error *e) {
    struct text_rules *t = mem_calloc(1, sizeof *t);
    enum kl_status status = KL_OK;
    t->items = mem_calloc(list->count + 1, sizeof *t->items);
    t->builder = keyword_builder_new();
    for (size_t i = 0; i < list->count && status == KL_OK; i++) {
        if (list->items[i].text == NULL)
            continue;
        t->items[t->count++].rule = &list->items[i];
        status = take_item(t, t->count - 1, e);
    }
    t->keywords = keyword_builder_finish(t->builder).table;
    *out = t;
    if (status != KL_OK) {
        text_rules_free(t);
        *out = NULL;
    }
    return status;
}

void text_rules_free(struct text_rules *t) {
    for (size_t i = 0; t != NULL && i < t->count; i++)
        free_item(&t->items[i]);
    if (t != NULL) {
        keyword_builder_free(t->builder);
        free(t->items);
    }
    free(t);
}

void text_rules_enable(struct text_rules *t, const struct rule *r) {
    for (size_t i = 0; i < t->count; i++)
        t->items[i].enabled |= t->items[i].rule == r;
}

uint32_t text_rules_pairs(const struct text_rules *t) {
    return t->groups + 1;
}

/* ---- matching ---- */

/* gitleaks leaves out line ends around a match. */
static void trim_lines(struct slice text, struct text_match *m) {
    while (m->match_end > m->match_start && text.ptr[m->match_end - 1] == '\n')
        m->match_end--;
    while (m->match_end > m->match_start && text.ptr[m->match_start] == '\n')
        m->match_start++;
}

/* Which group holds the secret; 0 for all that matched. */
static size_t secret_group(const struct text_rule *rule, const PCRE2_SIZE *v, int pairs) {
    for (size_t g = 1; g < (size_t)pairs && rule->group == 0; g++)
        if (v[2 * g] != PCRE2_UNSET && v[2 * g + 1] > v[2 * g])
            return g;
    return rule->group;
}

static bool judge(const struct text_item *item, struct slice text, const PCRE2_SIZE *v, int pairs,
                  struct text_match *m) {
    size_t g = secret_group(item->rule->text, v, pairs);
    *m = (struct text_match){.rule = item->rule, .match_start = v[0], .match_end = v[1]};
    trim_lines(text, m);
    m->start = m->match_start;
    m->end = m->match_end;
    if (g > 0) {
        bool took_part = g < (size_t)pairs && v[2 * g] != PCRE2_UNSET;
        m->start = took_part ? v[2 * g] : m->match_start;
        m->end = took_part ? v[2 * g + 1] : m->match_start;
    }
    if (m->end <= m->start)
        return false;
    return item->rule->entropy <= 0 || check_entropy(slice_sub(text, m->start, m->end)) > item->rule->entropy;
}

static bool is_inside(struct slice text, size_t at) {
    return at < text.len && ((unsigned char)text.ptr[at] & 0xC0) == 0x80;
}

/* As many characters before `at`, but not before `first`. */
static size_t back(struct slice text, size_t at, size_t first, unsigned chars) {
    for (; chars > 0 && at > first; chars--)
        do
            at--;
        while (at > first && is_inside(text, at));
    return at;
}

/* The next match from `at` on; a negative number as pcre2_match returns it. */
static int next_match(const struct text_item *item, struct rule_scratch *s, struct slice text, size_t at) {
    if (item->rule->text->rest != NULL) {
        int rc = text_search_next(&item->rest, s, text, at);
        if (rc < 0)
            return rc;
        at = back(text, pcre2_get_ovector_pointer(s->data)[0], at, item->rule->text->lead_chars);
    }
    return text_search_next(&item->regex, s, text, at);
}

static enum kl_status match_item(const struct text_item *item, struct rule_scratch *s, struct slice text,
                                 void (*found)(void *ctx, const struct text_match *m), void *ctx,
                                 struct error *e) {
    rule_steps_begin(s, text.len);
    for (size_t at = 0; at <= text.len;) {
        struct text_match m;
        int rc = next_match(item, s, text, at);
        if (rc == PCRE2_ERROR_NOMATCH)
            return KL_OK;
        if (rc < 0)
            return error_set(e, KL_ERR_LIMIT, "rule %s: a text of %zu bytes took too many steps",
                             item->rule->id, text.len);
        const PCRE2_SIZE *v = pcre2_get_ovector_pointer(s->data);
        size_t next = v[1] > at ? v[1] : at + 1;
        while (is_inside(text, next))
            next++;
        if (judge(item, text, v, rc, &m))
            found(ctx, &m);
        at = next;
    }
    return KL_OK;
}

/* Is the rule one for files of this path? */
static enum kl_status path_fits(const struct text_item *item, struct rule_scratch *s, struct slice path,
                                bool *fits, struct error *e) {
    *fits = true;
    if (item->path == NULL)
        return KL_OK;
    enum kl_status status = text_pattern_matches(item->path, s, path, fits, e);
    return status == KL_OK ? status : error_prefix(e, "rule %s: path", item->rule->id);
}

enum kl_status text_rules_match(const struct text_rules *t, struct rule_scratch *s, const char *path,
                                struct slice text, struct arena *arena,
                                void (*found)(void *ctx, const struct text_match *m), void *ctx,
                                struct error *e) {
    uint64_t *called = arena_calloc(arena, t->count / 64 + 1, sizeof *called);
    struct slice name = text_rules_path(path, arena), plain = {0};
    enum kl_status status = KL_OK;
    (void)keyword_find(&t->keywords, text, called);
    for (size_t i = 0; i < t->count; i++) {
        const struct text_item *item = &t->items[i];
        bool fits = item->enabled && item->rule->text->regex != NULL &&
                    (item->rule->keywords[0] == NULL || (called[i / 64] >> (i % 64) & 1) != 0);
        enum kl_status one = fits ? path_fits(item, s, name, &fits, e) : KL_OK;
        if (fits && plain.ptr == NULL)
            plain = text_rules_text(text, arena);
        if (one == KL_OK && fits)
            one = match_item(item, s, plain, found, ctx, e);
        status = one != KL_OK ? one : status;
    }
    return status;
}

enum kl_status text_rules_match_path(const struct text_rules *t, struct rule_scratch *s, const char *path,
                                     struct arena *arena,
                                     void (*found)(void *ctx, const struct text_match *m), void *ctx,
                                     struct error *e) {
    struct slice name = text_rules_path(path, arena);
    enum kl_status status = KL_OK;
    for (size_t i = 0; i < t->count; i++) {
        const struct text_item *item = &t->items[i];
        bool fits = false;
        if (!item->enabled || item->rule->text->regex != NULL)
            continue;
        enum kl_status one = path_fits(item, s, name, &fits, e);
        if (one == KL_OK && fits)
            found(ctx, &(struct text_match){.rule = item->rule});
        status = one != KL_OK ? one : status;
    }
    return status;
}
