/* migration_rewrite.c: the new text of every file, in memory. */
#include "cli/migration.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/gitblob.h"
#include "base/mem.h"
#include "rewriters/undo.h"

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
    for (size_t i = 0; i < f->read_count; i++)
        if (!m->reads[f->first_read + i].left)
            m->reads[f->first_read + i].left = reason;
}

static struct migration_file *add_file(struct migration *m, const char *path) {
    struct migration_file *f = m->file_count ? &m->files[m->file_count - 1] : NULL;
    if (f && strcmp(f->path, path) == 0)
        return f;
    f = &m->files[m->file_count++];
    *f = (struct migration_file){.path = path};
    buf_init_secret(&f->bytes, KL_MAX_REWRITE_BYTES);
    return f;
}

/* Sites and reads are in the order of their paths. */
static void list_files(struct migration *m) {
    m->files = mem_calloc(m->site_count + m->read_count + 1, sizeof *m->files);
    for (size_t i = 0, k = 0; i < m->site_count || k < m->read_count;) {
        const char *site = i < m->site_count ? m->sites[i].finding->path : NULL;
        const char *read = k < m->read_count ? m->reads[k].read->path : NULL;
        if (site && (!read || strcmp(site, read) <= 0)) {
            struct migration_file *f = add_file(m, site);
            f->first_site = f->site_count++ ? f->first_site : i;
            i++;
        } else {
            struct migration_file *f = add_file(m, read);
            f->first_read = f->read_count++ ? f->first_read : k;
            k++;
        }
    }
}

static enum kl_status read_files(struct migration *m, struct error *e) {
    list_files(m);
    for (size_t i = 0; i < m->file_count; i++) {
        struct migration_file *f = &m->files[i];
        bool wanted = false;
        for (size_t s = 0; s < f->site_count; s++)
            wanted = wanted || !m->sites[f->first_site + s].left;
        for (size_t r = 0; r < f->read_count; r++)
            wanted = wanted || !m->reads[f->first_read + r].left;
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
        .style = f->module ? migration_style(m) : STYLE_INLINE,
        .module_name = f->module,
        .target_minor = m->python_minor,
    };
    if (m->dotenv_file && !f->module)
        request.dotenv_relative = migration_dotenv_from(m, path_dirname(&m->arena, f->real));
    return request;
}

/* What undo could not restore is left, and the rest is rewritten without it. */
static enum kl_status rewrite_one(struct migration *m, struct migration_file *f, struct error *e) {
    struct rewrite_site *sites = arena_calloc(&m->arena, f->site_count + f->read_count + 1, sizeof *sites);
    struct rewrite_request request;
    bool again = true;
    f->changes = f->uses_module = false;
    cJSON_Delete(f->undo);
    f->undo = NULL;
    while (again) {
        size_t count = migration_sites_of(m, f, sites);
        if (count == 0)
            return KL_OK;
        request = migration_request(m, f, buf_as_slice(&f->bytes), sites, count);
        enum kl_status s = rewrite_file(&request, &m->arena, &f->output, e);
        if (s != KL_OK)
            return s;
        again = f->output.rewritten > 0 && undo_refuse(&request, &f->output);
        migration_take_outcome(m, f, sites, count);
    }
    f->changes = f->output.rewritten > 0;
    f->uses_module = f->changes || migration_has_done_read(m, f);
    if (!f->changes)
        return KL_OK;
    if (f->git_path && !slice_eq(buf_as_slice(&f->working), buf_as_slice(&f->bytes)))
        return migration_rewrite_working(m, f, e);
    f->working_output = f->output;
    return undo_record(&request, &f->output, &f->undo, e);
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
    /* Inline first: which files change decides which modules are of use. */
    for (size_t i = 0; i < m->file_count; i++)
        m->files[i].module = m->files[i].inline_because = m->files[i].no_module_because = NULL;
    if (s == KL_OK)
        s = rewrite_all(m, e);
    while (s == KL_OK && migration_leave_mentions(m))
        s = rewrite_all(m, e);
    if (s == KL_OK)
        s = migration_try_reads(m, e);
    if (s == KL_OK)
        s = migration_modules(m, e);
    migration_leave_inline_reads(m);
    if (s == KL_OK && (m->module_count > 0 || m->read_count > 0))
        s = rewrite_all(m, e);
    migration_finish_modules(m);
    return s;
}

/* A migration has nothing to do for it: the vault has it, and the code is as it is. */
static bool is_there_already(const struct migration *m, const struct migration_value *v) {
    return m->rewrites && v->item != MIGRATION_NO_ITEM && m->items[v->item].state == UPLOAD_PRESENT;
}

void migration_count(struct migration *m) {
    m->moving = m->left = 0;
    for (size_t i = 0; i < m->site_count; i++)
        if (m->sites[i].left)
            m->left++;
        else
            m->moving++;
    m->reads_moving = m->reads_left = 0;
    for (size_t i = 0; i < m->read_count; i++)
        if (m->reads[i].left)
            m->reads_left++;
        else
            m->reads_moving += !m->reads[i].done;
    m->values_moving = m->values_left = 0;
    for (size_t i = 0; i < m->value_count; i++)
        if (m->values[i].left)
            m->values_left++;
        else
            m->values_moving += !is_there_already(m, &m->values[i]);
}

bool migration_moves(const struct migration *m) {
    return m->moving + m->values_moving + m->reads_moving > 0;
}
