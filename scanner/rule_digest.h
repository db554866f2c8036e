/* rule_digest.h: whether two scans go by the same rules. */
#ifndef KEYLIFT_SCANNER_RULE_DIGEST_H
#define KEYLIFT_SCANNER_RULE_DIGEST_H

#include "scanner/rule.h"

#define RULE_DIGEST_BYTES 17u /* with the NUL */

/* 64 bits in hex, of every built-in rule and of the rule files of `o`. */
enum kl_status rule_digest(const struct rule_set_options *o, char out[RULE_DIGEST_BYTES],
                           struct error *e) KL_MUST_USE;

#endif
