/* pyimport.h: what an import statement binds. */
#ifndef KEYLIFT_SCANNER_PYIMPORT_H
#define KEYLIFT_SCANNER_PYIMPORT_H

#include "scanner/pylex.h"

struct py_import {
    struct slice module; /* "a.b"; empty in `from . import x` */
    uint32_t level;      /* dots before it */
    struct slice member; /* of `from`: a name, or "*"; empty: the module itself */
    struct slice bound;  /* the name that it gets here: of `import a.b` without `as` it is "a" */
    bool renamed;
};

/* Calls fn for everything that the import statements of a file bind, in order. */
void py_imports(struct slice text, const struct py_tokens *tokens,
                void (*fn)(void *ctx, const struct py_import *i), void *ctx);

/* The same of the statement that begins with `import` or `from`, token `keyword`. Other places of these words
 * bind nothing. */
void py_import_each(struct slice text, const struct py_token *t, uint32_t keyword,
                    void (*fn)(void *ctx, const struct py_import *i), void *ctx);

/* The same of the statement whose word `import` stands at text[at], read without tokens; *end: where its line
 * ends. False, and nothing is called, where it is not plainly written: then it may be anything. */
bool py_import_plain(struct slice text, size_t at, size_t *end,
                     void (*fn)(void *ctx, const struct py_import *i), void *ctx);

#endif
