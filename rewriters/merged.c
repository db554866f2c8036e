/* merged.c: see merged.h. */
#include "rewriters/merged.h"

#include "base/buf.h"
#include "base/file.h"
#include "rewriters/module_text.h"
#include "rewriters/scope.h"
#include "rewriters/style.h"

/* What stands for ".env.shared" or the environment's own file in the path to it. */
#define HOLE "{file}"

/* ".env.shared"; ".env.prod"; or ".env." + os.environ.get("SECRETS_ENVIRONMENT", "prod") */
static const char *file_name(const struct python_environment *e, const char *base, const char *os,
                             bool shared, struct arena *arena) {
    if (shared || !e->variable)
        return style_quote(arena_printf(arena, "%s.%s", base, shared ? "shared" : e->name), arena);
    return arena_printf(arena, "%s + %s.environ.get(%s, %s)",
                        style_quote(arena_printf(arena, "%s.", base), arena), os,
                        style_quote(e->variable, arena), style_quote(e->name, arena));
}

static const char *with_file(const char *path, const char *file, struct arena *arena) {
    const char *hole = strstr(path, "\"" HOLE "\"");
    return arena_printf(arena, "%.*s%s%s", (int)(hole - path), path, file, hole + strlen("\"" HOLE "\""));
}

#define INDENT "    "
#define DEEP INDENT INDENT INDENT
#define LINE_MAX_COLUMNS 88 /* black's */

/* **dotenv_values(...), as black folds it. */
static void add_file(struct buf *b, const char *dotenv_values, const char *path, const char *folded) {
    bool fits = strlen(INDENT INDENT) + strlen(path) <= LINE_MAX_COLUMNS;
    if (strlen(INDENT "**(),") + strlen(dotenv_values) + strlen(path) <= LINE_MAX_COLUMNS)
        buf_printf(b, INDENT "**%s(%s),\n", dotenv_values, path);
    else
        buf_printf(b, INDENT "**%s(\n" INDENT INDENT "%s\n" INDENT "),\n", dotenv_values,
                   fits || !folded ? path : folded);
}

const char *merged_value(const struct python_environment *e, const char *base, const char *dotenv_values,
                         const char *os, bool by_file, struct arena *arena) {
    struct buf b = BUF_INIT(KL_MAX_CONFIG_BYTES);
    bool joined = by_file && base[0] != '/';
    const char *last = path_basename(base);
    const char *in_folder = arena_printf(arena, "%.*s" HOLE, (int)(last - base), base);
    buf_str(&b, "{\n");
    for (int shared = 1; shared >= 0; shared--) {
        const char *file = file_name(e, joined ? last : base, os, shared == 1, arena);
        const char *path = file, *folded = NULL;
        if (joined) {
            path = with_file(style_path(in_folder, os, ", ", "", "", arena), file, arena);
            folded = with_file(style_path(in_folder, os, ",\n" DEEP, "\n" DEEP, ",\n" INDENT INDENT, arena),
                               file, arena);
        }
        add_file(&b, dotenv_values, path, folded);
    }
    buf_printf(&b, INDENT "**%s.environ,\n}", os);
    const char *text = arena_cstr(arena, buf_as_slice(&b));
    buf_release(&b);
    return text;
}

static bool same_but_blanks(struct slice a, const char *b) {
    size_t i = 0;
    for (;;) {
        while (i < a.len && strchr(" \t\r\n", a.ptr[i]))
            i++;
        while (*b && strchr(" \t\r\n", *b))
            b++;
        if (i == a.len || !*b)
            return i == a.len && !*b;
        if (a.ptr[i++] != *b++)
            return false;
    }
}

static bool is_type(TSNode node, const char *type) {
    return !ts_node_is_null(node) && pytree_is(ts_node_type(node), type);
}

const char *merged_find(const struct source *s, const char *value, uint32_t first_statement,
                        const uint32_t *places, size_t place_count, struct arena *arena) {
    const char *found = NULL;
    TSTreeCursor cursor = ts_tree_cursor_new(ts_tree_root_node(s->tree.tree));
    for (bool more = ts_tree_cursor_goto_first_child(&cursor); more && !found;
         more = ts_tree_cursor_goto_next_sibling(&cursor)) {
        TSNode node = ts_tree_cursor_current_node(&cursor);
        if (ts_node_start_byte(node) >= first_statement)
            break;
        if (!is_type(node, "expression_statement") || ts_node_has_error(node))
            continue;
        TSNode assignment = ts_node_named_child(node, 0);
        if (!is_type(assignment, "assignment"))
            continue;
        TSNode left = pytree_child(assignment, "left"), right = pytree_child(assignment, "right");
        if (!is_type(left, "identifier") || !is_type(right, "dictionary") ||
            !same_but_blanks(pytree_text(s->text, right), value))
            continue;
        const char *name = arena_cstr(arena, pytree_text(s->text, left));
        const struct scope_query q = {.name = name,
                                      .at = ts_node_start_byte(node) + 1, /* it is above itself: no clash */
                                      .places = places,
                                      .place_count = place_count};
        if (scope_is_free(s, &q))
            found = name;
    }
    ts_tree_cursor_delete(&cursor);
    return found;
}

static const char head[] = "\"\"\"The secrets of this package, in the environment that it runs in.\n"
                           "\n"
                           "environ has what all environments share (%s.shared), then the environment's own\n"
                           "(%s.%s), then the variables of the process: the last one wins. Read a secret as\n"
                           "environ[\"NAME\"]; a missing name raises KeyError.\n"
                           "\"\"\"\n"
                           "\n"
                           "import os\n"
                           "from typing import Dict, Optional\n"
                           "\n"
                           "from dotenv import dotenv_values\n"
                           "\n"
                           "__all__ = [\"environ\"]\n"
                           "\n";

static const char body[] =
    "_merged: Dict[str, Optional[str]] = {\n"
    "    **dotenv_values(_FILE + \".shared\"),\n"
    "    **dotenv_values(_FILE + \".\" + ENVIRONMENT),\n"
    "    **os.environ,\n"
    "}\n"
    "environ = {name: value for name, value in _merged.items() if value is not None}\n";

const char *rewrite_environment_module(struct arena *arena, const struct python_environment *e,
                                       const char *base) {
    struct buf b = BUF_INIT(KL_MAX_CONFIG_BYTES);
    const char *shown = arena_cstr(arena, slice_cstr(path_basename(base)));
    buf_printf(&b, head, shown, shown, e->name);
    module_add_environment(&b, e, arena);
    const char *path = style_path(base, "os", ", ", "", "", arena);
    if (strlen("_FILE = ") + strlen(path) > LINE_MAX_COLUMNS)
        path = style_path(base, "os", ",\n" INDENT, "\n" INDENT, ",\n", arena);
    buf_printf(&b, "_FILE = %s\n", path);
    buf_str(&b, body);
    const char *text = arena_cstr(arena, buf_as_slice(&b));
    buf_release(&b);
    return text;
}
