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
    const char *path, *from; /* from: where the file before it names it */
    cJSON *doc;
    struct string_items disabled;
};

/* A rule, and its tables from the first file on. */
struct gl_rule {
    const char *id;
    const cJSON *tables[GITLEAKS_MAX_FILES];
    unsigned layers[GITLEAKS_MAX_FILES]; /* the files of these */
    unsigned count;
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
static enum kl_status read_extend(struct reading *r, struct layer *l, const char **next, const char **from) {
    const cJSON *extend = gl_get(l->doc, "extend");
    struct gl_place p = {l->path, "extend", extend, r->out, r->e};
    *next = "";
    if (extend == NULL)
        return KL_OK;
    if (!cJSON_IsObject(extend))
        return gl_wrong(&p, NULL, "this must be a table:", "extend");
    gl_unknown(&p, extend, extend_keys);
    const cJSON *flag = gl_get(extend, "useDefault");
    if (flag != NULL && !cJSON_IsBool(flag))
        return gl_wrong(&p, flag, "this must be true or false:", "useDefault");
    r->uses_default |= cJSON_IsTrue(flag);
    enum kl_status status = gl_list(&p, extend, "disabledRules", &l->disabled);
    if (status == KL_OK)
        status = gl_text(&p, extend, "path", next);
    *from = gl_where(&p, gl_get(extend, "path"));
    if (status == KL_OK && cJSON_IsTrue(flag) && (*next)[0] != '\0')
        status =
            error_set(r->e, KL_ERR_PARSE, "%s: path and useDefault cannot both be there", gl_where(&p, flag));
    return status;
}

static enum kl_status read_layers(struct reading *r, const char *path, cJSON *doc) {
    enum kl_status status = KL_OK;
    const char *next = path, *from = "";
    while (status == KL_OK && next[0] != '\0') {
        if (r->count == GITLEAKS_MAX_FILES)
            return error_set(r->e, KL_ERR_LIMIT, "%s: more than %u files that extend each other", from,
                             GITLEAKS_MAX_FILES);
        struct layer *l = &r->layers[r->count++];
        l->path = next;
        l->from = from;
        l->doc = r->count == 1 ? doc : NULL;
        if (l->doc == NULL)
            status = toml_read_file(next, &l->doc, r->e);
        if (status == KL_OK && r->count > 1 && json_get(l->doc, "rule") != NULL)
            status = error_set(r->e, KL_ERR_PARSE, "%s: this is no configuration of gitleaks", next);
        if (status != KL_OK)
            return r->count > 1 ? error_prefix(r->e, "%s", r->layers[r->count - 1].from) : status;
        gl_unknown(&(struct gl_place){l->path, "", NULL, r->out, r->e}, l->doc, file_keys);
        status = read_extend(r, l, &next, &from);
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
    const char *id = "", *what = arena_printf(&r->out->strings, "rule number %zu", number);
    struct gl_place p = {r->layers[layer].path, what, table, r->out, r->e};
    enum kl_status status = gl_text(&p, table, "id", &id);
    if (status != KL_OK)
        return status;
    if (!is_id(id))
        return gl_wrong(&p, gl_get(table, "id"), "the id is missing, too long, or not printable:", id);
    if (is_disabled(r, id, layer))
        return KL_OK;
    p.what = arena_printf(&r->out->strings, "rule %s", id);
    gl_unknown(&p, table, rule_keys);
    struct gl_rule *rule = find_rule(r, id);
    if (rule == NULL) {
        r->rules = mem_grow(r->rules, &r->rule_cap, r->rule_count + 1, sizeof *r->rules);
        rule = &r->rules[r->rule_count++];
        *rule = (struct gl_rule){.id = id};
    }
    for (const cJSON *i = gl_get(r->layers[layer].doc, "rules")->child; i != table; i = i->next)
        if (rule->count > 0 && rule->tables[rule->count - 1] == i)
            return error_set(r->e, KL_ERR_PARSE, "%s: the id is used twice", gl_where(&p, NULL));
    rule->layers[rule->count] = layer;
    rule->tables[rule->count++] = table;
    return KL_OK;
}

static enum kl_status take_tables(struct reading *r) {
    for (unsigned k = 0; k < r->count; k++) {
        struct gl_place p = {r->layers[k].path, "", NULL, r->out, r->e};
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

/* The place of table number `i` of a rule. */
static struct gl_place place_of(struct reading *r, const struct gl_rule *g, unsigned i) {
    return (struct gl_place){r->layers[g->layers[i]].path, arena_printf(&r->out->strings, "rule %s", g->id),
                             g->tables[i], r->out, r->e};
}

/* Of the first table that has it: *from is its number. */
static enum kl_status first_text(struct reading *r, const struct gl_rule *g, const char *key,
                                 const char **out, unsigned *from) {
    enum kl_status status = KL_OK;
    *out = "";
    for (unsigned i = 0; i < g->count && status == KL_OK && (*out)[0] == '\0'; i++) {
        struct gl_place p = place_of(r, g, i);
        status = gl_text(&p, g->tables[i], key, out);
        *from = i;
    }
    return status;
}

static enum kl_status first_number(struct reading *r, const struct gl_rule *g, const char *key, double *out) {
    enum kl_status status = KL_OK;
    *out = 0;
    for (unsigned i = 0; i < g->count && status == KL_OK && *out <= 0; i++) {
        struct gl_place p = place_of(r, g, i);
        status = gl_number(&p, g->tables[i], key, out);
    }
    return status;
}

/* In small letters. Words beyond ASCII have other letters for large ones than the filter knows: then there
 * is no filter. */
static enum kl_status read_keywords(struct reading *r, const struct gl_rule *g, const char *const **out) {
    struct string_items found = {0};
    enum kl_status status = KL_OK;
    size_t kept = 0;
    bool plain = true;
    for (unsigned i = 0; i < g->count && status == KL_OK; i++) {
        struct gl_place p = place_of(r, g, i);
        status = gl_list(&p, g->tables[i], "keywords", &found);
    }
    for (size_t i = 0; i < found.count; i++) {
        char *low = arena_cstr(&r->out->strings, slice_cstr(found.items[i]));
        for (char *c = low; *c != '\0'; c++) {
            plain = plain && (unsigned char)*c < 0x80;
            *c = ascii_lower(*c);
        }
        if (low[0] != '\0')
            found.items[kept++] = low;
    }
    found.count = plain ? kept : 0;
    *out = gl_items_keep(&found, &r->out->strings);
    free(found.items);
    return status;
}

/* Neither regex nor path: it speaks of a rule that is built in. */
static enum kl_status about_built_in(struct reading *r, const struct gl_rule *g) {
    static const char *const fixed[] = {"entropy", "secretGroup", "keywords", "path"};
    bool known = rule_is_built_in(g->id);
    struct gl_place first = place_of(r, g, 0);
    for (unsigned i = 0; i < g->count; i++) {
        struct gl_place p = place_of(r, g, i);
        for (size_t k = 0; known && k < KL_ARRAY_LEN(fixed); k++)
            if (gl_get(g->tables[i], fixed[k]) != NULL)
                gl_warn(&p, gl_get(g->tables[i], fixed[k]),
                        "%s is not used: the rule is built in, and only allowlists can be added", fixed[k]);
    }
    if (known)
        return KL_OK;
    if (!r->uses_default)
        return error_set(r->e, KL_ERR_PARSE, "%s: it has neither a regex nor a path", gl_where(&first, NULL));
    gl_warn(&first, NULL, "not used: no built-in rule has this id, and it has neither a regex nor a path");
    return KL_OK;
}

/* The texts of a rule, and where they stand: the numbers of their tables. */
struct gl_patterns {
    const char *regex, *path;
    unsigned regex_from, path_from;
};

static enum kl_status read_patterns(struct reading *r, const struct gl_rule *g, const struct gl_patterns *x,
                                    struct text_rule *t, unsigned *groups) {
    struct gl_place of_regex = place_of(r, g, x->regex_from), of_path = place_of(r, g, x->path_from);
    enum kl_status status = KL_OK;
    if (x->regex[0] != '\0')
        status = gl_regex(&of_regex, gl_get(of_regex.at, "regex"), x->regex, t, groups);
    if (status == KL_OK && x->path[0] != '\0')
        status = gl_pattern(&of_path, gl_get(of_path.at, "path"), "path", x->path, &t->path);
    t->where = gl_where(x->regex[0] != '\0' ? &of_regex : &of_path, NULL);
    return status;
}

static enum kl_status add_rule(struct reading *r, const struct gl_rule *g, const struct gl_patterns *x) {
    struct text_rule *t = arena_calloc(&r->out->strings, 1, sizeof *t);
    struct rule rule = {.id = g->id,
                        .provider = "",
                        .pattern = x->regex[0] != '\0' ? x->regex : x->path,
                        .revoke = "",
                        .source = "",
                        .check = "",
                        .severity = SEVERITY_HIGH,
                        .confidence = 0.9,
                        .is_own = true,
                        .text = t};
    static const char *const none[] = {NULL};
    rule.prefixes = rule.find = rule.skip = none;
    unsigned groups = 0, unused = 0;
    double group = 0;
    enum kl_status status = first_text(r, g, "description", &rule.description, &unused);
    if (status == KL_OK)
        status = read_patterns(r, g, x, t, &groups);
    if (status == KL_OK)
        status = first_number(r, g, "entropy", &rule.entropy);
    if (status == KL_OK)
        status = first_number(r, g, "secretGroup", &group);
    if (status == KL_OK)
        status = read_keywords(r, g, &rule.keywords);
    if (status != KL_OK)
        return status;
    if (groups > TEXT_RULE_MAX_GROUPS || (t->regex != NULL && group > groups))
        return error_set(r->e, KL_ERR_PARSE, "%s: secretGroup is %.0f, and the regex has %u groups", t->where,
                         group, groups);
    t->group = (unsigned)group;
    rule.description = rule.description[0] != '\0' ? rule.description : rule.id;
    r->out->items = mem_grow(r->out->items, &r->out->cap, r->out->count + 1, sizeof *r->out->items);
    r->out->items[r->out->count++] = rule;
    return KL_OK;
}

static enum kl_status read_rule(struct reading *r, const struct gl_rule *g) {
    struct gl_patterns x = {0};
    bool hidden = false;
    enum kl_status status = first_text(r, g, "regex", &x.regex, &x.regex_from);
    if (status == KL_OK)
        status = first_text(r, g, "path", &x.path, &x.path_from);
    for (unsigned i = 0; i < g->count && status == KL_OK; i++) {
        struct gl_place p = place_of(r, g, i);
        const cJSON *required = gl_get(g->tables[i], "required");
        hidden |= cJSON_IsTrue(gl_get(g->tables[i], "skipReport"));
        if (required != NULL)
            gl_warn(&p, required, "required is not used: the rule is reported without its companions");
        status = gl_allowlists(&p, g->tables[i], g->id);
    }
    if (status != KL_OK || hidden)
        return status;
    if (x.regex[0] == '\0' && (x.path[0] == '\0' || rule_is_built_in(g->id)))
        return about_built_in(r, g);
    return add_rule(r, g, &x);
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
            struct gl_place p = {a->where, "", NULL, r->out, r->e};
            if (is_rule(r, a->rules[k]))
                continue;
            if (!r->uses_default)
                return gl_wrong(&p, NULL, "there is no rule", a->rules[k]);
            gl_warn(&p, NULL, "no rule has the id \"%s\"", a->rules[k]);
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
        const cJSON *list = gl_get(gl_get(r->layers[k].doc, "extend"), "disabledRules");
        struct gl_place p = {r->layers[k].path, "disabledRules", list, r->out, r->e};
        for (size_t i = 0; i < r->layers[k].disabled.count; i++) {
            const char *id = r->layers[k].disabled.items[i];
            bool known = rule_is_built_in(id);
            if (known)
                gl_items_add(&r->out->disabled, id);
            for (unsigned later = k + 1; later < r->count && !known; later++)
                known = defines(r->layers[later].doc, id);
            if (!known)
                gl_warn(&p, NULL, "no rule has the id \"%.80s\"", id);
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
        status = gl_allowlists(&(struct gl_place){r->layers[k].path, "", NULL, r->out, r->e},
                               r->layers[k].doc, NULL);
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
