/* scan_job.c: see scan_job.h. */
#include "extension/scan_job.h"

#include "base/mem.h"

static void work(void *arg) {
    struct scan_job *j = arg;
    j->options.redactor = redact_new();
    j->status = j->path ? scan_bytes_by(&j->worker, &j->options, j->path, j->data, &j->result, &j->error)
                        : scan_run(&j->options, &j->result, &j->error);
}

const char *scan_job_run(struct scan_job *j) {
    return mem_guard(work, j);
}

void scan_job_release(struct scan_job *j) {
    scan_result_release(&j->result);
    redact_free(j->options.redactor);
}

static void make_rules(void *arg) {
    struct rule_set **out = arg;
    const struct rule_set_options all = {.only = NULL};
    struct error unseen = {0}; /* no rule file, which alone could be wrong */
    if (rule_set_new(&all, out, &unseen) != KL_OK)
        *out = NULL;
}

struct rule_set *scan_job_rules(void) {
    struct rule_set *rules = NULL;
    return mem_guard(make_rules, &rules) ? NULL : rules;
}
