/* journal.h: what a run has done, on disk before it is done, without a secret:
 * paths, hashes of files, spans, the spelling of each literal without its
 * characters, names and versions in the vault.
 *
 * JSON Lines in <git dir>/keylift/runs/<id>.jsonl (or .keylift/ without git),
 * folder 0700, each line synced before the step that it announces.
 *
 * Every line is an object with "step". A path that is not UTF-8 stands
 * percent-encoded under its key with "_percent" behind it.
 *
 *     begin    format (1), tool, run, time, root
 *     prepare  files: [{path, temp, create, old_tag, old_bytes, new_sha256, undo}]
 *              (no new_sha256 where an undo puts secrets back)
 *              undo is as undo.h has it; old_tag is 16 bits of the old file's SHA-256, since a whole hash
 *              would confirm a guess of a weak secret that left the file
 *     stage    entries: [{path, mode, id, before_tag}]: what goes into git's index behind the last rename
 *     commit   every temporary file is written and synced; renames begin
 *     applied  every file is replaced
 *     stopped  they are not; the temporary files are removed
 *     swept    a later run removed what this one, killed, had left
 *     resume   the run goes on; what it replaces from here on is in a "prepare" of its own
 *     finish   nothing is left to do
 *
 * Any record's "files" may name a "temp" that the next run removes if this one is
 * killed (migrate names the .env's in its "start").
 *
 * Where many steps are announced together, journal_hold keeps their lines back until
 * journal_flush, so that they cost one sync.
 *
 * And what the commands add around the vault (start with the run's plan, put, stored,
 * present). */
#ifndef KEYLIFT_REWRITERS_JOURNAL_H
#define KEYLIFT_REWRITERS_JOURNAL_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"

struct journal {
    char *folder; /* state folder */
    char *path;   /* this run's file */
    char run_id[24];
    struct file_lock lock;
    bool open, held;
    bool broken;        /* a line could not be written, wholly and synced: no other comes behind it */
    struct buf waiting; /* lines kept back */
};

/* State folder of a project: in the git directory, else root/.keylift. The
 * result lives in the arena; nothing is created. */
enum kl_status journal_folder(const char *root, struct arena *a, char **out, struct error *e) KL_MUST_USE;
/* Takes the lock (KL_ERR_LOCKED says who holds it), removes temporary files of
 * runs that died, and begins a run. */
enum kl_status journal_begin(struct journal *j, const char *root, struct error *e) KL_MUST_USE;
/* Takes ownership of `record`; adds "step". Synced on return, or after journal_hold on
 * the return of journal_flush. */
enum kl_status journal_record(struct journal *j, const char *step, cJSON *record,
                              struct error *e) KL_MUST_USE;
/* Goes on with the run `run_id`, which was killed or stopped, in its own file. A last
 * line that was cut off is taken away. KL_ERR_CONFLICT when the run is finished. */
enum kl_status journal_resume(struct journal *j, const char *root, const char *run_id,
                              struct error *e) KL_MUST_USE;
void journal_hold(struct journal *j);
enum kl_status journal_flush(struct journal *j, struct error *e) KL_MUST_USE;
/* A journal as it lies on disk: `records` is an array of objects; a last line
 * that was cut off by a kill is left out and sets `torn`. */
struct journal_log {
    cJSON *records;
    bool torn, finished;
};
enum kl_status journal_load(const char *path, struct journal_log *out, struct error *e) KL_MUST_USE;
/* Paths as records hold them; the result of the second lives in the arena, NULL if absent. */
void journal_add_path(cJSON *object, const char *key, const char *path);
char *journal_get_path(const cJSON *object, const char *key, struct arena *a);
void journal_log_release(struct journal_log *log);
enum kl_status journal_finish(struct journal *j, struct error *e) KL_MUST_USE;
void journal_release(struct journal *j); /* lock given back */

#endif
