/* text_search.h: the next match of a pattern of a user's in a text, in bounded time and yet fast.
 *
 * Counting the steps of a pattern (rule_pattern.h) takes a call before each of its items, which is most of
 * the time of a pattern that has no keyword. So it is first run without, over a window of the text, within
 * which little can go wrong: what reaches the end of its window is tried again from a window that begins
 * there, and only what is longer than a window, or takes too many steps in one, is run again with its steps
 * counted. */
#ifndef KEYLIFT_SCANNER_TEXT_SEARCH_H
#define KEYLIFT_SCANNER_TEXT_SEARCH_H

#include "scanner/rule_pattern.h"

struct text_search {
    pcre2_code *counted, *plain; /* one pattern; both NULL: none */
};

enum kl_status text_search_compile(const char *pattern, struct text_search *out, struct error *e) KL_MUST_USE;
void text_search_free(struct text_search *t);
/* As pcre2_match, whose match data is that of `s`; `text` is UTF-8. rule_steps_begin comes before the first.
 */
int text_search_next(const struct text_search *t, struct rule_scratch *s, struct slice text, size_t at);

#endif
