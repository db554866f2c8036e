/* cmd_baseline.c: `keylift baseline`: shows what it would newly accept, asks for
 * the reason, and writes; or unites the baselines of two branches. */
#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/system.h"
#include "cli/baseline_import.h"
#include "cli/baselining.h"
#include "cli/report.h"
#include "cli/scanning.h"

#define REASON_MAX_BYTES 1000u

struct job {
    struct cli *c;
    struct baselining b;
    struct scan_result result;
    bool *accepted; /* of each finding */
    size_t fresh;   /* findings that the baseline does not have, expired ones among them */
    size_t imported, added, dropped;
};

static bool is_fresh(const struct finding *f) {
    return f->suppressed == SUPPRESSED_NO;
}

static void show_fresh(const struct job *j) {
    struct output *o = &j->c->out;
    if (j->fresh == 0) {
        return;
    }
    const struct report report = {.result = &j->result, .options = &j->c->options};
    out_mark(o, MARK_BOLD, "Not in the baseline yet\n");
    report_text_findings(&report, o, j->fresh);
    out_text(o, "\n");
}

/* The findings that the other scanner's file names. */
static enum kl_status import(struct job *j, struct error *e) {
    struct import_places places = {0};
    const struct options *o = &j->c->options;
    enum kl_status s = baseline_import_read(o->import, &j->c->arena, &places, e);
    for (size_t i = 0; s == KL_OK && i < j->result.finding_count; i++) {
        const struct finding *f = &j->result.findings[i];
        if (is_fresh(f) && baseline_import_has(&places, baselining_path(&j->b, f), f->line, f->end_line)) {
            j->accepted[i] = true;
            j->imported++;
        }
    }
    if (s == KL_OK) {
        out_text(&j->c->out,
                 "%zu of the %zu places in the %s have a finding that is not in the baseline yet\n",
                 j->imported, places.count, places.kind);
    }
    free(places.items);
    return s;
}

/* The reason: from --reason, else asked for. NULL: none. */
static const char *ask_reason(struct job *j, struct error *e) {
    struct cli *c = j->c;
    if (c->options.reason != NULL) {
        return c->options.reason;
    }
    struct buf answer = BUF_INIT(REASON_MAX_BYTES);
    const char *reason = NULL;
    if (out_flush(&c->out, e) == KL_OK && system_read_line("Why may they stay? ", &answer, e) == KL_OK) {
        struct slice text = slice_trim(buf_as_slice(&answer));
        reason = text.len > 0 ? arena_cstr(&c->arena, text) : NULL;
    }
    buf_release(&answer);
    return reason;
}

/* An expired entry that is accepted once more gets the new note in its place. */
static bool renew(struct job *j, const struct finding *f, const struct baseline_note *note) {
    for (size_t i = 0; i < j->b.baseline.count; i++) {
        struct baseline_entry *entry = &j->b.baseline.entries[i];
        if (entry->answered == f) {
            entry->reason = note->reason;
            entry->owner = note->owner != NULL ? note->owner : entry->owner;
            entry->expires = note->expires;
            return true;
        }
    }
    return false;
}

static void accept(struct job *j, const char *reason) {
    const struct options *o = &j->c->options;
    const struct baseline_note note = {reason, o->owner, o->expires};
    for (size_t i = 0; i < j->result.finding_count; i++) {
        struct finding *f = &j->result.findings[i];
        if (!j->accepted[i]) {
            continue;
        }
        if (!renew(j, f, &note)) {
            baseline_add(&j->b.baseline, f, baselining_path(&j->b, f), &note);
        }
        f->suppressed = SUPPRESSED_BASELINE;
        j->added++;
    }
}

/* What of the new ones goes in: what was imported, or all of them after a yes. */
static enum kl_status decide(struct job *j, struct error *e) {
    struct cli *c = j->c;
    if (c->options.import != NULL) {
        enum kl_status s = import(j, e);
        if (s != KL_OK || j->imported == 0) {
            return s;
        }
        accept(j, c->options.reason != NULL
                      ? c->options.reason
                      : arena_printf(&c->arena, "imported from %s", path_basename(c->options.import)));
        return KL_OK;
    }
    if (j->fresh == 0) {
        return KL_OK;
    }
    bool all = c->options.accept_all;
    if (!all && cli_ask(c, "Accept them all? [y/N] ")) {
        all = true;
    }
    if (!all) {
        return KL_OK;
    }
    const char *reason = ask_reason(j, e);
    if (reason == NULL) {
        return error_set(e, KL_ERR_USAGE, "a baseline entry needs a reason: say --reason \"...\"");
    }
    for (size_t i = 0; i < j->result.finding_count; i++) {
        j->accepted[i] = is_fresh(&j->result.findings[i]);
    }
    accept(j, reason);
    return KL_OK;
}

static enum kl_status scan(struct job *j, struct error *e) {
    const char *const *paths = cli_paths(j->c);
    struct scan_options o = cli_scan_options(j->c, paths);
    o.keep_values = true;
    enum kl_status s = baselining_open(j->c, paths[0], true, &j->b, e);
    if (s == KL_OK) {
        s = scan_run(&o, &j->result, e);
    }
    if (s != KL_OK) {
        return s;
    }
    baselining_match(&j->b, &j->result);
    j->accepted = mem_calloc(j->result.finding_count + 1, sizeof *j->accepted);
    for (size_t i = 0; i < j->result.finding_count; i++) {
        j->fresh += is_fresh(&j->result.findings[i]);
    }
    return KL_OK;
}

static void show_done(const struct job *j, bool written) {
    struct output *o = &j->c->out;
    size_t gone = 0;
    for (size_t i = 0; i < j->b.baseline.count; i++) {
        gone += j->b.baseline.entries[i].answered == NULL;
    }
    out_path(o, MARK_NONE, j->b.path);
    out_text(o, ": %zu entr%s: %zu kept, %zu new", j->b.baseline.count,
             j->b.baseline.count == 1 ? "y" : "ies", j->b.counts.matched, j->added);
    if (j->b.counts.moved > 0) {
        out_text(o, ", %zu moved", j->b.counts.moved);
    }
    if (j->dropped > 0) {
        out_text(o, ", %zu dropped", j->dropped);
    }
    out_text(o, "%s\n", written ? "" : "; nothing to write");
    if (gone > 0) {
        out_text(o, "%zu of them %s no finding any more: keylift baseline --prune drops %s\n", gone,
                 report_plural(gone, "has", "have"), report_plural(gone, "it", "them"));
    }
    if (j->fresh > j->added) {
        out_text(o, "%zu not accepted: keylift baseline --accept-all --reason \"...\" takes them in\n",
                 j->fresh - j->added);
    }
}

static int write_errors(const struct job *j) {
    for (size_t i = 0; i < j->result.error_count; i++) {
        out_path(&j->c->err, MARK_NONE, j->result.errors[i].path);
        out_text(&j->c->err, ": %s\n", j->result.errors[i].message);
    }
    return j->result.error_count > 0 || j->result.interrupted;
}

static int update(struct cli *c) {
    struct job j = {.c = c};
    struct error e = {0};
    int status = STATUS_TROUBLE;
    if (scan(&j, &e) != KL_OK) {
        status = cli_fail(c, &e);
        goto done;
    }
    bool unread = write_errors(&j);
    if (unread && c->options.prune) {
        status = cli_usage(c, "some files could not be read, so --prune would drop what is still there");
        goto done;
    }
    show_fresh(&j);
    if (decide(&j, &e) != KL_OK) {
        status = cli_fail(c, &e);
        goto done;
    }
    if (c->options.prune) {
        j.dropped = baseline_prune(&j.b.baseline);
    }
    bool writes = j.added > 0 || j.dropped > 0 || j.b.counts.moved > 0;
    if (writes && baselining_write(&j.b, &e) != KL_OK) {
        status = cli_fail(c, &e);
        goto done;
    }
    show_done(&j, writes);
    status = unread ? STATUS_TROUBLE : j.fresh > j.added ? STATUS_FINDINGS : STATUS_DONE;
done:
    free(j.accepted);
    baselining_release(&j.b);
    scan_result_release(&j.result);
    return status;
}

static enum kl_status read_one(const char *path, struct baseline *out, struct error *e) {
    struct buf text = BUF_INIT(BASELINE_MAX_BYTES);
    enum kl_status s = file_read(path, BASELINE_MAX_BYTES, &text, e);
    if (s == KL_OK) {
        s = baseline_parse(buf_as_slice(&text), path, out, e);
    }
    buf_release(&text);
    return s;
}

/* git's merge driver: BASE OURS THEIRS; the result goes into OURS. */
static int unite(struct cli *c) {
    const char **files = c->options.arguments.items;
    struct baseline sides[3] = {{0}}, united = {0};
    struct buf text = BUF_INIT(BASELINE_MAX_BYTES);
    struct error e = {0};
    enum kl_status s = KL_OK;
    if (c->options.arguments.count != 3) {
        return cli_usage(c, "--unite takes three files: keylift baseline --unite BASE OURS THEIRS");
    }
    for (int i = 0; i < 3 && s == KL_OK; i++) {
        s = read_one(files[i], &sides[i], &e);
    }
    if (s == KL_OK) {
        s = baseline_unite(&sides[0], &sides[1], &sides[2], &united, &e);
    }
    if (s == KL_OK) {
        baseline_print(&united, &text);
        s = file_write_atomic(files[1], buf_as_slice(&text), 0644, &e);
    }
    for (int i = 0; i < 3; i++) {
        baseline_release(&sides[i]);
    }
    baseline_release(&united);
    buf_release(&text);
    return s == KL_OK ? STATUS_DONE : cli_fail(c, &e);
}

int cmd_baseline(struct cli *c) {
    const struct options *o = &c->options;
    if (o->unite) {
        return unite(c);
    }
    if (o->expires != NULL && !baseline_is_date(o->expires)) {
        return cli_usage(c, "--expires %s: not a date like 2027-01-31", o->expires);
    }
    if (o->expires != NULL && baselining_has_passed(o->expires)) {
        return cli_usage(c, "--expires %s: that day has passed", o->expires);
    }
    if (o->accept_all && o->reason == NULL) {
        return cli_usage(c, "--accept-all needs --reason \"...\": why may these findings stay?");
    }
    if (o->accept_all && o->import != NULL) {
        return cli_usage(c, "--accept-all takes everything, --import what a file names: leave one out");
    }
    return update(c);
}
