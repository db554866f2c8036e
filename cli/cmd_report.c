/* cmd_report.c: `keylift report merge A B...`: the reports of shards as one; and `keylift report diff OLD
 * NEW`: what is new, what is gone, what has another path. */
#include <stdlib.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/baseline_import.h"
#include "cli/report.h"

/* A finding of a report that was read. Strings are the report's. */
struct entry {
    const cJSON *finding;
    const char *path, *fingerprint;
    double line, start;
    bool paired, moved;
};

struct entries {
    struct entry *items;
    size_t count, capacity;
};

/* ---- reading ---- */

static enum kl_status read_report(const char *path, cJSON **out, struct error *e) {
    struct buf text = BUF_INIT(REPORT_MAX_BYTES);
    enum kl_status s = file_read(path, REPORT_MAX_BYTES, &text, e);
    if (s == KL_OK)
        s = json_parse(buf_as_slice(&text), path, out, e);
    buf_release(&text);
    const char *tool = s == KL_OK ? json_string(*out, "tool") : NULL;
    if (s == KL_OK &&
        (!tool || strncmp(tool, "keylift ", 8) != 0 || !cJSON_IsArray(json_get(*out, "findings")) ||
         json_number(*out, "version", 0) != REPORT_VERSION)) {
        s = error_set(e, KL_ERR_PARSE, "%s is no report of \"keylift scan --format json\"", path);
        cJSON_Delete(*out);
        *out = NULL;
    }
    return s;
}

/* Silenced ones, which --show-suppressed puts into a report, are judged by nobody. */
static void take_findings(const cJSON *report, bool silenced, struct entries *out) {
    const cJSON *f;
    cJSON_ArrayForEach(f, json_get(report, "findings")) {
        const char *path = json_string(f, "path"), *fingerprint = json_string(f, "fingerprint");
        if (!path || !fingerprint || (!silenced && json_string(f, "suppressed")))
            continue;
        out->items = mem_grow(out->items, &out->capacity, out->count + 1, sizeof *out->items);
        out->items[out->count++] = (struct entry){.finding = f,
                                                  .path = path,
                                                  .fingerprint = fingerprint,
                                                  .line = json_number(f, "line", 0),
                                                  .start = json_number(f, "start_byte", 0)};
    }
}

static int by_place(const void *a, const void *b) {
    const struct entry *x = a, *y = b;
    int order = strcmp(x->path, y->path);
    if (order == 0)
        order = (x->start > y->start) - (x->start < y->start);
    return order != 0 ? order : strcmp(x->fingerprint, y->fingerprint);
}

static int by_identity(const void *a, const void *b) {
    const struct entry *x = a, *y = b;
    int order = strcmp(x->fingerprint, y->fingerprint);
    return order != 0 ? order : by_place(a, b);
}

static void sort_entries(struct entries *e, int (*compare)(const void *, const void *)) {
    if (e->count > 1)
        qsort(e->items, e->count, sizeof *e->items, compare);
}

static int severity_of(const cJSON *finding) {
    enum severity s = SEVERITY_HIGH; /* what is not understood is not made light of */
    const char *name = json_string(finding, "severity");
    return name && severity_parse(name, &s) ? (int)s : SEVERITY_HIGH;
}

/* ---- merge ---- */

static int by_text(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The members of the lists called `key`, each once, in the order of their text. */
static void unite_list(cJSON **reports, size_t count, const char *key, cJSON *to) {
    cJSON *list = cJSON_AddArrayToObject(to, key);
    char **lines = NULL;
    size_t n = 0, capacity = 0;
    for (size_t i = 0; i < count; i++) {
        const cJSON *item;
        cJSON_ArrayForEach(item, json_get(reports[i], key)) {
            lines = mem_grow(lines, &capacity, n + 1, sizeof *lines);
            lines[n++] = cJSON_PrintUnformatted(item);
        }
    }
    if (n > 1)
        qsort((void *)lines, n, sizeof *lines, by_text);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || strcmp(lines[i], lines[i - 1]) != 0)
            cJSON_AddItemToArray(list, cJSON_Parse(lines[i]));
    }
    for (size_t i = 0; i < n; i++)
        cJSON_free(lines[i]);
    free((void *)lines);
}

static double sum_of(cJSON **reports, size_t count, const char *key) {
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += json_number(json_get(reports[i], "stats"), key, 0);
    return sum;
}

/* Of the numbers `name` in what the statistics have under `group`. */
static void add_sum(cJSON **reports, size_t count, cJSON *to, const char *group, const char *name) {
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += json_number(json_get(json_get(reports[i], "stats"), group), name, 0);
    if (sum > 0)
        cJSON_AddNumberToObject(to, name, sum);
}

static void unite_stats(cJSON **reports, size_t count, cJSON *to) {
    static const char *const sums[] = {"files", "bytes", "suppressed", "seconds"};
    cJSON *stats = cJSON_AddObjectToObject(to, "stats");
    for (size_t i = 0; i < KL_ARRAY_LEN(sums); i++)
        cJSON_AddNumberToObject(stats, sums[i], sum_of(reports, count, sums[i]));
    cJSON *skipped = cJSON_AddObjectToObject(stats, "skipped");
    for (int reason = 0; reason < SKIP_REASON_COUNT; reason++)
        add_sum(reports, count, skipped, "skipped", skip_reason_name((enum skip_reason)reason));
    cJSON *partly = cJSON_CreateObject();
    for (int p = PARTLY_NOT + 1; p < PARTLY_COUNT; p++)
        add_sum(reports, count, partly, "tokens_only", scan_partly_name((enum scan_partly)p));
    if (partly->child)
        cJSON_AddItemToObject(stats, "tokens_only", partly);
    else
        cJSON_Delete(partly);
    cJSON_AddNumberToObject(stats, "reports", (double)count);
}

/* As a scan would have ended. */
static int status_of(const struct cli *c, const cJSON *report, const struct entries *found) {
    if (cJSON_GetArraySize(json_get(report, "errors")) > 0)
        return STATUS_TROUBLE;
    for (size_t i = 0; i < found->count; i++) {
        const cJSON *f = found->items[i].finding;
        if (!json_string(f, "suppressed") && severity_of(f) >= c->options.fail_on)
            return STATUS_FINDINGS;
    }
    return STATUS_DONE;
}

static enum kl_status write_merged(struct cli *c, const cJSON *merged, struct error *e) {
    struct buf text = BUF_INIT(REPORT_MAX_BYTES);
    enum kl_status s = KL_OK;
    json_print(merged, true, &text);
    if (!buf_ok(&text))
        s = error_set(e, KL_ERR_LIMIT, "the report is larger than keylift writes at once");
    else if (c->options.output)
        s = file_write_atomic(c->options.output, buf_as_slice(&text), 0, e);
    else
        out_raw(&c->out, buf_as_slice(&text));
    buf_release(&text);
    return s;
}

static int merge(struct cli *c, const char *const *paths, size_t count) {
    struct error e = {0};
    struct entries found = {0};
    cJSON **reports = mem_calloc(count + 1, sizeof *reports), *merged = cJSON_CreateObject();
    int status = STATUS_TROUBLE;
    enum kl_status s = KL_OK;
    for (size_t i = 0; i < count && s == KL_OK; i++)
        s = read_report(paths[i], &reports[i], &e);
    for (size_t i = 0; i < count && s == KL_OK; i++)
        take_findings(reports[i], true, &found);
    if (s == KL_OK) {
        sort_entries(&found, by_place);
        json_add_count(merged, "version", REPORT_VERSION);
        json_add_string(merged, "tool", "keylift " KEYLIFT_VERSION);
        cJSON *list = cJSON_AddArrayToObject(merged, "findings");
        for (size_t i = 0; i < found.count; i++)
            if (i == 0 || by_place(&found.items[i], &found.items[i - 1]) != 0)
                cJSON_AddItemToArray(list, cJSON_Duplicate(found.items[i].finding, true));
        unite_list(reports, count, "environment", merged);
        unite_list(reports, count, "errors", merged);
        unite_stats(reports, count, merged);
        s = write_merged(c, merged, &e);
    }
    status = s == KL_OK ? status_of(c, merged, &found) : cli_fail(c, &e);
    for (size_t i = 0; i < count; i++)
        cJSON_Delete(reports[i]);
    cJSON_Delete(merged);
    free((void *)reports);
    free(found.items);
    return status;
}

/* ---- diff ---- */

struct difference {
    struct entries old, now;
    cJSON *old_report, *now_report;
    struct import_places other; /* instead of `old`, of another scanner */
    struct arena arena;
    size_t same, moved, fixed, fresh, failing;
};

/* The same fingerprint in the same file first, then in another one: moved. */
static void pair(struct difference *d, bool same_path) {
    size_t i = 0, k = 0;
    while (i < d->old.count && k < d->now.count) {
        struct entry *a = &d->old.items[i], *b = &d->now.items[k];
        int order = a->paired ? -1 : b->paired ? 1 : strcmp(a->fingerprint, b->fingerprint);
        if (order == 0 && same_path)
            order = strcmp(a->path, b->path);
        if (order == 0) {
            a->paired = b->paired = true;
            b->moved = !same_path;
            d->same += same_path;
            d->moved += !same_path;
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
    out_text(o, ":%.0f  %s  ", e->line, severity_name((enum severity)severity_of(e->finding)));
    out_path(o, MARK_NONE, message ? message : "");
    if (name) {
        out_text(o, " in ");
        out_path(o, MARK_BOLD, name);
    }
    out_text(o, "\n");
}

static void compare(struct cli *c, struct difference *d) {
    sort_entries(&d->old, by_identity);
    sort_entries(&d->now, by_identity);
    pair(d, true);
    pair(d, false);
    for (size_t i = 0; i < d->old.count; i++)
        d->fixed += !d->old.items[i].paired;
    for (size_t i = 0; i < d->now.count; i++) {
        d->fresh += !d->now.items[i].paired;
        d->failing += !d->now.items[i].paired && severity_of(d->now.items[i].finding) >= c->options.fail_on;
    }
}

static void show_difference(struct cli *c, struct difference *d) {
    sort_entries(&d->old, by_place);
    sort_entries(&d->now, by_place);
    for (size_t i = 0; i < d->now.count && !c->options.quiet; i++)
        if (!d->now.items[i].paired)
            show(&c->out, "new", MARK_RED, &d->now.items[i]);
    for (size_t i = 0; i < d->old.count && !c->options.quiet; i++)
        if (!d->old.items[i].paired)
            show(&c->out, "fixed", MARK_GREEN, &d->old.items[i]);
    for (size_t i = 0; i < d->now.count && !c->options.quiet; i++)
        if (d->now.items[i].moved)
            show(&c->out, "moved", MARK_NONE, &d->now.items[i]);
    out_text(&c->out, "%zu new, %zu fixed, %zu in another file, %zu as before.\n", d->fresh, d->fixed,
             d->moved, d->same);
}

static double last_line(const struct entry *e) {
    return json_number(e->finding, "end_line", e->line);
}

/* Whether a finding of ours lies on the line. `now` is sorted by place. */
static bool is_ours(const struct entries *now, const struct import_place *p) {
    size_t low = 0, high = now->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(now->items[middle].path, p->path) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < now->count && strcmp(now->items[low].path, p->path) == 0; low++)
        if (now->items[low].line <= p->line && last_line(&now->items[low]) >= p->line)
            return true;
    return false;
}

/* What another scanner reported has a place alone. */
static void show_other(struct cli *c, struct difference *d) {
    size_t both = 0, alone = 0;
    for (size_t i = 0; i < d->now.count; i++)
        d->now.items[i].path = path_normalize(&d->arena, d->now.items[i].path);
    sort_entries(&d->now, by_place);
    for (size_t i = 0; i < d->now.count; i++) {
        struct entry *e = &d->now.items[i];
        e->paired = baseline_import_has(&d->other, e->path, (uint32_t)e->line, (uint32_t)last_line(e));
        both += e->paired;
        d->failing += !e->paired && severity_of(e->finding) >= c->options.fail_on;
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

static int diff(struct cli *c, const char *old, const char *now) {
    struct error e = {0};
    struct difference d = {0};
    bool own = read_report(old, &d.old_report, &e) == KL_OK;
    enum kl_status s = own ? KL_OK : baseline_import_read(old, &d.arena, &d.other, &e);
    if (s == KL_OK)
        s = read_report(now, &d.now_report, &e);
    if (s == KL_OK) {
        take_findings(d.now_report, false, &d.now);
        take_findings(d.old_report, false, &d.old);
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
    free(d.now.items);
    free(d.other.items);
    arena_release(&d.arena);
    return status;
}

int cmd_report(struct cli *c) {
    const struct string_list *words = &c->options.arguments;
    const char *verb = words->count > 0 ? words->items[0] : "";
    if (strcmp(verb, "merge") == 0 && words->count > 1)
        return merge(c, words->items + 1, words->count - 1);
    if (strcmp(verb, "diff") == 0 && words->count == 3)
        return diff(c, words->items[1], words->items[2]);
    return cli_usage(c, "say what to do: keylift report merge REPORT..., or keylift report diff OLD NEW");
}
