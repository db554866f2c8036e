/* report_ci.c: the reports that CI systems show beside a change: JUnit's XML, as Jenkins' schema has it
 * (junit-4.xsd of its plugin), and GitLab's "Secret Detection" JSON report. */
#include "cli/report.h"

#include "base/system.h"

/* ---- JUnit ---- */

/* XML 1.0 has no control characters at all: they are spelled out first. */
static void xml_text(struct buf *out, const char *text) {
    static const char special[] = "&<>\"'";
    static const char *const names[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"};
    struct buf seen = BUF_INIT(REPORT_MAX_BYTES);
    out_visible(slice_cstr(text), false, &seen);
    for (size_t i = 0; i < seen.len; i++) {
        const char *at = memchr(special, seen.ptr[i], sizeof special - 1);
        if (at != NULL) {
            buf_str(out, names[at - special]);
        } else {
            buf_char(out, seen.ptr[i]);
        }
    }
    buf_release(&seen);
}

static void xml_attribute(struct buf *out, const char *name, const char *value) {
    buf_printf(out, " %s=\"", name);
    xml_text(out, value);
    buf_char(out, '"');
}

struct junit {
    struct report_writer w;
    struct output *output;
    struct buf text; /* of the case at hand */
};

/* Attributes for the file and the line, which some write, are in no schema: strict readers refuse them. */
static void open_case(struct junit *x, const char *path, const char *name) {
    buf_str(&x->text, "    <testcase");
    xml_attribute(&x->text, "classname", path);
    xml_attribute(&x->text, "name", name);
    buf_str(&x->text, ">\n");
}

static void put_case(struct junit *x) {
    buf_str(&x->text, "    </testcase>\n");
    out_raw(x->output, buf_as_slice(&x->text));
    buf_clear(&x->text);
}

static void junit_finding(struct junit *x, const struct report *r, const struct finding *f) {
    char place[64];
    snprintf(place, sizeof place, " at %u:%u", (unsigned)f->line, (unsigned)f->column);
    struct buf name = BUF_INIT(KL_MAX_PATH_BYTES);
    buf_printf(&name, "%s%s", f->rule, place);
    if (f->commit != NULL) {
        buf_printf(&name, " in commit %.12s", f->commit);
    }
    open_case(x, f->path, buf_cstr(&name));
    const char *sentence = report_sentence(&x->w, f);
    if (f->suppressed != SUPPRESSED_NO) {
        buf_str(&x->text, "      <skipped>");
        buf_clear(&x->w.scratch);
        redact_text(x->w.redactor, slice_cstr(finding_silenced_by(f)), &x->w.scratch);
        xml_text(&x->text, buf_cstr(&x->w.scratch));
        buf_str(&x->text, "</skipped>\n");
    } else if ((int)f->severity >= r->options->fail_on) {
        buf_str(&x->text, "      <failure");
        xml_attribute(&x->text, "type", severity_name(f->severity));
        xml_attribute(&x->text, "message", sentence);
        buf_str(&x->text, ">");
        xml_text(&x->text, sentence);
        buf_str(&x->text, "</failure>\n");
    } else {
        buf_str(&x->text, "      <system-out>");
        xml_text(&x->text, sentence);
        buf_str(&x->text, "</system-out>\n");
    }
    put_case(x);
    buf_release(&name);
}

static void junit_error(void *ctx, const char *path, const char *message) {
    struct junit *x = ctx;
    open_case(x, path, "could not be read");
    buf_clear(&x->w.scratch);
    redact_text(x->w.redactor, slice_cstr(message), &x->w.scratch);
    buf_str(&x->text, "      <error type=\"unread\"");
    xml_attribute(&x->text, "message", buf_cstr(&x->w.scratch));
    buf_str(&x->text, "/>\n");
    put_case(x);
}

static void count_error(void *ctx, const char *path, const char *message) {
    (void)path;
    (void)message;
    ++*(size_t *)ctx;
}

/* Counts stand before what is counted. */
static void junit_head(const struct report *r, struct output *o, bool *any) {
    struct report_counts n;
    struct buf head = BUF_INIT(KL_MAX_PATH_BYTES);
    size_t errors = 0;
    report_count(r, &n);
    report_each_error(r, count_error, &errors);
    size_t skipped = r->options->show_suppressed ? n.silenced : 0, tests = n.shown + skipped + errors;
    *any = tests > 0;
    buf_printf(&head,
               "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"keylift\" "
               "tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"%.3f\">\n",
               *any ? tests : 1, n.failing, errors, skipped, r->result->stats.seconds);
    out_raw(o, buf_as_slice(&head));
    buf_release(&head);
}

void report_junit_scan(const struct report *r, struct output *o) {
    struct junit x = {.output = o, .text = BUF_INIT(REPORT_MAX_BYTES)};
    bool any;
    report_writer_init(&x.w, o);
    junit_head(r, o, &any);
    for (size_t i = 0; i < r->result->finding_count; i++) {
        if (report_has_finding(r->options, &r->result->findings[i])) {
            junit_finding(&x, r, &r->result->findings[i]);
        }
    }
    report_each_error(r, junit_error, &x);
    if (!any) { /* a report without a case counts as a broken one in most systems */
        open_case(&x, "keylift", "no secrets");
        put_case(&x);
    }
    out_raw(o, SLICE_LIT("  </testsuite>\n</testsuites>\n"));
    report_writer_release(&x.w);
    buf_release(&x.text);
}

/* ---- GitLab ---- */

#define GITLAB_SCHEMA_VERSION "15.0.2"

static void add_tool(cJSON *scan, const char *key) {
    cJSON *j = cJSON_AddObjectToObject(scan, key);
    json_add_string(j, "id", "keylift");
    json_add_string(j, "name", "keylift");
    json_add_string(j, "version", KEYLIFT_VERSION);
    json_add_string(cJSON_AddObjectToObject(j, "vendor"), "name", "keylift");
}

static cJSON *vulnerability_json(struct report_writer *w, const struct finding *f) {
    static const char *const severities[] = {
        [SEVERITY_LOW] = "Low", [SEVERITY_MEDIUM] = "Medium", [SEVERITY_HIGH] = "Critical"};
    cJSON *j = cJSON_CreateObject();
    json_add_string(j, "id", f->fingerprint);
    json_add_string(j, "category", "secret_detection");
    json_add_string(j, "name", f->message);
    json_add_string(j, "description", report_sentence(w, f));
    json_add_string(j, "severity", severities[f->severity]);
    if (f->revoke[0] != '\0') {
        json_add_string(j, "solution", f->revoke);
    }
    cJSON *scanner = cJSON_AddObjectToObject(j, "scanner");
    json_add_string(scanner, "id", "keylift");
    json_add_string(scanner, "name", "keylift");
    cJSON *location = cJSON_AddObjectToObject(j, "location");
    json_add_slice(location, "file", slice_cstr(f->path));
    json_add_count(location, "start_line", f->line);
    json_add_count(location, "end_line", f->end_line);
    /* The report is of files, not of a commit: GitLab's own analyzer says it with zeros. */
    cJSON *commit = cJSON_AddObjectToObject(location, "commit");
    json_add_string(commit, "sha", f->commit != NULL ? f->commit : "0000000");
    if (f->commit != NULL) {
        json_add_string(commit, "date", f->date);
    }
    cJSON *identifier = cJSON_CreateObject();
    json_add_string(identifier, "type", "keylift_rule_id");
    json_add_string(identifier, "name", f->rule);
    json_add_string(identifier, "value", f->rule);
    cJSON_AddItemToArray(cJSON_AddArrayToObject(j, "identifiers"), identifier);
    return j;
}

struct messages {
    struct report_writer *w;
    cJSON *list;
};

static void add_message(void *ctx, const char *path, const char *message) {
    struct messages *m = ctx;
    struct buf text = BUF_INIT(KL_MAX_PATH_BYTES * 2);
    cJSON *j = cJSON_CreateObject();
    buf_printf(&text, "%s%s%s", path, path[0] != '\0' ? ": " : "", message);
    json_add_string(j, "level", "warn");
    report_add_filtered(m->w, j, "value", buf_cstr(&text));
    cJSON_AddItemToArray(m->list, j);
    buf_release(&text);
}

/* "2026-01-31T12:00:00": UTC, which the schema takes without a letter. */
static void add_time(cJSON *j, const char *key, uint64_t at) {
    char text[21];
    system_format_time(at, text);
    json_add_slice(j, key, slice_of(text, sizeof text - 2));
}

static void add_scan(struct report_writer *w, const struct report *r, cJSON *report) {
    cJSON *scan = cJSON_AddObjectToObject(report, "scan");
    uint64_t end = system_unix_time();
    add_tool(scan, "analyzer");
    add_tool(scan, "scanner");
    json_add_string(scan, "type", "secret_detection");
    add_time(scan, "start_time", end - (uint64_t)r->result->stats.seconds);
    add_time(scan, "end_time", end);
    json_add_string(scan, "status", report_status(r) == STATUS_TROUBLE ? "failure" : "success");
    struct messages messages = {w, cJSON_AddArrayToObject(scan, "messages")};
    report_each_error(r, add_message, &messages);
}

void report_gitlab_scan(const struct report *r, struct output *o) {
    struct report_writer w;
    struct report_printer p = {.output = o, .indented = true};
    report_writer_init(&w, o);
    cJSON *head = cJSON_CreateObject();
    json_add_string(head, "version", GITLAB_SCHEMA_VERSION);
    add_scan(&w, r, head);
    report_print_open(&p, NULL, '{');
    report_print_members(&p, head);
    report_print_open(&p, "vulnerabilities", '[');
    for (size_t i = 0; i < r->result->finding_count; i++) {
        if (r->result->findings[i].suppressed == SUPPRESSED_NO) {
            report_print_value(&p, NULL, vulnerability_json(&w, &r->result->findings[i]));
        }
    }
    report_print_close(&p);
    report_print_close(&p);
    report_writer_release(&w);
}
