/* undo_view.h: a file that undo leaves, since somebody edited it: for each edit of the
 * run, what was there, what keylift wrote, and what is there now. No value. */
#ifndef KEYLIFT_CLI_UNDO_VIEW_H
#define KEYLIFT_CLI_UNDO_VIEW_H

#include "base/json.h"
#include "cli/output.h"

/* `planned`: the file's record in the run's plan; `undo`: its record in the journal (of
 * what undo.h writes). Shows nothing when the two do not fit each other. */
void undo_view(struct output *o, const cJSON *planned, const cJSON *undo, struct slice now);

#endif
