/* migration_follow_reads.c: the reads of the environment that a plan names, in the sources as
 * they are now. See migration_follow.c. */
#include "cli/migration.h"

#include "base/file.h"
#include "base/mem.h"
#include "rewriters/plan.h"

static const struct env_read *find_read(const struct migration *m, const struct plan_site *planned) {
    const char *path = NULL;
    bool is_it = false;
    for (size_t i = 0; i < m->found.read_count; i++) {
        const struct env_read *r = &m->found.reads[i];
        if (r->path != path) {
            const char *real = path_real((struct arena *)&m->arena, r->path);
            path = r->path;
            is_it = real && strcmp(real, m->follow.real[planned->file]) == 0;
        }
        if (is_it && r->start_byte == planned->start && r->end_byte == planned->end &&
            strcmp(r->name, planned->name) == 0)
            return r;
    }
    return NULL;
}

static const char *place_of(const struct migration *m, const struct plan_site *read) {
    return arena_printf((struct arena *)&m->arena, "%s:%u: the read of %s",
                        m->follow.plan->files[read->file].path, (unsigned)read->line, read->name);
}

enum kl_status migration_follow_reads(struct migration *m, struct error *e) {
    const struct plan *plan = m->follow.plan;
    m->reads = mem_calloc(plan->read_count + 1, sizeof *m->reads);
    for (size_t i = 0; i < plan->read_count; i++) {
        const struct plan_site *planned = &plan->reads[i];
        if (m->follow.done[planned->file])
            continue;
        const struct env_read *r = find_read(m, planned);
        if (!r)
            return migration_follow_stale(m, e, place_of(m, planned), "is not found there now");
        migration_add_read(m, r);
    }
    migration_sort_reads(m);
    return KL_OK;
}

enum kl_status migration_follow_check_reads(const struct migration *m, struct error *e) {
    struct arena *a = (struct arena *)&m->arena;
    for (size_t i = 0; i < m->read_count; i++) {
        const struct migration_read *r = &m->reads[i];
        if (r->left)
            return migration_follow_stale(m, e,
                                          arena_printf(a, "%s:%u", r->read->path, (unsigned)r->read->line),
                                          arena_printf(a, "would stay now (%s)", r->left));
    }
    return KL_OK;
}
