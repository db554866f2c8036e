/* pytree.h: a tree-sitter parse with a budget, and ways to walk it that know
 * their ancestors.
 *
 *     struct pytree tree = {0};
 *     if (pytree_parse(text, &tree, &err) != KL_OK) ...
 *     struct pytree_walker w;
 *     pytree_walk(&tree, &w);
 *     while (pytree_next(&w)) ...            // every node, parents first
 *     pytree_seek(&w, start, end)            // or: the smallest node around a span
 *     pytree_walker_release(&w);
 *     pytree_release(&tree);
 *
 * The parser takes quadratic time on some inputs (thousands of indented comment
 * lines), so it has a budget of processor time; a file that spends it is not rewritten.
 * Nothing here recurses: the depth of the tree is the input's choice. */
#ifndef KEYLIFT_REWRITERS_PYTREE_H
#define KEYLIFT_REWRITERS_PYTREE_H

#include <tree_sitter/api.h>

#include "base/arena.h"
#include "base/error.h"

struct pytree {
    TSTree *tree;
    struct slice text; /* borrowed */
    bool has_error;
};

/* KL_ERR_LIMIT when the file is too large or the time is spent. */
enum kl_status pytree_parse(struct slice text, struct pytree *out, struct error *e) KL_MUST_USE;
void pytree_release(struct pytree *t);

/* One node on the way from the root. */
struct pytree_step {
    TSNode node;
    const char *type;  /* static */
    const char *field; /* of its parent; NULL if none */
    uint32_t start, end;
    bool named;
};

struct pytree_walker {
    TSTreeCursor cursor;
    struct pytree_step *steps; /* steps[0] is the module, steps[count - 1] where we are */
    size_t count, capacity;
    bool started;
};

void pytree_walk(const struct pytree *t, struct pytree_walker *w);
void pytree_walker_release(struct pytree_walker *w);
/* Parents before children, in the order of the text; false at the end. */
bool pytree_next(struct pytree_walker *w);
/* The same, but without the children of the node where we are. */
bool pytree_skip(struct pytree_walker *w);
/* Makes `w` stand at the smallest node that covers [start, end). Spans must be
 * asked for in ascending order of `start`. */
void pytree_seek(struct pytree_walker *w, uint32_t start, uint32_t end);

static inline struct slice pytree_text(struct slice text, TSNode node) {
    uint32_t start = ts_node_start_byte(node);
    return (struct slice){text.ptr + start, ts_node_end_byte(node) - start};
}
static inline bool pytree_is(const char *type, const char *other) {
    return strcmp(type, other) == 0;
}
/* The child in a field; a null node (ts_node_is_null) if there is none. */
TSNode pytree_child(TSNode node, const char *field);
/* Nodes that are ERROR, or MISSING tokens that the parser made up. */
size_t pytree_error_count(const struct pytree *t);

#endif
