/* envread.h: every read and write of an environment variable in a file: through
 * os.environ, its aliases, and the libraries of the design (dotenv, decouple,
 * environs, django-environ, pydantic-settings, starlette, click, typer). */
#ifndef KEYLIFT_SCANNER_ENVREAD_H
#define KEYLIFT_SCANNER_ENVREAD_H

#include "scanner/finding.h"
#include "scanner/pyfile.h"

struct env_reads {
    struct env_read *items; /* path is left NULL: the scan fills it in */
    size_t count, capacity;
};

void env_reads_collect(const struct pyfile *file, const struct py_tokens *tokens, const struct pylines *lines,
                       struct arena *arena, struct env_reads *out);
void env_reads_release(struct env_reads *r);

#endif
