/* report_entries.c: see report_entries.h. */
#include "cli/report_entries.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"

enum kl_status report_read(const char *path, cJSON **out, struct error *e) {
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

void report_take(const cJSON *report, bool silenced, struct entries *out) {
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

int report_by_place(const void *a, const void *b) {
    const struct entry *x = a, *y = b;
    int order = strcmp(x->path, y->path);
    if (order == 0)
        order = (x->start > y->start) - (x->start < y->start);
    return order != 0 ? order : strcmp(x->fingerprint, y->fingerprint);
}

int report_by_identity(const void *a, const void *b) {
    const struct entry *x = a, *y = b;
    int order = strcmp(x->fingerprint, y->fingerprint);
    return order != 0 ? order : report_by_place(a, b);
}

void report_sort(struct entries *e, int (*compare)(const void *, const void *)) {
    if (e->count > 1)
        qsort(e->items, e->count, sizeof *e->items, compare);
}

int report_severity(const cJSON *finding) {
    enum severity s = SEVERITY_HIGH; /* what is not understood is not made light of */
    const char *name = json_string(finding, "severity");
    return name && severity_parse(name, &s) ? (int)s : SEVERITY_HIGH;
}
