/* report_sarif.c: "Static Analysis Results Interchange Format (SARIF) Version
 * 2.1.0", OASIS. */
#include "cli/report.h"

#include <stdlib.h>

#include "base/encode.h"
#include "base/mem.h"
#include "cli/provenance.h"

#define SARIF_VERSION "2.1.0"
#define SARIF_SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"

/* What SARIF calls it, and the number by which code hosts sort security results. */
static const struct {
    const char *level, *security_severity;
} levels[] = {[SEVERITY_LOW] = {"note", "3.0"},
              [SEVERITY_MEDIUM] = {"warning", "6.0"},
              [SEVERITY_HIGH] = {"error", "8.5"}};

/* The rules that have a finding, sorted by id. */
struct rules {
    const struct finding **items;
    size_t count;
};

static int by_rule(const void *a, const void *b) {
    return strcmp((*(const struct finding *const *)a)->rule, (*(const struct finding *const *)b)->rule);
}

static struct rules find_rules(const struct report *r) {
    struct rules rules = {.items = mem_calloc(r->result->finding_count + 1, sizeof *rules.items)};
    size_t n = 0;
    for (size_t i = 0; i < r->result->finding_count; i++) {
        rules.items[n++] = &r->result->findings[i];
    }
    qsort((void *)rules.items, n, sizeof *rules.items, by_rule);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || strcmp(rules.items[rules.count - 1]->rule, rules.items[i]->rule) != 0) {
            rules.items[rules.count++] = rules.items[i];
        }
    }
    return rules;
}

static uint64_t rule_index(const struct rules *rules, const struct finding *f) {
    const struct finding **at =
        bsearch((const void *)&f, (const void *)rules->items, rules->count, sizeof *rules->items, by_rule);
    return (uint64_t)(at - rules->items);
}

static void add_text(cJSON *j, const char *key, const char *text) {
    json_add_string(cJSON_AddObjectToObject(j, key), "text", text);
}

static cJSON *rule_json(const struct finding *f) {
    cJSON *j = cJSON_CreateObject();
    json_add_string(j, "id", f->rule);
    add_text(j, "shortDescription", f->message);
    struct buf help = BUF_INIT(KL_ERROR_MESSAGE_MAX * 2);
    buf_str(&help, "Move the value into a vault with \"keylift migrate\".");
    if (f->revoke[0] != '\0') {
        buf_printf(&help, " Revoke it if it has left this machine: %s.", f->revoke);
    }
    add_text(j, "help", buf_cstr(&help));
    buf_release(&help);
    json_add_string(cJSON_AddObjectToObject(j, "defaultConfiguration"), "level", levels[f->severity].level);
    cJSON *properties = cJSON_AddObjectToObject(j, "properties");
    json_add_string(properties, "security-severity", levels[f->severity].security_severity);
    cJSON *tags = cJSON_AddArrayToObject(properties, "tags");
    cJSON_AddItemToArray(tags, cJSON_CreateString("security"));
    cJSON_AddItemToArray(tags, cJSON_CreateString("external/cwe/cwe-798")); /* hard-coded credentials */
    return j;
}

/* RFC 3986: "/" parts the components; everything else that is not unreserved is
 * encoded, bytes that are not UTF-8 too. */
void report_sarif_add_uri(cJSON *j, const char *path) {
    struct buf uri = BUF_INIT(KL_MAX_PATH_BYTES * 4);
    if (path[0] == '/') {
        buf_str(&uri, "file://");
    }
    for (const char *part = path;; part++) {
        size_t len = strcspn(part, "/");
        encode_percent(slice_of(part, len), &uri);
        part += len;
        if (*part == '\0') {
            break;
        }
        buf_char(&uri, '/');
    }
    json_add_string(j, "uri", buf_cstr(&uri));
    buf_release(&uri);
}

/* Of a scan of history the line in the newest commit, if that has it: a reader shows the file as it is now.
 */
static void add_location(cJSON *list, const struct report *r, const struct finding *f) {
    uint32_t line = f->line, end_line = f->end_line;
    bool moved = report_line(r, f, &line, &end_line) && line != f->line;
    cJSON *location = cJSON_CreateObject();
    cJSON *place = cJSON_AddObjectToObject(location, "physicalLocation");
    report_sarif_add_uri(cJSON_AddObjectToObject(place, "artifactLocation"), f->path);
    cJSON *region = cJSON_AddObjectToObject(place, "region");
    json_add_count(region, "startLine", line);
    json_add_count(region, "startColumn", f->column);
    json_add_count(region, "endLine", end_line);
    json_add_count(region, "endColumn", f->end_column);
    if (!moved) { /* else the bytes are those of another file */
        json_add_count(region, "byteOffset", f->start_byte);
        json_add_count(region, "byteLength", f->end_byte - f->start_byte);
    }
    cJSON_AddItemToArray(list, location);
}

static cJSON *result_json(struct report_writer *w, const struct report *r, const struct rules *rules,
                          const struct finding *f) {
    cJSON *j = cJSON_CreateObject();
    json_add_string(j, "ruleId", f->rule);
    json_add_count(j, "ruleIndex", rule_index(rules, f));
    json_add_string(j, "level", levels[f->severity].level);
    add_text(j, "message", report_sentence(w, f));
    add_location(cJSON_AddArrayToObject(j, "locations"), r, f);
    cJSON *fingerprints = cJSON_AddObjectToObject(j, "partialFingerprints");
    json_add_string(fingerprints, "keylift/v1", f->fingerprint);
    if (f->value_id != NULL) {
        json_add_string(fingerprints, "keyliftValue/v1", f->value_id);
    }
    if (f->suppressed != SUPPRESSED_NO) {
        cJSON *silenced = cJSON_CreateObject();
        json_add_string(silenced, "kind", f->suppressed == SUPPRESSED_COMMENT ? "inSource" : "external");
        report_add_filtered(w, silenced, "justification", finding_silenced_by(f));
        cJSON_AddItemToArray(cJSON_AddArrayToObject(j, "suppressions"), silenced);
    }
    cJSON *properties = cJSON_AddObjectToObject(j, "properties");
    cJSON_AddNumberToObject(properties, "confidence", f->confidence);
    json_add_string(properties, "severity", severity_name(f->severity));
    json_add_string(properties, "context", context_name(f->context));
    cJSON_AddBoolToObject(properties, "fixable", f->fixable);
    if (f->commit != NULL) {
        json_add_string(properties, "commit", f->commit);
        json_add_string(properties, "authorDate", f->date);
        cJSON_AddBoolToObject(properties, "inHead", f->in_head);
    }
    if (f->since != NULL) {
        json_add_string(properties, "since", f->since);
        json_add_string(properties, "sinceCommit", f->since_commit);
    }
    if (f->verified != PROBE_NOT_ASKED) {
        json_add_string(properties, "verified", probe_verdict_name(f->verified));
        report_add_filtered(w, properties, "verifiedReason", f->verified_why);
    }
    return j;
}

struct notifications {
    struct report_writer *w;
    cJSON *list;
};

static void add_notification(void *ctx, const char *path, const char *message) {
    struct notifications *n = ctx;
    cJSON *j = cJSON_CreateObject();
    json_add_string(j, "level", "error");
    report_add_filtered(n->w, cJSON_AddObjectToObject(j, "message"), "text", message);
    if (path[0] != '\0') {
        cJSON *location = cJSON_CreateObject();
        cJSON *place = cJSON_AddObjectToObject(location, "physicalLocation");
        report_sarif_add_uri(cJSON_AddObjectToObject(place, "artifactLocation"), path);
        cJSON_AddItemToArray(cJSON_AddArrayToObject(j, "locations"), location);
    }
    cJSON_AddItemToArray(n->list, j);
}

static void add_invocation(struct report_writer *w, const struct report *r, int status, cJSON *run) {
    cJSON *j = cJSON_CreateObject();
    cJSON_AddItemToArray(cJSON_AddArrayToObject(run, "invocations"), j);
    cJSON_AddBoolToObject(j, "executionSuccessful", status != STATUS_TROUBLE);
    json_add_count(j, "exitCode", (uint64_t)status);
    struct notifications n = {w, cJSON_AddArrayToObject(j, "toolExecutionNotifications")};
    report_each_error(r, add_notification, &n);
    cJSON_AddItemToObject(cJSON_AddObjectToObject(j, "properties"), "stats", report_json_stats(r));
}

/* Which repository this is of, for a reader elsewhere. */
static void add_provenance(struct report_writer *w, const struct report *r, cJSON *run) {
    struct arena arena = ARENA_INIT;
    struct provenance from;
    if (provenance_read(r->paths[0], &arena, &from)) {
        cJSON *j = cJSON_CreateObject();
        report_add_filtered(w, j, "repositoryUri", from.repository);
        if (from.revision != NULL) {
            json_add_string(j, "revisionId", from.revision);
        }
        if (from.branch != NULL) {
            report_add_filtered(w, j, "branch", from.branch);
        }
        cJSON_AddItemToArray(cJSON_AddArrayToObject(run, "versionControlProvenance"), j);
    }
    arena_release(&arena);
}

/* What is told of the run beside its results. */
static cJSON *run_json(struct report_writer *w, const struct report *r, const struct rules *rules,
                       int status) {
    cJSON *run = cJSON_CreateObject();
    cJSON *driver = cJSON_AddObjectToObject(cJSON_AddObjectToObject(run, "tool"), "driver");
    json_add_string(driver, "name", "keylift");
    json_add_string(driver, "semanticVersion", KEYLIFT_VERSION);
    cJSON *list = cJSON_AddArrayToObject(driver, "rules");
    for (size_t i = 0; i < rules->count; i++) {
        cJSON_AddItemToArray(list, rule_json(rules->items[i]));
    }
    add_invocation(w, r, status, run);
    add_provenance(w, r, run);
    json_add_string(run, "columnKind", "unicodeCodePoints");
    return run;
}

void report_sarif(const struct report *r, const struct report_sarif_more *more, int status,
                  struct output *o) {
    struct report_writer w;
    struct rules rules = find_rules(r);
    struct report_printer p = {.output = o, .indented = true};
    report_writer_init(&w, o);
    cJSON *log = cJSON_CreateObject();
    json_add_string(log, "$schema", SARIF_SCHEMA);
    json_add_string(log, "version", SARIF_VERSION);
    report_print_open(&p, NULL, '{');
    report_print_members(&p, log);
    report_print_open(&p, "runs", '[');
    report_print_open(&p, NULL, '{');
    report_print_members(&p, run_json(&w, r, &rules, status));
    report_print_open(&p, "results", '[');
    for (size_t i = 0; i < r->result->finding_count; i++) {
        if (!report_has_finding(r->options, &r->result->findings[i])) {
            continue;
        }
        cJSON *result = result_json(&w, r, &rules, &r->result->findings[i]);
        if (more) {
            more->add(more->ctx, &w, i, result);
        }
        report_print_value(&p, NULL, result);
    }
    while (p.depth > 0) {
        report_print_close(&p);
    }
    report_writer_release(&w);
    free((void *)rules.items);
}

void report_sarif_scan(const struct report *r, struct output *o) {
    report_sarif(r, NULL, report_status(r), o);
}
