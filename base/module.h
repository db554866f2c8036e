/* module.h: a part of the program that is loaded only when it is needed. */
#ifndef KEYLIFT_BASE_MODULE_H
#define KEYLIFT_BASE_MODULE_H

#include "base/arena.h"
#include "base/error.h"

/* The folder of the running program, links resolved; NULL, with *e set, when the system
 * does not tell. Not from argv[0] or PATH, which others choose. */
const char *module_program_folder(struct arena *a, struct error *e);

/* Cast to the true type before the call. */
typedef void module_symbol(void);

/* Loads the shared object at `path` (absolute) and finds a function in it. It stays
 * loaded until the program ends: threads of its libraries may run until then.
 * KL_ERR_UNSUPPORTED, with the loader's reason, when it cannot be. */
enum kl_status module_load(const char *path, const char *symbol, module_symbol **out,
                           struct error *e) KL_MUST_USE;

#endif
