/* rule_table.h: what rulec generates (rules_table.c in the build folder). */
#ifndef KEYLIFT_SCANNER_RULE_TABLE_H
#define KEYLIFT_SCANNER_RULE_TABLE_H

#include "scanner/keyword.h"
#include "scanner/rule.h"
#include "scanner/rule_needs.h"

/* Owners are indices of rules. Words that a value, or a plain name, must hold. */
extern const struct keyword_table rule_table_keywords;
extern const struct keyword_table rule_table_name_words;
/* Of each rule. */
extern const struct rule_needs rule_table_needs[];

#endif
