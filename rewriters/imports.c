/* imports.c: see imports.h. */
#include "rewriters/imports.h"

#include "base/buf.h"
#include "base/mem.h"

/* Modules of the standard library go with the file's first imports, everything
 * else after its last one. */
static bool is_standard(const struct import_need *n) {
    return !n->symbol && import_is_standard(slice_cstr(n->module));
}

/* Points. */

static bool is_kind(const struct source *s, uint32_t token, enum py_kind kind) {
    return s->tokens.items[token].kind == kind;
}

static bool at_blank_line(const struct source *s, uint32_t at) {
    uint32_t token = source_token_after(s, at);
    return is_kind(s, token, PY_NL) || is_kind(s, token, PY_END);
}

/* How many blank lines to put between an insertion and what follows it: two
 * before a function or class, as every formatter wants. */
static unsigned blanks_before(const struct source *s, uint32_t at) {
    static const char *const words[] = {"def", "class", "async", "@"};
    if (at_blank_line(s, at))
        return 0;
    for (size_t i = 0; i < KL_ARRAY_LEN(words); i++)
        if (source_token_is(s, source_token_after(s, at), words[i]))
            return 2;
    return 1;
}

/* After a statement: the next line, or on its own line if another statement
 * follows a semicolon there. */
static struct import_point point_after(const struct source *s, uint32_t end) {
    struct import_point p = {.at = (uint32_t)s->text.len};
    for (uint32_t i = source_token_after(s, end); i < s->tokens.count; i++) {
        const struct py_token *t = &s->tokens.items[i];
        if (t->kind == PY_NEWLINE) {
            p.at = t->end;
            break;
        }
        if (t->kind != PY_COMMENT && !(t->kind == PY_OP && t->op == ';')) {
            p.at = t->start;
            p.is_inline = true;
            break;
        }
    }
    return p;
}

static struct import_point point_before(const struct source *s, uint32_t start) {
    uint32_t token = source_token_after(s, start);
    bool begins_line = token == 0;
    if (token > 0) {
        const struct py_token *before = &s->tokens.items[token - 1];
        begins_line = before->kind == PY_NEWLINE || before->kind == PY_NL || before->kind == PY_INDENT ||
                      before->kind == PY_DEDENT;
    }
    if (!begins_line)
        return (struct import_point){.at = start, .is_inline = true};
    while (start > 0 && s->text.ptr[start - 1] != '\n' && s->text.ptr[start - 1] != '\r')
        start--; /* a form feed may stand before the statement */
    return (struct import_point){.at = start};
}

/* Below the comments that the file begins with: interpreter line, coding, licence.
 * They end at the first blank line; what follows belongs to the code. */
static struct import_point point_below_header(const struct source *s) {
    uint32_t i = 0;
    bool has_header = false;
    while (is_kind(s, i, PY_NL))
        i++;
    while (is_kind(s, i, PY_COMMENT)) {
        has_header = true;
        i++;
        if (is_kind(s, i, PY_NL) || is_kind(s, i, PY_NEWLINE))
            i++;
    }
    if (has_header && is_kind(s, i, PY_NL))
        i++;
    else if (has_header)
        return (struct import_point){
            .at = s->tokens.items[i].start, .blank_before = true, .blank_after = true};
    /* INDENT or DEDENT have no width of their own here: code at column 0. */
    return (struct import_point){.at = s->tokens.items[i].start, .blank_after = true};
}

/* Below a docstring or the __future__ imports. */
static struct import_point point_below_head(const struct source *s, uint32_t end) {
    struct import_point p = point_after(s, end);
    if (p.is_inline)
        return p;
    if (at_blank_line(s, p.at) && p.at < s->text.len)
        p.at = s->tokens.items[source_token_after(s, p.at)].end;
    else
        p.blank_before = true;
    p.blank_after = true;
    return p;
}

static bool is_docstring(TSNode statement) {
    if (ts_node_named_child_count(statement) != 1)
        return false;
    const char *type = ts_node_type(ts_node_named_child(statement, 0));
    return pytree_is(type, "string") || pytree_is(type, "concatenated_string");
}

/* What the statements before the first site say about the points. */
struct head {
    uint32_t docstring_end; /* or of the last __future__ import */
    uint32_t first_import;  /* UINT32_MAX: none */
    uint32_t sorted_end;    /* of the imports that `import os` sorts after; 0: none */
    uint32_t last_end;
    bool in_order; /* still among them */
    bool has_star, after_standard;
};

/* `import json`, right below the one before: the kind of line that `import os`
 * may follow in alphabetical order. */
static bool sorts_before_os(const struct source *s, const struct head *h, TSNode statement) {
    if (!pytree_is(ts_node_type(statement), "import_statement") || ts_node_named_child_count(statement) != 1)
        return false;
    struct slice module = pytree_text(s->text, ts_node_named_child(statement, 0));
    bool adjacent = h->first_import == UINT32_MAX ||
                    source_line(s, h->last_end) + 1 == source_line(s, ts_node_start_byte(statement));
    return adjacent && import_is_standard(module) && slice_cmp(module, SLICE_LIT("os")) < 0;
}

static void note_import(const struct source *s, struct head *h, TSNode statement) {
    bool is_from = pytree_is(ts_node_type(statement), "import_from_statement");
    TSNode module = is_from ? pytree_child(statement, "module_name") : ts_node_named_child(statement, 0);
    h->in_order = h->in_order && sorts_before_os(s, h, statement);
    if (h->in_order)
        h->sorted_end = ts_node_end_byte(statement);
    if (h->first_import == UINT32_MAX)
        h->first_import = ts_node_start_byte(statement);
    h->last_end = ts_node_end_byte(statement);
    h->has_star |= is_from && slice_ends(pytree_text(s->text, statement), "*");
    h->after_standard = import_is_standard(pytree_text(s->text, module));
}

static void read_head(const struct source *s, uint32_t first_statement, struct head *h) {
    size_t seen = 0;
    TSTreeCursor cursor = ts_tree_cursor_new(ts_tree_root_node(s->tree.tree));
    for (bool more = ts_tree_cursor_goto_first_child(&cursor); more;
         more = ts_tree_cursor_goto_next_sibling(&cursor)) {
        TSNode node = ts_tree_cursor_current_node(&cursor);
        const char *type = ts_node_type(node);
        if (ts_node_start_byte(node) >= first_statement)
            break;
        if (!ts_node_is_named(node) || pytree_is(type, "comment"))
            continue;
        if (pytree_is(type, "future_import_statement") ||
            (seen == 0 && pytree_is(type, "expression_statement") && is_docstring(node)))
            h->docstring_end = ts_node_end_byte(node);
        seen++;
        if (pytree_is(type, "import_statement") || pytree_is(type, "import_from_statement"))
            note_import(s, h, node);
    }
    ts_tree_cursor_delete(&cursor);
}

void imports_points(const struct source *s, uint32_t first_statement, struct import_points *out) {
    struct head h = {.first_import = UINT32_MAX, .in_order = true};
    read_head(s, first_statement, &h);
    *out = (struct import_points){.after_standard = h.after_standard};
    if (h.first_import == UINT32_MAX) {
        out->last = h.docstring_end ? point_below_head(s, h.docstring_end) : point_below_header(s);
        if (!h.docstring_end && out->last.at > first_statement)
            out->last = point_before(s, first_statement);
        out->first = out->last;
        return;
    }
    out->last = point_after(s, h.last_end);
    out->first = out->last;
    if (h.has_star)
        return; /* above it, an import might be taken away again */
    if (h.sorted_end)
        out->first = point_after(s, h.sorted_end);
    if (!h.sorted_end || out->first.is_inline)
        out->first = point_before(s, h.first_import);
}

/* Names. */

static bool is_free(const struct source *s, const struct import_need *n, struct slice symbol,
                    const char *name, uint32_t at, bool inserted, const uint32_t *places, size_t count) {
    struct scope_query q = {.name = name,
                            .target = {.module = slice_cstr(n->module), .symbol = symbol},
                            .at = at,
                            .inserted = inserted,
                            .places = places,
                            .place_count = count};
    return scope_is_free(s, &q);
}

/* `from .env_secrets import environ` has run the module, too. */
static bool has_run(const struct module_imports *imports, uint32_t first_statement, const char *module) {
    for (size_t i = 0; i < imports->count; i++)
        if (imports->items[i].start < first_statement &&
            slice_eq_cstr(imports->items[i].target.module, module))
            return true;
    return false;
}

/* An import that is there already, by whatever name. */
static bool find_existing(const struct source *s, const struct module_imports *imports,
                          uint32_t first_statement, const uint32_t *places, size_t count,
                          struct import_need *n, struct arena *arena) {
    if (n->for_effect && has_run(imports, first_statement, n->for_effect))
        return true;
    for (int attribute = 0; attribute <= (n->attribute != NULL); attribute++) {
        struct slice symbol = slice_cstr(attribute ? n->attribute : n->symbol);
        struct import_target wanted = {.module = slice_cstr(n->module), .symbol = symbol};
        for (size_t i = 0; i < imports->count; i++) {
            const struct module_import *m = &imports->items[i];
            if (m->start >= first_statement || !import_target_equal(&m->target, &wanted))
                continue;
            const char *local = arena_cstr(arena, m->target.local);
            if (!is_free(s, n, symbol, local, m->start, false, places, count))
                continue;
            n->local = local;
            n->local_is_attribute = attribute;
            return true;
        }
    }
    return false;
}

static void pick_new_name(const struct source *s, const struct import_points *points, const uint32_t *places,
                          size_t count, struct import_need *n, struct arena *arena) {
    const char *plain = n->symbol ? n->symbol : n->module;
    uint32_t at = is_standard(n) ? points->first.at : points->last.at;
    n->insert = true;
    n->local = plain;
    if (is_free(s, n, slice_cstr(n->symbol), plain, at, true, places, count))
        return;
    const char *last = strrchr(plain, '.');
    for (unsigned i = 1; i == 1 || source_has_name(s, n->local); i++)
        n->local = i == 1 ? arena_printf(arena, "_%s", last ? last + 1 : plain)
                          : arena_printf(arena, "_%s_%u", last ? last + 1 : plain, i);
}

void imports_resolve(const struct source *s, const struct import_points *points, uint32_t first_statement,
                     const uint32_t *places, size_t place_count, struct import_need *needs, size_t need_count,
                     struct arena *arena) {
    struct module_imports imports = {0};
    module_imports_collect(s, &imports);
    for (size_t i = 0; i < need_count; i++)
        if (needs[i].assigned ||
            !find_existing(s, &imports, first_statement, places, place_count, &needs[i], arena))
            pick_new_name(s, points, places, place_count, &needs[i], arena);
    module_imports_release(&imports);
}

/* Text. */

static void add_alias(struct buf *out, const char *plain, const char *local) {
    buf_str(out, plain);
    if (strcmp(local, plain) != 0)
        buf_printf(out, " as %s", local);
}

enum { GROUP_STANDARD = 1, GROUP_OTHER = 2 };

static bool is_in_group(const struct import_need *n, unsigned group) {
    return n->insert && !n->assigned && group == (is_standard(n) ? GROUP_STANDARD : GROUP_OTHER);
}

/* Statements of the groups, each followed by `end`; symbols of one module in one. */
static size_t add_group(struct buf *out, const struct import_need *needs, size_t count, unsigned group,
                        const char *end) {
    const struct import_need *before = NULL;
    size_t added = 0;
    for (size_t i = 0; i < count; i++) {
        const struct import_need *n = &needs[i];
        if (!is_in_group(n, group))
            continue;
        if (before && before->symbol && n->symbol && strcmp(before->module, n->module) == 0)
            buf_str(out, ", ");
        else if (n->symbol)
            buf_printf(out, "%sfrom %s import ", before ? end : "", n->module);
        else
            buf_printf(out, "%simport ", before ? end : "");
        add_alias(out, n->symbol ? n->symbol : n->module, n->local);
        if (n->for_effect && strcmp(end, "; ") != 0)
            buf_str(out, "  # noqa: F401");
        before = n;
        added++;
    }
    if (before)
        buf_str(out, end);
    return added;
}

static void add_lines(struct buf *out, const char *text, const char *eol) {
    for (; *text; text++) {
        if (*text == '\n')
            buf_str(out, eol);
        else
            buf_char(out, *text);
    }
    buf_str(out, eol);
}

static void add_blanks(struct buf *out, unsigned count, const char *eol) {
    while (count-- > 0)
        buf_str(out, eol);
}

/* A folded call on one line. */
static void add_joined(struct buf *out, const char *text) {
    for (; *text; text++) {
        if (*text == '\n')
            text += strspn(text + 1, " ");
        else
            buf_char(out, *text);
    }
}

static const char *point_text(const struct source *s, const struct import_points *points,
                              const struct import_point *p, unsigned groups, const struct import_need *needs,
                              size_t count, const char *call, struct arena *arena) {
    struct buf b = BUF_INIT(KL_MAX_CONFIG_BYTES);
    const char *end = p->is_inline ? "; " : s->eol;
    size_t standard = groups & GROUP_STANDARD ? add_group(&b, needs, count, GROUP_STANDARD, end) : 0;
    size_t before_others = b.len;
    size_t others = groups & GROUP_OTHER ? add_group(&b, needs, count, GROUP_OTHER, end) : 0;
    struct buf whole = BUF_INIT(KL_MAX_CONFIG_BYTES);
    bool lines = !p->is_inline;
    if (b.len || call) {
        bool new_group = others && !standard && points->after_standard;
        if (lines && (p->blank_before || new_group))
            buf_str(&whole, s->eol);
        buf_slice(&whole, slice_of(b.ptr, before_others));
        if (lines && standard && others)
            buf_str(&whole, s->eol);
        buf_slice(&whole, slice_sub(buf_as_slice(&b), before_others, b.len));
        if (call && lines) {
            if (standard || others || !p->blank_before)
                buf_str(&whole, s->eol);
            add_lines(&whole, call, s->eol);
            add_blanks(&whole, blanks_before(s, p->at), s->eol);
        } else if (call) {
            add_joined(&whole, call);
            buf_str(&whole, "; ");
        } else if (lines && p->blank_after) {
            add_blanks(&whole, blanks_before(s, p->at), s->eol);
        }
    }
    const char *text = arena_cstr(arena, buf_as_slice(&whole));
    buf_release(&b);
    buf_release(&whole);
    return text;
}

void imports_insert(const struct source *s, const struct import_points *points,
                    const struct import_need *needs, size_t need_count, const char *call, struct arena *arena,
                    struct edit_list *edits) {
    bool together = points->first.at == points->last.at;
    if (!together) {
        const char *text =
            point_text(s, points, &points->first, GROUP_STANDARD, needs, need_count, NULL, arena);
        if (*text)
            edits_insert(edits, points->first.at, text);
    }
    unsigned groups = together ? GROUP_STANDARD | GROUP_OTHER : GROUP_OTHER;
    const char *text = point_text(s, points, &points->last, groups, needs, need_count, call, arena);
    if (*text)
        edits_insert(edits, points->last.at, text);
}
