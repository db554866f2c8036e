/* probe_file.h: reads the [[verify]] of a rule file (docs/ADDING-A-RULE.md) into struct probe, checks
 * them, and writes them as C. For rulec. */
#ifndef KEYLIFT_RULES_PROBE_FILE_H
#define KEYLIFT_RULES_PROBE_FILE_H

#include "base/arena.h"
#include "base/json.h"
#include "scanner/rule_file.h"

struct probe_list {
    struct probe **items; /* each stays where it is: rules point to it */
    size_t count, cap;
    struct arena strings; /* the probes, and what they point to */
};
void probe_list_release(struct probe_list *l);
size_t probe_list_find(const struct probe_list *l, const struct probe *p); /* its index */
/* The table "probes", rule_probe_count and rule_probe_at. */
void probe_list_emit(const struct probe_list *l, struct buf *out);

/* Appends the probes of a file, whose rules are those from `first` on, and sets rule.probe. `verify` may be
 * NULL. KL_ERR_PARSE says what is wrong. */
enum kl_status probe_file_read(const char *path, const cJSON *verify, struct rule_list *rules, size_t first,
                               struct probe_list *out, struct error *e) KL_MUST_USE;

#endif
