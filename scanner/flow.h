/* flow.h: where the variables of a file go, so that a literal under a name that says nothing is judged by
 * what it is used as:
 *
 *     x = "..."
 *     connect(password=x)        as "password"
 *     {"api_key": x}             as "api_key"
 *     conf["secret"] = x         as "secret"
 *     self.token = x             as "token"
 *     HTTPBasicAuth("me", x)     as argument 1 of HTTPBasicAuth
 *     get(url, auth=("me", x))   as "password"
 *     f"Bearer {x}"              as "token", and "Bearer " + x
 *
 * One pass over the tokens, made only for files that have a literal to ask about; uses that tell nothing are
 * not kept. A use counts in the function of the literal, and in those inside of it; at the level of the
 * module in all. */
#ifndef KEYLIFT_SCANNER_FLOW_H
#define KEYLIFT_SCANNER_FLOW_H

#include "scanner/finding.h"

struct flow {
    struct slice variable;
    struct slice as; /* what it is called there; empty for an argument */
    struct slice callee;
    uint32_t argument;
    uint32_t scope; /* the function around the use */
    uint32_t token; /* of the use */
};

struct flow_scope {
    uint32_t first, last; /* tokens of a function's body */
    uint32_t outer;
};

struct flows {
    struct flow *items; /* by variable, then in the order of the file */
    size_t count, capacity;
    struct flow_scope *scopes; /* [0] is the module; by `first` */
    size_t scope_count, scope_capacity;
    bool collected;
};

void flows_clear(struct flows *f); /* for the next file; memory is kept */
void flows_release(struct flows *f);

/* All uses of a file, those of a.b (the variable "a.b") as well. */
void flow_collect(struct flows *f, struct slice text, const struct py_tokens *tokens, struct arena *arena);
/* The candidate as it would be where it is used. */
struct candidate flow_candidate(const struct flow *flow, const struct candidate *c);

/* Calls fn for the uses of the candidate's variable, the first few, until it returns true: then true. `as` is
 * the candidate as it would be there. */
bool flow_uses(struct flows *f, struct slice text, const struct py_tokens *tokens, struct arena *arena,
               const struct candidate *c, bool (*fn)(void *ctx, const struct candidate *as), void *ctx);

#endif
