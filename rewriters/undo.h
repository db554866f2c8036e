/* undo.h: putting back the exact old bytes of a rewritten file, from the
 * journal and the values that the vault gives back.
 *
 *     undo_refuse   at the rewrite: leaves the sites that it could not restore
 *     undo_record   then: what the journal keeps of its edits
 *     undo_file     later: the old bytes, or why not
 *
 * A record is an array, one object an edit, in order:
 *
 *     {"at": 120, "bytes": 21,          place in the new file
 *      "old": "..."}                    text that held no secret
 *     {"at": 300, "bytes": 30,
 *      "before": "(", "after": ")",     what was replaced around the literal
 *      "name": "API_KEY", "binary": false, "spelling": [...]}   see spelling.h
 *
 * "json": true says that the text stands in a string of JSON (a notebook). */
#ifndef KEYLIFT_REWRITERS_UNDO_H
#define KEYLIFT_REWRITERS_UNDO_H

#include "rewriters/rewrite.h"
#include "base/json.h"

/* True, with `rewritten` off and a reason, for sites of which undo could not
 * restore the spelling exactly or would have to keep text that may be a secret:
 * the caller rewrites the file again without them. Where an edit that holds no
 * literal cannot be kept, that is all of them. */
bool undo_refuse(const struct rewrite_request *r, const struct rewrite_output *out) KL_MUST_USE;
/* KL_ERR_UNSUPPORTED, with the reason and line, when undo could not restore a
 * literal exactly or would have to keep text that may be a secret. */
enum kl_status undo_record(const struct rewrite_request *r, const struct rewrite_output *out, cJSON **record,
                           struct error *e) KL_MUST_USE;

/* The value that the rewritten code gets for `name`: text, or the bytes
 * themselves when `binary`. */
typedef enum kl_status (*undo_value_fn)(void *ctx, const char *name, bool binary, struct secret *out,
                                        struct error *e);

/* `file` is one element of a "prepare" record's "files". Appends the old bytes
 * to *out (a buffer that wipes). KL_ERR_CONFLICT when the file is not what the
 * run wrote, or a value is not what it was; KL_ERR_NOT_FOUND when there is
 * nothing to put back (a file that the run created: remove it). */
enum kl_status undo_file(const cJSON *file, struct slice current, undo_value_fn value, void *ctx,
                         struct buf *out, struct error *e) KL_MUST_USE;
/* Whether `bytes` are what the run wrote. */
bool undo_is_written(const cJSON *file, struct slice bytes);
/* Whether `bytes` are those from before the run, as far as the journal tells. */
bool undo_is_old(const cJSON *file, struct slice bytes);

#endif
