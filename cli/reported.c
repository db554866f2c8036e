/* reported.c: see reported.h. */
#include "cli/reported.h"

#include "base/encode.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/report.h"

#define MAX_LINE 100000000.0

struct reading {
    struct arena *arena;
    struct reported *out;
};

static uint32_t number(double value) {
    return value >= 1 && value <= MAX_LINE ? (uint32_t)value : 0;
}

/* Scanners can be told to write something else instead of the value. */
static bool is_redacted(struct slice value) {
    struct slice word = slice_cstr("REDACTED");
    return value.len == 0 || slice_find(value, word, 0) != SIZE_MAX || slice_ends(value, "...");
}

static struct slice kept_value(struct reading *r, const char *text) {
    struct slice value = slice_cstr(text);
    return is_redacted(value) ? (struct slice){0} : arena_copy(r->arena, value);
}

static void add(struct reading *r, struct slice path, struct site_place site) {
    struct reported *o = r->out;
    if (path.len == 0 || site.line == 0)
        return;
    o->items = mem_grow(o->items, &o->cap, o->count + 1, sizeof *o->items);
    o->items[o->count++] =
        (struct reported_place){path_normalize(r->arena, arena_cstr(r->arena, path)), site};
}

static void read_detect_secrets(struct reading *r, const cJSON *report) {
    const cJSON *file, *entry;
    cJSON_ArrayForEach(file, json_get(report, "results")) {
        cJSON_ArrayForEach(entry, file) {
            struct slice hash = slice_cstr(json_string(entry, "hashed_secret"));
            add(r, slice_cstr(file->string),
                (struct site_place){.line = number(json_number(entry, "line_number", 0)),
                                    .sha1 = hash.len == 40 ? arena_cstr(r->arena, hash) : NULL});
        }
    }
}

static void read_gitleaks(struct reading *r, const cJSON *report) {
    const cJSON *entry;
    cJSON_ArrayForEach(entry, report) {
        add(r, slice_cstr(json_string(entry, "File")),
            (struct site_place){.line = number(json_number(entry, "StartLine", 0)),
                                .end_line = number(json_number(entry, "EndLine", 0)),
                                .column = number(json_number(entry, "StartColumn", 0)),
                                .value = kept_value(r, json_string(entry, "Secret"))});
    }
}

/* The source is the one member of Data: Filesystem, Git, Github, ... */
static void read_trufflehog(struct reading *r, const cJSON *entry) {
    const cJSON *data = json_get(json_get(entry, "SourceMetadata"), "Data");
    const cJSON *source = data ? data->child : NULL;
    add(r, slice_cstr(json_string(source, "file")),
        (struct site_place){.line = number(json_number(source, "line", 0)),
                            .value = kept_value(r, json_string(entry, "Raw"))});
}

static void read_kingfisher(struct reading *r, const cJSON *entry) {
    const cJSON *finding = json_get(entry, "finding");
    add(r, slice_cstr(json_string(finding, "path")),
        (struct site_place){.line = number(json_number(finding, "line", 0)),
                            .column = number(json_number(finding, "column_start", 0)),
                            .value = kept_value(r, json_string(finding, "snippet"))});
}

static void read_kingfisher_all(struct reading *r, const cJSON *report) {
    const cJSON *entry;
    cJSON_ArrayForEach(entry, json_get(report, "findings")) read_kingfisher(r, entry);
}

/* A path of this machine from the URI reference of an artifact. */
static struct slice path_of_uri(struct reading *r, const char *uri) {
    struct slice in = slice_cstr(uri);
    if (slice_starts(in, "file://"))
        in = slice_sub(in, 7, in.len);
    char *path = arena_cstr(r->arena, in);
    size_t len = 0;
    for (size_t i = 0; i < in.len; i++) {
        bool escaped = in.ptr[i] == '%' && i + 2 < in.len && hex_digit(in.ptr[i + 1]) >= 0 &&
                       hex_digit(in.ptr[i + 2]) >= 0 && (in.ptr[i + 1] != '0' || in.ptr[i + 2] != '0');
        path[len++] = escaped ? (char)(hex_digit(in.ptr[i + 1]) * 16 + hex_digit(in.ptr[i + 2])) : in.ptr[i];
        i += escaped ? 2 : 0;
    }
    return slice_of(path, len);
}

static void read_sarif(struct reading *r, const cJSON *report) {
    const cJSON *run, *result;
    cJSON_ArrayForEach(run, json_get(report, "runs")) {
        cJSON_ArrayForEach(result, json_get(run, "results")) {
            const cJSON *places = json_get(result, "locations");
            const cJSON *physical = json_get(places ? places->child : NULL, "physicalLocation");
            const cJSON *region = json_get(physical, "region");
            if (cJSON_GetArraySize(json_get(result, "suppressions")) > 0)
                continue;
            add(r, path_of_uri(r, json_string(json_get(physical, "artifactLocation"), "uri")),
                (struct site_place){.line = number(json_number(region, "startLine", 0)),
                                    .end_line = number(json_number(region, "endLine", 0)),
                                    .column = number(json_number(region, "startColumn", 0))});
        }
    }
}

static void read_own(struct reading *r, const cJSON *report) {
    const cJSON *f;
    cJSON_ArrayForEach(f, json_get(report, "findings")) {
        if (!json_string(f, "suppressed"))
            add(r, slice_cstr(json_string(f, "path")),
                (struct site_place){.line = number(json_number(f, "line", 0)),
                                    .end_line = number(json_number(f, "end_line", 0)),
                                    .column = number(json_number(f, "column", 0))});
    }
}

static bool is_gitleaks(const cJSON *j) {
    return cJSON_IsArray(j) && (!j->child || json_string(j->child, "File"));
}
static bool is_detect_secrets(const cJSON *j) {
    return cJSON_IsObject(json_get(j, "results"));
}
static bool is_sarif(const cJSON *j) {
    return cJSON_IsArray(json_get(j, "runs"));
}
static bool is_own(const cJSON *j) {
    const char *tool = json_string(j, "tool");
    return tool && strncmp(tool, "keylift ", 8) == 0 && cJSON_IsArray(json_get(j, "findings")) &&
           json_number(j, "version", 0) == REPORT_VERSION;
}
static bool is_trufflehog(const cJSON *j) {
    return cJSON_IsObject(json_get(j, "SourceMetadata"));
}
static bool is_kingfisher(const cJSON *j) {
    return cJSON_IsObject(json_get(j, "finding"));
}
static bool is_kingfisher_all(const cJSON *j) {
    const cJSON *list = json_get(j, "findings");
    return cJSON_IsArray(list) && (!list->child || is_kingfisher(list->child));
}

/* In the order in which they are tried. */
static const struct format {
    const char *kind;
    bool (*is)(const cJSON *j);
    void (*read)(struct reading *r, const cJSON *j);
} formats[] = {
    {"report of keylift", is_own, read_own},
    {"gitleaks report", is_gitleaks, read_gitleaks},
    {"detect-secrets baseline", is_detect_secrets, read_detect_secrets},
    {"SARIF log", is_sarif, read_sarif},
    {"Kingfisher report", is_kingfisher_all, read_kingfisher_all},
    {"TruffleHog report", is_trufflehog, read_trufflehog},
    {"Kingfisher report", is_kingfisher, read_kingfisher},
};

static void read_document(struct reading *r, const cJSON *j) {
    for (size_t i = 0; i < KL_ARRAY_LEN(formats); i++)
        if (formats[i].is(j)) {
            r->out->kind = formats[i].kind;
            formats[i].read(r, j);
            return;
        }
}

/* Lines that are objects of no known kind are what such programs log between. */
static enum kl_status read_lines(struct reading *r, struct slice text, const char *file, struct error *e) {
    enum kl_status s = KL_OK;
    for (size_t at = 0; at < text.len && s == KL_OK;) {
        size_t end = slice_find_byte(text, '\n', at);
        end = end == SIZE_MAX ? text.len : end;
        struct slice line = slice_trim(slice_sub(text, at, end));
        at = end + 1;
        cJSON *j = NULL;
        if (line.len > 0 && (s = json_parse(line, file, &j, e)) == KL_OK)
            read_document(r, j);
        json_delete_secret(j);
    }
    return s;
}

/* Whether the first line is a whole value, and another one follows. */
static bool is_lines(struct slice text) {
    size_t end = slice_find_byte(text, '\n', 0);
    return end != SIZE_MAX && slice_ends(slice_trim(slice_sub(text, 0, end)), "}");
}

enum kl_status reported_parse(struct slice text, const char *file, struct arena *arena, struct reported *out,
                              struct error *e) {
    struct reading r = {arena, out};
    *out = (struct reported){0};
    text = slice_trim(text);
    if (is_lines(text))
        return read_lines(&r, text, file, e);
    cJSON *j = NULL;
    enum kl_status s = json_parse(text, file, &j, e);
    if (s == KL_OK)
        read_document(&r, j);
    json_delete_secret(j); /* reports of others hold the secrets */
    return s;
}

enum kl_status reported_read(const char *file, struct arena *arena, struct reported *out, struct error *e) {
    struct buf text = BUF_INIT_SECRET(REPORTED_MAX_BYTES);
    *out = (struct reported){0};
    enum kl_status s = file_read(file, REPORTED_MAX_BYTES, &text, e);
    if (s == KL_OK)
        s = reported_parse(buf_as_slice(&text), file, arena, out, e);
    if (s == KL_OK && !out->kind)
        s = error_set(
            e, KL_ERR_PARSE,
            "%s: no report of gitleaks (JSON), TruffleHog (JSON Lines), detect-secrets, Kingfisher, "
            "keylift (JSON), or in SARIF",
            file);
    buf_release(&text);
    return s;
}
