/* site.h: may this literal be replaced by an expression? Decides by the tokens
 * of the literal and by the shape of the tree around it, from two tables in
 * site_rules.c: what the literal may stand in directly, and what must not be
 * anywhere around it. What is in neither table is left alone. A site that is a
 * part of a literal is site_part.c's. */
#ifndef KEYLIFT_REWRITERS_SITE_H
#define KEYLIFT_REWRITERS_SITE_H

#include "rewriters/rewrite.h"
#include "rewriters/source.h"

#define SITE_MAX_EDITS 5

/* What becomes of one piece of the text: `before`, the new expression (if it goes
 * here), `after`. */
struct site_edit {
    uint32_t start, end; /* text offsets */
    const char *before, *after;
    bool has_expression, holds_secret;
};

/* Where an accepted site stands, and what its edits are. */
struct site_place {
    uint32_t start, end;                 /* text offsets: nothing else may be edited in there */
    uint32_t literal_start, literal_end; /* of the literals that the edits reach into */
    uint32_t statement_start;            /* of the statement of the module that it is in */
    unsigned quotes;                     /* that the expression must not have: SITE_DOUBLE_QUOTE... */
    bool in_bytes;                       /* offsets are those of the file: an output of a notebook */
    bool in_fstring;                     /* the expression stands in a field: no backslash before 3.12 */
    struct site_edit edits[SITE_MAX_EDITS];
    size_t edit_count;
    struct rewrite_site *site;
};

#define SITE_DOUBLE_QUOTE 1u
#define SITE_SINGLE_QUOTE 2u

/* What the rules look at: the way from the module to the site. */
struct site_view {
    const struct source *source;
    const struct rewrite_site *site;
    const struct pytree_step *steps;
    size_t index; /* steps[index] is the node whose parent is judged */
    bool from_environment;
};

/* NULL and *place filled in, or the reason. `w` seeks forward: sites in order.
 * `from_environment` says that the new expression reads os.environ. */
const char *site_decide(const struct source *s, struct pytree_walker *w, struct rewrite_site *site,
                        bool from_environment, struct arena *arena, struct site_place *place);

/* NULL, or why the rules leave what steps[node] holds. `judged` is the node whose
 * place counts: the node, or the template expression that it is the template of. */
const char *site_check_tree(struct site_view v, size_t node, size_t judged);
/* The quotes of the f-strings that steps[node] is in a field of go to *place. NULL, or a reason. */
const char *site_check_fields(const struct source *s, const struct pytree_step *steps, size_t node,
                              struct site_place *place);
/* site_decide for a mention (site_mention.c). */
const char *site_decide_mention(const struct source *s, struct rewrite_site *site, struct site_place *place);
/* site_decide for a part of a literal (site_part.c). */
const char *site_decide_part(const struct source *s, struct pytree_walker *w, struct rewrite_site *site,
                             bool from_environment, struct arena *arena, struct site_place *place);

/* How a style serves what reads the environment. */
enum style_reads {
    READS_LEFT,   /* not at all */
    READS_CALLED, /* by a function of the module */
    READS_FILLED  /* by filling the environment before */
};
/* site_decide for a read of an environment variable (site_read.c). The edits' expression is
 * the function that takes a name and a default. */
const char *site_decide_read(const struct source *s, struct pytree_walker *w, struct rewrite_site *site,
                             enum style_reads how, struct arena *arena, struct site_place *place);
/* NULL, or why what the read at `place` is made through may not be the environment there. */
const char *site_check_reader(const struct source *s, const struct site_place *place, struct arena *arena);

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
