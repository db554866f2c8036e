/* How code reads from a helper's store, in the helper's words: checked here, because
 * they will stand in somebody's program. */
#include "backends/exec.h"

#define ITEMS_MAX 8
#define REQUIREMENT_MAX 100u

static bool is_identifier(struct slice s) {
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && (i == 0 || c < '0' || c > '9'))
            return false;
    }
    return s.len > 0 && s.len <= REQUIREMENT_MAX;
}

/* os, hvac.exceptions */
static bool is_dotted(const char *text) {
    struct slice s = slice_cstr(text);
    for (size_t at = 0; at <= s.len;) {
        size_t dot = slice_find_byte(s, '.', at);
        dot = dot == SIZE_MAX ? s.len : dot;
        if (!is_identifier(slice_sub(s, at, dot)))
            return false;
        at = dot + 1;
    }
    return true;
}

static bool is_one_line(const char *text, size_t max) {
    size_t len = strlen(text);
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < ' ' || (unsigned char)text[i] > '~')
            return false;
    return len > 0 && len <= max;
}

static enum kl_status wrong(const char *member, struct error *e) {
    return error_set(e, KL_ERR_PROTOCOL,
                     "the helper's answer to \"python\": \"%s\" is not as docs/vaults/exec.md says", member);
}

static enum kl_status expression(const cJSON *from, const char *member, bool needs_name, struct arena *a,
                                 const char **out, struct error *e) {
    const char *text = json_string(from, member);
    if (!text && json_get(from, member) && !cJSON_IsNull(json_get(from, member)))
        return wrong(member, e);
    if (!text)
        return KL_OK;
    if (!is_one_line(text, EXEC_MAX_EXPRESSION) || (needs_name && !strstr(text, "{name}")))
        return wrong(member, e);
    *out = arena_cstr(a, slice_cstr(text));
    return KL_OK;
}

/* ["os", "secretstorage.Item"]: a module, or {"module": "a.b", "symbol": "c"}. */
static enum kl_status read_imports(const cJSON *list, struct arena *a, struct python_access *out,
                                   struct error *e) {
    int count = cJSON_GetArraySize(list), i = 0;
    const cJSON *item;
    if (!cJSON_IsArray(list) || count > ITEMS_MAX)
        return wrong("imports", e);
    struct python_import *imports = arena_calloc(a, (size_t)count + 1, sizeof *imports);
    cJSON_ArrayForEach(item, list) {
        const char *module = json_string(item, "module"), *symbol = json_string(item, "symbol");
        if (!module || !is_dotted(module) || (symbol && !is_identifier(slice_cstr(symbol))))
            return wrong("imports", e);
        imports[i].module = arena_cstr(a, slice_cstr(module));
        imports[i++].symbol = symbol ? arena_cstr(a, slice_cstr(symbol)) : NULL;
    }
    out->imports = imports;
    return KL_OK;
}

static enum kl_status read_packages(const cJSON *list, struct arena *a, struct python_access *out,
                                    struct error *e) {
    int count = cJSON_GetArraySize(list), i = 0;
    const cJSON *item;
    if (!cJSON_IsArray(list) || count > ITEMS_MAX)
        return wrong("packages", e);
    struct python_package *packages = arena_calloc(a, (size_t)count + 1, sizeof *packages);
    cJSON_ArrayForEach(item, list) {
        const char *name = json_string(item, "name"), *requirement = json_string(item, "requirement");
        requirement = requirement ? requirement : name;
        if (!name || !is_one_line(name, REQUIREMENT_MAX) || !is_one_line(requirement, REQUIREMENT_MAX))
            return wrong("packages", e);
        packages[i].name = arena_cstr(a, slice_cstr(name));
        packages[i++].requirement = arena_cstr(a, slice_cstr(requirement));
    }
    out->packages = packages;
    return KL_OK;
}

enum kl_status exec_python_parse(const cJSON *answer, struct arena *a, struct python_access *out,
                                 struct error *e) {
    const cJSON *python = json_get(answer, "python"), *error = json_get(python, "missing_error");
    struct python_access read = *out;
    enum kl_status st = KL_OK;
    if (!python || cJSON_IsNull(python))
        return KL_OK;
    if (!cJSON_IsObject(python) || !json_string(python, "read_text"))
        return wrong("read_text", e);
    st = expression(python, "read_text", true, a, &read.read_text, e);
    if (st == KL_OK) {
        read.read_bytes = arena_printf(a, "base64.b64decode(%s)", read.read_text);
        st = expression(python, "read_bytes", true, a, &read.read_bytes, e);
    }
    if (st == KL_OK)
        st = expression(python, "client", false, a, &read.client, e);
    if (st == KL_OK)
        st = read_imports(json_get(python, "imports"), a, &read, e);
    if (st == KL_OK && json_get(python, "packages"))
        st = read_packages(json_get(python, "packages"), a, &read, e);
    if (st == KL_OK && error) {
        if (!cJSON_IsString(error) || !is_dotted(error->valuestring))
            return wrong("missing_error", e);
        read.missing_error = arena_cstr(a, slice_cstr(error->valuestring));
    }
    if (st == KL_OK)
        *out = read;
    return st;
}
