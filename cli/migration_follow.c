/* migration_follow.c: a migration that does what a plan says. The plan is not taken
 * on trust: its sites are looked for in the sources as they are now, the same plan is
 * made again from them, and only when the two are equal is anything written. So what a
 * plan can cause is what keylift itself would do at these places. */
#include "cli/migration.h"

#include <stdlib.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/git.h"
#include "base/gitblob.h"
#include "base/mem.h"
#include "cli/plan_options.h"
#include "cli/rule_names.h"
#include "cli/scanning.h"
#include "rewriters/journal.h"
#include "rewriters/plan.h"
#include "scanner/rule_digest.h"

/* The next step stands behind every reason why a plan is not done. */
enum kl_status migration_follow_stale(const struct migration *m, struct error *e, const char *what,
                                      const char *why) {
    const char *next = m->follow.resume ? "`keylift migrate` moves what is still in the source, and uses "
                                          "what this run has stored"
                                        : "make the plan again";
    return error_set(e, KL_ERR_CONFLICT, "%s: %s %s; %s", m->follow.what, what, why, next);
}

static const char *since(const struct migration *m) {
    return m->follow.resume ? "has changed since this run" : "has changed since the plan was made";
}

/* The project that the plan is for, in the repository of the current folder. */
static enum kl_status find_root(struct migration *m, struct error *e) {
    const struct plan *plan = m->follow.plan;
    struct project here = {0};
    enum kl_status s = project_find(&here, ".", &m->arena, e);
    if (s != KL_OK)
        return s;
    if (!here.git_top && strcmp(plan->root, ".") != 0)
        return error_set(e, KL_ERR_NOT_FOUND,
                         "%s is for the folder %s of a repository, and here is none; go to it first",
                         m->follow.what, plan->root);
    const char *top = here.git_top ? here.git_top : here.root;
    m->follow.root = path_real(&m->arena, path_join(&m->arena, top, plan->root));
    if (!m->follow.root)
        return error_set(e, KL_ERR_NOT_FOUND, "%s is for the folder %s, which is not in %s", m->follow.what,
                         plan->root, top);
    if (!path_is_inside(m->follow.root, top))
        return error_set(e, KL_ERR_REFUSED, "%s: the folder %s leads out of %s", m->follow.what, plan->root,
                         top);
    return KL_OK;
}

static enum kl_status read_now(const struct migration *m, const char *real, struct buf *out,
                               struct error *e) {
    if (!m->follow.plan->staged)
        return file_read(real, KL_MAX_REWRITE_BYTES, out, e);
    struct project p = {.root = m->follow.root,
                        .git_top = git_top_folder(m->follow.root, (struct arena *)&m->arena)};
    struct git_blob blob = {.path = project_git_path(&p, real, (struct arena *)&m->arena)};
    if (!blob.path)
        return error_set(e, KL_ERR_NOT_FOUND, "%s is in no repository", real);
    enum kl_status s = git_index_blobs(p.git_top, &blob, 1, KL_MAX_REWRITE_BYTES, e);
    if (s == KL_OK && !blob.found)
        s = error_set(e, KL_ERR_NOT_FOUND, "%s is not in the index", real);
    if (s == KL_OK)
        buf_slice(out, buf_as_slice(&blob.bytes));
    git_blobs_release(&blob, 1);
    return s;
}

/* A file is what it was, or, where the plan has been done in part, what it is to become. */
static enum kl_status find_file(struct migration *m, size_t i, struct error *e) {
    const struct plan_file *f = &m->follow.plan->files[i];
    struct buf now = BUF_INIT_SECRET(KL_MAX_REWRITE_BYTES);
    struct error unread = {0};
    char hex[65];
    const char *real = path_real(&m->arena, path_join(&m->arena, m->follow.root, f->path));
    if (!real)
        return migration_follow_stale(m, e, f->path, "is not there");
    if (!path_is_inside(real, m->follow.root))
        return error_set(e, KL_ERR_REFUSED, "%s: %s leads out of the project", m->follow.what, f->path);
    enum kl_status s = read_now(m, real, &now, &unread);
    sha256_hex(buf_as_slice(&now), hex);
    m->follow.real[i] = real;
    m->follow.done[i] =
        s == KL_OK && m->follow.plan->rewrites && f->has_edits && strcmp(hex, f->new_sha256) == 0;
    if (s != KL_OK)
        s = migration_follow_stale(m, e, f->path, "cannot be read");
    else if (!m->follow.done[i] && now.len != f->bytes)
        s = migration_follow_stale(m, e, f->path, since(m));
    mem_wipe(hex, sizeof hex);
    buf_release(&now);
    return s;
}

/* Of upload --with-values: names that no literal has. Their reads may be anywhere. */
static void set_variables(struct migration *m, const char *root) {
    const struct plan *plan = m->follow.plan;
    struct options *o = &m->cli->options;
    for (size_t i = 0; i < plan->name_count; i++) {
        bool of_literal = false;
        for (size_t s = 0; s < plan->site_count && !of_literal; s++)
            of_literal = strcmp(plan->sites[s].name, plan->names[i].name) == 0;
        if (!of_literal)
            string_list_add(&o->env_names, plan->names[i].name, &o->arena);
    }
    o->arguments.count = 0;
    string_list_add(&o->arguments, root, &o->arena);
}

/* The files that are still to do become the arguments, and literals that were named
 * become --site. */
static void set_arguments(struct migration *m) {
    const struct plan *plan = m->follow.plan;
    struct options *o = &m->cli->options;
    const char *here = path_real(&m->arena, ".");
    const char *root = here ? path_relative(&m->arena, m->follow.root, here) : m->follow.root;
    o->arguments.count = 0;
    o->staged = plan->staged;
    if (plan->staged)
        string_list_add(&o->arguments, root, &o->arena);
    for (size_t i = 0; i < plan->file_count; i++) {
        if (m->follow.done[i])
            continue;
        const char *path = path_normalize(&m->arena, path_join(&m->arena, root, plan->files[i].path));
        if (!plan->staged)
            string_list_add(&o->arguments, path, &o->arena);
        for (size_t s = 0; s < plan->site_count; s++)
            if (plan->sites[s].file == i && strcmp(plan->sites[s].rule, "site") == 0)
                string_list_add(
                    &o->sites,
                    arena_printf(&m->arena, "%s:%u:%u", path, plan->sites[s].line, plan->sites[s].column),
                    &o->arena);
    }
    if (o->with_values)
        set_variables(m, root);
}

static enum kl_status check_tool(const struct migration *m, struct error *e) {
    const char *const paths[] = {".", NULL};
    const struct scan_options scan = cli_scan_options(m->cli, paths);
    char digest[RULE_DIGEST_BYTES];
    if (strcmp(m->follow.plan->tool, "keylift " KEYLIFT_VERSION) != 0)
        return error_set(e, KL_ERR_CONFLICT, "%s was made by %s, and this is keylift %s; make it again",
                         m->follow.what, m->follow.plan->tool, KEYLIFT_VERSION);
    enum kl_status s = rule_digest(&scan.rules, digest, e);
    if (s == KL_OK && strcmp(m->follow.plan->rules, digest) != 0)
        s = error_set(e, KL_ERR_CONFLICT,
                      "%s was made with other rules; name the same --rules-file, or make it again",
                      m->follow.what);
    return s;
}

/* Outside of a repository the configuration is looked for in one folder alone: that which was
 * planned, not that of the first file. */
static enum kl_status load_config(struct migration *m, struct error *e) {
    struct options *o = &m->cli->options;
    const struct string_list files = o->arguments;
    const char *root[] = {m->follow.root, NULL};
    if (!git_top_folder(m->follow.root, &m->arena))
        o->arguments = (struct string_list){.items = root, .count = 1};
    enum kl_status s = config_load(&m->cli->config, o, e);
    o->arguments = files;
    return s;
}

enum kl_status migration_follow_begin(struct migration *m, struct error *e) {
    const struct plan *plan = m->follow.plan;
    struct cli *c = m->cli;
    enum kl_status s = find_root(m, e);
    if (s != KL_OK || (s = plan_options_recall(c, plan->options, m->follow.what, e)) != KL_OK)
        return s;
    m->follow.real = arena_calloc(&m->arena, plan->file_count + 1, sizeof *m->follow.real);
    m->follow.done = arena_calloc(&m->arena, plan->file_count + 1, sizeof *m->follow.done);
    for (size_t i = 0; i < plan->file_count && s == KL_OK; i++)
        s = find_file(m, i, e);
    if (s != KL_OK)
        return s;
    set_arguments(m);
    if ((s = load_config(m, e)) != KL_OK || (s = rule_names_check(c, e)) != KL_OK)
        return s;
    return m->follow.resume ? KL_OK : check_tool(m, e);
}

struct found {
    const struct migration *m;
    const char *path; /* the last one asked for */
    size_t file;      /* of the plan; SIZE_MAX: none */
};

static size_t file_of(struct found *f, const char *path) {
    if (f->path && strcmp(f->path, path) == 0)
        return f->file;
    const char *real = path_real((struct arena *)&f->m->arena, path);
    f->path = path;
    f->file = SIZE_MAX;
    for (size_t i = 0; real && i < f->m->follow.plan->file_count; i++)
        if (strcmp(f->m->follow.real[i], real) == 0)
            f->file = i;
    return f->file;
}

static bool is_silenced(const struct finding *f) {
    return f->suppressed == SUPPRESSED_COMMENT || f->suppressed == SUPPRESSED_CONFIG;
}

/* What stands at the place of a planned site. */
static const struct finding *find_site(struct found *f, const struct scan_result *in,
                                       const struct plan_site *site) {
    for (size_t i = 0; i < in->finding_count; i++) {
        const struct finding *finding = &in->findings[i];
        if (finding_from(finding) == site->start && finding_to(finding) == site->end &&
            strcmp(finding->rule, site->rule) == 0 && !is_silenced(finding) &&
            file_of(f, finding->path) == site->file)
            return finding;
    }
    return NULL;
}

enum kl_status migration_follow_select(struct migration *m, struct error *e) {
    const struct plan *plan = m->follow.plan;
    struct found found = {.m = m};
    struct arena *a = &m->arena;
    m->sites = mem_calloc(plan->site_count + 1, sizeof *m->sites);
    for (size_t i = 0; i < plan->site_count; i++) {
        const struct plan_site *site = &plan->sites[i];
        if (m->follow.done[site->file])
            continue;
        bool forced = strcmp(site->rule, "site") == 0;
        const struct finding *f = find_site(&found, forced ? &m->forced : &m->found, site);
        if (!f)
            return migration_follow_stale(
                m, e, arena_printf(a, "%s:%u: the secret", plan->files[site->file].path, site->line),
                "is not found there now");
        m->sites[m->site_count++] = (struct migration_site){
            .finding = f,
            .forced = forced,
            .fixed = site->name,
            .left = f->reason,
            .item = MIGRATION_NO_ITEM,
        };
    }
    return KL_OK;
}

static enum kl_status check_sites(const struct migration *m, struct error *e) {
    for (size_t i = 0; i < m->site_count; i++) {
        const struct migration_site *site = &m->sites[i];
        struct arena *a = (struct arena *)&m->arena;
        if (site->left)
            return migration_follow_stale(m, e,
                                          arena_printf(a, "%s:%u", site->finding->path, site->finding->line),
                                          arena_printf(a, "would stay now (%s)", site->left));
    }
    return KL_OK;
}

static enum kl_status check_values(const struct migration *m, struct error *e) {
    for (size_t i = 0; i < m->value_count; i++)
        if (m->values[i].left)
            return error_set(e, KL_ERR_CONFLICT, "%s: %s: %s", m->follow.what, m->values[i].name,
                             m->values[i].left);
    return KL_OK;
}

static const struct migration_file *file_now(const struct migration *m, const char *real) {
    for (size_t i = 0; i < m->file_count; i++)
        if (m->files[i].real && strcmp(m->files[i].real, real) == 0)
            return &m->files[i];
    return NULL;
}

static enum kl_status check_files(const struct migration *m, struct error *e) {
    const struct plan *plan = m->follow.plan;
    for (size_t i = 0; i < plan->file_count; i++) {
        /* One without edits is what it was: find_file. What it needs is in another file. */
        if (m->follow.done[i] || !plan->files[i].has_edits)
            continue;
        const struct plan_file *f = &plan->files[i];
        const struct migration_file *now = file_now(m, m->follow.real[i]);
        if (!now || !now->changes)
            return migration_follow_stale(m, e, f->path, "has nothing to move now");
        cJSON *json = migration_plan_file(m, now);
        bool same_file = strcmp(json_string(json, "new_sha256"), f->new_sha256) == 0;
        bool same = cJSON_Compare(json, f->json, true);
        cJSON_Delete(json);
        if (!same)
            return same_file
                       ? migration_follow_stale(m, e, f->path, "would be edited in another way than it says")
                       : migration_follow_stale(m, e, f->path, since(m));
    }
    return KL_OK;
}

/* What was pending may have been stored since, equal: by a run that was killed. */
static bool same_name(const struct migration *m, const cJSON *planned, cJSON *now) {
    const char *was = json_string(planned, "state"), *is = json_string(now, "state");
    bool stored_since = strcmp(was, "pending") == 0 && strcmp(is, "present") == 0;
    bool gone_since = m->follow.resume && strcmp(was, "present") == 0 && strcmp(is, "pending") == 0;
    if (!stored_since && !gone_since)
        return cJSON_Compare(planned, now, true);
    return strcmp(json_string(planned, "tag"), json_string(now, "tag")) == 0 &&
           strcmp(json_string(planned, "stored_name"), json_string(now, "stored_name")) == 0;
}

static enum kl_status check_name(const struct migration *m, const struct upload_item *item, struct error *e) {
    const struct plan_name *name = plan_find_name(m->follow.plan, item->name);
    const char *tag = name ? json_string(name->json, "tag") : NULL;
    cJSON *now = migration_plan_name(m, item);
    /* A value that has changed since a run was killed either is in the vault as it was, which
     * is a conflict, or not yet, and then the new one is as good. */
    if (name && m->follow.resume)
        cJSON_ReplaceItemInObjectCaseSensitive(now, "tag", cJSON_CreateString(tag));
    bool same_value = name && strcmp(tag, json_string(now, "tag")) == 0;
    bool same = same_value && same_name(m, name->json, now);
    cJSON_Delete(now);
    if (!same_value)
        return migration_follow_stale(m, e, item->name, "has another value in the source than it had");
    return same ? KL_OK : migration_follow_stale(m, e, item->name, "is not in the vault as it was");
}

static enum kl_status check_names(const struct migration *m, struct error *e) {
    enum kl_status s = KL_OK;
    for (size_t i = 0; i < m->item_count && s == KL_OK; i++)
        s = check_name(m, &m->items[i], e);
    return s;
}

static bool is_planned(const struct plan *plan, const char *path, const char *text) {
    const cJSON *file;
    struct arena a = ARENA_INIT;
    bool found = false;
    cJSON_ArrayForEach(file, json_get(plan->json, "new_files")) {
        const char *planned = journal_get_path(file, "path", &a);
        found = found || (strcmp(planned, path) == 0 && strcmp(json_string(file, "text"), text) == 0);
    }
    arena_release(&a);
    return found;
}

/* A new file of the plan that is not made now is there already, with the very text:
 * else the sources would not come out as planned. */
static enum kl_status check_new_files(const struct migration *m, struct error *e) {
    for (size_t i = 0; i < m->module_count; i++) {
        const struct migration_module *module = &m->modules[i];
        const char *path = path_relative((struct arena *)&m->arena, module->path, m->project.root);
        if (!module->exists && !is_planned(m->follow.plan, path, module->text))
            return migration_follow_stale(m, e, path, "would be made, in another way than it says");
    }
    return KL_OK;
}

/* One of the plan that is not to be added now has been added since. */
static enum kl_status check_packages(const struct migration *m, struct error *e) {
    const cJSON *planned;
    for (size_t i = 0; i < m->dependencies.file_count; i++) {
        const struct dependency_file *f = &m->dependencies.files[i];
        cJSON *now = migration_plan_packages(m, f);
        bool found = f->left != NULL;
        cJSON_ArrayForEach(planned, json_get(m->follow.plan->json, "packages")) {
            found = found || cJSON_Compare(planned, now, true);
        }
        cJSON_Delete(now);
        if (!found)
            return migration_follow_stale(m, e,
                                          path_relative((struct arena *)&m->arena, f->path, m->project.root),
                                          "would gain other packages than it says");
    }
    return KL_OK;
}

/* What the plan says of the vault's place cannot be said otherwise beside it. */
static enum kl_status check_vault(const struct migration *m, struct error *e) {
    cJSON *now = vault_session_record(&m->session);
    const cJSON *planned;
    enum kl_status s = KL_OK;
    cJSON_ArrayForEach(planned, m->follow.plan->vault_options) {
        const char *is = json_string(now, planned->string);
        if (!cJSON_IsString(planned) || !is || strcmp(planned->valuestring, is) != 0)
            s = error_set(e, KL_ERR_USAGE,
                          "%s has another value of %.40s for its vault; leave the option out", m->follow.what,
                          planned->string);
    }
    cJSON_Delete(now);
    return s;
}

enum kl_status migration_follow_check(const struct migration *m, struct error *e) {
    const struct plan *plan = m->follow.plan;
    const char *planned = plan->dotenv_file ? plan->dotenv_file : "",
               *now = m->dotenv_file ? m->dotenv_file : "";
    if (strcmp(m->project.root, m->follow.root) != 0)
        return migration_follow_stale(m, e, plan->root, "is no project of its own any more");
    if (strcmp(planned, now) != 0)
        return error_set(
            e, KL_ERR_CONFLICT,
            "%s: the secrets go to %s, and would go to %s now; say --dotenv-file %s if that is meant",
            m->follow.what, planned, now, planned);
    enum kl_status s = check_vault(m, e);
    if (s == KL_OK)
        s = check_sites(m, e);
    if (s == KL_OK)
        s = check_values(m, e);
    if (s == KL_OK)
        s = migration_follow_check_reads(m, e);
    if (s == KL_OK)
        s = check_files(m, e);
    if (s == KL_OK)
        s = check_names(m, e);
    if (s == KL_OK)
        s = check_new_files(m, e);
    return s == KL_OK ? check_packages(m, e) : s;
}
