/* plan.c: reading a plan, whoever wrote it. */
#include "rewriters/plan.h"

#include <stdlib.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/mem.h"
#include "rewriters/journal.h"

#define TAG_BYTES 4u
#define SHA256_HEX_BYTES 64u
#define MAX_WHOLE 9007199254740992.0 /* 2^53: up to here a double is exact */

static const char *const known_keys[] = {
    "keylift_plan", "tool",  "rules", "root",      "uploads", "rewrites", "staged",
    "vault",        "names", "files", "new_files", "left",    "options",  "packages",
};

struct reading {
    const char *what;
    struct plan *plan;
    struct error *e;
    size_t site_cap, read_cap;
};

static enum kl_status wrong(const struct reading *r, const char *where, const char *problem) {
    return error_set(r->e, KL_ERR_PARSE, "%s: %s %s; it is damaged, or no plan of keylift", r->what, where,
                     problem);
}

static bool is_text(const char *s, size_t max) {
    return s && s[0] && strlen(s) <= max;
}

static bool is_hex(const char *s, size_t len) {
    return s && strlen(s) == len && strspn(s, "0123456789abcdef") == len;
}

static bool whole_number(const cJSON *object, const char *key, double max, uint64_t *out) {
    double value = json_number(object, key, -1);
    *out = value >= 0 && value <= max ? (uint64_t)value : 0;
    return value >= 0 && value <= max && (double)*out == value;
}

static bool flag(const cJSON *object, const char *key, bool *out) {
    const cJSON *value = json_get(object, key);
    *out = cJSON_IsTrue(value);
    return cJSON_IsBool(value);
}

/* Relative, with no way up: "shop/pay.py". */
static bool stays_inside(const char *path) {
    if (path[0] == '/')
        return false;
    for (const char *part = path; part;) {
        size_t len = strcspn(part, "/");
        if (len == 0 || (len == 2 && part[0] == '.' && part[1] == '.'))
            return false;
        part = part[len] ? part + len + 1 : NULL;
    }
    return true;
}

static enum kl_status read_path(const struct reading *r, const cJSON *object, const char *where,
                                const char **out) {
    const char *path = journal_get_path(object, "path", &r->plan->arena);
    if (!is_text(path, KL_MAX_PATH_BYTES))
        return wrong(r, where, "has no path");
    if (!stays_inside(path))
        return error_set(r->e, KL_ERR_REFUSED, "%s: the path %s does not stay inside of the project", r->what,
                         path);
    *out = path;
    return KL_OK;
}

/* An array of objects, not too long; *count is its length. */
static enum kl_status read_list(const struct reading *r, const cJSON *object, const char *key,
                                const cJSON **out, size_t *count) {
    const cJSON *item;
    *out = json_get(object, key);
    *count = 0;
    if (!cJSON_IsArray(*out))
        return wrong(r, key, "is no list");
    cJSON_ArrayForEach(item, *out) {
        if (!cJSON_IsObject(item))
            return wrong(r, key, "holds what is no record");
        if (++*count > PLAN_MAX_ENTRIES)
            return error_set(r->e, KL_ERR_LIMIT, "%s: more than %u %s", r->what, PLAN_MAX_ENTRIES, key);
    }
    return KL_OK;
}

static enum kl_status read_names(struct reading *r) {
    struct plan *p = r->plan;
    const cJSON *list, *item;
    size_t count;
    enum kl_status s = read_list(r, p->json, "names", &list, &count);
    if (s != KL_OK)
        return s;
    p->names = mem_calloc(count + 1, sizeof *p->names);
    cJSON_ArrayForEach(item, list) {
        const char *name = json_string(item, "name"), *tag = json_string(item, "tag");
        const char *state = json_string(item, "state");
        if (!is_text(name, PLAN_MAX_NAME_BYTES) ||
            !is_text(json_string(item, "stored_name"), KL_MAX_PATH_BYTES))
            return wrong(r, "a name", "is missing or too long");
        bool tagged = is_hex(tag, TAG_BYTES) || (tag && !*tag);
        if (!tagged || !is_text(state, PLAN_MAX_NAME_BYTES))
            return wrong(r, "the record of a name", "is not complete");
        p->names[p->name_count++] = (struct plan_name){.name = name, .state = state, .json = item};
    }
    return KL_OK;
}

/* A literal has a rule, a read has none. */
static enum kl_status read_place(const struct reading *r, const cJSON *item, bool literal,
                                 struct plan_site *out) {
    uint64_t line, column;
    const char *rule = literal ? json_string(item, "rule") : "";
    *out = (struct plan_site){.rule = rule, .name = json_string(item, "name")};
    if (!whole_number(item, "start", MAX_WHOLE, &out->start) ||
        !whole_number(item, "end", MAX_WHOLE, &out->end) || !whole_number(item, "line", UINT32_MAX, &line) ||
        !whole_number(item, "column", UINT32_MAX, &column) ||
        (literal && !is_text(rule, PLAN_MAX_NAME_BYTES)) || !is_text(out->name, PLAN_MAX_NAME_BYTES))
        return wrong(r, "the record of a site", "is not complete");
    out->line = (uint32_t)line;
    out->column = (uint32_t)column;
    return KL_OK;
}

static enum kl_status read_sites(struct reading *r, size_t file) {
    struct plan *p = r->plan;
    const cJSON *list, *item;
    size_t count;
    uint64_t end_before = 0;
    enum kl_status s = read_list(r, p->files[file].json, "sites", &list, &count);
    if (s != KL_OK)
        return s;
    if (p->site_count + count > PLAN_MAX_ENTRIES)
        return error_set(r->e, KL_ERR_LIMIT, "%s: more than %u sites", r->what, PLAN_MAX_ENTRIES);
    p->sites = mem_grow(p->sites, &r->site_cap, p->site_count + count + 1, sizeof *p->sites);
    cJSON_ArrayForEach(item, list) {
        struct plan_site site;
        if ((s = read_place(r, item, true, &site)) != KL_OK)
            return s;
        if (site.start >= site.end || site.end > p->files[file].bytes || site.start < end_before)
            return wrong(r, "a site", "lies outside of its file, or over another one");
        site.file = file;
        end_before = site.end;
        p->sites[p->site_count++] = site;
    }
    return KL_OK;
}

/* The default of one may be another. */
static enum kl_status read_reads(struct reading *r, size_t file) {
    struct plan *p = r->plan;
    const cJSON *list, *item;
    size_t count;
    if (!json_get(p->files[file].json, "reads"))
        return KL_OK;
    enum kl_status s = read_list(r, p->files[file].json, "reads", &list, &count);
    if (s != KL_OK)
        return s;
    if (p->read_count + count > PLAN_MAX_ENTRIES)
        return error_set(r->e, KL_ERR_LIMIT, "%s: more than %u reads", r->what, PLAN_MAX_ENTRIES);
    p->reads = mem_grow(p->reads, &r->read_cap, p->read_count + count + 1, sizeof *p->reads);
    cJSON_ArrayForEach(item, list) {
        struct plan_site read;
        if ((s = read_place(r, item, false, &read)) != KL_OK)
            return s;
        if (read.start >= read.end || read.end > p->files[file].bytes)
            return wrong(r, "a read", "lies outside of its file");
        read.file = file;
        p->reads[p->read_count++] = read;
    }
    return KL_OK;
}

static enum kl_status read_files(struct reading *r) {
    struct plan *p = r->plan;
    const cJSON *list, *item;
    size_t count;
    enum kl_status s = read_list(r, p->json, "files", &list, &count);
    if (s != KL_OK)
        return s;
    p->files = mem_calloc(count + 1, sizeof *p->files);
    cJSON_ArrayForEach(item, list) {
        struct plan_file *f = &p->files[p->file_count];
        f->json = item;
        f->new_sha256 = json_string(item, "new_sha256");
        if ((s = read_path(r, item, "a file", &f->path)) != KL_OK)
            return s;
        if (!whole_number(item, "bytes", (double)KL_MAX_REWRITE_BYTES, &f->bytes) ||
            !is_hex(f->new_sha256, SHA256_HEX_BYTES) || !cJSON_IsArray(json_get(item, "edits")))
            return wrong(r, "the record of a file", "is not complete");
        f->has_edits = cJSON_GetArraySize(json_get(item, "edits")) > 0;
        size_t file = p->file_count++;
        if ((s = read_sites(r, file)) != KL_OK || (s = read_reads(r, file)) != KL_OK)
            return s;
    }
    return KL_OK;
}

static enum kl_status read_new_files(const struct reading *r) {
    const cJSON *list, *item;
    const char *path;
    size_t count;
    enum kl_status s = read_list(r, r->plan->json, "new_files", &list, &count);
    if (s != KL_OK)
        return s;
    cJSON_ArrayForEach(item, list) {
        if ((s = read_path(r, item, "a new file", &path)) != KL_OK)
            return s;
        if (!json_string(item, "text"))
            return wrong(r, path, "has no text");
    }
    return s;
}

static enum kl_status read_packages(const struct reading *r) {
    const cJSON *list, *item, *added;
    const char *path;
    size_t count;
    enum kl_status s = read_list(r, r->plan->json, "packages", &list, &count);
    if (s != KL_OK)
        return s;
    cJSON_ArrayForEach(item, list) {
        const cJSON *adds = json_get(item, "adds");
        if ((s = read_path(r, item, "a list of packages", &path)) != KL_OK)
            return s;
        if (!cJSON_IsArray(adds))
            return wrong(r, path, "gains nothing");
        cJSON_ArrayForEach(added, adds) {
            if (!cJSON_IsString(added))
                return wrong(r, path, "gains what is no package");
        }
    }
    return s;
}

static enum kl_status read_vault(const struct reading *r) {
    struct plan *p = r->plan;
    const cJSON *vault = json_get(p->json, "vault");
    p->vault = json_string(vault, "id");
    p->vault_options = json_get(vault, "options");
    p->dotenv_file = json_string(vault, "dotenv_file");
    p->on_conflict = json_string(vault, "on_conflict");
    p->options = json_get(p->json, "options");
    if (!is_text(p->vault, PLAN_MAX_NAME_BYTES) || !is_text(p->on_conflict, PLAN_MAX_NAME_BYTES) ||
        !cJSON_IsObject(p->vault_options) || !cJSON_IsObject(p->options))
        return wrong(r, "the record of the vault", "is not complete");
    return KL_OK;
}

static enum kl_status read_head(const struct reading *r) {
    struct plan *p = r->plan;
    const cJSON *member;
    if (!cJSON_IsObject(p->json) || !json_get(p->json, "keylift_plan"))
        return error_set(r->e, KL_ERR_PARSE, "%s is no plan of keylift; `keylift plan -o FILE` writes one",
                         r->what);
    if (json_number(p->json, "keylift_plan", 0) != (double)PLAN_FORMAT)
        return error_set(r->e, KL_ERR_UNSUPPORTED,
                         "%s is a plan of another version of keylift; make it again", r->what);
    cJSON_ArrayForEach(member, p->json) {
        bool known = false;
        for (size_t i = 0; i < KL_ARRAY_LEN(known_keys) && !known; i++)
            known = strcmp(member->string, known_keys[i]) == 0;
        if (!known)
            return wrong(r, "a key", "is not known");
    }
    p->tool = json_string(p->json, "tool");
    p->rules = json_string(p->json, "rules");
    p->root = journal_get_path(p->json, "root", &p->arena);
    if (!is_text(p->tool, PLAN_MAX_NAME_BYTES) || !is_text(p->rules, PLAN_MAX_NAME_BYTES) ||
        !is_text(p->root, KL_MAX_PATH_BYTES) || !flag(p->json, "uploads", &p->uploads) ||
        !flag(p->json, "rewrites", &p->rewrites) || !flag(p->json, "staged", &p->staged))
        return wrong(r, "its head", "is not complete");
    return stays_inside(p->root)
               ? KL_OK
               : error_set(r->e, KL_ERR_REFUSED, "%s: the folder %s does not stay inside of the repository",
                           r->what, p->root);
}

static int by_name(const void *left, const void *right) {
    return strcmp(((const struct plan_name *)left)->name, ((const struct plan_name *)right)->name);
}

const struct plan_name *plan_find_name(const struct plan *p, const char *name) {
    const struct plan_name wanted = {.name = name};
    return p->name_count ? bsearch(&wanted, p->names, p->name_count, sizeof *p->names, by_name) : NULL;
}

static int by_text(const void *left, const void *right) {
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static enum kl_status check_files(const struct reading *r) {
    const struct plan *p = r->plan;
    const char **paths = mem_calloc(p->file_count + 1, sizeof *paths);
    enum kl_status s = KL_OK;
    for (size_t i = 0; i < p->file_count; i++)
        paths[i] = p->files[i].path;
    qsort(paths, p->file_count, sizeof *paths, by_text);
    for (size_t i = 1; i < p->file_count && s == KL_OK; i++)
        if (strcmp(paths[i - 1], paths[i]) == 0)
            s = wrong(r, paths[i], "stands in it twice");
    free(paths);
    return s;
}

/* Each name once, and each site's among them. */
static enum kl_status check_names(const struct reading *r) {
    struct plan *p = r->plan;
    if (p->name_count > 0)
        qsort(p->names, p->name_count, sizeof *p->names, by_name);
    for (size_t i = 1; i < p->name_count; i++)
        if (strcmp(p->names[i - 1].name, p->names[i].name) == 0)
            return wrong(r, p->names[i].name, "stands in it twice");
    for (size_t i = 0; i < p->site_count; i++)
        if (!plan_find_name(p, p->sites[i].name))
            return wrong(r, "a site", "has a name that is not among the names");
    for (size_t i = 0; i < p->read_count; i++)
        if (!plan_find_name(p, p->reads[i].name))
            return wrong(r, "a read", "has a name that is not among the names");
    return KL_OK;
}

enum kl_status plan_from(cJSON *json, const char *what, struct plan *out, struct error *e) {
    struct reading r = {.what = what, .plan = out, .e = e};
    const cJSON *left;
    size_t count;
    *out = (struct plan){.json = json};
    enum kl_status s = read_head(&r);
    if (s == KL_OK)
        s = read_vault(&r);
    if (s == KL_OK)
        s = read_names(&r);
    if (s == KL_OK)
        s = read_files(&r);
    if (s == KL_OK)
        s = read_new_files(&r);
    if (s == KL_OK)
        s = read_packages(&r);
    if (s == KL_OK)
        s = read_list(&r, json, "left", &left, &count);
    if (s == KL_OK)
        s = check_names(&r);
    if (s == KL_OK)
        s = check_files(&r);
    if (s != KL_OK)
        plan_release(out);
    return s;
}

enum kl_status plan_parse(struct slice text, const char *what, struct plan *out, struct error *e) {
    cJSON *json = NULL;
    *out = (struct plan){0};
    enum kl_status s = json_parse(text, what, &json, e);
    if (s == KL_ERR_PARSE)
        return error_set(e, s, "%s is no plan of keylift, or damaged: it is not JSON", what);
    return s == KL_OK ? plan_from(json, what, out, e) : s;
}

enum kl_status plan_read(const char *path, struct plan *out, struct error *e) {
    struct buf text = BUF_INIT(PLAN_MAX_BYTES);
    *out = (struct plan){0};
    enum kl_status s = file_read(path, PLAN_MAX_BYTES, &text, e);
    if (s == KL_OK)
        s = plan_parse(buf_as_slice(&text), path, out, e);
    buf_release(&text);
    return s;
}

void plan_release(struct plan *p) {
    cJSON_Delete(p->json);
    free(p->names);
    free(p->files);
    free(p->sites);
    free(p->reads);
    arena_release(&p->arena);
    *p = (struct plan){0};
}
