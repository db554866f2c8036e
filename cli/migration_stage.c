/* migration_stage.c: migrate --staged mends exactly what is about to be
 * committed: the index's version of each file. The working tree may have edits
 * of its own beside it; the same values leave it too, and the edits stay. */
#include "cli/migration.h"

#include <stdlib.h>

#include "backends/dotenv_project.h"
#include "base/file.h"
#include "base/gitblob.h"
#include "base/mem.h"
#include "base/system.h"
#include "cli/run_log.h"
#include "cli/scanning.h"
#include "rewriters/undo.h"

/* The site of this file's index version at which a value moves; NULL if it does not. */
static const struct migration_site *site_of_value(const struct migration *m, const struct migration_file *f,
                                                  const struct finding *wanted) {
    for (size_t i = 0; i < f->site_count; i++) {
        const struct migration_site *site = &m->sites[f->first_site + i];
        if (!site->left && site->finding->is_bytes == wanted->is_bytes &&
            secret_equal(&site->finding->value, &wanted->value))
            return site;
    }
    return NULL;
}

/* An edit that is not staged may have put a value where it cannot be replaced. */
static bool holds_moved_value(const struct migration *m, const struct migration_file *f, struct slice text) {
    for (size_t i = 0; i < f->site_count; i++) {
        const struct migration_site *site = &m->sites[f->first_site + i];
        if (!site->left && slice_find(text, secret_slice(&site->finding->value), 0) != SIZE_MAX)
            return true;
    }
    return false;
}

/* Literals of the working tree that undo could not restore stay in it. */
static enum kl_status rewrite_restorable(struct migration *m, struct migration_file *f,
                                         struct rewrite_site *sites, size_t count, struct error *e) {
    struct slice working = buf_as_slice(&f->working);
    while (count > 0) {
        struct rewrite_request request = migration_request(m, f, working, sites, count);
        enum kl_status s = rewrite_file(&request, &m->arena, &f->working_output, e);
        if (s != KL_OK)
            return s;
        if (f->working_output.rewritten == 0)
            break;
        if (!undo_refuse(&request, &f->working_output))
            return undo_record(&request, &f->working_output, &f->undo, e);
        size_t kept = 0;
        for (size_t i = 0; i < count; i++)
            if (sites[i].rewritten)
                sites[kept++] = sites[i];
        count = kept;
    }
    f->working_output = (struct rewrite_output){.bytes = working};
    return KL_OK;
}

enum kl_status migration_rewrite_working(struct migration *m, struct migration_file *f, struct error *e) {
    struct slice working = buf_as_slice(&f->working);
    const char *paths[] = {f->path, NULL};
    struct scan_options options = cli_scan_options(m->cli, paths);
    struct scan_result found = {0};
    options.keep_values = true;
    options.staged = false;
    enum kl_status s = scan_bytes(&options, f->path, working, &found, e);
    struct rewrite_site *sites = arena_calloc(&m->arena, found.finding_count + 1, sizeof *sites);
    size_t count = 0;
    for (size_t i = 0; i < found.finding_count && s == KL_OK; i++) {
        const struct finding *finding = &found.findings[i];
        const struct migration_site *site = site_of_value(m, f, finding);
        if (site && (count == 0 || rewrite_site_to(&sites[count - 1]) <= finding_from(finding)))
            sites[count++] = (struct rewrite_site){
                .start_byte = finding->start_byte,
                .end_byte = finding->end_byte,
                .secret_start_byte = finding->secret_start_byte,
                .secret_end_byte = finding->secret_end_byte,
                .name = site->name,
                .stored_name = site->stored_name,
                .value = &finding->value,
                .is_bytes = finding->is_bytes,
                .context = finding->context,
            };
    }
    f->working_output = (struct rewrite_output){.bytes = working};
    if (s == KL_OK && count > 0)
        s = rewrite_restorable(m, f, sites, count, e);
    f->working_keeps_value = holds_moved_value(m, f, f->working_output.bytes);
    scan_result_release(&found);
    return s;
}

static enum kl_status stage_module(struct migration *m, const struct migration_module *module,
                                   struct error *e) {
    const char *in_git = project_git_path(&m->project, module->path, &m->arena);
    return in_git ? staging_add(&m->staging, m->project.git_top, in_git, slice_cstr(module->text), e) : KL_OK;
}

/* What the index has of a file that gained lines, with the same lines: edits of
 * the working tree that are not staged stay so. */
static enum kl_status stage_addition(struct migration *m, const char *path,
                                     enum kl_status (*add)(struct migration *m, struct slice old,
                                                           struct buf *out, struct error *e),
                                     struct error *e) {
    struct git_blob blob = {.path = project_git_path(&m->project, path, &m->arena)};
    struct buf text = BUF_INIT(KL_MAX_REWRITE_BYTES);
    enum git_file_state state;
    enum kl_status s = git_file_state(path, &state, e);
    if (s == KL_OK && blob.path && state != GIT_IGNORED)
        s = git_index_blobs(m->project.git_top, &blob, 1, KL_MAX_REWRITE_BYTES, e);
    else
        blob.path = NULL;
    if (s == KL_OK && blob.path)
        s = add(m, buf_as_slice(&blob.bytes), &text, e);
    if (s == KL_OK && blob.path)
        s = staging_add(&m->staging, m->project.git_top, blob.path, buf_as_slice(&text), e);
    git_blobs_release(&blob, 1);
    buf_release(&text);
    return s;
}

static enum kl_status add_pattern(struct migration *m, struct slice old, struct buf *out, struct error *e) {
    (void)e;
    size_t at = slice_find(old, slice_cstr(m->ignored_pattern), 0), end = at + strlen(m->ignored_pattern);
    bool there = at != SIZE_MAX && (at == 0 || old.ptr[at - 1] == '\n') &&
                 (end == old.len || old.ptr[end] == '\n' || old.ptr[end] == '\r');
    if (there)
        buf_slice(out, old);
    else
        dotenv_ignore_text(old, m->ignored_pattern, out);
    return KL_OK;
}

static enum kl_status add_names(struct migration *m, struct slice old, struct buf *out, struct error *e) {
    size_t count, added;
    const char *const *names = migration_held_names(m, &count);
    return dotenv_example_text(old, names, count, out, &added, e);
}

/* git commit -a and git commit FILE make an index of their own, which a hook
 * sees as GIT_INDEX_FILE, and throw it away when the hook changes the real one. */
enum kl_status migration_check_index(struct migration *m, struct error *e) {
    const char *index = system_getenv("GIT_INDEX_FILE"), *folder = system_getenv("GIT_DIR");
    char *git = NULL;
    if (!m->cli->options.staged || (!index && !folder))
        return KL_OK;
    enum kl_status s = git_directory(m->project.root, &m->arena, &git, e);
    if (s != KL_OK)
        return s;
    const char *real = git ? path_real(&m->arena, git) : NULL;
    const char *here = folder ? path_real(&m->arena, folder) : real;
    const char *wanted = real ? path_real(&m->arena, path_join(&m->arena, real, "index")) : NULL;
    const char *set = index ? path_real(&m->arena, index) : wanted;
    if (real && here && strcmp(real, here) != 0)
        return error_set(e, KL_ERR_REFUSED, "GIT_DIR is set to %s, which is not the repository of %s", folder,
                         m->project.root);
    if (index && (!wanted || !set || strcmp(wanted, set) != 0))
        return error_set(e, KL_ERR_REFUSED,
                         "this commit has an index of its own (git commit -a, or git commit FILE): "
                         "stage it with git add, run keylift migrate --staged, then git commit");
    return KL_OK;
}

/* A killed run has written its line into .gitignore already, and not staged it. */
static void look_for_pattern(void *ctx, const cJSON *file) {
    struct migration *m = ctx;
    struct dotenv_ignore ignore = {0};
    struct error unknown = {0};
    const char *path = journal_get_path(file, "path", &m->arena);
    if (!path || strcmp(path_basename(path), ".gitignore") != 0 ||
        dotenv_ignore_plan(m->project.root, m->dotenv_path, &m->arena, &ignore, &unknown) != KL_OK ||
        strcmp(ignore.gitignore, path) != 0)
        return;
    m->ignored_in = ignore.gitignore;
    m->ignored_pattern = ignore.pattern;
}

/* The mended files as they are in the index, and the files that the migration
 * added, without which the commit would not run elsewhere. */
enum kl_status migration_stage_prepare(struct migration *m, struct journal *j, struct error *e) {
    const cJSON *recorded = m->follow.run ? run_staging(m->follow.run) : NULL;
    enum kl_status s = KL_OK;
    if (recorded)
        return staging_recall(&m->staging, recorded, e);
    if (m->follow.run && m->dotenv_path && !m->ignored_in)
        run_each_file(m->follow.run, look_for_pattern, m);
    for (size_t i = 0; i < m->file_count && s == KL_OK; i++)
        if (m->files[i].changes && m->files[i].git_path)
            s = staging_add(&m->staging, m->project.git_top, m->files[i].git_path, m->files[i].output.bytes,
                            e);
    for (size_t i = 0; i < m->module_count && s == KL_OK; i++)
        s = stage_module(m, &m->modules[i], e);
    if (s == KL_OK && m->ignored_in)
        s = stage_addition(m, m->ignored_in, add_pattern, e);
    if (s == KL_OK && m->example)
        s = stage_addition(m, m->example, add_names, e);
    if (s == KL_OK)
        s = migration_stage_packages(m, e);
    return s == KL_OK ? staging_record(&m->staging, j, e) : s;
}
