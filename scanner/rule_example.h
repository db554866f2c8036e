/* rule_example.h: the notation in which rules spell their examples, so that no
 * token stands in the repository or in the program:
 *
 *     AKIA{base32:16}             sixteen characters of an alphabet
 *     ghp_{}abc                   nothing: keeps two pieces apart
 *     {base64:text}  {base64url:text}  {hexof:text}   the text, encoded
 *     {{  }}                      the braces themselves
 *
 * Characters are drawn by a generator seeded with the example, so an example is
 * the same string each time. Alphabets: see rule_example.c. */
#ifndef KEYLIFT_SCANNER_RULE_EXAMPLE_H
#define KEYLIFT_SCANNER_RULE_EXAMPLE_H

#include "base/buf.h"
#include "base/error.h"

enum kl_status rule_example_expand(struct slice example, struct buf *out, struct error *e) KL_MUST_USE;

#endif
