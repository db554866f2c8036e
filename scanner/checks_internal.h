/* checks_internal.h: what the files of the checks share; nobody else includes it. */
#ifndef KEYLIFT_SCANNER_CHECKS_INTERNAL_H
#define KEYLIFT_SCANNER_CHECKS_INTERNAL_H

#include "scanner/checks.h"

/* checks.c */
enum check_result check_aws_key(struct slice s);

/* checks_parts.c */
enum check_result check_aws_key_id(struct slice s);
const char *tell_aws_account(struct slice s, struct arena *arena);
enum check_result check_macaroon(struct slice s);
enum check_result check_ids(struct slice s);

#endif
