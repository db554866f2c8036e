/* manifest_toml.c: pyproject.toml and Pipfile. (PyPA specifications: Declaring project
 * metadata; poetry's and pipenv's documentation of their dependency tables.) A package
 * is one more string of [project].dependencies, or one more key of a table. */
#include "rewriters/manifest_parts.h"

#include "base/toml.h"
#include "rewriters/toml_place.h"

#define PROJECT "project"
#define DEPENDENCIES "dependencies"
#define POETRY_TABLE "tool.poetry.dependencies"
#define PIPFILE_TABLE "packages"
#define INDENT "    "

static cJSON *parse(struct slice bytes) {
    cJSON *toml = NULL;
    struct error ignored = {0};
    return toml_parse(bytes, "", &toml, &ignored) == KL_OK ? toml : NULL;
}

/* ---- reading ---- */

static bool has_string(const cJSON *list, const char *wanted) {
    const cJSON *item;
    cJSON_ArrayForEach(item, list) {
        if (cJSON_IsString(item) && strcmp(item->valuestring, wanted) == 0)
            return true;
    }
    return false;
}

static const cJSON *poetry_table(const cJSON *toml) {
    return json_get(json_get(json_get(toml, "tool"), "poetry"), DEPENDENCIES);
}

/* name = "^1.2", name = {version = "^1.2", optional = true}, or a list of such. */
static void read_entry(const cJSON *entry, const struct manifest_reader *reader) {
    struct requirement r = {.name = slice_cstr(entry->string)};
    const char *version = cJSON_IsString(entry) ? entry->valuestring : json_string(entry, "version");
    if (version && strcmp(version, "*") != 0)
        r.specifier = slice_cstr(version);
    r.conditional = cJSON_IsArray(entry) || json_bool(entry, "optional", false) ||
                    json_get(entry, "markers") || json_get(entry, "python") || json_get(entry, "platform");
    r.elsewhere = cJSON_IsObject(entry) && !version;
    manifest_tell(reader, &r);
}

static void read_table(const cJSON *table, const struct manifest_reader *reader) {
    const cJSON *entry;
    cJSON_ArrayForEach(entry, table) {
        read_entry(entry, reader);
    }
}

static void read_list(const cJSON *list, const struct manifest_reader *reader) {
    const cJSON *item;
    struct requirement r;
    cJSON_ArrayForEach(item, list) {
        if (cJSON_IsString(item) && requirement_parse(slice_cstr(item->valuestring), &r))
            manifest_tell(reader, &r);
    }
}

/* [tool.setuptools.dynamic] dependencies = {file = ["requirements.txt"]} */
static void read_dynamic(const cJSON *toml, const struct manifest_reader *reader,
                         struct manifest_facts *out) {
    const cJSON *setuptools = json_get(json_get(toml, "tool"), "setuptools"), *item;
    const cJSON *file = json_get(json_get(json_get(setuptools, "dynamic"), DEPENDENCIES), "file");
    if (cJSON_IsString(file))
        manifest_tell_include(reader, slice_cstr(file->valuestring));
    cJSON_ArrayForEach(item, file) {
        if (cJSON_IsArray(file) && cJSON_IsString(item))
            manifest_tell_include(reader, slice_cstr(item->valuestring));
    }
    out->in_other_files = file != NULL;
}

void manifest_read_pyproject(struct slice bytes, const struct manifest_reader *reader,
                             struct manifest_facts *out) {
    cJSON *toml = parse(bytes);
    const cJSON *project = json_get(toml, PROJECT), *list = json_get(project, DEPENDENCIES),
                *table = poetry_table(toml);
    if (!toml)
        out->unclear = "it is not TOML that keylift reads";
    if (cJSON_IsArray(list)) {
        out->lists = true;
        read_list(list, reader);
    } else if (cJSON_IsObject(table)) {
        out->lists = out->poetry = true;
        read_table(table, reader);
    } else if (has_string(json_get(project, "dynamic"), DEPENDENCIES)) {
        read_dynamic(toml, reader, out);
    } else {
        out->lists = project != NULL;
    }
    cJSON_Delete(toml);
}

void manifest_read_pipfile(struct slice bytes, const struct manifest_reader *reader,
                           struct manifest_facts *out) {
    cJSON *toml = parse(bytes);
    if (!toml)
        out->unclear = "it is not TOML that keylift reads";
    out->lists = toml != NULL;
    read_table(json_get(toml, PIPFILE_TABLE), reader);
    cJSON_Delete(toml);
}

/* ---- adding ---- */

/* Requirements as strings: what stands before the first, before the others, behind each. */
struct layout {
    const char *first, *next, *end;
    char quote;
};

static void write_strings(const struct manifest_request *r, const struct layout *l, struct buf *out) {
    for (size_t i = 0; i < r->count; i++)
        buf_printf(out, "%s%c%s%c%s", i == 0 ? l->first : l->next, l->quote, r->requirements[i], l->quote,
                   l->end);
}

/* One string a line, as the last one has it. */
static void add_lines(const struct manifest_request *r, const struct toml_array_place *a,
                      struct manifest_output *out) {
    struct buf text = BUF_INIT(KL_MAX_CONFIG_BYTES);
    size_t indent = a->last_start;
    while (indent > 0 && r->bytes.ptr[indent - 1] != '\n')
        indent--;
    size_t line_end = manifest_line_end(r->bytes, a->last_end);
    bool closes_there = a->end <= line_end, bare = a->comma == 0;
    size_t at = !closes_there ? line_end : bare ? a->last_end : a->comma;
    const char *newline =
        arena_printf(r->arena, "%s%.*s", r->eol, SLICE_ARG(slice_sub(r->bytes, indent, a->last_start)));
    const char *parted = arena_printf(r->arena, ",%s", newline);
    if (bare && at != a->last_end)
        manifest_insert(out, a->last_end, SLICE_LIT(","));
    const struct layout layout = {.first = bare && at == a->last_end ? parted : newline,
                                  .next = bare ? parted : newline,
                                  .end = bare ? "" : ",",
                                  .quote = a->quote};
    write_strings(r, &layout, &text);
    manifest_insert(out, at, arena_copy(r->arena, buf_as_slice(&text)));
    buf_release(&text);
}

static void add_to_array(const struct manifest_request *r, const struct toml_array_place *a,
                         struct manifest_output *out) {
    struct buf text = BUF_INIT(KL_MAX_CONFIG_BYTES);
    bool empty = a->last_end == 0;
    if (!empty && a->last_begins_line) {
        add_lines(r, a, out);
        return;
    }
    write_strings(r, &(struct layout){empty ? "" : ", ", ", ", "", a->quote}, &text);
    manifest_insert(out, empty ? a->start + 1 : a->last_end, arena_copy(r->arena, buf_as_slice(&text)));
    buf_release(&text);
}

/* A project that needs nothing so far. */
static void add_array(const struct manifest_request *r, struct manifest_output *out) {
    struct toml_table_place table = toml_find_table(r->bytes, PROJECT);
    struct buf text = BUF_INIT(KL_MAX_CONFIG_BYTES);
    if (!table.found) {
        out->left = "it is written in a way that keylift does not change";
        return;
    }
    buf_printf(&text, "%s" DEPENDENCIES " = [", r->eol);
    const char *newline = arena_printf(r->arena, "%s" INDENT, r->eol);
    write_strings(r, &(struct layout){newline, newline, ",", '"'}, &text);
    buf_printf(&text, "%s]", r->eol);
    manifest_insert(out, manifest_line_end(r->bytes, table.last_end),
                    arena_copy(r->arena, buf_as_slice(&text)));
    buf_release(&text);
}

/* A name without extras and marker, and any version clause, can be a key. */
static bool as_entry(const char *requirement, struct requirement *out) {
    return requirement_parse(slice_cstr(requirement), out) && !out->conditional && !out->elsewhere &&
           out->extras.len == 0;
}

static void add_to_table(const struct manifest_request *r, const char *name, struct manifest_output *out) {
    struct toml_table_place table = toml_find_table(r->bytes, name);
    struct buf text = BUF_INIT(KL_MAX_CONFIG_BYTES);
    if (!table.found)
        out->left = "it has no table of packages";
    for (size_t i = 0; i < r->count; i++) {
        struct requirement entry;
        if (!as_entry(r->requirements[i], &entry))
            out->left = "the package's condition has another form there";
        bool plain = slice_find_byte(entry.name, '.', 0) == SIZE_MAX;
        buf_printf(&text, "%s%s%.*s%s = \"%.*s\"", r->eol, plain ? "" : "\"", SLICE_ARG(entry.name),
                   plain ? "" : "\"", SLICE_ARG(entry.specifier.len ? entry.specifier : SLICE_LIT("*")));
    }
    if (!out->left)
        manifest_insert(out, manifest_line_end(r->bytes, table.last_end),
                        arena_copy(r->arena, buf_as_slice(&text)));
    buf_release(&text);
}

void manifest_add_pyproject(const struct manifest_request *r, struct manifest_output *out) {
    struct manifest_facts facts;
    manifest_read(MANIFEST_PYPROJECT, r->bytes, NULL, &facts);
    struct toml_array_place array = toml_find_array(r->bytes, PROJECT, DEPENDENCIES);
    if (!facts.lists)
        out->left = "it has no list of packages";
    else if (facts.poetry)
        add_to_table(r, POETRY_TABLE, out);
    else if (array.found)
        add_to_array(r, &array, out);
    else
        add_array(r, out);
}

void manifest_add_pipfile(const struct manifest_request *r, struct manifest_output *out) {
    add_to_table(r, PIPFILE_TABLE, out);
}

/* ---- checking ---- */

/* Takes the new packages out of the new document again; false if they are not there. */
static bool take_from_array(const struct manifest_request *r, cJSON *list) {
    for (size_t i = r->count; i-- > 0;) {
        int last = cJSON_GetArraySize(list) - 1;
        const cJSON *item = last >= 0 ? cJSON_GetArrayItem(list, last) : NULL;
        if (!cJSON_IsString(item) || strcmp(item->valuestring, r->requirements[i]) != 0)
            return false;
        cJSON_DeleteItemFromArray(list, last);
    }
    return true;
}

static bool take_from_table(const struct manifest_request *r, cJSON *table) {
    for (size_t i = 0; i < r->count; i++) {
        struct requirement entry;
        if (!as_entry(r->requirements[i], &entry))
            return false;
        const char *name = arena_cstr(r->arena, entry.name);
        const char *value = json_string(table, name);
        if (!value || !slice_eq_cstr(entry.specifier.len ? entry.specifier : SLICE_LIT("*"), value))
            return false;
        cJSON_DeleteItemFromObjectCaseSensitive(table, name);
    }
    return true;
}

bool manifest_check_pyproject(const struct manifest_request *r, struct slice now) {
    cJSON *before = parse(r->bytes), *after = parse(now);
    cJSON *project = cJSON_GetObjectItemCaseSensitive(after, PROJECT);
    cJSON *list = cJSON_GetObjectItemCaseSensitive(project, DEPENDENCIES);
    bool had_list = json_get(json_get(before, PROJECT), DEPENDENCIES) != NULL;
    bool same = before && after &&
                (list ? take_from_array(r, list) : take_from_table(r, (cJSON *)poetry_table(after)));
    if (same && list && !had_list)
        cJSON_DeleteItemFromObjectCaseSensitive(project, DEPENDENCIES);
    same = same && cJSON_Compare(before, after, true);
    cJSON_Delete(before);
    cJSON_Delete(after);
    return same;
}

bool manifest_check_pipfile(const struct manifest_request *r, struct slice now) {
    cJSON *before = parse(r->bytes), *after = parse(now);
    bool same = before && after &&
                take_from_table(r, cJSON_GetObjectItemCaseSensitive(after, PIPFILE_TABLE)) &&
                cJSON_Compare(before, after, true);
    cJSON_Delete(before);
    cJSON_Delete(after);
    return same;
}
