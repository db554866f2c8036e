/* migration_names.c: under which names the secrets go, and what the vault has under
 * them already. Nothing is written here. */
#include "cli/migration.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/system.h"
#include "rewriters/plan.h"

struct held {
    const char *name;
    enum kl_status status; /* of the look-up */
    struct secret value;
    struct error error;
};

struct naming {
    struct migration *m;
    struct held *held;
    size_t count, capacity, looked_up;
    enum kl_status failed; /* the vault as a whole cannot be read: no more is asked of it */
    struct error error;
};

/* A .env belongs to its project, and its names are keylift's to choose. Others share
 * their vault: a name that somebody has is a question. */
enum upload_on_conflict migration_on_conflict(const struct migration *m) {
    const struct options *o = &m->cli->options;
    if (m->follow.plan)
        return strcmp(m->follow.plan->on_conflict, "reuse") == 0 ? ON_CONFLICT_REUSE
               : strcmp(m->follow.plan->on_conflict, "version") == 0
                   ? ON_CONFLICT_VERSION
                   : ON_CONFLICT_FAIL; /* the names are final */
    if (options_was_given(o, "on-conflict"))
        return (enum upload_on_conflict)o->on_conflict;
    return m->session.kind->names_are_variables ? ON_CONFLICT_RENAME : ON_CONFLICT_FAIL;
}

static struct held *find_held(const struct naming *n, const char *name) {
    for (size_t i = 0; i < n->count; i++)
        if (strcmp(n->held[i].name, name) == 0)
            return &n->held[i];
    return NULL;
}

static void add_held(struct naming *n, const char *name) {
    if (find_held(n, name))
        return;
    n->held = mem_grow(n->held, &n->capacity, n->count + 1, sizeof *n->held);
    n->held[n->count++] = (struct held){.name = name};
}

/* What a vault says of one name, and not of itself. A .env is one file: when it
 * cannot be read for one name, it cannot for any. */
static bool is_of_the_name(const struct migration *m, enum kl_status s) {
    switch (s) {
    case KL_OK:
    case KL_ERR_NOT_FOUND:
    case KL_ERR_CONFLICT:
    case KL_ERR_UNSUPPORTED:
        return true;
    case KL_ERR_LIMIT:
    case KL_ERR_REFUSED:
    case KL_ERR_PARSE:
        return !m->session.kind->names_are_variables;
    default:
        return false;
    }
}

static void look_up(void *ctx, size_t index) {
    struct naming *n = ctx;
    struct held *h = &n->held[n->looked_up + index];
    if (h->status == KL_OK || h->status == KL_ERR_NOT_FOUND)
        return; /* look_up_many was told */
    struct vault *v = n->m->session.vault;
    struct mutex *lock = n->m->session.lock;
    mutex_lock(lock);
    bool goes = n->failed == KL_OK;
    mutex_unlock(lock);
    h->status = !goes                  ? error_set(&h->error, n->failed, "not asked")
                : system_interrupted() ? error_set(&h->error, KL_ERR_INTERRUPTED, "interrupted")
                                       : v->kind->get(v, h->name, NULL, &h->value, NULL, &h->error);
    mutex_lock(lock);
    if (!is_of_the_name(n->m, h->status) && n->failed == KL_OK) {
        n->failed = h->status;
        n->error = h->error;
    }
    mutex_unlock(lock);
}

/* A name that is said to be free may be taken all the same: upload_prepare asks again. */
static void look_up_many(struct naming *n) {
    size_t count = n->count - n->looked_up;
    struct held *held = n->held + n->looked_up;
    struct vault_read *reads = mem_calloc(count + 1, sizeof *reads);
    for (size_t i = 0; i < count; i++)
        reads[i].name = held[i].name;
    enum kl_status s = vault_get_many(n->m->session.vault, reads, count, &n->error);
    if (s != KL_OK)
        n->failed = s;
    for (size_t i = 0; i < count; i++) {
        held[i].status = reads[i].status;
        secret_move(&held[i].value, &reads[i].value);
    }
    free(reads);
}

static void look_up_new(struct naming *n) {
    if (n->count == n->looked_up)
        return;
    look_up_many(n);
    thread_each(n->m->session.kind->parallel, n->count - n->looked_up, look_up, n);
    n->looked_up = n->count;
}

static void expect(void *ctx, const char *const *names, size_t count) {
    struct naming *n = ctx;
    for (size_t i = 0; i < count; i++)
        add_held(n, names[i]);
    look_up_new(n);
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
    add_held(n, name);
    look_up_new(n);
    const struct held *h = find_held(n, name);
    if (h->status == KL_ERR_NOT_FOUND || n->failed != KL_OK)
        return 0; /* after a failure no name is taken, so that the search for one ends */
    if (h->status != KL_OK)
        return -1; /* what cannot be read is not ours to use */
    migration_stored_value(n->m, f, &wanted);
    bool same = upload_same_value(&h->value, &wanted);
    secret_release(&wanted);
    return same ? 1 : migration_on_conflict(n->m) == ON_CONFLICT_RENAME ? -1 : 0;
}

static void take_name(struct migration *m, struct migration_site *site, const char *name, const char *note) {
    struct error why = {0};
    site->name = name;
    site->note = note;
    const struct vault_kind *kind = m->session.kind;
    if (kind->map_name(m->session.vault, site->name, &m->arena, &site->stored_name, &why) != KL_OK)
        site->left = arena_cstr(&m->arena, slice_cstr(why.message));
}

static enum kl_status take_planned_names(struct migration *m) {
    for (size_t i = 0; i < m->site_count; i++)
        if (!m->sites[i].left)
            take_name(m, &m->sites[i], m->sites[i].fixed, NULL);
    return KL_OK;
}

enum kl_status migration_name(struct migration *m, struct error *e) {
    if (m->follow.plan)
        return take_planned_names(m);
    struct name_request *requests = mem_calloc(m->site_count + 1, sizeof *requests);
    size_t *site_of = mem_calloc(m->site_count + 1, sizeof *site_of);
    struct naming n = {.m = m};
    size_t count = 0;
    for (size_t i = 0; i < m->site_count; i++)
        if (!m->sites[i].left) {
            requests[count].finding = m->sites[i].finding;
            site_of[count++] = i;
        }
    const struct name_context context = {
        .project = m->project.name,
        .prefix = m->session.kind->names_are_variables ? m->cli->options.vault.prefix : NULL,
        .reads = m->project_reads.reads,
        .read_count = m->project_reads.read_count,
        .in_environment = m->session.kind->stores ? in_environment : NULL,
        .in_vault = in_vault,
        .expect = expect,
        .ctx = &n,
    };
    enum kl_status s = names_assign(requests, count, &context, &m->arena, e);
    if (n.failed != KL_OK) {
        s = n.failed;
        *e = n.error;
    }
    for (size_t i = 0; i < count && s == KL_OK; i++)
        take_name(m, &m->sites[site_of[i]], requests[i].name, requests[i].note);
    for (size_t i = 0; i < n.count; i++)
        secret_release(&n.held[i].value);
    mem_wipe(n.held, n.capacity * sizeof *n.held);
    free(n.held);
    free(requests);
    free(site_of);
    return s;
}
