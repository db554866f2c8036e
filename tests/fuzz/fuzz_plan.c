/* fuzz_plan.c: any bytes may be a plan. What is read is inside of its bounds: no path
 * leaves the project, sites lie in their files, in order, and each has a name. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

#include "rewriters/plan.h"

static void check_path(const char *path) {
    if (!path[0] || path[0] == '/')
        abort();
    for (const char *part = path; part; part = strchr(part, '/'), part = part ? part + 1 : NULL)
        if (part[0] == '.' && part[1] == '.' && (!part[2] || part[2] == '/'))
            abort();
}

static void check_sites(const struct plan *p) {
    for (size_t i = 0; i < p->site_count; i++) {
        const struct plan_site *s = &p->sites[i];
        if (s->file >= p->file_count || s->start >= s->end || s->end > p->files[s->file].bytes)
            abort();
        if (i > 0 && p->sites[i - 1].file == s->file && p->sites[i - 1].end > s->start)
            abort();
        if (i > 0 && p->sites[i - 1].file > s->file)
            abort();
        if (!s->rule[0] || !plan_find_name(p, s->name))
            abort();
    }
}

static void check(const struct plan *p) {
    if (p->file_count > PLAN_MAX_ENTRIES || p->name_count > PLAN_MAX_ENTRIES ||
        p->site_count > PLAN_MAX_ENTRIES || !p->tool || !p->rules || !p->vault || !p->on_conflict)
        abort();
    check_path(p->root);
    for (size_t i = 0; i < p->file_count; i++) {
        check_path(p->files[i].path);
        if (p->files[i].bytes > KL_MAX_REWRITE_BYTES || strlen(p->files[i].new_sha256) != 64)
            abort();
    }
    for (size_t i = 0; i < p->name_count; i++)
        if (plan_find_name(p, p->names[i].name) != &p->names[i])
            abort();
    check_sites(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct plan plan;
    struct error e = {0};
    if (size > 100000)
        return 0;
    if (plan_parse(slice_of(data, size), "fuzz", &plan, &e) == KL_OK)
        check(&plan);
    else if (!e.message[0] || plan.json)
        abort();
    plan_release(&plan);
    return 0;
}
