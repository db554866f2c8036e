/* aws_ini.h: the files ~/.aws/config and ~/.aws/credentials, read as boto3 reads
 * them: Python's configparser with AWS's nested blocks on top. The code that keylift
 * rewrites uses boto3, so a file that boto3 rejects is an error here too, with its
 * line, and one that boto3 reads means the same.
 *
 *     [profile shop]            section; `]` ends it, what follows is ignored
 *     region = eu-central-1     key in any case; `=` or `:`
 *     s3 =                      a value that begins on the next, deeper line...
 *       addressing_style = path ...is a block of its own
 *     # comment, ; comment      whole lines alone
 *
 * Sources: "configparser" in the Python library reference; "Shared config and
 * credentials files" in the AWS SDKs and Tools Reference Guide. */
#ifndef KEYLIFT_BACKENDS_AWS_INI_H
#define KEYLIFT_BACKENDS_AWS_INI_H

#include "base/arena.h"
#include "base/error.h"

#define AWS_INI_MAX_BYTES ((size_t)1 << 20)
#define AWS_INI_MAX_SECTIONS 2048u
#define AWS_INI_MAX_OPTIONS 256u /* of one section */

struct aws_ini_option {
    const char *key;   /* lower case */
    const char *value; /* lines joined by "\n"; may be a secret */
};

struct aws_ini_section {
    const char *name;
    struct aws_ini_option *options;
    size_t count, cap;
};

/* All of it lives in the arena given to aws_ini_parse. */
struct aws_ini {
    struct aws_ini_section *sections;
    size_t count, cap;
    struct aws_ini_section defaults; /* [DEFAULT]: configparser gives its options to every section */
};

/* KL_ERR_PARSE names the line, never what stands in it. */
enum kl_status aws_ini_parse(struct slice text, const char *what, struct arena *a, struct aws_ini *out,
                             struct error *e) KL_MUST_USE;
const struct aws_ini_section *aws_ini_find(const struct aws_ini *ini, const char *section); /* NULL */
/* The section's value, else that of [DEFAULT]; NULL. `section` may be NULL. */
const char *aws_ini_get(const struct aws_ini *ini, const struct aws_ini_section *section, const char *key);
/* The value of `key` inside a block; NULL. The result lives in the arena. */
const char *aws_ini_nested(const char *block, const char *key, struct arena *a);

/* Splits as a POSIX shell does, without running one: blanks, '...', "...", \. Used for
 * section names and credential_process. At most `max` words, in the arena, and NULL
 * after them (words has max + 1 places). KL_ERR_PARSE for a quote that stays open. */
enum kl_status aws_ini_words(const char *text, struct arena *a, const char **words, size_t max, size_t *count,
                             struct error *e) KL_MUST_USE;

#endif
