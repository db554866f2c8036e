/* migration_vault.c: the vault's part of a migration: which one, under which
 * names, and whether it can take the values. Nothing is written here. */
#include "cli/migration.h"

#include <stdlib.h>

#include "backends/dotenv_project.h"
#include "base/encode.h"
#include "base/file.h"
#include "base/mem.h"
#include "cli/environment.h"
#include "rewriters/plan.h"

static bool project_has(const struct migration *m, enum env_access access) {
    for (size_t i = 0; i < m->project_reads.read_count; i++)
        if (m->project_reads.reads[i].access == access)
            return true;
    return false;
}

/* Bytes go as such where the vault tells them from text, else as base64 text. */
void migration_stored_value(const struct migration *m, const struct finding *f, struct secret *out) {
    out->binary = f->is_bytes && !m->session.kind->access->text_only;
    if (!f->is_bytes || out->binary) {
        secret_set(out, secret_slice(&f->value));
        return;
    }
    struct buf text = BUF_INIT_SECRET(KL_MAX_SECRET_BYTES * 2);
    encode_base64(secret_slice(&f->value), &text);
    secret_set(out, buf_as_slice(&text));
    buf_release(&text);
}

struct foreign_names {
    struct migration *m;
    struct vault *vault;
    bool found;
};

/* Any name whose value is not one that is about to move. */
static void look_for_foreign(void *ctx, const char *name) {
    struct foreign_names *names = ctx;
    struct secret held = {0}, ours = {0};
    struct error unread = {0};
    bool known = false;
    if (names->found)
        return;
    if (names->m->session.kind->get(names->vault, name, NULL, &held, NULL, &unread) == KL_OK)
        for (size_t i = 0; i < names->m->site_count && !known; i++) {
            migration_stored_value(names->m, names->m->sites[i].finding, &ours);
            known = secret_equal(&held, &ours);
        }
    names->found = !known;
    secret_release(&held);
    secret_release(&ours);
}

/* Whether loading the .env whole would give the program anything but the secrets
 * that it has in its code. One that keylift began to fill would not. */
static enum kl_status holds_foreign_names(struct migration *m, bool *answer, struct error *e) {
    const struct vault_options options = {.root = m->project.root, .dotenv_file = DOTENV_FILE};
    struct foreign_names names = {.m = m};
    enum kl_status s = m->session.kind->open(&options, &names.vault, e);
    if (s != KL_OK)
        return s;
    s = m->session.kind->list(names.vault, look_for_foreign, &names, e);
    m->session.kind->close(names.vault);
    *answer = names.found;
    return s;
}

/* A .env that is there but that the program does not load would change the
 * program if it were loaded whole: then the values go to a file of their own.
 * decouple and others read a .env without putting it into the environment, so
 * only load_dotenv() counts. pydantic-settings refuses to start with names in
 * its .env that no field has. Once .secret exists, it stays the place. */
static enum kl_status choose_dotenv_file(struct migration *m, struct error *e) {
    /* Nobody puts that of an environment into os.environ, so what else it has changes nothing. */
    if (m->environment.name) {
        const char *named = m->cli->options.vault.dotenv_file;
        m->dotenv_base = named ? named : project_has(m, ENV_PYDANTIC) ? DOTENV_SECRET_FILE : DOTENV_FILE;
        m->dotenv_file = environment_dotenv(m->dotenv_base, m->environment.name, &m->arena);
        return KL_OK;
    }
    const char *begun = m->follow.resume ? m->follow.plan->dotenv_file : NULL;
    if (m->cli->options.vault.dotenv_file) {
        m->dotenv_file = m->cli->options.vault.dotenv_file;
        return KL_OK;
    }
    /* What a run has stored already looks like somebody else's; the two names that keylift
     * itself gives are the only ones that a journal may choose. */
    if (begun && (strcmp(begun, DOTENV_FILE) == 0 || strcmp(begun, DOTENV_SECRET_FILE) == 0)) {
        m->dotenv_file = begun;
        return KL_OK;
    }
    struct file_info env, secret;
    bool foreign = false;
    enum kl_status s = file_stat(path_join(&m->arena, m->project.root, DOTENV_FILE), &env, e);
    if (s == KL_OK)
        s = file_stat(path_join(&m->arena, m->project.root, DOTENV_SECRET_FILE), &secret, e);
    if (s == KL_OK && env.kind == FILE_REGULAR && !project_has(m, ENV_LOAD_DOTENV))
        s = holds_foreign_names(m, &foreign, e);
    foreign = foreign || project_has(m, ENV_PYDANTIC) || env.kind == FILE_FOLDER; /* a virtual environment */
    m->dotenv_file = foreign || secret.kind == FILE_REGULAR ? DOTENV_SECRET_FILE : DOTENV_FILE;
    return s;
}

/* The tree does not choose where secrets, or anything else, are written: a link
 * that leads out of it is followed only when the user names the place. */
static enum kl_status refuse_link_out(struct migration *m, const char *path, const char *advice,
                                      struct error *e) {
    struct file_info link;
    enum kl_status s = file_lstat(path, &link, e);
    if (s != KL_OK || link.kind != FILE_LINK)
        return s;
    const char *real = path_real(&m->arena, path);
    if (!real || path_is_inside(real, m->project.root))
        return KL_OK;
    return error_set(e, KL_ERR_REFUSED, "%s is a symbolic link out of the project, to %s; %s",
                     path_basename(path), real, advice);
}

/* Said before anything is asked or written: the file could not be made later. */
static enum kl_status check_dotenv_place(struct migration *m, struct error *e) {
    struct file_info folder, link, target;
    const char *shown = m->dotenv_file;
    enum kl_status s = file_stat(path_dirname(&m->arena, m->dotenv_path), &folder, e);
    if (s != KL_OK || (s = file_lstat(m->dotenv_path, &link, e)) != KL_OK ||
        (s = file_stat(m->dotenv_path, &target, e)) != KL_OK)
        return s;
    if (folder.kind != FILE_FOLDER)
        return error_set(e, KL_ERR_NOT_FOUND, "%s: there is no folder %s; make it first", shown,
                         path_dirname(&m->arena, m->dotenv_path));
    if (link.kind == FILE_LINK && target.kind == FILE_MISSING)
        return error_set(e, KL_ERR_NOT_FOUND, "%s is a symbolic link to nothing", shown);
    if (!m->cli->options.vault.dotenv_file &&
        (s = refuse_link_out(m, m->dotenv_path,
                             "if the secrets belong there, name that file with --dotenv-file", e)) != KL_OK)
        return s;
    return refuse_link_out(m, migration_example_path(m), "remove the link", e);
}

/* A place that was given absolutely, outside of the project, moves with the
 * machine and not with the code: the code names it absolutely too. */
const char *migration_dotenv_from(struct migration *m, const char *folder) {
    const char *path =
        m->dotenv_base ? dotenv_path(&m->arena, m->project.root, m->dotenv_base) : m->dotenv_path;
    bool fixed = m->dotenv_file[0] == '/' &&
                 slice_starts(slice_cstr(path_relative(&m->arena, path, m->project.root)), "../");
    return fixed ? path : path_relative(&m->arena, path, folder);
}

/* A plan names the vault; an address, a helper program and a credential are the command
 * line's to say. */
static enum kl_status choose_planned_vault(struct migration *m, struct error *e) {
    const struct plan *plan = m->follow.plan;
    const struct vault_kind *planned = vault_kind_find(plan->vault);
    const char *to = options_was_given(&m->cli->options, "to") ? m->cli->options.to : plan->vault;
    if (!planned)
        return error_set(e, KL_ERR_UNSUPPORTED, "%s: the vault %s is not in this version", m->follow.what,
                         plan->vault);
    enum kl_status s = vault_session_choose(&m->session, m->cli, to, e);
    if (s == KL_OK && m->session.kind != planned)
        s = error_set(e, KL_ERR_USAGE, "--to %s: %s is for the vault %s", to, m->follow.what, plan->vault);
    if (s == KL_OK && to == plan->vault)
        m->session.origin = "the plan";
    m->session.recalled = plan->vault_options;
    return s;
}

enum kl_status migration_open_vault(struct migration *m, struct error *e) {
    struct vault_session *v = &m->session;
    enum kl_status s = m->follow.plan ? choose_planned_vault(m, e) : vault_session_choose(v, m->cli, NULL, e);
    if (s != KL_OK)
        return s;
    if (v->kind->ephemeral && !m->cli->options.vault.allow_ephemeral)
        return error_set(e, KL_ERR_REFUSED,
                         "%s may forget what it holds; say --allow-ephemeral if that is meant",
                         v->kind->title);
    if (v->kind->access->needs_loading) {
        s = choose_dotenv_file(m, e);
        if (s != KL_OK)
            return s;
        v->options.dotenv_file = m->dotenv_file;
        m->dotenv_path = dotenv_path(&m->arena, m->project.root, m->dotenv_file);
        s = check_dotenv_place(m, e);
        if (s != KL_OK)
            return s;
    }
    s = vault_session_open(v, m->project.root, e);
    if (s != KL_OK)
        return s;
    s = v->kind->identity(v->vault, &m->arena, &m->identity, e);
    if (s == KL_OK)
        s = vault_python(v->vault, &m->arena, &m->access, e);
    if (s == KL_OK)
        s = migration_environment_access(m, e);
    return s == KL_OK ? migration_check_style(m, e) : s;
}

static void leave_item(struct migration *m, size_t item, const char *reason) {
    for (size_t i = 0; i < m->site_count; i++)
        if (m->sites[i].item == item && !m->sites[i].left)
            m->sites[i].left = reason;
}

/* Under --on-conflict rename the vault's side has the last word on the name. */
static void follow_item(struct migration *m, struct migration_site *site) {
    const struct upload_item *item = &m->items[site->item];
    if (!item->renamed_from)
        return;
    site->name = item->name;
    site->stored_name = item->stored_name;
    site->note = arena_printf(&m->arena, "the vault has another value called %s", item->renamed_from);
    m->renamed = true;
}

/* keylift's own names keep two values apart; those that somebody chose may not. */
static bool has_value(const struct migration *m, const struct finding *f, const struct secret *stored) {
    struct secret own = {0};
    migration_stored_value(m, f, &own);
    bool same = upload_same_value(&own, stored);
    secret_release(&own);
    return same;
}

/* One item a name, for the sites that can really be rewritten; then the vault
 * says what it has and what it cannot hold. */
enum kl_status migration_items(struct migration *m, struct error *e) {
    m->items = mem_calloc(m->site_count + m->value_count + m->read_count + 1, sizeof *m->items);
    m->stored = mem_calloc(m->site_count + m->value_count + m->read_count + 1, sizeof *m->stored);
    for (size_t i = 0; i < m->site_count; i++) {
        struct migration_site *site = &m->sites[i];
        if (site->left)
            continue;
        size_t item = 0;
        while (item < m->item_count && strcmp(m->items[item].name, site->name) != 0)
            item++;
        if (item < m->item_count && !has_value(m, site->finding, &m->stored[item])) {
            site->left = arena_printf(&m->arena, "another secret of this run is called %s", site->name);
            continue;
        }
        if (item == m->item_count) {
            m->items[item].name = site->name;
            m->items[item].value = &m->stored[item];
            m->items[item].fixed_name = site->fixed != NULL;
            migration_stored_value(m, site->finding, &m->stored[item]);
            redact_add(m->cli->redactor, secret_slice(&m->stored[item]));
            m->item_count++;
        }
        site->item = item;
    }
    size_t of_sites = m->item_count;
    migration_add_value_items(m);
    size_t of_reads = m->item_count;
    enum kl_status s = migration_read_items(m, e);
    if (s == KL_OK)
        s = upload_prepare(m->session.vault, m->items, m->item_count, migration_on_conflict(m), &m->arena, e);
    if (s == KL_OK)
        s = migration_check_read_items(m, of_reads, e);
    if (s != KL_OK)
        return s;
    for (size_t i = 0; i < m->site_count; i++)
        if (!m->sites[i].left)
            follow_item(m, &m->sites[i]);
    migration_judge_values(m);
    migration_judge_reads(m);
    for (size_t i = 0; i < of_sites; i++) {
        const struct upload_item *item = &m->items[i];
        if (item->state == UPLOAD_CONFLICT || item->state == UPLOAD_REFUSED)
            leave_item(m, i, arena_cstr(&m->arena, slice_cstr(item->error.message)));
        else if (!m->uploads && item->state == UPLOAD_PENDING)
            leave_item(m, i, "the vault does not hold the value (keylift upload puts it there)");
    }
    return KL_OK;
}
