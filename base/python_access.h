/* python_access.h: what Python code must say to read a secret from a vault, as
 * data. A backend publishes it, a rewriter writes it down; neither knows the
 * other, so n vaults times m styles is n + m files.
 *
 * Templates hold {name} (the name as the vault stores it, as a Python string
 * literal, quotes included) and {client} (the expression that yields the client). */
#ifndef KEYLIFT_BASE_PYTHON_ACCESS_H
#define KEYLIFT_BASE_PYTHON_ACCESS_H

#include "base/common.h"

struct python_import {
    const char *module; /* "os", "dotenv" */
    const char *symbol; /* NULL: import module; else from module import symbol */
};

struct python_package {
    const char *name;        /* on PyPI: "python-dotenv" */
    const char *requirement; /* "python-dotenv>=1.0.1" */
};

struct python_access {
    const char *vault;                     /* "dotenv" */
    const struct python_package *packages; /* ends with name NULL */
    const struct python_import *imports;   /* what the read expression needs; ends with module NULL */
    const char *read_text;                 /* expression of type str: os.environ[{name}] */
    const char *read_bytes;                /* expression of type bytes, from the stored text */
    const char *missing_error;             /* exception of a missing name: "KeyError" */
    const char *client;                    /* expression that makes the client; NULL if none is needed */
    bool text_only;                        /* bytes are stored as base64 text */
    bool needs_loading;                    /* the process must load a file first: load_dotenv(...) */
};

#endif
