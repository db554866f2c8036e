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

/* A constant of the module: PREFIX = "shop/" */
struct python_constant {
    const char *name;
    const char *value;   /* as it is; the rewriter puts it in quotes */
    const char *comment; /* a sentence above it; NULL for none */
    bool has_prefix;     /* it begins with the prefix of the names */
};

/* One environment of several (dev, prod), whose secrets lie apart under the same names. */
struct python_environment {
    const char *name;     /* "prod": that of the migration */
    const char *variable; /* of the program: it names the environment there; NULL: always this one */
    const char *prefix;   /* of the names in the vault: "shop/prod/"; NULL where a file keeps them */
    size_t at;            /* of `name` in `prefix` */
};

#define PYTHON_MAX_CONSTANTS 8

/* What one module for all sites must say: bodies of functions, each line indented by four
 * blanks and ended by LF, Python 3.8, as black formats it and mypy --strict takes it. They may
 * use the constants, `os`, `json`, `_client()` and `SecretNotFoundError(name)`.
 *
 *     read     of (name: str) -> str | bytes: text, or bytes as the vault holds them; a text
 *              stands for bytes as their base64. Raises SecretNotFoundError for a missing name
 *     client   of () -> Any: makes the client, once a process; NULL if there is none
 *     bundle   of () -> dict[str, str]: all names at once, the fields of one secret, by
 *              `_read(name)`, which is `read`, or (then `read` is NULL) by itself; NULL if each
 *              name is a secret of its own */
struct python_module {
    const char *title;                                          /* "AWS Secrets Manager" */
    struct python_constant constants[PYTHON_MAX_CONSTANTS + 1]; /* ends with name NULL */
    const char *read, *client, *bundle;
    const struct python_environment *environment; /* NULL: the names are there once */
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
    const struct python_module *module;    /* NULL: nothing that a module could do better than the site */
    const struct python_environment *environment; /* NULL: the names are there once */
};

#endif
