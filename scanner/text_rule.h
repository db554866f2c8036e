/* text_rule.h: rules that run over the whole text of a file, as gitleaks' do: a match holds what stands
 * around the secret, a name and quotes perhaps. Those of the user, out of gitleaks_file.h.
 *
 * The text must be UTF-8 (text_rules_text), since RE2 counts in characters. */
#ifndef KEYLIFT_SCANNER_TEXT_RULE_H
#define KEYLIFT_SCANNER_TEXT_RULE_H

#include "scanner/rule_file.h"
#include "scanner/rule_pattern.h"

#define TEXT_RULE_MAX_GROUPS 999u /* RE2's */

struct text_rule {
    const char *where; /* "gitleaks.toml: line 3: rule acme" */
    const char *regex; /* as PCRE2; NULL: the path alone says it */
    const char *rest;  /* it, without what it may begin with (re2_facts); NULL: it has no such lead */
    unsigned lead_chars;
    const char *path; /* as PCRE2, of the file; NULL: any */
    unsigned group;   /* what is the secret: 0 for the first group that is not empty, else the match */
};

/* Compiled, and read-only: the threads share it. */
struct text_rules;
enum kl_status text_rules_new(const struct rule_list *list, struct text_rules **out,
                              struct error *e) KL_MUST_USE;
void text_rules_free(struct text_rules *t);
void text_rules_enable(struct text_rules *t, const struct rule *r);
/* Matching them takes match data with room for so many pairs. */
uint32_t text_rules_pairs(const struct text_rules *t);

/* Compiles what the rule has, and no more. */
enum kl_status text_rule_verify(const struct rule *r, struct error *e) KL_MUST_USE;

/* One pattern of RE2, translated before. The error says what PCRE2 has against it. */
enum kl_status text_pattern_compile(const char *pattern, pcre2_code **out, struct error *e) KL_MUST_USE;
/* The same, whose steps are not counted: for text_search.h. */
enum kl_status text_pattern_compile_plain(const char *pattern, pcre2_code **out, struct error *e) KL_MUST_USE;
/* Does it match anywhere? An error: it took too many steps. */
enum kl_status text_pattern_matches(const pcre2_code *code, struct rule_scratch *s, struct slice text,
                                    bool *out, struct error *e) KL_MUST_USE;
/* `text` itself, or a copy with each byte that is no UTF-8 made one that is; offsets stay. */
struct slice text_rules_text(struct slice text, struct arena *arena);
/* A path as patterns see it: without "./" before it. */
struct slice text_rules_path(const char *path, struct arena *arena);

struct text_match {
    const struct rule *rule;
    size_t start, end;             /* of the secret */
    size_t match_start, match_end; /* of all that matched */
};
/* Calls `found` for each match in a file. A rule that takes too many steps is reported through the return,
 * and the others go on. */
enum kl_status text_rules_match(const struct text_rules *t, struct rule_scratch *s, const char *path,
                                struct slice text, struct arena *arena,
                                void (*found)(void *ctx, const struct text_match *m), void *ctx,
                                struct error *e) KL_MUST_USE;
/* For rules that are a path alone; start and end are 0. */
enum kl_status text_rules_match_path(const struct text_rules *t, struct rule_scratch *s, const char *path,
                                     struct arena *arena,
                                     void (*found)(void *ctx, const struct text_match *m), void *ctx,
                                     struct error *e) KL_MUST_USE;

#endif
