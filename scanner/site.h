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

/* What the report of a scanner says of a place. */
struct site_place {
    uint32_t line, end_line; /* end_line 0: the same */
    uint32_t column;         /* 0: not known. Scanners count differently: it decides only between several */
    struct slice
        value; /* as it is or as the source spells it; of a long one the beginning. Empty: not known */
    struct slice around; /* source text that holds the literal, or that it holds. Empty: not known */
    const char *sha1;    /* of the value, in hexadecimal; NULL: not known */
};

/* A Python file whose literals are looked up: read once. */
struct site_file;
/* Released with site_file_close, whatever is returned. */
enum kl_status site_file_open(struct site_file **out, const char *path, struct error *e) KL_MUST_USE;
void site_file_close(struct site_file *o); /* NULL is fine */

/* As scan_site, for the literal that the place means: one that stands on its lines and holds its value;
 * anywhere in the file, if only there the value stands; without a value, the only literal of the lines.
 * KL_ERR_NOT_FOUND and KL_ERR_USAGE as above, with a message without path and line. */
enum kl_status site_file_find(const struct site_file *o, const struct site_place *place,
                              struct scan_result *out, struct redactor *redactor,
                              struct error *e) KL_MUST_USE;

#endif
