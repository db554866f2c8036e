/* rule.h: the provider rules: what a token of each provider looks like.
 *
 * Rules are written in rules/<provider>.toml, checked and turned into a C table
 * at build time (rules/rulec.c), and cost nothing at start: the keyword matcher
 * is generated, a pattern is compiled when a keyword of it is first seen. */
#ifndef KEYLIFT_SCANNER_RULE_H
#define KEYLIFT_SCANNER_RULE_H

#include "base/error.h"
#include "base/probe.h"
#include "scanner/finding.h"

struct rule {
    const char *id;                /* "aws-access-key-id" */
    const char *provider;          /* "AWS" */
    const char *description;       /* "AWS access key id" */
    const char *pattern;           /* PCRE2; the secret is group 1 if there is one, else the whole match */
    const char *const *keywords;   /* lower case, NULL-terminated: one of them stands in every match */
    const char *revoke;            /* where to revoke it */
    const char *source;            /* title of the provider's documentation */
    const char *const *prefixes;   /* public prefixes that a report may show, NULL-terminated */
    const char *const *name_words; /* if not NULL: the name must hold one of them (a value without a shape) */
    const char *check;             /* a named check, "" for none: "github-crc32", "jwt", "pem", ... */
    const char *half;              /* the rule of the id that a secret goes with; NULL: none */
    double entropy;                /* bits a character that the match must reach; 0 for none */
    enum severity severity;
    double confidence;
    const struct probe *probe; /* how its provider is asked whether it is live; NULL: no way is known */
    bool is_own;       /* of the user: nobody has shown that it matches in linear time (rule_pattern.h) */
    const char *where; /* of the user's, over strings: "rules.toml: line 3"; NULL: built in */
    const struct text_rule *text; /* it runs over whole files (text_rule.h); NULL: over strings */
    const char *const *find;      /* examples that must match, in the notation of rule_example.h */
    const char *const *skip;      /* and those that must not; "name=value" where there are name_words */
};

/* The built-in table, in the order of ids. */
size_t rule_count(void);
const struct rule *rule_at(size_t index);
const struct rule *rule_find(const char *id); /* NULL if unknown */
bool rule_is_built_in(const char *id);        /* one of the table, or of the classifier's ids */

/* The ways to ask a provider, in the order of the providers' ids. */
size_t rule_probe_count(void);
const struct probe *rule_probe_at(size_t index);

/* Matching state of one thread: compiled patterns, match data. */
struct rule_matcher;
struct rule_set_options {
    const char *const *only; /* ids, NULL-terminated; NULL for all */
    const char *const *skip;
    const char *const *files; /* TOML rule files of the user, NULL-terminated; NULL for none */
    bool exhaustive;          /* every pattern on every string: no keyword filter */
};
/* Shared by the threads; read-only once made. */
struct rule_set;
enum kl_status rule_set_new(const struct rule_set_options *o, struct rule_set **out,
                            struct error *e) KL_MUST_USE;
void rule_set_free(struct rule_set *s);
struct rule_matcher *rule_matcher_new(const struct rule_set *s);
void rule_matcher_free(struct rule_matcher *m);
/* An id that a rule file switches off: the classifier's, too. --rules is stronger. */
bool rule_set_disables(const struct rule_set *s, const char *id);

/* What files of gitleaks brought, and what a thread needs to match it. */
struct rule_own {
    const struct text_rules *text;  /* rules over whole files; NULL: none */
    const struct allow_set *allows; /* NULL: none */
    struct rule_scratch *scratch;
};
struct rule_own rule_matcher_own(struct rule_matcher *m);

struct rule_match {
    const struct rule *rule;
    size_t start, end; /* of the secret, in `value` */
    double confidence; /* the rule's, moved by its check */
    const char *note;  /* "made up or damaged: its checksum is wrong", or NULL; static */
};
/* No file of the user says anything about rules, and all of a pattern's words are asked for. */
bool rule_set_is_plain(const struct rule_set *s);
#define RULE_MAX_RULES 4096u
#define RULE_NAME_BITS (RULE_MAX_RULES / 64)
/* Sets a bit for each rule that goes by a name, of which a word stands in `text`; for rule_could_match. */
bool rule_names_in(struct slice text, uint64_t *names);
/* Would a rule of `names` match the value under a name that it likes? Built-in rules alone. */
bool rule_could_match(struct rule_matcher *m, struct slice value, const uint64_t *names);
/* No value is shorter that rules match; that rules by a name match; of these, that has no digit. */
size_t rule_shortest(const struct rule_matcher *m);
size_t rule_shortest_by_name(const struct rule_matcher *m);
size_t rule_shortest_without_digit(const struct rule_matcher *m);

/* Calls `found` for each match in `value`; `name` may be empty. A match limit
 * that was hit is reported through the return: KL_ERR_LIMIT, and the matches so
 * far stand. */
enum kl_status rule_match_value(struct rule_matcher *m, struct slice value, struct slice name,
                                void (*found)(void *ctx, const struct rule_match *match), void *ctx,
                                struct error *e) KL_MUST_USE;
/* The same for a text without a name that is like another one: that of the call before, which had no match
 * and no error, but for text[start, end) and what stood there. What is found is what would be found anyway.
 * An end of SIZE_MAX: of the text before, nothing is known. */
struct rule_change {
    size_t start, end;
};
enum kl_status rule_match_text(struct rule_matcher *m, struct slice text, struct rule_change change,
                               void (*found)(void *ctx, const struct rule_match *match), void *ctx,
                               struct error *e) KL_MUST_USE;

#endif
