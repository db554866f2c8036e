/* rule_pattern.h: one rule against one string: its pattern, then its entropy,
 * name words and check. Used by the scan, and by rulec on the examples. */
#ifndef KEYLIFT_SCANNER_RULE_PATTERN_H
#define KEYLIFT_SCANNER_RULE_PATTERN_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/buf.h"
#include "scanner/rule.h"
#include "scanner/rule_anchor.h"
#include "scanner/rule_needs.h"

#define RULE_PAIRS 4u

/* A step is one item of a pattern tried at one place, or one byte that an item ate. PCRE2 limits the steps
 * from one place, not the sum over all places of a string: a pattern that eats to the end from everywhere
 * stays below every limit of PCRE2, and takes hours. test_rule_steps shows that no built-in rule is of that
 * kind; the steps of a user's rule are counted, and end here. Far above what a rule needs. */
#define RULE_STEPS_A_BYTE 500u
#define RULE_STEPS_AT_LEAST 2000000u

/* Bytes, not UTF-8: every byte sequence is a valid input. JIT where there is one. `anchor` may be NULL; if
 * the pattern has one, the code is then made for being tried around it, and slow elsewhere. That of a user's
 * rule has none: its steps are counted over all of a string. */
enum kl_status rule_compile(const struct rule *r, pcre2_code **out, struct rule_anchor *anchor,
                            struct error *e) KL_MUST_USE;

/* Of a pattern, and the code that it was compiled to without an anchor. */
struct rule_needs rule_needs_of(const char *pattern, const pcre2_code *code);

/* The limits of one thread: match data, match context, JIT stack. */
struct rule_scratch {
    struct rule_steps {
        uint64_t taken, limit; /* of a user's rule in one string */
        size_t attempt, at;    /* where the match at hand began, and is */
    } * steps;                 /* the callout of `context` points to it */
    pcre2_match_context *context;
    pcre2_match_data *data;
    pcre2_jit_stack *stack;
};
void rule_scratch_init(struct rule_scratch *s, uint32_t pairs); /* how many groups a match may tell of */
void rule_scratch_release(struct rule_scratch *s);

/* Before a pattern of a user's runs over a string of `len` bytes: its steps are counted from here. */
void rule_steps_begin(struct rule_scratch *s, size_t len);

/* Sets the limit of steps from one place again, after a match that had another. */
void rule_limit_matches(struct rule_scratch *s);

/* Does the pattern match somewhere, whatever is asked of the match besides? True where it took too many
 * steps. */
bool rule_matches(const pcre2_code *code, struct rule_scratch *s, struct slice value);

/* Calls `found` for each match; `name` is as it stands in the source. With the pattern's anchor, it is tried
 * only where one stands; with NULL, everywhere. */
enum kl_status rule_run(const struct rule *r, const pcre2_code *code, const struct rule_anchor *anchor,
                        struct rule_scratch *s, struct slice value, struct slice name,
                        void (*found)(void *ctx, const struct rule_match *match), void *ctx,
                        struct error *e) KL_MUST_USE;

/* Whether the pattern matches in a string, or could not be tried to the end. */
bool rule_may_match(const pcre2_code *code, const struct rule_anchor *anchor, struct rule_scratch *s,
                    struct slice value);

/* A name as name_words are compared with it: lower case, without separators;
 * appended to *out. "AWS_SECRET-key" is "awssecretkey". */
void rule_plain_name(struct slice name, struct buf *out);

/* Runs the examples of a rule: each of `find` must match, with a keyword in the
 * match, and none of `skip`. The error names the example as it is written. */
enum kl_status rule_verify(const struct rule *r, struct error *e) KL_MUST_USE;

#endif
