/* site.h: one literal that the user named by its place (--site), whether or not
 * any rule thinks it is a secret. */
#ifndef KEYLIFT_SCANNER_SITE_H
#define KEYLIFT_SCANNER_SITE_H

#include "base/error.h"
#include "base/redact.h"
#include "scanner/finding.h"

/* Adds the literal that begins on `line` (and at `column`, unless 0) of a Python
 * file to *out as a finding of the rule "site", with its value. A column inside a
 * concatenation names the whole. KL_ERR_NOT_FOUND
 * when there is none; KL_ERR_USAGE when there are several and no column says
 * which: the message lists their columns. `redactor` may be NULL. */
enum kl_status scan_site(const char *path, uint32_t line, uint32_t column, struct scan_result *out,
                         struct redactor *redactor, struct error *e) KL_MUST_USE;

#endif
