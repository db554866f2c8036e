/* package.c: see package.h. */
#include "cli/package.h"

#include "base/file.h"
#include "scanner/pyfile.h"
#include "scanner/pylex.h"

#define MAX_PACKAGE_DEPTH 64

/* The outermost folder of the package that `path` belongs to; NULL for a script.
 * *depth is how many folders below it the file lies. */
static const char *package_folder(struct arena *a, const char *path, unsigned *depth) {
    const char *folder = path_dirname(a, path), *top = NULL;
    for (unsigned level = 0; level < MAX_PACKAGE_DEPTH; level++) {
        struct file_info info;
        struct error ignored = {0};
        if (file_stat(path_join(a, folder, "__init__.py"), &info, &ignored) != KL_OK ||
            info.kind != FILE_REGULAR)
            break;
        top = folder;
        *depth = level;
        folder = path_dirname(a, folder);
    }
    return top;
}

/* How a module imports from its own package, at the start of a line: there it
 * is no matter of chance. */
struct own_imports {
    bool relative, absolute;
};

static bool token_is(struct slice text, const struct py_token *t, const char *word) {
    return slice_eq_cstr(slice_sub(text, t->start, t->end), word);
}

static struct own_imports own_imports(struct slice text, const struct py_tokens *tokens,
                                      const char *package) {
    struct own_imports found = {false, false};
    for (size_t i = 0; i + 2 < tokens->count; i++) {
        const struct py_token *t = &tokens->items[i];
        bool from = t->kind == PY_NAME && t->op == KW_FROM;
        bool import = t->kind == PY_NAME && t->op == KW_IMPORT;
        if ((!from && !import) ||
            (t->start > 0 && text.ptr[t->start - 1] != '\n' && text.ptr[t->start - 1] != '\r'))
            continue;
        if (from && (token_is(text, t + 1, ".") || token_is(text, t + 1, "...")))
            found.relative = true;
        else if (token_is(text, t + 1, package) && (from || token_is(text, t + 2, ".")))
            found.absolute = true;
    }
    return found;
}

static const char *dots(struct arena *a, unsigned count) {
    char *text = arena_calloc(a, count + 1, 1);
    memset(text, '.', count);
    return text;
}

struct package_place package_place(const char *path, struct slice bytes, struct arena *a) {
    struct package_place place = {NULL, NULL};
    struct py_tokens tokens = {0};
    struct pyfile file;
    unsigned depth = 0;
    const char *folder = package_folder(a, path, &depth);
    /* What also runs as a script is no part of a package then. */
    if (!folder || slice_starts(bytes, "#!") || slice_find(bytes, SLICE_LIT("__main__"), 0) != SIZE_MAX)
        return place;
    pyfile_decode(&file, bytes, a);
    py_lex(file.text, &tokens);
    struct own_imports imports = own_imports(file.text, &tokens, path_basename(folder));
    py_tokens_release(&tokens);
    if (imports.relative)
        place = (struct package_place){folder, dots(a, depth + 1)};
    else if (imports.absolute)
        place = (struct package_place){folder, arena_printf(a, "%s.", path_basename(folder))};
    return place;
}
