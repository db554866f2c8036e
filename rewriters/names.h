/* names.h: which name a secret gets. Upper snake case of the variable, key or
 * argument; free of the environment, of the project's own reads, and of a table
 * of names that systems, libraries and SDKs interpret. Deterministic: the same
 * findings give the same names. */
#ifndef KEYLIFT_REWRITERS_NAMES_H
#define KEYLIFT_REWRITERS_NAMES_H

#include "base/arena.h"
#include "base/error.h"
#include "base/secret.h"
#include "scanner/finding.h"

/* What a name is made for: one literal. Findings must have kept their values. */
struct name_request {
    const struct finding *finding;
    const char *name; /* out: in the arena */
    const char *note; /* out: NULL, or why it is not the plain one: "API_KEY is read by app/conf.py" */
};

struct name_context {
    const char *project;          /* name of the root folder, put before a name that is not free */
    const char *prefix;           /* --prefix, put before every name; NULL for none */
    const char *form;             /* --name-template; NULL: "{name}" */
    const char *root;             /* folder of the project, absolute: for {module} */
    const char *environment;      /* for {environment} */
    const struct env_read *reads; /* of the whole project: writes and deletes too */
    size_t read_count;
    bool (*in_environment)(void *ctx, const char *name);
    /* What the vault has under a name: 0 nothing, 1 what the finding needs, -1 something else. */
    int (*in_vault)(void *ctx, const char *name, const struct finding *f);
    /* Told, before in_vault is asked, most of the names that it will be asked about, so that
     * they can be looked up side by side. NULL: nobody. */
    void (*expect)(void *ctx, const char *const *names, size_t count);
    void *ctx;
};

/* One value in many places gets one name; two values never share one (text and
 * bytes of the same characters are two values: vaults hold text). Deterministic
 * in the order of the requests. KL_ERR_LIMIT when no form of a name is free. */
enum kl_status names_assign(struct name_request *requests, size_t count, const struct name_context *context,
                            struct arena *arena, struct error *e) KL_MUST_USE;

/* What may stand in a template, and that {environment} is known where it does. */
enum kl_status names_check_form(const char *form, const char *environment, struct error *e) KL_MUST_USE;

#define NAMES_MAX_BYTES 255u /* what GCP and Azure take, less than others */

/* Whether it can be the name of an environment variable and of a secret. */
bool name_is_valid(const char *name);
/* Why a valid name that somebody chose cannot be that of `f`, in the arena; NULL if it can. */
const char *name_taken(const char *name, const struct finding *f, const struct name_context *context,
                       struct arena *arena);

/* True for names that a system, library or SDK interprets; *why (if not NULL)
 * names it. */
bool name_is_ambient(const char *name, const char **why);

/* Who sets a variable for every program, so that no project has to: "the system"; else NULL. */
const char *name_given_by(const char *name);

/* UPPER_SNAKE_CASE of any identifier, key or file name: "apiKey2" is API_KEY2.
 * Empty if nothing of it can stand in a name. */
char *name_from_words(struct arena *arena, struct slice words);

#endif
