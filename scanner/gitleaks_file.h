/* gitleaks_file.h: reads configurations of gitleaks (.gitleaks.toml) beside rule files of our own.
 *
 * Their rules become struct rule with a text_rule, their allowlists struct allowlist. What has no meaning
 * here (commits, composite rules, unknown keys) is named in list->warnings; a pattern that cannot be had is
 * an error. The built-in rules stay in use, whatever [extend] says, but for those that it disables.
 *
 * Source: gitleaks' README, "Configuration". */
#ifndef KEYLIFT_SCANNER_GITLEAKS_FILE_H
#define KEYLIFT_SCANNER_GITLEAKS_FILE_H

#include "scanner/rule_file.h"

#define GITLEAKS_MAX_FILES 3u /* a configuration, what it extends, and what that extends */

/* Appends what the file holds: [[rule]] are ours; [[rules]], [extend] and allowlists are gitleaks'. */
enum kl_status rule_file_read_any(const char *path, struct rule_list *out, struct error *e) KL_MUST_USE;

#endif
