/* re2.h: a regular expression as Go and RE2 write it, spelled for PCRE2.
 *
 * The two agree on most of what they both know, and differ where nobody looks: `$` is the end of the text,
 * and not a place before its last line end; `\v` is one character, and `\s` does not hold it; `{,3}` is
 * text; `a++` is an error; a flag may stand for the rest of a group. RE2 has no look-around and no
 * back-references. What it refuses is refused here, too: a pattern must not mean one thing to gitleaks and
 * another to keylift.
 *
 * Source: "Syntax accepted by package regexp" of Go's regexp/syntax. */
#ifndef KEYLIFT_SCANNER_RE2_H
#define KEYLIFT_SCANNER_RE2_H

#include "base/buf.h"
#include "base/error.h"

#define RE2_MAX_PATTERN ((size_t)64 << 10)
#define RE2_MAX_DEPTH 200u   /* groups in each other; PCRE2 takes 250 */
#define RE2_MAX_REPEAT 1000u /* as RE2 */
#define RE2_MAX_OUT ((size_t)16 * RE2_MAX_PATTERN)

/* Appends the pattern; it is to be compiled with re2_compile_options' meaning: UTF, lines that end with LF.
 * *groups: how many groups capture. An error names the byte of the pattern and what is wrong there. */
enum kl_status re2_to_pcre2(struct slice pattern, struct buf *out, unsigned *groups,
                            struct error *e) KL_MUST_USE;

#endif
