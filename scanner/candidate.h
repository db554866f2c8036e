/* candidate.h: strings with their names and contexts, from tokens alone.
 *
 * One pass over the tokens of a file; no tree. What a token stream cannot tell
 * is left to the rewriter, which parses. */
#ifndef KEYLIFT_SCANNER_CANDIDATE_H
#define KEYLIFT_SCANNER_CANDIDATE_H

#include "scanner/finding.h"
#include "scanner/pyfile.h"

struct candidates {
    struct candidate *items;
    size_t count, capacity; /* memory kept for the next file */
};

/* `path` tells tests from other code. Values and names live in the arena or
 * borrow from the text. */
void candidates_collect(const struct pyfile *file, const struct py_tokens *tokens, const char *path,
                        struct arena *arena, struct candidates *out);
void candidates_release(struct candidates *c);

/* NULL, or why a rewrite can never replace it (static text); told late, since few candidates are asked. */
const char *candidate_unfixable(const struct candidate *c);

/* The dotted name that ends at token `last` ("a.b.c"), copied without blanks. */
struct slice candidate_dotted_name(struct slice text, const struct py_tokens *t, uint32_t last,
                                   struct arena *arena);

/* May a string that is a plain argument of this function have a name: the first argument, or a later one?
 * `last` is the last component of the function's name. */
bool candidate_callee_names(struct slice last, bool first);

/* Of a comment with its #: what is behind it, without blanks around. */
struct slice candidate_comment_text(struct slice whole);

/* The values in a comment that look like code: "password = 'x'". Calls `fn` for each, with offsets in `text`,
 * the comment with its #. */
void candidate_comment_values(struct slice text,
                              void (*fn)(void *ctx, struct slice name, size_t start, size_t end), void *ctx);

/* Does the path, or a folder in it, look like a test or an example? */
bool path_in_test(const char *path);

#endif
