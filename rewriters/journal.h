/* journal.h: what a run has done, on disk before it is done, without a secret:
 * paths, hashes of files, spans, the spelling of each literal without its
 * characters, names and versions in the vault.
 *
 * JSON Lines in <git dir>/keylift/runs/<id>.jsonl (or .keylift/ without git),
 * folder 0700, each line synced before the step that it announces. */
#ifndef KEYLIFT_REWRITERS_JOURNAL_H
#define KEYLIFT_REWRITERS_JOURNAL_H

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"

struct journal {
    char *folder;      /* state folder */
    char *path;        /* this run's file */
    char run_id[24];
    struct file_lock lock;
    bool open;
};

/* State folder of a project: in the git directory, else root/.keylift. The
 * result lives in the arena; nothing is created. */
enum kl_status journal_folder(const char *root, struct arena *a, char **out, struct error *e) KL_MUST_USE;
/* Takes the lock (KL_ERR_LOCKED says who holds it), removes temporary files of
 * runs that died, and begins a run. */
enum kl_status journal_begin(struct journal *j, const char *root, struct error *e) KL_MUST_USE;
/* Takes ownership of `record`; adds "step". Synced on return. */
enum kl_status journal_record(struct journal *j, const char *step, cJSON *record, struct error *e) KL_MUST_USE;
/* A journal as it lies on disk: `records` is an array of objects; a last line
 * that was cut off by a kill is left out and sets `torn`. */
struct journal_log {
    cJSON *records;
    bool torn, finished;
};
enum kl_status journal_load(const char *path, struct journal_log *out, struct error *e) KL_MUST_USE;
void journal_log_release(struct journal_log *log);
enum kl_status journal_finish(struct journal *j, struct error *e) KL_MUST_USE;
void journal_release(struct journal *j); /* lock given back */

#endif
