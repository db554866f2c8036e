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

/* What a name is made for: one literal. */
struct name_request {
    const struct finding *finding;
    const char *name;      /* out: in the arena */
    const char *note;      /* out: NULL, or why it is not the plain one: "API_KEY is read by app/conf.py" */
};

struct name_context {
    const char *project;   /* name of the root folder, for the prefix on a collision */
    const char *prefix;    /* --prefix; NULL */
    const struct env_read *reads; /* of the project */
    size_t read_count;
    bool (*in_environment)(void *ctx, const char *name);
    void *ctx;
    /* Value that the vault already has under a name: 0 absent, 1 equal, -1 differs. */
    int (*in_vault)(void *ctx, const char *name, const struct secret *value);
};

/* One value in many places gets one name; two values never share one. */
void names_assign(struct name_request *requests, size_t count, const struct name_context *context,
                  struct arena *arena);
/* True for names that a system, library or SDK interprets; `why` names it. */
bool name_is_ambient(const char *name, const char **why);

#endif
