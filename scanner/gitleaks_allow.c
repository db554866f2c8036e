/* gitleaks_allow.c: [allowlist], [[allowlists]], [rules.allowlist], [[rules.allowlists]]. */
#include <stdlib.h>

#include "base/mem.h"
#include "scanner/allowlist.h"
#include "scanner/gitleaks_internal.h"

static const char *const known_keys[] = {"description", "condition", "commits",     "paths", "regexes",
                                         "regexTarget", "stopwords", "targetRules", NULL};

static enum kl_status read_condition(const struct gl_place *p, const cJSON *table, bool *all) {
    static const char *const every[] = {"AND", "&&"}, *const one[] = {"", "OR", "||"};
    const char *text = "";
    enum kl_status status = gl_text(p, table, "condition", &text);
    *all = false;
    for (size_t i = 0; i < KL_ARRAY_LEN(every); i++)
        *all |= slice_eq_nocase(slice_cstr(text), every[i]);
    bool known = *all;
    for (size_t i = 0; i < KL_ARRAY_LEN(one); i++)
        known |= slice_eq_nocase(slice_cstr(text), one[i]);
    return status != KL_OK || known
               ? status
               : gl_wrong(p, gl_get(table, "condition"), "a condition is AND or OR:", text);
}

static enum kl_status read_target(const struct gl_place *p, const cJSON *table, enum allow_target *target) {
    static const char *const names[] = {
        [ALLOW_SECRET] = "secret", [ALLOW_MATCH] = "match", [ALLOW_LINE] = "line"};
    const char *text = "";
    enum kl_status status = gl_text(p, table, "regexTarget", &text);
    *target = ALLOW_SECRET;
    if (status != KL_OK || text[0] == '\0')
        return status;
    for (size_t i = 0; i < KL_ARRAY_LEN(names); i++) {
        if (strcmp(names[i], text) == 0) {
            *target = (enum allow_target)i;
            return KL_OK;
        }
    }
    return gl_wrong(p, gl_get(table, "regexTarget"), "a regexTarget is secret, match or line:", text);
}

/* The list at `key`, each pattern as PCRE2. */
static enum kl_status read_patterns(const struct gl_place *p, const cJSON *table, const char *key,
                                    const char *const **out) {
    struct string_items found = {0};
    enum kl_status status = gl_list(p, table, key, &found);
    const cJSON *item = gl_get(table, key);
    item = cJSON_IsArray(item) ? item->child : item;
    for (size_t i = 0; i < found.count && status == KL_OK; i++, item = item->next) {
        char what[32];
        (void)snprintf(what, sizeof what, "%s, number %zu", key, i + 1);
        status = gl_pattern(p, item, what, found.items[i], &found.items[i]);
    }
    *out = gl_items_keep(&found, &p->out->strings);
    free(found.items);
    return status;
}

static enum kl_status read_words(const struct gl_place *p, const cJSON *table, const char *const **out) {
    struct string_items found = {0};
    enum kl_status status = gl_list(p, table, "stopwords", &found);
    for (size_t i = 0; i < found.count; i++) {
        char *low = arena_cstr(&p->out->strings, slice_cstr(found.items[i]));
        for (char *c = low; *c != '\0'; c++)
            *c = ascii_lower(*c);
        found.items[i] = low;
    }
    *out = gl_items_keep(&found, &p->out->strings);
    free(found.items);
    return status;
}

/* Which rules it holds for: that of the table it stands in, those that it names, or all. */
static enum kl_status read_rules(const struct gl_place *p, const cJSON *table, const char *id,
                                 const char *const **out) {
    struct string_items found = {0};
    enum kl_status status = KL_OK;
    if (id != NULL)
        gl_items_add(&found, id);
    else
        status = gl_list(p, table, "targetRules", &found);
    *out = found.count > 0 ? gl_items_keep(&found, &p->out->strings) : NULL;
    free(found.items);
    return status;
}

/* Versions are searched by what they hold, whatever commits brought them. *never: so no finding fits. */
static enum kl_status check_commits(const struct gl_place *p, const cJSON *table, const struct allowlist *a,
                                    bool *never) {
    struct string_items commits = {0};
    bool others = a->paths[0] != NULL || a->regexes[0] != NULL || a->stopwords[0] != NULL;
    enum kl_status status = gl_list(p, table, "commits", &commits);
    bool any = commits.count > 0;
    free(commits.items);
    *never = any && (a->all || !others);
    if (status != KL_OK)
        return status;
    if (!any && !others)
        return error_set(p->e, KL_ERR_PARSE, "%s: it has neither paths nor regexes nor stopwords",
                         gl_where(p, NULL));
    if (any)
        gl_warn(p, gl_get(table, "commits"), "commits are not used, since keylift goes by what files hold%s",
                *never ? "; so this allowlist allows nothing" : "");
    return KL_OK;
}

static enum kl_status read_one(const struct gl_place *p, const cJSON *table, const char *id) {
    struct allowlist a = {.where = gl_where(p, NULL),
                          .label = arena_printf(&p->out->strings, "%s: %s", p->file, p->what)};
    bool never = false;
    gl_unknown(p, table, known_keys);
    enum kl_status status = read_condition(p, table, &a.all);
    if (status == KL_OK)
        status = read_target(p, table, &a.target);
    if (status == KL_OK)
        status = read_patterns(p, table, "paths", &a.paths);
    if (status == KL_OK)
        status = read_patterns(p, table, "regexes", &a.regexes);
    if (status == KL_OK)
        status = read_words(p, table, &a.stopwords);
    if (status == KL_OK)
        status = read_rules(p, table, id, &a.rules);
    if (status == KL_OK)
        status = check_commits(p, table, &a, &never);
    if (status != KL_OK || never)
        return status;
    struct rule_list *l = p->out;
    l->allowlists = mem_grow(l->allowlists, &l->allow_cap, l->allow_count + 1, sizeof *l->allowlists);
    l->allowlists[l->allow_count++] = a;
    return KL_OK;
}

enum kl_status gl_allowlists(const struct gl_place *p, const cJSON *table, const char *id) {
    const cJSON *single = gl_get(table, "allowlist"), *first = NULL;
    struct gl_place inner = *p;
    enum kl_status status = gl_tables(p, table, "allowlists", &first);
    if (status != KL_OK)
        return status;
    if (single != NULL && first != NULL)
        return error_set(p->e, KL_ERR_PARSE, "%s: allowlist and allowlists cannot both be there",
                         gl_where(p, single));
    if (single != NULL && !cJSON_IsObject(single))
        return gl_wrong(p, single, "this must be a table:", "allowlist");
    size_t number = 0;
    for (const cJSON *i = single != NULL ? single : first; i != NULL && status == KL_OK;
         i = single != NULL ? NULL : i->next) {
        const char *between = p->what[0] != '\0' ? ": " : "";
        inner.at = i;
        inner.what = single != NULL
                         ? arena_printf(&p->out->strings, "%s%sallowlist", p->what, between)
                         : arena_printf(&p->out->strings, "%s%sallowlist %zu", p->what, between, ++number);
        status = read_one(&inner, i, id);
    }
    return status;
}
