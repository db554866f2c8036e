/* loading.c: the call that loads the dotenv file, and the small module of a
 * package that makes it once for all.
 *
 * The path is computed from __file__: without one, python-dotenv looks in the
 * working directory under a debugger, in a notebook or in a frozen program. And
 * from its real path: a script that is started through a link (~/bin/tool) finds
 * the file beside the script, as Python finds the modules beside it. A notebook
 * has no __file__; it runs in its own folder. */
#include "rewriters/style.h"

#include "base/buf.h"
#include "base/file.h"

#define LINE_MAX_COLUMNS 88 /* black's */

/* The arguments of os.path.join, or of nothing if the path is absolute. */
static void add_parts(struct buf *b, const char *relative, const char *separator, struct arena *arena) {
    struct slice rest = slice_cstr(relative);
    for (bool first = true; rest.len;) {
        size_t slash = slice_find_byte(rest, '/', 0);
        struct slice part = slice_sub(rest, 0, slash == SIZE_MAX ? rest.len : slash);
        rest = slice_sub(rest, slash == SIZE_MAX ? rest.len : slash + 1, rest.len);
        if (!part.len || slice_eq_cstr(part, "."))
            continue;
        buf_printf(b, "%s%s", first ? "" : separator, style_quote(arena_cstr(arena, part), arena));
        first = false;
    }
}

static const char *finish(struct buf *b, struct arena *arena) {
    const char *text = arena_cstr(arena, buf_as_slice(b));
    buf_release(b);
    return text;
}

const char *style_path(const char *relative, const char *os, const char *separator, const char *open,
                       const char *close, struct arena *arena) {
    if (relative[0] == '/' || !os)
        return style_quote(relative, arena);
    struct buf b = BUF_INIT(KL_MAX_CONFIG_BYTES);
    buf_printf(&b, "%s.path.join(%s%s.path.dirname(%s.path.realpath(__file__))%s", os, open, os, os,
               separator);
    add_parts(&b, relative, separator, arena);
    buf_printf(&b, "%s)", close);
    return finish(&b, arena);
}

const char *style_load_call(const char *dotenv_relative, const char *load_dotenv, const char *os,
                            struct arena *arena) {
    const char *path = style_path(dotenv_relative, os, ", ", "", "", arena);
    const char *line = arena_printf(arena, "%s(%s)", load_dotenv, path);
    if (strlen(line) <= LINE_MAX_COLUMNS)
        return line;
    if (strlen(path) + 4 <= LINE_MAX_COLUMNS || dotenv_relative[0] == '/' || !os)
        return arena_printf(arena, "%s(\n    %s\n)", load_dotenv, path);
    path = style_path(dotenv_relative, os, ",\n        ", "\n        ", ",\n    ", arena);
    return arena_printf(arena, "%s(\n    %s\n)", load_dotenv, path);
}

/* Is it there already? */

static bool is_load_dotenv(const struct source *s, TSNode function, const struct module_imports *imports) {
    struct slice text = pytree_text(s->text, function);
    if (slice_eq_cstr(text, "dotenv.load_dotenv"))
        return true;
    for (size_t i = 0; i < imports->count; i++)
        if (slice_eq_cstr(imports->items[i].target.module, "dotenv") &&
            slice_eq_cstr(imports->items[i].target.symbol, "load_dotenv") &&
            slice_eq(imports->items[i].target.local, text))
            return true;
    return false;
}

/* The arguments without blanks, comments, a last comma, and without the options
 * that do not change which file is read. */
static struct slice argument_text(const struct source *s, TSNode arguments, struct arena *arena) {
    static const char *const options[] = {"override=True", "override=False", "verbose=True", "verbose=False"};
    struct buf b = BUF_INIT(KL_MAX_CONFIG_BYTES);
    uint32_t start = ts_node_start_byte(arguments) + 1, end = ts_node_end_byte(arguments) - 1;
    for (uint32_t i = source_token_after(s, start); s->tokens.items[i].start < end; i++)
        if (s->tokens.items[i].kind != PY_NL && s->tokens.items[i].kind != PY_COMMENT)
            buf_slice(&b, source_token_text(s, i));
    struct slice text = arena_copy(arena, buf_as_slice(&b));
    buf_release(&b);
    for (bool again = true; again;) {
        again = false;
        if (slice_ends(text, ","))
            text.len--, again = true;
        for (size_t i = 0; i < KL_ARRAY_LEN(options); i++)
            if (slice_ends(text, options[i]))
                text.len -= strlen(options[i]), again = true;
    }
    return text;
}

static bool same_without_blanks(struct slice joined, const char *text) {
    size_t at = 0;
    for (; *text; text++) {
        if (*text == ' ' || *text == '\n')
            continue;
        if (at >= joined.len || joined.ptr[at++] != *text)
            return false;
    }
    return at == joined.len;
}

/* 'text' or "text". */
static bool is_quoted(struct slice literal, const char *text) {
    return literal.len > 2 && (literal.ptr[0] == '"' || literal.ptr[0] == '\'') &&
           slice_eq_cstr(slice_sub(literal, 1, literal.len - 1), text);
}

static bool loads_same_file(const struct source *s, struct slice arguments, const char *relative,
                            const struct module_imports *imports, struct arena *arena) {
    /* Without an argument the nearest .env is loaded: the one beside the file,
     * if there is one. Further up, another might be nearer. */
    if (!arguments.len || slice_eq_cstr(arguments, "find_dotenv()") ||
        slice_eq_cstr(arguments, "dotenv.find_dotenv()"))
        return strcmp(relative, ".env") == 0;
    if (s->is_notebook && is_quoted(arguments, relative))
        return true;
    for (size_t i = 0; i < imports->count; i++) {
        const struct import_target *t = &imports->items[i].target;
        if (!slice_eq_cstr(t->module, "os") || t->symbol.len)
            continue;
        const char *os = arena_cstr(arena, t->local);
        if (same_without_blanks(arguments, style_path(relative, os, ", ", "", "", arena)))
            return true;
    }
    return false;
}

bool style_is_loaded(const struct source *s, const char *dotenv_relative, uint32_t first_statement,
                     struct arena *arena) {
    struct module_imports imports = {0};
    bool found = false;
    module_imports_collect(s, &imports);
    TSTreeCursor cursor = ts_tree_cursor_new(ts_tree_root_node(s->tree.tree));
    for (bool more = ts_tree_cursor_goto_first_child(&cursor); more && !found;
         more = ts_tree_cursor_goto_next_sibling(&cursor)) {
        TSNode node = ts_tree_cursor_current_node(&cursor);
        if (ts_node_start_byte(node) >= first_statement)
            break;
        if (!pytree_is(ts_node_type(node), "expression_statement") || ts_node_has_error(node))
            continue;
        TSNode call = ts_node_named_child(node, 0);
        if (ts_node_is_null(call) || !pytree_is(ts_node_type(call), "call"))
            continue;
        TSNode arguments = pytree_child(call, "arguments");
        found = is_load_dotenv(s, pytree_child(call, "function"), &imports) &&
                pytree_is(ts_node_type(arguments), "argument_list") &&
                loads_same_file(s, argument_text(s, arguments, arena), dotenv_relative, &imports, arena);
    }
    ts_tree_cursor_delete(&cursor);
    module_imports_release(&imports);
    return found;
}

const char *rewrite_dotenv_module(struct arena *arena, const char *dotenv_relative) {
    return arena_printf(arena,
                        "\"\"\"The environment of this package, with its secrets.\n"
                        "\n"
                        "Importing this module loads %s once. Variables that the environment has\n"
                        "already win over those of the file. Read a secret as environ[\"NAME\"]; a missing\n"
                        "name raises KeyError.\n"
                        "\"\"\"\n"
                        "\n"
                        "import os\n"
                        "from os import environ\n"
                        "\n"
                        "from dotenv import load_dotenv\n"
                        "\n"
                        "__all__ = [\"environ\"]\n"
                        "\n"
                        "%s\n",
                        arena_cstr(arena, slice_cstr(path_basename(dotenv_relative))),
                        style_load_call(dotenv_relative, "load_dotenv", "os", arena));
}
