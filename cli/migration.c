/* migration.c: the order of the steps. See migration.h. */
#include "cli/migration.h"

#include <stdlib.h>

#include "backends/dotenv_project.h"
#include "base/encode.h"
#include "base/file.h"
#include "base/mem.h"
#include "cli/python_version.h"
#include "cli/scanning.h"
#include "rewriters/apply.h"
#include "rewriters/plan.h"

static struct scan_options scan_options_of(struct migration *m, const char *const *paths) {
    struct scan_options s = cli_scan_options(m->cli, paths);
    s.keep_values = true;
    return s;
}

/* The reads of the whole project decide which names are free and whether it
 * loads a .env, also when only one file of it is migrated. */
static enum kl_status scan_project_reads(struct migration *m, struct error *e) {
    const char *paths[] = {m->project.root, NULL};
    struct scan_options s = scan_options_of(m, paths);
    s.keep_values = false;
    enum kl_status status = scan_run(&s, &m->project_reads, e);
    size_t root = strlen(m->project.root);
    for (size_t i = 0; i < m->project_reads.read_count && status == KL_OK; i++) {
        struct env_read *read = &m->project_reads.reads[i];
        if (strncmp(read->path, m->project.root, root) == 0 && read->path[root] == '/')
            read->path += root + 1; /* for people, who know the project */
    }
    return status;
}

static bool is_vault_file(const struct migration *m, const char *path) {
    if (!m->dotenv_file)
        return false;
    struct arena a = ARENA_INIT;
    const char *real = path_real(&a, path);
    const char *vault = path_real(&a, m->dotenv_path);
    bool same = real && vault && strcmp(real, vault) == 0;
    arena_release(&a);
    return same;
}

/* What stands in the .env that we fill is where it should be. */
static void forget_vault_file(struct migration *m) {
    size_t kept = 0;
    for (size_t i = 0; i < m->site_count; i++)
        if (!is_vault_file(m, m->sites[i].finding->path))
            m->sites[kept++] = m->sites[i];
    m->site_count = kept;
}

/* One project, one .env: code of another would read it from where only this
 * machine has it. */
static enum kl_status check_one_project(struct migration *m, const char *const *paths, struct error *e) {
    for (size_t i = 1; paths[i]; i++) {
        const char *real = path_real(&m->arena, paths[i]); /* what is missing, the scan reports */
        if (real && !path_is_inside(real, m->project.root))
            return error_set(e, KL_ERR_USAGE,
                             "%s is not in the project of %s, %s; migrate one project at a time", paths[i],
                             paths[0], m->project.root);
    }
    return KL_OK;
}

static enum kl_status plan_ignore(struct migration *m, struct error *e) {
    struct dotenv_ignore ignore = {0};
    if (!m->dotenv_path || !migration_moves(m))
        return KL_OK;
    enum kl_status s = dotenv_ignore_plan(m->project.root, m->dotenv_path, &m->arena, &ignore, e);
    m->will_ignore_in = s == KL_OK && ignore.needed ? ignore.gitignore : NULL;
    return s;
}

enum kl_status migration_prepare(struct migration *m, bool uploads, bool rewrites, struct error *e) {
    m->uploads = uploads;
    m->rewrites = rewrites;
    const char *const *paths = cli_paths(m->cli);
    enum kl_status s = project_find(&m->project, m->follow.root ? m->follow.root : paths[0], &m->arena, e);
    if (s != KL_OK || (s = check_one_project(m, paths, e)) != KL_OK ||
        (s = migration_check_index(m, e)) != KL_OK || (s = migration_check_terminal(m, e)) != KL_OK ||
        (s = migration_environment_begin(m, e)) != KL_OK)
        return s;
    m->repository = rewrites && !project_is_ignored(&m->project) ? m->project.git_top : NULL;
    m->python_minor = python_oldest_minor(m->project.root, &m->arena);
    struct scan_options options = scan_options_of(m, paths);
    if ((s = scan_run(&options, &m->found, e)) != KL_OK || (s = scan_project_reads(m, e)) != KL_OK ||
        (s = migration_environment_reads(m, e)) != KL_OK || (s = migration_select(m, e)) != KL_OK ||
        (s = migration_environment_select(m, e)) != KL_OK || (s = migration_open_vault(m, e)) != KL_OK)
        return s;
    forget_vault_file(m);
    migration_find_mentions(m);
    if ((s = migration_find_values(m, e)) != KL_OK || (s = migration_find_reads(m, e)) != KL_OK ||
        (s = migration_name(m, e)) != KL_OK || (s = migration_rewrite(m, e)) != KL_OK ||
        (s = migration_ask(m, e)) != KL_OK || (s = migration_items(m, e)) != KL_OK)
        return s;
    size_t before = m->left + m->reads_left;
    migration_count(m);
    if (m->left + m->reads_left != before || m->renamed)
        s = migration_rewrite(m, e);
    migration_count(m);
    if (s == KL_OK && rewrites)
        migration_find_packages(m);
    if (s == KL_OK && m->follow.plan)
        s = migration_follow_check(m, e);
    return s == KL_OK ? plan_ignore(m, e) : s;
}

/* A journal has 16 bits of the old files already; with 16 more of a value beside them, a
 * guess of a weak one could be confirmed. resume needs none: see migration_follow.c. */
static void leave_tags_out(cJSON *plan) {
    cJSON *name;
    cJSON_ArrayForEach(name, json_get(plan, "names")) {
        cJSON_ReplaceItemInObjectCaseSensitive(name, "tag", cJSON_CreateString(""));
    }
}

/* For resume: what of this run is not done when it is killed can be done later. */
static void add_plan(const struct migration *m, cJSON *record) {
    struct error no_plan = {0};
    struct buf text = BUF_INIT(PLAN_MAX_BYTES / 2); /* a line of a journal is read with bounds, too */
    cJSON *plan = migration_plan(m, &no_plan);
    if (!plan)
        return;
    leave_tags_out(plan);
    cJSON_ReplaceItemInObjectCaseSensitive(plan, "left", cJSON_CreateArray());
    json_print(plan, false, &text);
    if (buf_ok(&text))
        cJSON_AddItemToObject(record, "plan", plan);
    else
        cJSON_Delete(plan);
    buf_release(&text);
}

static enum kl_status record_start(struct migration *m, struct journal *j, struct error *e) {
    if (m->follow.resume)
        return KL_OK; /* it stands there already */
    cJSON *record = cJSON_CreateObject();
    json_add_string(record, "root", m->project.root);
    json_add_string(record, "vault", m->session.kind->id);
    cJSON_AddItemToObject(record, "vault_options", vault_session_record(&m->session));
    json_add_string(record, "dotenv_file", m->dotenv_file);
    cJSON_AddBoolToObject(record, "staged", m->cli->options.staged);
    json_add_count(record, "secrets", m->item_count);
    if (m->value_count > 0) /* to tell a person; resume reads no file that a journal names */
        json_add_string(record, "with_values", m->cli->options.with_values);
    if (m->dotenv_file) {
        cJSON *temp = cJSON_CreateObject();
        journal_add_path(temp, "temp", dotenv_temp_path(&m->arena, m->dotenv_path));
        cJSON_AddItemToArray(cJSON_AddArrayToObject(record, "files"), temp);
    }
    add_plan(m, record);
    return journal_record(j, "start", record, e);
}

/* A file's text, or nothing if there is no such file. */
static enum kl_status read_if_there(const char *path, struct buf *out, bool *exists, struct error *e) {
    enum kl_status s = file_read(path, KL_MAX_REWRITE_BYTES, out, e);
    *exists = s == KL_OK;
    return s == KL_ERR_NOT_FOUND ? KL_OK : s;
}

/* Before anything is in the file, git must not pick it up. Through the journal,
 * so that a kill leaves no litter. */
static enum kl_status keep_out_of_git(struct migration *m, struct journal *j, struct error *e) {
    struct dotenv_ignore ignore = {0};
    struct buf old = BUF_INIT(KL_MAX_REWRITE_BYTES), text = BUF_INIT(KL_MAX_REWRITE_BYTES);
    bool exists;
    if (!m->dotenv_file)
        return KL_OK;
    enum kl_status s = dotenv_ignore_plan(m->project.root, m->dotenv_path, &m->arena, &ignore, e);
    if (s != KL_OK || !ignore.needed)
        return s;
    s = read_if_there(ignore.gitignore, &old, &exists, e);
    if (s == KL_OK) {
        dotenv_ignore_text(buf_as_slice(&old), ignore.pattern, &text);
        struct apply_file file = {.path = ignore.gitignore,
                                  .old_bytes = buf_as_slice(&old),
                                  .new_bytes = buf_as_slice(&text),
                                  .create = !exists};
        s = apply_files(j, &file, 1, e);
        if (s == KL_OK) {
            m->ignored_in = ignore.gitignore;
            m->ignored_pattern = ignore.pattern;
            s = dotenv_ignore_plan(m->project.root, m->dotenv_path, &m->arena, &ignore, e);
        }
        if (s == KL_OK && ignore.needed)
            s = error_set(e, KL_ERR_REFUSED,
                          "git does not ignore %s although %s says so: another ignore file takes it back; "
                          "`git check-ignore -v %s` names it",
                          m->dotenv_file, ignore.gitignore, m->dotenv_file);
    }
    buf_release(&old);
    buf_release(&text);
    return s;
}

static struct apply_file new_bytes_of(const struct migration_file *f) {
    bool working = f->git_path != NULL;
    return (struct apply_file){
        .path = f->real,
        .old_bytes = buf_as_slice(working ? &f->working : &f->bytes),
        .new_bytes = working ? f->working_output.bytes : f->output.bytes,
        .undo = f->undo,
    };
}

/* The killed run has written the working tree's version, and not staged the index's. */
static bool is_written_already(const struct migration *m, const struct migration_file *f) {
    return m->follow.run && f->git_path && slice_eq(f->working_output.bytes, buf_as_slice(&f->working));
}

/* One edit, from where the two begin to differ to where they end to. Without secrets. */
cJSON *migration_undo_of_change(struct slice old, struct slice text) {
    size_t least = old.len < text.len ? old.len : text.len, before = 0, after = 0;
    while (before < least && old.ptr[before] == text.ptr[before])
        before++;
    while (after < least - before && old.ptr[old.len - after - 1] == text.ptr[text.len - after - 1])
        after++;
    cJSON *edits = cJSON_CreateArray(), *edit = cJSON_CreateObject();
    json_add_count(edit, "at", before);
    json_add_count(edit, "bytes", text.len - before - after);
    json_add_slice(edit, "old", slice_sub(old, before, old.len - after));
    cJSON_AddItemToArray(edits, edit);
    return edits;
}

const char *const *migration_held_names(struct migration *m, size_t *count) {
    const char **names = arena_calloc(&m->arena, m->item_count + 1, sizeof *names);
    *count = 0;
    for (size_t i = 0; i < m->item_count; i++)
        if (m->items[i].state == UPLOAD_STORED || m->items[i].state == UPLOAD_PRESENT)
            names[(*count)++] = m->items[i].name;
    return names;
}

/* .env.example with the names that are in the vault now. */
static enum kl_status example_file(struct migration *m, struct buf *old, struct buf *text,
                                   struct apply_file *out, struct error *e) {
    size_t count, added = 0;
    bool exists;
    const char *const *names = migration_held_names(m, &count);
    const char *path = migration_example_path(m);
    enum kl_status s = read_if_there(path, old, &exists, e);
    if (s == KL_OK)
        s = dotenv_example_text(buf_as_slice(old), names, count, text, &added, e);
    if (s == KL_OK && added > 0) {
        *out = (struct apply_file){
            .path = path,
            .old_bytes = buf_as_slice(old),
            .new_bytes = buf_as_slice(text),
            .undo = m->example_undo =
                exists ? migration_undo_of_change(buf_as_slice(old), buf_as_slice(text)) : NULL,
            .create = !exists};
        m->example = path;
    }
    return s;
}

static enum kl_status write_files(struct migration *m, struct journal *j, struct error *e) {
    struct apply_file *files =
        mem_calloc(m->file_count + m->module_count + m->dependencies.file_count + 1, sizeof *files);
    struct buf old_example = BUF_INIT(KL_MAX_REWRITE_BYTES), example = BUF_INIT(KL_MAX_REWRITE_BYTES);
    size_t count = 0;
    enum kl_status s = KL_OK;
    if (m->dotenv_file)
        s = example_file(m, &old_example, &example, &files[0], e);
    if (s != KL_OK)
        goto done;
    count = files[0].path != NULL;
    for (size_t i = 0; i < m->module_count && m->rewrites; i++)
        if (!m->modules[i].exists)
            files[count++] = (struct apply_file){.path = m->modules[i].path,
                                                 .old_bytes = m->modules[i].old,
                                                 .new_bytes = slice_cstr(m->modules[i].text),
                                                 .undo = m->modules[i].undo,
                                                 .create = !m->modules[i].undo};
    size_t packages = count, sources = count += migration_package_files(m, files + count);
    for (size_t i = 0; i < m->file_count && m->rewrites; i++)
        if (m->files[i].changes && !is_written_already(m, &m->files[i]))
            files[count++] = new_bytes_of(&m->files[i]);
    if (m->rewrites && m->cli->options.staged)
        s = migration_stage_prepare(m, j, e);
    if (s == KL_OK && count > 0)
        s = apply_files(j, files, count, e);
    migration_packages_written(m, files + packages, sources - packages);
    for (size_t i = sources; i < count; i++)
        m->written += files[i].written;
done:
    buf_release(&old_example);
    buf_release(&example);
    free(files);
    return s;
}

enum kl_status migration_run(struct migration *m, struct error *e) {
    struct journal j = {0};
    if (!migration_moves(m) && !m->follow.resume)
        return KL_OK;
    enum kl_status s = m->follow.resume ? journal_resume(&j, m->project.root, m->follow.resume, e)
                                        : journal_begin(&j, m->project.root, e);
    if (s != KL_OK)
        return s;
    if ((s = record_start(m, &j, e)) != KL_OK || (s = keep_out_of_git(m, &j, e)) != KL_OK ||
        (s = migration_upload(m, &j, e)) != KL_OK)
        goto done;
    if (m->rewrites && m->failed > 0 && (s = migration_rewrite(m, e)) != KL_OK)
        goto done;
    s = write_files(m, &j, e);
    if (s == KL_OK && m->rewrites && m->cli->options.staged)
        s = staging_commit(&m->staging, m->project.git_top, e);
    if (s == KL_OK && !migration_all_is_left(m))
        s = journal_finish(&j, e);
done:
    journal_release(&j);
    return s;
}

bool migration_can_resume(const struct migration *m) {
    return !m->cli->options.staged && m->value_count == 0;
}

/* Where a part has moved, its files are no longer those that the plan begins with. */
bool migration_all_is_left(const struct migration *m) {
    return m->failed > 0 && m->written == 0 && migration_can_resume(m);
}

int migration_status(const struct migration *m) {
    if (m->found.error_count > 0 || m->failed > 0)
        return STATUS_TROUBLE;
    /* What nobody asked for does not fail. */
    bool asked = m->cli->options.env_reads != READS_UNSAID;
    return m->left + m->values_left + (asked ? m->reads_left : 0) > 0 ? STATUS_FINDINGS : STATUS_DONE;
}

void migration_release(struct migration *m) {
    for (size_t i = 0; i < m->item_count; i++)
        secret_release(&m->stored[i]);
    for (size_t i = 0; i < m->file_count; i++) {
        cJSON_Delete(m->files[i].undo);
        buf_release(&m->files[i].bytes);
        buf_release(&m->files[i].working);
    }
    cJSON_Delete(m->example_undo);
    migration_release_modules(m);
    vault_session_close(&m->session);
    free(m->items);
    free(m->stored);
    free(m->files);
    free(m->sites);
    free(m->reads);
    migration_release_values(m);
    dependencies_release(&m->dependencies);
    aftercare_release(&m->after);
    staging_release(&m->staging);
    scan_result_release(&m->forced);
    scan_result_release(&m->project_reads);
    scan_result_release(&m->found);
    arena_release(&m->arena);
}
