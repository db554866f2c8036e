/* report_lines.c: formats of one line a finding: CSV for tables, and the commands by which GitHub's runner
 * marks a line of a change. */
#include "cli/report.h"

/* Of a scan of history: the lines are those of that commit, and the newest one may not have them. */
static void put_commit(struct buf *out, const struct finding *f) {
    if (f->commit != NULL) {
        buf_printf(out, "; came with commit %.12s of %.10s, %s", f->commit, f->date,
                   f->in_head ? "and is in the newest one, too" : "and is not in the newest one");
    } else if (f->since != NULL) {
        buf_printf(out, "; since %.10s", f->since);
    }
}

const char *report_sentence(struct report_writer *w, const struct finding *f) {
    struct buf plain = BUF_INIT(KL_MAX_PATH_BYTES);
    buf_str(&plain, f->message);
    if (f->name[0] != '\0') {
        buf_printf(&plain, " in %s", redact_name(w->redactor, f->name, &w->scratch));
    }
    buf_printf(&plain, ": %s", f->redacted);
    if (f->verified != PROBE_NOT_ASKED) {
        buf_printf(&plain, "; %s", report_verified(f, &w->scratch));
    }
    put_commit(&plain, f);
    struct buf filtered = BUF_INIT(KL_MAX_PATH_BYTES);
    redact_text(w->redactor, buf_as_slice(&plain), &filtered);
    buf_clear(&w->scratch);
    out_visible(buf_as_slice(&filtered), false, &w->scratch);
    buf_release(&plain);
    buf_release(&filtered);
    return buf_cstr(&w->scratch);
}

/* ---- CSV: RFC 4180 ---- */

/* A spreadsheet takes a field that begins so for a formula, which a path or a
 * name of the scanned tree must not be able to write. */
static bool looks_like_formula(struct slice field) {
    return field.len > 0 && memchr("=+-@\t\r", field.ptr[0], 6) != NULL;
}

static void csv_field(struct buf *out, struct slice value) {
    struct buf seen = BUF_INIT(KL_MAX_PATH_BYTES * 6);
    out_visible(value, false, &seen);
    struct slice field = buf_as_slice(&seen);
    bool formula = looks_like_formula(field), quoted = formula;
    for (size_t i = 0; i < field.len && !quoted; i++) {
        quoted = memchr(",\"\r\n", field.ptr[i], 4) != NULL;
    }
    buf_str(out, quoted ? "\"" : "");
    buf_str(out, formula ? "'" : "");
    for (size_t i = 0; i < field.len; i++) {
        if (quoted && field.ptr[i] == '"') {
            buf_char(out, '"');
        }
        buf_char(out, field.ptr[i]);
    }
    buf_str(out, quoted ? "\"" : "");
    buf_release(&seen);
}

/* The members of a finding, as the JSON report names them, in the order of the columns. */
enum column_when { ALWAYS, OF_HISTORY, WITH_BLAME, WITH_VERIFY };
static const struct column {
    const char *name;
    enum column_when when;
} columns[] = {
    {"rule", ALWAYS},
    {"severity", ALWAYS},
    {"confidence", ALWAYS},
    {"path", ALWAYS},
    {"line", ALWAYS},
    {"column", ALWAYS},
    {"end_line", ALWAYS},
    {"end_column", ALWAYS},
    {"name", ALWAYS},
    {"context", ALWAYS},
    {"message", ALWAYS},
    {"redacted", ALWAYS},
    {"fingerprint", ALWAYS},
    {"fixable", ALWAYS},
    {"reason", ALWAYS},
    {"suppressed", ALWAYS},
    {"revoke", ALWAYS},
    {"commit", OF_HISTORY},
    {"author_date", OF_HISTORY},
    {"in_head", OF_HISTORY},
    {"since", WITH_BLAME},
    {"since_commit", WITH_BLAME},
    {"verified", WITH_VERIFY},
    {"verified_reason", WITH_VERIFY},
};

static bool has_column(const struct report *r, const struct column *c) {
    const bool there[] = {
        [ALWAYS] = true,
        [OF_HISTORY] = report_is_history(r),
        [WITH_BLAME] = r->options->blame,
        [WITH_VERIFY] = r->verification != NULL,
    };
    return there[c->when];
}

static void csv_value(struct buf *out, const cJSON *value) {
    char number[32];
    if (cJSON_IsString(value)) {
        csv_field(out, slice_cstr(value->valuestring));
    } else if (cJSON_IsNumber(value)) {
        snprintf(number, sizeof number, "%.10g", value->valuedouble);
        csv_field(out, slice_cstr(number));
    } else {
        csv_field(out, slice_cstr(cJSON_IsTrue(value) ? "true" : cJSON_IsFalse(value) ? "false" : ""));
    }
}

/* A row: of a finding as JSON; NULL: the names of the columns. */
static void csv_row(const struct report *r, const cJSON *finding, struct buf *out) {
    for (size_t k = 0; k < KL_ARRAY_LEN(columns); k++) {
        if (!has_column(r, &columns[k])) {
            continue;
        }
        buf_str(out, k > 0 ? "," : "");
        if (finding != NULL) {
            csv_value(out, json_get(finding, columns[k].name));
        } else {
            csv_field(out, slice_cstr(columns[k].name));
        }
    }
    buf_str(out, "\r\n");
}

void report_csv_scan(const struct report *r, struct output *o) {
    struct report_writer w;
    struct buf text = BUF_INIT(REPORT_MAX_BYTES);
    report_writer_init(&w, o);
    csv_row(r, NULL, &text);
    out_raw(o, buf_as_slice(&text));
    for (size_t i = 0; i < r->result->finding_count; i++) {
        if (!report_has_finding(r->options, &r->result->findings[i])) {
            continue;
        }
        cJSON *j = report_json_finding(&w, &r->result->findings[i]);
        buf_clear(&text);
        csv_row(r, j, &text);
        out_raw(o, buf_as_slice(&text));
        cJSON_Delete(j);
    }
    buf_release(&text);
    report_writer_release(&w);
}

/* ---- GitHub: "Workflow commands for GitHub Actions" ---- */

struct lines {
    struct output *o;
    struct report_writer w;
};

/* A property ends at "," and ":"; data at the end of the line. */
static void github_text(struct buf *out, const char *text, bool is_property) {
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '%' || *p == '\r' || *p == '\n' || (is_property && (*p == ',' || *p == ':'))) {
            buf_printf(out, "%%%02X", (unsigned)(unsigned char)*p);
        } else {
            buf_char(out, *p);
        }
    }
}

static void github_error(void *ctx, const char *path, const char *message) {
    struct lines *lines = ctx;
    struct buf text = BUF_INIT(REPORT_MAX_BYTES);
    buf_clear(&lines->w.scratch);
    redact_text(lines->w.redactor, slice_cstr(message), &lines->w.scratch);
    buf_str(&text, "::error ");
    if (path[0] != '\0') {
        buf_str(&text, "file=");
        github_text(&text, path, true);
        buf_str(&text, ",");
    }
    buf_str(&text, "title=keylift could not read it::");
    github_text(&text, buf_cstr(&lines->w.scratch), false);
    buf_str(&text, "\n");
    out_raw(lines->o, buf_as_slice(&text));
    buf_release(&text);
}

/* Where the runner puts the mark: what the newest commit does not have, and a member of an archive, has no
 * line to put it on. */
static void github_place(struct buf *text, const struct report *r, const struct finding *f) {
    struct arena arena = ARENA_INIT;
    const char *file = report_file_of(f->path, &arena);
    uint32_t line, end_line;
    bool marked = strcmp(file, f->path) == 0 && report_line(r, f, &line, &end_line);
    if (marked || f->commit == NULL) {
        buf_str(text, "file=");
        github_text(text, file, true);
        buf_char(text, ',');
    }
    if (marked) {
        buf_printf(text, "line=%u,endLine=%u,", (unsigned)line, (unsigned)end_line);
        /* The runner refuses columns of a span of several lines. */
        if (line == end_line) {
            buf_printf(text, "col=%u,endColumn=%u,", (unsigned)f->column, (unsigned)f->end_column);
        }
    }
    buf_printf(text, "title=keylift %s::", f->rule);
    if (!marked) {
        github_text(text, f->path, false);
        buf_printf(text, ":%u: ", (unsigned)f->line);
    }
    arena_release(&arena);
}

/* What is in a commit stays there, whatever is done to the file. */
static void github_advice(struct buf *text, const struct finding *f) {
    buf_str(text, "%0A");
    if (f->commit != NULL) {
        buf_str(text, "It stays in the history: revoke it");
        buf_str(text, f->revoke[0] != '\0' ? " (" : "");
        github_text(text, f->revoke, false);
        buf_str(text, f->revoke[0] != '\0' ? "). " : ". ");
    }
    if (f->fixable && (f->commit == NULL || f->in_head)) {
        buf_str(text, "Move it with: keylift migrate. ");
    }
    buf_str(text, "A false alarm: the comment # keylift: ignore\n");
}

void report_github_scan(const struct report *r, struct output *o) {
    static const char *const levels[] = {
        [SEVERITY_LOW] = "notice", [SEVERITY_MEDIUM] = "warning", [SEVERITY_HIGH] = "error"};
    struct lines lines = {.o = o};
    struct buf text = BUF_INIT(REPORT_MAX_BYTES);
    report_writer_init(&lines.w, o);
    for (size_t i = 0; i < r->result->finding_count; i++) {
        const struct finding *f = &r->result->findings[i];
        if (f->suppressed != SUPPRESSED_NO) {
            continue; /* a runner has no mark for what is silenced */
        }
        bool fails = (int)f->severity >= r->options->fail_on;
        buf_clear(&text);
        buf_printf(&text, "::%s ", fails ? "error" : levels[f->severity]);
        github_place(&text, r, f);
        github_text(&text, report_sentence(&lines.w, f), false);
        github_advice(&text, f);
        out_raw(o, buf_as_slice(&text));
    }
    buf_release(&text);
    report_each_error(r, github_error, &lines);
    report_writer_release(&lines.w);
}
