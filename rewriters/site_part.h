/* site_part.h: what site_part.c and site_template.c share: a secret that is a
 * part of a literal, and the literal's neighbours. */
#ifndef KEYLIFT_REWRITERS_SITE_PART_H
#define KEYLIFT_REWRITERS_SITE_PART_H

#include "rewriters/site.h"

struct part {
    const struct source *source;
    struct arena *arena;
    struct site_place *place;
    const struct rewrite_site *site;
    const struct pytree_step *steps;
    size_t step_count;
    size_t string, run;               /* steps: the string; it and what it is implicitly joined to */
    uint32_t token;                   /* that spells the secret */
    uint32_t first_token, last_token; /* of the run */
    uint32_t body_start, body_end;    /* of the token, in the text */
    uint32_t from, to;                /* of the secret */
};

/* The token's prefix with its opening quotes, and its closing quotes. */
struct slice part_opening(const struct part *p);
struct slice part_closing(const struct part *p);
void part_edit(struct part *p, struct site_edit edit);
/* The edit that makes a sum of the run. False: it became the expression alone. */
bool part_split(struct part *p);
/* Puts steps[step], which is a sum now, into parentheses where it needs them. The edits there are in order.
 */
void part_parenthesise(struct part *p, size_t step);

/* The run is the template of `run % values` or `run.format(values)`. */
struct template {
    char mark;     /* '%' or '{'; 0: no template */
    size_t outer;  /* step of the whole expression */
    TSNode values; /* the right operand, or the arguments */
    bool is_map;   /* format_map */
    bool is_parenthesised;
};
bool template_of(const struct part *p, struct template *out);
const char *template_decide(struct part *p, const struct template *t);

#endif
