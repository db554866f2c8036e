/* gitleaks_internal.h: what gitleaks_*.c share. Private to them. */
#ifndef KEYLIFT_SCANNER_GITLEAKS_INTERNAL_H
#define KEYLIFT_SCANNER_GITLEAKS_INTERNAL_H

#include "scanner/gitleaks_file.h"

struct text_rule;

/* What is being read, for messages: "gitleaks.toml: line 3: rule acme" */
struct gl_place {
    const char *file, *what; /* what: "" for all of the file */
    const cJSON *at;         /* the table at hand */
    struct rule_list *out;
    struct error *e;
};

/* The place as a message begins with it, at the value `at` (NULL: the table at hand); in the arena. */
const char *gl_where(const struct gl_place *p, const cJSON *at);

/* Keys are compared without case, as gitleaks does. NULL: absent. */
const cJSON *gl_get(const cJSON *table, const char *key);
/* "" when absent. A value of another type is an error. */
enum kl_status gl_text(const struct gl_place *p, const cJSON *table, const char *key, const char **out);
enum kl_status gl_number(const struct gl_place *p, const cJSON *table, const char *key, double *out);
/* A list of strings, or a string alone; appended. */
enum kl_status gl_list(const struct gl_place *p, const cJSON *table, const char *key,
                       struct string_items *out);
/* Its tables; NULL when absent. */
enum kl_status gl_tables(const struct gl_place *p, const cJSON *parent, const char *key, const cJSON **first);
void gl_warn(const struct gl_place *p, const cJSON *at, const char *fmt, ...) KL_PRINTF(3, 4);
/* Warns of keys that are none of `known` (NULL-terminated). */
void gl_unknown(const struct gl_place *p, const cJSON *table, const char *const *known);
enum kl_status gl_wrong(const struct gl_place *p, const cJSON *at, const char *problem, const char *what);

void gl_items_add(struct string_items *l, const char *text);
/* A copy in the arena, NULL-terminated. */
const char *const *gl_items_keep(const struct string_items *l, struct arena *a);
bool gl_items_hold(const struct string_items *l, const char *text);

/* From RE2 to PCRE2, in the arena. `what`: "regex", "path", ...; `at`: where it stands. */
enum kl_status gl_pattern(const struct gl_place *p, const cJSON *at, const char *what, const char *pattern,
                          const char **out);
/* Likewise the regex of a rule, with what is known of it. */
enum kl_status gl_regex(const struct gl_place *p, const cJSON *at, const char *pattern, struct text_rule *t,
                        unsigned *groups);

/* gitleaks_allow.c: the allowlists of a rule (`id`), or of all. */
enum kl_status gl_allowlists(const struct gl_place *p, const cJSON *table, const char *id);

#endif
