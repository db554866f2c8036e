/* migration_show.c: what a migration will do, and what it did, for a person. */
#include "cli/diff_mask.h"
#include "cli/migration.h"
#include "cli/report.h"

#include <stdlib.h>

#include "backends/dotenv_project.h"
#include "base/file.h"
#include "base/system.h"

#define REMARK_COLUMN 13u
#define LONG_REASON 60u
#define NAMES_SHOWN 8 /* in the question; the list above it has them all */

static const char *plural(size_t n, const char *one, const char *many) {
    return n == 1 ? one : many;
}

static size_t changing_files(const struct migration *m) {
    size_t n = 0;
    for (size_t i = 0; i < m->file_count; i++)
        n += m->files[i].changes;
    return n;
}

static const char *place_of(const struct migration *m) {
    return m->dotenv_file ? m->dotenv_file : m->session.kind->title;
}

/* Below the line of a site. */
static void show_remark(struct output *o, const char *begin, const char *text, const char *end) {
    struct arena a = ARENA_INIT;
    out_text(o, "%*s", (int)REMARK_COLUMN, "");
    out_wrapped(o, MARK_DIM, arena_printf(&a, "%s%s%s", begin, text, end), REMARK_COLUMN, REMARK_COLUMN);
    arena_release(&a);
}

/* `before`: the last reason that was shown, or NULL. */
static void show_site(struct output *o, const struct migration_site *site, const char *before) {
    const struct finding *f = site->finding;
    out_text(o, "  %5u:%-4u ", f->line, f->column);
    out_mark(o, f->severity == SEVERITY_HIGH ? MARK_RED : MARK_YELLOW, "%-7s", severity_name(f->severity));
    out_text(o, "%s", f->message);
    if (!site->left) {
        out_text(o, " -> ");
        out_mark(o, MARK_GREEN, "%s", site->name);
        if (strcmp(site->name, site->stored_name) != 0)
            out_text(o, " (stored as %s)", site->stored_name);
        out_text(o, "\n");
        if (site->note)
            show_remark(o, "(", site->note, ")");
        return;
    }
    struct buf name = BUF_INIT_SECRET(KL_MAX_CONFIG_BYTES);
    const char *shown = redact_name(o->redactor, f->name, &name);
    if (*shown) {
        out_text(o, " in ");
        out_path(o, MARK_BOLD, shown);
    }
    out_text(o, "\n");
    buf_release(&name);
    /* A long reason, such as a .env that git tracks, holds for every literal. */
    bool again = before && strlen(site->left) > LONG_REASON && strcmp(before, site->left) == 0;
    show_remark(o, "left: ", again ? "for the same reason" : site->left, "");
}

static void show_inline(struct output *o, const struct migration *m, const char *path) {
    for (size_t i = 0; i < m->file_count; i++)
        if (strcmp(m->files[i].path, path) == 0 && m->files[i].inline_because)
            show_remark(o, "(", m->files[i].inline_because, ")");
}

/* The sites that move, or those that stay, under their files. */
static void show_sites(struct output *o, const struct migration *m, bool left) {
    const char *path = NULL, *reason = NULL;
    for (size_t i = 0; i < m->site_count; i++) {
        const struct migration_site *site = &m->sites[i];
        if ((site->left != NULL) != left)
            continue;
        if (!path || strcmp(path, site->finding->path) != 0) {
            path = site->finding->path;
            out_path(o, MARK_BOLD, path);
            out_text(o, "\n");
            if (!left)
                show_inline(o, m, path);
        }
        show_site(o, site, reason);
        if (site->left && strlen(site->left) > LONG_REASON)
            reason = site->left;
    }
}

static void show_values(struct output *o, const struct migration *m, bool left) {
    for (size_t i = 0; i < m->value_count; i++) {
        const struct migration_value *v = &m->values[i];
        if ((v->left != NULL) != left)
            continue;
        out_text(o, "  %s", v->name);
        if (v->read) {
            out_text(o, "  read at ");
            out_path(o, MARK_NONE, v->read->path);
            out_text(o, ":%u", v->read->line);
        }
        out_text(o, "\n");
        if (left)
            out_mark(o, MARK_DIM, "             left: %s\n", v->left);
    }
}

/* --with-values */
static void show_all_values(struct output *o, const struct migration *m) {
    if (m->values_moving > 0) {
        out_mark(o, MARK_BOLD, "%zu %s", m->values_moving,
                 plural(m->values_moving, "variable that the code reads", "variables that the code reads"));
        out_text(o, ": the value can go along (from %s)\n", m->cli->options.with_values);
        show_values(o, m, false);
        out_text(o, "\n");
    }
    if (m->values_left > 0) {
        out_mark(o, MARK_BOLD, "%zu %s\n", m->values_left,
                 plural(m->values_left, "variable stays", "variables stay"));
        show_values(o, m, true);
        out_text(o, "\n");
    }
}

static void show_errors(struct output *o, const struct migration *m) {
    for (size_t i = 0; i < m->found.error_count; i++) {
        out_mark(o, MARK_RED, "not read: ");
        out_path(o, MARK_NONE, m->found.errors[i].path);
        out_text(o, ": %s\n", m->found.errors[i].message);
    }
}

static enum style_mark mark_of_line(struct slice line) {
    if (slice_starts(line, "+++") || slice_starts(line, "---"))
        return MARK_BOLD;
    if (slice_starts(line, "@@"))
        return MARK_CYAN;
    return slice_starts(line, "+") ? MARK_GREEN : slice_starts(line, "-") ? MARK_RED : MARK_NONE;
}

void migration_diff(const struct migration *m, const struct migration_file *f, struct buf *out) {
    struct buf diff;
    buf_init_secret(&diff, KL_MAX_REWRITE_BYTES * 2);
    rewrite_diff(f->path, buf_as_slice(&f->bytes), &f->output, m->cli->redactor, &diff);
    diff_mask(buf_as_slice(&diff), out);
    buf_release(&diff);
}

static void show_diff(struct output *o, struct slice diff) {
    for (size_t at = 0; at < diff.len;) {
        size_t end = slice_find_byte(diff, '\n', at);
        struct slice line = slice_sub(diff, at, end);
        if (line.len > 0 && line.ptr[line.len - 1] == '\r')
            line.len--; /* the line end of the file, nothing to look at */
        out_mark(o, mark_of_line(line), "%.*s", (int)line.len, line.ptr);
        out_text(o, "\n");
        at = end == SIZE_MAX ? diff.len : end + 1;
    }
}

const char *migration_from_here(const struct migration *m, const char *path) {
    struct arena *a = (struct arena *)&m->arena;
    const char *here = path_real(a, ".");
    return here ? path_relative(a, path, here) : path;
}

void migration_each_other_file(const struct migration *m,
                               void (*fn)(void *ctx, const char *path, const char *what), void *ctx) {
    if (m->will_ignore_in)
        fn(ctx, migration_from_here(m, m->will_ignore_in), "gains the file of the secrets");
    if (m->dotenv_path)
        fn(ctx, migration_from_here(m, migration_example_path(m)), "lists the names, without values");
    for (size_t i = 0; i < m->module_count && m->rewrites; i++)
        if (!m->modules[i].exists)
            fn(ctx, migration_from_here(m, m->modules[i].path), m->modules[i].what);
}

static void show_other_file(void *ctx, const char *path, const char *what) {
    struct output *o = ctx;
    out_text(o, "  ");
    out_path(o, MARK_BOLD, path);
    out_text(o, " %s\n", what);
}

/* One that grows gains lines and loses none. */
static void show_gains(struct output *o, struct slice old, struct slice text) {
    for (size_t at = 0, end; at < text.len; at = end + 1) {
        end = slice_find_byte(text, '\n', at);
        end = end == SIZE_MAX ? text.len : end;
        struct slice line = slice_sub(text, at, end);
        if (slice_find(old, line, 0) == SIZE_MAX)
            out_mark(o, MARK_GREEN, "+%.*s\n", (int)line.len, line.ptr);
    }
}

static void show_module(struct output *o, const struct migration *m, const struct migration_module *module) {
    out_text(o, module->undo ? "file " : "new file ");
    out_path(o, MARK_BOLD, migration_from_here(m, module->path));
    out_text(o, module->undo ? " gains\n" : "\n");
    if (module->undo)
        show_gains(o, module->old, slice_cstr(module->text));
    else
        show_diff(o, slice_cstr(module->text));
}

static void show_diffs(struct output *o, const struct migration *m) {
    struct buf diff;
    buf_init_secret(&diff, KL_MAX_REWRITE_BYTES * 2);
    for (size_t i = 0; i < m->file_count; i++) {
        const struct migration_file *f = &m->files[i];
        if (!f->changes)
            continue;
        buf_clear(&diff);
        migration_diff(m, f, &diff);
        show_diff(o, buf_as_slice(&diff));
    }
    buf_release(&diff);
    for (size_t i = 0; i < m->module_count; i++)
        if (!m->modules[i].exists)
            show_module(o, m, &m->modules[i]);
}

void migration_show_plan(const struct migration *m) {
    struct output *o = &m->cli->out;
    if (m->moving > 0) {
        size_t files = changing_files(m);
        out_mark(o, MARK_BOLD, "%zu %s in %zu %s", m->moving, plural(m->moving, "literal", "literals"), files,
                 plural(files, "file", "files"));
        out_text(o, " can move to %s (vault %s: %s)\n\n", place_of(m), m->session.kind->id,
                 m->session.origin);
        show_sites(o, m, false);
        out_text(o, "\n");
    }
    if (m->left > 0) {
        out_mark(o, MARK_BOLD, "%zu %s\n", m->left, plural(m->left, "literal stays", "literals stay"));
        show_sites(o, m, true);
        out_text(o, "\n");
    }
    show_all_values(o, m);
    migration_show_reads(m);
    show_errors(o, m);
    if (m->moving + m->reads_moving > 0 && m->rewrites)
        show_diffs(o, m);
    if (migration_moves(m) && m->dotenv_path) {
        out_mark(o, MARK_BOLD, "\nOther files\n");
        migration_each_other_file(m, show_other_file, o);
    }
    migration_show_packages(m);
    if (m->moving + m->left + m->value_count + m->reads_moving == 0) {
        size_t files = (size_t)m->found.stats.files;
        if (files == 0)
            out_text(o, m->found.error_count ? "nothing could be read\n" : "nothing to scan\n");
        else
            out_text(o, "nothing to move: no secret in %zu %s\n", files, plural(files, "file", "files"));
    }
    if (m->silenced > 0)
        out_text(o, "%zu silenced, not touched\n", m->silenced);
}

static void show_identity(struct output *o, const struct migration *m) {
    for (size_t i = 0; i < KL_ARRAY_LEN(m->identity.lines) && m->identity.lines[i]; i++) {
        out_text(o, "  ");
        out_wrapped(o, MARK_NONE, m->identity.lines[i], 2, 4);
    }
    const struct python_environment *env = &m->environment;
    if (env->variable)
        out_text(o, "  environment: %s (the program reads %s to know its own; without it, this one)\n",
                 env->name, env->variable);
    else if (env->name)
        out_text(o, "  environment: %s, always\n", env->name);
}

static const char *remark_on(const struct upload_item *item) {
    if (item->reused)
        return " (the vault's other value stands)";
    if (item->state == UPLOAD_PRESENT)
        return " (there already)";
    return item->replaces ? " (a new version)" : "";
}

bool migration_confirm(const struct migration *m) {
    struct output *o = &m->cli->out;
    out_text(o, "\n");
    out_mark(o, MARK_BOLD, "This will be written\n");
    show_identity(o, m);
    out_text(o, "  %zu %s:", m->item_count, plural(m->item_count, "name", "names"));
    for (size_t i = 0; i < m->item_count && i < NAMES_SHOWN; i++)
        out_text(o, " %s%s", m->items[i].name, remark_on(&m->items[i]));
    out_text(o, "%s\n", m->item_count > NAMES_SHOWN ? " ..." : "");
    return cli_ask(m->cli, "Go on? [y/N] ");
}

/* What is left for people: the names that CI and colleagues must set, the
 * package, and the old values, which git's history still has. */
static void show_next_steps(struct output *o, const struct migration *m) {
    out_mark(o, MARK_BOLD, "\nBefore you push\n");
    if (m->dotenv_file) {
        out_text(o, "  - %s is for this machine and stays out of git. CI, servers and colleagues\n",
                 m->dotenv_file);
        out_text(o, "    need the same names: as secret variables of the CI system, or in their own\n");
        out_text(o, "    %s (the names are listed in %s):\n", m->dotenv_file,
                 path_relative((struct arena *)&m->arena, migration_example_path(m), m->project.root));
        for (size_t i = 0; i < m->item_count; i++)
            if (m->items[i].state == UPLOAD_STORED || m->items[i].state == UPLOAD_PRESENT)
                out_text(o, "      %s\n", m->items[i].name);
    }
    migration_show_packages_due(m);
    migration_show_rotation(m);
}

static bool is_verified(const struct upload_item *item) {
    return item->state == UPLOAD_STORED || item->state == UPLOAD_PRESENT;
}

/* After a failure: exactly what is where. */
static void show_half_done(struct output *o, const struct migration *m) {
    size_t verified = 0, missing = 0;
    for (size_t i = 0; i < m->item_count; i++) {
        verified += is_verified(&m->items[i]);
        missing += m->items[i].state == UPLOAD_FAILED || m->items[i].state == UPLOAD_PENDING;
    }
    if (missing == 0)
        return;
    if (verified > 0)
        out_mark(o, MARK_BOLD, "\nIn the vault and verified\n");
    for (size_t i = 0; i < m->item_count; i++)
        if (is_verified(&m->items[i]))
            out_text(o, "  %s\n", m->items[i].name);
    out_mark(o, MARK_BOLD, "\nNot in the vault, or not verified\n");
    for (size_t i = 0; i < m->item_count; i++)
        if (m->items[i].state == UPLOAD_FAILED)
            out_text(o, "  %s: %s\n", m->items[i].name, m->items[i].error.message);
        else if (m->items[i].state == UPLOAD_PENDING)
            out_text(o, "  %s: not tried\n", m->items[i].name);
    for (size_t st = 0; st < KL_STATUS_COUNT; st++) {
        bool met = false;
        for (size_t i = 0; i < m->item_count; i++)
            met = met || (m->items[i].state == UPLOAD_FAILED && (size_t)m->items[i].error.status == st);
        if (met && cli_advice((enum kl_status)st))
            out_text(o, "%s\n", cli_advice((enum kl_status)st));
    }
    out_text(o, "The source has them still. %s goes on from here.\n",
             migration_all_is_left(m) ? "`keylift resume`, or the same command,"
                                      : "The same command, again,");
}

static size_t items_in(const struct migration *m, enum upload_state state) {
    size_t n = 0;
    for (size_t i = 0; i < m->item_count; i++)
        n += m->items[i].state == state;
    return n;
}

static void show_stored(struct output *o, const struct migration *m) {
    size_t present = items_in(m, UPLOAD_PRESENT);
    out_text(o, "\n");
    out_mark(o, MARK_GREEN, "%zu stored", items_in(m, UPLOAD_STORED));
    out_text(o, " in %s, read back and equal", place_of(m));
    if (present > 0)
        out_text(o, "; %zu there already", present);
    out_text(o, "\n");
}

void migration_show_stopped(const struct migration *m) {
    struct output *o = &m->cli->out;
    if (items_in(m, UPLOAD_STORED) > 0)
        show_stored(o, m);
    if (items_in(m, UPLOAD_FAILED) > 0)
        show_half_done(o, m);
    if (m->rewrites)
        out_text(o, "\nStopped. %zu %s rewritten. %s goes on from here.\n", m->written,
                 plural(m->written, "file was", "files were"),
                 migration_can_resume(m) ? "`keylift resume`, or the same command," : "The same command");
}

void migration_show_result(const struct migration *m) {
    struct output *o = &m->cli->out;
    show_stored(o, m);
    if (m->rewrites) {
        out_mark(o, MARK_GREEN, "%zu %s rewritten", m->written, plural(m->written, "file", "files"));
        out_text(o, ", %zu %s moved", m->moving, plural(m->moving, "literal", "literals"));
        if (m->reads_moving > 0)
            out_text(o, ", %zu %s of the environment", m->reads_moving,
                     plural(m->reads_moving, "read", "reads"));
        if (m->left > 0)
            out_text(o, ", %zu left with the reasons above", m->left);
        out_text(o, "\n");
    }
    if (m->ignored_in)
        out_text(o, "%s gained %s\n", path_basename(m->ignored_in), m->dotenv_file);
    if (m->example)
        out_text(o, "%s gained the names, without values\n", path_basename(m->example));
    migration_show_packages_written(m);
    for (size_t i = 0; i < m->file_count; i++)
        if (m->files[i].changes && m->files[i].working_keeps_value) {
            out_path(o, MARK_BOLD, m->files[i].path);
            out_text(o, ": a value is still there, in edits that are not staged\n");
        }
    show_half_done(o, m);
    migration_show_after(m);
    if (m->moving > 0)
        show_next_steps(o, m);
    else if (m->reads_moving > 0)
        migration_show_packages_due(m);
}
