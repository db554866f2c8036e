/* migration_rewrite.c: the new text of every file, in memory. */
#include "cli/migration.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/gitblob.h"
#include "base/mem.h"
#include "rewriters/undo.h"

#define MODULE_NAME "env_secrets"
#define OLDEST_MINOR 8 /* the oldest Python 3 that the new code must run on */
#define MAX_PACKAGE_DEPTH 64

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
        .access = m->session.kind->access,
        .style = STYLE_INLINE,
        .module_name = f->module,
        .target_minor = OLDEST_MINOR,
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

/* The outermost folder of the package that `path` belongs to, and in *dotted the
 * package's name; NULL for a script. */
static const char *package_folder(struct arena *a, const char *path) {
    const char *folder = path_dirname(a, path), *top = NULL;
    for (unsigned depth = 0; depth < MAX_PACKAGE_DEPTH; depth++) {
        struct file_info info;
        struct error ignored = {0};
        if (file_stat(path_join(a, folder, "__init__.py"), &info, &ignored) != KL_OK ||
            info.kind != FILE_REGULAR)
            break;
        top = folder;
        folder = path_dirname(a, folder);
    }
    return top;
}

static bool has_line_beginning(struct slice text, const char *start) {
    struct slice wanted = slice_cstr(start);
    for (size_t at = slice_find(text, wanted, 0); at != SIZE_MAX; at = slice_find(text, wanted, at + 1))
        if (at == 0 || text.ptr[at - 1] == '\n' || text.ptr[at - 1] == '\r')
            return true;
    return false;
}

/* Shown by the file itself: it imports from its own package, so it runs as a
 * part of it, and it does not also run as a script. */
static bool runs_in_package(const struct migration_file *f, const char *package, struct arena *a) {
    struct slice text = buf_as_slice(&f->bytes);
    const char *signs[] = {
        "from .",
        arena_printf(a, "from %s.", package),
        arena_printf(a, "from %s import", package),
        arena_printf(a, "import %s.", package),
    };
    if (slice_starts(text, "#!") || slice_find(text, SLICE_LIT("__main__"), 0) != SIZE_MAX)
        return false;
    for (size_t i = 0; i < KL_ARRAY_LEN(signs); i++)
        if (has_line_beginning(text, signs[i]))
            return true;
    return false;
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

/* A package with more than one rewritten module loads the .env in one place. */
static void choose_modules(struct migration *m) {
    const char **package = arena_calloc(&m->arena, m->file_count + 1, sizeof *package);
    for (size_t i = 0; i < m->file_count; i++) {
        struct migration_file *f = &m->files[i];
        f->module = NULL;
        if (!f->changes)
            continue;
        const char *top = package_folder(&m->arena, f->real);
        if (top && runs_in_package(f, path_basename(top), &m->arena))
            package[i] = top;
    }
    m->modules = arena_calloc(&m->arena, m->file_count + 1, sizeof *m->modules);
    m->module_count = 0;
    for (size_t i = 0; i < m->file_count; i++) {
        if (!package[i] || m->files[i].module)
            continue;
        size_t users = 0;
        for (size_t k = 0; k < m->file_count; k++)
            users += package[k] && strcmp(package[k], package[i]) == 0;
        const char *path = path_join(&m->arena, package[i], MODULE_NAME ".py");
        const char *env = migration_dotenv_from(m, package[i]);
        const char *text = rewrite_dotenv_module(&m->arena, env);
        bool exists;
        if (!usable_module(path, text, &exists) || (users < 2 && !exists))
            continue;
        m->modules[m->module_count++] =
            (struct migration_module){.path = path, .text = text, .exists = exists};
        const char *name = arena_printf(&m->arena, "%s.%s", path_basename(package[i]), MODULE_NAME);
        for (size_t k = 0; k < m->file_count; k++)
            if (package[k] && strcmp(package[k], package[i]) == 0)
                m->files[k].module = name;
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
