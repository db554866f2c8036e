/* gitleaks_file.c: see gitleaks_file.h. A rule may stand in several files, each of which extends the next:
 * of its values the first one counts, and its lists are joined. */
#include "scanner/gitleaks_file.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/toml.h"
#include "scanner/allowlist.h"
#include "scanner/gitleaks_internal.h"
#include "scanner/text_rule.h"

#define MAX_ID_BYTES 200u

static const char *const file_keys[] = {"title",     "description", "extend",     "rules",
                                        "allowlist", "allowlists",  "minVersion", NULL};
static const char *const extend_keys[] = {"path", "useDefault", "disabledRules", NULL};
static const char *const rule_keys[] = {"id",       "description", "path", "regex",     "secretGroup",
                                        "entropy",  "keywords",    "tags", "allowlist", "allowlists",
                                        "required", "skipReport",  NULL};

struct layer {
    const char *path;
    cJSON *doc;
    struct string_items disabled;
};

/* A rule, and its tables from the first file on. */
struct gl_rule {
    const char *id;
    const cJSON *tables[GITLEAKS_MAX_FILES];
    unsigned count;
    unsigned layer; /* of the first */
};

struct reading {
    struct rule_list *out;
    struct error *e;
    struct layer layers[GITLEAKS_MAX_FILES];
    unsigned count;
    struct gl_rule *rules;
    size_t rule_count, rule_cap;
    bool uses_default;
};

static bool is_gitleaks(const cJSON *doc) {
    static const char *const tell[] = {"rules", "extend", "allowlist", "allowlists"};
    if (json_get(doc, "rule") != NULL)
        return false;
    for (size_t i = 0; i < KL_ARRAY_LEN(tell); i++)
        if (gl_get(doc, tell[i]) != NULL)
            return true;
    return false;
}

/* ---- [extend] ---- */

/* *next: the file that is extended; "" for none. */
static enum kl_status read_extend(struct reading *r, struct layer *l, const char **next) {
    struct gl_place p = {arena_printf(&r->out->strings, "%s: extend", l->path), r->out, r->e};
    const cJSON *extend = gl_get(l->doc, "extend");
    *next = "";
    if (extend == NULL)
        return KL_OK;
    if (!cJSON_IsObject(extend))
        return gl_wrong(&p, "this must be a table:", "extend");
    gl_unknown(&p, extend, extend_keys);
    const cJSON *flag = gl_get(extend, "useDefault");
    if (flag != NULL && !cJSON_IsBool(flag))
        return gl_wrong(&p, "this must be true or false:", "useDefault");
    r->uses_default |= cJSON_IsTrue(flag);
    enum kl_status status = gl_list(&p, extend, "disabledRules", &l->disabled);
    if (status == KL_OK)
        status = gl_text(&p, extend, "path", next);
    if (status == KL_OK && cJSON_IsTrue(flag) && (*next)[0] != '\0')
        status = error_set(r->e, KL_ERR_PARSE, "%s: path and useDefault cannot both be there", p.what);
    return status;
}

static enum kl_status read_layers(struct reading *r, const char *path, cJSON *doc) {
    enum kl_status status = KL_OK;
    const char *next = path;
    while (status == KL_OK && next[0] != '\0') {
        if (r->count == GITLEAKS_MAX_FILES)
            return error_set(r->e, KL_ERR_LIMIT, "%s: extend: more than %u files that extend each other",
                             r->layers[r->count - 1].path, GITLEAKS_MAX_FILES);
        struct layer *l = &r->layers[r->count++];
        l->path = next;
        l->doc = r->count == 1 ? doc : NULL;
        if (l->doc == NULL)
            status = toml_read_file(next, &l->doc, r->e);
        if (status == KL_OK && r->count > 1 && json_get(l->doc, "rule") != NULL)
            status = error_set(r->e, KL_ERR_PARSE, "%s: this is no configuration of gitleaks", next);
        if (status != KL_OK)
            return r->count > 1 ? error_prefix(r->e, "%s: extend", r->layers[r->count - 2].path) : status;
        gl_unknown(&(struct gl_place){l->path, r->out, r->e}, l->doc, file_keys);
        status = read_extend(r, l, &next);
    }
    return status;
}

/* ---- [[rules]] ---- */

static struct gl_rule *find_rule(struct reading *r, const char *id) {
    for (size_t i = 0; i < r->rule_count; i++)
        if (strcmp(r->rules[i].id, id) == 0)
            return &r->rules[i];
    return NULL;
}

static bool is_disabled(const struct reading *r, const char *id, unsigned before) {
    for (unsigned i = 0; i < before; i++)
        if (gl_items_hold(&r->layers[i].disabled, id))
            return true;
    return false;
}

static bool is_id(const char *id) {
    for (const char *c = id; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7F)
            return false;
    return id[0] != '\0' && strlen(id) <= MAX_ID_BYTES;
}

static enum kl_status take_table(struct reading *r, unsigned layer, const cJSON *table, size_t number) {
    struct gl_place p = {r->layers[layer].path, r->out, r->e};
    const char *id = "";
    p.what = arena_printf(&r->out->strings, "%s: rule number %zu", r->layers[layer].path, number);
    enum kl_status status = gl_text(&p, table, "id", &id);
    if (status != KL_OK)
        return status;
    if (!is_id(id))
        return gl_wrong(&p, "the id is missing, too long, or not printable:", id);
    if (is_disabled(r, id, layer))
        return KL_OK;
    p.what = arena_printf(&r->out->strings, "%s: rule %s", r->layers[layer].path, id);
    gl_unknown(&p, table, rule_keys);
    struct gl_rule *rule = find_rule(r, id);
    if (rule == NULL) {
        r->rules = mem_grow(r->rules, &r->rule_cap, r->rule_count + 1, sizeof *r->rules);
        rule = &r->rules[r->rule_count++];
        *rule = (struct gl_rule){.id = id, .layer = layer};
    }
    for (const cJSON *i = gl_get(r->layers[layer].doc, "rules")->child; i != table; i = i->next)
        if (rule->count > 0 && rule->tables[rule->count - 1] == i)
            return error_set(r->e, KL_ERR_PARSE, "%s: the id is used twice", p.what);
    rule->tables[rule->count++] = table;
    return KL_OK;
}

static enum kl_status take_tables(struct reading *r) {
    for (unsigned k = 0; k < r->count; k++) {
        struct gl_place p = {r->layers[k].path, r->out, r->e};
        const cJSON *table = NULL;
        size_t number = 0;
        enum kl_status status = gl_tables(&p, r->layers[k].doc, "rules", &table);
        for (; table != NULL && status == KL_OK; table = table->next)
            status = take_table(r, k, table, ++number);
        if (status != KL_OK)
            return status;
    }
    return KL_OK;
}

static enum kl_status first_text(const struct gl_place *p, const struct gl_rule *g, const char *key,
                                 const char **out) {
    enum kl_status status = KL_OK;
    *out = "";
    for (unsigned i = 0; i < g->count && status == KL_OK && (*out)[0] == '\0'; i++)
        status = gl_text(p, g->tables[i], key, out);
    return status;
}

static enum kl_status first_number(const struct gl_place *p, const struct gl_rule *g, const char *key,
                                   double *out) {
    enum kl_status status = KL_OK;
    *out = 0;
    for (unsigned i = 0; i < g->count && status == KL_OK && *out <= 0; i++)
        status = gl_number(p, g->tables[i], key, out);
    return status;
}

/* In small letters. Words beyond ASCII have other letters for large ones than the filter knows: then there
 * is no filter. */
static enum kl_status read_keywords(const struct gl_place *p, const struct gl_rule *g,
                                    const char *const **out) {
    struct string_items found = {0};
    enum kl_status status = KL_OK;
    size_t kept = 0;
    bool plain = true;
    for (unsigned i = 0; i < g->count && status == KL_OK; i++)
        status = gl_list(p, g->tables[i], "keywords", &found);
    for (size_t i = 0; i < found.count; i++) {
        char *low = arena_cstr(&p->out->strings, slice_cstr(found.items[i]));
        for (char *c = low; *c != '\0'; c++) {
            plain = plain && (unsigned char)*c < 0x80;
            *c = ascii_lower(*c);
        }
        if (low[0] != '\0')
            found.items[kept++] = low;
    }
    found.count = plain ? kept : 0;
    *out = gl_items_keep(&found, &p->out->strings);
    free(found.items);
    return status;
}

/* Neither regex nor path: it speaks of a rule that is built in. */
static enum kl_status about_built_in(const struct reading *r, const struct gl_place *p,
                                     const struct gl_rule *g) {
    static const char *const fixed[] = {"entropy", "secretGroup", "keywords", "path"};
    bool known = rule_is_built_in(g->id);
    for (unsigned i = 0; i < g->count; i++)
        for (size_t k = 0; known && k < KL_ARRAY_LEN(fixed); k++)
            if (gl_get(g->tables[i], fixed[k]) != NULL)
                gl_warn(p, "%s is not used: the rule is built in, and only allowlists can be added",
                        fixed[k]);
    if (known)
        return KL_OK;
    if (!r->uses_default)
        return error_set(p->e, KL_ERR_PARSE, "%s: it has neither a regex nor a path", p->what);
    gl_warn(p, "not used: no built-in rule has this id, and it has neither a regex nor a path");
    return KL_OK;
}

static enum kl_status add_rule(struct reading *r, const struct gl_place *p, const struct gl_rule *g,
                               const char *regex, const char *path) {
    struct text_rule *t = arena_calloc(&r->out->strings, 1, sizeof *t);
    struct rule rule = {.id = g->id,
                        .provider = "",
                        .pattern = regex[0] != '\0' ? regex : path,
                        .revoke = "",
                        .source = "",
                        .check = "",
                        .severity = SEVERITY_HIGH,
                        .confidence = 0.9,
                        .is_own = true,
                        .text = t};
    static const char *const none[] = {NULL};
    rule.prefixes = rule.find = rule.skip = none;
    unsigned groups = 0;
    double group = 0;
    t->file = r->layers[g->layer].path;
    enum kl_status status = first_text(p, g, "description", &rule.description);
    if (status == KL_OK && regex[0] != '\0')
        status = gl_regex(p, regex, t, &groups);
    if (status == KL_OK && path[0] != '\0')
        status = gl_pattern(p, "path", path, &t->path);
    if (status == KL_OK)
        status = first_number(p, g, "entropy", &rule.entropy);
    if (status == KL_OK)
        status = first_number(p, g, "secretGroup", &group);
    if (status == KL_OK)
        status = read_keywords(p, g, &rule.keywords);
    if (status != KL_OK)
        return status;
    if (groups > TEXT_RULE_MAX_GROUPS || (t->regex != NULL && group > groups))
        return error_set(r->e, KL_ERR_PARSE, "%s: secretGroup is %.0f, and the regex has %u groups", p->what,
                         group, groups);
    t->group = (unsigned)group;
    rule.description = rule.description[0] != '\0' ? rule.description : rule.id;
    r->out->items = mem_grow(r->out->items, &r->out->cap, r->out->count + 1, sizeof *r->out->items);
    r->out->items[r->out->count++] = rule;
    return KL_OK;
}

static enum kl_status read_rule(struct reading *r, const struct gl_rule *g) {
    struct gl_place p = {arena_printf(&r->out->strings, "%s: rule %s", r->layers[g->layer].path, g->id),
                         r->out, r->e};
    const char *regex = "", *path = "";
    bool hidden = false;
    enum kl_status status = first_text(&p, g, "regex", &regex);
    if (status == KL_OK)
        status = first_text(&p, g, "path", &path);
    for (unsigned i = 0; i < g->count && status == KL_OK; i++) {
        hidden |= cJSON_IsTrue(gl_get(g->tables[i], "skipReport"));
        if (gl_get(g->tables[i], "required") != NULL)
            gl_warn(&p, "required is not used: the rule is reported without its companions");
        status = gl_allowlists(&p, g->tables[i], g->id);
    }
    if (status != KL_OK || hidden)
        return status;
    if (regex[0] == '\0' && (path[0] == '\0' || rule_is_built_in(g->id)))
        return about_built_in(r, &p, g);
    return add_rule(r, &p, g, regex, path);
}

/* ---- the whole ---- */

static bool is_rule(struct reading *r, const char *id) {
    return find_rule(r, id) != NULL || rule_is_built_in(id);
}

/* An allowlist for a rule that is not there is a slip, unless gitleaks' own rules are meant. */
static enum kl_status check_targets(struct reading *r, size_t first) {
    for (size_t i = first; i < r->out->allow_count; i++) {
        const struct allowlist *a = &r->out->allowlists[i];
        for (size_t k = 0; a->rules != NULL && a->rules[k] != NULL; k++) {
            struct gl_place p = {a->label, r->out, r->e};
            if (is_rule(r, a->rules[k]))
                continue;
            if (!r->uses_default)
                return gl_wrong(&p, "there is no rule", a->rules[k]);
            gl_warn(&p, "no rule has the id \"%s\"", a->rules[k]);
        }
    }
    return KL_OK;
}

static bool defines(const cJSON *doc, const char *id) {
    const cJSON *rules = gl_get(doc, "rules");
    for (const cJSON *t = rules != NULL ? rules->child : NULL; t != NULL; t = t->next) {
        const cJSON *its = gl_get(t, "id");
        if (cJSON_IsString(its) && strcmp(its->valuestring, id) == 0)
            return true;
    }
    return false;
}

/* Of each file the rules of those that it extends, and ours. */
static void take_disabled(struct reading *r) {
    for (unsigned k = 0; k < r->count; k++) {
        struct gl_place p = {r->layers[k].path, r->out, r->e};
        for (size_t i = 0; i < r->layers[k].disabled.count; i++) {
            const char *id = r->layers[k].disabled.items[i];
            bool known = rule_is_built_in(id);
            if (known)
                gl_items_add(&r->out->disabled, id);
            for (unsigned later = k + 1; later < r->count && !known; later++)
                known = defines(r->layers[later].doc, id);
            if (!known)
                gl_warn(&p, "disabledRules: no rule has the id \"%.80s\"", id);
        }
    }
}

static enum kl_status read_all(struct reading *r, const char *path, cJSON *doc) {
    size_t first = r->out->allow_count;
    enum kl_status status = read_layers(r, path, doc);
    if (status == KL_OK)
        status = take_tables(r);
    if (status == KL_OK)
        take_disabled(r);
    for (size_t i = 0; i < r->rule_count && status == KL_OK; i++)
        status = read_rule(r, &r->rules[i]);
    for (unsigned k = 0; k < r->count && status == KL_OK; k++)
        status = gl_allowlists(&(struct gl_place){r->layers[k].path, r->out, r->e}, r->layers[k].doc, NULL);
    return status == KL_OK ? check_targets(r, first) : status;
}

enum kl_status rule_file_read_any(const char *path, struct rule_list *out, struct error *e) {
    struct reading r = {.out = out, .e = e};
    cJSON *doc = NULL;
    enum kl_status status = toml_read_file(path, &doc, e);
    if (status != KL_OK)
        return status;
    if (is_gitleaks(doc))
        status = read_all(&r, arena_cstr(&out->strings, slice_cstr(path)), doc);
    else
        status = rule_file_take(path, doc, out, e);
    for (unsigned i = 1; i < r.count; i++)
        cJSON_Delete(r.layers[i].doc);
    for (unsigned i = 0; i < r.count; i++)
        free(r.layers[i].disabled.items);
    free(r.rules);
    cJSON_Delete(doc);
    return status;
}
