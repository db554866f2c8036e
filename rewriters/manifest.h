/* manifest.h: the files in which a Python project says which packages it needs. Text
 * in, text out; no file is touched.
 *
 *     manifest_read   which packages it has, which files it takes in, what it cannot be
 *     manifest_add    the text with more packages: bytes are inserted, none changes
 *
 * What manifest_add makes is read again: it must say what the old text said, and the
 * new packages behind that. Otherwise nothing is added, with the reason. */
#ifndef KEYLIFT_REWRITERS_MANIFEST_H
#define KEYLIFT_REWRITERS_MANIFEST_H

#include "base/arena.h"
#include "base/json.h"
#include "rewriters/requirement.h"

enum manifest_kind {
    MANIFEST_REQUIREMENTS, /* requirements.txt, requirements/base.in: pip's format */
    MANIFEST_PYPROJECT,    /* [project].dependencies, or poetry's table */
    MANIFEST_PIPFILE,      /* [packages] */
    MANIFEST_SETUP_CFG     /* [options] install_requires */
};

struct manifest_reader {
    void *ctx;
    void (*requirement)(void *ctx, const struct requirement *r);
    void (*include)(void *ctx, struct slice path); /* another file's list, seen from this one's folder */
};

struct manifest_facts {
    bool lists;           /* it has a list of packages, or the place for one */
    bool in_other_files;  /* pyproject.toml, setup.cfg: the list is in the files of `include` */
    bool poetry;          /* the list is poetry's own table */
    bool installs_itself; /* requirements.txt: "-e ." */
    bool compiled;        /* made by a program from another file */
    const char *unclear;  /* why nothing can be added, static; NULL */
};

/* Calls the reader (its functions may be NULL) for all that is in there. */
void manifest_read(enum manifest_kind kind, struct slice bytes, const struct manifest_reader *reader,
                   struct manifest_facts *out);

#define MANIFEST_INSERTS_MAX 2u

struct manifest_insert {
    size_t at; /* of the old bytes */
    struct slice text;
};

/* Everything in the arena. */
struct manifest_output {
    struct manifest_insert inserts[MANIFEST_INSERTS_MAX]; /* in order */
    size_t count;
    struct slice bytes;
    const char *left; /* why nothing was added, static; NULL */
};

/* `requirements`: "python-dotenv>=1.0.1", none of which is in there. */
void manifest_add(enum manifest_kind kind, struct slice bytes, const char *const *requirements, size_t count,
                  struct arena *a, struct manifest_output *out);
/* As undo.h has it: how the old bytes come back. */
cJSON *manifest_undo(const struct manifest_output *out);

#endif
