/* report_diff.c: `keylift report diff OLD NEW`: what is new, what is gone, what has another path. */
#include <stdlib.h>

#include "base/bisect.h"
#include "base/file.h"
#include "cli/baseline_import.h"
#include "cli/report_entries.h"

struct difference {
    struct entries old, now;
    cJSON *old_report, *now_report;
    struct import_places other; /* instead of `old`, of another scanner */
    struct arena arena;
    struct entries old_values, now_values; /* by value */
    size_t same, moved, fixed, fresh, changed, shared, failing;
};

/* How a finding of one report is known in the other. A fingerprint has the file's own name, not its folder:
 * of a renamed file only the value tells that it is the same. */
enum pairing { BY_FILE, BY_FINGERPRINT, BY_VALUE };

static int pair_order(const struct entry *a, const struct entry *b, enum pairing how) {
    if (a->paired || (how == BY_VALUE && !a->value_id[0]))
        return -1;
    if (b->paired || (how == BY_VALUE && !b->value_id[0]))
        return 1;
    int order = how == BY_VALUE ? strcmp(a->value_id, b->value_id) : strcmp(a->fingerprint, b->fingerprint);
    return order == 0 && how == BY_FILE ? strcmp(a->path, b->path) : order;
}

/* Both are sorted by what they are paired by. */
static void pair(struct difference *d, enum pairing how) {
    size_t i = 0, k = 0;
    while (i < d->old.count && k < d->now.count) {
        struct entry *a = &d->old.items[i], *b = &d->now.items[k];
        int order = pair_order(a, b, how);
        if (order == 0) {
            bool moved = strcmp(a->path, b->path) != 0;
            a->paired = b->paired = true;
            b->moved_from = moved ? a->path : NULL;
            b->changed = a->value_id[0] && b->value_id[0] && strcmp(a->value_id, b->value_id) != 0;
            d->changed += b->changed;
            d->same += !moved;
            d->moved += moved;
        }
        i += order <= 0;
        k += order >= 0;
    }
}

static void show(struct output *o, const char *what, enum style_mark mark, const struct entry *e) {
    const char *message = json_string(e->finding, "message"), *name = json_string(e->finding, "name");
    out_mark(o, mark, "%-6s", what);
    out_text(o, "  ");
    out_path(o, MARK_CYAN, e->path);
    out_text(o, ":%.0f  %s  ", e->line, severity_name((enum severity)report_severity(e->finding)));
    out_path(o, MARK_NONE, message ? message : "");
    if (name) {
        out_text(o, " in ");
        out_path(o, MARK_BOLD, name);
    }
    out_text(o, "\n");
}

static void compare(struct cli *c, struct difference *d) {
    report_sort(&d->old, report_by_identity);
    report_sort(&d->now, report_by_identity);
    pair(d, BY_FILE);
    pair(d, BY_FINGERPRINT);
    report_sort(&d->old, report_by_value);
    report_sort(&d->now, report_by_value);
    pair(d, BY_VALUE);
    for (size_t i = 0; i < d->old.count; i++)
        d->fixed += !d->old.items[i].paired;
    for (size_t i = 0; i < d->now.count; i++) {
        d->fresh += !d->now.items[i].paired;
        d->failing += (!d->now.items[i].paired || d->now.items[i].changed) &&
                      report_severity(d->now.items[i].finding) >= c->options.fail_on;
    }
    d->old_values = report_sorted_by_value(&d->old);
    d->now_values = report_sorted_by_value(&d->now);
    for (size_t i = 0; i < d->now_values.count; i++) {
        const char *value_id = d->now_values.items[i].value_id;
        bool first = i == 0 || strcmp(value_id, d->now_values.items[i - 1].value_id) != 0;
        d->shared += first && report_find_value(&d->old_values, value_id) < d->old_values.count;
    }
}

/* Of a new finding: where the same value stood before, in a copy or in another repository. */
static void show_known(struct output *o, const struct difference *d, const struct entry *e) {
    size_t at = report_find_value(&d->old_values, e->value_id);
    if (at < d->old_values.count) {
        out_text(o, "        the same value as in OLD at ");
        out_path(o, MARK_NONE, d->old_values.items[at].path);
        out_text(o, ":%.0f\n", d->old_values.items[at].line);
    }
}

static bool has_values(const struct entries *by_value) {
    return by_value->count > 0 && by_value->items[by_value->count - 1].value_id[0];
}

static void show_difference(struct cli *c, struct difference *d) {
    report_sort(&d->old, report_by_place);
    report_sort(&d->now, report_by_place);
    for (size_t i = 0; i < d->now.count && !c->options.quiet; i++)
        if (!d->now.items[i].paired) {
            show(&c->out, "new", MARK_RED, &d->now.items[i]);
            show_known(&c->out, d, &d->now.items[i]);
        }
    for (size_t i = 0; i < d->now.count && !c->options.quiet; i++)
        if (d->now.items[i].changed)
            show(&c->out, "other value", MARK_RED, &d->now.items[i]);
    for (size_t i = 0; i < d->old.count && !c->options.quiet; i++)
        if (!d->old.items[i].paired)
            show(&c->out, "fixed", MARK_GREEN, &d->old.items[i]);
    for (size_t i = 0; i < d->now.count && !c->options.quiet; i++)
        if (d->now.items[i].moved_from) {
            show(&c->out, "moved", MARK_NONE, &d->now.items[i]);
            out_text(&c->out, "        from ");
            out_path(&c->out, MARK_NONE, d->now.items[i].moved_from);
            out_text(&c->out, "\n");
        }
    out_text(&c->out, "%zu new, %zu fixed, %zu in another file, %zu as before.\n", d->fresh, d->fixed,
             d->moved, d->same);
    if (has_values(&d->old_values) && has_values(&d->now_values))
        out_text(&c->out, "%zu %s in both reports, %zu %s with another value.\n", d->shared,
                 report_plural(d->shared, "value", "values"), d->changed,
                 report_plural(d->changed, "place", "places"));
}

static double last_line(const struct entry *e) {
    return json_number(e->finding, "end_line", e->line);
}

/* Whether a finding of ours lies on the line. `now` is sorted by place. */
static bool is_ours(const struct entries *now, const struct import_place *p) {
    struct bisection b = {.high = now->count};
    while (bisect(&b))
        bisect_tell(&b, strcmp(now->items[b.middle].path, p->path) < 0);
    for (; b.low < now->count && strcmp(now->items[b.low].path, p->path) == 0; b.low++)
        if (now->items[b.low].line <= p->line && last_line(&now->items[b.low]) >= p->line)
            return true;
    return false;
}

/* What another scanner reported has a place alone. */
static void show_other(struct cli *c, struct difference *d) {
    size_t both = 0, alone = 0;
    for (size_t i = 0; i < d->now.count; i++)
        d->now.items[i].path = path_normalize(&d->arena, d->now.items[i].path);
    report_sort(&d->now, report_by_place);
    for (size_t i = 0; i < d->now.count; i++) {
        struct entry *e = &d->now.items[i];
        e->paired = baseline_import_has(&d->other, e->path, (uint32_t)e->line, (uint32_t)last_line(e));
        both += e->paired;
        d->failing += !e->paired && report_severity(e->finding) >= c->options.fail_on;
        if (!e->paired && !c->options.quiet)
            show(&c->out, "ours", MARK_RED, e);
    }
    for (size_t i = 0; i < d->other.count; i++) {
        const struct import_place *p = &d->other.items[i];
        if (is_ours(&d->now, p))
            continue;
        alone++;
        if (c->options.quiet)
            continue;
        out_text(&c->out, "theirs  ");
        out_path(&c->out, MARK_CYAN, p->path);
        out_text(&c->out, ":%u\n", (unsigned)p->line);
    }
    out_text(&c->out, "%zu found by both, %zu by keylift alone, %zu by the other alone (%s).\n", both,
             d->now.count - both, alone, d->other.kind);
}

int report_diff(struct cli *c, const char *old, const char *now) {
    struct error e = {0};
    struct difference d = {0};
    bool own = report_read(old, &d.old_report, &e) == KL_OK;
    enum kl_status s = own ? KL_OK : baseline_import_read(old, &d.arena, &d.other, &e);
    if (s == KL_OK)
        s = report_read(now, &d.now_report, &e);
    if (s == KL_OK) {
        report_take(d.now_report, 1, false, &d.now);
        report_take(d.old_report, 0, false, &d.old);
        if (own) {
            compare(c, &d);
            show_difference(c, &d);
        } else {
            show_other(c, &d);
        }
    }
    int status = s != KL_OK ? cli_fail(c, &e) : d.failing > 0 ? STATUS_FINDINGS : STATUS_DONE;
    cJSON_Delete(d.old_report);
    cJSON_Delete(d.now_report);
    free(d.old.items);
    free(d.old_values.items);
    free(d.now_values.items);
    free(d.now.items);
    free(d.other.items);
    arena_release(&d.arena);
    return status;
}
