/* report_entries.c: see report_entries.h. */
#include "cli/report_entries.h"

#include <stdlib.h>

#include "base/bisect.h"
#include "base/file.h"
#include "base/mem.h"

enum kl_status report_read(const char *path, cJSON **out, struct error *e) {
    struct buf text = BUF_INIT(REPORT_MAX_BYTES);
    enum kl_status s = file_read(path, REPORT_MAX_BYTES, &text, e);
    if (s == KL_OK)
        s = json_parse(buf_as_slice(&text), path, out, e);
    buf_release(&text);
    if (s == KL_ERR_PARSE) {
        struct error why = *e; /* "PATH: line 1, ..." */
        bool named = strncmp(why.message, path, strlen(path)) == 0;
        s = error_set(e, KL_ERR_PARSE, "%s is no report of \"keylift scan --format json\"%s", path,
                      named ? why.message + strlen(path) : "");
    }
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

void report_take(const cJSON *report, size_t index, bool silenced, struct entries *out) {
    const cJSON *f;
    cJSON_ArrayForEach(f, json_get(report, "findings")) {
        const char *path = json_string(f, "path"), *fingerprint = json_string(f, "fingerprint");
        const char *value_id = json_string(f, "value_id");
        if (!path || !fingerprint || (!silenced && json_string(f, "suppressed")))
            continue;
        out->items = mem_grow(out->items, &out->capacity, out->count + 1, sizeof *out->items);
        out->items[out->count++] = (struct entry){.finding = f,
                                                  .path = path,
                                                  .fingerprint = fingerprint,
                                                  .value_id = value_id ? value_id : "",
                                                  .report = index,
                                                  .line = json_number(f, "line", 0),
                                                  .start = json_number(f, "start_byte", 0)};
    }
}

int report_by_place(const void *a, const void *b) {
    const struct entry *x = a, *y = b;
    int order = strcmp(x->path, y->path);
    if (order == 0)
        order = (x->start > y->start) - (x->start < y->start);
    if (order == 0)
        order = strcmp(x->fingerprint, y->fingerprint);
    return order != 0 ? order : strcmp(x->value_id, y->value_id);
}

int report_by_identity(const void *a, const void *b) {
    const struct entry *x = a, *y = b;
    int order = strcmp(x->fingerprint, y->fingerprint);
    return order != 0 ? order : report_by_place(a, b);
}

int report_by_value(const void *a, const void *b) {
    const struct entry *x = a, *y = b;
    int order = strcmp(x->value_id, y->value_id);
    if (order == 0)
        order = (x->report > y->report) - (x->report < y->report);
    return order != 0 ? order : report_by_place(a, b);
}

void report_sort(struct entries *e, int (*compare)(const void *, const void *)) {
    if (e->count > 1)
        qsort(e->items, e->count, sizeof *e->items, compare);
}

struct entries report_sorted_by_value(const struct entries *e) {
    struct entries copy = {mem_calloc(e->count + 1, sizeof *copy.items), e->count, e->count + 1};
    for (size_t i = 0; i < e->count; i++)
        copy.items[i] = e->items[i];
    report_sort(&copy, report_by_value);
    return copy;
}

size_t report_find_value(const struct entries *by_value_id, const char *value_id) {
    struct bisection b = {.high = by_value_id->count};
    while (bisect(&b))
        bisect_tell(&b, strcmp(by_value_id->items[b.middle].value_id, value_id) < 0);
    bool found = value_id[0] && b.low < by_value_id->count &&
                 strcmp(by_value_id->items[b.low].value_id, value_id) == 0;
    return found ? b.low : by_value_id->count;
}

int report_severity(const cJSON *finding) {
    enum severity s = SEVERITY_HIGH; /* what is not understood is not made light of */
    const char *name = json_string(finding, "severity");
    return name && severity_parse(name, &s) ? (int)s : SEVERITY_HIGH;
}
