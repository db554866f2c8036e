/* fragment.c: see fragment.h. */
#include "scanner/fragment.h"

static bool is_put_together(const struct candidate *c) {
    return c->context == CONTEXT_FSTRING || c->context == CONTEXT_FORMAT || c->is_partial;
}

/* scheme://user:password@host: the rule has matched all of it, and its shape is sure. */
static void narrow_to_password(struct slice value, size_t *start, size_t *end) {
    size_t user = slice_find(slice_sub(value, 0, *end), SLICE_LIT("://"), *start);
    size_t colon = user == SIZE_MAX ? SIZE_MAX : slice_find_byte(value, ':', user + 3);
    size_t at = colon == SIZE_MAX ? SIZE_MAX : slice_find_byte(value, '@', colon + 1);
    if (at == SIZE_MAX || at > *end)
        return;
    *start = colon + 1;
    *end = at;
}

static bool is_url_rule(const struct rule *r) {
    return r && strcmp(r->check, "url-password") == 0;
}

static bool is_connection_rule(const struct rule *r) {
    return r && strcmp(r->id, "connection-string-password") == 0;
}

/* The literal among the candidate's that spells all of value[start, end). */
static bool spelled_at(const struct candidate *c, struct slice text, const struct py_tokens *tokens,
                       size_t start, size_t end, struct arena *arena, struct fragment *out) {
    size_t before = 0;
    for (uint32_t i = c->first_token; i <= c->last_token; i++) {
        const struct py_token *t = &tokens->items[i];
        struct slice part;
        if (t->kind != PY_STRING && t->kind != PY_FSTRING_MIDDLE)
            continue;
        if (py_string_value(text, t, arena, &part) != PY_VALUE_OK)
            return false;
        if (start < before + part.len)
            return end <= before + part.len &&
                   py_string_span(text, t, start - before, end - before, arena, &out->start, &out->end);
        before += part.len;
    }
    return false;
}

bool fragment_of(const struct scan_hit *hit, struct slice text, const struct py_tokens *tokens,
                 bool split_urls, struct arena *arena, struct fragment *out) {
    const struct candidate *c = hit->candidate;
    size_t start = hit->start, end = hit->end;
    bool url = is_url_rule(hit->rule);
    *out = (struct fragment){.value = c->value};
    if (!is_put_together(c) && !(split_urls && (url || is_connection_rule(hit->rule))))
        return true;
    if (url)
        narrow_to_password(c->value, &start, &end);
    if (start >= end || !spelled_at(c, text, tokens, start, end, arena, out))
        return false;
    out->value = slice_sub(c->value, start, end);
    return true;
}
