/* finding_tuple.h: what a scan yields, as Python has it. The caller holds the interpreter's lock. */
#ifndef KEYLIFT_EXTENSION_FINDING_TUPLE_H
#define KEYLIFT_EXTENSION_FINDING_TUPLE_H

#include <Python.h>

#include "extension/scan_job.h"

/* A new list with a tuple for each finding, in the order of the members of the JSON report; without the
 * silenced ones unless `silenced`. NULL, with an exception set, when memory runs out. */
PyObject *finding_tuples(const struct scan_job *j, bool silenced);
/* A new list of (path, message). */
PyObject *error_tuples(const struct scan_job *j);

#endif
