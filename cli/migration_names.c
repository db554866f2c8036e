/* migration_names.c: under which names the secrets go, and what the vault has under
 * them already. Nothing is written here. */
#include "cli/migration.h"
#include "cli/vault_lookup.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/system.h"
#include "rewriters/plan.h"

struct naming {
    struct migration *m;
    struct vault_lookup held;
    bool chosen; /* the names that are asked about are the user's */
};

/* A plan's names are final: none is made anew. */
static enum upload_on_conflict of_plan(const char *word) {
    static const enum upload_on_conflict kept[] = {ON_CONFLICT_REUSE, ON_CONFLICT_VERSION};
    for (size_t i = 0; i < KL_ARRAY_LEN(kept); i++)
        if (strcmp(upload_on_conflict_name(kept[i]), word) == 0)
            return kept[i];
    return ON_CONFLICT_FAIL;
}

/* A .env belongs to its project, and its names are keylift's to choose. Others share
 * their vault: a name that somebody has is a question. */
enum upload_on_conflict migration_on_conflict(const struct migration *m) {
    const struct options *o = &m->cli->options;
    if (m->follow.plan)
        return of_plan(m->follow.plan->on_conflict);
    if (options_was_given(o, "on-conflict"))
        return (enum upload_on_conflict)o->on_conflict;
    return m->session.kind->names_are_variables ? ON_CONFLICT_RENAME : ON_CONFLICT_FAIL;
}

static void expect(void *ctx, const char *const *names, size_t count) {
    struct naming *n = ctx;
    for (size_t i = 0; i < count; i++)
        vault_lookup_add(&n->held, names[i]);
    vault_lookup_ask(&n->held);
}

static bool in_environment(void *ctx, const char *name) {
    (void)ctx;
    return system_getenv(name) != NULL;
}

/* Only under "rename" is a name with another value one to keep away from: else
 * upload_prepare meets it, and does what the user said. */
static int in_vault(void *ctx, const char *name, const struct finding *f) {
    struct naming *n = ctx;
    struct secret wanted = {0};
    vault_lookup_add(&n->held, name);
    vault_lookup_ask(&n->held);
    const struct vault_held *h = vault_lookup_find(&n->held, name);
    if (h->status == KL_ERR_NOT_FOUND || n->held.failed != KL_OK)
        return 0; /* after a failure no name is taken, so that the search for one ends */
    if (h->status != KL_OK)
        return -1; /* what cannot be read is not ours to use */
    migration_stored_value(n->m, f, &wanted);
    bool same = upload_same_value(&h->value, &wanted);
    secret_release(&wanted);
    enum upload_on_conflict policy = migration_on_conflict(n->m);
    bool keeps_away = policy == ON_CONFLICT_RENAME || (n->chosen && policy == ON_CONFLICT_FAIL);
    return same ? 1 : keeps_away ? -1 : 0;
}

static void take_name(struct migration *m, struct migration_site *site, const char *name, const char *note) {
    struct error why = {0};
    site->name = name;
    site->note = note;
    const struct vault_kind *kind = m->session.kind;
    if (kind->map_name(m->session.vault, site->name, &m->arena, &site->stored_name, &why) != KL_OK)
        site->left = arena_cstr(&m->arena, slice_cstr(why.message));
}

/* A plan may come from anywhere: its names are held to what --names is. */
static enum kl_status take_planned_names(struct migration *m, struct error *e) {
    for (size_t i = 0; i < m->site_count; i++) {
        struct migration_site *site = &m->sites[i];
        const char *reader = NULL;
        if (site->left)
            continue;
        if (!name_is_valid(site->fixed))
            return error_set(e, KL_ERR_REFUSED, "%s: \"%s\" is no name for a secret", m->follow.what,
                             site->fixed);
        if (name_is_ambient(site->fixed, &reader))
            return error_set(e, KL_ERR_REFUSED, "%s: the name %s is read by %s", m->follow.what, site->fixed,
                             reader);
        take_name(m, site, site->fixed, NULL);
    }
    return KL_OK;
}

/* The code may know the name of an earlier run, whose literal is gone: then the vault has it. */
static enum kl_status check_unused_lines(struct naming *n, const struct name_map *map, struct error *e) {
    for (size_t i = 0; i < map->count; i++)
        if (!map->lines[i].used)
            vault_lookup_add(&n->held, map->lines[i].to);
    vault_lookup_ask(&n->held);
    for (size_t i = 0; i < map->count; i++) {
        const struct name_map_line *line = &map->lines[i];
        const struct vault_held *h = line->used ? NULL : vault_lookup_find(&n->held, line->to);
        if (h && n->held.failed == KL_OK && h->status != KL_OK)
            return error_set(e, KL_ERR_USAGE,
                             "%s:%u: no secret of this run is called %s; a new file names them all",
                             map->path, line->line, line->from);
    }
    return KL_OK;
}

/* Two values under one name: one of them was called so by the user. */
static enum kl_status check_twins(const struct name_map *map, const struct name_request *requests,
                                  const char *const *final, size_t count, struct error *e) {
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < i; k++) {
            if (strcmp(final[i], final[k]) != 0 || strcmp(requests[i].name, requests[k].name) == 0)
                continue;
            const struct name_map_line *line = name_map_find(map, requests[i].name);
            if (!line || strcmp(line->to, line->from) == 0)
                line = name_map_find(map, requests[k].name);
            return error_set(e, KL_ERR_USAGE, "%s:%u: another secret of this run is called %s", map->path,
                             line ? line->line : 0, final[i]);
        }
    return KL_OK;
}

/* --names: final[i] is what the user calls requests[i]. */
static enum kl_status map_names(struct naming *n, struct name_map *map, const struct name_request *requests,
                                const struct name_context *context, const char **final, size_t count,
                                struct error *e) {
    n->chosen = true;
    for (size_t i = 0; i < count; i++) {
        struct name_map_line *line = name_map_find(map, requests[i].name);
        final[i] = line ? line->to : requests[i].name;
        if (line)
            line->used = true;
        const char *why = line && strcmp(line->to, line->from) != 0
                              ? name_taken(line->to, requests[i].finding, context, &n->m->arena)
                              : NULL;
        if (why)
            return error_set(e, KL_ERR_USAGE, "%s:%u: %s; choose another name", map->path, line->line, why);
    }
    enum kl_status s = check_twins(map, requests, final, count, e);
    return s == KL_OK ? check_unused_lines(n, map, e) : s;
}

static struct name_context context_of(struct naming *n) {
    struct migration *m = n->m;
    return (struct name_context){
        .project = m->project.name,
        .prefix = m->session.kind->names_are_variables ? m->cli->options.vault.prefix : NULL,
        .form = m->cli->options.name_template,
        .root = m->project.root,
        .environment = m->cli->options.vault.environment,
        .reads = m->project_reads.reads,
        .read_count = m->project_reads.read_count,
        .in_environment = m->session.kind->stores ? in_environment : NULL,
        .in_vault = in_vault,
        .expect = expect,
        .ctx = n,
    };
}

static enum kl_status assign(struct naming *n, struct name_request *requests, const char **final,
                             size_t count, struct error *e) {
    struct migration *m = n->m;
    const struct options *o = &m->cli->options;
    const struct name_context context = context_of(n);
    enum kl_status s = o->name_template ? names_check_form(o->name_template, context.environment, e) : KL_OK;
    if (s == KL_OK && o->names)
        s = name_map_read(o->names, &m->arena, &m->names, e);
    if (s == KL_OK)
        s = names_assign(requests, count, &context, &m->arena, e);
    for (size_t i = 0; i < count && s == KL_OK; i++)
        final[i] = requests[i].name;
    if (s == KL_OK && m->names.exists)
        s = map_names(n, &m->names, requests, &context, final, count, e);
    if (n->held.failed != KL_OK) {
        s = n->held.failed;
        *e = n->held.error;
    }
    return s;
}

static void take_names(struct migration *m, const size_t *site_of, const struct name_request *requests,
                       const char *const *final, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct migration_site *site = &m->sites[site_of[i]];
        bool chosen = strcmp(final[i], requests[i].name) != 0;
        site->own = requests[i].name;
        site->fixed = chosen ? final[i] : NULL;
        take_name(m, site, final[i], chosen ? NULL : requests[i].note);
    }
}

enum kl_status migration_name(struct migration *m, struct error *e) {
    if (m->follow.plan)
        return take_planned_names(m, e);
    struct name_request *requests = mem_calloc(m->site_count + 1, sizeof *requests);
    size_t *site_of = mem_calloc(m->site_count + 1, sizeof *site_of);
    const char **final = mem_calloc(m->site_count + 1, sizeof *final);
    struct naming n = {.m = m, .held = VAULT_LOOKUP_INIT(&m->session)};
    size_t count = 0;
    for (size_t i = 0; i < m->site_count; i++)
        if (!m->sites[i].left && !m->sites[i].mention) {
            requests[count].finding = m->sites[i].finding;
            site_of[count++] = i;
        }
    enum kl_status s = assign(&n, requests, final, count, e);
    if (s == KL_OK)
        take_names(m, site_of, requests, final, count);
    migration_name_mentions(m);
    vault_lookup_release(&n.held);
    free(requests);
    free(site_of);
    free(final);
    return s;
}

static bool is_same_secret(const struct finding *a, const struct finding *b) {
    return a->is_bytes == b->is_bytes && secret_equal(&a->value, &b->value);
}

enum kl_status migration_rename(struct migration *m, const struct migration_site *site, const char *name,
                                struct error *why) {
    struct naming n = {.m = m, .held = VAULT_LOOKUP_INIT(&m->session), .chosen = true};
    const struct name_context context = context_of(&n);
    enum kl_status s =
        name_is_valid(name) ? KL_OK : error_set(why, KL_ERR_USAGE, "letters, digits and \"_\" make a name");
    for (size_t i = 0; i < m->site_count && s == KL_OK; i++) {
        const struct migration_site *other = &m->sites[i];
        if (!other->left && !is_same_secret(other->finding, site->finding) && strcmp(other->name, name) == 0)
            s = error_set(why, KL_ERR_USAGE, "another secret of this run is called %s", name);
    }
    const char *taken = s == KL_OK ? name_taken(name, site->finding, &context, &m->arena) : NULL;
    if (taken)
        s = error_set(why, KL_ERR_USAGE, "%s", taken);
    for (size_t i = 0; i < m->site_count && s == KL_OK; i++) {
        struct migration_site *same = &m->sites[i];
        if (same->left || !is_same_secret(same->finding, site->finding))
            continue;
        same->fixed = arena_cstr(&m->arena, slice_cstr(name));
        take_name(m, same, same->fixed, NULL);
    }
    vault_lookup_release(&n.held);
    return s;
}

enum kl_status migration_write_names(const struct migration *m, struct error *e) {
    const char *path = m->cli->options.names;
    struct buf text = BUF_INIT(KL_MAX_CONFIG_BYTES);
    enum kl_status s = KL_OK;
    if (!path || m->names.exists || m->moving == 0)
        return KL_OK;
    name_map_begin(&text);
    for (size_t i = 0; i < m->site_count; i++) {
        const struct migration_site *site = &m->sites[i];
        bool again = site->left != NULL;
        for (size_t k = 0; k < i && !again; k++)
            again = !m->sites[k].left && strcmp(m->sites[k].own, site->own) == 0;
        if (again)
            continue;
        struct buf place = BUF_INIT(KL_MAX_PATH_BYTES);
        out_visible(slice_cstr(site->finding->path), false, &place);
        buf_printf(&place, ":%u  %s", site->finding->line, site->finding->message);
        name_map_add(&text, buf_cstr(&place), site->own, site->name);
        buf_release(&place);
    }
    if (!buf_ok(&text))
        s = error_set(e, KL_ERR_LIMIT, "%s would be larger than %zu bytes", path, KL_MAX_CONFIG_BYTES);
    if (s == KL_OK)
        s = file_write_atomic(path, buf_as_slice(&text), 0, e);
    buf_release(&text);
    return s;
}
