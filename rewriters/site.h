/* site.h: may this literal be replaced by an expression? Decides by the tokens
 * of the literal and by the shape of the tree around it, from two tables in
 * site_rules.c: what the literal may stand in directly, and what must not be
 * anywhere around it. What is in neither table is left alone. */
#ifndef KEYLIFT_REWRITERS_SITE_H
#define KEYLIFT_REWRITERS_SITE_H

#include "rewriters/rewrite.h"
#include "rewriters/source.h"

/* Where an accepted site stands. */
struct site_place {
    uint32_t start, end;      /* text offsets of the expression that is replaced */
    uint32_t statement_start; /* of the statement of the module that it is in */
    struct rewrite_site *site;
};

/* NULL and *place filled in, or the reason. `w` seeks forward: sites in order.
 * `from_environment` says that the new expression reads os.environ. */
const char *site_decide(const struct source *s, struct pytree_walker *w, struct rewrite_site *site,
                        bool from_environment, struct arena *arena, struct site_place *place);

/* What the rules look at: the way from the module to the site. */
struct site_view {
    const struct source *source;
    const struct rewrite_site *site;
    const struct pytree_step *steps;
    size_t index; /* steps[index] is the node whose parent is judged */
    bool from_environment;
};

typedef bool (*site_test)(const struct site_view *v);

enum site_verdict {
    SITE_ALLOW,
    SITE_FLOW, /* the parent's value is the site's value: judge the parent too */
    SITE_REFUSE
};

struct site_rule {
    const char *parent; /* node type; NULL in the last row */
    const char *field;  /* of the child in it; NULL: any */
    site_test test;     /* NULL: always */
    enum site_verdict verdict;
    const char *reason; /* for SITE_REFUSE */
};

extern const struct site_rule site_direct_rules[]; /* first match counts; none: refused */
extern const struct site_rule site_around_rules[]; /* every ancestor; first match counts */

#endif
