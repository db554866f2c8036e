/* reported_sarif.c: the places in a SARIF log (reported_read.h; SARIF 2.1.0, 3.4 "artifactLocation object"
 * and 3.14.14 "originalUriBaseIds property"). */
#include "cli/reported_read.h"

#include "base/encode.h"
#include "base/file.h"

#define MAX_BASES 8u /* one in the other */

/* The end of "scheme:"; 0 where the reference has none. RFC 3986, 3.1. */
static size_t scheme_end(struct slice uri) {
    for (size_t i = 0; i < uri.len; i++) {
        char c = uri.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (c == ':')
            return i > 1 ? i + 1 : 0; /* one letter is a drive */
        if (!letter && (i == 0 || !((c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.')))
            return 0;
    }
    return 0;
}

/* "%XX" into what it stands for, but never into a NUL. */
static const char *unescape(struct reported_reading *r, struct slice in) {
    char *path = arena_cstr(r->arena, in);
    size_t len = 0;
    for (size_t i = 0; i < in.len; i++) {
        bool escaped = in.ptr[i] == '%' && i + 2 < in.len && hex_digit(in.ptr[i + 1]) >= 0 &&
                       hex_digit(in.ptr[i + 2]) >= 0 && (in.ptr[i + 1] != '0' || in.ptr[i + 2] != '0');
        path[len++] = escaped ? (char)(hex_digit(in.ptr[i + 1]) * 16 + hex_digit(in.ptr[i + 2])) : in.ptr[i];
        i += escaped ? 2 : 0;
    }
    path[len] = '\0';
    return path;
}

/* Of "file:///a", "file://host/a" and "file:/a", what is behind the host; a reference without a scheme whole;
 * of another scheme nothing. */
static struct slice file_part(struct slice uri) {
    size_t scheme = scheme_end(uri);
    if (scheme == 0)
        return uri;
    if (!slice_eq_nocase(slice_sub(uri, 0, scheme), "file:"))
        return (struct slice){0};
    uri = slice_sub(uri, scheme, uri.len);
    size_t host_end = slice_starts(uri, "//") ? slice_find_byte(uri, '/', 2) : 0;
    return slice_sub(uri, host_end, uri.len);
}

/* The reference seen from the folder that its base is relative to, until a base is absolute: *root is that
 * one then. Of a report that another machine made, *root is not here, and the reference is seen from the
 * current folder. */
static struct slice resolve(struct reported_reading *r, const cJSON *run, const cJSON *location,
                            const char **root) {
    struct slice uri = slice_cstr(json_string(location, "uri"));
    const char *base = json_string(location, "uriBaseId");
    *root = NULL;
    for (unsigned i = 0; i < MAX_BASES && base && scheme_end(uri) == 0; i++) {
        const cJSON *at = json_get(json_get(run, "originalUriBaseIds"), base);
        struct slice prefix = slice_cstr(json_string(at, "uri"));
        if (scheme_end(prefix) > 0) {
            *root = unescape(r, file_part(prefix));
            break;
        }
        uri = slice_cstr(arena_printf(r->arena, "%.*s%s%.*s", SLICE_ARG(prefix),
                                      prefix.len == 0 || slice_ends(prefix, "/") ? "" : "/", SLICE_ARG(uri)));
        base = json_string(at, "uriBaseId");
    }
    return file_part(uri);
}

/* An artifactLocation has its URI, or the number of the artifact that has it. */
static const cJSON *location_of(const cJSON *run, const cJSON *physical) {
    const cJSON *location = json_get(physical, "artifactLocation");
    double index = json_number(location, "index", -1);
    if (json_string(location, "uri") || index < 0 || index > 1e9)
        return location;
    return json_get(cJSON_GetArrayItem(json_get(run, "artifacts"), (int)index), "location");
}

/* Escaped, as it should be, or not, as gitleaks and Kingfisher write it. */
static void add_location(struct reported_reading *r, const cJSON *run, const cJSON *physical,
                         struct site_place site) {
    const char *root, *paths[REPORTED_SPELLINGS + 1] = {NULL};
    struct slice uri = resolve(r, run, location_of(run, physical), &root);
    size_t n = 0;
    if (uri.len > 0) {
        const char *spellings[] = {unescape(r, uri), arena_cstr(r->arena, uri)};
        bool same = strcmp(spellings[0], spellings[1]) == 0;
        for (size_t i = 0; i < (same ? 1u : 2u); i++) {
            paths[n++] = spellings[i];
            if (root && spellings[i][0] != '/')
                paths[n++] = path_join(r->arena, root, spellings[i]);
        }
    }
    reported_add(r, paths, site);
}

bool reported_is_sarif(const cJSON *j) {
    return cJSON_IsArray(json_get(j, "runs"));
}

static void read_result(struct reported_reading *r, const cJSON *run, const cJSON *result) {
    const cJSON *places = json_get(result, "locations");
    const cJSON *physical = json_get(places ? places->child : NULL, "physicalLocation");
    const cJSON *region = json_get(physical, "region");
    add_location(
        r, run, physical,
        (struct site_place){.line = reported_number(json_number(region, "startLine", 0)),
                            .end_line = reported_number(json_number(region, "endLine", 0)),
                            .column = reported_number(json_number(region, "startColumn", 0)),
                            .around = reported_value(r, json_string(json_get(region, "snippet"), "text"))});
}

void reported_read_sarif(struct reported_reading *r, const cJSON *report) {
    const cJSON *run, *result;
    cJSON_ArrayForEach(run, json_get(report, "runs")) {
        cJSON_ArrayForEach(result, json_get(run, "results")) {
            if (cJSON_GetArraySize(json_get(result, "suppressions")) == 0)
                read_result(r, run, result);
        }
    }
}
