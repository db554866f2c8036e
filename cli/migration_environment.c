/* migration_environment.c: the secrets of one environment (--environment), and whose the files
 * are by the table of the configuration.
 *
 * A file that the table gives to an environment reads that one's secrets, whatever the
 * program is told. Without a table one code serves all environments: a variable says, when
 * the program runs, which one it is, and the one of the migration is the default. */
#include "cli/migration.h"

#include "backends/dotenv_project.h"
#include "base/file.h"
#include "base/system.h"
#include "cli/environment.h"
#include "scanner/gitignore.h"

static bool is_in_table(const struct config *c, const char *name) {
    bool found = c->environment_count == 0;
    for (size_t i = 0; i < c->environment_count && !found; i++)
        found = strcmp(c->environments[i].environment, name) == 0;
    return found;
}

/* keylift looks where the code would look, run here. */
static enum kl_status check_variable(const struct migration *m, struct error *e) {
    const char *variable = m->environment.variable, *set = variable ? system_getenv(variable) : NULL;
    if (variable && !name_is_valid(variable))
        return error_set(e, KL_ERR_USAGE,
                         "--environment-variable %.80s: letters, digits and \"_\" make a name", variable);
    if (set && strcmp(set, m->environment.name) != 0)
        return error_set(
            e, KL_ERR_USAGE,
            "%s is set to \"%.80s\" here, and the code would read the secrets of that environment, "
            "not those of %s; unset it",
            variable, set, m->environment.name);
    return KL_OK;
}

enum kl_status migration_environment_begin(struct migration *m, struct error *e) {
    const struct options *o = &m->cli->options;
    const struct config *c = &m->cli->config;
    const char *name = o->vault.environment, *variable = o->vault.environment_variable;
    if (!name)
        return variable && options_was_given(o, "environment-variable")
                   ? error_set(e, KL_ERR_USAGE, "--environment-variable needs --environment NAME")
                   : KL_OK;
    if (!is_in_table(c, name))
        return error_set(e, KL_ERR_USAGE, "--environment %s: no entry of `environments` in %s is for it",
                         name, c->path);
    bool fixed = c->environment_count > 0 || environment_is_in(o->name_template);
    m->environment.name = name;
    if (!fixed)
        m->environment.variable = variable ? variable : ENVIRONMENT_VARIABLE;
    return check_variable(m, e);
}

/* Which environment the table gives a file to; NULL: none. `shown`: seen from the root. */
static enum kl_status find_owner(const struct migration *m, const char *shown, const char **owner,
                                 struct error *e) {
    const struct config *c = &m->cli->config;
    struct arena *a = (struct arena *)&m->arena;
    *owner = NULL;
    for (size_t i = 0; i < c->environment_count; i++) {
        const struct config_environment *row = &c->environments[i];
        const struct ignore_list *glob =
            gitignore_parse(slice_cstr(row->path), (struct slice){0}, false, NULL, a);
        if (!glob || !gitignore_covers(glob, slice_cstr(shown), false))
            continue;
        if (*owner && strcmp(*owner, row->environment) != 0)
            return error_set(e, KL_ERR_USAGE,
                             "%s: `environments` gives %s to %s and to %s; let one entry name it", c->path,
                             shown, *owner, row->environment);
        *owner = row->environment;
    }
    return KL_OK;
}

enum kl_status migration_environment_select(struct migration *m, struct error *e) {
    const char *wanted = m->environment.name, *path = NULL, *owner = NULL;
    enum kl_status s = KL_OK;
    for (size_t i = 0; i < m->site_count && m->cli->config.environment_count > 0 && s == KL_OK; i++) {
        struct migration_site *site = &m->sites[i];
        if (!path || strcmp(path, site->finding->path) != 0) {
            path = site->finding->path;
            const char *real = path_real(&m->arena, path);
            s = find_owner(m, path_relative(&m->arena, real ? real : path, m->project.root), &owner, e);
        }
        if (s != KL_OK || site->left || (owner && wanted ? strcmp(owner, wanted) == 0 : owner == wanted))
            continue;
        site->left =
            owner ? arena_printf(&m->arena, "of the environment %s (--environment %s moves it)", owner, owner)
                  : "of no environment (without --environment it moves)";
    }
    return s;
}

enum kl_status migration_environment_reads(struct migration *m, struct error *e) {
    struct scan_result *all = &m->project_reads;
    const char *owner = NULL;
    size_t kept = 0;
    enum kl_status s = KL_OK;
    if (!m->environment.name || m->environment.variable)
        return KL_OK;
    for (size_t i = 0; i < all->read_count && s == KL_OK; i++) {
        struct env_read read = all->reads[i];
        s = find_owner(m, read.path, &owner, e);
        if (read.access != ENV_DOTENV_VALUES || !owner || strcmp(owner, m->environment.name) == 0)
            all->reads[kept++] = read;
    }
    all->read_count = s == KL_OK ? kept : all->read_count;
    return s;
}

/* With the bundle's own name behind it, where the vault has one path for all. */
static const char *prefix_in(const struct migration *m, const struct python_constant *c) {
    struct slice text = slice_cstr(c->value);
    if (strcmp(c->name, "BUNDLE") == 0)
        text.len -= strlen(m->session.options.bundle);
    return arena_cstr((struct arena *)&m->arena, text);
}

enum kl_status migration_environment_access(struct migration *m, struct error *e) {
    struct python_environment *env = &m->environment;
    const struct python_module *inner = m->access.module;
    if (!env->name || (!m->dotenv_file && !env->variable))
        return KL_OK;
    m->access.environment = env;
    if (m->dotenv_file)
        return KL_OK;
    for (const struct python_constant *c = inner ? inner->constants : NULL; c && c->name; c++)
        if (c->has_prefix) {
            env->prefix = prefix_in(m, c);
            env->at = environment_at(env->prefix, env->name, m->session.kind->environment_mark);
        }
    if (!env->prefix || env->at == SIZE_MAX)
        return error_set(e, KL_ERR_INTERNAL, "the code for %s does not say where its environment stands",
                         m->session.kind->title);
    struct python_module *module = arena_calloc(&m->arena, 1, sizeof *module);
    *module = *inner;
    module->environment = env;
    m->access.module = module;
    return KL_OK;
}

const char *migration_example_path(const struct migration *m) {
    struct arena *a = (struct arena *)&m->arena;
    return dotenv_example_path(a, m->dotenv_base ? dotenv_path(a, m->project.root, m->dotenv_base)
                                                 : m->dotenv_path);
}

const char *migration_environment_module(const struct migration *m, const char *usual) {
    if (!m->environment.name || m->environment.variable)
        return usual;
    char *name = arena_printf((struct arena *)&m->arena, "%s_%s", usual, m->environment.name);
    for (char *p = name; *p; p++)
        *p = *p == '-' ? '_' : *p;
    return name;
}
