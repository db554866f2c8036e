/* report_json.c: the stable report for machines (docs/report.md). Keys stand in a
 * fixed order; new ones may be added, none is renamed or removed within a
 * version. Paths and names go in as they are, all other text through the filter. */
#include "cli/report.h"

static const char *const default_names[] = {
    [ENV_DEFAULT_NONE] = "none", [ENV_DEFAULT_LITERAL] = "literal", [ENV_DEFAULT_EXPRESSION] = "expression"};

void report_writer_init(struct report_writer *w, const struct output *o) {
    w->redactor = o->redactor;
    buf_init_secret(&w->scratch, KL_MAX_FILE_BYTES);
}

void report_writer_release(struct report_writer *w) {
    buf_release(&w->scratch);
}

void report_add_filtered(struct report_writer *w, cJSON *j, const char *key, const char *text) {
    if (text == NULL) {
        json_add_string(j, key, NULL);
        return;
    }
    buf_clear(&w->scratch);
    redact_text(w->redactor, slice_cstr(text), &w->scratch);
    json_add_slice(j, key, buf_as_slice(&w->scratch));
}

void report_add_name(struct report_writer *w, cJSON *j, const char *name) {
    if (name[0] == '\0') {
        json_add_string(j, "name", NULL);
    } else {
        json_add_slice(j, "name", slice_cstr(redact_name(w->redactor, name, &w->scratch)));
    }
}

cJSON *report_json_finding(struct report_writer *w, const struct finding *f) {
    cJSON *j = cJSON_CreateObject();
    json_add_string(j, "rule", f->rule);
    report_add_filtered(w, j, "message", f->message);
    json_add_slice(j, "path", slice_cstr(f->path));
    json_add_count(j, "line", f->line);
    json_add_count(j, "column", f->column);
    json_add_count(j, "end_line", f->end_line);
    json_add_count(j, "end_column", f->end_column);
    json_add_count(j, "start_byte", f->start_byte);
    json_add_count(j, "end_byte", f->end_byte);
    report_add_name(w, j, f->name);
    json_add_string(j, "context", context_name(f->context));
    report_add_filtered(w, j, "redacted", f->redacted);
    json_add_string(j, "fingerprint", f->fingerprint);
    if (f->value_id != NULL) {
        json_add_string(j, "value_id", f->value_id);
    }
    json_add_string(j, "severity", severity_name(f->severity));
    cJSON_AddNumberToObject(j, "confidence", f->confidence);
    if (f->half != NULL) {
        json_add_string(j, "half", f->half);
        json_add_count(j, "half_line", f->half_line);
    }
    if (f->verified != PROBE_NOT_ASKED) {
        json_add_string(j, "verified", probe_verdict_name(f->verified));
        report_add_filtered(w, j, "verified_reason", f->verified_why);
    }
    cJSON_AddBoolToObject(j, "fixable", f->fixable);
    report_add_filtered(w, j, "reason", f->reason);
    report_add_filtered(w, j, "suppressed", finding_silenced_by(f));
    json_add_string(j, "revoke", f->revoke);
    if (f->commit != NULL) {
        json_add_string(j, "commit", f->commit);
        json_add_string(j, "author_date", f->date);
        cJSON_AddBoolToObject(j, "in_head", f->in_head);
    }
    if (f->since != NULL) {
        json_add_string(j, "since", f->since);
        json_add_string(j, "since_commit", f->since_commit);
    }
    return j;
}

cJSON *report_json_read(struct report_writer *w, const struct env_read *e) {
    cJSON *j = cJSON_CreateObject();
    report_add_name(w, j, e->name);
    json_add_slice(j, "path", slice_cstr(e->path));
    json_add_count(j, "line", e->line);
    json_add_count(j, "column", e->column);
    json_add_string(j, "access", env_access_name(e->access));
    json_add_string(j, "default", default_names[e->default_kind]);
    cJSON_AddBoolToObject(j, "secret", e->secret);
    return j;
}

cJSON *report_json_error(struct report_writer *w, const char *path, const char *message) {
    cJSON *j = cJSON_CreateObject();
    json_add_slice(j, "path", slice_cstr(path));
    report_add_filtered(w, j, "message", message);
    return j;
}

void report_json_findings(struct report_writer *w, const struct report *r, struct report_printer *p) {
    report_print_open(p, "findings", '[');
    for (size_t i = 0; i < r->result->finding_count; i++) {
        if (report_has_finding(r->options, &r->result->findings[i])) {
            cJSON *j = report_json_finding(w, &r->result->findings[i]);
            if (p->dress != NULL) {
                p->dress(p->ctx, j);
            }
            report_print_value(p, NULL, j);
        }
    }
    report_print_close(p);
}

static void print_reads(struct report_writer *w, const struct report *r, struct report_printer *p) {
    report_print_open(p, "environment", '[');
    for (size_t i = 0; i < r->result->read_count; i++) {
        if (report_has_read(r, &r->result->reads[i])) {
            report_print_value(p, NULL, report_json_read(w, &r->result->reads[i]));
        }
    }
    report_print_close(p);
}

void report_each_error(const struct report *r, void (*fn)(void *ctx, const char *path, const char *message),
                       void *ctx) {
    for (size_t i = 0; i < r->result->error_count; i++) {
        fn(ctx, r->result->errors[i].path, r->result->errors[i].message);
    }
    if (r->result->interrupted) {
        fn(ctx, "", "interrupted: this report is incomplete");
    }
}

struct error_list {
    struct report_writer *w;
    struct report_printer *p;
};

static void print_error(void *ctx, const char *path, const char *message) {
    struct error_list *errors = ctx;
    report_print_value(errors->p, NULL, report_json_error(errors->w, path, message));
}

static void add_host(void *ctx, const char *host, size_t tokens) {
    cJSON *sent = ctx;
    json_add_count(sent, host, tokens);
}

/* How many findings have which verdict, and what was sent where. */
static void add_verification(const struct report *r, const struct report_counts *n, cJSON *stats) {
    if (r->verification == NULL) {
        return;
    }
    cJSON *j = cJSON_AddObjectToObject(stats, "verification");
    json_add_count(j, "live", n->verified[PROBE_LIVE]);
    json_add_count(j, "not_live", n->verified[PROBE_NOT_LIVE]);
    json_add_count(j, "unknown", n->verified[PROBE_UNKNOWN]);
    verification_each_host(r->verification, add_host, cJSON_AddObjectToObject(j, "sent"));
}

cJSON *report_json_stats(const struct report *r) {
    const struct scan_stats *s = &r->result->stats;
    struct report_counts counts;
    report_count(r, &counts);
    cJSON *stats = cJSON_CreateObject();
    json_add_count(stats, "files", s->files);
    json_add_count(stats, "bytes", s->bytes);
    if (report_is_history(r)) {
        json_add_count(stats, "commits", s->commits);
    }
    if (s->archives > 0) {
        json_add_count(stats, "archives", s->archives);
    }
    cJSON *skipped = cJSON_AddObjectToObject(stats, "skipped");
    for (int i = 0; i < SKIP_REASON_COUNT; i++) {
        if (s->skipped[i] > 0) {
            json_add_count(skipped, skip_reason_name((enum skip_reason)i), s->skipped[i]);
        }
    }
    if (s->partly[PARTLY_LOCK] + s->partly[PARTLY_MINIFIED] > 0) {
        cJSON *partly = cJSON_AddObjectToObject(stats, "tokens_only");
        for (int i = PARTLY_NOT + 1; i < PARTLY_COUNT; i++) {
            json_add_count(partly, scan_partly_name((enum scan_partly)i), s->partly[i]);
        }
    }
    if (report_is_staged(r) || s->known > 0) {
        json_add_count(stats, "known", s->known);
    }
    if (r->undated != NULL) {
        json_add_string(stats, "undated", r->undated);
    }
    json_add_count(stats, "suppressed", counts.silenced);
    add_verification(r, &counts, stats);
    uint64_t milliseconds = (uint64_t)(s->seconds * 1000.0 + 0.5);
    cJSON_AddNumberToObject(stats, "seconds", (double)milliseconds / 1000.0);
    return stats;
}

void report_print_json(struct output *o, cJSON *j, bool indented) {
    struct report_printer p = {.output = o, .indented = indented};
    report_print_value(&p, NULL, j);
}

void report_print_document(const struct report *r, struct report_printer *p, report_fill *fill, cJSON *more) {
    struct report_writer w;
    report_writer_init(&w, p->output);
    report_print_open(p, NULL, '{');
    report_print_members(p, json_document(REPORT_VERSION));
    fill(&w, r, p);
    print_reads(&w, r, p);
    report_print_open(p, "errors", '[');
    struct error_list errors = {&w, p};
    report_each_error(r, print_error, &errors);
    report_print_close(p);
    report_print_value(p, "stats", report_json_stats(r));
    report_print_members(p, more);
    report_print_close(p);
    report_writer_release(&w);
}

void report_json_scan(const struct report *r, struct output *o) {
    struct report_printer p = {.output = o, .indented = true};
    report_print_document(r, &p, report_json_findings, NULL);
}
