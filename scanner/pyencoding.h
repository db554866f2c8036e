/* pyencoding.h: which encoding a Python file declares (PEP 263). Only pyfile.c
 * needs it. */
#ifndef KEYLIFT_SCANNER_PYENCODING_H
#define KEYLIFT_SCANNER_PYENCODING_H

#include "base/slice.h"

struct pyencoding {
    const char *name;    /* of Python's codec */
    const char *iconv;   /* NULL: UTF-8, ASCII and Latin-1 are ours */
    const char *aliases; /* as Python's registry normalises them, each between blanks */
};

/* The name in a coding comment of the first two lines; empty if there is none. */
struct slice pyencoding_cookie(struct slice bytes);
/* As CPython's tokenizer does before it asks the registry: "UTF_8-unix" is UTF-8. */
bool pyencoding_is_utf8(struct slice cookie);
/* NULL: a name that Python does not know, or that cannot hold Python code here. */
const struct pyencoding *pyencoding_find(struct slice cookie);

#endif
