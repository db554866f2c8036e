/* migration_module.c: the module of a package that its files read their secrets
 * from: where it is, what it says, and who reads from it.
 *
 * A file for which no import of the module can be shown to work reads inline. A
 * module of that name with other text is somebody's: it is never written over. */
#include "cli/importing.h"
#include "cli/migration.h"

#include "base/file.h"
#include "rewriters/imports.h"

#define LOADING_MODULE "env_secrets"
#define VAULT_MODULE "vault_secrets"
#define MODULE_NAME_MAX 64

enum rewrite_style migration_style(const struct migration *m) {
    int said = m->cli->options.style;
    if (said != STYLE_UNSAID)
        return (enum rewrite_style)said;
    bool usual = m->access.module != NULL && m->session.kind->module_by_default;
    return usual ? STYLE_MODULE : STYLE_INLINE;
}

static bool is_loading(const struct migration *m) {
    return m->session.kind->access->needs_loading;
}

static bool is_identifier(const char *name) {
    size_t len = strlen(name);
    bool starts = (name[0] >= 'a' && name[0] <= 'z') || (name[0] >= 'A' && name[0] <= 'Z') || name[0] == '_';
    return starts && len <= MODULE_NAME_MAX &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == len;
}

enum kl_status migration_check_style(const struct migration *m, struct error *e) {
    const char *name = m->cli->options.module_name;
    bool reads_environ = !m->access.module && (!is_loading(m) || migration_style(m) == STYLE_ENVIRON);
    if (migration_style(m) != STYLE_INLINE && reads_environ)
        return error_set(e, KL_ERR_USAGE,
                         "--style: code that reads from the vault \"%s\" reads os.environ, which needs no "
                         "module; leave the option out",
                         m->session.kind->id);
    if (name && is_identifier(name) && import_is_standard(slice_cstr(name)))
        return error_set(e, KL_ERR_USAGE, "--module-name %s: Python has a module of that name itself", name);
    if (name && !is_identifier(name))
        return error_set(e, KL_ERR_USAGE,
                         "--module-name %.80s: a name of letters, digits and \"_\" that Python can import",
                         name);
    return KL_OK;
}

static const char *module_name(const struct migration *m) {
    const char *said = m->cli->options.module_name;
    return said ? said : migration_environment_module(m, is_loading(m) ? LOADING_MODULE : VAULT_MODULE);
}

bool migration_is_module_file(const struct migration *m, const char *path) {
    struct slice base = slice_cstr(path_basename(path)), name = slice_cstr(module_name(m));
    return slice_starts(base, module_name(m)) && slice_eq_cstr(slice_sub(base, name.len, base.len), ".py");
}

static bool usable(struct migration *m, struct migration_module *module) {
    struct file_info info, folder;
    struct error ignored = {0};
    struct buf now = BUF_INIT(KL_MAX_REWRITE_BYTES);
    module->exists = false;
    const char *beside = path_join(&m->arena, path_dirname(&m->arena, module->path), module_name(m));
    if (file_lstat(module->path, &info, &ignored) != KL_OK ||
        file_lstat(beside, &folder, &ignored) != KL_OK ||
        folder.kind != FILE_MISSING) /* a package of that name would be imported in its place */
        return false;
    if (info.kind == FILE_MISSING)
        return true;
    bool ours = file_read(module->path, KL_MAX_REWRITE_BYTES, &now, &ignored) == KL_OK &&
                (module->text ? slice_eq_cstr(buf_as_slice(&now), module->text)
                              : migration_environ_is_ours(m, buf_as_slice(&now)));
    module->exists = ours;
    if (ours && !module->text)
        module->old = arena_copy(&m->arena, buf_as_slice(&now));
    buf_release(&now);
    return ours;
}

static struct migration_module module_in(struct migration *m, const char *folder) {
    struct migration_module module = {
        .path = path_join(&m->arena, folder, arena_printf(&m->arena, "%s.py", module_name(m)))};
    if (is_loading(m)) {
        const char *file = migration_dotenv_from(m, folder);
        module.text = m->environment.name ? rewrite_environment_module(&m->arena, &m->environment, file)
                                          : rewrite_dotenv_module(&m->arena, file);
        module.what = "is made; it loads the file of the secrets";
    } else if (migration_style(m) == STYLE_ENVIRON) {
        module.what = "is made; it puts the secrets into the environment";
    } else {
        module.text = rewrite_vault_module(&m->arena, m->access.module);
        module.what = "is made; it reads the secrets from the vault";
    }
    return module;
}

static bool in_folder(const struct package_place *place, const char *folder) {
    return place->folder && strcmp(place->folder, folder) == 0;
}

#define UNKNOWN "nothing in the project shows how it is run, so no import of a module is sure to work"
#define NOTEBOOK "a notebook runs in its own folder, where a module of the package is not surely found"
#define TAKEN "the module's name is taken there by something else; --module-name gives another"

/* `folder` NULL: the files that have no place. */
static void say_inline(struct migration *m, const struct package_place *place, const char *folder,
                       const char *reason) {
    for (size_t i = 0; i < m->file_count; i++)
        if (m->files[i].changes && (folder ? in_folder(&place[i], folder) : !place[i].folder)) {
            const char *why = !folder && rewrite_is_notebook(m->files[i].path) ? NOTEBOOK : reason;
            m->files[i].no_module_because = why;
            m->files[i].inline_because = arena_printf(&m->arena, "it reads the vault by itself: %s", why);
        }
}

/* Unless the user said so, a package with one rewritten module alone loads the .env there. */
static size_t users_needed(const struct migration *m) {
    return is_loading(m) && m->cli->options.style == STYLE_UNSAID ? 2 : 1;
}

static size_t first_site(const struct migration *m, const struct migration_file *f) {
    size_t first = SIZE_MAX;
    for (size_t i = 0; i < f->site_count && first == SIZE_MAX; i++)
        if (!m->sites[f->first_site + i].left)
            first = (size_t)m->sites[f->first_site + i].finding->start_byte;
    for (size_t i = 0; i < f->read_count; i++) {
        const struct migration_read *r = &m->reads[f->first_read + i];
        if (!r->left && r->read->start_byte < first)
            first = (size_t)r->read->start_byte;
    }
    return first;
}

/* A notebook is run in its own folder, whatever package that belongs to. */
static bool may_import(const struct migration_file *f) {
    return f->uses_module && !rewrite_is_notebook(f->path);
}

/* A .env is loaded in one place only where the files' own imports say which; asking the
 * whole project is for whoever wants the module. */
static void find_places(struct migration *m, struct package_place *place) {
    const char **paths = arena_calloc(&m->arena, m->file_count + 1, sizeof *paths);
    size_t count = 0;
    bool whole = migration_style(m) != STYLE_INLINE;
    for (size_t i = 0; i < m->file_count; i++)
        if (may_import(&m->files[i]))
            paths[count++] = m->files[i].real;
    struct importing *project = whole && count > 0 ? importing_read(m->project.root, paths, count) : NULL;
    for (size_t i = 0, at = 0; i < m->file_count; i++) {
        const struct migration_file *f = &m->files[i];
        if (!may_import(f))
            continue;
        place[i] = project
                       ? importing_place(project, at, buf_as_slice(&f->bytes), first_site(m, f), &m->arena)
                       : package_place(f->real, buf_as_slice(&f->bytes), &m->arena);
        at++;
    }
    importing_free(project);
}

enum kl_status migration_modules(struct migration *m, struct error *e) {
    struct package_place *place = arena_calloc(&m->arena, m->file_count + 1, sizeof *place);
    (void)e;
    migration_release_modules(m);
    m->modules = arena_calloc(&m->arena, m->file_count + 1, sizeof *m->modules);
    if (migration_style(m) == STYLE_INLINE && !(is_loading(m) && m->cli->options.style == STYLE_UNSAID))
        return KL_OK;
    find_places(m, place);
    if (migration_style(m) != STYLE_INLINE)
        say_inline(m, place, NULL, UNKNOWN);
    for (size_t i = 0; i < m->file_count; i++) {
        if (!place[i].folder || m->files[i].module)
            continue;
        size_t users = 0;
        for (size_t k = 0; k < m->file_count; k++)
            users += in_folder(&place[k], place[i].folder);
        struct migration_module module = module_in(m, place[i].folder);
        bool free = usable(m, &module);
        if (!free)
            say_inline(m, place, place[i].folder, TAKEN);
        if (!free || (users < users_needed(m) && !module.exists))
            continue;
        for (size_t k = 0; k < m->file_count; k++)
            if (in_folder(&place[k], place[i].folder)) {
                m->files[k].module = arena_printf(&m->arena, "%s%s", place[k].prefix, module_name(m));
                m->files[k].module_index = m->module_count;
            }
        m->modules[m->module_count++] = module;
    }
    return KL_OK;
}

void migration_finish_modules(struct migration *m) {
    size_t kept = 0;
    for (size_t i = 0; i < m->module_count; i++) {
        bool used = false;
        for (size_t k = 0; k < m->file_count; k++)
            used = used || (m->files[k].uses_module && m->files[k].module && m->files[k].module_index == i);
        if (!used)
            continue;
        if (!m->modules[i].text)
            migration_environ_text(m, i);
        m->modules[kept++] = m->modules[i];
    }
    m->module_count = kept;
}

void migration_release_modules(struct migration *m) {
    for (size_t i = 0; i < m->module_count; i++)
        cJSON_Delete(m->modules[i].undo);
    m->module_count = 0;
}
