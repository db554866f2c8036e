/* report.c: what all formats share: what counts, the status, where it goes. */
#include "cli/report.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "cli/report_stream.h"
#include "scanner/archive.h"

static const struct report_format formats[] = {
    [FORMAT_TEXT] = {.name = "text", .scan = report_text_scan, .env = report_text_env},
    [FORMAT_JSON] = {.name = "json", .scan = report_json_scan, .env = report_json_env},
    [FORMAT_HTML] = {.name = "html", .scan = report_html_scan},
    [FORMAT_JSONL] = {.name = "jsonl", .scan = report_jsonl_scan},
    [FORMAT_SARIF] = {.name = "sarif", .scan = report_sarif_scan, .marks_lines = true},
    [FORMAT_CSV] = {.name = "csv", .scan = report_csv_scan},
    [FORMAT_JUNIT] = {.name = "junit", .scan = report_junit_scan},
    [FORMAT_GITLAB] = {.name = "gitlab", .scan = report_gitlab_scan},
    [FORMAT_GITHUB] = {.name = "github", .scan = report_github_scan, .marks_lines = true},
    [FORMAT_MARKDOWN] = {.name = "markdown", .env = report_markdown_env, .tells_no_errors = true},
    [FORMAT_DOTENV] = {.name = "dotenv", .env = report_dotenv_env, .tells_no_errors = true},
};

const struct report_format *report_format_at(int format) {
    return &formats[format];
}

bool report_has_finding(const struct options *o, const struct finding *f) {
    return f->suppressed == SUPPRESSED_NO || o->show_suppressed;
}

bool report_has_read(const struct report *r, const struct env_read *e) {
    return r->options->report_env == ENV_ALL || (r->options->report_env == ENV_SECRETS && e->secret);
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static size_t count_names(const struct report *r, size_t reads) {
    const char **names = mem_calloc(reads + 1, sizeof *names);
    size_t n = 0, different = 0;
    for (size_t i = 0; i < r->result->read_count; i++) {
        if (report_has_read(r, &r->result->reads[i]) && r->result->reads[i].name[0] != '\0') {
            names[n++] = r->result->reads[i].name;
        }
    }
    qsort((void *)names, n, sizeof *names, by_text);
    for (size_t i = 0; i < n; i++) {
        different += i == 0 || strcmp(names[i], names[i - 1]) != 0;
    }
    free((void *)names);
    return different;
}

void report_count_finding(const struct options *o, const struct finding *f, struct report_counts *out) {
    if (f->suppressed == SUPPRESSED_NO || f->suppressed == SUPPRESSED_NOT_LIVE) {
        out->verified[f->verified]++;
    }
    if (f->suppressed != SUPPRESSED_NO) {
        out->silenced++;
        out->baselined += f->suppressed == SUPPRESSED_BASELINE;
        return;
    }
    out->shown++;
    out->by_severity[f->severity]++;
    out->failing += (int)f->severity >= o->fail_on;
    out->movable += f->fixable && !f->in_test && f->severity >= SEVERITY_MEDIUM;
}

void report_count(const struct report *r, struct report_counts *out) {
    *out = r->told != NULL ? r->told->dropped : (struct report_counts){0};
    const char *path = NULL;
    for (size_t i = 0; i < r->result->finding_count; i++) {
        const struct finding *f = &r->result->findings[i];
        report_count_finding(r->options, f, out);
        if (f->suppressed == SUPPRESSED_NO) {
            out->files += path == NULL || strcmp(path, f->path) != 0;
            path = f->path;
        }
    }
    for (size_t i = 0; i < r->result->read_count; i++) {
        if (report_has_read(r, &r->result->reads[i])) {
            out->reads++;
            out->read_secrets += r->result->reads[i].secret;
        }
    }
    out->read_names = count_names(r, out->reads);
}

bool report_is_history(const struct report *r) {
    return r->options->history != NULL || r->options->since != NULL || r->options->hook > HOOK_PRE_COMMIT;
}

bool report_is_staged(const struct report *r) {
    return r->options->staged || r->options->hook == HOOK_PRE_COMMIT;
}

int report_status(const struct report *r) {
    struct report_counts counts;
    report_count(r, &counts);
    if (r->result->error_count > 0 || r->result->interrupted) {
        return STATUS_TROUBLE;
    }
    if (r->inventory) {
        bool wrong = r->inventory->undocumented + r->inventory->unread > 0;
        return r->options->check && wrong ? STATUS_FINDINGS : STATUS_DONE;
    }
    return counts.failing > 0 ? STATUS_FINDINGS : STATUS_DONE;
}

static void tell_error(void *ctx, const char *path, const char *message) {
    struct output *o = ctx;
    out_text(o, "keylift: ");
    out_path(o, MARK_NONE, path);
    out_text(o, "%s%s\n", path[0] != '\0' ? ": " : "", message);
}

typedef void report_write(const struct report *r, struct output *o);

static enum kl_status write_file(struct cli *c, const struct report *r, report_write *write, const char *path,
                                 struct error *e) {
    struct out_file file;
    enum kl_status s = out_file_begin(&file, path, c->redactor, e);
    if (s == KL_OK) {
        write(r, &file.output);
        s = out_file_end(&file, e);
    }
    return s;
}

/* The format of "FORMAT=FILE", and where the file's name begins in it; NULL if it is not so. */
static const struct report_format *also_format(const char *also, const char **file) {
    size_t len = strcspn(also, "=");
    *file = also + len + (also[len] == '=');
    for (size_t i = 0; i < KL_ARRAY_LEN(formats); i++) {
        bool named = strlen(formats[i].name) == len && memcmp(formats[i].name, also, len) == 0;
        if (named && formats[i].scan != NULL && **file != '\0' && strcmp(*file, "-") != 0) {
            return &formats[i];
        }
    }
    return NULL;
}

enum kl_status report_check_also(const struct options *o, struct error *e) {
    const char *file;
    for (size_t i = 0; i < o->also.count; i++) {
        if (also_format(o->also.items[i], &file) == NULL) {
            return error_set(e, KL_ERR_USAGE,
                             "--also %s: say a format of \"keylift scan --format\" and a file, such as "
                             "sarif=keylift.sarif",
                             o->also.items[i]);
        }
    }
    return KL_OK;
}

bool report_marks_lines(const struct options *o) {
    const char *file;
    bool any = report_format_at(o->format)->marks_lines;
    for (size_t i = 0; i < o->also.count; i++) {
        const struct report_format *format = also_format(o->also.items[i], &file);
        any = any || (format != NULL && format->marks_lines);
    }
    return any;
}

bool report_line(const struct report *r, const struct finding *f, uint32_t *line, uint32_t *end_line) {
    uint32_t now = r->present != NULL ? r->present[f - r->result->findings] : f->line;
    if ((f->commit != NULL && !f->in_head) || now == 0) {
        return false;
    }
    *line = now;
    *end_line = f->end_line - f->line + now;
    return true;
}

const char *report_file_of(const char *path, struct arena *arena) {
    for (const char *mark = strchr(path, '!'); mark != NULL; mark = strchr(mark + 1, '!')) {
        const char *file = arena_cstr(arena, slice_of(path, (size_t)(mark - path)));
        if (archive_kind_of(file) != ARCHIVE_NONE) {
            return file;
        }
    }
    return path;
}

static enum kl_status write_also(struct cli *c, const struct report *r, struct error *e) {
    const char *file;
    enum kl_status s = KL_OK;
    for (size_t i = 0; i < c->options.also.count && s == KL_OK; i++) {
        const struct report_format *format = also_format(c->options.also.items[i], &file);
        s = format != NULL ? write_file(c, r, format->scan, file, e) : KL_OK; /* checked before */
    }
    return s;
}

int report_finish(struct cli *c, const struct report *r) {
    const struct report_format *format = report_format_at(c->options.format);
    report_write *write = r->inventory ? format->env : format->scan;
    struct error e = {0};
    bool to_file = c->options.output != NULL && strcmp(c->options.output, "-") != 0;
    if (!to_file) {
        write(r, &c->out);
        if (format->tells_no_errors) {
            report_each_error(r, tell_error, &c->err);
        }
    }
    if ((to_file && write_file(c, r, write, c->options.output, &e) != KL_OK) ||
        write_also(c, r, &e) != KL_OK) {
        return cli_fail(c, &e);
    }
    if (to_file) {
        report_text_summary(r, &c->out);
        out_text(&c->out, "The report is in ");
        out_path(&c->out, MARK_NONE, c->options.output);
        out_text(&c->out, ".\n");
    }
    return report_status(r);
}

const char *report_number(uint64_t n, char out[32]) {
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
    size_t at = 0;
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0) {
            out[at++] = ',';
        }
        out[at++] = digits[i];
    }
    out[at] = '\0';
    return out;
}

const char *report_verified(const struct finding *f, struct buf *out) {
    buf_clear(out);
    buf_str(out, probe_verdict_name(f->verified));
    if (f->verified != PROBE_NOT_ASKED && f->verified_why != NULL) {
        buf_printf(out, ": %s", f->verified_why);
    }
    return buf_cstr(out);
}

const char *report_plural(uint64_t n, const char *one, const char *many) {
    return n == 1 ? one : many;
}
