/* env_names.h: which names of a file stand for the environment, or for a
 * library that reads it: `import os as o`, `env = os.environ`, `from decouple
 * import config`. Whole file, no scopes: a name that is also bound to something
 * else, or is a parameter somewhere, is not an alias. */
#ifndef KEYLIFT_SCANNER_ENV_NAMES_H
#define KEYLIFT_SCANNER_ENV_NAMES_H

#include "base/arena.h"
#include "scanner/pyimport.h"

#define ENV_MAX_NAMES 256u /* aliases remembered in a file; more are not followed */

enum env_meaning {
    MEANS_NOTHING,
    MEANS_OS,      /* the module */
    MEANS_ENVIRON, /* os.environ */
    MEANS_GETENV,  /* os.getenv */
    MEANS_PUTENV,
    MEANS_UNSETENV,
    MEANS_DOTENV_MODULE,
    MEANS_LOAD_DOTENV,
    MEANS_DOTENV_VALUES, /* the function */
    MEANS_DOTENV_DICT,   /* what it returned, also merged */
    MEANS_DECOUPLE_MODULE,
    MEANS_DECOUPLE,        /* config */
    MEANS_DECOUPLE_CLASS,  /* AutoConfig, Config: calling it gives a config */
    MEANS_ENVIRONS_MODULE, /* environs, or django-environ's environ */
    MEANS_ENVIRONS_CLASS,  /* Env */
    MEANS_ENVIRONS,        /* env = Env() */
    MEANS_STARLETTE_CLASS,
    MEANS_STARLETTE,
    MEANS_PYDANTIC_MODULE,
    MEANS_SETTINGS_CLASS /* BaseSettings and its subclasses */
};

struct env_name {
    struct slice name;
    uint8_t meaning;     /* enum env_meaning */
    bool bytes;          /* environb, getenvb */
    bool case_sensitive; /* a settings class that keeps the case of its fields */
    bool assigned;       /* by `=`, so that another binding makes it useless */
    struct slice prefix; /* env_prefix of a settings class or a starlette Config */
};

struct env_names {
    struct env_name *items; /* in the arena */
    uint32_t count;
    uint64_t filter; /* by length and first byte: most names are none of them */
};

/* Whether a file may read the environment at all: most do not. */
bool env_names_possible(struct slice text, const struct py_tokens *t);
/* Is what an import gives a reader of it, and has no "env" in its name? May the functions of it that read be
 * called otherwise in this file? */
bool env_names_import_reads(const struct py_import *found);
bool env_names_import_renames(const struct py_import *found);
/* Cheap where that is not possible. */
void env_names_collect(struct slice text, const struct py_tokens *t, struct arena *arena,
                       struct env_names *out);
/* False for most names, without a look at the text of most of those. */
static inline bool env_names_may_hold(const struct env_names *n, struct slice text,
                                      const struct py_token *name) {
    return (n->filter >> ((name->end - name->start) & 31u) & 1u) &&
           (n->filter >> (32u + ((unsigned char)text.ptr[name->start] & 31u)) & 1u);
}
const struct env_name *env_names_find(const struct env_names *n, struct slice name);
/* What the dotted expression that begins at token `first` means: `os.environ`,
 * `o.getenv`, `env`, `decouple.config`. *last is where it ends; what comes
 * behind (".get", a bracket) is the caller's. NULL for most. The result may
 * point to *scratch. */
const struct env_name *env_names_at(const struct env_names *n, struct slice text, const struct py_token *t,
                                    uint32_t first, uint32_t *last, struct env_name *scratch);
/* The same for the expression that ends at token `last`; NULL if more
 * components follow the meaning. */
const struct env_name *env_names_ending_at(const struct env_names *n, struct slice text,
                                           const struct py_token *t, uint32_t last, struct env_name *scratch);
void env_names_add(struct env_names *n, struct arena *arena, struct env_name name);

#endif
