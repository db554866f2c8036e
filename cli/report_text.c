/* report_text.c: the report for a person: an overview when there is much, every
 * finding on a line of its own, what could not be read, what was scanned, and
 * what to do next. */
#include "cli/report.h"

#include <stdlib.h>

#include "base/encode.h"
#include "base/mem.h"

#define OVERVIEW_FROM 30 /* findings; fewer need no overview */
#define OVERVIEW_FILES 10
#define SEVERITY_WIDTH 6 /* "medium" */
#define COMMIT_SHOWN 12

static const enum style_mark severity_marks[] = {
    [SEVERITY_LOW] = MARK_DIM, [SEVERITY_MEDIUM] = MARK_YELLOW, [SEVERITY_HIGH] = MARK_RED};

/* One line of a table: how many findings share a rule, or a file. */
struct tally {
    const char *key; /* rule or path */
    const struct finding *first;
    size_t count;
};

static int by_key(const void *a, const void *b) {
    return strcmp(((const struct tally *)a)->key, ((const struct tally *)b)->key);
}

static int by_count(const void *a, const void *b) {
    const struct tally *x = a, *y = b;
    if (x->count != y->count) {
        return x->count > y->count ? -1 : 1;
    }
    return strcmp(x->key, y->key);
}

static int by_severity(const void *a, const void *b) {
    const struct tally *x = a, *y = b;
    if (x->first->severity != y->first->severity) {
        return x->first->severity > y->first->severity ? -1 : 1;
    }
    return by_count(a, b);
}

/* Counts what is shown by rule or by path. The caller frees. */
static struct tally *tally_findings(const struct report *r, bool by_path, size_t *count) {
    struct tally *all = mem_calloc(r->result->finding_count + 1, sizeof *all);
    size_t n = 0, kept = 0;
    for (size_t i = 0; i < r->result->finding_count; i++) {
        const struct finding *f = &r->result->findings[i];
        if (f->suppressed == SUPPRESSED_NO) {
            all[n++] = (struct tally){by_path ? f->path : f->rule, f, 1};
        }
    }
    qsort(all, n, sizeof *all, by_key);
    for (size_t i = 0; i < n; i++) {
        if (kept > 0 && strcmp(all[kept - 1].key, all[i].key) == 0) {
            all[kept - 1].count++;
            if (all[i].first->severity > all[kept - 1].first->severity) {
                all[kept - 1].first = all[i].first;
            }
        } else {
            all[kept++] = all[i];
        }
    }
    *count = kept;
    return all;
}

static void heading(struct output *o, const char *text) {
    out_mark(o, MARK_BOLD, "%s\n", text);
}

static void print_overview(const struct report *r, struct output *o) {
    char number[32];
    size_t rules = 0, files = 0;
    struct tally *by_rule = tally_findings(r, false, &rules);
    struct tally *by_path = tally_findings(r, true, &files);
    qsort(by_rule, rules, sizeof *by_rule, by_severity);
    qsort(by_path, files, sizeof *by_path, by_count);
    heading(o, "By rule");
    for (size_t i = 0; i < rules; i++) {
        const struct finding *f = by_rule[i].first;
        out_text(o, "%8s  ", report_number(by_rule[i].count, number));
        out_mark(o, severity_marks[f->severity], "%-*s", SEVERITY_WIDTH, severity_name(f->severity));
        out_text(o, "  %s (%s)\n", f->message, f->rule);
    }
    heading(o, "\nFiles with the most");
    for (size_t i = 0; i < files && i < OVERVIEW_FILES; i++) {
        out_text(o, "%8s  ", report_number(by_path[i].count, number));
        out_path(o, MARK_NONE, by_path[i].key);
        out_text(o, "\n");
    }
    if (files > OVERVIEW_FILES) {
        out_text(o, "%8s  other files\n", report_number(files - OVERVIEW_FILES, number));
    }
    heading(o, "\nAll findings");
    free(by_rule);
    free(by_path);
}

/* How the findings are set: a few on two lines each when one line is too short
 * for some, thousands on one line each, for grep. */
enum setting { SET_ONE_LINE, SET_TWO_LINES, SET_MANY };

static size_t seen_width(const char *text) {
    struct buf seen = BUF_INIT(16 * KL_MAX_PATH_BYTES);
    out_visible(slice_cstr(text), false, &seen);
    size_t width = utf8_count(buf_as_slice(&seen));
    buf_release(&seen);
    return width;
}

static void place_text(const struct finding *f, struct buf *out) {
    buf_printf(out, "%s:%u:%u", f->path, (unsigned)f->line, (unsigned)f->column);
}

static size_t one_line_width(const struct finding *f) {
    struct buf place = BUF_INIT(2 * KL_MAX_PATH_BYTES);
    place_text(f, &place);
    size_t width = seen_width(buf_cstr(&place)) + 2 + SEVERITY_WIDTH + 2 + strlen(f->message);
    width += f->name[0] != '\0' ? 4 + seen_width(f->name) : 0;
    buf_release(&place);
    return width + 2 + seen_width(f->redacted);
}

static enum setting choose_setting(const struct report *r, const struct output *o, size_t shown) {
    if (shown >= OVERVIEW_FROM) {
        return SET_MANY;
    }
    for (size_t i = 0; i < r->result->finding_count; i++) {
        const struct finding *f = &r->result->findings[i];
        if (report_has_finding(r->options, f) && one_line_width(f) > o->columns) {
            return SET_TWO_LINES;
        }
    }
    return SET_ONE_LINE;
}

static void print_verified(struct output *o, const struct finding *f, const char *indent) {
    static const enum style_mark marks[] = {[PROBE_NOT_ASKED] = MARK_NONE,
                                            [PROBE_UNKNOWN] = MARK_YELLOW,
                                            [PROBE_NOT_LIVE] = MARK_DIM,
                                            [PROBE_LIVE] = MARK_RED};
    struct buf text = BUF_INIT(KL_ERROR_MESSAGE_MAX);
    if (f->verified != PROBE_NOT_ASKED) {
        out_mark(o, marks[f->verified], "%s%s", indent, report_verified(f, &text));
    }
    buf_release(&text);
}

static void print_finding(struct output *o, const struct finding *f, enum setting setting, bool verbose) {
    struct buf name = BUF_INIT_SECRET(KL_MAX_CONFIG_BYTES), place = BUF_INIT(2 * KL_MAX_PATH_BYTES);
    const char *shown = redact_name(o->redactor, f->name, &name),
               *indent = setting == SET_MANY ? "  " : "\n    ";
    place_text(f, &place);
    out_path(o, MARK_CYAN, buf_cstr(&place));
    out_text(o, "  ");
    out_mark(o, severity_marks[f->severity], "%-*s", SEVERITY_WIDTH, severity_name(f->severity));
    out_text(o, "  %s", f->message);
    out_text(o, setting == SET_TWO_LINES ? "\n    " : shown[0] != '\0' ? " in " : ": ");
    out_path(o, MARK_BOLD, shown);
    out_text(o, "%s%s", shown[0] != '\0' ? ": " : "", f->redacted);
    if (f->commit != NULL) {
        out_text(o, "%sfirst in commit %.*s of %.10s, %s", indent, COMMIT_SHOWN, f->commit, f->date,
                 f->in_head ? "and still there" : "no longer there");
    }
    if (f->half != NULL) {
        out_text(o, "%sgoes with the %s of line %u", indent, f->half, (unsigned)f->half_line);
    }
    print_verified(o, f, indent);
    if (f->since != NULL) {
        out_text(o, "%ssince %.10s, commit %.*s", indent, f->since, COMMIT_SHOWN, f->since_commit);
    }
    if (f->suppressed != SUPPRESSED_NO) {
        const char *by = f->suppressed_by != NULL ? f->suppressed_by : "the configuration";
        out_mark(o, MARK_DIM, "%ssilenced by %s", indent, by);
    } else if (f->commit != NULL && !f->in_head) {
        /* nothing to migrate */
    } else if (f->reason != NULL) {
        out_mark(o, MARK_DIM, "%smigrate leaves it: %s", indent, f->reason);
    } else if (f->in_test) {
        out_mark(o, MARK_DIM, "%smigrate leaves it, in a test or an example, unless --include-tests", indent);
    }
    if (verbose && f->why != NULL && f->why[0] != '\0') {
        out_mark(o, MARK_DIM, "%swhy: %s", indent, f->why);
    }
    if (verbose) {
        out_mark(o, MARK_DIM, "%srule %s, confidence %.2f%sfingerprint %s", indent, f->rule, f->confidence,
                 setting == SET_MANY ? ", " : indent, f->fingerprint);
    }
    out_text(o, "\n");
    buf_release(&name);
    buf_release(&place);
}

void report_text_findings(const struct report *r, struct output *o, size_t shown) {
    enum setting setting = choose_setting(r, o, shown);
    const char *path = NULL;
    for (size_t i = 0; i < r->result->finding_count; i++) {
        const struct finding *f = &r->result->findings[i];
        if (!report_has_finding(r->options, f)) {
            continue;
        }
        if (path != NULL && strcmp(path, f->path) != 0 && setting != SET_MANY) {
            out_text(o, "\n");
        }
        path = f->path;
        print_finding(o, f, setting, r->options->verbose);
    }
}

/* Once a rule, not once a finding. */
static void print_revocations(const struct report *r, struct output *o) {
    size_t rules = 0;
    struct tally *by_rule = tally_findings(r, false, &rules);
    qsort(by_rule, rules, sizeof *by_rule, by_severity);
    bool any = false;
    for (size_t i = 0; i < rules; i++) {
        const struct finding *f = by_rule[i].first;
        if (f->revoke == NULL || f->revoke[0] == '\0') {
            continue;
        }
        if (!any) {
            heading(o, "Revoke what has left this machine (a commit that was pushed, a shared file)");
        }
        any = true;
        out_text(o, "  %s:", f->message);
        out_text(o, strlen(f->message) + strlen(f->revoke) + 4 > o->columns ? "\n      " : " ");
        out_path(o, MARK_NONE, f->revoke);
        out_text(o, "\n");
    }
    if (any) {
        out_text(o, "\n");
    }
    free(by_rule);
}

static void print_errors(const struct report *r, struct output *o) {
    if (r->result->error_count == 0) {
        return;
    }
    char number[32];
    out_mark(o, MARK_RED, "Could not be scanned (%s)\n", report_number(r->result->error_count, number));
    struct buf masked;
    buf_init_secret(&masked, KL_MAX_CONFIG_BYTES);
    for (size_t i = 0; i < r->result->error_count; i++) {
        const struct scan_error *e = &r->result->errors[i];
        out_text(o, "  ");
        if (e->path[0] != '\0') {
            out_path(o, MARK_CYAN, e->path);
            out_text(o, ": ");
        }
        buf_clear(&masked);
        redact_text(o->redactor, slice_cstr(e->message), &masked);
        out_path(o, MARK_NONE, buf_cstr(&masked));
        out_text(o, "\n");
    }
    buf_release(&masked);
    out_text(o, "\n");
}

static void print_verdict(const struct report *r, const struct report_counts *n, struct output *o) {
    char number[32], files[32];
    if (r->result->interrupted) {
        out_mark(o, MARK_RED, "Interrupted: this report is incomplete.\n");
    }
    if (n->shown > 0) {
        out_mark(o, n->failing > 0 ? MARK_RED : MARK_YELLOW, "%s %s", report_number(n->shown, number),
                 report_plural(n->shown, "finding", "findings"));
        out_text(o, " in %s %s:", report_number(n->files, files), report_plural(n->files, "file", "files"));
        const char *separator = " ";
        for (int severity = SEVERITY_HIGH; severity >= SEVERITY_LOW; severity--) {
            if (n->by_severity[severity] > 0) {
                out_text(o, "%s%s %s", separator, report_number(n->by_severity[severity], number),
                         severity_name((enum severity)severity));
                separator = ", ";
            }
        }
    } else if (r->nothing_to_scan) {
        out_text(o, "Nothing to scan");
    } else {
        bool clean = r->result->error_count == 0 && !r->result->interrupted;
        out_mark(o, clean ? MARK_GREEN : MARK_NONE, "No %ssecrets found%s",
                 r->options->only_live ? "live " : "", clean ? "" : " in what could be read");
    }
    if (n->silenced > 0) {
        out_text(o, "; %s silenced", report_number(n->silenced, number));
    }
    if (n->baselined > 0) {
        out_text(o, " (%s by the baseline)", report_number(n->baselined, number));
    }
    out_text(o, ".\n");
    report_text_verified(r, n, o);
    if (r->result->stats.known > 0) {
        out_text(o, "%s %s %s already (--whole-files shows what).\n",
                 report_number(r->result->stats.known, number),
                 report_plural(r->result->stats.known, "is", "are"),
                 report_is_staged(r) ? "in the commit before" : "there before the diff");
    }
    if (r->undated != NULL) {
        out_text(o, "Not every line has a date: %s.\n", r->undated);
    }
    report_text_expired(r, o);
}

static void print_reads(const struct report *r, const struct report_counts *n, struct output *o) {
    if (n->read_names == 0 || r->options->report_env == ENV_NONE) {
        return;
    }
    char reads[32], names[32], secrets[32];
    out_text(o, "Environment: %s %s of %s %s (%s of secrets); \"keylift env\" lists them.\n",
             report_number(n->reads, reads), report_plural(n->reads, "use", "uses"),
             report_number(n->read_names, names), report_plural(n->read_names, "variable", "variables"),
             report_number(n->read_secrets, secrets));
}

static void print_next(const struct report *r, const struct report_counts *n, struct output *o) {
    if (n->shown == 0) {
        return;
    }
    bool from_stdin = strcmp(r->paths[0], "-") == 0;
    if (r->options->hook > HOOK_PRE_COMMIT) {
        out_text(o, "Next: take it out of these commits (\"git commit --amend\", \"git rebase -i\")\n"
                    "      and push again.\n");
        out_text(o, "No secret? The comment  # keylift: ignore  on its line silences a finding.\n");
        return;
    }
    if (report_is_history(r)) {
        out_text(o, "Whoever has a clone has these secrets: revoke them. \"keylift scan\" looks at the\n"
                    "files as they are.\n");
        return;
    }
    if (n->movable > 0 && !from_stdin && command_find("migrate") != NULL) {
        out_mark(o, MARK_BOLD, "Next: ");
        bool staged = report_is_staged(r) && r->result->stats.unstaged < r->result->stats.files;
        out_text(o, "keylift migrate%s", staged ? " --staged" : "");
        for (size_t i = 0; r->paths[i] != NULL && i < 3; i++) {
            out_text(o, " ");
            out_path(o, MARK_NONE, r->paths[i]);
        }
        out_text(o, "\n      moves them into a vault and rewrites the code.\n");
    }
    out_text(o, "No secret? The comment  # keylift: ignore  on its line silences a finding.\n");
}

void report_text_summary(const struct report *r, struct output *o) {
    struct report_counts n;
    report_count(r, &n);
    print_errors(r, o);
    if (r->inventory) {
        report_text_env_verdict(r, o);
    } else {
        print_verdict(r, &n, o);
    }
    report_text_scanned(r, o);
    if (!r->options->quiet && !r->inventory) {
        print_reads(r, &n, o);
        print_next(r, &n, o);
    }
}

void report_text_scan(const struct report *r, struct output *o) {
    struct report_counts n;
    report_count(r, &n);
    bool any = n.shown > 0 || (r->options->show_suppressed && n.silenced > 0);
    if (any && !r->options->quiet) {
        if (n.shown >= OVERVIEW_FROM) {
            print_overview(r, o);
        }
        report_text_findings(r, o, n.shown);
        out_text(o, "\n");
        print_revocations(r, o);
    }
    report_text_summary(r, o);
}
