/* requirement.h: one requirement of a Python project, as far as it must be known to
 * say whether a package is there already. (PyPA specifications: Dependency specifiers,
 * Names and normalization, Version specifiers; poetry's and pipenv's constraints.) */
#ifndef KEYLIFT_REWRITERS_REQUIREMENT_H
#define KEYLIFT_REWRITERS_REQUIREMENT_H

#include "base/slice.h"

/* Borrowed from the text that was read. */
struct requirement {
    struct slice name;
    struct slice extras;    /* between the brackets; empty without them */
    struct slice specifier; /* ">=1.0,<2"; a constraint of poetry: "^1.2"; empty for any version */
    bool conditional;       /* only under a marker */
    bool elsewhere;         /* from a URL or a folder: its version is not known */
};

/* "python-dotenv[cli]>=1.0; python_version > '3.8'". False if it is no such thing. */
bool requirement_parse(struct slice text, struct requirement *out) KL_MUST_USE;
/* PEP 503: case does not count, and runs of "-", "_" and "." are one "-". */
bool requirement_same_name(struct slice a, struct slice b);
/* True when the specifier leaves out every version from `least` ("1.0.1") on: a pin on
 * an older one, or a bound below it. What is not understood leaves nothing out. */
bool requirement_is_older(struct slice specifier, struct slice least);

#endif
