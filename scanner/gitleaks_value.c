/* gitleaks_value.c: values of a table of TOML, as gitleaks takes them: keys without regard to case, one
 * string for a list of one. */
#include <stdarg.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/toml.h"
#include "scanner/gitleaks_internal.h"
#include "scanner/re2.h"
#include "scanner/text_rule.h"

const cJSON *gl_get(const cJSON *table, const char *key) {
    return cJSON_GetObjectItem(table, key);
}

const char *gl_where(const struct gl_place *p, const cJSON *at) {
    at = at != NULL ? at : p->at;
    const char *between = p->what[0] != '\0' ? ": " : "";
    unsigned line = at != NULL ? toml_line(at) : 0;
    if (line == 0)
        return arena_printf(&p->out->strings, "%s%s%s", p->file, between, p->what);
    return arena_printf(&p->out->strings, "%s: line %u%s%s", p->file, line, between, p->what);
}

enum kl_status gl_wrong(const struct gl_place *p, const cJSON *at, const char *problem, const char *what) {
    return error_set(p->e, KL_ERR_PARSE, "%s: %s \"%.80s\"", gl_where(p, at), problem, what);
}

void gl_items_add(struct string_items *l, const char *text) {
    l->items = mem_grow(l->items, &l->cap, l->count + 1, sizeof *l->items);
    l->items[l->count++] = text;
}

const char *const *gl_items_keep(const struct string_items *l, struct arena *a) {
    const char **kept = arena_calloc(a, l->count + 1, sizeof *kept);
    for (size_t i = 0; i < l->count; i++)
        kept[i] = l->items[i];
    return kept;
}

bool gl_items_hold(const struct string_items *l, const char *text) {
    for (size_t i = 0; i < l->count; i++)
        if (strcmp(l->items[i], text) == 0)
            return true;
    return false;
}

void gl_warn(const struct gl_place *p, const cJSON *at, const char *fmt, ...) {
    char text[KL_ERROR_MESSAGE_MAX];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    gl_items_add(&p->out->warnings, arena_printf(&p->out->strings, "%s: %s", gl_where(p, at), text));
}

void gl_unknown(const struct gl_place *p, const cJSON *table, const char *const *known) {
    for (const cJSON *item = table->child; item != NULL; item = item->next) {
        bool found = false;
        for (size_t i = 0; known[i] != NULL && !found; i++)
            found = slice_eq_nocase(slice_cstr(item->string), known[i]);
        if (!found)
            gl_warn(p, item, "the key \"%.80s\" is unknown, and not used", item->string);
    }
}

enum kl_status gl_text(const struct gl_place *p, const cJSON *table, const char *key, const char **out) {
    const cJSON *item = gl_get(table, key);
    *out = "";
    if (item == NULL)
        return KL_OK;
    if (!cJSON_IsString(item))
        return gl_wrong(p, item, "this must be a string:", key);
    *out = arena_cstr(&p->out->strings, slice_cstr(item->valuestring));
    return KL_OK;
}

enum kl_status gl_number(const struct gl_place *p, const cJSON *table, const char *key, double *out) {
    const cJSON *item = gl_get(table, key);
    *out = 0;
    if (item == NULL)
        return KL_OK;
    if (!cJSON_IsNumber(item) || item->valuedouble < 0)
        return gl_wrong(p, item, "this must be a number, not below 0:", key);
    *out = item->valuedouble;
    return KL_OK;
}

enum kl_status gl_list(const struct gl_place *p, const cJSON *table, const char *key,
                       struct string_items *out) {
    const cJSON *item = gl_get(table, key);
    const cJSON *single = cJSON_IsString(item) ? item : NULL;
    if (item != NULL && single == NULL && !cJSON_IsArray(item))
        return gl_wrong(p, item, "this must be a list of strings:", key);
    for (const cJSON *i = single != NULL || item == NULL ? single : item->child; i != NULL;
         i = single != NULL ? NULL : i->next) {
        if (!cJSON_IsString(i))
            return gl_wrong(p, i, "this must be a list of strings:", key);
        gl_items_add(out, arena_cstr(&p->out->strings, slice_cstr(i->valuestring)));
    }
    return KL_OK;
}

enum kl_status gl_tables(const struct gl_place *p, const cJSON *parent, const char *key,
                         const cJSON **first) {
    const cJSON *item = gl_get(parent, key);
    *first = NULL;
    if (item == NULL)
        return KL_OK;
    if (!cJSON_IsArray(item))
        return gl_wrong(p, item, "this must be a list of tables:", key);
    for (const cJSON *i = item->child; i != NULL; i = i->next)
        if (!cJSON_IsObject(i))
            return gl_wrong(p, i, "this must be a list of tables:", key);
    *first = item->child;
    return KL_OK;
}

enum kl_status gl_pattern(const struct gl_place *p, const cJSON *at, const char *what, const char *pattern,
                          const char **out) {
    struct buf text = BUF_INIT(RE2_MAX_OUT);
    struct re2_facts unused;
    enum kl_status status = re2_to_pcre2(slice_cstr(pattern), &text, &unused, p->e);
    if (status == KL_OK)
        *out = arena_cstr(&p->out->strings, buf_as_slice(&text));
    else
        (void)error_prefix(p->e, "%s: %s", gl_where(p, at), what);
    buf_release(&text);
    return status;
}

enum kl_status gl_regex(const struct gl_place *p, const cJSON *at, const char *pattern, struct text_rule *t,
                        unsigned *groups) {
    struct buf text = BUF_INIT(RE2_MAX_OUT), rest = BUF_INIT(RE2_MAX_OUT);
    struct re2_facts facts;
    enum kl_status status = re2_to_pcre2(slice_cstr(pattern), &text, &facts, p->e);
    if (status == KL_OK) {
        re2_without_lead(buf_as_slice(&text), &facts, &rest);
        t->regex = arena_cstr(&p->out->strings, buf_as_slice(&text));
        t->rest = facts.lead_chars > 0 ? arena_cstr(&p->out->strings, buf_as_slice(&rest)) : NULL;
        t->lead_chars = facts.lead_chars;
        *groups = facts.groups;
    } else {
        (void)error_prefix(p->e, "%s: regex", gl_where(p, at));
    }
    buf_release(&text);
    buf_release(&rest);
    return status;
}
