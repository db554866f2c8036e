/* rule_file.h: reads a file of rules (docs/ADDING-A-RULE.md) into struct rule.
 * Used by rulec for the built-in rules, and by the scan for the user's own. */
#ifndef KEYLIFT_SCANNER_RULE_FILE_H
#define KEYLIFT_SCANNER_RULE_FILE_H

#include "base/json.h"
#include "scanner/rule.h"

struct rule_list {
    struct rule *items;
    size_t count, cap;
    struct arena strings; /* what the rules point to */
};
void rule_list_release(struct rule_list *l);

/* Appends the rules of a file. Everything is checked but the examples: required
 * keys, unknown keys, types, the id's spelling, the name of the check. */
enum kl_status rule_file_read(const char *path, struct rule_list *out, struct error *e) KL_MUST_USE;
/* The same for a file of ours, which alone may say where a token is sent: *verify becomes the list of its
 * [[verify]], for the caller to delete, or NULL. */
enum kl_status rule_file_read_ours(const char *path, struct rule_list *out, cJSON **verify,
                                   struct error *e) KL_MUST_USE;

#endif
