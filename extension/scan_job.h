/* scan_job.h: one scan on behalf of a program that is not ours: whatever happens, it lives on. Any number of
 * threads may run jobs at the same time. */
#ifndef KEYLIFT_EXTENSION_SCAN_JOB_H
#define KEYLIFT_EXTENSION_SCAN_JOB_H

#include "scanner/scanfile.h"

struct scan_job {
    struct scan_options options; /* its redactor is the job's own */
    const char *path;            /* of `data`; NULL: options.paths are scanned */
    struct slice data;
    struct scan_worker
        *worker; /* for `data`: kept from job to job by the caller, for the same rules; NULL: none yet */
    struct scan_result result;
    enum kl_status status;
    struct error error;
};

/* NULL: status, error and result say what came of it. Else it could not be run to its end ("out of memory"),
 * and what it held is lost (mem_guard), its worker, too: there is nothing to release. */
const char *scan_job_run(struct scan_job *j) KL_MUST_USE;
void scan_job_release(struct scan_job *j);

/* The built-in rules, made once for many jobs; NULL: out of memory. */
struct rule_set *scan_job_rules(void);

#endif
