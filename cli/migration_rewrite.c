/* migration_rewrite.c: the new text of every file, in memory. */
#include "cli/migration.h"
#include "cli/package.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/gitblob.h"
#include "base/mem.h"
#include "rewriters/undo.h"

#define MODULE_NAME "env_secrets"

/* What is committed is the index's version, whatever the working tree has. */
static enum kl_status read_staged(struct migration *m, struct migration_file *f, struct error *e) {
    struct git_blob blob = {.path = f->git_path};
    enum kl_status s = git_index_blobs(m->project.git_top, &blob, 1, KL_MAX_REWRITE_BYTES, e);
    if (s == KL_OK && !blob.found)
        s = error_set(e, KL_ERR_CONFLICT, "%s: the file has left the index since it was scanned", f->path);
    if (s == KL_OK)
        buf_slice(&f->bytes, buf_as_slice(&blob.bytes));
    git_blobs_release(&blob, 1);
    if (s != KL_OK)
        return s;
    buf_init_secret(&f->working, KL_MAX_REWRITE_BYTES);
    return file_read(f->real, KL_MAX_REWRITE_BYTES, &f->working, e);
}

static void leave_file(struct migration *m, const struct migration_file *f, const char *reason) {
    for (size_t i = 0; i < f->site_count; i++)
        if (!m->sites[f->first_site + i].left)
            m->sites[f->first_site + i].left = reason;
}

static enum kl_status read_files(struct migration *m, struct error *e) {
    m->files = mem_calloc(m->site_count + 1, sizeof *m->files);
    for (size_t i = 0; i < m->site_count; i++) {
        const char *path = m->sites[i].finding->path;
        struct migration_file *f = m->file_count ? &m->files[m->file_count - 1] : NULL;
        if (!f || strcmp(f->path, path) != 0) {
            f = &m->files[m->file_count++];
            *f = (struct migration_file){.path = path, .first_site = i};
            buf_init_secret(&f->bytes, KL_MAX_REWRITE_BYTES);
        }
        f->site_count++;
    }
    for (size_t i = 0; i < m->file_count; i++) {
        struct migration_file *f = &m->files[i];
        bool wanted = false;
        for (size_t s = 0; s < f->site_count; s++)
            wanted = wanted || !m->sites[f->first_site + s].left;
        if (!wanted)
            continue;
        f->real = path_real(&m->arena, f->path);
        if (!f->real && m->cli->options.staged) {
            leave_file(m, f,
                       "staged, but gone from the working tree (restore it, or stage that it is deleted)");
            continue;
        }
        if (!f->real)
            return error_set(e, KL_ERR_NOT_FOUND, "%s: the file has gone since it was scanned", f->path);
        if (m->cli->options.staged)
            f->git_path = project_git_path(&m->project, f->real, &m->arena);
        enum kl_status s =
            f->git_path ? read_staged(m, f, e) : file_read(f->real, KL_MAX_REWRITE_BYTES, &f->bytes, e);
        if (s != KL_OK)
            return s;
    }
    return KL_OK;
}

struct rewrite_request migration_request(struct migration *m, const struct migration_file *f,
                                         struct slice bytes, struct rewrite_site *sites, size_t count) {
    struct rewrite_request request = {
        .path = f->path,
        .bytes = bytes,
        .sites = sites,
        .site_count = count,
        .access = &m->access,
        .style = STYLE_INLINE,
        .module_name = f->module,
        .target_minor = m->python_minor,
    };
    if (m->dotenv_file && !f->module)
        request.dotenv_relative = migration_dotenv_from(m, path_dirname(&m->arena, f->real));
    return request;
}

/* The sites of a file that still move. */
static size_t moving_sites(const struct migration *m, const struct migration_file *f,
                           struct rewrite_site *sites) {
    size_t count = 0;
    for (size_t i = 0; i < f->site_count; i++) {
        const struct migration_site *site = &m->sites[f->first_site + i];
        if (site->left)
            continue;
        sites[count++] = (struct rewrite_site){
            .start_byte = site->finding->start_byte,
            .end_byte = site->finding->end_byte,
            .secret_start_byte = site->finding->secret_start_byte,
            .secret_end_byte = site->finding->secret_end_byte,
            .name = site->stored_name,
            .value = &site->finding->value,
            .is_bytes = site->finding->is_bytes,
            .context = site->finding->context,
        };
    }
    return count;
}

static void leave_refused(struct migration *m, const struct migration_file *f,
                          const struct rewrite_site *sites) {
    size_t next = 0;
    for (size_t i = 0; i < f->site_count; i++) {
        struct migration_site *site = &m->sites[f->first_site + i];
        if (site->left)
            continue;
        if (!sites[next].rewritten)
            site->left = sites[next].reason ? sites[next].reason : "the rewriter left it";
        next++;
    }
}

/* What undo could not restore is left, and the rest is rewritten without it. */
static enum kl_status rewrite_one(struct migration *m, struct migration_file *f, struct error *e) {
    struct rewrite_site *sites = arena_calloc(&m->arena, f->site_count, sizeof *sites);
    struct rewrite_request request;
    bool again = true;
    f->changes = false;
    cJSON_Delete(f->undo);
    f->undo = NULL;
    while (again) {
        size_t count = moving_sites(m, f, sites);
        if (count == 0)
            return KL_OK;
        request = migration_request(m, f, buf_as_slice(&f->bytes), sites, count);
        enum kl_status s = rewrite_file(&request, &m->arena, &f->output, e);
        if (s != KL_OK)
            return s;
        again = f->output.rewritten > 0 && undo_refuse(&request, &f->output);
        leave_refused(m, f, sites);
    }
    f->changes = f->output.rewritten > 0;
    if (!f->changes)
        return KL_OK;
    if (f->git_path && !slice_eq(buf_as_slice(&f->working), buf_as_slice(&f->bytes)))
        return migration_rewrite_working(m, f, e);
    f->working_output = f->output;
    return undo_record(&request, &f->output, &f->undo, e);
}

static bool usable_module(const char *path, const char *text, bool *exists) {
    struct file_info info;
    struct error ignored = {0};
    struct buf now = BUF_INIT(KL_MAX_REWRITE_BYTES);
    *exists = false;
    if (file_lstat(path, &info, &ignored) != KL_OK)
        return false;
    if (info.kind == FILE_MISSING)
        return true;
    *exists = file_read(path, KL_MAX_REWRITE_BYTES, &now, &ignored) == KL_OK &&
              slice_eq_cstr(buf_as_slice(&now), text);
    buf_release(&now);
    return *exists;
}

static bool in_folder(const struct package_place *place, const char *folder) {
    return place->folder && strcmp(place->folder, folder) == 0;
}

/* A package with more than one rewritten module loads the .env in one place. */
static void choose_modules(struct migration *m) {
    struct package_place *place = arena_calloc(&m->arena, m->file_count + 1, sizeof *place);
    for (size_t i = 0; i < m->file_count; i++) {
        struct migration_file *f = &m->files[i];
        f->module = NULL;
        if (!f->changes || rewrite_is_notebook(f->path))
            continue;
        place[i] = package_place(f->real, buf_as_slice(&f->bytes), &m->arena);
    }
    m->modules = arena_calloc(&m->arena, m->file_count + 1, sizeof *m->modules);
    m->module_count = 0;
    for (size_t i = 0; i < m->file_count; i++) {
        if (!place[i].folder || m->files[i].module)
            continue;
        size_t users = 0;
        for (size_t k = 0; k < m->file_count; k++)
            users += in_folder(&place[k], place[i].folder);
        const char *path = path_join(&m->arena, place[i].folder, MODULE_NAME ".py");
        const char *env = migration_dotenv_from(m, place[i].folder);
        const char *text = rewrite_dotenv_module(&m->arena, env);
        bool exists;
        if (!usable_module(path, text, &exists) || (users < 2 && !exists))
            continue;
        m->modules[m->module_count++] =
            (struct migration_module){.path = path, .text = text, .exists = exists};
        for (size_t k = 0; k < m->file_count; k++)
            if (in_folder(&place[k], place[i].folder))
                m->files[k].module = arena_printf(&m->arena, "%s%s", place[k].prefix, MODULE_NAME);
    }
}

static enum kl_status rewrite_all(struct migration *m, struct error *e) {
    for (size_t i = 0; i < m->file_count; i++) {
        enum kl_status s = rewrite_one(m, &m->files[i], e);
        if (s != KL_OK)
            return s;
    }
    return KL_OK;
}

enum kl_status migration_rewrite(struct migration *m, struct error *e) {
    enum kl_status s = KL_OK;
    if (!m->files)
        s = read_files(m, e);
    if (s == KL_OK)
        s = rewrite_all(m, e);
    if (s != KL_OK || !m->session.kind->access->needs_loading)
        return s;
    choose_modules(m);
    return m->module_count > 0 ? rewrite_all(m, e) : KL_OK;
}

void migration_count(struct migration *m) {
    m->moving = m->left = 0;
    for (size_t i = 0; i < m->site_count; i++)
        if (m->sites[i].left)
            m->left++;
        else
            m->moving++;
    m->values_moving = m->values_left = 0;
    for (size_t i = 0; i < m->value_count; i++)
        if (m->values[i].left)
            m->values_left++;
        else
            m->values_moving++;
}
