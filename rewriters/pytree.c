/* pytree.c: see pytree.h. */
#include "rewriters/pytree.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/system.h"

const TSLanguage *tree_sitter_python(void);

/* An ordinary file parses at about 10 MB/s; a tenth of that is still served. */
#define PYTREE_SECONDS 2.0
#define PYTREE_BYTES_PER_SECOND 1e6

struct text_input {
    struct slice text;
};

static const char *read_text(void *payload, uint32_t byte_index, TSPoint position, uint32_t *bytes_read) {
    const struct text_input *in = payload;
    (void)position;
    if (byte_index >= in->text.len) {
        *bytes_read = 0;
        return "";
    }
    *bytes_read = (uint32_t)(in->text.len - byte_index);
    return in->text.ptr + byte_index;
}

struct deadline {
    double at;
    bool spent;
};

static bool past_deadline(TSParseState *state) {
    struct deadline *d = state->payload;
    if (system_cpu_seconds() > d->at)
        d->spent = true;
    return d->spent;
}

enum kl_status pytree_parse(struct slice text, struct pytree *out, struct error *e) {
    *out = (struct pytree){.text = text};
    if (text.len > KL_MAX_REWRITE_BYTES)
        return error_set(e, KL_ERR_LIMIT, "the file is larger than what is rewritten (%zu MB)",
                         KL_MAX_REWRITE_BYTES >> 20);
    TSParser *parser = ts_parser_new();
    if (!parser)
        mem_die();
    enum kl_status status = KL_OK;
    if (!ts_parser_set_language(parser, tree_sitter_python())) {
        status = error_set(e, KL_ERR_INTERNAL, "the Python grammar does not fit the parser library");
        goto done;
    }
    struct deadline deadline = {.at = system_cpu_seconds() + PYTREE_SECONDS +
                                      (double)text.len / PYTREE_BYTES_PER_SECOND};
    struct text_input payload = {text};
    TSInput input = {.payload = &payload, .read = read_text, .encoding = TSInputEncodingUTF8};
    TSParseOptions options = {.payload = &deadline, .progress_callback = past_deadline};
    out->tree = ts_parser_parse_with_options(parser, NULL, input, options);
    if (!out->tree) {
        status = error_set(e, KL_ERR_LIMIT, "parsing took too long; the file is left as it is");
        goto done;
    }
    out->has_error = ts_node_has_error(ts_tree_root_node(out->tree));
done:
    ts_parser_delete(parser);
    return status;
}

void pytree_release(struct pytree *t) {
    if (t->tree)
        ts_tree_delete(t->tree);
    *t = (struct pytree){0};
}

static struct pytree_step here(struct pytree_walker *w) {
    TSNode node = ts_tree_cursor_current_node(&w->cursor);
    return (struct pytree_step){.node = node,
                                .type = ts_node_type(node),
                                .field = ts_tree_cursor_current_field_name(&w->cursor),
                                .start = ts_node_start_byte(node),
                                .end = ts_node_end_byte(node),
                                .named = ts_node_is_named(node)};
}

static void push(struct pytree_walker *w) {
    w->steps = mem_grow(w->steps, &w->capacity, w->count + 1, sizeof *w->steps);
    w->steps[w->count++] = here(w);
}

void pytree_walk(const struct pytree *t, struct pytree_walker *w) {
    *w = (struct pytree_walker){.cursor = ts_tree_cursor_new(ts_tree_root_node(t->tree))};
    push(w);
}

void pytree_walker_release(struct pytree_walker *w) {
    ts_tree_cursor_delete(&w->cursor);
    free(w->steps);
    *w = (struct pytree_walker){0};
}

/* To the next node that is no descendant of this one. */
bool pytree_skip(struct pytree_walker *w) {
    w->started = true;
    while (w->count > 1) {
        if (ts_tree_cursor_goto_next_sibling(&w->cursor)) {
            w->steps[w->count - 1] = here(w);
            return true;
        }
        ts_tree_cursor_goto_parent(&w->cursor);
        w->count--;
    }
    return false;
}

bool pytree_next(struct pytree_walker *w) {
    if (!w->started) {
        w->started = true;
        return true;
    }
    if (ts_tree_cursor_goto_first_child(&w->cursor)) {
        push(w);
        return true;
    }
    return pytree_skip(w);
}

static bool covers(const struct pytree_step *s, uint32_t start, uint32_t end) {
    return s->start <= start && end <= s->end;
}

void pytree_seek(struct pytree_walker *w, uint32_t start, uint32_t end) {
    /* Up, and along the siblings, until the node covers the span: asked in
     * order, a list of ten thousand elements is passed over once, not ten
     * thousand times. */
    while (w->count > 1 && !covers(&w->steps[w->count - 1], start, end)) {
        if (covers(&w->steps[w->count - 2], start, end) && w->steps[w->count - 1].end <= start &&
            ts_tree_cursor_goto_next_sibling(&w->cursor)) {
            w->steps[w->count - 1] = here(w);
            continue;
        }
        ts_tree_cursor_goto_parent(&w->cursor);
        w->count--;
    }
    for (;;) {
        if (!ts_tree_cursor_goto_first_child(&w->cursor))
            return;
        push(w);
        while (!covers(&w->steps[w->count - 1], start, end)) {
            if (w->steps[w->count - 1].start > start || !ts_tree_cursor_goto_next_sibling(&w->cursor)) {
                ts_tree_cursor_goto_parent(&w->cursor);
                w->count--;
                return;
            }
            w->steps[w->count - 1] = here(w);
        }
    }
}

TSNode pytree_child(TSNode node, const char *field) {
    return ts_node_child_by_field_name(node, field, (uint32_t)strlen(field));
}

size_t pytree_error_count(const struct pytree *t) {
    if (!t->has_error)
        return 0;
    struct pytree_walker w;
    size_t count = 0;
    pytree_walk(t, &w);
    while (pytree_next(&w)) {
        TSNode node = w.steps[w.count - 1].node;
        count += ts_node_is_error(node) || ts_node_is_missing(node);
    }
    pytree_walker_release(&w);
    return count;
}
