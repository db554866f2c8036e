#include "scanner/rule_file.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/toml.h"
#include "scanner/checks.h"

#define RULE_MIN_EXAMPLES 3u
#define RULE_MIN_KEYWORD 3u /* shorter ones stand in every second string */

enum key_kind { KEY_TEXT, KEY_LIST, KEY_TEXT_OR_LIST, KEY_NUMBER };

/* Keys of a [[rule]], and of the file itself, where they are the defaults. */
static const struct rule_key {
    const char *name;
    enum key_kind kind;
    bool required, inherited;
} rule_keys[] = {
    {"id", KEY_TEXT, true, false},
    {"provider", KEY_TEXT, true, true},
    {"description", KEY_TEXT, true, false},
    {"severity", KEY_TEXT, true, true},
    {"confidence", KEY_NUMBER, false, true},
    {"keywords", KEY_LIST, false, false},
    {"pattern", KEY_TEXT, true, false},
    {"name_words", KEY_LIST, false, false},
    {"prefix", KEY_TEXT_OR_LIST, false, false},
    {"check", KEY_TEXT, false, false},
    {"half", KEY_TEXT, false, false},
    {"entropy", KEY_NUMBER, false, false},
    {"revoke", KEY_TEXT, true, true},
    {"source", KEY_TEXT, true, true},
    {"find", KEY_LIST, true, false},
    {"skip", KEY_LIST, true, false},
};

/* Where an error is: a file, and the rule in it. */
struct place {
    const char *path;
    const char *id;
    const cJSON *table;
    struct error *e;
};

/* The line of the key, or else of the rule. */
static unsigned line_of(const struct place *p, const char *key) {
    const cJSON *item = cJSON_IsObject(p->table) ? json_get(p->table, key) : NULL;
    return toml_line(item != NULL ? item : p->table);
}

static enum kl_status wrong(const struct place *p, const char *key, const char *problem, const char *what) {
    return error_set(p->e, KL_ERR_PARSE, "%s: line %u: rule %s: %s \"%.80s\"", p->path, line_of(p, key),
                     p->id, problem, what);
}

/* Levenshtein's distance, for names of up to 31 characters. */
static unsigned edit_distance(const char *a, const char *b) {
    unsigned row[32];
    size_t m = strlen(a), n = strlen(b);
    if (m > 31 || n > 31)
        return 99;
    for (unsigned j = 0; j <= n; j++)
        row[j] = j;
    for (unsigned i = 1; i <= m; i++) {
        unsigned diagonal = row[0];
        row[0] = i;
        for (unsigned j = 1; j <= n; j++) {
            unsigned change = diagonal + (a[i - 1] != b[j - 1]);
            unsigned other = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            diagonal = row[j];
            row[j] = change < other ? change : other;
        }
    }
    return row[n];
}

static const struct rule_key *find_key(const char *name) {
    for (size_t i = 0; i < KL_ARRAY_LEN(rule_keys); i++) {
        if (strcmp(rule_keys[i].name, name) == 0)
            return &rule_keys[i];
    }
    return NULL;
}

static enum kl_status unknown_key(const struct place *p, const char *name) {
    const char *nearest = rule_keys[0].name;
    for (size_t i = 1; i < KL_ARRAY_LEN(rule_keys); i++) {
        if (edit_distance(name, rule_keys[i].name) < edit_distance(name, nearest))
            nearest = rule_keys[i].name;
    }
    return error_set(p->e, KL_ERR_PARSE, "%s: line %u: rule %s: unknown key \"%.80s\"; did you mean \"%s\"?",
                     p->path, line_of(p, name), p->id, name, nearest);
}

static bool is_text_list(const cJSON *j) {
    if (!cJSON_IsArray(j))
        return false;
    for (const cJSON *item = j->child; item != NULL; item = item->next) {
        if (!cJSON_IsString(item))
            return false;
    }
    return true;
}

static bool has_kind(const cJSON *item, enum key_kind kind) {
    switch (kind) {
    case KEY_TEXT:
        return cJSON_IsString(item);
    case KEY_NUMBER:
        return cJSON_IsNumber(item);
    case KEY_TEXT_OR_LIST:
        return cJSON_IsString(item) || is_text_list(item);
    case KEY_LIST:
        break;
    }
    return is_text_list(item);
}

static enum kl_status check_keys(const struct place *p, const cJSON *table) {
    for (const cJSON *item = table->child; item != NULL; item = item->next) {
        const struct rule_key *key = find_key(item->string);
        if (key == NULL)
            return unknown_key(p, item->string);
        if (!has_kind(item, key->kind))
            return wrong(p, item->string, "a value of the wrong type for", item->string);
    }
    return KL_OK;
}

/* The rule's own member, or the file's default. */
static const cJSON *member(const cJSON *file, const cJSON *table, const char *name) {
    const cJSON *own = json_get(table, name);
    const struct rule_key *key = find_key(name);
    return own != NULL || !key->inherited ? own : json_get(file, name);
}

struct source {
    const cJSON *file, *table;
    struct arena *a;
};

static const char *text_of(const struct source *s, const char *name) {
    const cJSON *j = member(s->file, s->table, name);
    return j != NULL && cJSON_IsString(j) ? arena_cstr(s->a, slice_cstr(j->valuestring)) : "";
}

static double number_of(const struct source *s, const char *name, double otherwise) {
    const cJSON *j = member(s->file, s->table, name);
    return j != NULL && cJSON_IsNumber(j) ? j->valuedouble : otherwise;
}

static const char *const *list_of(const struct source *s, const char *name) {
    const cJSON *j = member(s->file, s->table, name);
    bool single = j != NULL && cJSON_IsString(j);
    int count = j == NULL ? 0 : single ? 1 : cJSON_GetArraySize(j);
    const char **list = arena_calloc(s->a, (size_t)count + 1, sizeof *list);
    size_t i = 0;
    if (single)
        list[i] = text_of(s, name);
    for (const cJSON *item = j != NULL && !single ? j->child : NULL; item != NULL; item = item->next)
        list[i++] = arena_cstr(s->a, slice_cstr(item->valuestring));
    return list;
}

static size_t list_length(const char *const *list) {
    size_t n = 0;
    while (list != NULL && list[n] != NULL)
        n++;
    return n;
}

static bool is_plain_word(const char *s, const char *more) {
    for (const char *c = s; *c != '\0'; c++) {
        bool good = (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || strchr(more, *c) != NULL;
        if (!good)
            return false;
    }
    return s[0] != '\0';
}

static bool is_keyword(const char *s) {
    for (const char *c = s; *c != '\0'; c++) {
        if ((*c >= 'A' && *c <= 'Z') || (unsigned char)*c < 0x20 || (unsigned char)*c > 0x7E)
            return false;
    }
    return strlen(s) >= RULE_MIN_KEYWORD;
}

/* severity_parse is not linked into rulec, which knows nothing of findings. */
static bool read_severity(const char *word, enum severity *out) {
    static const char *const words[] = {
        [SEVERITY_LOW] = "low", [SEVERITY_MEDIUM] = "medium", [SEVERITY_HIGH] = "high"};
    for (size_t i = 0; i < KL_ARRAY_LEN(words); i++) {
        if (strcmp(words[i], word) == 0) {
            *out = (enum severity)i;
            return true;
        }
    }
    return false;
}

static enum kl_status check_rule(const struct place *p, const struct rule *r) {
    if (!is_plain_word(r->id, "-"))
        return wrong(p, "id", "an id has only lower-case letters, digits and \"-\":", r->id);
    if (r->confidence <= 0 || r->confidence > 1)
        return wrong(p, "confidence", "must be above 0 and at most 1:", "confidence");
    if (r->check[0] != '\0' && check_find(r->check) == NULL)
        return wrong(p, "check", "unknown check", r->check);
    if (r->keywords[0] == NULL && r->name_words == NULL)
        return wrong(p, "", "missing:", "keywords (or name_words)");
    for (size_t i = 0; r->keywords[i] != NULL; i++) {
        if (!is_keyword(r->keywords[i]))
            return wrong(p, "keywords",
                         "a keyword is lower case, ASCII, and has three characters or more:", r->keywords[i]);
    }
    for (size_t i = 0; r->name_words != NULL && r->name_words[i] != NULL; i++) {
        if (!is_plain_word(r->name_words[i], ""))
            return wrong(p, "name_words",
                         "a name word has only lower-case letters and digits:", r->name_words[i]);
    }
    if (list_length(r->find) < RULE_MIN_EXAMPLES || list_length(r->skip) < RULE_MIN_EXAMPLES)
        return wrong(p, "", "needs at least three examples each of", "find, skip");
    return KL_OK;
}

static enum kl_status read_rule(const char *path, const cJSON *file, const cJSON *table,
                                struct rule_list *out, struct error *e) {
    const char *id = json_string(table, "id");
    struct place p = {path, id != NULL ? id : "without an id", table, e};
    if (!cJSON_IsObject(table))
        return wrong(&p, "", "this must be a table:", "[[rule]]");
    enum kl_status status = check_keys(&p, table);
    if (status != KL_OK)
        return status;
    for (size_t i = 0; i < KL_ARRAY_LEN(rule_keys); i++) {
        if (rule_keys[i].required && member(file, table, rule_keys[i].name) == NULL)
            return wrong(&p, "", "missing:", rule_keys[i].name);
    }
    struct source s = {file, table, &out->strings};
    struct rule r = {
        .id = text_of(&s, "id"),
        .provider = text_of(&s, "provider"),
        .description = text_of(&s, "description"),
        .pattern = text_of(&s, "pattern"),
        .keywords = list_of(&s, "keywords"),
        .revoke = text_of(&s, "revoke"),
        .source = text_of(&s, "source"),
        .prefixes = list_of(&s, "prefix"),
        .name_words = json_get(table, "name_words") != NULL ? list_of(&s, "name_words") : NULL,
        .check = text_of(&s, "check"),
        .half = json_get(table, "half") != NULL ? text_of(&s, "half") : NULL,
        .entropy = number_of(&s, "entropy", 0),
        .confidence = number_of(&s, "confidence", 0.9),
        .is_own = true,
        .where = arena_printf(&out->strings, "%s: line %u", path, toml_line(table)),
        .find = list_of(&s, "find"),
        .skip = list_of(&s, "skip"),
    };
    if (!read_severity(text_of(&s, "severity"), &r.severity))
        return wrong(&p, "severity", "a severity is low, medium or high:", text_of(&s, "severity"));
    status = check_rule(&p, &r);
    if (status != KL_OK)
        return status;
    out->items = mem_grow(out->items, &out->cap, out->count + 1, sizeof *out->items);
    out->items[out->count++] = r;
    return KL_OK;
}

static enum kl_status take_rules(const char *path, cJSON *file, struct rule_list *out, struct error *e) {
    struct place p = {path, "(defaults of the file)", file, e};
    cJSON *rules = cJSON_DetachItemFromObjectCaseSensitive(file, "rule");
    enum kl_status status = check_keys(&p, file);
    if (status == KL_OK && !cJSON_IsArray(rules))
        status = error_set(e, KL_ERR_PARSE, "%s: there is no [[rule]]", path);
    for (const cJSON *table = status == KL_OK ? rules->child : NULL; table != NULL && status == KL_OK;
         table = table->next)
        status = read_rule(path, file, table, out, e);
    cJSON_Delete(rules);
    return status;
}

enum kl_status rule_file_read_ours(const char *path, struct rule_list *out, cJSON **verify, struct error *e) {
    cJSON *file = NULL;
    *verify = NULL;
    enum kl_status status = toml_read_file(path, &file, e);
    if (status != KL_OK)
        return status;
    *verify = cJSON_DetachItemFromObjectCaseSensitive(file, "verify");
    status = take_rules(path, file, out, e);
    cJSON_Delete(file);
    return status;
}

/* Whoever may write a rule file, the author of a scanned tree say, must not have what it finds sent anywhere.
 */
enum kl_status rule_file_take(const char *path, cJSON *file, struct rule_list *out, struct error *e) {
    if (json_get(file, "verify") != NULL)
        return error_set(
            e, KL_ERR_PARSE,
            "%s: line %u: [[verify]]: only keylift's own rules say where a token is sent; leave it out", path,
            toml_line(json_get(file, "verify")->child));
    return take_rules(path, file, out, e);
}

void rule_list_release(struct rule_list *l) {
    free(l->items);
    free(l->allowlists);
    free(l->disabled.items);
    free(l->warnings.items);
    arena_release(&l->strings);
    *l = (struct rule_list){0};
}
