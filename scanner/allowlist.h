/* allowlist.h: what a configuration of gitleaks says is no secret: by path, by a pattern, by a word. It holds
 * for every rule, or for those that it names, ours included. */
#ifndef KEYLIFT_SCANNER_ALLOWLIST_H
#define KEYLIFT_SCANNER_ALLOWLIST_H

#include "scanner/rule_file.h"
#include "scanner/rule_pattern.h"

enum allow_target { ALLOW_SECRET, ALLOW_MATCH, ALLOW_LINE };

struct allowlist {
    const char *where;            /* "gitleaks.toml: line 3: allowlist 1": for errors in it */
    const char *label;            /* "gitleaks.toml: allowlist 2" */
    const char *const *rules;     /* ids, NULL-terminated; NULL: all */
    const char *const *paths;     /* PCRE2, likewise; an empty list for none */
    const char *const *regexes;   /* PCRE2 */
    const char *const *stopwords; /* in small letters */
    enum allow_target target;     /* of the regexes */
    bool all;                     /* every kind of condition must hold; else one of them */
};

/* Compiled, and read-only. *out is NULL where there is none. */
struct allow_set;
enum kl_status allow_set_new(const struct rule_list *list, struct allow_set **out,
                             struct error *e) KL_MUST_USE;
void allow_set_free(struct allow_set *s);

struct allow_subject {
    const char *path, *rule;
    struct slice secret, match, line;
};
/* *label: that of the first list that allows it; NULL for none. Temporary copies go into the arena. */
enum kl_status allow_set_find(const struct allow_set *s, struct rule_scratch *scratch,
                              const struct allow_subject *subject, struct arena *arena, const char **label,
                              struct error *e) KL_MUST_USE;

#endif
