/* cmd_undo.c: `keylift undo [RUN]`: puts back the exact bytes that a run took
 * out of the source, with the values that the vault gives back.
 *
 * A file that was edited since stays as it is, and so does one whose value the
 * vault has changed since: both are named. The vault stays as it is, and so does
 * .gitignore, which keeps the vault's file out of git. Files that the run made
 * go, and packages that it listed, only when nothing that it rewrote still needs them. */
#include "cli/command.h"

#include <stdlib.h>

#include "backends/upload.h"
#include "base/encode.h"
#include "base/mem.h"
#include "base/system.h"
#include "cli/run_log.h"
#include "cli/undo_view.h"
#include "cli/vault_session.h"
#include "rewriters/apply.h"
#include "rewriters/undo.h"

struct undo_file_state {
    const cJSON *record;
    const char *path, *shown;
    bool made;        /* by the run: to be removed */
    bool as_it_was;   /* nothing to do */
    const char *left; /* why it stays */
    struct buf now, old;
};

struct undo {
    struct cli *c;
    struct project project;
    struct run_log log;
    const struct run *run;
    struct vault_session session;
    struct undo_file_state *files;
    size_t file_count, file_cap;
    size_t back, removed, left;
    bool forgotten; /* the vault lacks a value of the run */
    struct arena arena;
};

static enum kl_status choose_run(struct undo *u, struct error *e) {
    const struct string_list *words = &u->c->options.arguments;
    const char *wanted = words->count > 0 ? words->items[0] : NULL;
    for (size_t i = u->log.count; i-- > 0 && !u->run;) {
        const struct run *r = &u->log.runs[i];
        if (wanted ? strcmp(r->id, wanted) == 0 : r->state == RUN_FINISHED)
            u->run = r;
    }
    if (!u->run)
        return wanted
                   ? error_set(e, KL_ERR_NOT_FOUND, "there is no run %s; `keylift runs` lists them", wanted)
                   : error_set(e, KL_ERR_NOT_FOUND, "there is no finished run to take back here");
    if (u->run->state == RUN_UNREADABLE)
        return error_set(e, KL_ERR_PARSE, "%s", u->run->error.message);
    if (u->run->undoes)
        return error_set(e, KL_ERR_REFUSED,
                         "the run %s took another one back; `keylift migrate` moves the literals again",
                         u->run->id);
    return KL_OK;
}

/* The journal says where the values are; what decides whom keylift talks to and as
 * whom (an address, a helper program) is the command line's to say again. */
static enum kl_status open_vault(struct undo *u, struct error *e) {
    const struct vault_kind *used = u->run->vault ? vault_kind_find(u->run->vault) : NULL;
    const char *to = u->c->options.to;
    if (!used)
        return error_set(e, KL_ERR_UNSUPPORTED, "the run %s does not say which vault it used", u->run->id);
    enum kl_status s = vault_session_choose(&u->session, u->c, to ? to : used->id, e);
    if (s == KL_OK && u->session.kind != used)
        s = error_set(e, KL_ERR_USAGE, "--to %s: the run %s used the vault %s", to, u->run->id, used->id);
    if (s != KL_OK)
        return s;
    u->session.options.dotenv_file = u->run->dotenv_file;
    u->session.recalled = u->run->vault_options;
    return vault_session_open(&u->session, u->project.root, e);
}

struct name_search {
    const char *in_code; /* the name that the rewritten code has: the vault's own */
    const char *name, *version;
};

static void look_for_name(void *ctx, const char *name, const char *stored_name, const char *version) {
    struct name_search *search = ctx;
    if (strcmp(stored_name, search->in_code) != 0)
        return;
    search->name = name;
    if (version && version[0])
        search->version = version;
}

/* Somebody who rotated it since wants the old one back nowhere. */
static enum kl_status check_unchanged(struct undo *u, const char *name, const struct secret *then,
                                      struct error *e) {
    struct secret now = {0};
    enum kl_status s = u->session.kind->get(u->session.vault, name, NULL, &now, NULL, e);
    if (s == KL_OK && !upload_same_value(&now, then))
        s = error_set(e, KL_ERR_CONFLICT, "%s has another value in the vault since", name);
    redact_add(u->c->redactor, secret_slice(&now));
    secret_release(&now);
    return s;
}

static enum kl_status decode(struct undo *u, const char *name, struct secret *out, struct error *e) {
    struct buf bytes = BUF_INIT_SECRET(KL_MAX_SECRET_BYTES);
    enum kl_status s = KL_OK;
    if (decode_base64(secret_slice(out), &bytes)) {
        secret_set(out, buf_as_slice(&bytes));
        redact_add(u->c->redactor, secret_slice(out));
    } else {
        s = error_set(e, KL_ERR_CONFLICT, "%s in the vault is not base64", name);
    }
    buf_release(&bytes);
    return s;
}

/* The value that this very run stored. */
static enum kl_status value_of(void *ctx, const char *in_code, bool binary, struct secret *out,
                               struct error *e) {
    struct undo *u = ctx;
    const struct vault_kind *kind = u->session.kind;
    struct name_search search = {.in_code = in_code, .name = in_code};
    run_each_name(u->run, look_for_name, &search);
    enum kl_status s = kind->get(u->session.vault, search.name, search.version, out, NULL, e);
    if (s == KL_OK && search.version && kind->keeps_versions)
        s = check_unchanged(u, search.name, out, e);
    u->forgotten = u->forgotten || s == KL_ERR_NOT_FOUND;
    if (s == KL_ERR_NOT_FOUND)
        s = error_set(e, KL_ERR_CONFLICT, "the vault does not hold %s any more", search.name);
    if (s == KL_OK)
        redact_add(u->c->redactor, secret_slice(out));
    if (s == KL_OK && binary && !out->binary && !out->either)
        s = decode(u, search.name, out, e);
    return s;
}

/* Journals hold absolute paths; a project may have moved since. And one that
 * lies in the tree may have been put there by somebody else: it is not followed
 * out of the project. */
static const char *place_now(struct undo *u, const char *path) {
    const char *base = u->project.git_top ? u->project.git_top : u->project.root;
    if (u->run->root && strcmp(u->run->root, u->project.root) != 0) {
        const char *inside = path_relative(&u->arena, path, u->run->root);
        const char *moved = path_join(&u->arena, u->project.root, inside);
        struct file_info info;
        struct error ignored = {0};
        if (file_stat(path, &info, &ignored) != KL_OK || info.kind == FILE_MISSING)
            path = moved;
    }
    const char *real = path_real(&u->arena, path);
    if (!real)
        return path;
    return strncmp(path_relative(&u->arena, real, base), "..", 2) == 0 ? NULL : real;
}

/* The file's path stands above the reason already. */
static const char *reason_of(struct undo *u, const struct undo_file_state *f, const char *message) {
    const char *path = journal_get_path(f->record, "path", &u->arena);
    size_t len = path ? strlen(path) : 0;
    if (len == 0 || strncmp(message, path, len) != 0)
        return arena_cstr(&u->arena, slice_cstr(message));
    if (strncmp(message + len, ": ", 2) == 0)
        return arena_cstr(&u->arena, slice_cstr(message + len + 2));
    return arena_printf(&u->arena, "it%s", message + len);
}

static void judge_file(struct undo *u, struct undo_file_state *f) {
    struct error e = {0};
    enum kl_status s = file_read(f->path, KL_MAX_REWRITE_BYTES, &f->now, &e);
    if (s == KL_ERR_NOT_FOUND) {
        f->as_it_was = f->made;
        f->left = f->made ? NULL : "it is not there any more";
        return;
    }
    if (s == KL_OK)
        s = undo_file(f->record, buf_as_slice(&f->now), value_of, u, &f->old, &e);
    if (s == KL_ERR_NOT_FOUND && f->made)
        return; /* untouched since: it goes */
    if (s == KL_OK)
        return;
    if (undo_is_old(f->record, buf_as_slice(&f->now)))
        f->as_it_was = true;
    else
        f->left = reason_of(u, f, e.message);
}

static bool keeps_vault_out_of_git(const char *path) {
    return strcmp(path_basename(path), ".gitignore") == 0;
}

static void add_file(void *ctx, const cJSON *record) {
    struct undo *u = ctx;
    const char *path = journal_get_path(record, "path", &u->arena);
    if (!path || keeps_vault_out_of_git(path))
        return;
    u->files = mem_grow(u->files, &u->file_cap, u->file_count + 1, sizeof *u->files);
    struct undo_file_state *f = &u->files[u->file_count++];
    *f = (struct undo_file_state){.record = record, .made = json_bool(record, "create", false)};
    buf_init_secret(&f->now, KL_MAX_REWRITE_BYTES);
    buf_init_secret(&f->old, KL_MAX_REWRITE_BYTES);
    f->path = place_now(u, path);
    f->shown = path_relative(&u->arena, f->path ? f->path : path, u->project.root);
    if (!f->path)
        f->left = "it lies outside of this project";
    else
        judge_file(u, f);
}

static bool is_used_later(const struct undo *u) {
    for (const struct run *r = u->run + 1; r < u->log.runs + u->log.count; r++)
        if (r->state == RUN_FINISHED || (r->state == RUN_INTERRUPTED && !r->undoes))
            return true;
    return false;
}

/* What the rewritten code needs and holds no secret itself: a module, a list of packages. */
static bool serves_others(const struct undo_file_state *f) {
    const cJSON *edit;
    cJSON_ArrayForEach(edit, json_get(f->record, "undo")) {
        if (json_string(edit, "name"))
            return false;
    }
    return true;
}

static void decide(struct undo *u) {
    bool all = true, later = is_used_later(u);
    run_each_file(u->run, add_file, u);
    for (size_t i = 0; i < u->file_count; i++)
        all = all && (serves_others(&u->files[i]) || !u->files[i].left);
    for (size_t i = 0; i < u->file_count; i++) {
        struct undo_file_state *f = &u->files[i];
        if (serves_others(f) && !f->left && !f->as_it_was && (!all || later))
            f->left = later ? "a later run may need it" : "a file that stays may need it";
        u->left += f->left != NULL;
        u->removed += f->made && !f->left && !f->as_it_was;
        u->back += !f->made && !f->left && !f->as_it_was;
    }
}

/* A file that was edited since: whoever reads this merges by hand. */
static void show_three_ways(struct undo *u, const struct undo_file_state *f) {
    const cJSON *planned, *edit, *undo = json_get(f->record, "undo");
    const char *path = journal_get_path(f->record, "path", &u->arena);
    if (!f->path || f->made || !path || !u->run->root || undo_is_written(f->record, buf_as_slice(&f->now)))
        return;
    /* Somebody may have put a value back: the filter is to know it. */
    cJSON_ArrayForEach(edit, undo) {
        struct secret value = {0};
        struct error unread = {0};
        const char *name = json_string(edit, "name");
        if (name && value_of(u, name, json_bool(edit, "binary", false), &value, &unread) != KL_OK)
            return; /* and is not shown what may hold it */
        secret_release(&value);
    }
    cJSON_ArrayForEach(planned, json_get(u->run->plan, "files")) {
        const char *its = journal_get_path(planned, "path", &u->arena);
        if (its && strcmp(path_join(&u->arena, u->run->root, its), path) == 0)
            undo_view(&u->c->out, planned, undo, buf_as_slice(&f->now));
    }
}

static void show_plan(struct undo *u) {
    struct output *o = &u->c->out;
    out_mark(o, MARK_BOLD, "run %s", u->run->id);
    out_text(o, " of %s\n", u->run->time);
    for (size_t i = 0; i < u->file_count; i++) {
        const struct undo_file_state *f = &u->files[i];
        out_text(o, "  %s ",
                 f->left        ? "stays    "
                 : f->as_it_was ? "is back  "
                 : f->made      ? "goes     "
                                : "comes back");
        out_path(o, MARK_BOLD, f->shown);
        out_text(o, "\n");
        if (f->left)
            out_mark(o, MARK_DIM, "             %s\n", f->left);
        if (f->left)
            show_three_ways(u, f);
    }
}

static bool confirm(const struct undo *u) {
    struct output *o = &u->c->out;
    struct vault_identity identity = {0};
    struct error e = {0};
    out_text(o, "\n");
    out_mark(o, MARK_BOLD, "The secrets will stand in the source again\n");
    if (u->session.kind->identity(u->session.vault, (struct arena *)&u->arena, &identity, &e) == KL_OK)
        for (size_t i = 0; i < KL_ARRAY_LEN(identity.lines) && identity.lines[i]; i++)
            out_text(o, "  %s\n", identity.lines[i]);
    return cli_ask(u->c, "Go on? [y/N] ");
}

static enum kl_status begin(struct undo *u, struct journal *j, struct error *e) {
    enum kl_status s = journal_begin(j, u->project.root, e);
    if (s != KL_OK)
        return s;
    cJSON *record = cJSON_CreateObject();
    json_add_string(record, "undoes", u->run->id);
    json_add_string(record, "vault", u->session.kind->id);
    return journal_record(j, "start", record, e);
}

static enum kl_status write_back(struct undo *u, struct journal *j, struct error *e) {
    struct apply_file *files = mem_calloc(u->file_count + 1, sizeof *files);
    size_t count = 0;
    for (size_t i = 0; i < u->file_count; i++) {
        const struct undo_file_state *f = &u->files[i];
        if (!f->made && !f->left && !f->as_it_was)
            files[count++] = (struct apply_file){.path = f->path,
                                                 .old_bytes = buf_as_slice(&f->now),
                                                 .new_bytes = buf_as_slice(&f->old),
                                                 .new_is_secret = true};
    }
    enum kl_status s = count > 0 ? apply_files(j, files, count, e) : KL_OK;
    for (size_t i = 0; i < u->file_count && s == KL_OK; i++) {
        const struct undo_file_state *f = &u->files[i];
        if (f->made && !f->left && !f->as_it_was)
            s = file_remove(f->path, e);
    }
    free(files);
    return s;
}

static enum kl_status run(struct undo *u, struct error *e) {
    struct journal j = {0};
    enum kl_status s = begin(u, &j, e);
    if (s == KL_OK)
        s = write_back(u, &j, e);
    /* What is left can be tried again, by the run's name. */
    if (s == KL_OK)
        s = journal_finish(&j, e);
    journal_release(&j);
    return s;
}

static void show_result(const struct undo *u) {
    struct output *o = &u->c->out;
    out_text(o, "\n");
    out_mark(o, MARK_GREEN, "%zu file%s as before", u->back, u->back == 1 ? "" : "s");
    if (u->removed > 0)
        out_text(o, ", %zu removed", u->removed);
    if (u->left > 0)
        out_text(o, "; %zu left with the reasons above", u->left);
    out_text(o, u->forgotten ? "\nThe vault does not hold all of the values any more"
                             : "\nThe vault still holds the values");
    if (u->run->dotenv_file)
        out_text(o, ", and .gitignore keeps %s out of git", u->run->dotenv_file);
    out_text(o, ".\n");
    if (u->run->staged)
        out_text(o, "What the run staged is staged still: git diff shows it.\n");
}

static int undo(struct undo *u) {
    struct cli *c = u->c;
    struct error e = {0};
    if (project_find(&u->project, ".", &u->arena, &e) != KL_OK ||
        run_log_read(&u->log, &u->project, &e) != KL_OK || choose_run(u, &e) != KL_OK ||
        open_vault(u, &e) != KL_OK)
        return cli_fail(c, &e);
    decide(u);
    show_plan(u);
    int status = u->left > 0 ? STATUS_FINDINGS : STATUS_DONE;
    if (u->back + u->removed == 0) {
        out_text(&c->out, "nothing to put back\n");
        return status;
    }
    if (c->options.dry_run)
        return status;
    if (!confirm(u)) {
        out_text(&c->err, "keylift: nothing was written\n");
        return STATUS_TROUBLE;
    }
    if (run(u, &e) != KL_OK)
        return cli_fail(c, &e);
    show_result(u);
    return status;
}

int cmd_undo(struct cli *c) {
    struct undo u = {.c = c};
    int status = undo(&u);
    for (size_t i = 0; i < u.file_count; i++) {
        buf_release(&u.files[i].now);
        buf_release(&u.files[i].old);
    }
    free(u.files);
    vault_session_close(&u.session);
    run_log_release(&u.log);
    arena_release(&u.arena);
    return status;
}
