/* allowlist.c: see allowlist.h. */
#include "scanner/allowlist.h"

#include <stdlib.h>

#include "base/mem.h"
#include "scanner/text_rule.h"

struct patterns {
    pcre2_code **items;
    size_t count;
};

struct allow_item {
    const struct allowlist *list;
    struct patterns paths, regexes;
};

struct allow_set {
    struct allow_item *items;
    size_t count;
};

static enum kl_status compile_all(const struct allowlist *a, const char *what, const char *const *patterns,
                                  struct patterns *out, struct error *e) {
    size_t count = 0;
    while (patterns[count] != NULL)
        count++;
    out->items = mem_calloc(count + 1, sizeof *out->items);
    for (; out->count < count; out->count++)
        if (text_pattern_compile(patterns[out->count], &out->items[out->count], e) != KL_OK)
            return error_prefix(e, "%s: %s, number %zu", a->where, what, out->count + 1);
    return KL_OK;
}

enum kl_status allow_set_new(const struct rule_list *list, struct allow_set **out, struct error *e) {
    *out = NULL;
    if (list->allow_count == 0)
        return KL_OK;
    struct allow_set *s = mem_calloc(1, sizeof *s);
    enum kl_status status = KL_OK;
    s->items = mem_calloc(list->allow_count, sizeof *s->items);
    for (size_t i = 0; i < list->allow_count && status == KL_OK; i++) {
        struct allow_item *item = &s->items[s->count++];
        item->list = &list->allowlists[i];
        status = compile_all(item->list, "paths", item->list->paths, &item->paths, e);
        if (status == KL_OK)
            status = compile_all(item->list, "regexes", item->list->regexes, &item->regexes, e);
    }
    if (status == KL_OK)
        *out = s;
    else
        allow_set_free(s);
    return status;
}

static void free_patterns(struct patterns *p) {
    for (size_t i = 0; i < p->count; i++)
        pcre2_code_free(p->items[i]);
    free(p->items);
}

void allow_set_free(struct allow_set *s) {
    for (size_t i = 0; s != NULL && i < s->count; i++) {
        free_patterns(&s->items[i].paths);
        free_patterns(&s->items[i].regexes);
    }
    if (s != NULL)
        free(s->items);
    free(s);
}

static bool concerns(const struct allowlist *a, const char *rule) {
    const char *const *id = a->rules;
    while (id != NULL && *id != NULL && strcmp(*id, rule) != 0)
        id++;
    return id == NULL || *id != NULL;
}

static bool holds_stopword(const struct allowlist *a, struct slice secret) {
    for (const char *const *word = a->stopwords; *word != NULL; word++) {
        size_t len = strlen(*word);
        for (size_t i = 0; i + len <= secret.len; i++)
            if (slice_eq_nocase(slice_sub(secret, i, i + len), *word))
                return true;
    }
    return false;
}

static enum kl_status any_matches(const struct patterns *p, struct rule_scratch *scratch, struct slice text,
                                  bool *out, struct error *e) {
    enum kl_status status = KL_OK;
    *out = false;
    for (size_t i = 0; i < p->count && !*out && status == KL_OK && text.len > 0; i++)
        status = text_pattern_matches(p->items[i], scratch, text, out, e);
    return status;
}

static struct slice target_of(const struct allow_subject *s, enum allow_target target) {
    return target == ALLOW_LINE ? s->line : target == ALLOW_MATCH ? s->match : s->secret;
}

static enum kl_status allows(const struct allow_item *item, struct rule_scratch *scratch,
                             const struct allow_subject *subject, struct arena *arena, bool *out,
                             struct error *e) {
    const struct allowlist *a = item->list;
    bool path = false, regex = false, word = holds_stopword(a, subject->secret);
    enum kl_status status =
        any_matches(&item->paths, scratch, text_rules_path(subject->path, arena), &path, e);
    if (status == KL_OK && item->regexes.count > 0)
        status = any_matches(&item->regexes, scratch, text_rules_text(target_of(subject, a->target), arena),
                             &regex, e);
    if (a->all)
        *out = (path || item->paths.count == 0) && (regex || item->regexes.count == 0) &&
               (word || a->stopwords[0] == NULL);
    else
        *out = path || regex || word;
    return status;
}

enum kl_status allow_set_find(const struct allow_set *s, struct rule_scratch *scratch,
                              const struct allow_subject *subject, struct arena *arena, const char **label,
                              struct error *e) {
    *label = NULL;
    for (size_t i = 0; i < s->count; i++) {
        const struct allow_item *item = &s->items[i];
        bool allowed = false;
        if (!concerns(item->list, subject->rule))
            continue;
        enum kl_status status = allows(item, scratch, subject, arena, &allowed, e);
        if (status != KL_OK)
            return error_prefix(e, "%s", item->list->label);
        if (allowed) {
            *label = item->list->label;
            return KL_OK;
        }
    }
    return KL_OK;
}
