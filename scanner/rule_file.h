/* rule_file.h: reads a file of rules (docs/ADDING-A-RULE.md) into struct rule.
 * Used by rulec for the built-in rules, and by the scan for the user's own. */
#ifndef KEYLIFT_SCANNER_RULE_FILE_H
#define KEYLIFT_SCANNER_RULE_FILE_H

#include "base/json.h"
#include "scanner/rule.h"

struct allowlist;
struct string_items {
    const char **items;
    size_t count, cap;
};
struct rule_list {
    struct rule *items;
    size_t count, cap;
    struct allowlist *allowlists; /* of gitleaks' configurations (gitleaks_file.h), like the rest */
    size_t allow_count, allow_cap;
    struct string_items disabled; /* ids of rules that are not to be used */
    struct string_items warnings; /* what is not used of a file, each a message for a person */
    struct arena strings;         /* what all of it points to */
};
void rule_list_release(struct rule_list *l);

/* Appends the rules of a file that is parsed (rule_file_read_any, gitleaks_file.h); *file loses its [[rule]].
 * Everything is checked but the examples: required keys, unknown keys, types, the id's spelling, the name of
 * the check. */
enum kl_status rule_file_take(const char *path, cJSON *file, struct rule_list *out,
                              struct error *e) KL_MUST_USE;
/* The same for a file of ours, which alone may say where a token is sent: *verify becomes the list of its
 * [[verify]], for the caller to delete, or NULL. */
enum kl_status rule_file_read_ours(const char *path, struct rule_list *out, cJSON **verify,
                                   struct error *e) KL_MUST_USE;

#endif
