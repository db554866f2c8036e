/* probe_file.c: see probe_file.h. A token goes wherever a probe says, so that what is not plainly right is an
 * error: https alone, a fixed host, the token in one place, and answers that tell something. */
#include "rules/probe_file.h"

#include "base/mem.h"

#define MAX_HEADERS 6
#define MAX_ANSWERS 16
#define TOKEN "{token}"
#define OTHER_HALF "{with}"

struct reading {
    const char *path;
    const cJSON *table;
    struct arena *a;
    struct error *e;
};

static enum kl_status wrong(const struct reading *r, const char *problem, const char *what) {
    return error_set(r->e, KL_ERR_PARSE, "%s: [[verify]]: %s \"%.120s\"", r->path, problem, what);
}

static const struct {
    const char *name;
    bool list, required;
} keys[] = {
    {"rules", true, true},         {"request", false, true}, {"headers", true, false},
    {"basic", false, false},       {"body", false, false},   {"sign", false, false},
    {"begins", true, false},       {"with", false, false},   {"with_text", false, false},
    {"with_begins", false, false}, {"live", true, true},     {"not_live", true, true},
    {"elsewhere", false, false},   {"rarely", false, false}, {"source", false, true},
};

static bool is_text_list(const cJSON *j) {
    bool all = cJSON_IsArray(j) && j->child != NULL;
    for (const cJSON *item = all ? j->child : NULL; item != NULL; item = item->next)
        all = all && cJSON_IsString(item);
    return all;
}

static enum kl_status check_keys(const struct reading *r) {
    for (size_t i = 0; i < KL_ARRAY_LEN(keys); i++)
        if (keys[i].required && json_get(r->table, keys[i].name) == NULL)
            return wrong(r, "missing:", keys[i].name);
    for (const cJSON *item = r->table->child; item != NULL; item = item->next) {
        size_t i = 0;
        while (i < KL_ARRAY_LEN(keys) && strcmp(keys[i].name, item->string) != 0)
            i++;
        if (i == KL_ARRAY_LEN(keys))
            return wrong(r, "unknown key", item->string);
        if (keys[i].list ? !is_text_list(item) : !cJSON_IsString(item))
            return wrong(r, "a value of the wrong type for", item->string);
    }
    return KL_OK;
}

static const char *text_of(const struct reading *r, const char *name) {
    const char *text = json_string(r->table, name);
    return text != NULL ? arena_cstr(r->a, slice_cstr(text)) : NULL;
}

static const char *const *list_of(const struct reading *r, const char *name) {
    const cJSON *j = json_get(r->table, name), *item;
    const char **list = arena_calloc(r->a, (size_t)cJSON_GetArraySize(j) + 1, sizeof *list);
    size_t i = 0;
    cJSON_ArrayForEach(item, j) list[i++] = arena_cstr(r->a, slice_cstr(item->valuestring));
    return list;
}

/* "GET https://api.example.com/v1/me" */
static enum kl_status read_request(const struct reading *r, struct probe *p) {
    const char *text = text_of(r, "request"), *url = strchr(text, ' ');
    struct slice all = slice_cstr(text);
    if (!slice_starts(all, "GET https://") && !slice_starts(all, "POST https://"))
        return wrong(r, "a request begins with \"GET https://\" or \"POST https://\":", text);
    const char *host = url + strlen(" https://"), *end = strchr(host, '/');
    size_t len = end != NULL ? (size_t)(end - host) : 0;
    if (len == 0 || strspn(host, "abcdefghijklmnopqrstuvwxyz0123456789.-") != len ||
        strspn(host, "0123456789.") == len || memchr(host, '.', len) == NULL)
        return wrong(r,
                     "a host is a name in lower-case letters, without a port, and a path follows it:", text);
    for (const char *c = end; *c != '\0'; c++)
        if (*c <= ' ' || *c > '~' || *c == '#' || *c == '\\')
            return wrong(r, "a path has only characters that a URL has:", text);
    p->method = arena_cstr(r->a, slice_of(text, (size_t)(url - text)));
    p->host = arena_cstr(r->a, slice_of(host, len));
    p->path = end;
    if (p->body != NULL && strcmp(p->method, "POST") != 0)
        return wrong(r, "only a POST has a body:", text);
    return KL_OK;
}

static size_t count_in(const char *text, const char *word) {
    size_t n = 0;
    for (const char *at = text != NULL ? strstr(text, word) : NULL; at != NULL; at = strstr(at + 1, word))
        n++;
    return n;
}

/* A brace that begins nothing known is a slip of the pen, and would be sent as it stands. */
static bool has_stray_brace(const char *text) {
    return count_in(text, "{") != count_in(text, TOKEN) + count_in(text, OTHER_HALF);
}

static enum kl_status check_places(const struct reading *r, const struct probe *p) {
    if (p->sign != NULL && (strchr(p->sign, ' ') == NULL || p->sign[strcspn(p->sign, " ") + 1] == '\0'))
        return wrong(r, "sign is \"REGION SERVICE\":", p->sign);
    size_t tokens = count_in(p->path, TOKEN) + count_in(p->basic, TOKEN) + (p->sign != NULL);
    size_t others = count_in(p->path, OTHER_HALF) + count_in(p->basic, OTHER_HALF) + (p->sign != NULL);
    size_t headers = 0;
    if (has_stray_brace(p->path) || (p->basic != NULL && has_stray_brace(p->basic)))
        return wrong(r, "only {token} and {with} are filled in:", p->path);
    for (; p->headers[headers] != NULL; headers++) {
        const char *h = p->headers[headers];
        size_t name = strspn(h, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");
        if (name == 0 || strncmp(h + name, ": ", 2) != 0 || has_stray_brace(h + name))
            return wrong(r, "a header is \"Name: value\", with {token} or {with} in it or not:", h);
        tokens += count_in(h, TOKEN);
        others += count_in(h, OTHER_HALF);
    }
    if (headers > MAX_HEADERS)
        return wrong(r, "too many headers to", p->host);
    if (tokens != 1)
        return wrong(r, "the token goes into one place, with {token} or sign, to", p->host);
    bool pair = p->with != NULL || p->with_prefix != NULL;
    if ((others > 0) != pair || (p->with != NULL && p->with_prefix != NULL) ||
        (p->with_begins != NULL && p->with == NULL))
        return wrong(r, "with or with_text, and {with} or sign, go together, to", p->host);
    return KL_OK;
}

/* "401", "200 user.id", "401 error.code=invalid_api_key" */
static enum kl_status read_answer(const struct reading *r, const char *text, enum probe_verdict verdict,
                                  struct probe *p, struct probe_answer *out) {
    char *end = NULL;
    unsigned long status = strtoul(text, &end, 10);
    if (end != text + 3 || status < 200 || status > 499 || (*end != ' ' && *end != '\0') ||
        end[strspn(end, " ")] == '=')
        return wrong(r, "an answer is a status from 200 to 499, then perhaps field or field=value:", text);
    *out = (struct probe_answer){.verdict = verdict, .status = (unsigned)status};
    if (*end == ' ') {
        const char *equals = strchr(end, '=');
        size_t len = equals != NULL ? (size_t)(equals - end) - 1 : strlen(end + 1);
        out->field = arena_cstr(r->a, slice_of(end + 1, len));
        out->value = equals != NULL ? arena_cstr(r->a, slice_cstr(equals + 1)) : NULL;
    }
    if (verdict == PROBE_LIVE && out->field == NULL)
        return wrong(r, "a proxy answers 200, too: name a field that a live token's answer has:", text);
    p->answer_count++;
    return KL_OK;
}

static enum kl_status read_answers(const struct reading *r, struct probe *p) {
    static const struct {
        const char *key;
        enum probe_verdict verdict;
    } kinds[] = {{"not_live", PROBE_NOT_LIVE}, {"live", PROBE_LIVE}};
    struct probe_answer *all = arena_calloc(r->a, MAX_ANSWERS, sizeof *all);
    p->answers = all;
    for (size_t k = 0; k < KL_ARRAY_LEN(kinds); k++) {
        const char *const *list = list_of(r, kinds[k].key);
        for (; *list != NULL; list++) {
            if (p->answer_count == MAX_ANSWERS)
                return wrong(r, "too many answers of", p->host);
            if (read_answer(r, *list, kinds[k].verdict, p, &all[p->answer_count]) != KL_OK)
                return r->e->status;
        }
    }
    return KL_OK;
}

/* with_text = "AC{hex:32}" */
static enum kl_status read_with_text(const struct reading *r, struct probe *p) {
    static const char digits[] = "{hex:";
    const char *text = text_of(r, "with_text");
    if (text == NULL)
        return KL_OK;
    size_t prefix = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    char *end = NULL;
    bool good = prefix > 0 && strncmp(text + prefix, digits, strlen(digits)) == 0;
    unsigned long count = good ? strtoul(text + prefix + strlen(digits), &end, 10) : 0;
    if (count < 8 || count > 64 || strcmp(end, "}") != 0)
        return wrong(r, "with_text is letters and {hex:N}, 8 to 64 digits:", text);
    p->with_prefix = arena_cstr(r->a, slice_of(text, prefix));
    p->with_hex = (unsigned)count;
    return KL_OK;
}

static struct rule *rule_of_file(struct rule_list *rules, size_t first, const char *id) {
    for (size_t i = first; i < rules->count; i++)
        if (strcmp(rules->items[i].id, id) == 0)
            return &rules->items[i];
    return NULL;
}

static enum kl_status claim_rules(const struct reading *r, struct rule_list *rules, size_t first,
                                  struct probe *p) {
    const char *const *ids = list_of(r, "rules");
    if (p->with != NULL && rule_of_file(rules, first, p->with) == NULL)
        return wrong(r, "this file has no rule", p->with);
    for (; *ids != NULL; ids++) {
        struct rule *rule = rule_of_file(rules, first, *ids);
        if (rule == NULL)
            return wrong(r, "this file has no rule", *ids);
        if (rule->probe != NULL)
            return wrong(r, "there are two [[verify]] for the rule", *ids);
        rule->probe = p;
        p->provider = rule->provider;
    }
    return KL_OK;
}

/* "rules/github.toml" is of "github". */
static const char *provider_id(const char *path, struct arena *a) {
    const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
    return arena_cstr(a, slice_of(name, strcspn(name, ".")));
}

static enum kl_status read_probe(const struct reading *r, struct rule_list *rules, size_t first,
                                 struct probe_list *out) {
    if (!cJSON_IsObject(r->table))
        return wrong(r, "this must be a table:", "[[verify]]");
    if (check_keys(r) != KL_OK)
        return r->e->status;
    struct probe *p = arena_calloc(r->a, 1, sizeof *p);
    *p = (struct probe){
        .id = provider_id(r->path, r->a),
        .headers = list_of(r, "headers"),
        .basic = text_of(r, "basic"),
        .body = text_of(r, "body"),
        .sign = text_of(r, "sign"),
        .begins = list_of(r, "begins"),
        .with = text_of(r, "with"),
        .with_begins = text_of(r, "with_begins"),
        .elsewhere = text_of(r, "elsewhere"),
        .rarely = text_of(r, "rarely"),
        .source = text_of(r, "source"),
    };
    if (read_request(r, p) != KL_OK || read_with_text(r, p) != KL_OK || check_places(r, p) != KL_OK ||
        read_answers(r, p) != KL_OK || claim_rules(r, rules, first, p) != KL_OK)
        return r->e->status;
    out->items = mem_grow((void *)out->items, &out->cap, out->count + 1, sizeof *out->items);
    out->items[out->count++] = p;
    return KL_OK;
}

enum kl_status probe_file_read(const char *path, const cJSON *verify, struct rule_list *rules, size_t first,
                               struct probe_list *out, struct error *e) {
    struct reading r = {.path = path, .a = &out->strings, .e = e};
    enum kl_status status = KL_OK;
    if (verify != NULL && !cJSON_IsArray(verify))
        return wrong(&r, "this must be a table:", "[[verify]]");
    for (const cJSON *table = verify != NULL ? verify->child : NULL; table != NULL && status == KL_OK;
         table = table->next) {
        r.table = table;
        status = read_probe(&r, rules, first, out);
    }
    return status;
}
