/* report_merge.c: `keylift report merge A B...`: the reports of shards as one. */
#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "cli/report_entries.h"
#include "cli/report_html.h"

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

/* Adds to the member of this name, which may not be there yet. */
static void add_to(cJSON *j, const char *name, double number) {
    cJSON *there = cJSON_GetObjectItemCaseSensitive(j, name);
    if (there)
        cJSON_SetNumberValue(there, there->valuedouble + number);
    else
        cJSON_AddNumberToObject(j, name, number);
}

/* Of the numbers `name` in what the statistics have under `group`. */
static void add_sum(cJSON **reports, size_t count, cJSON *to, const char *group, const char *name) {
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += json_number(json_get(json_get(reports[i], "stats"), group), name, 0);
    if (sum > 0)
        cJSON_AddNumberToObject(to, name, sum);
}

/* Of the shards that asked providers: the findings of each verdict, and the tokens that each host was sent.
 */
static void unite_verification(cJSON **reports, size_t count, cJSON *stats) {
    cJSON *to = NULL, *sent = NULL;
    for (size_t i = 0; i < count; i++) {
        const cJSON *from = json_get(json_get(reports[i], "stats"), "verification"), *item;
        if (!from)
            continue;
        if (!to) {
            to = cJSON_AddObjectToObject(stats, "verification");
            sent = cJSON_CreateObject();
        }
        cJSON_ArrayForEach(item, from) {
            if (cJSON_IsNumber(item))
                add_to(to, item->string, item->valuedouble);
        }
        cJSON_ArrayForEach(item, json_get(from, "sent")) {
            if (cJSON_IsNumber(item))
                add_to(sent, item->string, item->valuedouble);
        }
    }
    if (to)
        cJSON_AddItemToObject(to, "sent", sent);
}

static void unite_stats(cJSON **reports, size_t count, cJSON *to) {
    static const char *const sums[] = {"files", "bytes", "suppressed", "seconds"};
    cJSON *stats = cJSON_AddObjectToObject(to, "stats");
    for (size_t i = 0; i < KL_ARRAY_LEN(sums); i++)
        cJSON_AddNumberToObject(stats, sums[i], sum_of(reports, count, sums[i]));
    static const char *const sums_if_any[] = {"commits", "archives"};
    for (size_t i = 0; i < KL_ARRAY_LEN(sums_if_any); i++) {
        double sum = sum_of(reports, count, sums_if_any[i]);
        if (sum > 0)
            cJSON_AddNumberToObject(stats, sums_if_any[i], sum);
    }
    unite_verification(reports, count, stats);
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
        if (!json_string(f, "suppressed") && report_severity(f) >= c->options.fail_on)
            return STATUS_FINDINGS;
    }
    return STATUS_DONE;
}

/* Prints the report, and deletes it. */
static void print_merged(const struct cli *c, cJSON *merged, struct output *o) {
    if (c->options.format == FORMAT_HTML)
        report_html_page(merged, &c->options, ".", o);
    else
        report_print_json(o, merged, true);
}

static enum kl_status write_merged(struct cli *c, cJSON *merged, struct error *e) {
    if (!c->options.output) {
        print_merged(c, merged, &c->out);
        return KL_OK;
    }
    struct out_file file;
    enum kl_status s = out_file_begin(&file, c->options.output, c->redactor, e);
    if (s != KL_OK) {
        cJSON_Delete(merged);
        return s;
    }
    print_merged(c, merged, &file.output);
    return out_file_end(&file, e);
}

/* Names the reports that have the finding's value, where that is not this one alone. */
static void add_reports(cJSON *finding, const struct entries *by_value, const char *const *paths) {
    const char *value_id = json_string(finding, "value_id"), *last = NULL;
    cJSON *list = cJSON_CreateArray();
    for (size_t i = report_find_value(by_value, value_id ? value_id : "");
         i < by_value->count && strcmp(by_value->items[i].value_id, value_id) == 0; i++) {
        const char *path = paths[by_value->items[i].report];
        if (!last || strcmp(last, path) != 0)
            cJSON_AddItemToArray(list, cJSON_CreateString(path));
        last = path;
    }
    if (cJSON_GetArraySize(list) > 1)
        cJSON_AddItemToObject(finding, "reports", list);
    else
        cJSON_Delete(list);
}

static void unite_findings(struct entries *found, const char *const *paths, cJSON *to) {
    struct entries by_value = report_sorted_by_value(found);
    cJSON *list = cJSON_AddArrayToObject(to, "findings");
    report_sort(found, report_by_place);
    for (size_t i = 0; i < found->count; i++) {
        if (i > 0 && report_by_place(&found->items[i], &found->items[i - 1]) == 0)
            continue;
        cJSON *finding = cJSON_Duplicate(found->items[i].finding, true);
        add_reports(finding, &by_value, paths);
        cJSON_AddItemToArray(list, finding);
    }
    free(by_value.items);
}

int report_merge(struct cli *c, const char *const *paths, size_t count) {
    struct error e = {0};
    struct entries found = {0};
    cJSON **reports = mem_calloc(count + 1, sizeof *reports), *merged = json_document(REPORT_VERSION);
    int status = STATUS_TROUBLE;
    enum kl_status s = KL_OK;
    for (size_t i = 0; i < count && s == KL_OK; i++)
        s = report_read(paths[i], &reports[i], &e);
    for (size_t i = 0; i < count && s == KL_OK; i++)
        report_take(reports[i], i, true, &found);
    if (s == KL_OK) {
        unite_findings(&found, paths, merged);
        unite_list(reports, count, "environment", merged);
        unite_list(reports, count, "errors", merged);
        unite_stats(reports, count, merged);
        status = status_of(c, merged, &found);
        s = write_merged(c, merged, &e);
        merged = NULL;
    }
    if (s != KL_OK)
        status = cli_fail(c, &e);
    for (size_t i = 0; i < count; i++)
        cJSON_Delete(reports[i]);
    cJSON_Delete(merged);
    free((void *)reports);
    free(found.items);
    return status;
}
