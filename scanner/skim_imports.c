/* skim_imports.c: what a file imports, and whether it may read the environment. */
#include "base/mem.h"
#include "scanner/env_names.h"
#include "scanner/skim_internal.h"

/* os.environ, getenv, putenv, dotenv, envvar=, environs; not: environment. */
static bool is_about_environment(struct slice text, size_t at) {
    struct slice rest = slice_sub(text, at, text.len), before = slice_sub(text, 0, at);
    if (slice_starts(rest, "environ"))
        return !slice_starts(rest, "environm");
    return slice_starts(rest, "env") &&
           (slice_starts(rest, "envvar") || slice_ends(before, "get") || slice_ends(before, "put") ||
            slice_ends(before, "set") || slice_ends(before, "dot"));
}

/* May what stands there give another name to a function that reads the environment: `g = os.getenv`,
 * `from os import getenv as g`, `import environ`, `from environs import Env`? */
static bool may_rename_reader(struct slice text, size_t at) {
    struct slice rest = slice_sub(text, at, text.len), before = slice_sub(text, 0, at);
    if (slice_ends(before, "get")) /* getenv, getenvb */
        return !slice_starts(rest, "env(") && !slice_starts(rest, "envb(");
    if (!slice_starts(rest, "environ") || slice_starts(rest, "environ[") || slice_starts(rest, "environ.get"))
        return false;
    return at > 0 && (skim_is_blank(text.ptr[at - 1]) || strchr(",\n\f", text.ptr[at - 1]) != NULL) &&
           !slice_ends(before, "from os import ");
}

void skim_look_at_hints(struct skim *s) {
    s->import_count = 0;
    for (size_t at = skim_next(s, 0, skim_hints); at < s->text.len; at = skim_next(s, at + 1, skim_hints)) {
        char c = s->text.ptr[at];
        if (c == 'e' && is_about_environment(s->text, at)) {
            s->reads = true;
            s->renames_readers = s->renames_readers || may_rename_reader(s->text, at);
        } else if (c == 'i' && s->text.len - at > 6 && memcmp(s->text.ptr + at, "import", 6) == 0) {
            s->imports = mem_grow(s->imports, &s->import_capacity, s->import_count + 1, sizeof *s->imports);
            s->imports[s->import_count++] = (uint32_t)at;
        }
    }
}

/* Lines from the one of the import at `at` to the end of the statement. */
static struct slice import_lines(struct skim *s, size_t at, size_t from) {
    size_t start = at, depth = 0, end;
    while (start > from && (s->text.ptr[start - 1] != '\n' || (start > 1 && s->text.ptr[start - 2] == '\\')))
        start--;
    for (end = at; end < s->text.len; end++) {
        char c = s->text.ptr[end];
        depth += c == '(';
        depth -= c == ')' && depth > 0;
        if (c == '\n' && depth == 0 && s->text.ptr[end - 1] != '\\')
            break;
    }
    return slice_sub(s->text, start, end);
}

static void take_import(void *ctx, const struct py_import *found) {
    struct skim *s = ctx;
    if (env_names_import_reads(found)) {
        s->reads = true;
        s->renames_readers = s->renames_readers || env_names_import_renames(found);
    }
    if (scan_follows_imports(s->w))
        module_notes_import(&s->w->notes, s->path, found);
}

void skim_take_imports(struct skim *s) {
    bool follows = scan_follows_imports(s->w);
    if (follows)
        module_notes_begin_imports(&s->w->notes, s->path);
    for (size_t i = 0, done = 0; i < s->import_count; i++) {
        size_t at = s->imports[i];
        if (at < done || skim_in_literal(s, at) || skim_is_word_at(s, at + strlen("import")) ||
            (at > 0 && skim_is_word_at(s, at - 1)) || py_import_plain(s->text, at, &done, take_import, s))
            continue;
        struct slice lines = import_lines(s, at, done);
        py_lex(lines, &s->w->tokens);
        py_imports(lines, &s->w->tokens, take_import, s);
        done = skim_offset_of(s, lines) + lines.len;
    }
    if (follows)
        module_notes_finish(&s->w->notes, s->path);
}
