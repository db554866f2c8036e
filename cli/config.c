/* config.c: finds, reads and applies the configuration. */
#include "cli/config.h"

#include <stdlib.h>

#include "backends/vault.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/toml.h"
#include "cli/environment.h"
#include "cli/nearest.h"

#define CONFIG_DEPTH_MAX 256 /* folders looked at on the way up */

static const char *key_of(const struct option_spec *spec) {
    return spec->config_key != NULL ? spec->config_key : spec->name;
}

/* Sets one option from a value of the file. */
static enum kl_status set_value(struct options *o, const struct option_spec *spec, const cJSON *value,
                                const char *where, struct error *e) {
    if (spec->type == OPTION_FLAG && cJSON_IsBool(value)) {
        *(bool *)((char *)o + spec->offset) = cJSON_IsTrue(value);
        return KL_OK;
    }
    if (spec->type == OPTION_FRACTION && cJSON_IsNumber(value)) {
        char *text = cJSON_PrintUnformatted(value);
        enum kl_status s = options_set(o, spec, text != NULL ? text : "", where, e);
        cJSON_free(text);
        return s;
    }
    if ((spec->type == OPTION_LIST || spec->type == OPTION_NAMES) && cJSON_IsArray(value)) {
        const cJSON *item = NULL;
        cJSON_ArrayForEach(item, value) {
            if (!cJSON_IsString(item)) {
                return error_set(e, KL_ERR_USAGE, "%s: must be a list of strings", where);
            }
            if (options_set(o, spec, item->valuestring, where, e) != KL_OK) {
                return e->status;
            }
        }
        return KL_OK;
    }
    if ((spec->type == OPTION_TEXT || spec->type == OPTION_CHOICE) && cJSON_IsString(value)) {
        return options_set(o, spec, value->valuestring, where, e);
    }
    static const char *const wanted[] = {
        [OPTION_FLAG] = "true or false",     [OPTION_TEXT] = "a string",
        [OPTION_LIST] = "a list of strings", [OPTION_NAMES] = "a list of strings",
        [OPTION_COUNT] = "a number",         [OPTION_FRACTION] = "a number from 0 to 1",
        [OPTION_CHOICE] = "a string",        [OPTION_REPEATED] = "a number",
    };
    return error_set(e, KL_ERR_USAGE, "%s: must be %s", where, wanted[spec->type]);
}

/* [[tool.keylift.ignore]] path = "docs/"  rule = "generic-password" */
static enum kl_status read_ignores(struct config *c, struct options *o, const cJSON *list, const char *where,
                                   struct error *e) {
    int count = cJSON_GetArraySize(list);
    if (!cJSON_IsArray(list) || count > CONFIG_IGNORES_MAX) {
        return error_set(e, KL_ERR_USAGE, "%s: must be a list of at most %d tables with path, rule or both",
                         where, CONFIG_IGNORES_MAX);
    }
    c->ignores = mem_calloc((size_t)count + 1, sizeof *c->ignores);
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, list) {
        const char *path = json_string(item, "path"), *rule = json_string(item, "rule");
        int known = (path != NULL) + (rule != NULL);
        if (known == 0 || known != cJSON_GetArraySize(item)) {
            return error_set(e, KL_ERR_USAGE,
                             "%s: each entry has the strings path, rule or both, and nothing else", where);
        }
        struct scan_ignore *ignore = &c->ignores[c->ignore_count++];
        ignore->path_glob = path != NULL ? arena_cstr(&o->arena, slice_cstr(path)) : NULL;
        ignore->rule = rule != NULL ? arena_cstr(&o->arena, slice_cstr(rule)) : NULL;
    }
    return KL_OK;
}

/* [[tool.keylift.environments]] path = "settings/dev.py"  environment = "dev" */
static enum kl_status read_environments(struct config *c, struct options *o, const cJSON *list,
                                        const char *where, struct error *e) {
    int count = cJSON_GetArraySize(list);
    if (!cJSON_IsArray(list) || count > CONFIG_IGNORES_MAX) {
        return error_set(e, KL_ERR_USAGE, "%s: must be a list of at most %d tables with path and environment",
                         where, CONFIG_IGNORES_MAX);
    }
    c->environments = mem_calloc((size_t)count + 1, sizeof *c->environments);
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, list) {
        const char *path = json_string(item, "path"), *name = json_string(item, "environment");
        if (path == NULL || name == NULL || cJSON_GetArraySize(item) != 2) {
            return error_set(e, KL_ERR_USAGE,
                             "%s: each entry has the strings path and environment, and nothing else", where);
        }
        if (environment_check(name, where, e) != KL_OK) {
            return e->status;
        }
        struct slice pattern = slice_trim(slice_cstr(path));
        if (pattern.len == 0 || pattern.ptr[0] == '#' || pattern.ptr[0] == '!') {
            return error_set(e, KL_ERR_USAGE, "%s: \"%s\" is a pattern for no path", where, path);
        }
        for (size_t i = 0; i < c->environment_count; i++) {
            const struct config_environment *other = &c->environments[i];
            if (strcmp(other->path, path) == 0) {
                return error_set(e, KL_ERR_USAGE, "%s: the path %s stands in two entries, for %s and %s",
                                 where, path, other->environment, name);
            }
        }
        c->environments[c->environment_count++] =
            (struct config_environment){.path = arena_cstr(&o->arena, slice_cstr(path)),
                                        .environment = arena_cstr(&o->arena, slice_cstr(name))};
    }
    return KL_OK;
}

/* What is a list of tables, and no option. */
static const struct {
    const char *key;
    enum kl_status (*read)(struct config *c, struct options *o, const cJSON *list, const char *where,
                           struct error *e);
} tables[] = {{"ignore", read_ignores}, {"environments", read_environments}};

static const struct option_spec *find_key(const char *key) {
    for (size_t i = 0; i < option_count(); i++) {
        const struct option_spec *spec = option_at(i);
        if (spec->config != CONFIG_NEVER && option_is_offered(spec) && strcmp(key_of(spec), key) == 0) {
            return spec;
        }
    }
    return NULL;
}

static enum kl_status unknown_key(const char *key, const char *file, struct error *e) {
    struct nearest n;
    nearest_init(&n, key);
    for (size_t i = 0; i < KL_ARRAY_LEN(tables); i++) {
        nearest_offer(&n, tables[i].key);
    }
    for (size_t i = 0; i < option_count(); i++) {
        if (option_at(i)->config != CONFIG_NEVER && option_is_offered(option_at(i))) {
            nearest_offer(&n, key_of(option_at(i)));
        }
    }
    if (n.best != NULL) {
        return error_set(e, KL_ERR_USAGE, "%s: unknown key \"%s\"; did you mean \"%s\"?", file, key, n.best);
    }
    if (option_find(key) != NULL) {
        return error_set(e, KL_ERR_USAGE, "%s: \"%s\" can be given only on the command line", file, key);
    }
    return error_set(e, KL_ERR_USAGE, "%s: unknown key \"%s\"; docs/configuration.md lists them all", file,
                     key);
}

static bool chooses_program(const struct option_spec *spec, const char *value) {
    return strcmp(spec->name, "to") == 0 && slice_starts(slice_cstr(value), VAULT_EXEC_PREFIX);
}

static enum kl_status apply_key(struct config *c, struct options *o, const cJSON *value, struct error *e) {
    const char *key = value->string;
    char *where = arena_printf(&o->arena, "%s: %s", c->path, key);
    for (size_t i = 0; i < KL_ARRAY_LEN(tables); i++) {
        if (strcmp(key, tables[i].key) == 0) {
            return tables[i].read(c, o, value, where, e);
        }
    }
    const struct option_spec *spec = find_key(key);
    if (spec == NULL) {
        return unknown_key(key, c->path, e);
    }
    if (spec->config == CONFIG_EXPLICIT && o->config == NULL) {
        return error_set(e, KL_ERR_USAGE,
                         "%s: a scanned tree may not choose this; give --%s, or name the file with "
                         "--config",
                         where, spec->name);
    }
    if (cJSON_IsString(value) && chooses_program(spec, value->valuestring) && o->config == NULL) {
        return error_set(
            e, KL_ERR_USAGE,
            "%s: a scanned tree may not choose a program to run; give --%s, or name the file with "
            "--config",
            where, spec->name);
    }
    size_t row = (size_t)(spec - option_at(0));
    if (o->given[row] && spec->type != OPTION_LIST) {
        /* The command line wins, but a wrong value is wrong all the same. */
        struct options unused;
        options_init(&unused);
        enum kl_status s = set_value(&unused, spec, value, where, e);
        options_release(&unused);
        return s;
    }
    c->set[row] = true;
    return set_value(o, spec, value, where, e);
}

static enum kl_status apply_table(struct config *c, struct options *o, const cJSON *table, struct error *e) {
    if (!cJSON_IsObject(table)) {
        return error_set(e, KL_ERR_USAGE, "%s: [tool.keylift] must be a table", c->path);
    }
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, table) {
        if (apply_key(c, o, item, e) != KL_OK) {
            return e->status;
        }
    }
    return KL_OK;
}

/* Parses `path`; *table is the part that is ours, NULL if there is none. */
static enum kl_status read_table(const char *path, bool is_pyproject, cJSON **document, const cJSON **table,
                                 struct error *e) {
    *document = NULL;
    *table = NULL;
    struct buf text = BUF_INIT(KL_MAX_CONFIG_BYTES);
    enum kl_status s = file_read(path, KL_MAX_CONFIG_BYTES, &text, e);
    /* Most pyproject.toml do not mention us: those are not even parsed. */
    if (s == KL_OK &&
        (!is_pyproject || slice_find(buf_as_slice(&text), SLICE_LIT("keylift"), 0) != SIZE_MAX)) {
        s = toml_parse(buf_as_slice(&text), path, document, e);
    }
    buf_release(&text);
    if (s == KL_OK && *document != NULL) {
        *table = is_pyproject ? json_get(json_get(*document, "tool"), "keylift") : *document;
    }
    return s;
}

static enum kl_status try_file(struct config *c, struct options *o, const char *path, struct error *e) {
    cJSON *document = NULL;
    const cJSON *table = NULL;
    bool is_pyproject = strcmp(path_basename(path), "pyproject.toml") == 0;
    enum kl_status s = read_table(path, is_pyproject, &document, &table, e);
    if (s == KL_OK && table != NULL) {
        if (c->path != NULL) {
            s = error_set(e, KL_ERR_USAGE, "both %s and %s configure keylift; keep one of them", c->path,
                          path);
        } else {
            c->path = arena_cstr(&o->arena, slice_cstr(path));
            s = apply_table(c, o, table, e);
        }
    }
    cJSON_Delete(document);
    if (s == KL_ERR_NOT_FOUND && o->config == NULL) {
        s = KL_OK;
    }
    return s;
}

static bool exists(const char *path) {
    struct file_info info = {0};
    struct error ignored = {0};
    return file_stat(path, &info, &ignored) == KL_OK && info.kind != FILE_MISSING;
}

/* The folder to start from: that of the first path, else the current one. */
static char *start_folder(struct options *o, struct arena *a) {
    const char *path = o->arguments.count > 0 ? o->arguments.items[0] : ".";
    char *real = path_real(a, path);
    struct file_info info = {0};
    struct error ignored = {0};
    if (real == NULL || file_stat(real, &info, &ignored) != KL_OK) {
        return path_real(a, ".");
    }
    return info.kind == FILE_FOLDER ? real : path_dirname(a, real);
}

/* Where the search ends: the nearest folder upwards that holds .git, else the
 * start itself. */
static const char *last_folder(const char *start, struct arena *a) {
    const char *folder = start;
    for (int depth = 0; depth < CONFIG_DEPTH_MAX; depth++) {
        if (exists(path_join(a, folder, ".git"))) {
            return folder;
        }
        const char *up = path_dirname(a, folder);
        if (strcmp(up, folder) == 0) {
            break;
        }
        folder = up;
    }
    return start;
}

static enum kl_status search(struct config *c, struct options *o, struct arena *a, struct error *e) {
    const char *folder = start_folder(o, a);
    if (folder == NULL) {
        return KL_OK; /* the current folder is gone; the scan says so */
    }
    const char *last = last_folder(folder, a);
    for (int depth = 0; depth < CONFIG_DEPTH_MAX && c->path == NULL; depth++) {
        static const char *const names[] = {"keylift.toml", "pyproject.toml"};
        for (size_t i = 0; i < KL_ARRAY_LEN(names); i++) {
            /* A folder that cannot be entered holds nothing to scan either: the scan names it. */
            const char *path = path_join(a, folder, names[i]);
            if (exists(path) && try_file(c, o, path, e) != KL_OK) {
                return e->status;
            }
        }
        if (strcmp(folder, last) == 0) {
            break;
        }
        folder = path_dirname(a, folder);
    }
    return KL_OK;
}

enum kl_status config_load(struct config *c, struct options *o, struct error *e) {
    if (o->no_config && o->config != NULL) {
        return error_set(e, KL_ERR_USAGE, "--config and --no-config exclude each other");
    }
    if (o->no_config) {
        return KL_OK;
    }
    struct arena a = ARENA_INIT;
    enum kl_status s = o->config != NULL ? try_file(c, o, o->config, e) : search(c, o, &a, e);
    arena_release(&a);
    return s;
}

void config_release(struct config *c) {
    free(c->ignores);
    free(c->environments);
    *c = (struct config){0};
}

const char *config_origin(const struct config *c, const struct options *o, const char *option) {
    const struct option_spec *spec = option_find(option);
    if (spec == NULL) {
        return "default";
    }
    size_t row = (size_t)(spec - option_at(0));
    if (o->given[row]) {
        return "command line";
    }
    return c->set[row] && c->path != NULL ? c->path : "default";
}
