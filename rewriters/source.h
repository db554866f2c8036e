/* source.h: one Python file as the rewriter sees it: text, tokens and tree, all
 * of the same text, with the way back to the bytes of the file. */
#ifndef KEYLIFT_REWRITERS_SOURCE_H
#define KEYLIFT_REWRITERS_SOURCE_H

#include "rewriters/pytree.h"
#include "scanner/notebook.h"
#include "scanner/pyfile.h"
#include "scanner/pylex.h"

struct source {
    struct pyfile file;
    struct slice text; /* file.text */
    struct py_tokens tokens;
    struct pylines lines;
    struct pytree tree;
    const uint32_t *identity; /* the tokens that are `is`; in the arena */
    size_t identity_count;
    const char *eol;  /* the line end of the file: "\n", "\r\n" or "\r" */
    bool is_notebook; /* then the text is that of its code cells, one after the other (notebook.h) */
    struct notebook_cells cells;
};

#define SOURCE_NO_TOKEN UINT32_MAX

/* Decodes, lexes and parses. KL_ERR_LIMIT when the parser's budget is spent;
 * then tokens and lines are there, the tree is not. */
enum kl_status source_open(struct slice bytes, struct arena *arena, struct source *out,
                           struct error *e) KL_MUST_USE;
/* The same for a notebook. */
enum kl_status source_open_notebook(struct slice bytes, struct arena *arena, struct source *out,
                                    struct error *e) KL_MUST_USE;
/* By the name of the file. */
enum kl_status source_open_path(const char *path, struct slice bytes, struct arena *arena, struct source *out,
                                struct error *e) KL_MUST_USE;
void source_release(struct source *s);

/* Offset in the text of a byte of the file; SIZE_MAX if it is inside a character. */
size_t source_text_offset(const struct source *s, uint64_t byte);
uint32_t source_line(const struct source *s, size_t text_offset);

/* The first token that ends after `offset` (zero-width tokens passed over). */
uint32_t source_token_after(const struct source *s, size_t offset);
/* Tokens that mean something to the grammar, in either direction:
 * SOURCE_NO_TOKEN where there is none. Blanks, comments and the line ends inside
 * brackets are passed over. */
uint32_t source_next(const struct source *s, uint32_t token);
uint32_t source_previous(const struct source *s, uint32_t token);

static inline struct slice source_token_text(const struct source *s, uint32_t token) {
    return py_token_text(s->text, &s->tokens.items[token]);
}
static inline bool source_token_is(const struct source *s, uint32_t token, const char *text) {
    return slice_eq_cstr(source_token_text(s, token), text);
}
/* Some name in the file is spelled so. */
bool source_has_name(const struct source *s, const char *name);

/* Why nothing in this file may be rewritten, or NULL. */
const char *source_refusal(const struct source *s, const char *path);
/* Parts of it: Python 2, and what CPython rejects though tree-sitter takes it. */
const char *python2_refusal(const struct source *s);
const char *invalid_refusal(const struct source *s); /* of a file that has a tree */
/* Why no site of this file may read its value from the environment, or NULL. */
const char *cleared_refusal(const struct source *s);

#endif
