/* reported_scanners.c: the reports in JSON (reported_read.h). What is read of each is what its program of
 * today writes; the tests say which version. */
#include "cli/reported_read.h"

#include "cli/report.h"

static void read_detect_secrets(struct reported_reading *r, const cJSON *report) {
    const cJSON *file, *entry;
    cJSON_ArrayForEach(file, json_get(report, "results")) {
        cJSON_ArrayForEach(entry, file) {
            struct slice hash = slice_cstr(json_string(entry, "hashed_secret"));
            reported_add_path(
                r, file->string,
                (struct site_place){.line = reported_number(json_number(entry, "line_number", 0)),
                                    .sha1 = hash.len == 40 ? arena_cstr(r->arena, hash) : NULL});
        }
    }
}

static void read_gitleaks(struct reported_reading *r, const cJSON *report) {
    const cJSON *entry;
    cJSON_ArrayForEach(entry, report) {
        reported_add_path(r, json_string(entry, "File"),
                          (struct site_place){.line = reported_number(json_number(entry, "StartLine", 0)),
                                              .end_line = reported_number(json_number(entry, "EndLine", 0)),
                                              .column = reported_number(json_number(entry, "StartColumn", 0)),
                                              .value = reported_value(r, json_string(entry, "Secret"))});
    }
}

static void add_betterleaks(struct reported_reading *r, const cJSON *finding) {
    const cJSON *place = json_get(finding, "location");
    reported_add_path(
        r, json_string(place, "path"),
        (struct site_place){.line = reported_number(json_number(place, "start_line", 0)),
                            .end_line = reported_number(json_number(place, "end_line", 0)),
                            .column = reported_number(json_number(place, "start_column", 0)),
                            .value = reported_value(r, json_string(json_get(finding, "match"), "value"))});
}

/* What belongs to the finding, as the secret to an access key ID, has places of its own. */
static void read_betterleaks(struct reported_reading *r, const cJSON *finding) {
    const cJSON *set, *part;
    add_betterleaks(r, finding);
    cJSON_ArrayForEach(set, json_get(finding, "component_sets")) {
        cJSON_ArrayForEach(part, json_get(set, "components")) {
            add_betterleaks(r, part);
        }
    }
}

static void read_betterleaks_all(struct reported_reading *r, const cJSON *report) {
    const cJSON *entry;
    cJSON_ArrayForEach(entry, json_get(report, "findings")) {
        read_betterleaks(r, entry);
    }
}

static void read_betterleaks_line(struct reported_reading *r, const cJSON *entry) {
    read_betterleaks(r, json_get(entry, "finding"));
}

/* Of an address with a password what stands between "://" and "@": TruffleHog adds to the rest, as the port.
 */
static struct slice trufflehog_value(struct reported_reading *r, const char *raw) {
    struct slice value = reported_value(r, raw);
    size_t start = slice_find(value, SLICE_LIT("://"), 0);
    size_t end = start == SIZE_MAX ? SIZE_MAX : slice_find_byte(value, '@', start);
    return end == SIZE_MAX ? value : slice_sub(value, start, end + 1);
}

/* With an access key ID TruffleHog names the secret to it, but not its line. */
static void add_trufflehog_parts(struct reported_reading *r, const cJSON *entry, const char *path) {
    const cJSON *part;
    cJSON_ArrayForEach(part, json_get(entry, "SecretParts")) {
        bool secret = strstr(part->string, "secret") || strstr(part->string, "password");
        if (secret && cJSON_IsString(part) && part->valuestring[0])
            reported_add_path(r, path, (struct site_place){.value = reported_value(r, part->valuestring)});
    }
}

/* The source is the one member of Data: Filesystem, Git, Github, ... What another decoder than PLAIN found
 * does not stand in the file as it was read: there the line must do. */
static void read_trufflehog(struct reported_reading *r, const cJSON *entry) {
    const cJSON *data = json_get(json_get(entry, "SourceMetadata"), "Data");
    const cJSON *source = data ? data->child : NULL;
    const char *decoder = json_string(entry, "DecoderName"), *path = json_string(source, "file");
    bool plain = !decoder || strcmp(decoder, "PLAIN") == 0;
    reported_add_path(r, path,
                      (struct site_place){.line = reported_number(json_number(source, "line", 0)),
                                          .value = plain ? trufflehog_value(r, json_string(entry, "Raw"))
                                                         : (struct slice){0}});
    if (plain && path && path[0])
        add_trufflehog_parts(r, entry, path);
}

static void read_kingfisher(struct reported_reading *r, const cJSON *entry) {
    const cJSON *finding = json_get(entry, "finding");
    reported_add_path(r, json_string(finding, "path"),
                      (struct site_place){.line = reported_number(json_number(finding, "line", 0)),
                                          .column = reported_number(json_number(finding, "column_start", 0)),
                                          .value = reported_value(r, json_string(finding, "snippet"))});
}

static void read_kingfisher_all(struct reported_reading *r, const cJSON *report) {
    const cJSON *entry;
    cJSON_ArrayForEach(entry, json_get(report, "findings")) {
        read_kingfisher(r, entry);
    }
}

/* Lines of a commit are not those of the file. */
static void read_own(struct reported_reading *r, const cJSON *report) {
    const cJSON *f;
    cJSON_ArrayForEach(f, json_get(report, "findings")) {
        size_t before = r->out->count;
        if (json_string(f, "suppressed"))
            continue;
        reported_add_path(r, json_string(f, "path"),
                          (struct site_place){.line = reported_number(json_number(f, "line", 0)),
                                              .end_line = reported_number(json_number(f, "end_line", 0)),
                                              .column = reported_number(json_number(f, "column", 0))});
        if (json_string(f, "commit") && r->out->count > before && !r->out->items[before].reason)
            r->out->items[before].reason = "found in the history: a report of \"keylift scan\" without "
                                           "--history says what the files hold";
    }
}

static bool is_gitleaks(const cJSON *j) {
    return cJSON_IsArray(j) && (!j->child || json_string(j->child, "File"));
}
static bool is_detect_secrets(const cJSON *j) {
    return cJSON_IsObject(json_get(j, "results"));
}
static bool is_own(const cJSON *j) {
    const char *tool = json_string(j, "tool");
    return tool && strncmp(tool, "keylift ", 8) == 0 && cJSON_IsArray(json_get(j, "findings")) &&
           json_number(j, "version", 0) == REPORT_VERSION;
}
static bool is_trufflehog(const cJSON *j) {
    return cJSON_IsObject(json_get(j, "SourceMetadata"));
}
static bool is_betterleaks_all(const cJSON *j) {
    return json_string(j, "schema_version") && cJSON_IsArray(json_get(j, "findings"));
}
static bool is_betterleaks_line(const cJSON *j) {
    return cJSON_IsObject(json_get(json_get(j, "finding"), "location"));
}
static bool is_kingfisher(const cJSON *j) {
    return cJSON_IsObject(json_get(j, "rule")) && cJSON_IsObject(json_get(j, "finding"));
}
static bool is_kingfisher_all(const cJSON *j) {
    const cJSON *list = json_get(j, "findings");
    return cJSON_IsArray(list) && (!list->child || is_kingfisher(list->child));
}

const struct reported_kind reported_scanners[] = {
    {"report of keylift", is_own, read_own},
    {"gitleaks report", is_gitleaks, read_gitleaks},
    {"detect-secrets baseline", is_detect_secrets, read_detect_secrets},
    {"SARIF log", reported_is_sarif, reported_read_sarif},
    {"Betterleaks report", is_betterleaks_all, read_betterleaks_all},
    {"Kingfisher report", is_kingfisher_all, read_kingfisher_all},
    {"TruffleHog report", is_trufflehog, read_trufflehog},
    {"Betterleaks report", is_betterleaks_line, read_betterleaks_line},
    {"Kingfisher report", is_kingfisher, read_kingfisher},
    {0},
};
