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

#define RE2_MAX_LEADS 4u

/* What is known of a pattern. Many begin with a class that may be there or not: `[\w.-]{0,50}?acme`. PCRE2
 * tries such a pattern at every place of a text, while `acme` alone is looked for as a word is. Each match of
 * the whole has one of the pattern without its lead, not more than `lead_chars` behind where it begins. */
struct re2_facts {
    unsigned groups;     /* that capture */
    unsigned lead_chars; /* 0: there is no lead */
    unsigned lead_count;
    struct {
        size_t from, to; /* in what was appended */
    } leads[RE2_MAX_LEADS];
};

/* Appends the pattern; it is to be compiled for UTF-8 and lines that end with LF (text_pattern_compile). An
 * error names the byte of the pattern and what is wrong there. */
enum kl_status re2_to_pcre2(struct slice pattern, struct buf *out, struct re2_facts *facts,
                            struct error *e) KL_MUST_USE;
/* Appends `spelled`, which re2_to_pcre2 made, without its lead. */
void re2_without_lead(struct slice spelled, const struct re2_facts *facts, struct buf *out);

#endif
